// What is counted from the first moment at which it can be: delays of which only bounds are known.
#pragma once

#include <string>
#include <vector>

#include "core/findings.hpp"
#include "core/system.hpp"

namespace moshimo::report {

struct WorstCase {
  std::vector<ConditionId> conditions;  // that fall alike, each in a chain of causes
  FactId fact;
  Duration spread;  // so much later they may fall in reality
};
std::vector<WorstCase> worst_cases(const System& system, const Findings& findings);

}  // namespace moshimo::report
