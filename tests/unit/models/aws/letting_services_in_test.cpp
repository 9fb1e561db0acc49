// Services that come by themselves get in where the policy of a queue or topic names them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

// A stream whose role is frozen for an hour, and a dead-letter queue with the policy that is given.
SmallWorld hour_with(const std::string& policy) {
  return run(R"(
resources:
  role: { type: iam:role }
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: stream, role: role, dead_letter: dead }] }
  stream: { type: kinesis:stream }
  dead: { type: sqs:queue, retention: 14d)" +
                 policy + R"( }
traffic: [{ to: bus, rate: 1/s }]
)",
             {{"freeze", "role", {}, Duration::hours(1)}}, Duration::hours(2));
}

bool takes_for_granted(const SmallWorld& world, std::string_view component) {
  const ComponentId c = world.compiled.component(component);
  return std::any_of(world.compiled.assumptions.begin(), world.compiled.assumptions.end(), [&](const Assumption& a) {
    return a.kind == Assumption::Kind::granted_policies &&
           std::find(a.where.begin(), a.where.end(), c) != a.where.end();
  });
}

TEST_CASE("EventBridge writes a dead-letter queue whose policy names it, or is not given, or names everybody") {
  // The freeze falls after 4 s and is over 15 s after the hour: 3600 - 4 + 15 = 3611 events.
  for (const std::string policy :
       {"", ", policy: [{ allows: events.amazonaws.com, by: service }]",
        ", policy: [{ allows: '*', by: account }, { allows: sns.amazonaws.com, by: service }]"}) {
    INFO(policy);
    const SmallWorld world = hour_with(policy);
    CHECK(world.lost("rule/targets/t/deliver") == 0);
    CHECK(world.waiting("rule/targets/t/deliver") == Approx(3611));
    CHECK(takes_for_granted(world, "dead") == (policy.find("events") == std::string::npos));
  }
}

TEST_CASE("a policy that leaves EventBridge out refuses it, and the event is lost") {
  for (const std::string policy :
       {", policy: [{ allows: sns.amazonaws.com, by: service }]", ", policy: [{ allows: role }]"}) {
    INFO(policy);
    const SmallWorld world = hour_with(policy);
    CHECK(world.lost("rule/targets/t/deliver") == Approx(3611));
    CHECK_FALSE(takes_for_granted(world, "dead"));
  }
}

TEST_CASE("a queue refuses a topic that its policy leaves out, but no role of its own account") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: queue }] }
  pipe: { type: pipes:pipe, role: role, source: first, target: queue }
  first: { type: sqs:queue }
  queue: { type: sqs:queue, policy: [{ allows: events.amazonaws.com, by: service }] }
traffic: [{ to: topic, rate: 1/s }, { to: first, rate: 1/s }, { to: queue, rate: 1/s }]
)",
                               {}, Duration::hours(1));
  CHECK(world.lost("topic/subscriptions/s/deliver") == Approx(3600));
  CHECK(world.ledger("pipe/carry").on_time == Approx(3600));
  CHECK(world.lost("queue/traffic") == 0);  // who sends it is not said
}

TEST_CASE("an alarm comes to a function under another name than to a topic") {
  const auto is_said_to_let_in = [](const std::string& service) {
    return !takes_for_granted(run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  repair: { type: lambda:function, role: role, calls: [], policy: [{ allows: )" +
                                      service +
                                      R"(, by: service }] }
  alarm: { type: cloudwatch:alarm, watches: queue, metric: ApproximateAgeOfOldestMessage, actions: [repair] }
traffic: [{ to: queue, rate: 1/s }]
)",
                                  {}, Duration::hours(1)),
                              "repair");
  };
  CHECK(is_said_to_let_in("lambda.alarms.cloudwatch.amazonaws.com"));
  CHECK_FALSE(is_said_to_let_in("cloudwatch.amazonaws.com"));
}

TEST_CASE("a database migration takes its role on as the service of its Region, too") {
  const auto trusts = [](const std::string& service) {
    const SmallWorld world = run(R"(
resources:
  role:
    type: iam:role
    trust_policy: { Statement: [{ Effect: Allow, Principal: { Service: )" +
                                     service + R"( }, Action: "sts:AssumeRole" }] }
  source: { type: dms:endpoint, role: role }
region: eu-west-1
)",
                                 {}, Duration::hours(1));
    return std::none_of(world.compiled.assumptions.begin(), world.compiled.assumptions.end(),
                        [](const Assumption& a) { return a.kind == Assumption::Kind::denied_at_start; });
  };
  CHECK(trusts("dms.amazonaws.com"));
  CHECK(trusts("dms.eu-west-1.amazonaws.com"));
  CHECK_FALSE(trusts("glue.amazonaws.com"));
}

}  // namespace
}  // namespace moshimo::models
