// What a report is of: the clock of its scenario, and a digest of what was read.
#pragma once

#include <string>

#include "report/numbers.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

Clock clock_of(const scenarios::Scenario& scenario);
std::string digest_of(const scenarios::Answer& answer);

}  // namespace moshimo::report
