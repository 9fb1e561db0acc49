#include "models/compile.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

#include "core/simulation.hpp"
#include "models/called_in_definitions.hpp"
#include "models/compile_rows.hpp"
#include "models/named_in_documents.hpp"

namespace moshimo::models {
namespace {

// ---- other values for attributes ------------------------------------------------------------------------------------

struct PathStep {
  std::string_view name;  // a key of a map
  std::string_view item;  // an item of a list, by number or name
  bool is_item = false;
};

std::vector<PathStep> steps_of(std::string_view path) {
  std::vector<PathStep> steps;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t close = path.find(']');
      steps.push_back({{}, path.substr(1, close == std::string_view::npos ? close : close - 1), true});
      path.remove_prefix(close == std::string_view::npos ? path.size() : close + 1);
      continue;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    steps.push_back({path.substr(0, end), {}, false});
    path.remove_prefix(end);
  }
  return steps;
}

Value* item_of(Value& list, std::string_view item) {
  for (Value& child : list.children) {
    const Value* name = child.find("name");
    if (name && name->text == item) return &child;
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), number);
  if (error != std::errc() || end != item.data() + item.size() || number >= list.children.size()) return nullptr;
  return &list.children[number];
}

// `component` may be a part, named `resource/attribute/item`.
void apply(Inventory& inventory, const Override& change, input::Diagnostics& diagnostics) {
  Resource* resource = nullptr;
  for (Resource& r : inventory.resources) {
    const bool is_it = r.name == change.component;
    const bool is_part = change.component.size() > r.name.size() && change.component[r.name.size()] == '/' &&
                         change.component.compare(0, r.name.size(), r.name) == 0;
    if (is_it || (is_part && (!resource || resource->name.size() < r.name.size()))) resource = &r;
  }
  if (!resource) {
    if (!inventory.is_whole) return;
    std::vector<std::string_view> known;
    for (const Resource& r : inventory.resources) known.push_back(r.name);
    diagnostics.error(change.at, fmt::format("there is no '{}' to set something of{}", change.component,
                                             input::did_you_mean(change.component, known)));
    return;
  }
  std::vector<PathStep> steps;
  std::string_view rest = change.component;
  rest.remove_prefix(resource->name.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    steps.push_back({rest.substr(0, end), rest.substr(0, end), steps.size() % 2 == 1});
    rest.remove_prefix(end);
  }
  for (const PathStep& step : steps_of(change.attribute)) steps.push_back(step);

  Value* at = &resource->attributes;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].is_item) {
      at = item_of(*at, steps[i].item);
      if (!at) {
        diagnostics.error(change.at, fmt::format("'{}' has no item [{}] for '{}'", change.component, steps[i].item,
                                                 change.attribute));
        return;
      }
      if (i + 1 == steps.size()) {
        std::string key = std::move(at->key);
        *at = change.value;
        at->key = std::move(key);
      }
      continue;
    }
    const std::string name(steps[i].name);
    if (i + 1 == steps.size()) {
      Value value = change.value;
      value.key_offset = change.value.offset;
      at->set(name, std::move(value));
      return;
    }
    Value* next = at->find(name);
    if (!next || next->kind == Value::Kind::null) {
      Value map = Value::map();
      map.file = change.at.file;
      map.offset = map.key_offset = change.at.offset;
      next = &at->set(name, std::move(map));
    }
    at = next;
  }
}

// Parameters of faults that stand for an attribute are set before compiling. Of several faults with such a parameter
// the first that takes effect counts, be it with what the inventory says: while its window runs the others are stopped.
std::vector<Override> overrides_of(const Inventory& inventory, const Catalogue& catalogue,
                                   const CompileOptions& options) {
  std::vector<Override> all = options.overrides;
  std::set<std::pair<std::string_view, std::string_view>> decided;
  for (const ActionRequest& request : options.actions) {
    const auto resource = std::find_if(inventory.resources.begin(), inventory.resources.end(),
                                       [&](const Resource& r) { return r.name == request.component; });
    const TypeDef* type = resource == inventory.resources.end() ? nullptr : catalogue.find_type(resource->type);
    const FaultDef* fault = type ? type->find_fault(request.verb) : nullptr;
    if (!fault || request.is_stopped) continue;
    for (const FaultDef::Parameter& p : fault->with) {
      if (p.attribute.empty() || !decided.emplace(request.component, p.attribute).second) continue;
      for (const auto& [name, value] : request.parameters) {
        if (name == p.name) all.push_back({request.component, p.attribute, value, value.at()});
      }
    }
  }
  return all;
}

}  // namespace

namespace {

// A loop is told where the first of those that it goes through stands.
input::Position place_of(const std::string& mistake, const World& world, const System& system) {
  const std::size_t colon = mistake.find(": ");
  if (colon == std::string::npos) return {};
  const std::string_view first = std::string_view(mistake).substr(colon + 2, mistake.find(" -> ", colon) - colon - 2);
  const std::string_view whose = first.substr(0, first.rfind('/'));
  for (const Component& c : system.components) {
    if (c.name == whose) return world.part(system.components.id_of(c).value).at;
  }
  return {};
}

}  // namespace

Compiled compile(std::shared_ptr<const Inventory> inventory, const Catalogue& catalogue, const CompileOptions& options,
                 input::Diagnostics& diagnostics) {
  const std::vector<Override> overrides = overrides_of(*inventory, catalogue, options);
  if (!overrides.empty()) {
    const auto changed = std::make_shared<Inventory>(*inventory);
    for (const Override& change : overrides) apply(*changed, change, diagnostics);
    inventory = changed;
  }
  inventory = with_named_in_documents(inventory, catalogue);
  inventory = with_called_in_definitions(inventory, catalogue, diagnostics);
  Compiled compiled;
  compiled.compilation =
      std::make_shared<Compilation>(std::move(inventory), catalogue, options, diagnostics, compiled.system);
  Compilation& compilation = *compiled.compilation;
  if (!compilation.check()) return compiled;
  compilation.write_system(compiled.entry_points);
  compiled.system.texts = compiled.compilation;
  for (const ActionRequest& request : options.actions) {
    compiled.requested.push_back(compilation.action(request, compiled.system, diagnostics));
  }
  compiled.guarded = compilation.guarded_calls();
  compiled.guarded_repairs = compilation.guarded_repairs();
  compiled.assumptions = compilation.assumptions();
  if (!diagnostics.has_errors()) {
    for (const std::string& sentence : moshimo::check(compiled.system)) {
      diagnostics.error(place_of(sentence, compilation.world(), compiled.system), sentence);
    }
  }
  return compiled;
}

std::vector<Assumption> Compilation::assumptions() {
  std::vector<Assumption> out;
  for (const std::string& sentence : inventory_->unknowns) out.push_back({Assumption::Kind::unknown, sentence, {}, {}});
  for (const Assumption& a : assumptions_) out.push_back(a);
  for (const auto& [service, callees] : needs_->taken_to_be_let_in) {
    Assumption a;
    a.kind = Assumption::Kind::granted_policies;
    a.says = fmt::format("Nothing that is given says that {} may use {}; {} taken to have a policy that allows it.",
                         service, callees.size() == 1 ? "this" : "these", callees.size() == 1 ? "it is" : "they are");
    for (const Index c : callees) a.where.push_back(ComponentId(c));
    out.push_back(std::move(a));
  }
  if (permissions_) list_permissions(out);
  for (const World::UsedDefault& used : world_.used_defaults()) {
    Assumption a;
    a.kind = Assumption::Kind::default_value;
    const std::string& reason = used.attribute->basis.assumed;
    const std::string why = !used.fact.empty()                   ? ", the default at the time of this run"
                            : reason.empty() || reason == "true" ? ""
                                                                 : fmt::format(" ({})", reason);
    a.says = fmt::format("{} of {} is taken to be {}{}.", used.name, used.type->name, used.value, why);
    if (!used.fact.empty()) a.fact = fact(used.fact);
    for (const Index c : used.components) a.where.push_back(ComponentId(c));
    std::sort(a.where.begin(), a.where.end());
    out.push_back(std::move(a));
  }
  for (const std::string& id : world_.used_facts()) fact(id);
  std::vector<Assumption> facts;
  for (std::size_t i = 0; i < system_->facts.size(); ++i) {
    const Fact& f = system_->facts[FactId(i)];
    if (f.confidence == Confidence::documented) continue;
    facts.push_back({Assumption::Kind::fact, f.says, FactId(i), {}});
  }
  std::sort(facts.begin(), facts.end(), [&](const Assumption& a, const Assumption& b) {
    return system_->facts[a.fact].id < system_->facts[b.fact].id;
  });
  out.insert(out.end(), facts.begin(), facts.end());
  Assumption granted;
  granted.kind = Assumption::Kind::granted_policies;
  granted.says =
      "Identity policies are not looked at: every principal is taken to be allowed what it does here while it exists.";
  for (std::size_t i = 0; i < system_->components.size(); ++i) {
    const Index c = static_cast<Index>(i);
    const bool is_principal = world_.part(c).type->find_port("act") != nullptr;
    if (is_principal && !(permissions_ && permissions_->knows_all_of(c))) granted.where.push_back(ComponentId(i));
  }
  if (!granted.where.empty()) out.push_back(std::move(granted));
  return out;
}

// ---- looking things up ----------------------------------------------------------------------------------------------

ComponentId Compiled::component(std::string_view name) const {
  const auto& rows = system.components;
  const auto found = std::find_if(rows.begin(), rows.end(), [name](const Component& c) { return c.name == name; });
  return found == rows.end() ? ComponentId{} : ComponentId(static_cast<std::size_t>(found - rows.begin()));
}

namespace {

// The row of a component whose own name, after that of the component and one character, is `name`.
template <class Row>
Id<Row> row_of(const System& system, const Table<Row>& rows, ComponentId c, std::string_view name) {
  if (!c.is_set()) return {};
  const std::size_t length = system.components[c].name.size() + 1 + name.size();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    if (row.component != c) return false;
    const std::string whole = name_of(system, rows.id_of(row));
    return whole.size() == length && whole.ends_with(name);
  });
  return found == rows.end() ? Id<Row>{} : Id<Row>(static_cast<std::size_t>(found - rows.begin()));
}

}  // namespace

ConditionId Compiled::condition(ComponentId c, std::string_view name) const {
  return row_of(system, system.conditions, c, name);
}

PortId Compiled::port(ComponentId c, std::string_view name) const { return row_of(system, system.ports, c, name); }

RepairId Compiled::repair(ComponentId c, std::string_view name) const {
  return row_of(system, system.repairs, c, name);
}

std::vector<std::string> Compiled::verbs(ComponentId c) const {
  std::vector<std::string> out{"outage"};
  for (const FaultDef& fault : compilation->world().part(c.value).type->faults) {
    if (!fault.edits()) out.push_back(fault.name);  // they have to be told what they change
  }
  std::sort(out.begin(), out.end());
  return out;
}

ActionId Compiled::action(const ActionRequest& request, input::Diagnostics& diagnostics) {
  const ActionId id = compilation->action(request, system, diagnostics);
  const std::vector<GuardedCall>& all = compilation->guarded_calls();
  guarded.insert(guarded.end(), all.begin() + static_cast<std::ptrdiff_t>(guarded.size()), all.end());
  return id;
}

}  // namespace moshimo::models
