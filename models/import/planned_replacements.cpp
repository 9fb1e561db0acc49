#include <algorithm>
#include <fmt/format.h>

#include "models/import/differences.hpp"
#include "models/import/plan_comparison.hpp"

namespace moshimo::models::importing {

// What the plan does around a replacement: it makes attachments again, and users go over to the new ARN.
void Comparison::look_at_replacements() {
  if (result_.replacements.empty()) return;
  std::unordered_map<std::string, Action> actions;
  for (const Change& change : plan_.changes) actions.emplace(address_of(change), change.action);
  const auto action_of = [&](const std::string& address) {
    const auto found = actions.find(address);
    return found == actions.end() ? Action::no_op : found->second;
  };
  std::unordered_map<std::string, std::unordered_set<std::string>> lost;  // component -> attributes that lose parts
  std::unordered_map<std::string, std::unordered_set<std::string>> made;
  std::unordered_set<std::string> made_whole;  // under whatever address
  std::unordered_set<std::string> keeps_parts;
  for (const auto& [address, places] : before_.placements) {
    for (const Placement& p : places) {
      if (p.attribute.empty()) continue;
      if (removes(action_of(address))) {
        lost[p.name].insert(p.attribute);
      } else {
        keeps_parts.insert(p.name);
      }
    }
  }
  for (const auto& [address, places] : after_.placements) {
    if (!makes(action_of(address))) continue;
    for (const Placement& p : places) {
      if (!p.attribute.empty()) {
        made[p.name].insert(p.attribute);
      } else {
        made_whole.insert(p.name);
      }
    }
  }
  for (PlannedChanges::Replacement& r : result_.replacements) {
    const auto& gone = lost[r.name];
    r.keeps_data = keeps_data(r.name);
    const auto now = after_.placements.find(r.address);
    if (now != after_.placements.end() && now->second.size() == 1 && now->second.front().name != r.name &&
        !made_whole.contains(r.name)) {
      r.made_as = now->second.front().name;
    }
    const std::string& new_one = r.made_as.empty() ? r.name : r.made_as;
    if (keeps_its_name(r)) {
      if (r.creates_first && !r.was_gone) {  // two cannot have one name at a time
        result_.not_simulated.push_back(fmt::format(
            "{} is to be made before the old one goes, and both have the same name: AWS refuses that, and the apply "
            "stops there",
            r.address));
      } else if (!r.was_gone) {
        r.name_held_for = name_held_for(r.name);
      }
    }
    r.restores_parts = !keeps_parts.contains(r.name) &&
                       std::all_of(gone.begin(), gone.end(), [&](const auto& a) { return made[new_one].contains(a); });
    if (!r.made_as.empty()) {
      if (!is_like(r)) unlike_.insert(r.made_as);
      continue;
    }
    const bool is_another = gets_another_arn(r.name);
    std::size_t users = 0;
    bool are_attached_again = true;  // all of them, by parts that the plan makes again
    const bool all_move = std::all_of(before_.edges.begin(), before_.edges.end(), [&](const ImportedEdge& edge) {
      if (edge.to != r.name || !edge.is_followed || gone_.contains(edge.from)) return true;
      ++users;
      const std::string attribute = edge.attribute.substr(0, edge.attribute.find_first_of(".["));
      const auto again = made.find(edge.from);
      are_attached_again = are_attached_again && again != made.end() && again->second.contains(attribute);
      return is_unknown(edge.from, attribute) || (is_another && names_the_new_one(edge, attribute));
    });
    // Who is to get an ARN that is not known yet, and turns out to be the old one's, gets nothing new.
    const bool goes_over = is_another || (r.creates_first && !keeps_its_name(r));
    r.moves_users = users > 0 && all_move && (goes_over || are_attached_again);
  }
}

// What lay in it went when it was deleted, and not by this plan.
void Comparison::tell_emptied() {
  std::erase_if(result_.replacements, [&](const PlannedChanges::Replacement& r) {
    const TypeDef* type = type_before(r.name);
    if (!r.was_gone || !r.made_as.empty() || !type || type->stores.empty()) return false;
    result_.not_simulated.push_back(fmt::format(
        "{} was deleted outside Terraform, with what was in it; the plan makes it again, empty", r.address));
    return true;
  });
}

// By its ARN, where that is known beforehand. A statement may name the old one's.
bool Comparison::names_the_new_one(const ImportedEdge& user, const std::string& attribute) const {
  if (after_.left_behind.contains(user.from + "\n" + attribute)) return false;
  return std::any_of(after_.edges.begin(), after_.edges.end(), [&](const ImportedEdge& edge) {
    return edge.from == user.from && edge.to == user.to && edge.attribute == user.attribute;
  });
}

// Who goes over to the new one finds there what the old one gave.
bool Comparison::is_like(const PlannedChanges::Replacement& r) const {
  const bool lets_only_old_in = std::any_of(after_.edges.begin(), after_.edges.end(), [&](const ImportedEdge& edge) {
    return edge.to == r.name && is_of_statement(edge);
  });
  return r.restores_parts && !lets_only_old_in && !decrypts_data(r.name);
}

bool Comparison::keeps_its_name(const PlannedChanges::Replacement& r) const {
  const auto change = std::find_if(plan_.changes.begin(), plan_.changes.end(),
                                   [&](const Change& other) { return address_of(other) == r.address; });
  const TypeDef* type = type_before(r.name);
  if (change == plan_.changes.end() || !type) return false;
  return std::any_of(type->terraform.begin(), type->terraform.end(), [&](const ImportSource& source) {
    if (source.type != change->type || source.named_by.empty()) return false;
    const Value was = change->before.member(source.named_by.front());
    const Value will_be = change->after.member(source.named_by.front());
    if (!will_be.is_scalar()) return false;
    if (was.is_scalar()) return was.text() == will_be.text();
    const Resource* gone = r.was_gone ? resource_before(r.name) : nullptr;
    return gone && (gone->aws_name.empty() ? gone->name : gone->aws_name) == will_be.text();
  });
}

// How long AWS holds the name of a deleted one back: what the type calls `name_held_for`.
Duration Comparison::name_held_for(const std::string& name) const {
  const TypeDef* type = type_before(name);
  const AttributeDef* held = type ? type->find_attribute("name_held_for") : nullptr;
  return held ? as_duration(held->fixed.quantity).value_or(Duration{}) : Duration{};
}

// It has a store, or what a user of it stores is lost with it.
bool Comparison::keeps_data(const std::string& name) const {
  const TypeDef* type = type_before(name);
  return (type && !type->stores.empty()) || decrypts_data(name);
}

bool Comparison::decrypts_data(const std::string& name) const {
  return std::any_of(before_.edges.begin(), before_.edges.end(), [&](const ImportedEdge& edge) {
    const TypeDef* user = edge.to == name ? type_before(edge.from) : nullptr;
    if (!user) return false;
    if (catalogue_.is_in_group(user->name, "key") && edge.from != name) return decrypts_data(edge.from);
    const std::string attribute = edge.attribute.substr(0, edge.attribute.find_first_of(".["));
    return std::any_of(user->stores.begin(), user->stores.end(), [&](const StoreDef& store) {
      return std::any_of(store.lost_with.begin(), store.lost_with.end(),
                         [&](const Path& path) { return path.text.starts_with(attribute + "."); });
    });
  });
}

bool Comparison::gets_another_arn(const std::string& name) const {
  const auto find = [&](const Inventory& inventory) {
    return std::find_if(inventory.resources.begin(), inventory.resources.end(),
                        [&](const Resource& r) { return r.name == name; });
  };
  const auto was = find(before_.inventory);
  const auto is = find(after_.inventory);
  if (was == before_.inventory.resources.end() || is == after_.inventory.resources.end()) return false;
  const auto aws_name = [](const Resource& r) { return r.aws_name.empty() ? r.name : r.aws_name; };
  if (aws_name(*was) != aws_name(*is)) return true;
  const TypeDef* type = type_of(was->type);
  return type && std::any_of(type->arn.parts.begin(), type->arn.parts.end(), [&](const TextPart& part) {
           if (part.kind != TextPart::Kind::path || !type->find_attribute(part.path.text)) return false;
           const models::Value* old = was->attributes.find(part.path.text);
           const models::Value* now = is->attributes.find(part.path.text);
           return old && now && !equal(*old, *now);
         });
}

}  // namespace moshimo::models::importing
