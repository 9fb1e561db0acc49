#include "models/compile_world.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "models/type_names.hpp"

namespace moshimo::models {
namespace {

constexpr Index unknown_yet = static_cast<Index>(-2);
constexpr Index there = static_cast<Index>(-3);
constexpr std::size_t most_suggestions = 20;

bool is_own_key(std::string_view key) { return key == "tags" || key == "rto" || key == "rpo"; }

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string with_article(std::string_view word) {
  const bool vowel = !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel || word.substr(0, 1) == "s" ? (vowel ? "an" : "a") : "a", word);
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += &word == &words.back() ? " or " : ", ";
    out += word;
  }
  return out;
}

std::string written(Quantity q) {
  if (q.is_infinite()) return "forever";
  if (const auto d = q.unit == Unit::seconds ? as_duration(q) : std::nullopt) return input::to_text(*d);
  if (const auto b = q.unit == Unit::bytes ? as_bytes(q) : std::nullopt) return input::to_text(*b);
  if (const auto r = q.unit == Unit::per_second ? as_rate(q) : std::nullopt) return input::to_text(*r);
  return fmt::format("{}", q.value);
}

}  // namespace

Thing Thing::of_component(Index c) {
  Thing t;
  t.kind = Kind::component;
  t.component = c;
  return t;
}

Thing Thing::of_text(std::string_view words) {
  Thing t;
  t.text_ = words;
  return t;
}

Thing Thing::of_quantity(Quantity q) {
  Thing t;
  t.kind = Kind::quantity;
  t.number_ = q.value;
  t.unit = q.unit;
  return t;
}

Thing Thing::of_object(const AttributeDef& attribute, Index component, Index first_slot) {
  Thing t;
  t.kind = Kind::object;
  t.component = component;
  t.index = first_slot;
  t.object_ = &attribute;
  return t;
}

Thing Thing::of_map(const Value& map) {
  Thing t;
  t.kind = Kind::map;
  t.map_ = &map;
  return t;
}

Thing Thing::of_yes_no(bool is_yes) {
  Thing t;
  t.kind = Kind::yes_no;
  t.yes = is_yes;
  return t;
}

bool same(const Thing& a, const Thing& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Thing::Kind::component: return a.component == b.component;
    case Thing::Kind::quantity: return a.number() == b.number();
    case Thing::Kind::text: return a.text() == b.text();
    case Thing::Kind::yes_no: return a.yes == b.yes;
    case Thing::Kind::map: return a.map() == b.map();
    case Thing::Kind::object:
    case Thing::Kind::condition:
    case Thing::Kind::port:
    case Thing::Kind::store:
    case Thing::Kind::hop:
    case Thing::Kind::repair:
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy:
    case Thing::Kind::health: return a.component == b.component && a.index == b.index;
  }
  return false;
}

// ---- creating the components ----------------------------------------------------------------------------------------

struct World::Draft {
  const TypeDef* type = nullptr;
  std::string name;
  std::string short_name;
  std::string_view aws_name;
  const Resource* resource = nullptr;
  Index parent = nothing;  // among the drafts
  const AttributeDef* contained_in = nullptr;
  const Value* value = nullptr;            // its attributes, or
  const Expression* expression = nullptr;  // the map a default gives
  input::Position at;
};

World::World(const Inventory& inventory, const Catalogue& catalogue, std::optional<Moment> start,
             input::Diagnostics& diags)
    : diagnostics(&diags), catalogue_(catalogue), inventory_(inventory), start_(start), step_members_(1U << 14) {
  create_parts(inventory);
}

Index World::type_index(const TypeDef& type) {
  const auto [found, is_new] = type_indices_.emplace(&type, static_cast<Index>(types_.size()));
  if (!is_new) return found->second;
  TypeInfo& info = types_.emplace_back();
  info.type = &type;
  const auto add = [&](MemberKind kind, const auto& members) {
    for (std::size_t i = 0; i < members.size(); ++i) info.members.emplace(members[i].name, Member{kind, i});
    return static_cast<Index>(members.size());
  };
  add(MemberKind::attribute, type.attributes);
  info.ports = info.conditions + add(MemberKind::condition, type.conditions);
  info.stores = info.ports + add(MemberKind::port, type.ports);
  info.hops = info.stores + add(MemberKind::store, type.stores);
  info.processes = info.hops + add(MemberKind::hop, type.hops);
  info.repairs = info.processes + add(MemberKind::process, type.processes);
  info.all = info.repairs + add(MemberKind::repair, type.repairs);
  for (const std::string_view word : {"name", "arn", "account", "region", "ok"}) {
    info.members.emplace(word, Member{MemberKind::builtin, 0});
  }
  return found->second;
}

void World::create_parts(const Inventory& inventory) {
  std::vector<Draft> drafts;
  drafts.reserve(inventory.resources.size() * 5 / 4);
  for (const Resource& r : inventory.resources) {
    if (r.type.empty()) {
      unusable_.insert(r.name);
      continue;
    }
    const TypeDef* type = catalogue_.find_type(r.type);
    if (!type) {
      unusable_.insert(r.name);
      diagnostics->error(r.type_at, fmt::format("'{}' is of type '{}', which is not modelled{}", r.name, r.type,
                                                hint_on_type(catalogue_, r.type)));
      continue;
    }
    Draft d;
    d.type = type;
    d.name = r.name;
    d.short_name = r.name;
    d.aws_name = r.aws_name;
    d.resource = &r;
    d.value = &r.attributes;
    d.at = r.at;
    drafts.push_back(std::move(d));
  }
  const std::size_t tops = drafts.size();
  for (std::size_t i = 0; i < tops; ++i) draft_children(static_cast<Index>(i), drafts);

  std::vector<std::pair<std::string_view, Index>> by_name;  // and, of the same name, in the order they stand
  by_name.reserve(drafts.size());
  for (const Draft& d : drafts) by_name.emplace_back(d.name, static_cast<Index>(by_name.size()));
  std::sort(by_name.begin(), by_name.end());
  std::vector<Index> order;
  order.reserve(drafts.size());
  std::vector<Index> place(drafts.size());
  for (const auto& [name, draft] : by_name) {
    place[draft] = static_cast<Index>(order.size());
    order.push_back(draft);
  }

  std::size_t slot_count = 0;
  for (const Draft& d : drafts) slot_count += d.type->attributes.size();
  slots_.reserve(slot_count * 5 / 4);
  things_.reserve(slot_count);
  parts_.resize(drafts.size());
  by_name_.reserve(drafts.size());
  for (const Index from : order) {
    Draft& d = drafts[from];
    const Index c = place[from];
    Part& p = parts_[c];
    p.type = d.type;
    p.type_index = type_index(*d.type);
    p.name = std::move(d.name);
    p.resource = d.resource;
    p.parent = d.parent == nothing ? nothing : place[d.parent];
    p.at = d.at;
    p.short_name = p.parent == nothing ? std::string_view(p.name)
                                       : std::string_view(p.name).substr(p.name.size() - d.short_name.size());
    p.aws_name = d.aws_name.empty() ? p.short_name : d.aws_name;
    if (!by_name_.emplace(p.name, c).second) {
      diagnostics->error(p.at, fmt::format("'{}' is the name of another component already", p.name));
    }
    TypeInfo& info = types_[p.type_index];
    info.parts.push_back(c);
    p.first_member = static_cast<Index>(member_cells_.size());
    member_cells_.resize(member_cells_.size() + info.all, unknown_yet);
    p.first_slot = static_cast<Index>(slots_.size());
    slots_.resize(slots_.size() + d.type->attributes.size());
    give(d.type->attributes, p.first_slot, d.value, d.expression, c, "");
  }

  // Parts know their parent, and parents their parts in the order in which they are written.
  std::vector<std::pair<Index, Index>> contained;  // slot of the parent, part
  for (std::size_t i = tops; i < drafts.size(); ++i) {
    const Draft& d = drafts[i];
    const Part& p = parts_[place[i]];
    const Part& parent = parts_[p.parent];
    const auto& attributes = parent.type->attributes;
    contained.emplace_back(parent.first_slot + static_cast<Index>(d.contained_in - attributes.data()), place[i]);
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      if (p.type->attributes[a].name != d.contained_in->through) continue;
      Slot& up = slots_[p.first_slot + a];
      if (up.value()) {
        diagnostics->error(up.value()->key_at(), fmt::format("'{}' of '{}' follows from where it stands; remove it",
                                                             d.contained_in->through, p.name));
      }
      up = {};
      up.first = static_cast<Index>(things_.size());
      up.count = 1;
      up.state = Slot::State::done;
      things_.push_back(Thing::of_component(p.parent));
    }
  }
  attach_separate_parts(contained);
  std::stable_sort(contained.begin(), contained.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [slot_index, child] : contained) {
    Slot& s = slots_[slot_index];
    if (s.state != Slot::State::done) {
      s.first = static_cast<Index>(things_.size());
      s.state = Slot::State::done;
    }
    ++s.count;
    things_.push_back(Thing::of_component(child));
  }
  for (const Part& p : parts_) {
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      if (p.type->attributes[a].kind == AttributeDef::Kind::contains)
        slots_[p.first_slot + a].state = Slot::State::done;
    }
  }
}

void World::draft_children(Index parent, std::vector<Draft>& drafts) {
  const TypeDef& type = *drafts[parent].type;
  for (const AttributeDef& attribute : type.attributes) {
    if (attribute.kind != AttributeDef::Kind::contains) continue;
    const TypeDef* child_type = catalogue_.find_type(attribute.types.front());
    if (!child_type) continue;
    const Value* given = drafts[parent].value ? drafts[parent].value->find(attribute.name) : nullptr;
    const Expression* expression = nullptr;
    if (drafts[parent].expression) {
      const auto& keys = drafts[parent].expression->keys;
      const auto key = std::find(keys.begin(), keys.end(), attribute.name);
      if (key != keys.end())
        expression = &drafts[parent].expression->operands[static_cast<std::size_t>(key - keys.begin())];
    }
    if (!given && !expression && attribute.default_value.is_written()) expression = &attribute.default_value;
    if (given && given->kind == Value::Kind::null) continue;

    std::size_t count = 0;
    if (given && given->kind == Value::Kind::list)
      count = given->children.size();
    else if (given && given->kind == Value::Kind::map)
      count = 1;
    else if (given) {
      diagnostics->error(given->at(), fmt::format("{} of '{}' must be a list of {}, a map each", attribute.name,
                                                  drafts[parent].name, attribute.types.front()));
    } else if (expression && expression->kind == Expression::Kind::list) {
      count = expression->operands.size();
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) {
      Draft d;
      d.type = child_type;
      d.parent = parent;
      d.contained_in = &attribute;
      d.resource = drafts[parent].resource;
      d.at = drafts[parent].at;
      d.short_name = fmt::format("{}", i);
      if (given) {
        d.value = given->kind == Value::Kind::list ? &given->children[i] : given;
        d.at = d.value->at();
        if (d.value->kind != Value::Kind::map) {
          diagnostics->error(d.at, fmt::format("item {} of {} of '{}' must be a map with the attributes of {}", i,
                                               attribute.name, drafts[parent].name, with_article(child_type->name)));
          continue;
        }
        const Value* name = d.value->find("name");
        if (name && name->kind == Value::Kind::scalar && !name->text.empty()) {
          d.short_name = name->text;
          if (std::find(names.begin(), names.end(), name->text) != names.end()) {
            diagnostics->error(name->at(), fmt::format("{} of '{}' has two items named '{}'", attribute.name,
                                                       drafts[parent].name, name->text));
            continue;
          }
          names.push_back(name->text);
        }
        if (const Value* own = d.value->find("aws_name"); own && own->kind == Value::Kind::scalar)
          d.aws_name = own->text;
      } else {
        d.expression = &expression->operands[i];
      }
      d.name = fmt::format("{}/{}/{}", drafts[parent].name, attribute.name, d.short_name);
      drafts.push_back(std::move(d));
      draft_children(static_cast<Index>(drafts.size() - 1), drafts);
    }
  }
}

// A part may also be written as a resource that names its parent.
void World::attach_separate_parts(std::vector<std::pair<Index, Index>>& contained) {
  struct Holder {
    Index count = 0;
    const AttributeDef* attribute = nullptr;
  };
  std::unordered_map<std::string_view, std::vector<std::pair<const TypeDef*, const AttributeDef*>>> holders;
  for (const TypeInfo& info : types_) {
    for (const AttributeDef& attribute : info.type->attributes) {
      if (attribute.kind == AttributeDef::Kind::contains) {
        holders[attribute.types.front()].emplace_back(info.type, &attribute);
      }
    }
  }
  for (Index c = 0; c < parts_.size(); ++c) {
    const Part& p = parts_[c];
    if (p.parent != nothing) continue;
    const auto found = holders.find(p.type->name);
    if (found == holders.end()) continue;
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      const AttributeDef& up = p.type->attributes[a];
      const bool leads_up = std::any_of(found->second.begin(), found->second.end(),
                                        [&](const auto& h) { return h.second->through == up.name; });
      if (!leads_up) continue;
      const Slot s = slot(p.first_slot + static_cast<Index>(a), up, c, "");
      for (Index i = 0; i < s.count; ++i) {
        const Index parent = things_[s.first + i].component;
        if (parent == nothing) continue;
        const AttributeDef* holder = nullptr;
        Index candidates = 0;
        for (const auto& [type, attribute] : found->second) {
          if (type != parts_[parent].type || attribute->through != up.name) continue;
          holder = attribute;
          ++candidates;
        }
        if (candidates > 1) {
          diagnostics->error(p.at, fmt::format("write '{}' inside '{}', which can hold {} in several places", p.name,
                                               parts_[parent].name, with_article(p.type->name)));
        } else if (holder) {
          const auto& attributes = parts_[parent].type->attributes;
          contained.emplace_back(parts_[parent].first_slot + static_cast<Index>(holder - attributes.data()), c);
        }
      }
    }
  }
}

// Notes what is written for each of the attributes, whose slots begin at `first`.
void World::give(const std::vector<AttributeDef>& attributes, Index first, const Value* value,
                 const Expression* expression, Index component, const std::string& prefix) {
  const auto find = [&](std::string_view name) -> std::size_t {
    if (prefix.empty()) {
      const auto& members = types_[parts_[component].type_index].members;
      const auto found = members.find(name);
      if (found == members.end() || found->second.kind != MemberKind::attribute) return attributes.size();
      return found->second.index;
    }
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].name == name) return i;
    }
    return attributes.size();
  };
  if (value) {
    const bool is_top = prefix.empty() && parts_[component].parent == nothing;
    const bool is_part = prefix.empty() && !is_top;
    for (const Value& child : value->children) {
      const std::size_t i = find(child.key);
      if (i == attributes.size()) {
        if ((is_top && is_own_key(child.key)) || (is_part && (child.key == "name" || child.key == "aws_name"))) {
          continue;
        }
        std::vector<std::string_view> known;
        for (const AttributeDef& a : attributes) {
          if (a.kind != AttributeDef::Kind::fixed) known.push_back(a.name);
        }
        const std::string owner = prefix.empty() ? parts_[component].type->name
                                                 : fmt::format("'{}' of {}", prefix, parts_[component].type->name);
        std::string hint = hint_on_attribute(attributes, child.key);
        if (hint.empty()) hint = input::did_you_mean(child.key, known);
        if (hint.empty()) hint = fmt::format("; `moshimo explain {}` lists those it has", parts_[component].type->name);
        diagnostics->error(child.key_at(), fmt::format("{} has no attribute '{}'{}", owner, child.key, hint));
        continue;
      }
      if (attributes[i].kind == AttributeDef::Kind::fixed) {
        diagnostics->error(child.key_at(), fmt::format("'{}' of {} follows from its other attributes; remove it",
                                                       child.key, parts_[component].type->name));
        continue;
      }
      slots_[first + i].write(&child);
    }
  }
  if (expression) {
    for (std::size_t k = 0; k < expression->keys.size(); ++k) {
      const std::size_t i = find(expression->keys[k]);
      if (i != attributes.size()) slots_[first + i].write(&expression->operands[k]);
    }
  }
}

// ---- looking things up ----------------------------------------------------------------------------------------------

Index World::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nothing : found->second;
}

std::string World::unknown_name(std::string_view name) const {
  std::vector<std::string_view> known;
  known.reserve(parts_.size());
  for (const Part& p : parts_) known.push_back(p.name);
  return input::did_you_mean(name, known);
}

const std::vector<Index>& World::of_type(std::string_view type) const {
  static const std::vector<Index> none;
  const TypeDef* def = catalogue_.find_type(type);
  const auto found = def ? type_indices_.find(def) : type_indices_.end();
  return found == type_indices_.end() ? none : types_[found->second].parts;
}

Member World::member(Index component, std::string_view name) const {
  const auto& members = types_[parts_[component].type_index].members;
  const auto found = members.find(name);
  return found == members.end() ? Member{} : found->second;
}

std::string_view World::keep(std::string words) { return kept_.emplace_back(std::move(words)); }

std::string World::account_of(Index component) const {
  const Resource* r = parts_[component].resource;
  if (r && !r->account.empty()) return r->account;
  return inventory_.account.empty() ? "<account>" : inventory_.account;
}

std::string World::region_of(Index component) const {
  const Resource* r = parts_[component].resource;
  if (r && !r->region.empty()) return r->region;
  return inventory_.region.empty() ? "<region>" : inventory_.region;
}

Index& World::member_cell(MemberKind kind, Index component, Index index) {
  const Part& p = parts_[component];
  const TypeInfo& info = types_[p.type_index];
  Index begin = 0;
  switch (kind) {
    case MemberKind::condition: begin = info.conditions; break;
    case MemberKind::port: begin = info.ports; break;
    case MemberKind::store: begin = info.stores; break;
    case MemberKind::hop: begin = info.hops; break;
    case MemberKind::process: begin = info.processes; break;
    case MemberKind::repair: begin = info.repairs; break;
    case MemberKind::none:
    case MemberKind::attribute:
    case MemberKind::builtin: break;
  }
  return member_cells_[p.first_member + begin + index];
}

bool World::exists(MemberKind kind, Index component, Index index) {
  const Index cell = member_cell(kind, component, index);
  if (cell != unknown_yet) return cell != nothing;
  const TypeDef& type = *parts_[component].type;
  const Test* test = nullptr;
  switch (kind) {
    case MemberKind::condition: test = &type.conditions[index].test; break;
    case MemberKind::port: test = &type.ports[index].test; break;
    case MemberKind::store: test = &type.stores[index].test; break;
    case MemberKind::hop: test = &type.hops[index].test; break;
    case MemberKind::process: test = &type.processes[index].test; break;
    case MemberKind::repair: test = &type.repairs[index].test; break;
    case MemberKind::none:
    case MemberKind::attribute:
    case MemberKind::builtin: return false;
  }
  const bool holds_here = holds(*test, Scope{component, nullptr, nullptr, nullptr});
  member_cell(kind, component, index) = holds_here ? there : nothing;
  return holds_here;
}

Index World::id(MemberKind kind, Index component, Index index) const {
  const Index cell = const_cast<World*>(this)->member_cell(kind, component, index);
  return cell == unknown_yet || cell == there ? nothing : cell;
}

void World::set_id(MemberKind kind, Index component, Index index, Index id) {
  member_cell(kind, component, index) = id;
}

// ---- values ---------------------------------------------------------------------------------------------------------

std::string World::whose(Index component, std::string_view label) const {
  return fmt::format("{} of '{}'", label, parts_[component].name);
}

World::Slot World::slot(Index slot_index, const AttributeDef& attribute, Index component, std::string_view prefix) {
  if (slots_[slot_index].state != Slot::State::open) return slots_[slot_index];
  slots_[slot_index].state = Slot::State::busy;
  const Value* value = slots_[slot_index].value();
  const Expression* expression = slots_[slot_index].expression();
  const Scope scope{component, nullptr, nullptr, nullptr};
  Things found(*this);
  std::vector<Thing>& out = *found;
  if (value && value->kind != Value::Kind::null) {
    const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    convert(*value, attribute, component, label, out);
  } else {
    const bool is_default = !expression && attribute.kind != AttributeDef::Kind::fixed;
    if (!expression) expression = is_default ? &attribute.default_value : &attribute.fixed;
    const bool asked = caller_was_asked;
    if (attribute.kind == AttributeDef::Kind::object && expression->kind == Expression::Kind::map) {
      out.push_back(object(attribute, nullptr, expression, component, ""));
    } else {
      evaluate(*expression, scope, out);
      settle(out, attribute);
    }
    caller_was_asked = asked;
    if (is_default && !out.empty()) note_default(attribute, component, prefix, out.front());
  }
  Slot& s = slots_[slot_index];
  s.first = static_cast<Index>(things_.size());
  s.count = static_cast<Index>(out.size());
  s.state = Slot::State::done;
  things_.insert(things_.end(), out.begin(), out.end());
  return s;
}

Thing World::object(const AttributeDef& attribute, const Value* value, const Expression* expression, Index component,
                    const std::string& label) {
  const Thing t = Thing::of_object(attribute, component, static_cast<Index>(slots_.size()));
  slots_.resize(slots_.size() + attribute.members.size());
  give(attribute.members, t.index, value, expression, component, label.empty() ? attribute.name : label);
  return t;
}

void World::note_default(const AttributeDef& attribute, Index component, std::string_view prefix, const Thing& value) {
  if (!attribute.basis.is_given()) return;
  const Scope scope{component, nullptr, nullptr, nullptr};
  if (const auto fact = one(attribute.basis.fact, scope); fact && fact->kind == Thing::Kind::text) {
    used_facts_.emplace(fact->text());
  }
  if (!attribute.basis.is_assumed) return;
  UsedDefault& used = used_defaults_[&attribute];
  if (!used.attribute) {
    used.attribute = &attribute;
    used.type = parts_[component].type;
    used.name = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    const bool has_no_end = value.kind == Thing::Kind::quantity && value.quantity().is_infinite();
    used.value = has_no_end && attribute.kind != AttributeDef::Kind::duration ? "unlimited" : describe(value);
  }
  used.components.push_back(component);
}

void World::describe(std::string& to, const Thing& thing, bool for_reader) const {
  switch (thing.kind) {
    case Thing::Kind::component: {
      const Part& part = parts_[thing.component];
      to += for_reader ? part.short_name : part.aws_name;
      return;
    }
    case Thing::Kind::quantity: to += written(thing.quantity()); return;
    case Thing::Kind::text: to += thing.text(); return;
    case Thing::Kind::yes_no: to += thing.yes ? "yes" : "no"; return;
    case Thing::Kind::object:
    case Thing::Kind::map:
    case Thing::Kind::condition:
    case Thing::Kind::port:
    case Thing::Kind::store:
    case Thing::Kind::hop:
    case Thing::Kind::repair:
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy:
    case Thing::Kind::health: return;
  }
}

std::string World::describe(const Thing& thing) const {
  std::string out;
  describe(out, thing);
  return out;
}

std::vector<World::UsedDefault> World::used_defaults() const {
  std::vector<UsedDefault> all;
  all.reserve(used_defaults_.size());
  for (const auto& entry : used_defaults_) all.push_back(entry.second);
  std::sort(all.begin(), all.end(), [](const UsedDefault& a, const UsedDefault& b) {
    return a.type->name != b.type->name ? a.type->name < b.type->name : a.name < b.name;
  });
  return all;
}

// Gives things that come from the catalogue the kind the attribute has.
void World::settle(std::vector<Thing>& things, const AttributeDef& attribute) {
  if (attribute.kind == AttributeDef::Kind::refers_to) {
    std::size_t kept = 0;
    for (const Thing& t : things) {
      const Index c = t.kind == Thing::Kind::text ? find(t.text()) : nothing;
      if (c != nothing && fits(attribute, *parts_[c].type))
        things[kept++] = Thing::of_component(c);
      else if (t.kind != Thing::Kind::text || attribute.or_text)
        things[kept++] = t;
    }
    things.resize(kept);
  }
  if (!attribute.many && things.size() > 1) things.resize(1);
}

bool World::fits(const AttributeDef& attribute, const TypeDef& type) {
  return attribute.any_type ||
         std::find(attribute.types.begin(), attribute.types.end(), type.name) != attribute.types.end();
}

void World::convert(const Value& value, const AttributeDef& attribute, Index component, const std::string& label,
                    std::vector<Thing>& out) {
  if (value.kind == Value::Kind::list && attribute.kind != AttributeDef::Kind::policy) {
    if (!attribute.many) {
      diagnostics->error(value.at(), fmt::format("{} takes one value, not a list", whose(component, label)));
      return;
    }
    for (const Value& item : value.children) {
      if (const auto t = convert_one(item, attribute, component, label)) out.push_back(*t);
    }
    return;
  }
  if (const auto t = convert_one(value, attribute, component, label)) out.push_back(*t);
}

std::optional<Thing> World::convert_one(const Value& value, const AttributeDef& attribute, Index component,
                                        const std::string& label) {
  const auto wrong = [&](std::string_view expected) -> std::optional<Thing> {
    const std::string found = value.kind == Value::Kind::scalar ? fmt::format("'{}'", value.text)
                              : value.kind == Value::Kind::map  ? "a map"
                              : value.kind == Value::Kind::list ? "a list"
                                                                : "nothing";
    diagnostics->error(value.at(), fmt::format("{} must be {}, not {}", whose(component, label), expected, found));
    return std::nullopt;
  };
  const auto quantity = [&](double number, bool is_infinite, Unit unit) -> std::optional<Thing> {
    const Thing t = Thing::of_quantity(is_infinite ? Quantity::infinite() : Quantity{number, unit});
    check_range(value, attribute, t, component, label);
    return t;
  };
  const bool is_scalar = value.kind == Value::Kind::scalar;
  const std::string_view words = value.text;
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to:
    case AttributeDef::Kind::parent: return reference(value, attribute, component, label);
    case AttributeDef::Kind::contains:
    case AttributeDef::Kind::fixed: return std::nullopt;
    case AttributeDef::Kind::object:
      if (value.kind != Value::Kind::map) return wrong("a map");
      return object(attribute, &value, nullptr, component, label);
    case AttributeDef::Kind::text: return is_scalar ? std::optional(Thing::of_text(words)) : wrong("a text");
    case AttributeDef::Kind::count: {
      if (is_scalar && words == "unlimited") return quantity(0, true, Unit::none);
      const auto n = is_scalar ? number_in(words) : std::nullopt;
      const bool is_whole = n && *n >= -1 && *n == static_cast<double>(static_cast<std::int64_t>(*n));  // -1: no limit
      if (!is_whole) return wrong("a whole number, as in 3");
      return quantity(*n, false, Unit::none);
    }
    case AttributeDef::Kind::ratio: {
      const auto n = is_scalar ? number_in(words) : std::nullopt;
      if (!n || *n < 0) return wrong("a number, as in 0.5");
      return quantity(*n, false, Unit::none);
    }
    case AttributeDef::Kind::duration: {
      const auto d = is_scalar ? input::parse_duration(words) : std::nullopt;
      if (!d || (*d < Duration{} && *d != Duration::seconds(-1))) return wrong("a duration, as in 90s, 15m or 14d");
      return quantity(d->in_seconds(), d->is_forever(), Unit::seconds);
    }
    case AttributeDef::Kind::bytes: {
      const auto b = is_scalar ? input::parse_bytes(words) : std::nullopt;
      if (!b || b->count() < 0) return wrong("an amount of data, as in 600B, 2KB or 1MiB");
      return quantity(b->count(), b->is_unlimited(), Unit::bytes);
    }
    case AttributeDef::Kind::rate: {
      const auto r = is_scalar ? input::parse_rate(words) : std::nullopt;
      if (!r || r->per_second() < 0) return wrong("a rate, as in 400/s or 30/min");
      return quantity(r->per_second(), r->is_unlimited(), Unit::per_second);
    }
    case AttributeDef::Kind::yes_no:
      if (is_scalar && (words == "yes" || words == "true")) return Thing::of_yes_no(true);
      if (is_scalar && (words == "no" || words == "false")) return Thing::of_yes_no(false);
      return wrong("yes or no");
    case AttributeDef::Kind::one_of: {
      if (!is_scalar) return wrong(listed(attribute.options));
      const auto& options = attribute.options;
      if (std::find(options.begin(), options.end(), words) == options.end()) {
        diagnostics->error(value.at(),
                           fmt::format("{} must be {}, not '{}'{}", whose(component, label), listed(options), words,
                                       input::did_you_mean(words, {options.begin(), options.end()})));
        return std::nullopt;
      }
      return Thing::of_text(words);
    }
    case AttributeDef::Kind::map: {
      if (value.kind != Value::Kind::map) return wrong("a map");
      return Thing::of_map(value);
    }
    case AttributeDef::Kind::policy: return Thing::of_map(value);
    case AttributeDef::Kind::port: {
      if (!is_scalar) return wrong("the name of a port");
      Things targets(*this);
      values(component, attribute.port_of, *targets);
      for (const Thing& target : targets) {
        if (target.kind != Thing::Kind::component) continue;
        const Part& p = parts_[target.component];
        if (p.type->find_port(words)) continue;
        std::vector<std::string> ports;
        for (const PortDef& port : p.type->ports) ports.push_back(port.name);
        diagnostics->error(value.at(),
                           fmt::format("{} names the port '{}', but '{}' ({}) has {}", whose(component, label), words,
                                       p.name, p.type->name, ports.empty() ? "no ports" : "only " + listed(ports)));
        return std::nullopt;
      }
      return Thing::of_text(words);
    }
  }
  return std::nullopt;
}

std::optional<Thing> World::reference(const Value& value, const AttributeDef& attribute, Index component,
                                      const std::string& label) {
  const std::string wanted = attribute.types.empty() ? "a resource" : with_article(listed(attribute.types));
  if (value.kind != Value::Kind::scalar) {
    diagnostics->error(value.at(), fmt::format("{} must be the name of {}", whose(component, label), wanted));
    return std::nullopt;
  }
  const Index c = find(value.text);
  if (c == nothing) {
    if (attribute.or_text) return Thing::of_text(value.text);
    if (unusable_.count(value.text)) return std::nullopt;  // that has been said
    std::string hint;
    if (++suggestions_ <= most_suggestions) {
      std::vector<std::string_view> known;
      for (const Part& p : parts_) {
        if (fits(attribute, *p.type)) known.push_back(p.name);
      }
      hint = input::did_you_mean(value.text, known);
      if (hint.empty()) hint = unknown_name(value.text);
    }
    diagnostics->error(value.at(),
                       fmt::format("{} names '{}', which does not exist{}", whose(component, label), value.text, hint));
    return std::nullopt;
  }
  if (attribute.kind == AttributeDef::Kind::refers_to && !fits(attribute, *parts_[c].type)) {
    diagnostics->error(value.at(), fmt::format("{} names '{}', {}; it takes {}", whose(component, label), value.text,
                                               with_article(parts_[c].type->name), wanted));
    return std::nullopt;
  }
  return Thing::of_component(c);
}

void World::check_range(const Value& value, const AttributeDef& attribute, const Thing& thing, Index component,
                        const std::string& label) {
  const bool too_small = attribute.least && thing.number() < attribute.least->value;
  const bool too_large = attribute.most && thing.number() > attribute.most->value;
  if (!too_small && !too_large) return;
  std::string bounds;
  if (attribute.least && attribute.most) {
    bounds = fmt::format("between {} and {}", written(*attribute.least), written(*attribute.most));
  } else {
    bounds = attribute.least ? fmt::format("at least {}", written(*attribute.least))
                             : fmt::format("at most {}", written(*attribute.most));
  }
  diagnostics->error(value.at(), fmt::format("{} is {}; it must be {}", whose(component, label), value.text, bounds));
}

void World::values(Index component, std::string_view attribute, std::vector<Thing>& out) {
  const auto& members = types_[parts_[component].type_index].members;
  const auto found = members.find(attribute);
  if (found == members.end() || found->second.kind != MemberKind::attribute) return;
  const Index at = parts_[component].first_slot + static_cast<Index>(found->second.index);
  const Slot s = slot(at, parts_[component].type->attributes[found->second.index], component, "");
  out.insert(out.end(), things_.begin() + s.first, things_.begin() + s.first + s.count);
}

void World::check_all() {
  for (Index c = 0; c < parts_.size(); ++c) {
    check_slots(parts_[c].type->attributes, parts_[c].first_slot, c, "");
  }
}

void World::check_slots(const std::vector<AttributeDef>& attributes, Index first, Index component,
                        const std::string& prefix) {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const AttributeDef& attribute = attributes[i];
    const Index at = first + static_cast<Index>(i);
    const Value* value = slots_[at].value();
    const bool is_given = value && value->kind != Value::Kind::null;
    if (is_given) {
      const Slot s = slot(at, attribute, component, prefix);
      if (attribute.kind == AttributeDef::Kind::object) {
        const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
        for (Index k = 0; k < s.count; ++k)
          check_slots(attribute.members, things_[s.first + k].index, component, label);
      }
      continue;
    }
    if (slots_[at].count > 0 || slots_[at].expression() || attribute.optional || attribute.default_value.is_written()) {
      continue;
    }
    if (attribute.kind == AttributeDef::Kind::contains || attribute.kind == AttributeDef::Kind::fixed) continue;
    const Part& p = parts_[component];
    const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    std::string what;
    if (attribute.kind == AttributeDef::Kind::refers_to) {
      what = fmt::format(", the name of {}",
                         attribute.types.empty() ? "a resource" : with_article(listed(attribute.types)));
    } else if (attribute.kind == AttributeDef::Kind::parent) {
      what = ", the name of what it is a part of";
    } else if (attribute.kind == AttributeDef::Kind::one_of) {
      what = fmt::format(": {}", listed(attribute.options));
    }
    diagnostics->error(p.at, fmt::format("'{}' ({}) needs '{}'{}", p.name, p.type->name, label, what));
  }
}

}  // namespace moshimo::models
