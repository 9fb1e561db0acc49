// What somebody may do to a component: the faults of its type, with their parameters.
#include <algorithm>
#include <fmt/format.h>

#include "input/phrases.hpp"
#include "models/compile_rows.hpp"

namespace moshimo::models {
namespace {

std::string key_of(const ActionRequest& request) {
  std::string key = request.component + '\n' + request.verb;
  std::vector<std::string> parameters;
  for (const auto& [name, value] : request.parameters) parameters.push_back(name + '=' + json_of(value));
  std::sort(parameters.begin(), parameters.end());
  for (const std::string& p : parameters) key.append("\n").append(p);
  if (request.call) {
    key.append(request.call->code_is_kept ? "\nkept, by " : "\nby ").append(request.call->who);
    for (const auto& [name, value] : request.call->context) {
      key.append("\nwith ").append(name).append("=").append(value);
    }
  }
  return key;
}

}  // namespace

ActionId Compilation::action(const ActionRequest& request, System& system, input::Diagnostics& diagnostics) {
  use(system);
  world_.diagnostics = &diagnostics;
  const Index c = world_.find(request.component);
  std::string key = key_of(request);
  if (c != nothing && asks_for_time(request, c)) key.append("\nat ").append(std::to_string(request.moment->seconds));
  if (const auto known = actions_.find(key); known != actions_.end()) return known->second;
  if (c == nothing) {
    if (world_.may_exist(request.component)) return {};
    diagnostics.error(request.at, [&] {
      return fmt::format("there is no '{}' in the inventory{}", request.component,
                         world_.unknown_name(request.component));
    });
    return {};
  }
  const Part& part = world_.part(c);
  if (request.verb == "outage") {
    const auto up = needs_->outages.find(c);
    if (up == needs_->outages.end()) {
      diagnostics.error(request.at, fmt::format("an outage of '{}' has to be known before compiling", part.name));
      return {};
    }
    Action row;
    row.name = fmt::format("{}/outage", part.name);
    row.component = ComponentId(c);
    row.breaks.push_back(up->second);
    return actions_[key] = system.actions.add(std::move(row));
  }
  const FaultDef* def = part.type->find_fault(request.verb);
  if (!def) {
    std::vector<std::string_view> known{"outage"};
    std::string verbs = "outage";
    for (const FaultDef& f : part.type->faults) {
      known.push_back(f.name);
      verbs += fmt::format(", {}", f.name);
    }
    std::string hint = input::did_you_mean(request.verb, known);
    if (hint.empty()) hint = fmt::format("; what can happen to it: {}", verbs);
    diagnostics.error(request.at,
                      fmt::format("'{}' ({}) knows no '{}'{}", part.name, part.type->name, request.verb, hint));
    return {};
  }

  std::vector<std::pair<std::string_view, Thing>> parameters;
  bool is_wrong = false;
  std::vector<Permissions::Having> documents;  // those that are taken away
  for (const FaultDef::Parameter& p : def->with) {
    const auto given = std::find_if(request.parameters.begin(), request.parameters.end(),
                                    [&](const auto& entry) { return entry.first == p.name; });
    const bool is_given = given != request.parameters.end();
    if (p.edit != FaultDef::Parameter::Edit::none) continue;
    if (p.is_document && def->edits()) continue;
    if (p.is_document) {
      if (!is_given) continue;
      const Permissions::Having having = permissions_->having(c, given->second.text);
      if (having.has.is_set()) {
        documents.push_back(having);
        continue;
      }
      const std::vector<std::string> known = permissions_->documents_of(c);
      diagnostics.error(given->second.at(),
                        fmt::format("'{}' has no policy document '{}'{}", part.name, given->second.text,
                                    input::did_you_mean(given->second.text, {known.begin(), known.end()})));
      is_wrong = true;
      continue;
    }
    if (!p.attribute.empty()) {
      // A value given for it is that of this call; the attribute's, before compiling, where this call takes effect.
      const auto in_options = [&](const ActionRequest& r) { return key_of(r) == key; };
      const bool is_listed = std::any_of(options_.actions.begin(), options_.actions.end(), in_options);
      Things values(world_);
      if (is_given && is_listed)
        world_.values_if(given->second, c, p.attribute, *values);
      else
        world_.values(c, p.attribute, *values);
      for (const Thing& value : values) {
        parameters.emplace_back(p.name, value);
        if (is_given && !is_listed && world_.describe(value) != given->second.text) {
          diagnostics.error(given->second.at(),
                            fmt::format("'{}' of '{}' has to be known before compiling", p.name, part.name));
          is_wrong = true;
        }
      }
      continue;
    }
    if (!is_given) {
      parameters.emplace_back(p.name, Thing::of_text(p.default_option));
      continue;
    }
    const auto option = std::find(p.options.begin(), p.options.end(), given->second.text);
    if (option == p.options.end()) {
      std::string options;
      for (const std::string& o : p.options) options += fmt::format("{}{}", options.empty() ? "" : ", ", o);
      diagnostics.error(
          given->second.at(),
          fmt::format("'{}' is none of the values of '{}', which are {}{}", given->second.text, p.name, options,
                      input::did_you_mean(given->second.text, {p.options.begin(), p.options.end()})));
      is_wrong = true;
    } else {
      parameters.emplace_back(p.name, Thing::of_text(*option));
    }
  }
  for (const auto& [name, value] : request.parameters) {
    std::vector<std::string_view> known;
    for (const FaultDef::Parameter& p : def->with) known.push_back(p.name);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::vector<std::string> written;
    for (const std::string_view k : known) written.push_back(fmt::format("`{}`", k));
    const std::string takes = known.empty() ? "no more than `at`" : "`at` and " + input::enumerated(written, "and");
    diagnostics.error(value.key_at().file ? value.key_at() : request.at,
                      fmt::format("'{}' of {} has no '{}'{}", request.verb, part.type->name, name,
                                  input::did_you_mean(name, known, "it takes " + takes)));
    is_wrong = true;
  }
  const DocumentEdit* const edit = def->edits() ? permissions_->find_edit(request) : nullptr;
  if (def->edits() && !edit && !is_wrong) {
    is_wrong = true;
    const auto is_option = [&](const ActionRequest& r) { return key_of(r) == key; };
    if (std::none_of(options_.actions.begin(), options_.actions.end(), is_option)) {
      diagnostics.error(request.at, fmt::format("what '{}' changes in '{}' has to be known before compiling",
                                                request.verb, part.name));
    }
  }
  if (is_wrong) return {};

  Scope scope{c, nullptr, nullptr, &parameters};
  Action row;
  row.name = fmt::format("{}/{}", part.name, def->name);
  row.component = ComponentId(c);
  const std::size_t calls = guarded_calls_.size();
  ask_credentials(request, row.needs);
  ask_guards(*def, scope, request, row.needs);
  needs_->write(def->needs, scope, row.needs);
  if (edit) {  // what limits the one who puts it back limits this one, too
    const RepairDef* back = part.type->find_repair(def->undone_by);
    for (const Need& n : permissions_->saving(*edit, fact(back ? back->limits : ""))) row.needs.push_back(n);
  }
  row.breaks = conditions(def->breaks, scope);
  row.restores = conditions(def->restores, scope);
  if (!documents.empty()) row.breaks.clear();
  if (edit) {
    row.breaks.push_back(edit->undone);
    row.restores.push_back(edit->done);
  }
  for (const Permissions::Having& document : documents) {
    row.breaks.push_back(document.has);
    row.restores.push_back(document.lacks);
  }
  row.fact = fact(def->basis, scope, def->name);
  row.seen_as = def->actions;
  row.place = {known_place(world_.account_of(c)),
               part.type->calls_seen_in.empty() ? known_place(world_.region_of(c)) : part.type->calls_seen_in};
  // Known before its cascade is, which may lead back here.
  const ActionId id = system.actions.add(std::move(row));
  actions_[key] = id;
  if (guarded_calls_.size() > calls) guarded_calls_.back().action = id;
  std::vector<ActionId> cascade;
  for (const FaultDef::Cascade& next : def->cascade) {
    if (!world_.holds(next.test, scope)) continue;
    Things found(world_);
    world_.follow(next.deletes, scope, *found);
    for (const Thing& t : found) {
      if (t.kind != Thing::Kind::component) continue;
      ActionRequest further;
      further.component = world_.part(t.component).name;
      further.verb = "delete";
      further.call = request.call;
      further.at = request.at;
      const ActionId deletes = action(further, system, diagnostics);
      if (deletes.is_set() && deletes != id) cascade.push_back(deletes);
    }
  }
  system.actions[id].cascade = std::move(cascade);
  return id;
}

}  // namespace moshimo::models
