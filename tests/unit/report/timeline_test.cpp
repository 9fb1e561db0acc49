#include "report/timeline.hpp"

#include <algorithm>
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
  const std::string line = for_terminal(draw_timeline({row}, {Duration::days(30)}, 60, true).front(), false);
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
    for (const std::string& line : draw_timeline({row}, {Duration::hours(5)}, width, false)) {
      CHECK(display_width(line) <= width);
    }
  }
}

TEST_CASE("a drawing ends at the next round duration") {
  CHECK(timeline_end(Duration::minutes(63)) == Duration::minutes(90));
  CHECK(timeline_end(Duration::days(400)) == Duration::days(400));
}

TEST_CASE("labels of the axis never touch, and the last one ends with the drawing") {
  for (const auto& span : {TimelineSpan{Duration::days(30)}, TimelineSpan{Duration::hours(26)},
                           TimelineSpan{Duration::minutes(65), Duration::minutes(40)},
                           TimelineSpan{Duration::days(24) + Duration::hours(2), Duration::days(24)}}) {
    for (std::size_t columns = 16; columns < 120; ++columns) {
      const TimelineAxis axis = timeline_axis(span, columns);
      REQUIRE(axis.labels.size() == axis.ticks.size());
      for (std::size_t i = 0; i + 2 < axis.labels.size(); ++i) CHECK(axis.labels[i].size() + 2 <= axis.per_interval);
    }
  }
}

TEST_CASE("with people who react most of the axis is for what follows when they begin") {
  // 48 columns: one interval up to 40 min, then five steps of 5 min that end after 61 min.
  const TimelineAxis axis = timeline_axis({Duration::minutes(61), Duration::minutes(40)}, 48);
  CHECK(axis.labels == std::vector<std::string>{"0", "40 min", "45 min", "50 min", "55 min", "1 h", "65 min"});
  CHECK(axis.per_interval == 8);
}

TEST_CASE("after a late detection the axis counts from it") {
  const TimelineAxis axis = timeline_axis({Duration::days(24) + Duration::minutes(50), Duration::days(24)}, 60);
  CHECK(axis.labels.front() == "0");
  CHECK(std::find(axis.labels.begin(), axis.labels.end(), "24 d") != axis.labels.end());
  CHECK(axis.labels.back().front() == '+');
}

TEST_CASE("from two hours on the axis counts from the detection, which needs less room than 135 min") {
  const TimelineAxis axis = timeline_axis({Duration::minutes(140), Duration::hours(2)}, 60);
  CHECK(std::find(axis.labels.begin(), axis.labels.end(), "2 h") != axis.labels.end());
  CHECK(axis.labels.back().front() == '+');
}

TEST_CASE("a drawing in ASCII has nothing else, however long its labels are") {
  TimelineRow row;
  row.label = "a role called 役割 whose name is far too long for the column it gets";
  row.bars = {{Duration{}, Duration::forever(), Shade::lost}};
  for (const std::string& line : draw_timeline({row}, {Duration::hours(5)}, 60, true)) {
    for (const char c : line) CHECK(static_cast<unsigned char>(c) < 0x80);
    CHECK(display_width(line) <= 60);
  }
}

TEST_CASE("a drawing says that its axis is not even") {
  const auto lines = draw_timeline({{"orders", {}}}, {Duration::days(30)}, 80, false);
  CHECK(for_terminal(lines.back(), false) == " The axis is even between two labels only.");
}
