#include "core/brakes.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/response.hpp"
#include "core/simulation.hpp"
#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

using Done = moshimo::Step;

constexpr double minute = 60;  // of arrivals, at 1/s

// What two people make of it who notice after 40 minutes.
struct Plan {
  SmallWorld world;
  Response response;

  double lost(std::string_view hop) const { return ledger(hop).lost; }
  const HopLedger& ledger(std::string_view hop) const {
    const Table<Hop>& hops = world.compiled.system.hops;
    for (std::uint32_t h = 0; h < hops.size(); ++h) {
      if (hops[HopId(h)].name == hop) return response.outcome.hops[h];
    }
    throw std::out_of_range("there is no hop " + std::string(hop));
  }
  const Done* step(std::string_view name) const {
    for (const Done& s : response.steps) {
      if (name_of(world.compiled.system, s.repairs.front()) == name) return &s;
    }
    return nullptr;
  }
  bool brakes() const {
    for (const Done& s : response.steps) {
      if (s.is_brake) return true;
    }
    return false;
  }
};

// `slow`: a repair, as COMPONENT/NAME, that takes so long here.
Plan plan(const std::string& inventory, const Trouble& trouble, Duration horizon, std::string_view slow = "",
          Duration takes = {}) {
  Plan p{run(inventory, {trouble}, horizon), {}};
  System& system = p.world.compiled.system;
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    if (name_of(system, RepairId(r)) == slow) system.repairs[RepairId(r)].takes = takes;
  }
  Responders who;
  who.time_to_detect = Duration::minutes(40);
  who.count = 2;
  Simulation simulation(system);
  p.response = respond(simulation, {{SimTime::after_start(trouble.from), p.world.compiled.requested.at(0)}}, who,
                       SimTime::after_start(horizon));
  return p;
}

std::string with(std::string text, std::string_view attribute) {
  const auto at = text.find("...");
  return text.replace(at, 3, attribute);
}

TEST_CASE("a target that gives up after an hour is given a day") {
  // Nobody can end the outage. Of an hour's worth of attempts the last comes after 3251 s: nine within 316 s, then
  // one every 489.1 s.
  const char* inventory = R"(
resources:
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: endpoint, max_age: 1h, dead_letter: dead }] }
  dead: { type: sqs:queue, retention: 1m }
  endpoint: { type: outside:endpoint }
traffic: [{ to: bus, rate: 1/s }]
)";
  const double age = 316 + 6 * (86400.0 - 316) / 176;
  const Trouble outage{"outage", "endpoint", {}, Duration::forever()};
  const SmallWorld untouched = run(inventory, {outage}, Duration::hours(20));
  CHECK(untouched.lost("rule/targets/t/deliver") == Approx(20 * 3600 - age - 60).epsilon(1e-6));
  // Noticed at 40 min, five by hand, and a minute until it counts: what came before 46 min keeps its hour. (To give the
  // dead letters more time would do, too; here nobody is quick enough with that.)
  const Plan p = plan(inventory, outage, Duration::hours(20), "dead/keep-longer", Duration::hours(20));
  CHECK(p.lost("rule/targets/t/deliver") == Approx(46 * minute).epsilon(1e-6));
  REQUIRE(p.step("rule/targets/t/raise-limits") != nullptr);
  CHECK(p.step("rule/targets/t/raise-limits")->is_brake);
}

TEST_CASE("a schedule that gives up after an hour is given a day") {
  // A run every ten minutes: those of 10, 20, 30 and 40 min keep the hour they have.
  const Plan p = plan(R"(
resources:
  role: { type: iam:role }
  runs: { type: scheduler:schedule, role: role, every: 10m, target: endpoint, max_age: 1h }
  endpoint: { type: outside:endpoint }
)",
                      {"outage", "endpoint", {}, Duration::forever()}, Duration::hours(20));
  REQUIRE(p.step("runs/raise-limits") != nullptr);
  CHECK(p.lost("runs/invoke") == Approx(4));
}

TEST_CASE("a function lets what is called asynchronously wait six hours") {
  // Its role refuses from 4 s to 40 + 300 min. 1 + 2 + ... + 256 s and ten times 300 s are 3511 s, within the hour that
  // is set. A dead-letter queue would be written with that role.
  const std::string inventory = R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role, max_age: 1h }
traffic: [{ to: function, rate: 1/s }]
)";
  const Plan p = plan(inventory, {"cut-trust", "role"}, Duration::hours(12), "role/restore-trust", Duration::hours(5));
  CHECK(p.step("function/add-dead-letter") == nullptr);
  CHECK(p.lost("function/run") == Approx(43 * minute - 4).epsilon(1e-6));  // 40 + 2 by hand + 1
  REQUIRE(p.step("function/raise-age") != nullptr);
  // A short one ends before the brake could count for anything.
  const Plan quick = plan(inventory, {"cut-trust", "role"}, Duration::hours(12));
  CHECK_FALSE(quick.brakes());
  CHECK(quick.lost("function/run") == Approx(0).margin(1e-3));
}

TEST_CASE("a reader of a stream that gives up early is told not to") {
  const char* inventory = R"(
resources:
  role: { type: iam:role }
  stream: { type: kinesis:stream }
  function: { type: lambda:function, role: role, calls: [{ to: endpoint }] }
  endpoint: { type: outside:endpoint }
  mapping: { type: lambda:event-source-mapping, source: stream, function: function, ... }
traffic: [{ to: stream, rate: 1/s }]
)";
  // The handler fails ten times, a minute each: in force at 40 + 2 + 2 min, what came until 34 min is gone.
  const Plan retries =
      plan(with(inventory, "max_retries: 10"), {"outage", "endpoint", {}, Duration::forever()}, Duration::hours(20));
  CHECK(retries.lost("mapping/poll-stream") == Approx(34 * minute).epsilon(1e-6));
  REQUIRE(retries.step("mapping/lift-limits") != nullptr);

  // An hour's age: nothing is gone by then.
  const Plan age = plan(with(inventory, "max_age: 1h"), {"freeze", "role", {}, Duration::forever()},
                        Duration::hours(20), "role/unfreeze", Duration::hours(10));
  CHECK(age.lost("mapping/poll-stream") == Approx(0).margin(1e-3));
  CHECK(age.ledger("mapping/poll-stream").waiting == Approx(0).margin(1e-3));
  REQUIRE(age.step("mapping/lift-limits") != nullptr);

  // Nothing to lift.
  const Plan none = plan(with(inventory, "enabled: yes"), {"freeze", "role", {}, Duration::forever()},
                         Duration::hours(20), "role/unfreeze", Duration::hours(10));
  CHECK_FALSE(none.brakes());
}

TEST_CASE("so is a pipe") {
  const Plan p = plan(R"(
resources:
  role: { type: iam:role }
  stream: { type: kinesis:stream }
  pipe: { type: pipes:pipe, role: role, source: stream, target: endpoint, max_retries: 10 }
  endpoint: { type: outside:endpoint }
traffic: [{ to: stream, rate: 1/s }]
)",
                      {"outage", "endpoint", {}, Duration::forever()}, Duration::hours(20));
  CHECK(p.lost("pipe/carry") == Approx(34 * minute).epsilon(1e-6));
  REQUIRE(p.step("pipe/lift-limits") != nullptr);
}

TEST_CASE("a target without a dead-letter queue is given one, and what it catches is put on the bus again") {
  // The role of the target refuses from 4 s to 160 min 15 s. The queue is there at 45 min and counts a minute later.
  const std::string inventory = R"(
resources:
  role: { type: iam:role }
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: stream, role: role }] }
  stream: { type: kinesis:stream }
traffic: [{ to: bus, rate: 1/s }]
)";
  const Plan p = plan(inventory, {"freeze", "role"}, Duration::hours(20), "role/unfreeze", Duration::hours(2));
  CHECK(p.lost("rule/targets/t/deliver") == Approx(46 * minute - 4).epsilon(1e-6));
  CHECK(p.ledger("rule/targets/t/deliver").recovered == Approx((160 - 46) * minute + 15).epsilon(1e-6));
  REQUIRE(p.step("rule/targets/t/add-dead-letter") != nullptr);
  REQUIRE(p.step("rule/targets/t/resend-caught") != nullptr);
  // Unfrozen within a minute.
  CHECK_FALSE(plan(inventory, {"freeze", "role"}, Duration::hours(20)).brakes());
}

TEST_CASE("so is a subscription") {
  const Plan p = plan(R"(
resources:
  topic: { type: sns:topic }
  subscription: { type: sns:subscription, topic: topic, endpoint: queue }
  queue: { type: sqs:queue }
traffic: [{ to: topic, rate: 1/s }]
)",
                      {"break-policy", "queue"}, Duration::hours(20), "queue/restore-policy", Duration::hours(2));
  REQUIRE(p.step("subscription/add-dead-letter") != nullptr);
  CHECK(p.lost("subscription/deliver") == Approx(46 * minute).epsilon(2e-3));
  CHECK(p.ledger("subscription/deliver").waiting == Approx(0).margin(1e-3));
}

TEST_CASE("a function writes its dead-letter queue with its own role: useless while that is gone") {
  const std::string inventory = R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
traffic: [{ to: function, rate: 1/s }]
)";
  // Throttled for 40 + 600 min: from 5 h 58 min on it would give up what is older.
  const Plan throttled =
      plan(inventory, {"throttle", "function"}, Duration::hours(20), "function/unthrottle", Duration::hours(10));
  REQUIRE(throttled.step("function/add-dead-letter") != nullptr);
  REQUIRE(throttled.step("function/replay-caught") != nullptr);
  CHECK(throttled.lost("function/run") == Approx(0).margin(1e-3));
  // Not allowed to be its role for as long: 640 min 15 s, less 4 s, less the 21,511 s of its attempts.
  const Plan refused =
      plan(inventory, {"cut-trust", "role"}, Duration::hours(20), "role/restore-trust", Duration::hours(10));
  CHECK_FALSE(refused.brakes());
  CHECK(refused.lost("function/run") == Approx(640 * minute + 15 - 4 - 21511).epsilon(1e-6));
}

TEST_CASE("a mapping is paused before it spends the receives of its queue, where the dead letters have less time") {
  const std::string inventory = R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue, dead_letter: dead, max_receives: 5 }
  dead: { type: sqs:queue, retention: ... }
  function: { type: lambda:function, role: role, calls: [{ to: stream, as: writer }] }
  writer: { type: iam:role }
  stream: { type: kinesis:stream }
  mapping: { type: lambda:event-source-mapping, source: queue, function: function }
traffic: [{ to: queue, rate: 1/s }]
)";
  const auto with_dead_letters_for = [&](const char* retention) {
    return plan(with(inventory, retention), {"freeze", "writer"}, Duration::hours(20), "writer/unfreeze",
                Duration::hours(8));
  };
  // Five receives of 30 s, then ten minutes: paused at 42 min, when what came until 39 min 30 s is in the queue of dead
  // letters. Keeping those longer counts from 40 + 1 + 15 min on, when they are gone.
  const Plan p = with_dead_letters_for("10m");
  CHECK(p.lost("mapping/poll-queue") == Approx(39.5 * minute - 4).epsilon(1e-6));
  REQUIRE(p.step("mapping/pause") != nullptr);
  REQUIRE(p.step("mapping/enable") != nullptr);
  CHECK(p.step("mapping/enable")->start >= p.step("writer/unfreeze")->done);
  CHECK(p.step("dead/keep-longer") == nullptr);
  CHECK(p.response.still_broken.empty());
  // With an hour there, keeping them longer is enough, and with 14 days nothing is lost anyway.
  const Plan longer = with_dead_letters_for("1h");
  CHECK(longer.lost("mapping/poll-queue") == Approx(0).margin(1e-3));
  CHECK(longer.step("mapping/pause") == nullptr);
  CHECK(longer.step("dead/keep-longer") != nullptr);
  CHECK_FALSE(with_dead_letters_for("14d").brakes());
}

TEST_CASE("a pipe is stopped for the same reason") {
  const Plan p = plan(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue, dead_letter: dead, max_receives: 5 }
  dead: { type: sqs:queue, retention: 10m }
  pipe: { type: pipes:pipe, role: role, source: queue, target: stream, stops_after: 10d }
  stream: { type: kinesis:stream }
traffic: [{ to: queue, rate: 1/s }]
)",
                      {"delete", "stream"}, Duration::hours(20), "stream/recreate", Duration::hours(8));
  REQUIRE(p.step("pipe/pause") != nullptr);
  REQUIRE(p.step("pipe/start") != nullptr);
  CHECK(p.lost("pipe/carry") == Approx(39.5 * minute).epsilon(1e-3));
}

TEST_CASE("a service that hangs on its log driver stops blocking, where requests outweigh log lines") {
  // No way to CloudWatch Logs until 40 + 300 min. 4096 lines of each of two tasks, at 10/s, are there after 819.2 s;
  // then all requests are refused.
  const std::string inventory = R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  service: { type: ecs:service, execution_role: role, tasks: 2, logs: { group: group, rate: 10/s, mode: blocking } }
traffic: [{ to: service, rate: ... }]
)";
  const auto with_requests = [&](const char* rate) {
    return plan(with(inventory, rate), {"cut-log-route", "service"}, Duration::hours(20), "service/reopen-log-route",
                Duration::hours(5));
  };
  // Ten minutes for a new revision. From then on 2 x 10 MiB hold 41,943 lines of 500 bytes, and what comes after 4194 s
  // is dropped until the way is there again: lines are lost, requests no more.
  const Plan busy = with_requests("100/s");
  REQUIRE(busy.step("service/stop-blocking") != nullptr);
  CHECK(busy.step("service/stop-blocking")->is_brake);
  CHECK(busy.lost("service/traffic") == Approx(100 * (50 * minute - 819.2)).epsilon(1e-3));
  CHECK(busy.lost("service/log") == Approx(10 * (340 * minute - 50 * minute) - 41943).epsilon(1e-3));
  // One request a second is less than the ten lines it would cost.
  const Plan quiet = with_requests("1/s");
  CHECK_FALSE(quiet.brakes());
  CHECK(quiet.lost("service/traffic") == Approx(340 * minute - 819.2).epsilon(1e-3));
  CHECK(quiet.lost("service/log") == Approx(0).margin(1e-3));
}

}  // namespace
}  // namespace moshimo::models
