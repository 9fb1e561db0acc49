#include "report/timeline.hpp"

#include <catch2/catch.hpp>

#include "report/layout.hpp"

using namespace moshimo;
using namespace moshimo::report;

TEST_CASE("the axis begins at 0, ends at the end, and its labels are round durations in order") {
  const auto ticks = timeline_ticks(Duration::days(30), 4);
  CHECK(ticks == std::vector<Duration>{Duration{}, Duration::hours(1), Duration::days(1), Duration::days(7),
                                       Duration::days(30)});
}

TEST_CASE("a row shows the gravest of what lies over it, and a moment is not lost between columns") {
  TimelineRow row;
  row.label = "orders";
  row.bars = {{Duration::seconds(4), Duration::forever(), Shade::kept},
              {Duration::hours(1), Duration::days(1), Shade::lost},
              {Duration::days(7), Duration::days(7), Shade::down}};
  const std::string line = for_terminal(draw_timeline({row}, Duration::days(30), 60, true).front(), false);
  // Intervals 0, 10 min, 1 h, 6 h, 1 d, 7 d, 30 d (fewer where the width does not allow them all).
  CHECK(line.find(" orders") == 0);
  const std::string bar = line.substr(line.find('|'));
  CHECK(bar.find("-#") != std::string::npos);
  CHECK(bar.find("#-") != std::string::npos);
  CHECK(bar.find("-=-") != std::string::npos);
  CHECK(bar.back() == '|');
}

TEST_CASE("no line of a drawing is wider than asked for") {
  TimelineRow row;
  row.label = "a component with a name that is far too long for the column it gets";
  row.bars = {{Duration{}, Duration::forever(), Shade::lost}};
  for (const std::size_t width : {60U, 80U, 120U}) {
    for (const std::string& line : draw_timeline({row}, Duration::hours(5), width, false)) {
      CHECK(display_width(line) <= width);
    }
  }
}

TEST_CASE("a drawing ends at the next round duration") {
  CHECK(timeline_end(Duration::minutes(63)) == Duration::minutes(90));
  CHECK(timeline_end(Duration::days(400)) == Duration::days(400));
}
