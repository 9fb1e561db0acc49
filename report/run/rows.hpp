// The rows of the timeline of a run: the worst first, those that look the same together.
#pragma once

#include <set>
#include <vector>

#include "core/findings.hpp"
#include "core/system.hpp"
#include "report/timeline.hpp"

namespace moshimo::report {

std::vector<TimelineRow> timeline_of(const System& system, const Findings& findings, SimTime first_fault,
                                     SimTime horizon, const std::set<ComponentId>& faulted, bool with_starved,
                                     std::size_t most_rows);

}  // namespace moshimo::report
