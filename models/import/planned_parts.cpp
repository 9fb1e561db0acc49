#include <algorithm>
#include <fmt/format.h>

#include "models/import/differences.hpp"
#include "models/import/plan_comparison.hpp"

namespace moshimo::models::importing {

// The resource a nested part stands in: rule of rule/targets/0.
bool Comparison::goes_with_whole(const std::string& name) const {
  for (std::size_t slash = name.rfind('/'); slash != std::string::npos && slash > 0;
       slash = name.rfind('/', slash - 1)) {
    if (gone_.contains(name.substr(0, slash))) return true;
  }
  return gone_.contains(name);
}

// Parts of the same kind at the same place that the plan leaves alone: other permissions of the function.
std::size_t Comparison::staying(const Placement& place, const std::string& terraform_type) {
  if (parts_.empty()) {
    std::unordered_set<std::string> removed;
    for (const Change* change : parts_removed_) removed.insert(address_of(*change));
    std::unordered_map<std::string, std::string> types;
    for (const Change& change : plan_.changes) types.emplace(address_of(change), change.type);
    for (const auto& [address, places] : before_.placements) {
      const auto type = types.find(address);
      if (removed.contains(address) || type == types.end()) continue;
      for (const Placement& p : places) {
        if (!p.attribute.empty()) ++parts_[p.name + "\n" + p.attribute + "\n" + type->second];
      }
    }
    parts_.emplace("", 0);
  }
  const auto found = parts_.find(place.name + "\n" + place.attribute + "\n" + terraform_type);
  return found == parts_.end() ? 0 : found->second;
}

bool Comparison::loss_of_is_nothing(const Placement& place) const {
  const TypeDef* type = type_of(place.type);
  return !type || loss_of(*type, place.attribute).empty();
}

// Where it is known what a policy that is taken off says, only that goes.
bool Comparison::detach_documents(const Placement& place, const TypeDef& type, const Change& change,
                                  const std::string& verb) {
  if (!type.permissions || !type.permissions->is_of_principal()) return false;
  std::vector<std::string> lost;
  if (place.attribute == type.permissions->inline_ones) {
    lost.emplace_back(change.before.member("name").text());
  } else if (place.attribute == type.permissions->managed) {
    const Resource* was = resource_before(place.name);
    const models::Value* before = was ? was->attributes.find(place.attribute) : nullptr;
    const auto is = std::find_if(after_.inventory.resources.begin(), after_.inventory.resources.end(),
                                 [&](const Resource& r) { return r.name == place.name; });
    const models::Value* after =
        is == after_.inventory.resources.end() ? nullptr : is->attributes.find(place.attribute);
    for (std::size_t i = 0; before && i < before->children.size(); ++i) {
      const models::Value& item = before->children[i];
      const bool stays = after && std::any_of(after->children.begin(), after->children.end(),
                                              [&](const models::Value& other) { return equal(item, other); });
      if (!stays) lost.push_back(item.text);
    }
  }
  const bool all_known = std::all_of(lost.begin(), lost.end(), [&](const std::string& document) {
    return document_before(place.name, document) != nullptr && !gone_.contains(document);
  });
  if (lost.empty() || !all_known) return false;
  for (const std::string& document : lost) {
    add_fault(place.name, verb, address_of(change), change.type,
              fmt::format("{}{}the policy {}", change.reason, change.reason.empty() ? "" : "; ", document), false,
              {{"policy", models::Value::scalar(document)}});
  }
  return true;
}

void Comparison::remove_part(const Change& change) {
  const std::string address = address_of(change);
  bool has_own_place = false;
  const bool goes_along = std::all_of(placements(change).begin(), placements(change).end(),
                                      [&](const Placement& place) { return goes_with_whole(place.name); });
  if (goes_along) result_.along.push_back(address);
  for (const Placement& place : placements(change)) {
    if (!place.attribute.empty()) continue;
    has_own_place = true;
    if (!goes_with_whole(place.name)) remove_whole(place, change);
  }
  for (const Placement& place : placements(change)) {
    if (place.attribute.empty() || goes_with_whole(place.name)) continue;  // goes with the whole
    if (has_own_place && loss_of_is_nothing(place)) continue;
    const TypeDef* type = type_of(place.type);
    if (type && type->permissions && place.attribute == type->permissions->own) continue;  // told with its statements
    const std::string verb = type ? loss_of(*type, place.attribute) : std::string();
    if (verb.empty()) {
      result_.not_simulated.push_back(fmt::format("{}, which gives {} its {}, is {}; the model has no fault for that",
                                                  address, place.name, place.attribute,
                                                  replaces(change.action) ? "replaced" : "deleted"));
    } else if (replaces(change.action)) {
      remade_.insert(place.name + "\n" + place.attribute.substr(0, place.attribute.find_first_of(".[")));
      result_.not_simulated.push_back(fmt::format(
          "{} is replaced: {} is without that part of its {} {}", address, place.name, place.attribute,
          change.action == Action::remove_then_create ? "until the new one is made" : "for no time if all goes well"));
    } else if (!detach_documents(place, *type, change, verb)) {
      const std::size_t kept = staying(place, change.type);
      std::string why = change.reason;
      if (kept > 0)
        why += fmt::format("{}{} more of its kind {}", why.empty() ? "" : "; ", kept, kept == 1 ? "stays" : "stay");
      add_fault(place.name, verb, address, change.type, std::move(why), false);
    }
  }
}

}  // namespace moshimo::models::importing
