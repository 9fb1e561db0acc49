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
  CHECK(name_of(system, stalled->chain[0]) == "up");
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

TEST_CASE("the longest loss goes on when the reason changes", "[core][findings]") {
  // Refused as denied from 1 h to 2 h and as key from then to 3 h: two windows in the ledger, two hours without a
  // break.
  System system = system_from(
      "condition role as denied\ncondition key as key\n"
      "hop orders from 10/s to outside needs role,key\n");
  const ComponentId orders = system.components.add({.name = "service", .type = "f", .parent = {}});
  system.components[orders].rpo = Duration::minutes(90);
  system.hops[HopId(0)].component = orders;
  const Script script = script_from(system,
                                    "at 1h role falls\nat 90m key falls\nat 2h role rises\nat 3h key rises\n"
                                    "at 5h role falls\nat 6h role rises\n");
  const SimTime horizon = SimTime::after_start(Duration::hours(8));
  const Outcome outcome = simulate(system, script, horizon);
  CHECK(outcome.hops[0].losses.size() == 3);
  CHECK(longest_loss(system.hops[HopId(0)], outcome.hops[0]) == Duration::hours(2));
  const Findings f = findings_of(system, outcome, simulate(system, {}, horizon));
  REQUIRE(f.objectives.size() == 1);
  CHECK(f.objectives[0].achieved == Duration::hours(2));
  CHECK_FALSE(f.objectives[0].met);
}

TEST_CASE("what a fault takes away at the start has symptoms, what never held has none", "[core][findings]") {
  System system = system_from("condition up\ncondition never false\n");
  Symptom seen;
  seen.text = "DisabledException";
  for (std::uint32_t c = 0; c < 2; ++c) system.conditions[ConditionId(c)].symptoms = std::vector<Symptom>{seen};
  const SimTime horizon = SimTime::after_start(Duration::hours(3));
  const Outcome healthy = simulate(system, {}, horizon);
  for (const char* script : {"at 0s up falls", "at 1s up falls"}) {
    const Findings f = findings_of(system, simulate(system, script_from(system, script), horizon), healthy);
    CHECK(f.symptoms.size() == 1);
  }
}

TEST_CASE("the last moment to bring something back is a point of no return", "[core][findings]") {
  // Scheduled for deletion at 1 h, destroyed 7 d later. What goes because of it says nothing more.
  const System system = system_from(
      "condition kept\ncondition key follows kept falls 7d rises never\n"
      "condition alias follows key rises never\n");
  const SimTime horizon = SimTime::after_start(Duration::days(20));
  const Outcome healthy = simulate(system, {}, horizon);
  const auto points = [&](const char* script) {
    return findings_of(system, simulate(system, script_from(system, script), horizon), healthy).points;
  };
  const std::vector<PointOfNoReturn> found = points("at 1h kept falls");
  REQUIRE(found.size() == 1);
  CHECK(found[0].at == SimTime::after_start(Duration::hours(7 * 24 + 1)));
  CHECK(found[0].condition == condition_named(system, "key"));
  CHECK(points("at 1h kept falls\nat 8d kept rises").size() == 1);
  CHECK(points("at 1h kept falls\nat 6d kept rises").empty());
}

TEST_CASE("time to recover runs on while one cause follows another", "[core][findings]") {
  // The role is away from 0 to 2 h, the key from 1 h to 3 h: three hours without a break.
  System system = system_from("condition role as denied\ncondition key as key\nport web needs role,key\n");
  system.components[ComponentId(2)].rto = Duration::hours(2.5);
  REQUIRE(system.components[ComponentId(2)].name == "web");
  const SimTime horizon = SimTime::after_start(Duration::days(1));
  const Script script = script_from(
      system, "at 0s role falls\nat 1h key falls\nat 2h role rises\nat 3h key rises\nat 5h key falls\nat 6h key rises");
  const Findings f = findings_of(system, simulate(system, script, horizon), simulate(system, {}, horizon));
  REQUIRE(f.objectives.size() == 1);
  CHECK(f.objectives[0].achieved == Duration::hours(3));
  CHECK_FALSE(f.objectives[0].met);
}

TEST_CASE("what is deleted and made again is empty, what is saved in time is not", "[core][findings]") {
  const System system = system_from(
      "condition bucket\ncondition kept\ncondition key follows kept falls 7d rises never\n"
      "store items at-rest emptied-by bucket lost-with key\n");
  const SimTime horizon = SimTime::after_start(Duration::days(20));
  const Outcome healthy = simulate(system, {}, horizon);
  const auto lost_at = [&](const char* script) {
    const Findings f = findings_of(system, simulate(system, script_from(system, script), horizon), healthy);
    return f.at_rest.empty() ? SimTime::never() : f.at_rest[0].lost_at;
  };
  CHECK(lost_at("at 1h bucket falls\nat 2h bucket rises") == SimTime::after_start(Duration::hours(1)));
  CHECK(lost_at("at 0s bucket falls") == SimTime{});
  CHECK(lost_at("at 1h kept falls\nat 6d kept rises").is_never());
  CHECK(lost_at("at 1h kept falls\nat 8d kept rises") == SimTime::after_start(Duration::hours(7 * 24 + 1)));
}

TEST_CASE("data at rest cannot be read while its key is away", "[core][findings]") {
  // The key is away from 2 h to 5 h, too short for what destroys its material after seven days.
  const System system = system_from(
      "condition key\ncondition material follows key falls 7d rises never\n"
      "store table readable key:key lost-with material at-rest\n");
  const SimTime horizon = SimTime::after_start(Duration::days(20));
  const Script away = script_from(system, "at 2h key falls\nat 5h key rises\n");
  const Findings f = findings_of(system, simulate(system, away, horizon), simulate(system, {}, horizon));
  REQUIRE(f.at_rest.size() == 1);
  CHECK(f.at_rest[0].unreadable_from == SimTime::after_start(Duration::hours(2)));
  CHECK(f.at_rest[0].unreadable_to == SimTime::after_start(Duration::hours(5)));
  CHECK(f.at_rest[0].lost_at.is_never());
  REQUIRE(f.effects.size() == 1);
  CHECK(f.effects[0].kind == EffectKind::unreadable);
  CHECK(f.effects[0].error == ErrorClass::key);
}
