#include "core/response.hpp"

#include <catch2/catch.hpp>

#include "core/findings.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// A role, a grant bound to its identity, a function that needs both, and a log filter whose source keeps what it
// missed.
struct World {
  System system = system_from(
      "condition role as denied falls 4s rises 15s\n"
      "condition grant as key follows role rises repair\n"
      "port run\nport stream\nstore source kept 30d\n"
      "hop function from 10/s to run needs role:denied,grant:key retry 60s limit 6h\n"
      "hop filter from 100/s to stream needs role:denied pauses 10m on denied store source limit 14d by-action\n");
  ActionId delete_role;
  RepairId recreate, swap, reput;

  World() {
    const ComponentId owner =
        system.components.add({.name = "role", .type = "iam", .parent = {}, .is_principal = true});
    const ConditionId role = condition_named(system, "role");
    const ConditionId grant = condition_named(system, "grant");
    Action action;
    action.name = "role/delete";
    action.component = owner;
    action.breaks = {role};
    delete_role = system.actions.add(action);
    Repair r;
    r.name = "role/recreate";
    r.restores = {role};
    r.takes = Duration::minutes(5);
    r.by_apply = true;
    recreate = system.repairs.add(r);
    r = {};
    r.name = "function/swap";
    r.restores = {grant};
    Need present;
    present.condition = role;
    r.requirements = {present};
    r.takes = Duration::minutes(2);
    swap = system.repairs.add(r);
    r = {};
    r.name = "filter/reput";
    r.takes = Duration::minutes(10);
    r.rate = Rate::per_second(5000);
    reput = system.repairs.add(r);
    system.hops[hop_named(system, "filter")].fallbacks[0].release = reput;
  }

  Response respond_with(Strategy strategy, Duration detect, std::uint32_t people = 2) const {
    Responders who;
    who.strategy = strategy;
    who.time_to_detect = detect;
    who.count = people;
    return respond(system, {{SimTime{}, delete_role}}, who, SimTime::after_start(Duration::days(30)));
  }
  const HopLedger& ledger(const Response& r, std::string_view hop) const {
    return r.outcome.hops[hop_named(system, hop).value];
  }
};

}  // namespace

TEST_CASE("nobody acts: everything is lost once its time is up", "[core][response]") {
  const World w;
  const Response r = w.respond_with(Strategy::none, Duration::minutes(40));
  CHECK(r.steps.empty());
  CHECK(r.still_broken.size() == 2);
  // 30 d - 4 s - 6 h of 10/s
  CHECK(w.ledger(r, "function").lost == Approx(10.0 * (30 * 86400 - 4 - 21600)).epsilon(1e-6));
  // 30 d - 4 s - 14 d of 100/s
  CHECK(w.ledger(r, "filter").lost == Approx(100.0 * (16 * 86400 - 4)).epsilon(1e-6));
}

TEST_CASE("re-creating the role leaves the grant and the gap", "[core][response]") {
  const World w;
  const Response r = w.respond_with(Strategy::restore_only, Duration::minutes(40));
  REQUIRE(r.steps.size() == 1);
  CHECK(r.steps[0].start == SimTime::after_start(Duration::minutes(40)));
  CHECK(r.steps[0].done == SimTime::after_start(Duration::minutes(45)));
  REQUIRE(r.still_broken.size() == 1);
  CHECK(w.system.conditions[r.still_broken[0]].name == "grant");
  REQUIRE(r.unreleased.size() == 1);
  CHECK(w.system.hops[r.unreleased[0]].name == "filter");
}

TEST_CASE("every step in the order of its requirements, and nothing lost", "[core][response]") {
  const World w;
  const Response r = w.respond_with(Strategy::full, Duration::minutes(40));
  REQUIRE(r.steps.size() == 3);
  CHECK(r.steps[0].repairs == std::vector<RepairId>{w.recreate});
  // 15 s after the role is back
  CHECK(r.steps[1].repairs == std::vector<RepairId>{w.swap});
  CHECK(r.steps[1].start == SimTime::after_start(Duration::minutes(45) + Duration::seconds(15)));
  CHECK(r.steps[2].repairs == std::vector<RepairId>{w.reput});
  CHECK(r.still_broken.empty());
  CHECK(r.unreleased.empty());
  CHECK(w.ledger(r, "function").lost == Approx(0).margin(1e-6));
  CHECK(w.ledger(r, "filter").lost == Approx(0).margin(1e-6));
  // 45 min 15 s - 4 s of failing and 10 min of pause, at 100/s
  CHECK(w.ledger(r, "filter").recovered == Approx(100.0 * (2715 - 4 + 600)).epsilon(1e-3));
}

TEST_CASE("a cause leads back to what was done", "[core][findings]") {
  const World w;
  const Response r = w.respond_with(Strategy::restore_only, Duration::minutes(40));
  const Outcome healthy = simulate(w.system, {}, SimTime::after_start(Duration::days(30)));
  const Findings f = findings_of(w.system, r.outcome, healthy);
  REQUIRE_FALSE(f.points.empty());
  CHECK(f.points.front().at == SimTime::after_start(Duration::hours(6) + Duration::seconds(4)));
  const Need grant = w.system.hops[hop_named(w.system, "function")].needs[1];
  const CauseChain chain = cause_of(w.system, r.outcome.timeline, grant, SimTime::after_start(Duration::hours(2)));
  REQUIRE(chain.size() == 2);
  CHECK(w.system.conditions[chain[0]].name == "grant");
  CHECK(w.system.conditions[chain[1]].name == "role");
}

TEST_CASE("one person does one thing at a time", "[core][response]") {
  const World w;
  const Response two = w.respond_with(Strategy::full, Duration::minutes(40), 2);
  const Response one = w.respond_with(Strategy::full, Duration::minutes(40), 1);
  CHECK(two.steps.size() == one.steps.size());
  for (std::size_t i = 1; i < one.steps.size(); ++i) CHECK(one.steps[i].start >= one.steps[i - 1].done);
}
