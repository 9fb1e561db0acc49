#include <fmt/format.h>

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

void Comparison::remove_part(const Change& change) {
  const std::string address = address_of(change);
  bool has_own_place = false;
  for (const Placement& place : placements(change)) {
    if (!place.attribute.empty()) continue;
    has_own_place = true;
    if (!goes_with_whole(place.name)) remove_whole(place, change);
  }
  for (const Placement& place : placements(change)) {
    if (place.attribute.empty() || goes_with_whole(place.name)) continue;  // goes with the whole
    if (has_own_place && loss_of_is_nothing(place)) continue;
    const TypeDef* type = type_of(place.type);
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
    } else {
      const std::size_t kept = staying(place, change.type);
      std::string why = change.reason;
      if (kept > 0)
        why += fmt::format("{}{} more of its kind {}", why.empty() ? "" : "; ", kept, kept == 1 ? "stays" : "stay");
      add_fault(place.name, verb, address, change.type, std::move(why), false);
    }
  }
}

}  // namespace moshimo::models::importing
