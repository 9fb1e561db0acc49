#include "core/amounts.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/simulation.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

SimTime seconds(double s) { return SimTime::after_start(Duration::seconds(s)); }

struct Run {
  System system;
  Outcome outcome;

  Run(const std::string& text, const std::string& script, double horizon)
      : system(system_from(text)), outcome(simulate(system, script_from(system, script), seconds(horizon))) {}

  double offered(std::string_view hop, double from, double to) const {
    return Amounts(system, outcome).offered(hop_named(system, hop), seconds(from), seconds(to));
  }
  double failed(std::string_view hop, double from, double to) const {
    return Amounts(system, outcome).failed(hop_named(system, hop), seconds(from), seconds(to));
  }
};

}  // namespace

TEST_CASE("what comes is what passed the hops before, at their rates", "[core][amounts]") {
  // 2/s, 6/s from 100 s on, again every 200 s; the gate is shut from 150 to 250 s; half of it goes on.
  const Run run(
      "condition gate\nport a\nport b\n"
      "hop in from 2/s 100s:6/s every 200s to a needs gate\nhop on from a to b ratio 0.5\n",
      "at 150s gate falls\nat 250s gate rises\n", 1000);
  CHECK(run.offered("in", 0, 1000) == Approx(5 * 800));
  CHECK(run.offered("in", 90, 410) == Approx(10 * 2 + 100 * 6 + 100 * 2 + 100 * 6 + 10 * 2));
  CHECK(run.failed("in", 0, 1000) == Approx(50 * 6 + 50 * 2));
  CHECK(run.failed("in", 0, 160) == Approx(10 * 6));
  CHECK(run.offered("on", 0, 1000) == Approx((4000 - 400) / 2));
  CHECK(run.offered("on", 140, 260) == Approx((10 * 6 + 10 * 2) / 2));
  CHECK(run.offered("on", 160, 240) == 0);
}

TEST_CASE("workers that are idle send nothing, and a timetable sends when it is time", "[core][amounts]") {
  const Run run(
      "condition role\nport work needs role\nport a\n"
      "hop lines from work 3/s at work to a\nhop daily from timetable every 100s first 50s to a\n"
      "hop all from a to outside\n",
      "at 100s role falls\nat 200s role rises\n", 400);
  CHECK(run.offered("lines", 0, 400) == Approx(3 * 300));
  CHECK(run.offered("daily", 0, 51) == 1);
  CHECK(run.offered("daily", 51, 150) == 0);
  CHECK(run.offered("all", 0, 400) == Approx(3 * 300 + 4));
}

TEST_CASE("where many ways lead to one place nothing is counted twice, nor looked at again and again",
          "[core][amounts]") {
  std::string text = "port p0\nhop in from 1/s to p0\n";
  for (int level = 1; level <= 60; ++level) {
    const std::string before = std::to_string(level - 1), here = std::to_string(level);
    text += "port p" + here + "\n";
    for (const char* side : {"a", "b"}) {
      text += "hop " + (side + here) + " from p" + before + " to p" + here + " ratio 0.5\n";
    }
  }
  const Run run(text + "hop out from p60 to outside\n", "", 1000);
  CHECK(run.offered("out", 0, 1000) == Approx(1000));
}
