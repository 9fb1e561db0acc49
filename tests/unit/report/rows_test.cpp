// What is drawn of what could not work, before it is asked to.
#include "report/run/rows.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "report/run/breakages.hpp"
#include "tests/unit/report/told.hpp"
#include "tests/unit/scenarios/asking.hpp"

using namespace moshimo;
using namespace moshimo::report;

namespace {

std::vector<TimelineBar> bars_of(std::string_view inventory, const std::string& deleted, const std::string& name) {
  scenarios::Asked asked;
  asked.components = {deleted};
  asked.strategy = Strategy::none;
  asked.horizon = Duration::days(70);
  const scenarios::Answer a = scenarios::ask(inventory, asked);
  const std::vector<TimelineRow> rows = timeline_of(a.system(), a.nobody_acts().findings, a.first_fault,
                                                    a.scenario->horizon, faulted_components(a), false, 24);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const TimelineRow& r) { return r.label == name; });
  REQUIRE(row != rows.end());
  return row->bars;
}

constexpr Duration after(double days) { return Duration::days(days); }

}  // namespace

TEST_CASE("a job that runs once a month does not fail before its first run", "[report]") {
  constexpr std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  monthly: { type: scheduler:schedule, every: 30d, role: role, target: queue }
)";
  // IAM takes 4 s. The runs of the days 30 and 60 are lost, in a moment each; nothing waits in between.
  const std::vector<TimelineBar> bars = bars_of(inventory, "role", "monthly");
  REQUIRE(bars.size() >= 2);
  CHECK(bars[0].from == Duration::seconds(4));
  CHECK(bars[0].to == after(30));
  CHECK(bars[0].shade == Shade::lesser);
  CHECK(bars[1].from == after(30));
  CHECK(bars[1].shade == Shade::lost);
  for (const TimelineBar& bar : bars) CHECK((bar.shade == Shade::lesser || bar.shade == Shade::lost));
  const std::string text = told(inventory, "horizon: 70d\nfaults: [{ at: 0s, delete: [role] }]\n");
  CHECK(has(section(text, "What breaks"), "The first run that fails is due after 30 d."));
}

TEST_CASE("what runs with its own clock fails when it runs for the first time after that", "[report]") {
  Hop hop;
  hop.source = Hop::Source::timetable;
  hop.first = Duration::hours(2);
  hop.every = Duration::hours(5);
  const auto at = [](double hours) { return SimTime::after_start(Duration::hours(hours)); };
  CHECK(first_run(hop, at(0)) == at(2));
  CHECK(first_run(hop, at(2)) == at(2));
  CHECK(first_run(hop, at(2.5)) == at(7));
  CHECK(first_run(hop, at(7)) == at(7));
  hop.source = Hop::Source::port;
  CHECK(first_run(hop, at(2.5)) == at(2.5));
}

TEST_CASE("a reader of a queue that is gone keeps nothing, and one that may not read leaves all in the queue",
          "[report]") {
  constexpr std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  function: { type: lambda:function, role: role }
  reader: { type: lambda:event-source-mapping, source: queue, function: function }
traffic: [{ to: queue, rate: 1/s }]
)";
  const std::vector<TimelineBar> gone = bars_of(inventory, "queue", "reader");
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].shade == Shade::lesser);
  const std::vector<TimelineBar> denied = bars_of(inventory, "role", "reader");
  REQUIRE_FALSE(denied.empty());
  CHECK(denied[0].shade == Shade::kept);
}
