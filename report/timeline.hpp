// A drawing of what happens when: one row per thing, time to the right. The axis gives early minutes as much room as
// late weeks; with people who react, most of its room goes to what follows when they begin. It is even between two
// labels, not over all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::vector<std::string> hidden = {};  // names that share the row and are only counted in its label
};

struct TimelineSpan {
  Duration end;
  std::optional<Duration> noticed = {};  // when people begin
};

// The next round duration, to end a drawing at.
Duration timeline_end(Duration at_least);

struct TimelineAxis {
  std::vector<Duration> ticks;      // 0 to the end
  std::vector<std::string> labels;  // of each; with a + where it counts from `noticed`
  std::size_t per_interval = 1;     // columns between two ticks
};
// An axis of at most `columns` columns, whose labels do not touch.
TimelineAxis timeline_axis(const TimelineSpan& span, std::size_t columns);

// The labelled moments: 0, round durations, the end; no more than `most` intervals.
std::vector<Duration> timeline_ticks(Duration end, std::size_t most);

// With a line below on how to read the axis.
std::vector<std::string> draw_timeline(const std::vector<TimelineRow>& rows, const TimelineSpan& span,
                                       std::size_t width, bool ascii);

// What the shades stand for; only those that occur.
std::string timeline_legend(const std::vector<TimelineRow>& rows, bool ascii);

}  // namespace moshimo::report
