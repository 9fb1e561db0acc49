// When a series of attempts happens: offsets from its beginning, and the gap in which a given age lies.
//
// A schedule of a hundred thousand equal gaps is a handful of steps here; nothing is enumerated attempt by attempt.
#pragma once

#include <vector>

#include "core/system.hpp"

namespace moshimo {

// Ages from `from` (inclusive) up to the next step's `from` lie in gaps of length `gap`.
struct GapStep {
  Duration from;
  Duration gap;
};

struct AttemptTable {
  std::vector<GapStep> steps;   // ascending; empty: no attempt at all
  Duration effective_age = {};  // offset of the last attempt within both limits; forever: there is no last one
  std::int64_t attempts = 0;    // up to the effective age; -1: without end
};

// The attempts of `schedule` whose offsets do not exceed `limit`. Offsets are sums of gaps; jitter is not part of them.
AttemptTable attempt_table(const Schedule& schedule, Duration limit);

// The offset of the first attempt at or after `age`; forever when there is none. The attempt at offset 0 counts.
Duration next_attempt(const AttemptTable& table, Duration age);

}  // namespace moshimo
