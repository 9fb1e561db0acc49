// A drawing of what happens when: one row per thing, time to the right on an axis that gives early minutes as much room
// as late weeks (it is even between two labels, not over all of them).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/quantity.hpp"

namespace moshimo::report {

enum class Shade : std::uint8_t { fine, lesser, kept, down, lost };

struct TimelineBar {
  Duration from;  // since the first fault
  Duration to;    // forever: to the end
  Shade shade = Shade::fine;
};

struct TimelineRow {
  std::string label;
  std::vector<TimelineBar> bars;
};

// The labelled moments: 0, round durations, the end; no more than `most` intervals.
std::vector<Duration> timeline_ticks(Duration end, std::size_t most);

// The next round duration, to end a drawing at.
Duration timeline_end(Duration at_least);

std::vector<std::string> draw_timeline(const std::vector<TimelineRow>& rows, Duration end, std::size_t width,
                                       bool ascii);

// What the shades stand for; only those that occur.
std::string timeline_legend(const std::vector<TimelineRow>& rows, bool ascii);

}  // namespace moshimo::report
