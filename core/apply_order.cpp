#include "core/apply_order.hpp"

#include <algorithm>

namespace moshimo {

std::vector<bool> repairs_before_applying(const System& system) {
  std::vector<RepairId> by_hand;
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    if (!repair.by_apply && !repair.restores.empty() && !repair.breaks.empty()) by_hand.emplace_back(r);
  }
  std::vector<bool> result;
  if (by_hand.empty()) return result;
  std::vector<bool> is_acted_on(system.conditions.size(), false);
  for (const Repair& repair : system.repairs) {
    if (!repair.by_apply) continue;
    for (const Need& need : repair.requirements) {
      is_acted_on[need.condition.value] = true;
      for (const ConditionId other : need.alternatives) is_acted_on[other.value] = true;
    }
  }
  result.resize(system.repairs.size(), false);
  for (const RepairId id : by_hand) {
    const Few<ConditionId>& breaks = system.repairs[id].breaks;
    result[id.value] = std::any_of(breaks.begin(), breaks.end(), [&](ConditionId c) {
      return !system.conditions[c].initially && is_acted_on[c.value];
    });
  }
  return result;
}

}  // namespace moshimo
