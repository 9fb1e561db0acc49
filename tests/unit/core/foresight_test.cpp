// People who go by a plan made beforehand, against people who plan for what happens.
#include "core/foresight.hpp"

#include <catch2/catch.hpp>

#include "core/findings.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// A role is deleted at 0; two people notice it after `detect` and make it again in `takes`. What comes to the hop lies
// in a place until somebody releases it, an hour at most.
struct World {
  System system = system_from(
      "condition role as denied\nstore spare kept 1h\n"
      "hop send from 1/s to outside needs role store spare by-action\n");
  std::vector<Fault> faults;
  SimTime horizon = SimTime::after_start(Duration::hours(24));

  explicit World(Duration takes) {
    Action action;
    action.name = "role/delete";
    action.breaks = {condition_named(system, "role")};
    faults = {{SimTime{}, system.actions.add(action)}};
    Repair repair;
    repair.label = written("role/recreate");
    repair.takes = takes;
    repair.restores = {condition_named(system, "role")};
    system.repairs.add(repair);
  }
  static Responders noticed_after(Duration detect) {
    Responders who;
    who.time_to_detect = detect;
    who.count = 2;
    return who;
  }
  Foresight foresee_at(Duration detect) const {
    Simulation simulation(system);
    const Response idle = respond(simulation, faults, {.strategy = Strategy::none}, horizon);
    return foresee(simulation, faults, noticed_after(detect), horizon, idle.outcome, {});
  }
  double lost(const Response& r) const { return r.outcome.hops[hop_named(system, "send").value].lost; }
};

}  // namespace

TEST_CASE("what turns out as foreseen is done as planned", "[core][response][foresight]") {
  World w(Duration::minutes(10));
  Simulation simulation(w.system);
  const Responders who = World::noticed_after(Duration::minutes(20));
  const Response planned = respond(simulation, w.faults, who, w.horizon);
  const Response followed =
      respond_as_foreseen(simulation, w.faults, who, w.horizon, {}, w.foresee_at(Duration::minutes(20)));
  CHECK(followed.script == planned.script);
  CHECK(followed.steps.size() == 2);
  CHECK(w.lost(followed) == w.lost(planned));
}

// Planned for 20 + 10 min, but it is noticed after 35 and takes 40 min: the role is back at 75 min, when what came in
// the first 15 is lost, and the rest is released then.
TEST_CASE("who notices later and takes longer still does all that waits to be done", "[core][response][foresight]") {
  World quick(Duration::minutes(10));
  const Foresight foresight = quick.foresee_at(Duration::minutes(20));
  World slow(Duration::minutes(40));
  Simulation simulation(slow.system);
  const Response followed = respond_as_foreseen(simulation, slow.faults, World::noticed_after(Duration::minutes(35)),
                                                slow.horizon, {}, foresight);
  REQUIRE(followed.steps.size() == 2);
  CHECK(followed.steps[0].start == SimTime::after_start(Duration::minutes(35)));
  CHECK(followed.steps[1].start == SimTime::after_start(Duration::minutes(75)));
  CHECK(slow.lost(followed) ==
        Approx(60.0 * 15 + (followed.steps[1].done - followed.steps[1].start).in_seconds()).margin(1));
}

// Foreseen for a place in which nothing waits this time: nobody goes there.
TEST_CASE("a release that was foreseen is left out where nothing waits", "[core][response][foresight]") {
  World w(Duration::minutes(10));
  const Foresight foresight = w.foresee_at(Duration::minutes(20));
  System other = w.system;
  other.hops[hop_named(other, "send")].profile.steps[0].rate = Rate::per_second(0);
  Simulation simulation(other);
  const Response followed =
      respond_as_foreseen(simulation, w.faults, World::noticed_after(Duration::minutes(20)), w.horizon, {}, foresight);
  REQUIRE(followed.steps.size() == 1);
  CHECK_FALSE(followed.steps[0].is_release());
}

// Nothing was lost in the plan; here the role is away so long that data lies there which nobody had in mind.
TEST_CASE("what nobody foresaw to wait is released all the same", "[core][response][foresight]") {
  World w(Duration::minutes(10));
  Foresight foresight = w.foresee_at(Duration::minutes(20));
  foresight.opportunities.releases.clear();
  Simulation simulation(w.system);
  const Responders who = World::noticed_after(Duration::minutes(20));
  const Response followed = respond_as_foreseen(simulation, w.faults, who, w.horizon, {}, foresight);
  CHECK(followed.steps.size() == 2);
  CHECK(w.lost(followed) == Approx(0).margin(1e-6));
}

TEST_CASE("figures alone are those of all findings", "[core][findings]") {
  World w(Duration::minutes(50));
  Simulation simulation(w.system);
  const Outcome healthy = simulation.run({}, w.horizon);
  const Response r = respond(simulation, w.faults, World::noticed_after(Duration::minutes(20)), w.horizon);
  const Findings all = findings_of(w.system, r.outcome, healthy);
  const Findings figures = findings_of(w.system, r.outcome, healthy, Detail::figures);
  CHECK(figures.lost == all.lost);
  CHECK(figures.lost > 0);
  CHECK(figures.points.size() == all.points.size());
  CHECK(figures.symptoms.empty());
}
