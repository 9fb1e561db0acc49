#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }
constexpr Duration days(double n) { return Duration::days(n); }

TEST_CASE("SNS tries an SQS queue that does not answer for 23 days, and gives up what is older") {
  const SmallWorld world = run(R"(
resources:
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: queue }] }
  queue: { type: sqs:queue }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"outage", "queue", {}, days(24)}}, days(25));
  // The 100,015th attempt comes 2 + (1 ... 20, geometric: 94.9) s... after 2,000,000 s of 20 s gaps, 2,000,097 s in
  // all.
  double effective = 2 * 1 + 100000 * 20.0;
  for (int k = 0; k < 10; ++k) effective += std::pow(20.0, k / 9.0);
  CHECK(world.lost("topic/subscriptions/s/deliver") == Approx(24 * 86400 - effective).margin(20));
}

TEST_CASE("SNS tries people for six hours and web endpoints for a minute") {
  const SmallWorld world = run(R"(
resources:
  topic:
    type: sns:topic
    subscriptions: [{ name: mail, endpoint: someone }, { name: web, endpoint: hook }, { name: patient, endpoint: hook, retries: 10, retries_at_max: 9, max_delay: 10m }]
  someone: { type: outside:person }
  hook: { type: outside:endpoint }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"outage", "someone", {}, hours(8)}, {"outage", "hook", {}, hours(8)}}, hours(20));
  double mail = 2 * 10 + 38 * 600.0;
  for (int k = 0; k < 10; ++k) mail += 10 * std::pow(60.0, k / 9.0);  // 24,448 s
  CHECK(world.lost("topic/subscriptions/mail/deliver") == Approx(8 * 3600 - mail).margin(20));
  CHECK(world.lost("topic/subscriptions/web/deliver") == Approx(8 * 3600 - 3 * 20).margin(2));
  // 20 s, then nine waits of ten minutes; an hour is the most, so the sixth of them is the last: 20 + 5 * 600 = 3020 s.
  CHECK(world.lost("topic/subscriptions/patient/deliver") == Approx(8 * 3600 - 3020).margin(2));
}

TEST_CASE("SNS tries a mobile application for six hours, too") {
  const SmallWorld world = run(R"(
resources:
  topic: { type: sns:topic, subscriptions: [{ name: app, endpoint: someone, protocol: application }] }
  someone: { type: outside:person }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"outage", "someone", {}, hours(8)}}, hours(20));
  CHECK(world.lost("topic/subscriptions/app/deliver") == Approx(8 * 3600 - 24448).margin(20));
}

TEST_CASE("EventBridge does not repeat the start of a task it may not make, nor a message that a key refuses") {
  const std::string_view inventory = R"(
resources:
  bus: { type: events:bus }
  task: { type: events:rule, bus: bus, targets: [{ name: t, target: job, role: starter }] }
  message: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  kept: { type: events:rule, bus: bus, targets: [{ name: t, target: queue, dead_letter: dead }] }
  starter: { type: iam:role }
  execution: { type: iam:role }
  job: { type: ecs:service, execution_role: execution }
  key: { type: kms:key }
  queue: { type: sqs:queue, kms_key: key }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: bus, rate: 1/s }]
)";
  const SmallWorld role = run(inventory, {{"freeze", "starter", {}, hours(1)}}, hours(6));
  CHECK(role.lost("task/targets/t/deliver") == Approx(3600).margin(30));
  CHECK(role.lost("message/targets/t/deliver") == 0);
  const SmallWorld key = run(inventory, {{"disable", "key", {}, hours(1)}}, hours(6));
  CHECK(key.lost("task/targets/t/deliver") == 0);
  CHECK(key.lost("message/targets/t/deliver") == Approx(3600));
  CHECK(key.lost("kept/targets/t/deliver") == 0);
}

TEST_CASE("a pipe whose enrichment refuses spends the receives of its queue") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  worker: { type: iam:role }
  add: { type: lambda:function, role: worker }
  source: { type: sqs:queue, dead_letter: dead, max_receives: 3 }
  dead: { type: sqs:queue, retention: 14d }
  target: { type: sqs:queue }
  pipe: { type: pipes:pipe, role: role, source: source, enrichment: add, target: target }
traffic: [{ to: source, rate: 1/s }]
)",
                               {{"outage", "add", {}, hours(2)}}, hours(10));
  CHECK(world.waiting("pipe/carry") == Approx(7200 - 2 * 30).margin(40));  // dead letters, after three receives
  CHECK(world.lost("pipe/carry") == 0);
}

TEST_CASE("the back-off of a delivery policy decides when a web endpoint is tried again") {
  const SmallWorld world = run(R"(
resources:
  topic:
    type: sns:topic
    subscriptions: [{ name: even, endpoint: hook, retries: 10, max_delay: 10m }, { name: steep, endpoint: hook, retries: 10, max_delay: 10m, backoff: exponential }]
  hook: { type: outside:endpoint }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"outage", "hook", {}, hours(8)}}, hours(20));
  double even = 0, steep = 0;
  for (int k = 0; k < 10; ++k) {
    even += 20 + 580 * k / 9.0;             // 20 s to 600 s by equal steps: 3,100 s in all
    steep += 20 * std::pow(30.0, k / 9.0);  // by equal factors: 1,863 s
  }
  CHECK(world.lost("topic/subscriptions/even/deliver") == Approx(8 * 3600 - even).margin(2));
  CHECK(world.lost("topic/subscriptions/steep/deliver") == Approx(8 * 3600 - steep).margin(2));
}

TEST_CASE("SNS does not try again what a queue policy refuses, and a dead-letter queue of the subscription keeps it") {
  const SmallWorld world = run(R"(
resources:
  topic: { type: sns:topic, subscriptions: [{ name: plain, endpoint: queue }, { name: kept, endpoint: queue, dead_letter: dead }] }
  queue: { type: sqs:queue, policy: [{ allows: sns.amazonaws.com, by: service }] }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"break-policy", "queue", {}, hours(1)}}, hours(2));
  CHECK(world.lost("topic/subscriptions/plain/deliver") == Approx(3600));
  CHECK(world.lost("topic/subscriptions/kept/deliver") == 0);
  CHECK(world.waiting("topic/subscriptions/kept/deliver") == Approx(3600));
}

TEST_CASE("the archive of a FIFO topic keeps what a subscription refused, for as long as it is set to") {
  const SmallWorld world = run(R"(
resources:
  topic: { type: sns:topic, fifo: yes, archive: { retention: 2d }, subscriptions: [{ name: s, endpoint: queue }] }
  queue: { type: sqs:queue, fifo: yes, policy: [{ allows: sns.amazonaws.com, by: service }] }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"break-policy", "queue", {}, hours(1)}}, days(3));
  CHECK(world.lost("topic/subscriptions/s/deliver") == Approx(3600));  // nobody replayed it within two days
}

TEST_CASE("EventBridge tries for a day what does not answer, and not at all what refuses") {
  const std::string_view inventory = R"(
resources:
  bus: { type: events:bus }
  plain: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  short: { type: events:rule, bus: bus, targets: [{ name: t, target: queue, max_age: 1h }] }
  kept: { type: events:rule, bus: bus, targets: [{ name: t, target: queue, dead_letter: dead }] }
  queue: { type: sqs:queue, policy: [{ allows: events.amazonaws.com, by: service }] }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: bus, rate: 1/s }]
)";
  const SmallWorld outage = run(inventory, {{"outage", "queue", {}, hours(30)}}, days(3));
  CHECK(outage.lost("plain/targets/t/deliver") == Approx(6 * 3600).margin(1));
  // Nine attempts within 316 s, then one every 86,084 / 176 = 489 s: the sixth of these is the last within the hour.
  CHECK(outage.lost("short/targets/t/deliver") == Approx(30 * 3600 - 316 - 6 * 86084.0 / 176).margin(1));
  CHECK(outage.lost("kept/targets/t/deliver") == 0);
  CHECK(outage.waiting("kept/targets/t/deliver") == Approx(6 * 3600).margin(1));

  const SmallWorld refused = run(inventory, {{"break-policy", "queue", {}, hours(2)}}, days(1));
  CHECK(refused.lost("plain/targets/t/deliver") == Approx(2 * 3600));
  CHECK(refused.lost("kept/targets/t/deliver") == 0);
  CHECK(refused.waiting("kept/targets/t/deliver") == Approx(2 * 3600));
}

TEST_CASE("few attempts are over within seconds, and five minutes are enough for some") {
  const SmallWorld world = run(R"(
resources:
  bus: { type: events:bus }
  thrice: { type: events:rule, bus: bus, targets: [{ name: t, target: queue, max_retries: 3 }] }
  brief: { type: events:rule, bus: bus, targets: [{ name: t, target: queue, max_age: 5m }] }
  role: { type: iam:role }
  run: { type: scheduler:schedule, target: queue, role: role, every: 1m, max_retries: 3 }
  queue: { type: sqs:queue, policy: [{ allows: events.amazonaws.com, by: service }] }
traffic: [{ to: bus, rate: 1/s }]
)",
                               {{"outage", "queue", {}, Duration::minutes(10)}}, hours(2));
  CHECK(world.lost("thrice/targets/t/deliver") == Approx(600 - 12).margin(0.1));
  CHECK(world.lost("brief/targets/t/deliver") == Approx(600 - 16 - 4 * 60).margin(0.1));
  CHECK(world.lost("run/invoke") == Approx(9).margin(1));
}

TEST_CASE("an archive keeps what a rule without a dead-letter queue lost") {
  const SmallWorld world =
      run(R"(
resources:
  bus: { type: events:bus, archive: { retention: 30d } }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  queue: { type: sqs:queue }
traffic: [{ to: bus, rate: 1/s }]
)",
          {{"break-policy", "queue", {}, hours(1)}, {"disable", "rule", hours(2), hours(3)}}, days(1));
  CHECK(world.lost("rule/targets/t/deliver") == 0);
  CHECK(world.waiting("rule/targets/t/deliver") == Approx(3600));
  CHECK(world.waiting("rule/match") == Approx(3600));
}

TEST_CASE("a frozen role takes the dead-letter queue of a schedule along, but not that of a rule") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  job: { type: scheduler:schedule, every: 1h, role: role, target: queue, dead_letter: dead }
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: stream, role: role, dead_letter: dead }] }
  queue: { type: sqs:queue }
  stream: { type: kinesis:stream }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: bus, rate: 1/s }]
)",
                               {{"freeze", "role"}}, hours(10));
  CHECK(world.lost("job/invoke") == 10);
  CHECK(world.lost("rule/targets/t/deliver") == Approx(0));
  CHECK(world.waiting("rule/targets/t/deliver") == Approx(10 * 3600 - 4));
}

TEST_CASE("EventBridge left the role of a queue unused before the middle of 2023, that of a stream never") {
  const auto lost_from = [](const char* start) {
    const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: q, target: queue, role: role }, { name: s, target: stream, role: role }] }
  queue: { type: sqs:queue }
  stream: { type: kinesis:stream }
traffic: [{ to: bus, rate: 1/s }]
)",
                                 {{"delete", "role"}}, hours(1), start);
    return std::make_pair(world.lost("rule/targets/q/deliver"), world.lost("rule/targets/s/deliver"));
  };
  CHECK(lost_from("2022-06-01").first == 0);
  CHECK(lost_from("2022-06-01").second == Approx(3600 - 4));
  CHECK(lost_from("2026-06-01").first == Approx(3600 - 4));
}

TEST_CASE("a bus whose key is gone fills its own dead-letter queue") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  bus: { type: events:bus, kms_key: key, dead_letter: dead }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  queue: { type: sqs:queue }
  dead: { type: sqs:queue }
traffic: [{ to: bus, rate: 1/s }]
)",
                               {{"disable", "key", {}, hours(1)}}, hours(2));
  CHECK(world.lost("rule/match") == 0);
  CHECK(world.waiting("rule/match") == Approx(3600));
}

TEST_CASE("a message keeps its age on the way to a standard dead-letter queue and starts anew in a FIFO one") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  table: { type: dynamodb:table, kms_key: key }
  role: { type: iam:role }
  worker: { type: lambda:function, role: role, calls: [{ to: table }] }
  standard: { type: sqs:queue, dead_letter: standard-dead }
  standard-dead: { type: sqs:queue }
  fifo: { type: sqs:queue, fifo: yes, dead_letter: fifo-dead }
  fifo-dead: { type: sqs:queue, fifo: yes }
  map-standard: { type: lambda:event-source-mapping, source: standard, function: worker }
  map-fifo: { type: lambda:event-source-mapping, source: fifo, function: worker }
traffic: [{ to: standard, rate: 1/s }, { to: fifo, rate: 1/s }]
)",
                               {{"disable", "key"}}, days(6));
  // Four days in all, against ten receives of 30 s each and then four days.
  CHECK(world.lost("map-standard/poll-queue") == Approx(2 * 86400));
  CHECK(world.lost("map-fifo/poll-queue") == Approx(2 * 86400 - 300));
}

TEST_CASE("a queue whose key is disabled takes no message once its data key has run out, which may be at once") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  queue: { type: sqs:queue, kms_key: key, key_reuse: 1h }
traffic: [{ to: queue, rate: 1/s }]
)",
                               {{"disable", "key", {}, hours(3)}}, hours(6));
  // A plain run counts the end that hurts: the data key had just run out.
  CHECK(world.lost("queue/traffic") == Approx(3 * 3600));
  CHECK(world.ledger("queue/consume").lost == 0);
}

TEST_CASE("a pipe and the mapping of a queue stop by themselves when their role stays away") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  worker: { type: lambda:function, role: role }
  a: { type: sqs:queue }
  b: { type: sqs:queue }
  topic: { type: sns:topic }
  map: { type: lambda:event-source-mapping, source: a, function: worker }
  pipe: { type: pipes:pipe, role: role, source: b, target: topic }
traffic: [{ to: a, rate: 1/s }, { to: b, rate: 1/s }]
)";
  const SmallWorld soon = run(inventory, {{"freeze", "role", {}, Duration::minutes(30)}}, days(6));
  CHECK(soon.holds("map", "on"));
  CHECK(soon.holds("pipe", "running"));
  CHECK(soon.lost("map/poll-queue") + soon.lost("pipe/carry") == 0);

  const SmallWorld late = run(inventory, {{"freeze", "role", {}, hours(2)}}, days(6));
  CHECK_FALSE(late.holds("map", "on"));
  CHECK_FALSE(late.holds("pipe", "running"));
  CHECK(late.lost("map/poll-queue") == Approx(2 * 86400 - 4));  // four days of retention
  CHECK(late.lost("pipe/carry") == Approx(2 * 86400 - 4));
}

}  // namespace
}  // namespace moshimo::models
