// What is wrong with somebody's own runbook, held against another plan.
#pragma once

#include <string>
#include <vector>

#include "scenarios/answer.hpp"

namespace moshimo::report {

// A sentence each; none: nothing is.
std::vector<std::string> runbook_faults(const scenarios::Answer& answer, const scenarios::RunbookCheck& check);
// What doing it as it is written loses, beside what the plan loses.
std::string runbook_toll(const scenarios::Answer& answer, const scenarios::StrategyRun& plan);

}  // namespace moshimo::report
