#include <catch2/catch.hpp>

#include "core/response.hpp"
#include "core/simulation.hpp"
#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }
constexpr Duration minutes(double n) { return Duration::minutes(n); }
constexpr double frozen_for(double n) { return n * 3600 + 15 - 4; }  // seconds in which a role frozen for n h refuses

// Retries that double from a second to five minutes end with the last one within `limit`.
double last_attempt_within(double limit) {
  double offset = 0;
  for (double gap = 1; offset + gap <= limit; gap = gap < 300 ? std::min(gap * 2, 300.0) : 300) offset += gap;
  return offset;
}

TEST_CASE("Firehose keeps for a day what it may not write to its bucket") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  stream: { type: firehose:delivery-stream, role: role, destination: bucket }
  bucket: { type: s3:bucket }
traffic: [{ to: stream, rate: 1/s }]
)",
                               {{"freeze", "role", {}, hours(30)}}, hours(48));
  // 1 + 2 + ... + 256 = 511 s, then 286 gaps of 300 s: the last attempt is made after 86,311 s.
  REQUIRE(last_attempt_within(86400) == 86311);
  CHECK(world.lost("stream/deliver") == Approx(frozen_for(30) - 86311));
  CHECK(world.lost("stream/traffic") == 0);  // putting records is another matter
}

TEST_CASE("a stream of Kinesis keeps for its retention what Firehose may not deliver") {
  const auto lost_with = [](const char* retention) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  reader: { type: iam:role }
  stream: { type: firehose:delivery-stream, role: role, source: source, source_role: reader, destination: bucket }
  bucket: { type: s3:bucket }
  source: { type: kinesis:stream, retention: )") +
                                     retention + " }\ntraffic: [{ to: source, rate: 1/s }]\n",
                                 {{"freeze", "reader", {}, hours(30)}}, hours(72));
    return world.lost("stream/deliver-from-stream");
  };
  CHECK(lost_with("24h") == Approx(frozen_for(30) - 24 * 3600));
  CHECK(lost_with("48h") == 0);
}

TEST_CASE("with the key of its own encryption dead Firehose refuses its producers") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  stream: { type: firehose:delivery-stream, role: role, destination: bucket, kms_key: key }
  bucket: { type: s3:bucket }
traffic: [{ to: stream, rate: 1/s }]
)",
                               {{"disable", "key", {}, hours(2)}}, hours(4));
  CHECK(world.lost("stream/traffic") == Approx(2 * 3600));
  CHECK(world.lost("stream/deliver") == 0);
}

TEST_CASE("the dead key of a bucket is a delivery that S3 refuses, and no matter of Firehose's own encryption") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  stream: { type: firehose:delivery-stream, role: role, destination: bucket }
  bucket: { type: s3:bucket, kms_key: key }
traffic: [{ to: stream, rate: 1/s }]
)",
                               {{"disable", "key", {}, hours(30)}}, hours(48));
  CHECK(world.lost("stream/traffic") == 0);
  CHECK(world.lost("stream/deliver") == Approx(30 * 3600 - 86311));
  const System& system = world.compiled.system;
  for (const Hop& hop : system.hops) {
    if (hop.name == "stream/deliver") CHECK(system.facts[hop.reaction(ErrorClass::key).fact].id == "fh.s3-retry");
  }
}

TEST_CASE("what a transformation could not do lies in the bucket until somebody puts it through again") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: fn-role }
  fn-role: { type: iam:role }
  stream: { type: firehose:delivery-stream, role: role, destination: bucket, transform: fn }
  bucket: { type: s3:bucket }
traffic: [{ to: stream, rate: 1/s }]
)";
  const SmallWorld world = run(inventory, {{"cut-trust", "fn-role", {}, hours(2)}}, hours(4));
  CHECK(world.lost("stream/deliver") == 0);
  CHECK(world.waiting("stream/deliver") == Approx(frozen_for(2)));
  // With the role of the stream gone too nothing can be written to the bucket: all waits, and is delivered in the end.
  const SmallWorld both =
      run(inventory, {{"cut-trust", "role", {}, hours(2)}, {"cut-trust", "fn-role", {}, hours(2)}}, hours(4));
  CHECK(both.lost("stream/deliver") == 0);
  CHECK(both.waiting("stream/deliver") == 0);
}

TEST_CASE("an endpoint of Firehose that does not answer is tried for five minutes, then its records go to the backup") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  put: { type: firehose:delivery-stream, role: role, destination: endpoint, backup: bucket }
  read: { type: firehose:delivery-stream, role: role, destination: endpoint, backup: bucket, source: source }
  bare: { type: firehose:delivery-stream, role: role, destination: endpoint, source: source }
  endpoint: { type: outside:endpoint }
  bucket: { type: s3:bucket }
  source: { type: kinesis:stream }
traffic: [{ to: put, rate: 1/s }, { to: source, rate: 1/s }]
)",
                               {{"outage", "endpoint", {}, hours(2)}}, hours(4));
  // 1 + 2 + ... + 128 = 255 s; the next attempt would come after five minutes.
  CHECK(world.waiting("put/deliver-elsewhere") == Approx(2 * 3600 - 255));
  CHECK(world.waiting("read/deliver-elsewhere-from-stream") == Approx(2 * 3600 - 300));
  CHECK(world.waiting("bare/deliver-elsewhere-from-stream") == 0);
  CHECK(world.lost("put/deliver-elsewhere") + world.lost("read/deliver-elsewhere-from-stream") +
            world.lost("bare/deliver-elsewhere-from-stream") ==
        0);
}

TEST_CASE("Firehose pauses while it can write nowhere, and goes on when either place is back") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  reader: { type: iam:role }
  put: { type: firehose:delivery-stream, role: role, destination: endpoint, backup: bucket }
  read: { type: firehose:delivery-stream, role: role, source_role: reader, destination: endpoint, backup: bucket, source: source }
  endpoint: { type: outside:endpoint }
  bucket: { type: s3:bucket }
  source: { type: kinesis:stream, retention: 7d }
traffic: [{ to: put, rate: 1/s }, { to: source, rate: 1/s }]
)";
  // The bucket is back after three hours, the endpoint not within two days: all goes to the bucket.
  const SmallWorld bucket =
      run(inventory, {{"outage", "bucket", {}, hours(3)}, {"outage", "endpoint", {}, hours(48)}}, hours(72));
  CHECK(bucket.lost("put/take-up") + bucket.lost("put/deliver-elsewhere") == 0);
  CHECK(bucket.waiting("put/deliver-elsewhere") == Approx(48 * 3600).epsilon(0.01));
  CHECK(bucket.lost("read/deliver-elsewhere-from-stream") == 0);
  CHECK(bucket.waiting("read/deliver-elsewhere-from-stream") == Approx(48 * 3600).epsilon(0.01));
  // The role writes to the bucket: without it nothing can be backed up.
  const SmallWorld role =
      run(inventory, {{"freeze", "role", {}, hours(3)}, {"outage", "endpoint", {}, hours(48)}}, hours(72));
  CHECK(role.lost("put/take-up") == 0);
  CHECK(role.lost("put/deliver-elsewhere") < 10);  // what was taken up before
  // A pause has an end where records come by themselves, and none but the retention where a stream keeps them.
  const SmallWorld both =
      run(inventory, {{"outage", "bucket", {}, hours(30)}, {"outage", "endpoint", {}, hours(30)}}, hours(72));
  CHECK(both.lost("put/take-up") == Approx(30 * 3600 - 86311).margin(1));
  CHECK(both.lost("read/deliver-elsewhere-from-stream") == 0);
}

TEST_CASE("what waited for the bucket and cannot be transformed goes to its error prefix when that is back") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: fn-role }
  fn-role: { type: iam:role }
  put: { type: firehose:delivery-stream, role: role, destination: bucket, transform: fn }
  read: { type: firehose:delivery-stream, role: role, destination: bucket, transform: fn, source: source }
  bucket: { type: s3:bucket }
  source: { type: kinesis:stream, retention: 7d }
traffic: [{ to: put, rate: 1/s }, { to: source, rate: 1/s }]
)";
  const SmallWorld world =
      run(inventory, {{"outage", "bucket", {}, hours(3)}, {"cut-trust", "fn-role", {}, hours(48)}}, hours(72));
  for (const char* hop : {"put/deliver", "read/deliver-from-stream"}) {
    CHECK(world.lost(hop) == 0);
    CHECK(world.waiting(hop) == Approx(48 * 3600).epsilon(0.01));
  }
}

TEST_CASE("a log group with a dead key takes nothing, and what it holds cannot be read") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  web: { type: ecs:service, execution_role: role, logs: { group: group, rate: 2/s } }
  group: { type: logs:log-group, kms_key: key, subscriptions: [{ name: s, destination: stream, role: role }] }
  stream: { type: firehose:delivery-stream, role: role, destination: bucket }
  bucket: { type: s3:bucket }
)",
                               {{"disable", "key", hours(1), hours(3)}}, hours(5));
  CHECK(world.lost("web/log") == Approx(2 * 2 * 3600));  // 2/s for two hours
  CHECK(world.lost("group/subscriptions/s/deliver") == 0);
  CHECK(world.ledger("group/subscriptions/s/deliver").offered == Approx(2 * 3 * 3600));
  const System& system = world.compiled.system;
  for (const Store& store : system.stores) {
    if (store.name != "group/kept") continue;
    REQUIRE(store.readable.size() == 1);
    CHECK(name_of(system, store.readable[0].condition) == "group/key_works");
  }
}

TEST_CASE("a pipe with a batching window takes a refused batch up again only after minutes") {
  const auto dead_letters_with = [](const char* window) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue, dead_letter: dead, max_receives: 3 }
  dead: { type: sqs:queue, retention: 14d }
  endpoint: { type: outside:endpoint }
  pipe: { type: pipes:pipe, role: role, source: queue, target: endpoint, stops_after: 1d, batch_window: )") +
                                     window + " }\ntraffic: [{ to: queue, rate: 1/s }]\n",
                                 {{"outage", "endpoint", {}, hours(2)}}, hours(4));
    return world.waiting("pipe/carry");
  };
  CHECK(dead_letters_with("0s") == Approx(2 * 3600 - 3 * 30));    // the queue's own 30 s, three times
  CHECK(dead_letters_with("30s") == Approx(2 * 3600 - 3 * 480));  // 7 min + 30 s + 30 s
}

// A queue of four days, a function that reads it under a role which takes days to get back.
TEST_CASE("making a queue keep its messages longer saves those that are still there") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue, consumer: outside, reader: role }
  stream: { type: kinesis:stream }
  group: { type: logs:log-group, retention: 7d }
traffic: [{ to: queue, rate: 1/s }]
)",
                               {{"freeze", "role", {}, hours(24 * 6)}}, hours(24 * 8));
  const double refused = 6 * 86400 + 15 - 4;
  CHECK(world.lost("queue/consume") == Approx(refused - 4 * 86400));

  const Compiled& compiled = world.compiled;
  const auto brake = [&](const char* component) -> const Repair& {
    return compiled.system.repairs[compiled.repair(compiled.component(component), "keep-longer")];
  };
  const Repair& longer = brake("queue");
  REQUIRE(longer.sets.size() == 1);
  CHECK(compiled.system.stores[longer.sets[0].store].name == "queue/kept");
  CHECK(longer.sets[0].holds_for == Duration::days(14));
  CHECK(longer.sets[0].after.most == minutes(15));
  CHECK(brake("stream").sets[0].holds_for == Duration::days(365));
  CHECK(brake("group").sets[0].holds_for == Duration::days(3653));

  // Frozen for good: people come after four and a half days. Removing the freeze takes a minute and 15 s, so the half
  // day is lost; nobody touches the queue, as nothing more would be.
  Simulation simulation(compiled.system);
  Responders who;
  who.time_to_detect = hours(24 * 4.5);
  const std::vector<Fault> faults = {{SimTime{}, compiled.requested.at(0)}};
  const Response quick = respond(simulation, faults, who, SimTime::after_start(Duration::days(20)));
  CHECK(quick.script.settings.empty());

  // Set by hand three days into the six, it saves all.
  Script script;
  const Action& freeze = compiled.system.actions[compiled.requested.at(0)];
  for (const ConditionId c : freeze.breaks) {
    script.changes.push_back({SimTime{}, c, false});
    script.changes.push_back({SimTime::after_start(Duration::days(6)), c, true});
  }
  script.settings.push_back({SimTime::after_start(Duration::days(3)), longer.sets[0].store, longer.sets[0].holds_for});
  const Outcome& saved = simulation.run(script, SimTime::after_start(Duration::days(8)));
  for (std::uint32_t h = 0; h < compiled.system.hops.size(); ++h) {
    if (compiled.system.hops[HopId(h)].name == "queue/consume") CHECK(saved.hops[h].lost == Approx(0).margin(1e-3));
  }
}

TEST_CASE("what a mapping from a stream did not read is given up when it reads again, and not before") {
  const auto with = [](const std::string& more, const std::vector<Trouble>& troubles, Duration horizon) {
    return run(R"(
resources:
  role: { type: iam:role }
  stream: { type: kinesis:stream, retention: 48h }
  function: { type: lambda:function, role: role }
  bucket: { type: s3:bucket }
  mapping: { type: lambda:event-source-mapping, source: stream, function: function, max_age: 1h)" +
                   more + " }\ntraffic: [{ to: stream, rate: 1/s }]\n",
               troubles, horizon);
  };
  const std::vector<Trouble> three_hours = {{"freeze", "role", {}, hours(3)}};
  CHECK(with("", three_hours, hours(2.9)).lost("mapping/poll-stream") == 0);
  // It reads again a second after its role is back, and passes over what is older than an hour then.
  const double passed_over = frozen_for(3) + 1 - 3600;
  CHECK(with("", three_hours, hours(6)).lost("mapping/poll-stream") == Approx(passed_over));
  const SmallWorld aside = with(", on_failure: bucket", three_hours, hours(6));
  CHECK(aside.lost("mapping/poll-stream") == 0);
  CHECK(aside.waiting("mapping/poll-stream") == Approx(passed_over));

  const std::vector<Trouble> switched_off = {{"disable", "mapping", {}, hours(3)}};
  CHECK(with("", switched_off, hours(2.9)).lost("mapping/poll-stream") == 0);
  CHECK(with("", switched_off, hours(6)).lost("mapping/poll-stream") == Approx(2 * 3600 + 1));
  // A function that does not answer is tried all the time, and given up on.
  CHECK(with("", {{"outage", "function", {}, hours(3)}}, hours(2.9)).lost("mapping/poll-stream") == Approx(1.9 * 3600));
}

TEST_CASE("what a pipe did not read of a stream is given up when it reads again, and not before") {
  const auto lost_after = [](const char* limit, Duration horizon) {
    return run(std::string(R"(
resources:
  role: { type: iam:role }
  stream: { type: kinesis:stream, retention: 48h }
  endpoint: { type: outside:endpoint }
  pipe: { type: pipes:pipe, role: role, source: stream, target: endpoint, stops_after: 2d, )") +
                   limit + " }\ntraffic: [{ to: stream, rate: 1/s }]\n",
               {{"freeze", "role", {}, hours(3)}}, horizon)
        .lost("pipe/carry");
  };
  CHECK(lost_after("max_age: 1h", hours(2.9)) == 0);
  CHECK(lost_after("max_age: 1h", hours(6)) == Approx(frozen_for(3) + 1 - 3600));
  CHECK(lost_after("max_retries: 3", hours(6)) == 0);  // nothing was tried
}

}  // namespace
}  // namespace moshimo::models
