// What a sweep tells: a curve or a surface, a table, and the cliffs with what decides each.
#pragma once

#include <string>

#include "report/report.hpp"
#include "scenarios/sweep.hpp"

namespace moshimo::report {

std::string sweep_report(const scenarios::Sweep& sweep, const Style& style);
std::string sweep_json(const scenarios::Sweep& sweep, const Style& style);
// A line for each point and strategy, with what each hop loses.
std::string sweep_csv(const scenarios::Sweep& sweep);

// A value of an axis: 1 d 4 h, 5 GB, 20 a second, 3.
std::string value_text(const scenarios::Axis& axis, double value);
// The same to the second.
std::string precise_value_text(const scenarios::Axis& axis, double value);

}  // namespace moshimo::report
