// What is wrong with somebody's own runbook, held against another plan.
#pragma once

#include <string>
#include <vector>

#include "scenarios/answer.hpp"

namespace moshimo::report {

// A sentence each; none: nothing is.
std::vector<std::string> runbook_faults(const scenarios::Answer& answer, const scenarios::RunbookCheck& check);
// What doing it as it is written loses, beside what the best plan known loses.
std::string runbook_toll(const scenarios::Answer& answer, const scenarios::StrategyRun& plan);
// Of how many orders a plan is the best.
std::string orders_text(std::size_t tried, bool is_exact, bool is_finished);

}  // namespace moshimo::report
