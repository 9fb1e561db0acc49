// What is put back by an apply, by hand or not at all, when a key or a switch is at fault.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

Answer ask(std::string_view inventory, const std::string& verb, const std::string& component, Duration detect,
           Strategy strategy) {
  Asked asked;
  asked.components = {component};
  asked.detect = detect;
  asked.people = 1;
  asked.strategy = strategy;
  asked.verb = verb;
  asked.horizon = Duration::days(20);
  return ask(inventory, asked);
}

RepairText recreate_text(const Answer& a, std::string_view component) {
  return text_of(a.system(), a.compiled->repair(a.compiled->component(component), "recreate"));
}

constexpr std::string_view queue_under_key = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  queue: { type: sqs:queue, kms_key: key }
  bucket: { type: s3:bucket, kms_key: key }
traffic: [{ to: queue, rate: 1/s }]
)";

TEST_CASE("a key whose policy names only a deleted role has to be opened by AWS Support", "[scenarios]") {
  constexpr std::string_view inventory = R"(
account: "111122223333"
resources:
  keeper: { type: iam:role }
  listed: { type: kms:key, policy: [{ name: keeper, allows: keeper }, { name: logs, allows: logs.eu-west-1.amazonaws.com, by: service }] }
  written:
    type: kms:key
    policy_document: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/keeper" }, Action: "kms:*", Resource: "*" }] }
  handed-over:
    type: kms:key
    policy_document:
      Statement:
        - { Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/keeper" }, Action: "kms:*", Resource: "*" }
        - { Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*", Resource: "*" }
)";
  const Answer applied = ask(inventory, "delete", "keeper", Duration::hours(1), Strategy::restore_only);
  CHECK_FALSE(holds_at_the_end(applied, "listed", "manageable"));
  CHECK_FALSE(holds_at_the_end(applied, "written", "manageable"));
  CHECK_FALSE(holds_at_the_end(applied, "written/policy/0", "valid"));
  CHECK(holds_at_the_end(applied, "handed-over/policy/0", "valid"));
  const Answer a = ask(inventory, "delete", "keeper", Duration::hours(1), Strategy::full);
  const std::vector<std::string> taken = steps(a);
  for (const std::string key : {"listed", "written"}) {
    CHECK(std::find(taken.begin(), taken.end(), key + "/ask-support") != taken.end());
    CHECK(holds_at_the_end(a, key, "manageable"));
  }
  CHECK(holds_at_the_end(a, "written/policy/0", "valid"));
  CHECK(std::find(taken.begin(), taken.end(), "handed-over/ask-support") == taken.end());
}

TEST_CASE("whoever works with a deleted access key has to be given the new one", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  robot: { type: iam:user }
  secret: { type: iam:access-key, user: robot }
  role: { type: iam:role }
  bucket: { type: s3:bucket }
  job: { type: lambda:function, role: role, calls: [{ name: put, to: bucket, as: secret }] }
  shop: { type: ecs:service, tasks: 1, calls: [{ name: put, to: bucket, as: secret }] }
  orders: { type: sqs:queue, consumer: outside, reader: secret }
traffic: [{ to: job, rate: 1/s }, { to: shop, rate: 1/s }, { to: orders, rate: 1/s }]
)";
  const Answer applied = ask(inventory, "delete", "secret", Duration::hours(1), Strategy::restore_only);
  CHECK(holds_at_the_end(applied, "secret", "exists"));
  const std::vector<std::string> users = {"job/calls/put", "shop/calls/put", "orders"};
  for (const std::string& user : users) CHECK_FALSE(holds_at_the_end(applied, user, "credential"));
  const Answer a = ask(inventory, "delete", "secret", Duration::hours(1), Strategy::full);
  const std::vector<std::string> taken = steps(a);
  for (const std::string& user : users) {
    CHECK(holds_at_the_end(a, user, "credential"));
    CHECK(std::find(taken.begin(), taken.end(), user + "/new-credential") != taken.end());
  }
  const Answer off = ask(inventory, "deactivate", "secret", Duration::hours(1), Strategy::full);
  CHECK(steps(off) == std::vector<std::string>{"secret/activate"});
}

TEST_CASE("only imported material is deleted", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  own: { type: kms:key }
  imported: { type: kms:key, origin: EXTERNAL }
)";
  CHECK(
      ask(inventory, "delete-material", "own", Duration::hours(1), Strategy::none).main_run().response.stopped.size() ==
      1);
  const Answer a = ask(inventory, "delete-material", "imported", Duration::hours(1), Strategy::none);
  CHECK_FALSE(holds_at_the_end(a, "imported", "has_material"));
}

TEST_CASE("a trail records the data events of kinds of resources", "[scenarios]") {
  CHECK_THROWS_WITH(ask("resources:\n  bucket: { type: s3:bucket }\n"
                        "  trail: { type: cloudtrail:trail, bucket: bucket, data_events: yes }\n",
                        "delete", "bucket", Duration::hours(1), Strategy::none),
                    Catch::Contains("name the kinds of resources"));
}

TEST_CASE("an apply enables a key that somebody disabled", "[scenarios]") {
  const Answer a = ask(queue_under_key, "disable", "key", Duration::hours(1), Strategy::restore_only);
  CHECK(holds_at_the_end(a, "key", "enabled"));
  CHECK(a.main_run().findings.refused == Approx(3600 + 60));  // an hour, and the minute it takes
}

TEST_CASE("an apply does not enable a key that waits for deletion", "[scenarios]") {
  const Answer a = ask(queue_under_key, "schedule-deletion", "key", Duration::hours(1), Strategy::restore_only);
  CHECK_FALSE(holds_at_the_end(a, "key", "kept"));
}

TEST_CASE("an apply takes a key that waits for deletion for gone, and makes another at once", "[scenarios]") {
  const Answer a = ask(queue_under_key, "schedule-deletion", "key", Duration::hours(1), Strategy::restore_only);
  CHECK(steps(a) == std::vector<std::string>{"key/new-key", "queue/give-new-key", "bucket/give-new-key"});
  CHECK(a.main_run().findings.refused == Approx(3600 + 600));
  REQUIRE(a.main_run().findings.at_rest.size() == 1);  // what the old key encrypted is lost with it
  CHECK(a.main_run().findings.at_rest.front().lost_at == SimTime::after_start(Duration::days(7)));
}

TEST_CASE("an apply gives nobody another key because somebody disabled the imported one", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  key: { type: kms:key, origin: EXTERNAL }
  queue: { type: sqs:queue, kms_key: key }
)",
                       "disable", "key", Duration::hours(1), Strategy::restore_only);
  CHECK(steps(a).empty());
  CHECK_FALSE(holds_at_the_end(a, "queue", "key_works"));
}

TEST_CASE("a deletion that is noticed in time is cancelled, and nobody needs another key", "[scenarios]") {
  const Answer a = ask(queue_under_key, "schedule-deletion", "key", Duration::hours(1), Strategy::full);
  CHECK(steps(a) == std::vector<std::string>{"key/cancel-deletion", "key/enable"});
  CHECK(a.main_run().findings.refused == Approx(3600 + 120 + 60));
}

TEST_CASE("a key that Terraform has deleted is taken back into its state before anybody applies", "[scenarios]") {
  const Answer a = ask(queue_under_key, "delete", "key", Duration::hours(1), Strategy::full);
  CHECK(steps(a) == std::vector<std::string>{"key/cancel-deletion", "key/enable", "key/take-back"});
  CHECK(a.main_run().findings.refused == Approx(3600 + 120 + 60));
}

TEST_CASE("after a key has been destroyed its users get another one, and work for what comes then", "[scenarios]") {
  const Answer a = ask(queue_under_key, "schedule-deletion", "key", Duration::days(9), Strategy::full);
  CHECK(steps(a) == std::vector<std::string>{"key/new-key", "queue/give-new-key", "bucket/give-new-key"});
  // Five minutes for the key, then five for those that use it, by one apply.
  CHECK(a.main_run().findings.refused == Approx(9 * 86400 + 600));
  CHECK(a.main_run().findings.lost == Approx(9 * 86400 + 600));  // nothing else
  REQUIRE(a.main_run().findings.at_rest.size() == 1);
  CHECK(a.main_run().findings.at_rest.front().lost_at == SimTime::after_start(Duration::days(7)));
}

TEST_CASE("a function and a replication get a key in the place of a destroyed one", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key, pending_window: 7d }
  function: { type: lambda:function, role: role, environment: { kms_key: key } }
  bucket: { type: s3:bucket, replication: [{ name: r, destination: copies, role: role }] }
  copies: { type: s3:bucket, kms_key: key }
traffic: [{ to: function, rate: 1/s, via: invoke }, { to: bucket, rate: 1/s }]
)",
                       "schedule-deletion", "key", Duration::days(9), Strategy::full);
  CHECK(a.main_run().findings.refused == Approx(9 * 86400 + 600));
  CHECK(a.main_run().response.outcome.timeline.conditions.size() > 0);
  CHECK(a.main_run().response.unreleased.empty());
}

TEST_CASE("how long the data key of a queue has left delays the end, up to the period of its reuse", "[scenarios]") {
  const auto refused = [](const std::string& queue) {
    return ask("resources:\n  key: { type: kms:key }\n  queue: { type: sqs:queue, kms_key: key" + queue +
                   " }\ntraffic: [{ to: queue, rate: 1/s }]\n",
               "disable", "key", Duration::hours(1), Strategy::full)
        .main_run()
        .findings.refused;
  };
  CHECK(refused("") == Approx(3660));
  CHECK(refused(", key_reuse: 1h, key_held_for: 30m") == Approx(3660 - 1800));
  CHECK(refused(", key_reuse: 10m, key_held_for: 30m") == Approx(3660 - 600));
}

TEST_CASE("an apply switches a mapping on, but leaves a rule off whose state the code does not say", "[scenarios]") {
  const Answer mapping = ask(R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  queue: { type: sqs:queue }
  mapping: { type: lambda:event-source-mapping, source: queue, function: function }
)",
                             "disable", "mapping", Duration::hours(1), Strategy::restore_only);
  CHECK(holds_at_the_end(mapping, "mapping", "switched_on"));
  const Answer rule = ask(R"(
resources:
  bus: { type: events:bus }
  rule: { type: events:rule, bus: bus, targets: [{ name: t, target: queue }] }
  queue: { type: sqs:queue }
)",
                          "disable", "rule", Duration::hours(1), Strategy::restore_only);
  CHECK_FALSE(holds_at_the_end(rule, "rule", "enabled"));
}

TEST_CASE("a schedule that is disabled makes no runs, and an apply enables it", "[scenarios]") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  hourly: { type: scheduler:schedule, every: 1h, role: role, target: queue }
)";
  const Answer none = ask(inventory, "disable", "hourly", Duration::hours(30), Strategy::none);
  CHECK(none.main_run().findings.lost == Approx(20 * 24));
  const Answer applied = ask(inventory, "disable", "hourly", Duration::hours(30), Strategy::restore_only);
  CHECK(applied.main_run().findings.lost == Approx(30));  // those of the hours 1 to 30, none tried again
}

TEST_CASE("a pipe that is stopped leaves what comes in its source, and no apply is said to start it", "[scenarios]") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  from: { type: sqs:queue, retention: 1d }
  to: { type: sqs:queue }
  pipe: { type: pipes:pipe, source: from, target: to, role: role }
traffic: [{ to: from, rate: 1/s }]
)";
  CHECK(ask(inventory, "stop", "pipe", Duration::hours(1), Strategy::none).main_run().findings.lost ==
        Approx(19 * 86400));
  CHECK(ask(inventory, "stop", "pipe", Duration::hours(1), Strategy::full).main_run().findings.lost == 0);
  CHECK(ask(inventory, "stop", "pipe", Duration::hours(1), Strategy::restore_only).main_run().findings.lost ==
        Approx(19 * 86400));
}

TEST_CASE("a service that is to run no tasks answers nobody until it may run them again", "[scenarios]") {
  const std::string_view inventory = R"(
resources:
  web: { type: ecs:service, tasks: 2, start_time: 60s }
traffic: [{ to: web, rate: 1/s }]
)";
  // An hour, two minutes for the call, and the tasks come back to work.
  CHECK(ask(inventory, "scale-to-zero", "web", Duration::hours(1), Strategy::full).main_run().findings.refused ==
        Approx(3600 + 120));
  CHECK(ask(inventory, "scale-to-zero", "web", Duration::hours(1), Strategy::none).main_run().findings.refused ==
        Approx(20 * 86400));
}

TEST_CASE("what lay in a queue that is deleted is not known", "[scenarios]") {
  const auto is_unknown = [](const Answer& a) {
    return std::any_of(a.compiled->assumptions.begin(), a.compiled->assumptions.end(), [](const auto& one) {
      return one.kind == models::Assumption::Kind::unknown && one.says.find("the queue queue") != std::string::npos;
    });
  };
  const std::string_view inventory = "resources: { queue: { type: sqs:queue } }\n";
  CHECK(is_unknown(ask(inventory, "delete", "queue", Duration::hours(1), Strategy::full)));
  CHECK_FALSE(is_unknown(ask(inventory, "break-policy", "queue", Duration::hours(1), Strategy::full)));
}

TEST_CASE("a bucket of us-east-1 is made without naming its Region", "[scenarios]") {
  const auto command = [](const std::string& region) {
    const Answer a = ask("region: " + region + "\nresources: { bucket: { type: s3:bucket } }\n", "delete", "bucket",
                         Duration::hours(1), Strategy::full);
    return recreate_text(a, "bucket").commands.front();
  };
  CHECK(command("us-east-1").find("LocationConstraint") == std::string::npos);
  CHECK(command("eu-west-1").find("LocationConstraint=eu-west-1") != std::string::npos);
}

TEST_CASE("a rule of a security group is put back in its own direction, with what it allows", "[scenarios]") {
  const auto command = [](const std::string& rule) {
    const Answer a = ask(R"(
resources:
  front: { type: ec2:security-group, egress: [{ name: out }] }
  tasks: { type: ec2:security-group, ingress: [{ name: in, peer: front, port: 8080 }] }
)",
                         "remove", rule, Duration::hours(1), Strategy::full);
    return text_of(a.system(), a.compiled->repair(a.compiled->component(rule), "put-back")).commands.back();
  };
  CHECK(command("tasks/ingress/in") ==
        "aws ec2 authorize-security-group-ingress --group-id tasks --ip-permissions "
        R"('[{"IpProtocol":"tcp","FromPort":8080,"ToPort":8080,"UserIdGroupPairs":[{"GroupId":"front"}]}]')");
  CHECK(command("front/egress/out") ==
        "aws ec2 authorize-security-group-egress --group-id front --ip-permissions '{ask.ipPermissions of the event}'");
}

}  // namespace
}  // namespace moshimo::scenarios
