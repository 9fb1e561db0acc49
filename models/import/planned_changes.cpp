#include "models/import/planned_changes.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/differences.hpp"
#include "models/import/plan_comparison.hpp"

namespace moshimo::models::importing {

std::string loss_of(const TypeDef& type, std::string_view attribute) {
  const std::string_view root = attribute.substr(0, attribute.find_first_of(".["));
  std::string_view verb;
  if (root == "policy" || root == "policy_document") verb = "break-policy";
  if (root == "trust") verb = "cut-trust";
  if (root == "policies" || root == "inline_policies") verb = "detach";
  if (root == "login_profile") verb = "disable-console";
  return !verb.empty() && type.find_fault(verb) ? std::string(verb) : std::string();
}

std::string address_of(const Change& change) {
  return change.deposed.empty() ? change.address : fmt::format("{} (deposed {})", change.address, change.deposed);
}

PlannedChanges Comparison::run() {
  for (const Change& change : plan_.changes) {
    if (!change.is_data) take(change);
  }
  find_renamed();
  for (const Change* change : parts_removed_) remove_part(*change);
  find_touched();
  look_at_replacements();
  tell_emptied();
  for (const Change& change : plan_.changes) {
    if (change.is_data || change.action != Action::update) continue;
    for (const Placement& place : placements(change)) {
      if (is_fault(change, place)) break;
    }
  }
  compare();
  for (const Change& change : plan_.changes) {
    if (!change.is_data && change.action == Action::update) tell_update(change);
  }
  for (const Drift& drift : plan_.drifted) {
    (drift.is_gone ? result_.vanished : result_.drifted).push_back(drift.address);
  }
  tell_unseen_users();
  return std::move(result_);
}

const std::vector<Placement>& Comparison::placements(const Change& change) const {
  static const std::vector<Placement> none;
  const auto found = before_.placements.find(address_of(change));
  return found == before_.placements.end() ? none : found->second;
}

const TypeDef* Comparison::type_of(const std::string& catalogue_type) const {
  return catalogue_.find_type(catalogue_type);
}

const TypeDef* Comparison::type_before(const std::string& name) const {
  const auto was = std::find_if(before_.inventory.resources.begin(), before_.inventory.resources.end(),
                                [&](const Resource& r) { return r.name == name; });
  return was == before_.inventory.resources.end() ? nullptr : type_of(was->type);
}

void Comparison::add_fault(const std::string& name, std::string verb, const std::string& address,
                           const std::string& type, std::string why, bool is_update,
                           std::vector<std::pair<std::string, models::Value>> parameters) {
  std::string key = name + "\n" + verb;
  for (const auto& [parameter, value] : parameters) key += "\n" + parameter + "=" + in_words(value);
  if (!faults_.insert(key).second) return;
  result_.deletions.push_back({name, std::move(verb), address, type, std::move(why), is_update, std::move(parameters)});
}

const Resource* Comparison::resource_before(const std::string& name) const {
  const auto was = std::find_if(before_.inventory.resources.begin(), before_.inventory.resources.end(),
                                [&](const Resource& r) { return r.name == name; });
  return was == before_.inventory.resources.end() ? nullptr : &*was;
}

// A document of a principal that is known to its end: an inline one, or that of a policy it has.
const models::Value* Comparison::document_before(const std::string& name, const std::string& document) const {
  const auto known = [](const models::Value* value, const Resource& of, const TypeDef& type, const std::string& where) {
    return value && models::is_document_in(*value, of, type, where) ? value : nullptr;
  };
  const Resource* was = resource_before(name);
  const TypeDef* type = was ? type_of(was->type) : nullptr;
  if (!type || !type->permissions || !type->permissions->is_of_principal()) return nullptr;
  if (const models::Value* own = was->attributes.find(type->permissions->inline_ones)) {
    if (const models::Value* found = own->find(document))
      return known(found, *was, *type, type->permissions->inline_ones);
  }
  const Resource* policy = resource_before(document);
  const TypeDef* policy_type = policy ? type_of(policy->type) : nullptr;
  for (std::size_t i = 0; policy_type && i < policy_type->attributes.size(); ++i) {
    const AttributeDef& attribute = policy_type->attributes[i];
    if (attribute.kind == AttributeDef::Kind::policy) {
      return known(policy->attributes.find(attribute.name), *policy, *policy_type, attribute.name);
    }
  }
  return nullptr;
}

namespace {

bool has(const std::set<std::string>& places, const std::string& name, const std::string& attribute) {
  const std::string exact = name + "\n" + attribute;
  const auto at = places.lower_bound(exact);
  return at != places.end() && at->starts_with(exact) &&
         (at->size() == exact.size() || (*at)[exact.size()] == '.' || (*at)[exact.size()] == '[');
}

}  // namespace

bool Comparison::is_unknown(const std::string& name, const std::string& attribute) const {
  return has(after_.unknown, name, attribute);
}

std::string Comparison::why_unknown(const std::string& name, const std::string& attribute) const {
  return has(after_.hidden, name, attribute) ? "marked as sensitive, so it is not read" : "known only after apply";
}

void Comparison::take(const Change& change) {
  const std::string address = address_of(change);
  if (!change.previous_address.empty()) result_.moves.push_back({change.previous_address, change.address});
  if (change.is_import) result_.imported.push_back(address);
  if (change.is_gone) result_.created.push_back(address);
  switch (change.action) {
    case Action::no_op:
    case Action::read:
    case Action::update: return;
    case Action::create: result_.created.push_back(address); return;
    case Action::forget: result_.forgotten.push_back(address); return;
    case Action::create_then_forget:
      result_.created.push_back(address);
      result_.forgotten.push_back(address);
      return;
    case Action::remove:
    case Action::remove_then_create:
    case Action::create_then_remove: break;
  }
  const auto& places = placements(change);
  const bool is_whole =
      std::any_of(places.begin(), places.end(), [](const Placement& p) { return p.attribute.empty(); });
  const bool is_part =
      std::any_of(places.begin(), places.end(), [](const Placement& p) { return !p.attribute.empty(); });
  if (is_whole && !is_part) {
    for (const Placement& whole : places) remove_whole(whole, change);
  } else if (change.is_gone) {
    return;  // a part that is there again
  } else if (is_part) {
    parts_removed_.push_back(&change);  // once it is known which wholes go
  } else {
    result_.unmodelled.push_back({address, change.type, replaces(change.action)});
  }
}

void Comparison::remove_whole(const Placement& whole, const Change& change) {
  gone_.insert(whole.name);
  if (!change.is_gone) tell_refused(whole.name, change);
  if (replaces(change.action)) {
    result_.replacements.push_back(
        {whole.name, address_of(change), change.type, change.action == Action::create_then_remove, change.reason});
    result_.replacements.back().was_gone = change.is_gone;
  } else {
    result_.deletions.push_back({whole.name, "delete", address_of(change), change.type, change.reason, false});
  }
}

// The files do not tell whether it is empty, so the worse is taken to happen.
void Comparison::tell_refused(const std::string& name, const Change& change) {
  const TypeDef* type = find_imported(catalogue_, change.type);
  for (const ImportSource& source : type ? type->terraform : std::vector<ImportSource>()) {
    if (source.type != change.type || !source.refused_unless) continue;
    const auto& [attribute, value] = *source.refused_unless;
    if (change.before.member(attribute).text() == value) continue;
    result_.not_simulated.push_back(fmt::format(
        "{} goes without {} = {}: AWS refuses that while {} holds anything, and the apply stops there; here "
        "it goes with all it holds",
        address_of(change), attribute, value, name));
  }
}

// Deleted under one address and created under another, with no `moved` block between them: for AWS, a replacement.
void Comparison::find_renamed() {
  std::unordered_map<std::string, std::string> made;  // name and type -> address
  std::unordered_set<std::string> created(result_.created.begin(), result_.created.end());
  for (const PlannedChanges::Replacement& r : result_.replacements) created.insert(r.address);
  for (const auto& [address, places] : after_.placements) {
    if (!created.contains(address)) continue;
    for (const Placement& p : places) {
      if (p.attribute.empty()) made.emplace(p.name + "\n" + p.type, address);
    }
  }
  std::erase_if(result_.deletions, [&](const PlannedChanges::Deletion& d) {
    const auto was = std::find_if(before_.inventory.resources.begin(), before_.inventory.resources.end(),
                                  [&](const Resource& r) { return r.name == d.name; });
    if (d.verb != "delete" || was == before_.inventory.resources.end()) return false;
    const auto again = made.find(d.name + "\n" + was->type);
    if (again == made.end() || again->second == d.address) return false;
    result_.replacements.push_back({d.name, d.address, d.type, false,
                                    fmt::format("created again as {}; a moved block would keep it", again->second)});
    return true;
  });
}

PlannedChanges planned_changes(const World& plan, const Mapped& before, const Mapped& after, const Catalogue& catalogue,
                               std::vector<ChangedFirst>& changed_first) {
  Comparison comparison(plan, before, after, catalogue);
  PlannedChanges changes = comparison.run();
  for (ChangedFirst& change : comparison.take_changed_first()) changed_first.push_back(std::move(change));
  return changes;
}

}  // namespace moshimo::models::importing
