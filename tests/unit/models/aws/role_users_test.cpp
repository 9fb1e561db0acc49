// Services that act with a role of the customer: what each keeps, and for how long, while it cannot.
#include <catch2/catch.hpp>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }
constexpr Duration days(double n) { return Duration::days(n); }

// A role that is frozen, or whose trust is cut, is refused from 4 s on, and until 15 s after it is let go.
constexpr double refused(Duration frozen) { return frozen.in_seconds() + 15 - 4; }

TEST_CASE(
    "failed executions of a standard workflow wait a fortnight to be redriven, those of an express one are gone") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  table: { type: dynamodb:table }
  standard: { type: states:state-machine, role: role, calls: [{ to: table }] }
  express: { type: states:state-machine, role: role, kind: EXPRESS, calls: [] }
traffic: [{ to: standard, rate: 1/s }, { to: express, rate: 1/s }]
)",
                               {{"cut-trust", "role", {}, hours(1)}}, days(20));
  CHECK(world.lost("standard/run") == Approx(refused(hours(1))));  // nobody redrives them
  CHECK(world.lost("standard/calls/0/call-from-function") == 0);   // what did not run called nobody
  CHECK(world.lost("express/run") == Approx(refused(hours(1))));
  const SmallWorld week = run(R"(
resources:
  role: { type: iam:role }
  standard: { type: states:state-machine, role: role, calls: [] }
traffic: [{ to: standard, rate: 1/s }]
)",
                              {{"cut-trust", "role", {}, hours(1)}}, days(7));
  CHECK(week.lost("standard/run") == 0);
  CHECK(week.waiting("standard/run") == Approx(refused(hours(1))));
}

// Which of its steps call anything is not known: that they fail is no more than an assumption.
TEST_CASE(
    "a state machine of which no calls are known runs on with a role that has lost its policies, not without it") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  machine: { type: states:state-machine, role: role }
traffic: [{ to: machine, rate: 1/s }]
)";
  const SmallWorld stripped = run(inventory, {{"detach", "role"}}, hours(1));
  CHECK(stripped.waiting("machine/run") == 0);
  CHECK(stripped.lost("machine/run") == 0);
  const SmallWorld gone = run(inventory, {{"delete", "role"}}, hours(1));
  CHECK(gone.waiting("machine/run") == Approx(3600 - 4));
}

TEST_CASE("who may no longer log in to the console does nothing there, and the keys of that user go on") {
  const std::string_view inventory = R"(
resources:
  user: { type: iam:user }
  key: { type: iam:access-key, user: user }
  jobs: { type: sqs:queue }
  operator: { type: outside:console-user, user: user, to: jobs, rate: 1/min }
  script: { type: outside:client, key: key, to: jobs, rate: 1/min }
)";
  const SmallWorld shut = run(inventory, {{"disable-console", "user", {}, hours(1)}}, hours(2));
  CHECK(shut.lost("operator/calls") == Approx(60));
  CHECK(shut.lost("script/calls") == 0);
  const SmallWorld inactive = run(inventory, {{"deactivate", "key", {}, hours(1)}}, hours(2));
  CHECK(inactive.lost("operator/calls") == 0);
  CHECK(inactive.lost("script/calls") > 50);
}

TEST_CASE("an API refuses what it hands on with a role, and answers the rest by the policy of the function") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  own: { type: iam:role }
  fn: { type: lambda:function, role: own, calls: [] }
  queue: { type: sqs:queue }
  lines: { type: logs:log-group }
  settings: { type: apigateway:account, role: role }
  api:
    type: apigateway:api
    log_group: lines
    integrations: [{ name: f, target: fn, share: 0.75 }, { name: q, target: queue, role: role, share: 0.25 }]
traffic: [{ to: api, rate: 4/s }]
)",
                               {{"freeze", "role", {}, hours(1)}}, hours(2));
  CHECK(world.lost("api/integrations/q/hand-over") == Approx(refused(hours(1))));
  CHECK(world.lost("api/integrations/f/call") == 0);
  CHECK(world.lost("api/log") == Approx(4 * refused(hours(1))));
  CHECK(world.lost("api/traffic") == 0);
}

TEST_CASE("a resolver without its role answers with an error") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  table: { type: dynamodb:table }
  graph: { type: appsync:api, log_role: role, sources: [{ name: t, target: table, role: role, share: 0.5 }] }
traffic: [{ to: graph, rate: 2/s }]
)",
                               {{"freeze", "role", {}, hours(1)}}, hours(2));
  CHECK(world.lost("graph/sources/t/hand-over") == Approx(refused(hours(1))));
  CHECK(world.lost("graph/log") == Approx(2 * refused(hours(1))));
}

TEST_CASE("builds, pipelines and jobs leave their input where it is") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket }
  build: { type: codebuild:project, role: role, every: 1h, calls: [] }
  pipeline: { type: codepipeline:pipeline, role: role, bucket: bucket, every: 1h, projects: [build] }
  etl: { type: glue:job, role: role, every: 1h, calls: [] }
  crawler: { type: glue:crawler, role: role, every: 1h }
)",
                               {{"freeze", "role", {}, hours(5.5)}}, hours(10));
  // The runs of 1, 2, 3, 4 and 5 h are refused.
  CHECK(world.lost("build/run") == 0);
  CHECK(world.waiting("build/run") == 5);
  CHECK(world.waiting("pipeline/run") == 5);
  CHECK(world.waiting("etl/run") == 5);
  CHECK(world.lost("crawler/crawl") == 5);
}

TEST_CASE("change capture goes on from its checkpoint while the source still has its log") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket }
  source: { type: dms:endpoint, log_kept: 12h }
  target: { type: dms:endpoint, role: role, to: bucket }
  task: { type: dms:replication-task, source: source, target: target, rate: 1/s }
)",
                               {{"freeze", "role", {}, hours(1)}}, hours(30));
  // Nobody resumes the task: what came in the last twelve hours is still there.
  CHECK_FALSE(world.holds("task", "running"));
  CHECK(world.waiting("task/replicate") == Approx(12 * 3600));
  CHECK(world.lost("task/replicate") == Approx(30 * 3600 - 4 - 12 * 3600));
}

TEST_CASE("a backup is tried again within its start window, and missed after it") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  vault: { type: backup:vault }
  plan: { type: backup:plan, vault: vault, every: 1d, selections: [{ name: all, role: role }] }
  hasty: { type: backup:plan, vault: vault, every: 1d, start_window: 1h, selections: [{ name: all, role: role }] }
)",
                               {{"freeze", "role", hours(23), hours(30)}}, days(3));
  // The backup of 24 h waits six hours for its role; a window of an hour is over by then.
  CHECK(world.lost("plan/selections/all/back-up") == 0);
  CHECK(world.ledger("plan/selections/all/back-up").late == 1);
  CHECK(world.lost("hasty/selections/all/back-up") == 1);
}

TEST_CASE("a lifecycle policy and a sync stream have to be switched on again") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  stream: { type: kinesis:stream }
  snapshots: { type: dlm:policy, role: role, every: 1d }
  sync: { type: cognito-sync:stream, role: role, to: stream }
traffic: [{ to: sync, rate: 1/s }]
)",
                               {{"cut-trust", "role", {}, hours(1)}}, days(3));
  CHECK_FALSE(world.holds("snapshots", "enabled"));
  CHECK(world.lost("snapshots/snapshot") == 3);
  CHECK_FALSE(world.holds("sync", "on"));
  CHECK(world.lost("sync/publish") == 0);  // what the users changed is still theirs
  CHECK(world.waiting("sync/publish") == Approx(3 * 86400 - 4));
}

TEST_CASE("a trail repeats for thirty days what its bucket refuses, and not what its log group misses") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key }
  bucket: { type: s3:bucket }
  lines: { type: logs:log-group }
  trail: { type: cloudtrail:trail, bucket: bucket, kms_key: key, log_group: lines, log_role: role, rate: 1/s }
  flows: { type: ec2:flow-log, role: role, to: lines, rate: 1/s }
)",
                               {{"disable", "key", {}, days(29)}, {"freeze", "role", {}, hours(1)}}, days(40));
  CHECK(world.lost("trail/to-bucket") == 0);
  CHECK(world.lost("trail/to-logs") == Approx(refused(hours(1))));
  CHECK(world.lost("flows/record") == Approx(refused(hours(1))));
}

TEST_CASE("aggregated data of an organisation is deleted when its role is invalid for a day") {
  const auto fed_after = [](Duration frozen) {
    return run("resources:\n  role: { type: iam:role }\n  all: { type: config:aggregator, role: role }\n",
               {{"freeze", "role", {}, frozen}}, days(5))
        .holds("all", "fed");
  };
  CHECK(fed_after(hours(23)));
  CHECK_FALSE(fed_after(hours(25)));
}

TEST_CASE("a recorder leaves a gap in the history") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket }
  recorder: { type: config:recorder, role: role, rate: 1/s }
  channel: { type: config:delivery-channel, bucket: bucket, every: 6h }
)",
                               {{"freeze", "role", {}, hours(7)}}, days(1));
  CHECK(world.lost("recorder/record") == Approx(refused(hours(7))));
  CHECK(world.lost("channel/deliver") == 1);  // the file of six o'clock
}

TEST_CASE("what reads from streams leaves its records there") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  stream: { type: kinesis:stream, retention: 24h }
  kafka: { type: kafka:cluster }
  flink: { type: kinesisanalytics:application, role: role, source: stream, target: queue }
  connector: { type: kafkaconnect:connector, role: role, source: kafka, target: queue }
traffic: [{ to: stream, rate: 1/s }, { to: kafka, rate: 1/s }]
)",
                               {{"freeze", "role", {}, hours(30)}}, days(10));
  CHECK(world.lost("flink/compute") == Approx(refused(hours(30)) - 24 * 3600));
  CHECK(world.holds("role", "unfrozen"));
  CHECK_FALSE(world.holds("connector", "running"));  // FAILED, until somebody makes it again
  CHECK(world.waiting("connector/carry") == Approx(7 * 86400));
}

TEST_CASE("an IoT message is saved by an error action whose own role works") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  other: { type: iam:role }
  queue: { type: sqs:queue }
  dead: { type: sqs:queue, retention: 14d }
  careful: { type: iot:topic-rule, actions: [{ name: q, role: role, to: queue }], error: { role: other, to: dead } }
  same: { type: iot:topic-rule, actions: [{ name: q, role: role, to: queue }], error: { role: role, to: dead } }
  plain: { type: iot:topic-rule, actions: [{ name: q, role: role, to: queue }] }
traffic: [{ to: careful, rate: 1/s }, { to: same, rate: 1/s }, { to: plain, rate: 1/s }]
)",
                               {{"freeze", "role", {}, hours(1)}}, hours(2));
  CHECK(world.lost("careful/actions/q/act") == 0);
  CHECK(world.waiting("careful/actions/q/act") == Approx(refused(hours(1))));  // nobody reads the other queue
  CHECK(world.lost("same/actions/q/act") == Approx(refused(hours(1))));
  CHECK(world.lost("plain/actions/q/act") == Approx(refused(hours(1))));
}

TEST_CASE("a user pool without its SMS role signs nobody in by SMS and cannot be changed") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  pool: { type: cognito-idp:user-pool, sms_role: role, by_sms: 0.1 }
traffic: [{ to: pool, rate: 10/s }]
)",
                               {{"cut-trust", "role"}}, hours(1));
  CHECK(world.lost("pool/text") == Approx(3600 - 4));
  CHECK(world.lost("pool/traffic") == 0);
  CHECK_FALSE(world.holds("pool", "modifiable"));
}

TEST_CASE("a group that cannot launch shrinks by each instance that ends") {
  const SmallWorld world = run(R"(
resources:
  key: { type: kms:key }
  template: { type: ec2:launch-template, kms_key: key }
  group: { type: autoscaling:group, template: template, instances: 10, lifetime: 10d, start_time: 0s }
traffic: [{ to: group, rate: 1/s }]
)",
                               {{"disable", "key"}}, days(11));
  // Ten instances of ten days each, half a day after each other: the last one ends after 9.5 days.
  CHECK(world.lost("group/traffic") == Approx(1.5 * 86400));
}

TEST_CASE("an access entry holds an ID, aws-auth and a service account a name") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  cluster: { type: eks:cluster, role: role }
  entry: { type: eks:access-entry, cluster: cluster, principal: role }
  line: { type: eks:aws-auth, cluster: cluster, principal: role }
  pods: { type: eks:service-account, cluster: cluster, role: role, calls: [{ name: q, to: queue }] }
)",
                               {{"delete", "role", {}, hours(1)}}, hours(4));
  CHECK_FALSE(world.holds("entry", "valid"));
  CHECK(world.holds("cluster", "exists"));
  CHECK_FALSE(world.compiled.condition(world.compiled.component("line"), "valid").is_set());
}

TEST_CASE("the secrets of a cluster are lost with their key or its grant, and not while the key is disabled") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key }
  cluster: { type: eks:cluster, role: role, kms_key: key }
  nodes: { type: eks:nodegroup, cluster: cluster, role: role, nodes: 4, lifetime: 8d, start_time: 0s }
traffic: [{ to: nodes, rate: 1/s }]
)";
  const SmallWorld revoked = run(inventory, {{"revoke-grant", "cluster"}}, days(1));
  CHECK_FALSE(revoked.holds("cluster", "granted"));
  // Four nodes of eight days, two days apart, the youngest a day old: the last ends after seven.
  const SmallWorld gone = run(inventory, {{"freeze", "role"}}, days(8));
  CHECK(gone.lost("nodes/traffic") == Approx(86400));
}

}  // namespace
}  // namespace moshimo::models
