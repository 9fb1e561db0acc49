#include "core/findings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/simulation.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

TEST_CASE("a component that its full buffer holds up is stalled, and says why", "[core][findings]") {
  // 10/s of log lines against room for 600: full a minute after the log went away at 1 h.
  System system = system_from(
      "condition up\nport service.in\nport logs\n"
      "hop requests from 10/s to service.in\n"
      "hop service/log from service.in to logs needs up:unavailable buffer holds 600 overflow block\n");
  const Script script = script_from(system, "at 1h up falls\nat 2h up rises\n");
  const SimTime horizon = SimTime::after_start(Duration::hours(3));
  const Findings f = findings_of(system, simulate(system, script, horizon), simulate(system, {}, horizon));
  const auto stalled =
      std::find_if(f.effects.begin(), f.effects.end(), [](const Effect& e) { return e.kind == EffectKind::stalled; });
  REQUIRE(stalled != f.effects.end());
  CHECK(stalled->from == SimTime::after_start(Duration::minutes(61)));
  CHECK(stalled->to == SimTime::after_start(Duration::hours(2)));
  REQUIRE(stalled->chain.size() == 1);
  CHECK(system.conditions[stalled->chain[0]].name == "up");
}

TEST_CASE("a port that a fault takes away at time 0 is down, though nothing changes any more", "[core][findings]") {
  System system =
      system_from("condition up\ncondition never\nport bucket.in needs up:missing\nport dead needs never\n");
  const SimTime horizon = SimTime::after_start(Duration::hours(3));
  const Script nothing = script_from(system, "at 0s never falls\n");
  const Script script = script_from(system, "at 0s up falls\nat 0s never falls\n");
  const Findings f = findings_of(system, simulate(system, script, horizon), simulate(system, nothing, horizon));
  REQUIRE(f.effects.size() == 1);  // what is down in the healthy system too is no effect
  CHECK(f.effects[0].kind == EffectKind::down);
  CHECK(f.effects[0].from == SimTime{});
  CHECK(f.effects[0].to.is_never());
  CHECK(f.effects[0].error == ErrorClass::missing);
}
