// Of what is broken its own signs are seen, and no others.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/scenarios/incident.hpp"

namespace moshimo::scenarios {
namespace {

bool is_seen(const Incident& i, std::string_view text) {
  const auto& symptoms = i.answer.nobody_acts().findings.symptoms;
  return std::any_of(symptoms.begin(), symptoms.end(),
                     [&](const SeenSymptom& s) { return s.symptom->text.find(text) != std::string::npos; });
}

TEST_CASE("an instance that cannot start says whether its key or its profile is at fault", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  template: { type: ec2:launch-template, kms_key: key, profile: profile }
  group: { type: autoscaling:group, template: template, instances: 2, lifetime: 2d }
  host: { type: ec2:instance, kms_key: key, profile: profile, lifetime: 2d, calls: [] }
)";
  const Incident key = incident(inventory, {{{}, "disable", "key"}}, Duration::days(5));
  CHECK(is_seen(key, "StateReason Client.InternalError"));
  CHECK(is_seen(key, "scaling activity Failed: Client.InternalError"));
  CHECK_FALSE(is_seen(key, "Invalid IAM Instance Profile"));
  CHECK_FALSE(is_seen(key, "Invalid IamInstanceProfile"));
  const Incident profile = incident(inventory, {{{}, "delete", "profile"}}, Duration::days(5));
  CHECK_FALSE(is_seen(profile, "StateReason Client.InternalError"));
  CHECK_FALSE(is_seen(profile, "scaling activity Failed: Client.InternalError"));
  CHECK(is_seen(profile, "Invalid IAM Instance Profile"));
  CHECK(is_seen(profile, "Invalid IamInstanceProfile"));
}

TEST_CASE("an error action fails where its own role is gone, too", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  other: { type: iam:role }
  stream: { type: kinesis:stream }
  errors: { type: s3:bucket }
  rule: { type: iot:topic-rule, actions: [{ name: send, role: role, to: stream }], error: { role: other, to: errors } }
traffic: [{ to: rule, rate: 1/s }]
)";
  CHECK_FALSE(is_seen(incident(inventory, {{{}, "delete", "role"}}, Duration::days(1)), "ErrorActionFailure"));
  CHECK_FALSE(is_seen(incident(inventory, {{{}, "delete", "other"}}, Duration::days(1)), "ErrorActionFailure"));
  CHECK(is_seen(incident(inventory, {{{}, "delete", "role"}, {{}, "delete", "other"}}, Duration::days(1)),
                "ErrorActionFailure"));
}

TEST_CASE("why a circuit breaker stays silent is told where there is one", "[scenarios]") {
  const auto loop = [](const char* breaker) {
    return incident(std::string(R"(
resources:
  out: { type: ec2:security-group, egress: [{ name: to-shop, peer: in, port: 80 }] }
  in: { type: ec2:security-group, ingress: [{ name: from-front, peer: out, port: 80 }] }
  front: { type: elbv2:load-balancer, security_group: out, targets: [targets] }
  targets: { type: elbv2:target-group }
  shop: { type: ecs:service, security_group: in, target_group: targets, circuit_breaker: )") +
                        breaker + " }\n",
                    {{{}, "remove", "out/egress/to-shop"}}, Duration::hours(1));
  };
  CHECK(is_seen(loop("yes"), "the circuit breaker says nothing"));
  CHECK_FALSE(is_seen(loop("no"), "the circuit breaker says nothing"));
}

TEST_CASE("a stack whose service role is gone is not changed at all", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  role: { type: iam:role }
  stack: { type: cloudformation:stack, role: role }
traffic: [{ to: stack, rate: 1/h }]
)",
                              {{{}, "delete", "role"}}, Duration::days(1));
  CHECK(is_seen(i, "is invalid or cannot be assumed"));
  CHECK_FALSE(is_seen(i, "ROLLBACK_IN_PROGRESS"));
}

// Nothing is logged any more, so nothing comes to where it could not be handed on.
TEST_CASE("failed replication shows where it is measured, a late one where it is promised", "[scenarios]") {
  const auto shown = [](const char* settings, const char* verb, const char* of, std::string_view text) {
    const std::string inventory = std::string(R"(
resources:
  role: { type: iam:role }
  from: { type: s3:bucket, replication: [{ name: r, destination: to, role: role)") +
                                  settings + R"( }] }
  to: { type: s3:bucket }
traffic: [{ to: from, rate: 1/s }]
)";
    return is_seen(incident(inventory, {{{}, verb, of}}, Duration::days(1)), text);
  };
  constexpr std::string_view failed = "s3:Replication:OperationFailedReplication";
  CHECK(shown(", metrics: Enabled", "delete", "role", failed));
  CHECK(shown(", metrics: Enabled", "delete", "role", "OperationsFailedReplication"));
  CHECK_FALSE(shown("", "delete", "role", failed));
  CHECK(shown("", "delete", "role", "without replication metrics nothing tells that objects failed"));
  constexpr std::string_view late = "s3:Replication:OperationMissedThreshold";
  CHECK(shown(", time_control: Enabled", "outage", "to", late));
  CHECK_FALSE(shown("", "outage", "to", late));
}

TEST_CASE("where nothing comes nobody sees that it would fail", "[scenarios]") {
  const auto seen = [](std::string_view execution_role) {
    const std::string inventory = R"(
resources:
  role: { type: iam:role }
  other: { type: iam:role }
  web: { type: ecs:service, task_role: other, execution_role: )" +
                                  std::string(execution_role) + R"(, logs: { group: lines, rate: 10/s } }
  lines: { type: logs:log-group, subscriptions: [{ name: s, destination: stream, role: role }] }
  stream: { type: firehose:delivery-stream, role: other, destination: bucket }
  bucket: { type: s3:bucket }
traffic: [{ to: web, rate: 1/s }]
)";
    const Incident i = incident(inventory, {{{}, "delete", "role"}}, Duration::days(1));
    return is_seen(i, "DeliveryErrors") || is_seen(i, "ForwardedLogEvents");
  };
  CHECK(seen("other"));
  CHECK_FALSE(seen("role"));
}

}  // namespace
}  // namespace moshimo::scenarios
