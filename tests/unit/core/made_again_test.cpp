// What is deleted and made again is empty: a store is emptied each time one of certain conditions falls.
#include <catch2/catch.hpp>

#include "core/findings.hpp"
#include "core/simulation.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

constexpr std::string_view a_queue =
    "condition there\ncondition reader\nport in needs there:missing\n"
    "store queue kept 4d accepts there:missing emptied-by there ordered\n"
    "hop producer from 1/s to in\n"
    "hop consume from in to outside needs there:missing,reader:denied ordered\n  store queue\n";

const HopLedger& ledger_of(const System& system, const Outcome& outcome, std::string_view name) {
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    if (system.hops[HopId(h)].name == name) return outcome.hops[h];
  }
  throw std::invalid_argument("no such hop");
}

}  // namespace

TEST_CASE("a queue that is deleted and made again is empty", "[core][flow]") {
  // 1/s from 0 s on; the queue is away from 30 min to 1 h: 1800 wait when it goes. The reader is back at 2 h.
  const System system = system_from(a_queue);
  const Script script =
      script_from(system, "at 0s reader falls\nat 30m there falls\nat 1h there rises\nat 2h reader rises\n");
  const Outcome outcome = simulate(system, script, SimTime::after_start(Duration::hours(4)));
  const HopLedger& consume = ledger_of(system, outcome, "consume");
  CHECK(consume.lost == Approx(1800).margin(1));
  REQUIRE(consume.losses.size() == 1);
  CHECK(consume.losses.front().why == LossWindow::Why::destroyed);
  CHECK(consume.losses.front().lost_from == SimTime::after_start(Duration::minutes(30)));
  CHECK(consume.late == Approx(3600).margin(2));                                 // what came from 1 h to 2 h
  CHECK(ledger_of(system, outcome, "producer").lost == Approx(1800).margin(1));  // while there was no queue
}

TEST_CASE("a queue that goes twice is emptied twice", "[core][flow]") {
  // 600 wait at 10 min; 1199 at 30 min, since a second of that time there was no queue; 1799 are read at 1 h.
  const System system = system_from(a_queue);
  const Script script = script_from(system,
                                    "at 0s reader falls\nat 10m there falls\nat 601s there rises\n"
                                    "at 30m there falls\nat 1801s there rises\nat 1h reader rises\n");
  const Outcome outcome = simulate(system, script, SimTime::after_start(Duration::hours(2)));
  const HopLedger& consume = ledger_of(system, outcome, "consume");
  REQUIRE(consume.losses.size() == 2);
  CHECK(consume.losses[0].events == Approx(600).margin(1));
  CHECK(consume.losses[1].events == Approx(1199).margin(1));
  CHECK(consume.late == Approx(1799).margin(2));
}

TEST_CASE("data at rest is gone although its table is there again", "[core][findings]") {
  const System system = system_from(
      "condition there\nport table needs there:missing\nstore items emptied-by there at-rest\n"
      "hop write from 1/s to table\n");
  const Script script = script_from(system, "at 30m there falls\nat 1h there rises\n");
  const SimTime horizon = SimTime::after_start(Duration::hours(2));
  const Findings f = findings_of(system, simulate(system, script, horizon), simulate(system, {}, horizon));
  REQUIRE(f.at_rest.size() == 1);
  CHECK(f.at_rest.front().lost_at == SimTime::after_start(Duration::minutes(30)));
}
