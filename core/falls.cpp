#include "core/falls.hpp"

#include <algorithm>

namespace moshimo {

Falls::Falls(const System& system) : system_(system) {
  followers_.reset(system.conditions.size());
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    for (const Need& need : system.conditions[ConditionId(c)].follows) {
      followers_.add(need.condition.value, c);
      for (const ConditionId other : need.alternatives) followers_.add(other.value, c);
    }
  }
  followers_.finish();
}

std::vector<bool> Falls::with(ConditionId condition) const {
  std::vector<bool> falls(system_.conditions.size(), false);
  const auto fails = [&](const Need& need) {
    return falls[need.condition.value] && std::all_of(need.alternatives.begin(), need.alternatives.end(),
                                                      [&](ConditionId other) { return falls[other.value]; });
  };
  falls[condition.value] = true;
  std::vector<std::uint32_t> work = {condition.value};
  while (!work.empty()) {
    const std::uint32_t at = work.back();
    work.pop_back();
    for (const std::uint32_t c : followers_.of(at)) {
      const Needs& needs = system_.conditions[ConditionId(c)].follows;
      if (falls[c] || std::none_of(needs.begin(), needs.end(), fails)) continue;
      falls[c] = true;
      work.push_back(c);
    }
  }
  return falls;
}

}  // namespace moshimo
