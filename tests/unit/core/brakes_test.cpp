#include "core/brakes.hpp"

#include <catch2/catch.hpp>

#include "core/response.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// A role that is deleted at 0 and noticed after 20 min by two people; what is around it is told by the test.
struct World {
  System system;
  ActionId remove;

  World(std::string_view text, Duration recreating) : system(system_from(text)) {
    Action action;
    action.name = "role/delete";
    action.breaks = {condition_named(system, "role")};
    remove = system.actions.add(action);
    add("role/recreate", recreating, "role");
  }
  Repair& add(std::string_view name, Duration takes, std::string_view restored = "") {
    Repair r;
    r.label = written(std::string(name));
    r.takes = takes;
    if (!restored.empty()) r.restores = {condition_named(system, restored)};
    return system.repairs[system.repairs.add(r)];
  }
  Response respond_with(Strategy strategy = Strategy::full, std::uint32_t people = 2) const {
    Responders who;
    who.strategy = strategy;
    who.time_to_detect = Duration::minutes(20);
    who.count = people;
    Simulation simulation(system);
    return respond(simulation, {{SimTime{}, remove}}, who, SimTime::after_start(Duration::hours(24)));
  }
  const HopLedger& ledger(const Response& r, std::string_view hop) const {
    return r.outcome.hops[hop_named(system, hop).value];
  }
  bool does(const Response& r, std::string_view name) const { return step(r, name) != nullptr; }
  const Step* step(const Response& r, std::string_view name) const {
    for (const Step& s : r.steps) {
      if (name_of(system, s.repairs.front()) == name) return &s;
    }
    return nullptr;
  }
};

SimTime at(double minutes) { return SimTime::after_start(Duration::minutes(minutes)); }

}  // namespace

TEST_CASE("a brake lets what is tried again wait longer, from when it counts", "[core][response][brakes]") {
  // 1/s, tried every minute for ten. The role is back at 20 + 120 = 140 min, so what came until 130 min is lost.
  const std::string_view text =
      "condition role\ncondition patient false rises 1m\n"
      "hop send from 1/s to outside needs role retry 60s limit 1d accepts patient retry 60s limit 10m\n";
  const World without(text, Duration::hours(2));
  CHECK(without.ledger(without.respond_with(), "send").lost == Approx(130 * 60).epsilon(1e-9));

  // The brake takes two minutes and counts a minute later, at 23 min: what came before keeps its ten minutes.
  World with(text, Duration::hours(2));
  with.add("send/raise-age", Duration::minutes(2), "patient");
  const Response saved = with.respond_with();
  CHECK(with.ledger(saved, "send").lost == Approx(23 * 60).epsilon(1e-9));
  CHECK(with.ledger(saved, "send").waiting == Approx(0).margin(1e-6));
  const Step* brake = with.step(saved, "send/raise-age");
  REQUIRE(brake != nullptr);
  CHECK(brake->is_brake);
  CHECK(brake->done == at(22));
  CHECK_FALSE(with.step(saved, "role/recreate")->is_brake);

  // Made again in five minutes the role is there before anything is lost that the brake could save: 25 − 10 min.
  World quick(text, Duration::minutes(5));
  quick.add("send/raise-age", Duration::minutes(2), "patient");
  const Response no_need = quick.respond_with();
  CHECK(quick.ledger(no_need, "send").lost == Approx(15 * 60).epsilon(1e-9));
  CHECK_FALSE(quick.does(no_need, "send/raise-age"));

  // It is no damage: who only applies the code again leaves it alone.
  CHECK_FALSE(with.does(with.respond_with(Strategy::restore_only), "send/raise-age"));
}

// The brake saves 6,420 events of those that 1/s brings. Beside it X/s are lost from 0 to 140 min whatever is done. Of
// that and of the 7,800 that are lost without the brake, 1,200 X and 600 are gone when it is noticed after 20 min:
// 6,420 is a hundredth of 7,200 + 7,200 X at X = 88.2.
TEST_CASE("a brake that saves less than a hundredth of what could be saved is not pulled", "[core][response][brakes]") {
  const auto pulls = [](int beside) {
    World w(
        "condition role\ncondition patient false rises 1m\n"
        "hop send from 1/s to outside needs role retry 60s limit 1d accepts patient retry 60s limit 10m\n"
        "hop beside from " +
            std::to_string(beside) + "/s to outside needs role\n",
        Duration::hours(2));
    w.add("send/raise-age", Duration::minutes(2), "patient");
    return w.does(w.respond_with(), "send/raise-age");
  };
  CHECK(pulls(88));
  CHECK_FALSE(pulls(89));
}

// One person, and data that is lost from 30 min on: mending takes 25 min, the brake five, and it counts at once. After
// the mending, at 45 min, the brake comes too late, so it comes first.
TEST_CASE("a brake that comes too late after the repair is pulled before it", "[core][response][brakes]") {
  World w("condition role\nstore queue kept 30m\nhop send from 1/s to outside needs role store queue\n",
          Duration::minutes(25));
  Repair& brake = w.add("queue/keep", Duration::minutes(5));
  brake.sets = std::vector<Repair::Setting>{{store_named(w.system, "queue"), Duration::days(1), {}}};
  const Response r = w.respond_with(Strategy::full, 1);
  REQUIRE(w.step(r, "queue/keep") != nullptr);
  CHECK(w.step(r, "queue/keep")->start == at(20));
  CHECK(w.step(r, "role/recreate")->start == at(25));
  CHECK(w.ledger(r, "send").lost == Approx(0).margin(1e-6));
}

// A minute at the queue keeps 1,000/s that would be lost from 30 min on; meanwhile 1/s more is lost elsewhere, from the
// start and so with the earlier point of no return.
TEST_CASE("a brake that saves much is pulled before a repair that loses little by waiting",
          "[core][response][brakes]") {
  World w(
      "condition role\ncondition worker\nstore queue kept 30m\n"
      "hop send from 1000/s to outside needs worker store queue\nhop beside from 1/s to outside needs role\n",
      Duration::minutes(25));
  w.system.actions[w.remove].breaks.push_back(condition_named(w.system, "worker"));
  Repair& brake = w.add("queue/keep", Duration::minutes(1));
  brake.sets = std::vector<Repair::Setting>{{store_named(w.system, "queue"), Duration::days(1), {}}};
  w.add("worker/wait", Duration::minutes(60), "worker");
  const Response r = w.respond_with(Strategy::full, 1);
  REQUIRE(w.step(r, "queue/keep") != nullptr);
  CHECK(w.step(r, "queue/keep")->start == at(20));
  CHECK(w.ledger(r, "send").lost == Approx(0).margin(1e-6));
}

TEST_CASE("a brake catches what would be dropped, and it is brought back", "[core][response][brakes]") {
  // 1/s, refused for want of the role until 140 min. The new queue is there at 20 + 5 min and counts at 26.
  World world(
      "condition role as denied\ncondition caught false rises 1m\nstore spare kept 14d accepts caught\n"
      "hop send from 1/s to outside needs role store spare by-action\n",
      Duration::hours(2));
  world.add("send/add-dead-letter", Duration::minutes(5), "caught");
  const Response saved = world.respond_with();
  CHECK(world.ledger(saved, "send").lost == Approx(26 * 60).epsilon(1e-9));
  CHECK(world.ledger(saved, "send").recovered == Approx((140 - 26) * 60).epsilon(1e-9));
  REQUIRE(world.does(saved, "send/release"));
  CHECK(world.step(saved, "send/release")->start >= at(140));

  // One person who made the role first would have nothing left to catch, so the queue comes first.
  const Response alone = world.respond_with(Strategy::full, 1);
  REQUIRE(world.does(alone, "send/add-dead-letter"));
  CHECK(world.step(alone, "send/add-dead-letter")->start == at(20));
  CHECK(world.ledger(alone, "send").lost == Approx(26 * 60).epsilon(1e-9));
}

// 1/s lies a day where it waits for somebody. The hop fails for 30 h; at 23 h, an hour before the first is too old, the
// place is set to two weeks.
TEST_CASE("what a brake kept is told with all the time it arrived in", "[core][response][brakes]") {
  World world(
      "condition role as denied\nstore spare kept 1d\n"
      "hop send from 1/s to outside needs role store spare by-action\n",
      Duration::hours(30) - Duration::minutes(20));
  Repair& brake = world.add("spare/keep-longer", Duration::minutes(1));
  brake.sets = std::vector<Repair::Setting>{{store_named(world.system, "spare"), Duration::days(14), {}}};
  Responders who;
  who.time_to_detect = Duration::minutes(20);
  who.count = 2;
  Simulation simulation(world.system);
  const Response r = respond(simulation, {{SimTime{}, world.remove}}, who, SimTime::after_start(Duration::days(3)));
  REQUIRE(world.does(r, "spare/keep-longer"));
  const Step* release = world.step(r, "send/release");
  REQUIRE(release != nullptr);
  CHECK(world.ledger(r, "send").lost == Approx(0).margin(1e-6));
  CHECK(release->gap_from == SimTime{});
  CHECK(release->gap_to == at(30 * 60));
  CHECK(release->released == Approx(30 * 3600));
}

TEST_CASE("a place that is written with the role that is gone is of no use", "[core][response][brakes]") {
  World world(
      "condition role as denied\ncondition caught false rises 1m\nstore spare kept 14d accepts role,caught\n"
      "hop send from 1/s to outside needs role store spare by-action\n",
      Duration::hours(2));
  world.add("send/add-dead-letter", Duration::minutes(5), "caught");
  const Response r = world.respond_with();
  CHECK(world.ledger(r, "send").lost == Approx(140 * 60).epsilon(1e-9));
  CHECK(r.steps.size() == 1);
}

TEST_CASE("a consumer that spends what it cannot handle is paused, and set going after the repair",
          "[core][response][brakes]") {
  // 1/s into a queue that keeps four days. The consumer fails; after five minutes a message is put aside, where it is
  // kept until it is an hour old.
  World world(
      "condition role as failed\ncondition on\nport in\nstore queue kept 4d ordered\nstore aside kept 1h\n"
      "hop send from 1/s to in\n"
      "hop receive from in to outside needs on,role ordered store queue on unavailable "
      "store queue limit 5m since-entry on failed store aside by-action on failed\n",
      Duration::hours(3));
  // The role is back at 200 min. Nobody pauses: what was put aside is fetched then, save for what is older than an
  // hour, 140 min of arrivals.
  CHECK(world.ledger(world.respond_with(), "receive").lost == Approx(140 * 60).epsilon(1e-6));

  world.add("consumer/pause", Duration::minutes(2)).breaks = {condition_named(world.system, "on")};
  Repair& resume = world.add("consumer/enable", Duration::minutes(1), "on");
  resume.requirements = {{ErrorClass::failed, condition_named(world.system, "role"), {}}};
  const Response paused = world.respond_with();
  // Paused at 22 min: what came in the first 17 min has been put aside by then and grows too old there.
  CHECK(world.ledger(paused, "receive").lost == Approx(17 * 60).epsilon(1e-6));
  REQUIRE(world.does(paused, "consumer/pause"));
  CHECK(world.step(paused, "consumer/pause")->done == at(22));
  REQUIRE(world.does(paused, "consumer/enable"));
  CHECK(world.step(paused, "consumer/enable")->start == at(200));
  CHECK(paused.still_broken.empty());
}

TEST_CASE("of two brakes that save the same data one is enough", "[core][response][brakes]") {
  World world(
      "condition role\ncondition patient false\ncondition caught false\nstore spare kept 14d accepts caught\n"
      "hop send from 1/s to outside needs role retry 60s limit 1d accepts patient retry 60s limit 10m "
      "store spare since-entry by-action\n",
      Duration::hours(2));
  world.add("send/raise-age", Duration::minutes(2), "patient");
  world.add("send/add-dead-letter", Duration::minutes(5), "caught");
  // Three people could do both. The queue at 25 min catches what came after 15 min, longer limits from 22 min on
  // save what comes then: with the queue alone less is lost, and the limits add nothing to it.
  const Response r = world.respond_with(Strategy::full, 3);
  CHECK(world.ledger(r, "send").lost == Approx(15 * 60).epsilon(1e-6));
  CHECK(world.does(r, "send/add-dead-letter"));
  CHECK_FALSE(world.does(r, "send/raise-age"));
}

TEST_CASE("what stands in for something is no brake", "[core][brakes]") {
  World world(
      "condition role as denied\ncondition other false\nstore spare kept 14d\n"
      "hop send from 1/s to outside needs role store spare accepts role|other by-action\n",
      Duration::hours(2));
  world.add("other/make", Duration::minutes(5), "other");
  Simulation simulation(world.system);
  CHECK(simulation.brakes().all().empty());
}
