// What people find and do when roles are gone, on small worlds with the built-in catalogue.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/dependencies.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

const Step* step_of(const Answer& a, std::string_view component, std::string_view repair) {
  const RepairId id = a.compiled->repair(a.compiled->component(component), repair);
  REQUIRE(id.is_set());
  for (const Step& s : a.main_run().response.steps) {
    if (std::find(s.repairs.begin(), s.repairs.end(), id) != s.repairs.end()) return &s;
  }
  return nullptr;
}

const Repair& repair_of(const Answer& a, std::string_view component, std::string_view repair) {
  return a.system().repairs[a.compiled->repair(a.compiled->component(component), repair)];
}

RepairText text_of_repair(const Answer& a, std::string_view component, std::string_view repair) {
  return text_of(a.system(), a.compiled->repair(a.compiled->component(component), repair));
}

bool is_assumed(const Answer& a, models::Assumption::Kind kind, std::string_view words, std::string_view of) {
  const ComponentId c = a.compiled->component(of);
  return std::any_of(a.compiled->assumptions.begin(), a.compiled->assumptions.end(), [&](const auto& one) {
    return one.kind == kind && one.says.find(words) != std::string::npos &&
           std::find(one.where.begin(), one.where.end(), c) != one.where.end();
  });
}

SimTime minutes(double n) { return SimTime::after_start(Duration::minutes(n)); }

constexpr std::string_view shop = R"(
resources:
  web-task: { type: iam:role }
  web: { type: ecs:service, task_role: web-task }
  fn-role: { type: iam:role }
  fn: { type: lambda:function, role: fn-role }
  box-role: { type: iam:role }
  box-profile: { type: iam:instance-profile, role: box-role }
  box: { type: ec2:instance, profile: box-profile }
traffic: [{ to: web, rate: 1/s }, { to: fn, rate: 1/s }]
)";

TEST_CASE("a lost role hurts the workload that runs with it, though nobody said what it calls", "[scenarios]") {
  const Answer a = ask(shop, {{"web-task", "fn-role", "box-role"}});
  for (const char* name : {"web", "fn", "box"}) {
    INFO(name);
    const ComponentId c = a.compiled->component(name);
    const auto& effects = a.nobody_acts().findings.effects;
    CHECK(std::any_of(effects.begin(), effects.end(), [&](const Effect& e) {
      return e.component == c && e.kind == EffectKind::impaired && e.hop.is_set() &&
             a.system().hops[e.hop].name == std::string(name) + "/own-calls" &&
             e.from == SimTime::after_start(Duration::seconds(4));
    }));
  }
  CHECK(is_assumed(a, models::Assumption::Kind::unknown, "What web does with web-task is not given", "web"));
  CHECK(is_assumed(a, models::Assumption::Kind::unknown, "What fn does with fn-role is not given", "fn"));
  CHECK(is_assumed(a, models::Assumption::Kind::unknown, "What box does with box-profile is not given", "box"));
}

TEST_CASE("listed calls take the place of what is not known", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  web-task: { type: iam:role }
  web: { type: ecs:service, task_role: web-task, calls: [{ name: put, to: queue, ratio: 0.5, essential: no }] }
  queue: { type: sqs:queue }
traffic: [{ to: web, rate: 4/s }]
)",
                       {{"web-task"}, Duration::hours(1), 1, Strategy::none});
  CHECK_FALSE(is_assumed(a, models::Assumption::Kind::unknown, "is not given", "web"));
  double lost = 0;
  for (std::size_t h = 0; h < a.system().hops.size(); ++h) {
    if (a.system().hops[HopId(h)].name == "web/calls/put/call") lost = a.main_run().response.outcome.hops[h].lost;
  }
  // Half of 4/s from 4 s on, until the one task ends, half of its fortnight old at the start.
  CHECK(lost == Approx(2.0 * (7 * 86400 - 4)).epsilon(1e-6));
}

constexpr std::string_view function_under_key = R"(
resources:
  role: { type: iam:role }
  fn: { type: lambda:function, role: role, environment: {}, published: yes }
traffic: [{ to: fn, rate: 1/s }]
)";

TEST_CASE("a function created again after its role has a fresh grant", "[scenarios]") {
  for (const Strategy strategy : {Strategy::full, Strategy::restore_only}) {
    const Answer a = ask(function_under_key, {{"role", "fn"}, Duration::minutes(40), 2, strategy});
    CHECK(holds_at_the_end(a, "fn", "grant"));
    CHECK(holds_at_the_end(a, "fn", "version_grant"));
    CHECK(step_of(a, "fn", "recreate") != nullptr);
    CHECK(step_of(a, "fn", "swap-role") == nullptr);
    CHECK(step_of(a, "fn", "publish") == nullptr);
  }
  // By itself the role leaves it behind, and nobody creates the function anew for the grant's sake.
  const Answer role_only = ask(function_under_key, {{"role"}, Duration::minutes(40), 2, Strategy::restore_only});
  CHECK_FALSE(holds_at_the_end(role_only, "fn", "grant"));
  CHECK(step_of(role_only, "fn", "recreate") == nullptr);
  const Answer mended = ask(function_under_key, {{"role"}});
  CHECK(holds_at_the_end(mended, "fn", "grant"));
  CHECK(step_of(mended, "fn", "swap-role") != nullptr);
  CHECK(step_of(mended, "fn", "recreate") == nullptr);
}

TEST_CASE("a function replaced with its role has a fresh grant, one whose role alone is replaced has not",
          "[scenarios]") {
  for (const Duration gap : {Duration{}, Duration::seconds(30)}) {
    const Answer both = ask(function_under_key, {{"role", "fn"}, {}, 1, Strategy::none, false, gap});
    CHECK(holds_at_the_end(both, "fn", "grant"));
    CHECK(holds_at_the_end(both, "fn", "version_grant"));
    const Answer role_only = ask(function_under_key, {{"role"}, {}, 1, Strategy::none, false, gap});
    CHECK_FALSE(holds_at_the_end(role_only, "fn", "grant"));
  }
}

TEST_CASE("a bucket made again names the present role in its policy", "[scenarios]") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket, policy: [{ name: p, allows: role, by: role-id }] }
)";
  CHECK(holds_at_the_end(ask(inventory, {{"role", "bucket"}, Duration::minutes(40), 1, Strategy::restore_only}),
                         "bucket/policy/p", "valid"));
  CHECK_FALSE(holds_at_the_end(ask(inventory, {{"role"}, {}, 1, Strategy::restore_only}), "bucket/policy/p", "valid"));
}

TEST_CASE("a key whose deletion is cancelled is the old one, and its policy names whom it named", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key, policy: [{ name: p, allows: role }] }
)",
                       {{"role", "key"}});
  CHECK(repair_of(a, "key", "cancel-deletion").refreshes.empty());
}

TEST_CASE("requests through a load balancer are refused, as those to the service itself", "[scenarios]") {
  const std::string_view resources = R"(
resources:
  exec: { type: iam:role }
  alb: { type: elbv2:load-balancer, targets: [tg] }
  tg: { type: elbv2:target-group }
  web: { type: ecs:service, execution_role: exec, target_group: tg, task_lifetime: 1d, tasks: 4 }
)";
  for (const char* entry : {"alb", "tg", "web"}) {
    INFO(entry);
    const Answer a = ask(std::string(resources) + "traffic: [{ to: " + entry + ", rate: 10/s }]\n",
                         {{"exec"}, {}, 1, Strategy::none});
    const Findings& f = a.nobody_acts().findings;
    REQUIRE(f.availability.size() == 1);
    // Ages of 1/8, 3/8, 5/8 and 7/8 of a day: the last task ends after 21 h.
    CHECK(f.availability.front().refused == Approx(10.0 * (30 * 86400 - 21 * 3600)).epsilon(1e-6));
    CHECK(f.lost == Approx(f.availability.front().refused));
  }
}

constexpr std::string_view behind_a_queue = R"(
resources:
  role: { type: iam:role }
  dead: { type: sqs:queue, retention: 14d }
  queue: { type: sqs:queue, dead_letter: dead, max_receives: 3 }
  fn: { type: lambda:function, role: role, environment: {} }
  mapping: { type: lambda:event-source-mapping, source: queue, function: fn }
traffic: [{ to: queue, rate: 1/s }]
)";

TEST_CASE("a mapping is switched on again only when its function works", "[scenarios]") {
  const Answer a = ask(behind_a_queue, {{"role"}, Duration::hours(3), 1});
  const Step* swap = step_of(a, "fn", "swap-role");
  const Step* enable = step_of(a, "mapping", "enable");
  REQUIRE(swap);
  REQUIRE(enable);
  CHECK(enable->start >= swap->done);
  CHECK(a.main_run().findings.lost == 0);
  CHECK(a.main_run().findings.waiting == 0);  // nothing was burnt into the dead-letter queue
}

TEST_CASE("an apply switches a mapping on though its function still fails", "[scenarios]") {
  const Answer a = ask(behind_a_queue, {{"role"}, Duration::hours(3), 1, Strategy::restore_only});
  CHECK(holds_at_the_end(a, "mapping", "on"));
  CHECK_FALSE(holds_at_the_end(a, "fn", "grant"));
  // What waited is received three times in vain and lies in the dead-letter queue until it is 14 days old.
  CHECK(a.main_run().findings.lost == Approx(16 * 86400 - 4));
  CHECK(a.main_run().findings.waiting == Approx(14 * 86400));
}

TEST_CASE("a mapping is named by its UUID, which is looked up where it is not given", "[scenarios]") {
  const Answer unknown = ask(behind_a_queue, {{"role"}});
  const RepairText enable = text_of_repair(unknown, "mapping", "enable");
  REQUIRE(enable.commands.size() == 2);
  CHECK(enable.commands[0].find("list-event-source-mappings --function-name fn ") != std::string::npos);
  CHECK(enable.commands[1].find("--uuid <uuid of mapping> --enabled") != std::string::npos);

  const Answer known = ask(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  fn: { type: lambda:function, role: role }
  mapping: { type: lambda:event-source-mapping, source: queue, function: fn, uuid: 91eaeb7e-c976 }
)",
                           {{"role"}});
  CHECK(text_of_repair(known, "mapping", "enable").commands ==
        std::vector<std::string>{"aws lambda update-event-source-mapping --uuid 91eaeb7e-c976 --enabled"});
}

TEST_CASE("a role is given back the policies that are known, each with its own command", "[scenarios]") {
  const Answer a = ask(R"(
account: '111122223333'
resources:
  reads: { type: iam:policy }
  some:
    type: iam:role
    policies: [reads, "arn:aws:iam::aws:policy/ReadOnlyAccess"]
    inline_policies: { writes: { Statement: { Effect: Allow, Action: 's3:PutObject', Resource: '*' } } }
  none: { type: iam:role }
  person: { type: iam:user, policies: [reads] }
  fn: { type: lambda:function, role: some }
)",
                       {{"some"}});
  const auto commands = [&](std::string_view who) {
    std::vector<std::string> list = text_of_repair(a, who, "reattach").commands;
    if (who != "person") list.pop_back();  // its tags
    return list;
  };
  CHECK(commands("some") ==
        std::vector<std::string>{
            "aws iam attach-role-policy --role-name some --policy-arn arn:aws:iam::111122223333:policy/reads",
            "aws iam attach-role-policy --role-name some --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess",
            "aws iam put-role-policy --role-name some --policy-name writes --policy-document file://writes.json"});
  CHECK(
      commands("none") ==
      std::vector<std::string>{
          "aws iam attach-role-policy --role-name none --policy-arn <policy-arn>",
          "aws iam put-role-policy --role-name none --policy-name <policy-name> --policy-document file://policy.json"});
  CHECK(commands("person") ==
        std::vector<std::string>{
            "aws iam attach-user-policy --user-name person --policy-arn arn:aws:iam::111122223333:policy/reads"});
}

TEST_CASE("the error of a stale grant is seen when the role is there again, not before", "[scenarios]") {
  const Answer a = ask(function_under_key, {{"role"}, Duration::minutes(40), 1});
  const auto first_seen = [&](const Findings& f, std::string_view words) {
    SimTime first = SimTime::never();
    for (const SeenSymptom& s : f.symptoms) {
      if (s.symptom->text.find(words) != std::string::npos) first = std::min(first, s.at);
    }
    return first;
  };
  CHECK(first_seen(a.nobody_acts().findings, "KMSAccessDeniedException").is_never());
  CHECK(first_seen(a.main_run().findings, "KMSAccessDeniedException") ==
        minutes(45.25));  // 5 min and 15 s after 40 min
  CHECK(first_seen(a.main_run().findings, "cannot be assumed by Lambda") == SimTime::after_start(Duration::seconds(4)));
}

TEST_CASE("a job notices that it may not run when it is due", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  role: { type: iam:role }
  job: { type: scheduler:schedule, every: 15m, role: role, target: queue }
  queue: { type: sqs:queue }
)",
                       {{"role"}, {}, 1, Strategy::none});
  const auto& symptoms = a.nobody_acts().findings.symptoms;
  const auto seen = std::find_if(symptoms.begin(), symptoms.end(), [](const SeenSymptom& s) {
    return s.symptom->text.find("TargetErrorCount") != std::string::npos;
  });
  REQUIRE(seen != symptoms.end());
  CHECK(seen->at == minutes(15));
}

TEST_CASE("a queue that nobody is said to let in is listed", "[scenarios]") {
  const std::string_view topic = R"(
resources:
  role: { type: iam:role }
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: queue }] }
)";
  const Answer silent = ask(std::string(topic) + "  queue: { type: sqs:queue }\n", {{"role"}});
  CHECK(is_assumed(silent, models::Assumption::Kind::granted_policies, "sns.amazonaws.com", "queue"));
  const Answer said =
      ask(std::string(topic) + "  queue: { type: sqs:queue, policy: [{ allows: sns.amazonaws.com, by: service }] }\n",
          {{"role"}});
  CHECK_FALSE(is_assumed(said, models::Assumption::Kind::granted_policies, "sns.amazonaws.com", "queue"));
}

TEST_CASE("what one apply does counts piece by piece, and by hand it is done one after the other", "[scenarios]") {
  const std::string_view inventory = R"(
resources:
  a-role: { type: iam:role }
  b-role: { type: iam:role }
  c-role: { type: iam:role }
)";
  const Answer applied = ask(inventory, {{"a-role", "b-role", "c-role"}, Duration::hours(1), 1});
  CHECK(step_of(applied, "a-role", "recreate") == step_of(applied, "c-role", "recreate"));
  // Five minutes for the roles; once they show, 15 s later, two for their policies.
  const Step* apply = step_of(applied, "c-role", "recreate");
  CHECK(apply == step_of(applied, "c-role", "reattach"));
  CHECK(apply->repair_done.front() == minutes(65));
  CHECK(apply->repair_done.back() == minutes(67.25));
  CHECK(apply->done == minutes(67.25));
  const Answer by_hand = ask(inventory, {{"a-role", "b-role", "c-role"}, Duration::hours(1), 1, Strategy::full, true});
  // Five minutes for a role and two for its policies, three times, and 15 s until the last role can be used.
  CHECK(by_hand.main_run().response.steps.size() == 6);
  CHECK(by_hand.main_run().response.steps.back().done == minutes(81.25));
}

TEST_CASE("what merely gets less is explained by what comes before it", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  exec: { type: iam:role }
  to-stream: { type: iam:role }
  to-bucket: { type: iam:role }
  web: { type: ecs:service, execution_role: exec, logs: { group: /ecs/web } }
  /ecs/web: { type: logs:log-group, subscriptions: [{ name: s, destination: stream, role: to-stream }] }
  stream: { type: firehose:delivery-stream, role: to-bucket, destination: bucket }
  bucket: { type: s3:bucket }
)",
                       {{"exec"}});
  Dependencies dependencies(a.system());
  const ComponentId exec = a.compiled->component("exec");
  const std::vector<Reached> reached = dependencies.dependents_of({exec});
  for (const char* name : {"/ecs/web", "/ecs/web/subscriptions/s", "stream", "bucket"}) {
    INFO(name);
    const ComponentId c = a.compiled->component(name);
    const auto r = std::find_if(reached.begin(), reached.end(), [c](const Reached& x) { return x.component == c; });
    REQUIRE(r != reached.end());
    CHECK_FALSE(r->breaks);
    CHECK(r->hop.is_set());
  }
}

TEST_CASE("every policy is fetched before it is saved, and looked at afterwards", "[scenarios]") {
  const Answer a = ask(R"(
resources:
  role: { type: iam:role }
  bucket: { type: s3:bucket, policy: [{ name: p, allows: role }] }
  queue: { type: sqs:queue }
  topic: { type: sns:topic }
  key: { type: kms:key }
  bus: { type: events:bus }
  stream: { type: kinesis:stream }
  secret: { type: secretsmanager:secret }
  images: { type: ecr:repository }
  table: { type: dynamodb:table }
)",
                       {{"role"}});
  for (const char* name : {"bucket", "queue", "topic", "key", "bus", "stream", "secret", "images", "table"}) {
    INFO(name);
    const RepairText restore = text_of_repair(a, name, "restore-policy");
    REQUIRE(restore.commands.size() == 2);
    const std::string& first = restore.commands[0];
    CHECK((first.find(" get-") != std::string::npos || first.find(" describe-") != std::string::npos));
    CHECK(restore.verify == restore.commands[0]);
  }
  CHECK(text_of_repair(a, "bucket/policy/p", "resave").commands ==
        text_of_repair(a, "bucket", "restore-policy").commands);
}

}  // namespace
}  // namespace moshimo::scenarios
