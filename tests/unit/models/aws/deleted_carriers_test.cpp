// What becomes of data when that which carries it is deleted: a mapping, a subscription, a rule.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <utility>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }
constexpr Duration days(double n) { return Duration::days(n); }

// Every hop of the catalogue at least once.
constexpr std::string_view everything = R"(
resources:
  role: { type: iam:role }
  user: { type: iam:user }
  access: { type: iam:access-key, user: user }
  lines: { type: logs:log-group }
  function: { type: lambda:function, role: role, logs: { group: lines } }
  calling-function: { type: lambda:function, role: role, calls: [{ name: other, to: api }] }
  api: { type: outside:endpoint }
  queue: { type: sqs:queue }
  mapped-queue: { type: sqs:queue }
  mapped-stream: { type: kinesis:stream }
  piped-queue: { type: sqs:queue }
  stream: { type: kinesis:stream }
  queue-mapping: { type: lambda:event-source-mapping, source: mapped-queue, function: function }
  stream-mapping: { type: lambda:event-source-mapping, source: mapped-stream, function: function }
  pipe: { type: pipes:pipe, role: role, source: piped-queue, target: topic }
  topic: { type: sns:topic, feedback_role: role, subscriptions: [{ name: s, endpoint: queue }] }
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  clock: { type: events:rule, schedule: 10m, targets: [{ name: t, target: queue }] }
  new-bus: { type: events:custom-bus, subscribers: [{ name: s, target: queue, role: role }] }
  schedule: { type: scheduler:schedule, every: 10m, role: role, target: queue }
  once: { type: scheduler:schedule, expression: at(2025-05-12T10:00:00), role: role, target: queue }
  access-logs: { type: s3:bucket }
  copies: { type: s3:bucket }
  bucket:
    type: s3:bucket
    eventbridge: yes
    bus: bus
    access_logs: access-logs
    replication: [{ name: r, destination: copies, role: role }]
    notifications: [{ name: n, target: queue }]
  forwarded: { type: logs:log-group, subscriptions: [{ name: f, destination: destination }] }
  destination: { type: logs:destination, target: to-bucket, role: role }
  to-bucket: { type: firehose:delivery-stream, role: role, destination: records }
  to-endpoint: { type: firehose:delivery-stream, role: role, destination: api }
  read-stream: { type: kinesis:stream }
  stream-to-bucket: { type: firehose:delivery-stream, role: role, source: read-stream, destination: records }
  stream-to-endpoint: { type: firehose:delivery-stream, role: role, source: read-stream, destination: api }
  records: { type: s3:bucket }
  balancer: { type: elbv2:load-balancer, targets: [group] }
  group: { type: elbv2:target-group, service: service }
  service: { type: ecs:service, task_role: role, execution_role: role, logs: { group: lines } }
  routed: { type: ecs:service, task_role: role, logs: { driver: firelens, stream: to-bucket }, calls: [{ name: api, to: api }] }
  routed-with-log: { type: ecs:service, execution_role: role, task_role: role, logs: { driver: firelens, stream: stream, router_group: lines } }
  routed-to-group: { type: ecs:service, task_role: role, logs: { driver: firelens, group: lines } }
  profile: { type: iam:instance-profile, role: role }
  instance: { type: ec2:instance, profile: profile, logs: { group: lines } }
  client: { type: outside:client, key: access, to: queue }
  job: { type: outside:client, key: access, to: queue, every: 10m }
  operator: { type: outside:console-user, user: user, to: queue }
  key: { type: kms:key }
  stack: { type: cloudformation:stack, role: role }
  stack-for-caller: { type: cloudformation:stack, asked_by: role }
  database: { type: rds:db-instance, monitoring_role: role }
  snapshot: { type: rds:db-snapshot, of: database }
  export: { type: rds:export-task, source: snapshot, role: role, bucket: records, every: 10m }
  search: { type: es:domain, log_group: lines, snapshots: records, snapshot_role: role, snapshot_every: 10m }
  warehouse: { type: redshift:cluster, loads: [{ name: l, from: records, role: role, every: 10m }] }
  global: { type: dynamodb:table, replicas: [{ name: r }] }
  table: { type: dynamodb:table }
  workflow: { type: states:state-machine, role: role, log_group: lines }
  settings: { type: apigateway:account, role: role }
  web-api: { type: apigateway:api, log_group: lines, integrations: [{ name: f, target: function }, { name: q, target: queue }] }
  graph: { type: appsync:api, log_role: role, sources: [{ name: f, target: function }, { name: t, target: table, role: role }] }
  build: { type: codebuild:project, role: role, artifacts: records, every: 10m }
  pipeline: { type: codepipeline:pipeline, role: role, every: 10m }
  etl: { type: glue:job, role: role, to: records, every: 10m }
  crawler: { type: glue:crawler, role: role, every: 10m }
  changes: { type: dms:endpoint }
  lake: { type: dms:endpoint, role: role, to: records }
  warehouse-db: { type: dms:endpoint }
  copy-to-lake: { type: dms:replication-task, source: changes, target: lake }
  copy-to-db: { type: dms:replication-task, source: changes, target: warehouse-db }
  vault: { type: backup:vault }
  plan: { type: backup:plan, vault: vault, every: 10m, selections: [{ name: s, role: role }] }
  plan-elsewhere: { type: backup:plan, every: 10m, selections: [{ name: s, role: role }] }
  snapshots: { type: dlm:policy, role: role, every: 10m }
  trail: { type: cloudtrail:trail, bucket: records, log_group: lines, log_role: role, topic: topic }
  flows: { type: ec2:flow-log, role: role, to: lines }
  recorder: { type: config:recorder, role: role }
  channel: { type: config:delivery-channel, bucket: records, topic: topic, every: 10m }
  kafka: { type: kafka:cluster }
  connector: { type: kafkaconnect:connector, role: role, source: kafka, target: queue }
  flink: { type: kinesisanalytics:application, role: role, source: stream, target: queue }
  other-flink: { type: kinesisanalytics:application, role: role }
  messages: { type: iot:topic-rule, actions: [{ name: q, role: role, to: queue }] }
  pool: { type: cognito-idp:user-pool, sms_role: role }
  sync: { type: cognito-sync:stream, role: role, to: stream }
)";

// The name of a hop within its type, without the item it is for.
std::string own_name(const SmallWorld& world, const Hop& hop) {
  const std::string& component = world.compiled.system.components[hop.component].name;
  const std::string rest = hop.name.substr(component.size() + 1);
  return rest.substr(0, rest.find('/'));
}

bool is_traffic(const Hop& hop) { return hop.source == Hop::Source::profile; }

TEST_CASE("whatever carries data carries none once it is deleted, in every type of the catalogue") {
  const SmallWorld healthy = run(everything, {}, hours(1));
  const System& system = healthy.compiled.system;
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> owners;
  for (const Hop& hop : system.hops) {
    if (is_traffic(hop)) continue;
    const Component& owner = system.components[hop.component];
    seen.emplace(owner.type, own_name(healthy, hop));
    owners.insert(owner.name);
  }
  // Signs and the ways by which they reach people carry no data; alarms_test follows them. And here every bus is given.
  const std::set<std::pair<std::string, std::string>> messages = {
      {"chatbot:configuration", "post"},      {"cloudwatch:alarm", "count"},       {"cloudwatch:alarm", "tell"},
      {"cloudwatch:composite-alarm", "tell"}, {"events:rule", "from-another-bus"}, {"s3:bucket", "announce-to-nobody"},
      {"sns:subscription", "reach"}};
  for (const TypeDef* type : embedded_catalogue().types()) {
    for (const HopDef& hop : type->hops) {
      if (hop.source == HopDef::Source::sign || messages.count({type->name, hop.name}) != 0) continue;
      INFO(type->name << " " << hop.name);
      CHECK(seen.count({type->name, hop.name}) == 1);
    }
  }
  for (const std::string& owner : owners) {
    const SmallWorld world = run(everything, {{"delete", owner, {}}}, hours(1));
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const Hop& hop = world.compiled.system.hops[HopId(h)];
      if (is_traffic(hop) || world.compiled.system.components[hop.component].name != owner) continue;
      INFO(hop.name);
      CHECK_FALSE(world.outcome.hop_states[h].back().value.open);
      CHECK(world.outcome.hops[h].on_time == 0);
    }
  }
}

TEST_CASE("what nobody reads any more lies in its queue or stream until its time is up") {
  const SmallWorld world =
      run(R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  topic: { type: sns:topic }
  queue: { type: sqs:queue, retention: 1d }
  stream: { type: kinesis:stream }
  piped: { type: sqs:queue, retention: 2d }
  from-queue: { type: lambda:event-source-mapping, source: queue, function: function }
  from-stream: { type: lambda:event-source-mapping, source: stream, function: function }
  pipe: { type: pipes:pipe, role: role, source: piped, target: topic }
traffic: [{ to: queue, rate: 1/s }, { to: stream, rate: 1/s }, { to: piped, rate: 1/s }]
)",
          {{"delete", "from-queue", {}}, {"delete", "from-stream", {}}, {"delete", "pipe", {}}}, days(5));
  CHECK(world.lost("from-queue/poll-queue") == Approx(4 * 86400));    // what came in 5 d less the last 1 d
  CHECK(world.lost("from-stream/poll-stream") == Approx(4 * 86400));  // a stream keeps 24 h
  CHECK(world.lost("pipe/carry") == Approx(3 * 86400));
}

TEST_CASE("a queue whose mapping is made again in time is read to the end") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  queue: { type: sqs:queue, retention: 1d }
  mapping: { type: lambda:event-source-mapping, source: queue, function: function }
traffic: [{ to: queue, rate: 1/s }]
)",
                               {{"delete", "mapping", {}, hours(20)}}, days(2));
  CHECK(world.lost("mapping/poll-queue") == 0);
  CHECK(world.ledger("mapping/poll-queue").late == Approx(20 * 3600).margin(2));
}

TEST_CASE("a subscription that is gone gets nothing, and its dead-letter queue neither") {
  const SmallWorld world = run(R"(
resources:
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: queue, dead_letter: dead }] }
  queue: { type: sqs:queue }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: topic, rate: 1/s }]
)",
                               {{"delete", "topic/subscriptions/s", {}, hours(1)}}, hours(3));
  CHECK(world.lost("topic/subscriptions/s/deliver") == Approx(3600));
  CHECK(world.waiting("topic/subscriptions/s/deliver") == 0);
  CHECK(world.ledger("topic/subscriptions/s/deliver").on_time == Approx(2 * 3600));
}

TEST_CASE("what a deleted rule or target of EventBridge missed is in an archive, or nowhere") {
  const std::string_view inventory = R"(
resources:
  plain: { type: events:bus }
  archived: { type: events:bus, archive: { retention: 30d } }
  a: { type: events:rule, bus: plain, targets: [{ name: t, target: queue, dead_letter: dead }] }
  b: { type: events:rule, bus: archived, targets: [{ name: t, target: queue, dead_letter: dead }] }
  c: { type: events:rule, bus: plain, targets: [{ name: t, target: queue, dead_letter: dead }] }
  queue: { type: sqs:queue }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: plain, rate: 1/s }, { to: archived, rate: 1/s }]
)";
  const SmallWorld world =
      run(inventory, {{"delete", "a/targets/t", {}}, {"delete", "b/targets/t", {}}, {"delete", "c", {}}}, hours(1));
  CHECK(world.lost("a/targets/t/deliver") == Approx(3600));
  CHECK(world.lost("b/targets/t/deliver") == 0);
  CHECK(world.waiting("b/targets/t/deliver") == Approx(3600));
  CHECK(world.lost("c/match") == Approx(3600));
}

TEST_CASE("a deleted schedule misses its runs") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  job: { type: scheduler:schedule, every: 15m, role: role, target: queue, dead_letter: dead }
  queue: { type: sqs:queue }
  dead: { type: sqs:queue, retention: 14d }
)",
                               {{"delete", "job", {}}}, days(5));
  CHECK(world.lost("job/invoke") == Approx(5 * 96));  // four an hour for five days
}

TEST_CASE("a log group keeps what was put while it had no filter, and a new filter begins at once") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  lines: { type: logs:log-group, subscriptions: [{ name: f, destination: to-bucket, role: role }] }
  to-bucket: { type: firehose:delivery-stream, role: role, destination: bucket }
  bucket: { type: s3:bucket }
traffic: [{ to: lines, rate: 1/s }]
)",
                               {{"delete", "lines/subscriptions/f", {}, hours(1)}}, hours(2));
  CHECK(world.lost("lines/subscriptions/f/deliver") == 0);
  CHECK(world.waiting("lines/subscriptions/f/deliver") == Approx(3600));
  CHECK(world.ledger("lines/subscriptions/f/deliver").on_time == Approx(3600));  // without ten minutes of pause
}

TEST_CASE("without a replication rule nothing is marked, so a lifecycle rule deletes what was never replicated") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket, expires_after: 2d, replication: [{ name: r, destination: copies, role: role }] }
  copies: { type: s3:bucket }
traffic: [{ to: bucket, rate: 1/s }]
)";
  const SmallWorld gone = run(inventory, {{"delete", "bucket/replication/r", {}}}, days(5), "2026-06-01");
  CHECK(gone.lost("bucket/replication/r/replicate") == Approx(3 * 86400));
  CHECK(gone.waiting("bucket/replication/r/replicate") == Approx(2 * 86400));
  const SmallWorld refused = run(inventory, {{"freeze", "role", {}}}, days(5), "2026-06-01");
  CHECK(refused.lost("bucket/replication/r/replicate") == 0);
}

}  // namespace
}  // namespace moshimo::models
