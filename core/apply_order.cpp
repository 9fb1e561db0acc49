#include "core/apply_order.hpp"

#include <algorithm>

namespace moshimo {

std::vector<bool> repairs_before_applying(const System& system) {
  std::vector<bool> is_acted_on(system.conditions.size(), false);
  for (const Repair& repair : system.repairs) {
    if (!repair.by_apply) continue;
    for (const Need& need : repair.requirements) is_acted_on[need.condition.value] = true;
  }
  std::vector<bool> result(system.repairs.size(), false);
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    if (repair.by_apply || repair.restores.empty()) continue;
    result[r] = std::any_of(repair.breaks.begin(), repair.breaks.end(),
                            [&](ConditionId c) { return !system.conditions[c].initially && is_acted_on[c.value]; });
  }
  return result;
}

}  // namespace moshimo
