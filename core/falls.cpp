#include "core/falls.hpp"

#include <algorithm>

#include "core/flow_plan.hpp"

namespace moshimo {

std::vector<bool> falls_with(const System& system, ConditionId condition) {
  Adjacency followers;
  followers.reset(system.conditions.size());
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    for (const Need& need : system.conditions[ConditionId(c)].follows) {
      followers.add(need.condition.value, c);
      for (const ConditionId other : need.alternatives) followers.add(other.value, c);
    }
  }
  followers.finish();

  std::vector<bool> falls(system.conditions.size(), false);
  const auto fails = [&](const Need& need) {
    return falls[need.condition.value] && std::all_of(need.alternatives.begin(), need.alternatives.end(),
                                                      [&](ConditionId other) { return falls[other.value]; });
  };
  falls[condition.value] = true;
  std::vector<std::uint32_t> work = {condition.value};
  while (!work.empty()) {
    const std::uint32_t at = work.back();
    work.pop_back();
    for (const std::uint32_t c : followers.of(at)) {
      const Needs& needs = system.conditions[ConditionId(c)].follows;
      if (falls[c] || std::none_of(needs.begin(), needs.end(), fails)) continue;
      falls[c] = true;
      work.push_back(c);
    }
  }
  return falls;
}

}  // namespace moshimo
