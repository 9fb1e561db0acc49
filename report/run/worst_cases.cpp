#include "report/run/worst_cases.hpp"

#include <algorithm>
#include <set>

#include "report/words.hpp"

namespace moshimo::report {

std::vector<WorstCase> worst_cases(const System& system, const Findings& findings) {
  std::vector<WorstCase> cases;
  std::set<ConditionId> known;
  const auto look_at = [&](const CauseChain& chain) {
    for (const ConditionId c : chain) {
      const Condition& row = system.conditions[c];
      const Duration spread = row.falls_after.most - row.falls_after.least;
      if (spread <= Duration{} || !known.insert(c).second) continue;
      const auto same = std::find_if(cases.begin(), cases.end(), [&](const WorstCase& w) {
        return w.spread == spread && w.fact == row.fact &&
               member_name(name_of(system, w.conditions.front())) == member_name(name_of(system, c));
      });
      if (same == cases.end()) {
        cases.push_back({{c}, row.fact, spread});
      } else {
        same->conditions.push_back(c);
      }
    }
  };
  for (const Effect& e : findings.effects) look_at(e.chain);
  for (const AtRest& a : findings.at_rest) look_at(a.chain);
  return cases;
}

}  // namespace moshimo::report
