#include <catch2/catch.hpp>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }

TEST_CASE("an asynchronous event waits six hours for its function's role, less the gap before the last attempt") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  patient: { type: lambda:function, role: role }
  hasty: { type: lambda:function, role: role, max_age: 1m }
  strict: { type: lambda:function, role: role, role_errors: final }
traffic: [{ to: patient, rate: 1/s }, { to: hasty, rate: 1/s }, { to: strict, rate: 1/s }]
)",
                               {{"cut-trust", "role", {}, hours(10)}}, hours(24));
  // Refused from 4 s to 10 h 15 s. 1 + 2 + ... + 256 = 511 s, then 70 gaps of 300 s within six hours: 21,511 s.
  const double refused = 10 * 3600 + 15 - 4;
  CHECK(world.lost("patient/run") == Approx(refused - 21511));
  CHECK(world.lost("hasty/run") == Approx(refused - 31));  // 1 + 2 + 4 + 8 + 16 s, the next would be after 63 s
  CHECK(world.lost("strict/run") == Approx(refused));
}

TEST_CASE("a handler that fails is tried again after one and two minutes") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  table: { type: dynamodb:table, kms_key: key }
  role: { type: iam:role }
  usual: { type: lambda:function, role: role, calls: [{ to: table }] }
  once: { type: lambda:function, role: role, max_retries: 1, calls: [{ to: table }] }
  never: { type: lambda:function, role: role, max_retries: 0, calls: [{ to: table }] }
  aside: { type: lambda:function, role: role, calls: [{ to: table, essential: no }] }
traffic: [{ to: usual, rate: 1/s }, { to: once, rate: 1/s }, { to: never, rate: 1/s }, { to: aside, rate: 1/s }]
)",
                               {{"disable", "key", {}, hours(1)}}, hours(2));
  CHECK(world.lost("usual/run") == Approx(3600 - 180));
  CHECK(world.lost("once/run") == Approx(3600 - 60));
  CHECK(world.lost("never/run") == Approx(3600));
  CHECK(world.lost("aside/run") == 0);
  CHECK(world.lost("aside/calls/0/call-from-function") == Approx(3600));
}

// For an hour Lambda cannot take the role on, which uses up no attempt; then the handler fails for less than a minute.
TEST_CASE("attempts at a handler that fails count from when it fails") {
  const SmallWorld world = run(
      R"(
resources:
  key: { type: kms:key }
  table: { type: dynamodb:table, kms_key: key }
  role: { type: iam:role }
  fn: { type: lambda:function, role: role, calls: [{ to: table }] }
traffic: [{ to: fn, rate: 10/s }]
)",
      {{"cut-trust", "role", {}, hours(1)}, {"disable", "key", hours(1), hours(1) + Duration::minutes(1)}}, hours(12));
  CHECK(world.lost("fn/run") == 0);
}

TEST_CASE("a synchronous caller gets the error at once") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role }
traffic: [{ to: fn, via: invoke, rate: 1/s }]
)",
                               {{"cut-trust", "role", {}, hours(1)}}, hours(2));
  CHECK(world.lost("fn/traffic-invoke") == Approx(3600 + 15 - 4));
}

TEST_CASE("a function whose role has lost its policies runs, and only what it does with that role is refused") {
  for (const char* verb : {"detach", "freeze"}) {
    INFO(verb);
    const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  lines: { type: logs:log-group }
  table: { type: dynamodb:table }
  quiet: { type: lambda:function, role: role, calls: [], logs: { group: lines, ratio: 1 } }
  busy: { type: lambda:function, role: role, calls: [{ to: table }] }
traffic: [{ to: quiet, rate: 1/s }, { to: quiet, via: invoke, rate: 1/s }, { to: busy, rate: 1/s }]
)",
                                 {{verb, "role", {}, hours(1)}}, hours(2));
    const double refused = 3600 + 15 - 4;
    CHECK(world.lost("quiet/run") == 0);
    CHECK(world.lost("quiet/traffic-invoke") == 0);
    CHECK(world.lost("quiet/log") == Approx(2 * refused));
    CHECK(world.lost("busy/run") == Approx(refused - 180));  // its handler runs and fails, three times in three minutes
  }
}

TEST_CASE("a deleted role leaves the environment's grant behind, whatever comes back under its name") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  with: { type: lambda:function, role: role, environment: {} }
  published: { type: lambda:function, role: role, environment: {}, published: yes }
  without: { type: lambda:function, role: role }
)",
                               {{"delete", "role", {}, hours(1)}}, hours(2));
  CHECK(world.holds("role", "exists"));
  CHECK_FALSE(world.holds("with", "grant"));
  CHECK_FALSE(world.holds("published", "version_grant"));
  CHECK_FALSE(world.compiled.condition(world.compiled.component("without"), "grant").is_set());
  CHECK_FALSE(world.compiled.condition(world.compiled.component("with"), "version_grant").is_set());
}

TEST_CASE("a function without its role cannot fill its own dead-letter queue") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role, dead_letter: dead }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: fn, rate: 1/s }]
)",
                               {{"cut-trust", "role"}}, hours(10));
  CHECK(world.lost("fn/run") == Approx(10 * 3600 - 4 - 21511));
  const SmallWorld throttled = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role, dead_letter: dead }
  dead: { type: sqs:queue, retention: 14d }
traffic: [{ to: fn, rate: 1/s }]
)",
                                   {{"throttle", "fn"}}, hours(10));
  CHECK(throttled.lost("fn/run") == 0);
  CHECK(throttled.waiting("fn/run") == Approx(10 * 3600));  // 14,489 of them in the queue, the rest still tried
}

TEST_CASE("a mapping leaves the records of a stream where they are until the stream forgets them") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role }
  stream: { type: kinesis:stream, retention: 24h }
  table: { type: dynamodb:table }
  map-stream: { type: lambda:event-source-mapping, source: stream, function: fn }
  map-table: { type: lambda:event-source-mapping, source: table, function: fn, max_age: 6h }
traffic: [{ to: stream, rate: 1/s }, { to: table, rate: 1/s }]
)",
                               {{"cut-trust", "role", {}, hours(30)}}, hours(48));
  const double refused = 30 * 3600 + 15 - 4;
  CHECK(world.lost("map-stream/poll-stream") == Approx(refused - 24 * 3600));
  CHECK(world.lost("map-table/poll-stream") == Approx(refused - 6 * 3600));
}

TEST_CASE("a mapping that cannot read gives nothing up where it can hand on later what is too old") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role, calls: [] }
  stream: { type: kinesis:stream, retention: 24h }
  gone: { type: sqs:queue }
  map: { type: lambda:event-source-mapping, source: stream, function: fn, max_age: 1h, on_failure: gone }
traffic: [{ to: stream, rate: 1/s }]
)",
                               {{"delete", "role", {}, hours(2)}}, hours(4));
  CHECK(world.lost("map/poll-stream") == 0);
}

TEST_CASE("S3 marks what it may not replicate and waits for what is merely out of reach") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  from: { type: s3:bucket, expires_after: 1d, replication: [{ name: r, destination: to, role: role }] }
  to: { type: s3:bucket }
traffic: [{ to: from, rate: 1/s, size: 1MB }]
)";
  const SmallWorld refused = run(inventory, {{"freeze", "role", {}, hours(1)}}, Duration::days(3));
  CHECK(refused.lost("from/replication/r/replicate") == 0);
  CHECK(refused.waiting("from/replication/r/replicate") == Approx(3600 + 15 - 4));  // until a batch job

  const SmallWorld outage = run(inventory, {{"outage", "to", {}, hours(1)}}, Duration::days(3));
  CHECK(outage.lost("from/replication/r/replicate") == 0);
  CHECK(outage.waiting("from/replication/r/replicate") == 0);
  CHECK(outage.ledger("from/replication/r/replicate").late == Approx(3600));

  // In the guide of mid-2023 a lifecycle rule could expire a failed object.
  const SmallWorld then = run(inventory, {{"freeze", "role", {}, hours(1)}}, Duration::days(3), "2023-01-01");
  CHECK(then.lost("from/replication/r/replicate") == Approx(3600 + 15 - 4));
}

TEST_CASE("a bucket policy that names a role by its ID keeps the new one out, one that compares its ARN does not") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  by-id: { type: s3:bucket, policy: [{ name: p, allows: role, by: role-id }] }
  by-arn: { type: s3:bucket, policy: [{ name: p, allows: role, by: arn }] }
  by-condition: { type: s3:bucket, policy: [{ name: p, allows: role, by: arn-condition }] }
)",
                               {{"delete", "role", {}, hours(1)}}, hours(2));
  CHECK_FALSE(world.holds("by-id/policy/p", "valid"));
  CHECK_FALSE(world.holds("by-arn/policy/p", "valid"));
  CHECK(world.holds("by-condition/policy/p", "valid"));
}

TEST_CASE("keys that begin otherwise than a filter match nothing, without a sign") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role }
  bucket: { type: s3:bucket, key_prefix: ./2024, notifications: [{ name: n, target: fn, prefix: "2024" }, { name: all, target: fn }] }
traffic: [{ to: bucket, rate: 1/s }]
)",
                               {}, hours(1));
  CHECK(world.ledger("bucket/notifications/n/notify").on_time == 0);
  CHECK(world.ledger("bucket/notifications/n/notify").misdirected == Approx(3600));
  CHECK(world.ledger("bucket/notifications/all/notify").on_time == Approx(3600));
}

}  // namespace
}  // namespace moshimo::models
