#include "core/response.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/crew.hpp"
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
    r.label = written("role/recreate");
    r.restores = {role};
    r.takes = Duration::minutes(5);
    r.by_apply = true;
    recreate = system.repairs.add(r);
    r = {};
    r.label = written("function/swap");
    r.restores = {grant};
    Need present;
    present.condition = role;
    r.requirements = {present};
    r.takes = Duration::minutes(2);
    swap = system.repairs.add(r);
    r = {};
    r.label = written("filter/reput");
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
    Simulation simulation(system);
    return respond(simulation, {{SimTime{}, delete_role}}, who, SimTime::after_start(Duration::days(30)));
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

// What the second needs is there 119 s or 121 s after the first is done: one apply waits two minutes for it.
TEST_CASE("an apply waits two minutes for what it has made possible, and no longer", "[core][response]") {
  for (const int seconds : {119, 121}) {
    INFO(seconds);
    System system = system_from("condition role as denied rises " + std::to_string(seconds) +
                                "s\ncondition policies as denied follows role rises repair\n"
                                "hop send from 1/s to outside needs policies\n");
    Action action;
    action.name = "role/delete";
    action.breaks = {condition_named(system, "role")};
    const ActionId remove = system.actions.add(action);
    for (const char* name : {"role", "policies"}) {
      Repair r;
      r.label = written(std::string(name) + "/recreate");
      r.restores = {condition_named(system, name)};
      r.takes = Duration::minutes(5);
      r.by_apply = true;
      system.repairs.add(r);
    }
    Responders who;
    Simulation simulation(system);
    const Response r = respond(simulation, {{SimTime{}, remove}}, who, SimTime::after_start(Duration::days(1)));
    CHECK(r.steps.size() == (Duration::seconds(seconds) <= apply_waits ? 1U : 2U));
    CHECK(apply_waits == Duration::minutes(2));
  }
}

TEST_CASE("re-creating the role leaves the grant and the gap", "[core][response]") {
  const World w;
  const Response r = w.respond_with(Strategy::restore_only, Duration::minutes(40));
  REQUIRE(r.steps.size() == 1);
  CHECK(r.steps[0].start == SimTime::after_start(Duration::minutes(40)));
  CHECK(r.steps[0].done == SimTime::after_start(Duration::minutes(45)));
  REQUIRE(r.still_broken.size() == 1);
  CHECK(name_of(w.system, r.still_broken[0]) == "grant");
  REQUIRE(r.unreleased.size() == 1);
  CHECK(w.system.hops[r.unreleased[0]].name == "filter");
}

TEST_CASE("what was gone before anybody came is lost, but what he came for is not left behind", "[core][response]") {
  const World w;
  const Response full = w.respond_with(Strategy::full, Duration::days(20));
  CHECK(w.ledger(full, "filter").lost > 0);
  CHECK(w.ledger(full, "filter").recovered > 0);
  CHECK(full.unreleased.empty());
  const Response restored = w.respond_with(Strategy::restore_only, Duration::days(20));
  REQUIRE(restored.unreleased.size() == 1);
  CHECK(w.system.hops[restored.unreleased[0]].name == "filter");
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
  // Not before the filter is open again, ten minutes after its role: what reads the gap earlier misses the end of it.
  CHECK(r.steps[2].start == SimTime::after_start(Duration::minutes(55) + Duration::seconds(15)));
  CHECK(r.steps[2].gap_to == r.steps[2].start);
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
  CHECK(name_of(w.system, chain[0]) == "grant");
  CHECK(name_of(w.system, chain[1]) == "role");
}

TEST_CASE("one person does one thing at a time", "[core][response]") {
  const World w;
  const Response two = w.respond_with(Strategy::full, Duration::minutes(40), 2);
  const Response one = w.respond_with(Strategy::full, Duration::minutes(40), 1);
  CHECK(two.steps.size() == one.steps.size());
  for (std::size_t i = 1; i < one.steps.size(); ++i) CHECK(one.steps[i].start >= one.steps[i - 1].done);
}

namespace {

// What a hop misses lies at its source for an hour and then in an archive, and each of the two has to be released.
struct TwoPlaces {
  System system = system_from(
      "condition role as denied\n"
      "hop a from 1/s to outside needs role:denied store kept 1h by-action store kept 10d by-action\n");
  ActionId remove, make;
  RepairId recreate, from_source, from_archive;

  TwoPlaces() {
    const ConditionId role = condition_named(system, "role");
    Action action;
    action.name = "role/delete";
    action.breaks = {role};
    remove = system.actions.add(action);
    action = {};
    action.name = "role/make";
    action.restores = {role};
    make = system.actions.add(action);
    recreate = add("role/recreate");
    system.repairs[recreate].restores = {role};
    from_source = add("source/release");
    from_archive = add("archive/release");
    system.hops[HopId(0)].fallbacks[0].release = from_source;
    system.hops[HopId(0)].fallbacks[1].release = from_archive;
  }
  RepairId add(const char* name) {
    Repair r;
    r.label = written(name);
    r.takes = Duration::minutes(5);
    return system.repairs.add(r);
  }
  Response respond_to(const std::vector<Fault>& faults, Duration detect) const {
    Responders who;
    who.time_to_detect = detect;
    who.count = 2;
    Simulation simulation(system);
    return respond(simulation, faults, who, SimTime::after_start(Duration::days(2)));
  }
};

SimTime minute(double m) { return SimTime::after_start(Duration::minutes(m)); }

}  // namespace

TEST_CASE("data is released from where it lies, not from where it would end up", "[core][response]") {
  // The hop is open again at 35 min, when nothing has left the source yet; at 40 min it is released from there.
  const TwoPlaces w;
  const Response r = w.respond_to({{SimTime{}, w.remove}}, Duration::minutes(30));
  REQUIRE(r.steps.size() == 2);
  CHECK(r.steps[1].repairs == std::vector<RepairId>{w.from_source});
  CHECK(r.steps[1].released == Approx(35 * 60).epsilon(1e-6));
  CHECK(r.steps[1].gap_from == minute(0));
  CHECK(r.steps[1].gap_to == minute(35));
  CHECK(r.unreleased.empty());
}

TEST_CASE("one release fetches for all that wait for it, and one that opens later is fetched for by itself",
          "[core][response]") {
  // The rule and the copy miss the same objects; the copy opens with them, or half an hour after them.
  const auto steps = [](std::string_view needs_of_copy) {
    System system = system_from(
        "condition keys as failed\ncondition quota follows keys as failed rises 30m\nstore bucket kept 30d\n"
        "hop rule from 10/s to outside needs keys store bucket limit 14d by-action\n"
        "hop copy from 2/s to outside needs " +
        std::string(needs_of_copy) + " store bucket limit 14d by-action\n");
    const ConditionId keys = condition_named(system, "keys");
    Action action;
    action.name = "misname";
    action.component = system.components.add({.name = "writer", .type = "outside", .parent = {}});
    action.breaks = {keys};
    const ActionId misname = system.actions.add(action);
    Repair r;
    r.label = written("writer/mend");
    r.restores = {keys};
    r.takes = Duration::minutes(60);
    system.repairs.add(r);
    r = {};
    r.label = written("bucket/rename");
    r.takes = Duration::minutes(30);
    const RepairId rename = system.repairs.add(r);
    for (const char* hop : {"rule", "copy"}) system.hops[hop_named(system, hop)].fallbacks[0].release = rename;
    Responders who;
    who.strategy = Strategy::full;
    who.time_to_detect = Duration::minutes(60);
    Simulation simulation(system);
    return respond(simulation, {{SimTime{}, misname}}, who, SimTime::after_start(Duration::days(2))).steps;
  };
  const std::vector<Step> together = steps("keys");
  REQUIRE(together.size() == 2);
  REQUIRE(together[1].releases.size() == 2);
  CHECK(together[1].releases[0].events == Approx(7200 * 10));
  CHECK(together[1].releases[1].events == Approx(7200 * 2));
  CHECK(together[1].released == Approx(7200 * 12));
  CHECK(together[1].done == minute(150));

  const std::vector<Step> apart = steps("quota");
  REQUIRE(apart.size() == 3);
  CHECK(apart[1].released == Approx(7200 * 10));
  CHECK(apart[2].released == Approx(9000 * 2));
  CHECK(apart[2].start == minute(150));
}

TEST_CASE("data that lies in two places takes two releases", "[core][response]") {
  // Open again at 125 min: 65 min of arrivals are in the archive, the last hour at the source. Five minutes later, when
  // both are released, another five have moved on.
  const TwoPlaces w;
  const Response r = w.respond_to({{SimTime{}, w.remove}}, Duration::minutes(120));
  REQUIRE(r.steps.size() == 3);
  const Step& source = r.steps[r.steps[1].repairs[0] == w.from_source ? 1 : 2];
  const Step& archive = r.steps[r.steps[1].repairs[0] == w.from_source ? 2 : 1];
  CHECK(source.repairs == std::vector<RepairId>{w.from_source});
  CHECK(archive.repairs == std::vector<RepairId>{w.from_archive});
  CHECK(archive.released == Approx(70 * 60).epsilon(1e-3));
  CHECK(source.released == Approx(55 * 60).epsilon(1e-3));
  CHECK(source.gap_to == minute(125));
  CHECK(r.unreleased.empty());
}

TEST_CASE("nobody releases what has moved on already", "[core][response]") {
  // The role is away for the first half hour; from 60 to 90 min what it cost moves into the archive.
  const TwoPlaces w;
  const Response r = w.respond_to({{SimTime{}, w.remove}, {minute(30), w.make}}, Duration::minutes(100));
  REQUIRE(r.steps.size() == 1);
  CHECK(r.steps[0].repairs == std::vector<RepairId>{w.from_archive});
  CHECK(r.steps[0].released == Approx(30 * 60).epsilon(1e-6));
  CHECK(r.unreleased.empty());
}

namespace {

// Writing logs needs a role and, once that is there, its policies; reading jobs needs another role, and can wait.
struct TwoRoles {
  System system = system_from(
      "condition exec as denied rises 15s\n"
      "condition policies as denied follows exec rises repair\n"
      "condition worker as denied\n"
      "hop log from 200/s to outside needs exec,policies\n"
      "hop jobs from 1/s to outside needs worker store kept 4h\n");
  ActionId remove;
  RepairId exec = add("exec/recreate", "exec", 5), policies = add("exec/attach", "policies", 2),
           worker = add("a-worker/recreate", "worker", 5);

  TwoRoles() {
    Need present;
    present.condition = condition_named(system, "exec");
    system.repairs[policies].requirements = {present};
    Action action;
    action.name = "delete";
    action.breaks = {present.condition, condition_named(system, "worker")};
    remove = system.actions.add(action);
  }
  RepairId add(const char* name, const char* restores, double takes) {
    Repair r;
    r.label = written(name);
    r.restores = {condition_named(system, restores)};
    r.takes = Duration::minutes(takes);
    r.by_apply = true;
    return system.repairs.add(r);
  }
  Response respond_with(std::uint32_t people, bool by_hand) const {
    Responders who;
    who.time_to_detect = Duration::minutes(30);
    who.count = people;
    who.by_hand = by_hand;
    Simulation simulation(system);
    return respond(simulation, {{SimTime{}, remove}}, who, SimTime::after_start(Duration::days(1)));
  }
};

}  // namespace

TEST_CASE("a long step does not hold up a more urgent one that is ready in a moment", "[core][response]") {
  // 200/s are lost until the policies are back. The role is made from 30 to 35 min and works 15 s later; who made it
  // waits for that rather than begin with what loses nothing before 4 h.
  const TwoRoles w;
  const Response one = w.respond_with(1, true);
  REQUIRE(one.steps.size() == 3);
  CHECK(one.steps[0].repairs == std::vector<RepairId>{w.exec});
  CHECK(one.steps[1].repairs == std::vector<RepairId>{w.policies});
  CHECK(one.steps[1].start == minute(35.25));
  CHECK(one.steps[2].repairs == std::vector<RepairId>{w.worker});
  CHECK(one.outcome.hops[0].lost == Approx(200.0 * 37.25 * 60));
  // Of two people one waits, and the other begins at once.
  const Response two = w.respond_with(2, true);
  REQUIRE(two.steps.size() == 3);
  CHECK(two.steps[1].repairs == std::vector<RepairId>{w.worker});
  CHECK(two.steps[1].start == minute(30));
}

TEST_CASE("one apply does what is ready in the order of urgency, and then what that has made possible",
          "[core][response]") {
  // Both roles from 30 to 35 min; when the first shows, 15 s later, its policies, for two minutes.
  const TwoRoles w;
  const Response r = w.respond_with(1, false);
  REQUIRE(r.steps.size() == 1);
  CHECK(r.steps[0].repairs == std::vector<RepairId>{w.exec, w.worker, w.policies});
  CHECK(r.steps[0].repair_done == std::vector<SimTime>{minute(35), minute(35), minute(37.25)});
  CHECK(r.steps[0].done == minute(37.25));
  CHECK(r.outcome.hops[0].lost == Approx(200.0 * 37.25 * 60));
}

TEST_CASE("an apply does not wait for what takes long to show", "[core][response]") {
  TwoRoles w;
  w.system.conditions[condition_named(w.system, "exec")].rises_after = Delay::exactly(Duration::minutes(10));
  const Response r = w.respond_with(1, false);
  REQUIRE(r.steps.size() == 2);
  CHECK(r.steps[0].done == minute(35));
  CHECK(r.steps[1].repairs == std::vector<RepairId>{w.policies});
  CHECK(r.steps[1].start == minute(45));
}

TEST_CASE("what is undone while it still propagates is done again", "[core][response]") {
  // Made again from 30 to 35 min, it would show at 35 min 15 s; at 35 min 5 s it is deleted a second time.
  const TwoRoles w;
  Responders who;
  who.time_to_detect = Duration::minutes(30);
  Simulation simulation(w.system);
  const Response r =
      respond(simulation, {{SimTime{}, w.remove}, {SimTime::after_start(Duration::seconds(2105)), w.remove}}, who,
              SimTime::after_start(Duration::days(1)));
  const auto times_made = [&](RepairId id) {
    std::ptrdiff_t times = 0;
    for (const Step& s : r.steps) times += std::count(s.repairs.begin(), s.repairs.end(), id);
    return times;
  };
  CHECK(times_made(w.exec) == 2);
  CHECK(times_made(w.policies) == 1);
  CHECK(r.still_broken.empty());
}

TEST_CASE("what comes back by itself in an hour is brought back in four minutes", "[core][response]") {
  // The role works again at 40 min + 5 min + 15 s = 2715 s; the session would an hour later, and is renewed 240 s
  // later.
  System system = system_from(
      "condition role as denied falls 4s rises 15s\n"
      "condition session as denied follows role rises 1h\n"
      "condition idle as denied follows role rises 1h\n"
      "port run\n"
      "hop calls from 10/s to run needs session:denied\n");
  const ConditionId role = condition_named(system, "role");
  Action gone;
  gone.name = "role/delete";
  gone.breaks = {role};
  const ActionId fault = system.actions.add(gone);
  Need present;
  present.condition = role;
  const auto repair = [&](const char* name, const char* condition, double minutes, bool by_apply) {
    Repair r;
    r.label = written(name);
    r.restores = {condition_named(system, condition)};
    if (!by_apply) r.requirements = {present};
    r.takes = Duration::minutes(minutes);
    r.by_apply = by_apply;
    return system.repairs.add(r);
  };
  repair("role/recreate", "role", 5, true);
  const RepairId restart = repair("service/restart", "session", 4, false);
  repair("service/wait", "session", 70, false);  // would be later than it comes by itself
  repair("other/restart", "idle", 4, false);     // for want of which nothing is lost
  Simulation simulation(system);
  const auto lost = [&](Strategy strategy) {
    Responders who;
    who.strategy = strategy;
    who.time_to_detect = Duration::minutes(40);
    const Response r = respond(simulation, {{SimTime{}, fault}}, who, SimTime::after_start(Duration::hours(6)));
    if (strategy == Strategy::full) {
      REQUIRE(r.steps.size() == 2);
      CHECK(r.steps[1].repairs == std::vector<RepairId>{restart});
      CHECK(r.steps[1].start == SimTime::after_start(Duration::seconds(2715)));
    }
    return r.outcome.hops[0].lost;
  };
  CHECK(lost(Strategy::restore_only) == Approx(10 * (6315 - 4)));
  CHECK(lost(Strategy::full) == Approx(10 * (2955 - 4)));
}

// Either of two keys opens the door; the second has to be made, then handed over.
TEST_CASE("what stands in for something is made only when that cannot come back", "[response]") {
  System system = system_from(
      "condition key as key\ncondition cut as key false\ncondition other as key false\n"
      "condition held as key false\n"
      "port door\nhop calls from 1/s to door needs key|held:key\n");
  const auto named = [&](const char* name) { return condition_named(system, name); };
  Action lose;
  lose.name = "key/lose";
  lose.breaks = {named("key")};
  const ActionId fault = system.actions.add(lose);
  const auto repair = [&](const char* name, const char* restores, const char* required) {
    Repair r;
    r.label = written(name);
    r.restores = {named(restores)};
    Need need;
    need.condition = named(required);
    r.requirements = {need};
    r.takes = Duration::minutes(1);
    return system.repairs.add(r);
  };
  const auto steps_with = [](const System& s, ActionId action) {
    Simulation simulation(s);
    Responders who;
    who.time_to_detect = Duration::minutes(10);
    const Response r = respond(simulation, {{SimTime{}, action}}, who, SimTime::after_start(Duration::hours(1)));
    std::vector<std::string> names;
    for (const Step& step : r.steps) names.push_back(name_of(s, step.repairs.front()));
    return std::pair(names, r.outcome.hops[0].lost);
  };
  Repair make;
  make.label = written("locksmith/make");
  make.restores = {named("other")};
  make.takes = Duration::minutes(1);
  system.repairs.add(make);
  repair("locksmith/hand-over", "held", "other");
  const auto [two_steps, lost] = steps_with(system, fault);
  CHECK(two_steps == std::vector<std::string>{"locksmith/make", "locksmith/hand-over"});
  CHECK(lost == Approx(12 * 60));
  SECTION("it can be found again") {
    system.repairs[repair("key/find", "key", "key")].requirements.clear();
    CHECK(steps_with(system, fault).first == std::vector<std::string>{"key/find"});
  }
  SECTION("what finding it takes can never be there") {
    repair("key/find", "key", "cut");
    CHECK(steps_with(system, fault).first == two_steps);
  }
}

namespace {

// A queue that keeps an hour, a slow consumer, and somebody who can make the queue keep a day.
struct Queue {
  System system = system_from(
      "condition role as denied\nport in\nstore queue kept 1h\n"
      "hop send from 1/s to in\n"
      "hop receive from in to outside needs role ordered drain 2/s\n  store queue\n");
  ActionId remove;
  RepairId recreate, longer;

  explicit Queue(Duration recreating) {
    Action action;
    action.name = "role/delete";
    action.breaks = {condition_named(system, "role")};
    remove = system.actions.add(action);
    Repair r;
    r.label = written("role/recreate");
    r.restores = action.breaks;
    r.takes = recreating;
    recreate = system.repairs.add(r);
    r = {};
    r.label = written("queue/keep-longer");
    r.sets = {{store_named(system, "queue"), Duration::days(1), Delay::up_to(Duration::minutes(15))}};
    r.takes = Duration::minutes(1);
    longer = system.repairs.add(r);
  }
  Response respond_with(Strategy strategy, Duration detect, std::uint32_t people) const {
    Responders who;
    who.strategy = strategy;
    who.time_to_detect = detect;
    who.count = people;
    Simulation simulation(system);
    return respond(simulation, {{SimTime{}, remove}}, who, SimTime::after_start(Duration::hours(12)));
  }
  double lost(const Response& r) const { return r.outcome.hops[hop_named(system, "receive").value].lost; }
};

}  // namespace

TEST_CASE("an emergency brake is pulled only where it saves data", "[core][response][settings]") {
  // Noticed after 20 min, made again in 10: nothing is lost, nobody touches the queue.
  const Queue quick(Duration::minutes(10));
  const Response no_need = quick.respond_with(Strategy::full, Duration::minutes(20), 2);
  CHECK(quick.lost(no_need) == Approx(0).margin(1e-6));
  REQUIRE(no_need.steps.size() == 1);
  CHECK(no_need.script.settings.empty());

  // Making it again takes three hours: without the brake the hours from 1:00 to 3:20 lose 1/s each second, and so does
  // the backlog of an hour that drains at 2/s against 1/s of arrivals: of what is drained half was too old.
  const Queue slow(Duration::hours(3));
  const Response saved = slow.respond_with(Strategy::full, Duration::minutes(20), 2);
  CHECK(slow.lost(saved) == Approx(0).margin(1e-6));
  REQUIRE(saved.steps.size() == 2);
  REQUIRE(saved.script.settings.size() == 1);
  CHECK(saved.script.settings[0].at == SimTime::after_start(Duration::minutes(36)));  // 20 + 1 + 15
  const Response re_applied = slow.respond_with(Strategy::restore_only, Duration::minutes(20), 2);
  CHECK(re_applied.script.settings.empty());

  // Noticed after an hour and a half it is in force at 1:46 and saves what is left then: 46 min are gone.
  const Response late = slow.respond_with(Strategy::full, Duration::minutes(90), 2);
  CHECK(slow.lost(late) == Approx(46 * 60).epsilon(1e-6));
}

TEST_CASE("what only begins to lose data once data flows again is mended before what loses nothing",
          "[core][response]") {
  // Nobody acts: `work` gets nothing through the closed `front` and loses nothing. Once `front` is open, it loses 1/s
  // from the end of its 15 min of retries until `worker` is mended; `copies` waits for ever and loses nothing.
  System system = system_from(
      "condition front as denied\ncondition worker as denied\ncondition copy as denied\n"
      "port web needs front\nport jobs\n"
      "hop visits from 1/s to web\n"
      "hop pass from web to jobs\n"
      "hop work from jobs to outside needs worker retry 1m limit 15m\n"
      "store journal\n"
      "hop copies from 1/s to outside needs copy store journal\n");
  Action gone;
  gone.name = "delete";
  for (const char* name : {"front", "worker", "copy"}) gone.breaks.push_back(condition_named(system, name));
  const ActionId fault = system.actions.add(gone);
  const auto repair = [&](const char* name, const char* condition, double minutes) {
    Repair r;
    r.label = written(name);
    r.restores = {condition_named(system, condition)};
    r.takes = Duration::minutes(minutes);
    return system.repairs.add(r);
  };
  const RepairId front = repair("b/mend", "front", 5);
  const RepairId slow = repair("a/copy", "copy", 60);
  const RepairId worker = repair("c/mend", "worker", 5);
  Responders who;
  who.time_to_detect = Duration::minutes(30);
  Simulation simulation(system);
  const Response r = respond(simulation, {{SimTime{}, fault}}, who, SimTime::after_start(Duration::hours(6)));
  REQUIRE(r.steps.size() == 3);
  CHECK(r.steps[0].repairs == std::vector<RepairId>{front});
  CHECK(r.steps[1].repairs == std::vector<RepairId>{worker});
  CHECK(r.steps[2].repairs == std::vector<RepairId>{slow});
  CHECK(r.outcome.hops[hop_named(system, "work").value].lost == 0);
  CHECK(r.outcome.hops[hop_named(system, "visits").value].lost ==
        Approx(35 * 60));  // from the fault to the first step's end
}
