// Who may do what a fault does: policies of the organisation are asked before anything happens.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "input/document.hpp"
#include "models/inventory.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {
namespace {

struct Call {
  std::string verb = "schedule-deletion";
  std::string component = "key";
  std::string by = {};
  SimTime at = {};
  bool code_is_kept = false;
};

Answer ask(std::string_view resources, const std::vector<Call>& calls) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(input::Document::parse("small.yaml",
                                                "version: 1\naccount: '111122223333'\nresources:\n"
                                                "  key: { type: kms:key, tags: { team: shop } }\n" +
                                                    std::string(resources),
                                                input::Format::yaml, diagnostics),
                         *read, diagnostics);
  diagnostics.throw_if_errors();
  Scenario s;
  s.name = "small";
  s.horizon = SimTime::after_start(Duration::days(40));
  for (const Call& call : calls) {
    ScenarioFault fault;
    fault.at = call.at;
    fault.verb = call.verb;
    fault.components = {call.component};
    fault.component_at.resize(1);
    if (!call.by.empty() || call.code_is_kept) {
      fault.call = std::make_shared<const models::CallBy>(models::CallBy{call.by, call.code_is_kept, {}});
    }
    s.faults.push_back(fault);
  }
  s.response.strategy = Strategy::none;
  Answer a = answer(std::make_shared<const Scenario>(s), read, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

std::size_t stopped(const Answer& a) { return a.main_run().response.stopped.size(); }

bool is_there(const Answer& a, std::string_view condition = "kept") {
  const ConditionId c = a.compiled->condition(a.compiled->component("key"), condition);
  return a.main_run().response.outcome.timeline.conditions[c.value].back().value;
}

// A policy of the organisation with one statement that denies.
std::string guard(std::string_view kind, std::string_view rest, std::string_view more = "") {
  return "  guard:\n    type: organizations:policy\n    kind: " + std::string(kind) + "\n" + std::string(more) +
         "    document: { Version: '2012-10-17', Statement: [{ Sid: KeepKeys, Effect: Deny, " + std::string(rest) +
         " }] }\n";
}

std::string rcp(std::string_view action, std::string_view more = "") {
  return guard("RESOURCE_CONTROL_POLICY",
               "Principal: '*', Action: '" + std::string(action) +
                   "', Resource: '*', Condition: { StringNotEquals: { 'aws:ResourceTag/deletable': 'true' } }",
               more);
}

TEST_CASE("nobody stops a deletion where nothing guards the key", "[scenarios][guards]") {
  const Answer a = ask("", {{}});
  CHECK(stopped(a) == 0);
  CHECK_FALSE(is_there(a));
  CHECK(a.compiled->guarded.empty());
}

TEST_CASE("a denied call changes nothing and is told with its statement", "[scenarios][guards]") {
  const Answer a = ask(rcp("kms:ScheduleKeyDeletion"), {{}});
  REQUIRE(stopped(a) == 1);
  CHECK(is_there(a));
  REQUIRE(a.compiled->guarded.size() == 1);
  const models::GuardedCall& call = a.compiled->guarded[0];
  CHECK(call.caller == "an administrator");
  CHECK(call.call == "kms:ScheduleKeyDeletion");
  REQUIRE(call.objections.size() == 1);
  CHECK(call.objections[0].kind == "resource control policy");
  CHECK(call.objections[0].policy == "guard");
  CHECK(call.objections[0].statement == "KeepKeys");
  const Need& need = a.system().actions[call.action].needs[a.main_run().response.stopped[0].need];
  CHECK(
      says(a.system(), need.condition) ==
      "the resource control policy guard (statement KeepKeys) lets an administrator do kms:ScheduleKeyDeletion on key");
}

TEST_CASE("a guard on a tag lets a key go that carries it", "[scenarios][guards]") {
  const std::string other = "  key2: { type: kms:key, tags: { deletable: 'true' } }\n";
  CHECK(stopped(ask(rcp("kms:ScheduleKeyDeletion") + other, {{.component = "key2"}})) == 0);
}

TEST_CASE("kms:Delete* looks as if it kept keys, but scheduling is another call", "[scenarios][guards]") {
  const Answer a = ask(rcp("kms:Delete*"), {{}});
  CHECK(stopped(a) == 0);
  CHECK_FALSE(is_there(a));
  REQUIRE(a.compiled->guarded.at(0).near_misses.size() == 1);
  CHECK(a.compiled->guarded[0].near_misses[0].why == "other_actions");
  CHECK(a.compiled->guarded[0].near_misses[0].words == std::vector<std::string>{"kms:Delete*"});
}

TEST_CASE("whoever may not schedule the deletion may still disable the key or replace its policy",
          "[scenarios][guards]") {
  const Answer a = ask(rcp("kms:ScheduleKeyDeletion"), {{}});
  std::vector<std::string> calls;
  for (const auto& way : a.compiled->guarded.at(0).ways_round) calls.push_back(way.call);
  CHECK(std::count(calls.begin(), calls.end(), "kms:DisableKey") == 1);
  CHECK(std::count(calls.begin(), calls.end(), "kms:PutKeyPolicy") == 1);
  CHECK(std::count(calls.begin(), calls.end(), "kms:DeleteImportedKeyMaterial") == 0);  // it has none of that
  CHECK(stopped(ask(rcp("kms:ScheduleKeyDeletion"), {{.verb = "disable"}})) == 0);
}

TEST_CASE("a policy that is not attached stops nothing, until somebody attaches it", "[scenarios][guards]") {
  const std::string loose = rcp("kms:ScheduleKeyDeletion", "    attached: no\n");
  CHECK(stopped(ask(loose, {{}})) == 0);
  const Call apply{.verb = "apply", .component = "guard"};
  const Call later{.at = SimTime::after_start(Duration::hours(1))};
  const Answer a = ask(loose, {apply, later});
  CHECK(stopped(a) == 1);
  CHECK(is_there(a));
  // And one that is taken away first stops nothing.
  const Call away{.verb = "delete", .component = "guard"};
  CHECK(stopped(ask(rcp("kms:ScheduleKeyDeletion"), {away, later})) == 0);
}

TEST_CASE("a service control policy spares the role its condition names", "[scenarios][guards]") {
  const std::string scp = guard("SERVICE_CONTROL_POLICY",
                                "Action: ['kms:ScheduleKeyDeletion'], Resource: '*', Condition: { ArnNotLike: { "
                                "'aws:PrincipalArn': 'arn:aws:iam::*:role/break-glass' } }");
  const std::string roles = "  break-glass: { type: iam:role }\n  deployer: { type: iam:role }\n";
  CHECK(stopped(ask(scp + roles, {{}})) == 1);
  CHECK(stopped(ask(scp + roles, {{.by = "deployer"}})) == 1);
  const Answer spared = ask(scp + roles, {{.by = "break-glass"}});
  CHECK(stopped(spared) == 0);
  CHECK(spared.compiled->guarded.at(0).near_misses.at(0).why == "condition");
  CHECK(spared.compiled->guarded.at(0).near_misses.at(0).words == std::vector<std::string>{"aws:PrincipalArn"});
}

TEST_CASE("service control policies do not reach the management account or service-linked roles",
          "[scenarios][guards]") {
  const std::string deny = "Action: 'kms:*', Resource: '*'";
  CHECK(stopped(ask(guard("SERVICE_CONTROL_POLICY", deny), {{}})) == 1);
  CHECK(stopped(ask(guard("SERVICE_CONTROL_POLICY", deny, "    management_account: '111122223333'\n"), {{}})) == 0);
  CHECK(stopped(ask(guard("SERVICE_CONTROL_POLICY", deny, "    targets: ['999988887777']\n"), {{}})) == 0);
  CHECK(stopped(ask(guard("SERVICE_CONTROL_POLICY", deny, "    targets: [ou-root-workloads]\n"), {{}})) == 1);
  const std::string linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
  const Answer a = ask(guard("SERVICE_CONTROL_POLICY", deny), {{.by = linked}});
  CHECK(stopped(a) == 0);
  CHECK(a.compiled->guarded.at(0).near_misses.at(0).why == "service_linked_role");
}

// What is told that the answers of guards about faults rest on.
std::vector<std::string> doubts(const Answer& a) {
  std::vector<std::string> told;
  for (const models::Assumption& x : a.compiled->assumptions) {
    const bool is_of_guards = x.says.find("guard") != std::string::npos;
    const bool is_of_a_step = !x.where.empty();
    if (x.kind == models::Assumption::Kind::unknown && is_of_guards && !is_of_a_step) told.push_back(x.says);
  }
  return told;
}

TEST_CASE("that an organisational unit holds the account is told where it counts", "[scenarios][guards]") {
  const auto policy = [](const std::string& targets) {
    return guard("SERVICE_CONTROL_POLICY", "Action: 'kms:*', Resource: '*'", "    targets: [" + targets + "]\n");
  };
  CHECK(doubts(ask(policy("ou-root-workloads"), {{}})) ==
        std::vector<std::string>{
            "guard is attached to ou-root-workloads, which is taken to hold the account of key; where it "
            "does not, kms:ScheduleKeyDeletion is not stopped by it."});
  CHECK(doubts(ask(policy("'111122223333', ou-root-workloads"), {{}})).empty());
  CHECK(doubts(ask(policy("'111122223333'"), {{}})).empty());
  CHECK(doubts(ask(guard("SERVICE_CONTROL_POLICY", "Action: 's3:*', Resource: '*'", "    targets: [ou-root]\n"), {{}}))
            .empty());
}

TEST_CASE("a guard that looks at who calls is told where nobody is named", "[scenarios][guards]") {
  const std::string scp = guard("SERVICE_CONTROL_POLICY",
                                "Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: { ArnNotLike: { "
                                "'aws:PrincipalArn': 'arn:aws:iam::*:role/break-glass' } }") +
                          "  deployer: { type: iam:role }\n";
  CHECK(doubts(ask(scp, {{}})) ==
        std::vector<std::string>{
            "Nobody is named who does kms:ScheduleKeyDeletion on key: guard (statement KeepKeys), which "
            "looks at aws:PrincipalArn, is taken to stop it. `by` names who does it."});
  CHECK(doubts(ask(scp, {{.by = "deployer"}})).empty());
}

TEST_CASE("a guard that looks at what is not known of a call is told", "[scenarios][guards]") {
  const std::string scp = guard("SERVICE_CONTROL_POLICY",
                                "Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: { Bool: { "
                                "'aws:MultiFactorAuthPresent': 'false' } }");
  const Answer a = ask(scp, {{}});
  CHECK(stopped(a) == 0);
  CHECK(doubts(a) ==
        std::vector<std::string>{"Nothing is known of aws:MultiFactorAuthPresent when kms:ScheduleKeyDeletion on "
                                 "key is done: guard (statement KeepKeys) is taken to let it through. `context` "
                                 "gives it."});
  // Tags are known: there are none beside `team`.
  CHECK(doubts(ask(rcp("kms:ScheduleKeyDeletion"), {{}})).empty());
}

TEST_CASE("what has to go before a role or a user keeps them while nobody may take it away", "[scenarios][guards]") {
  const std::string world =
      "  policy: { type: iam:policy }\n"
      "  web: { type: iam:role, policies: policy, inline_policies: { p: { Statement: [{ Effect: Allow, Action: 's3:*', "
      "Resource: '*' }] } } }\n"
      "  profile: { type: iam:instance-profile, role: web }\n"
      "  bare: { type: iam:role }\n"
      "  bob: { type: iam:user, policies: policy, login_profile: {} }\n"
      "  bobs: { type: iam:access-key, user: bob }\n"
      "  eve: { type: iam:user }\n";
  const auto ask_about = [&](const std::string& action, const std::string& component) {
    return ask(world + guard("SERVICE_CONTROL_POLICY", "Action: '" + action + "', Resource: '*'"),
               {{.verb = "delete", .component = component}});
  };
  for (const char* action :
       {"iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteRole"}) {
    INFO(action);
    CHECK(stopped(ask_about(action, "web")) == 1);
    CHECK(stopped(ask_about(action, "bare")) == (std::string_view(action) == "iam:DeleteRole" ? 1 : 0));
  }
  for (const char* action : {"iam:DetachUserPolicy", "iam:DeleteLoginProfile", "iam:DeleteAccessKey"}) {
    INFO(action);
    const Answer a = ask_about(action, "bob");
    const auto& calls = a.compiled->guarded;
    const auto own = std::find_if(calls.begin(), calls.end(), [](const auto& c) { return c.call == "iam:DeleteUser"; });
    REQUIRE(own != calls.end());
    REQUIRE(own->objections.size() == 1);
    CHECK(own->objections[0].call == action);
    CHECK(own->near_misses.empty());
    CHECK(stopped(a) >= 1);
    CHECK(stopped(ask_about(action, "eve")) == 0);
  }
  // By whoever does it, too.
  const std::string ann =
      "  ann: { type: iam:role, inline_policies: { p: { Statement: [{ Effect: Allow, Action: 'iam:DeleteRole', "
      "Resource: '*' }] } } }\n";
  CHECK(stopped(ask(world + ann, {{.verb = "delete", .component = "web", .by = "ann"}})) == 1);
  CHECK(stopped(ask(world + ann, {{.verb = "delete", .component = "bare", .by = "ann"}})) == 0);
}

TEST_CASE("a resource control policy cannot keep a role, since IAM knows none", "[scenarios][guards]") {
  const std::string role = "  web: { type: iam:role }\n";
  const Call gone{.verb = "delete", .component = "web"};
  CHECK(stopped(ask(role + guard("RESOURCE_CONTROL_POLICY", "Principal: '*', Action: 'iam:DeleteRole', Resource: '*'"),
                    {gone})) == 0);
  CHECK(stopped(ask(role + guard("SERVICE_CONTROL_POLICY", "Action: 'iam:DeleteRole', Resource: '*'"), {gone})) == 1);
}

TEST_CASE("a list of what is allowed stops what is not on it", "[scenarios][guards]") {
  const auto list = [](const std::string& action) {
    return "  guard: { type: organizations:policy, allow_list: yes, document: { Statement: { Effect: Allow, Action: '" +
           action + "', Resource: '*' } } }\n";
  };
  CHECK(stopped(ask(list("kms:*"), {{}})) == 0);
  const Answer a = ask(list("s3:*"), {{}});
  CHECK(stopped(a) == 1);
  CHECK(a.compiled->guarded.at(0).objections.at(0).statement.empty());
}

TEST_CASE("the shortest waiting period can be forbidden", "[scenarios][guards]") {
  const std::string scp = guard("SERVICE_CONTROL_POLICY",
                                "Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: { NumericLessThan: { "
                                "'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } }");
  CHECK(stopped(ask(scp + "  short: { type: kms:key, pending_window: 7d }\n", {{.component = "short"}})) == 1);
  CHECK(stopped(ask(scp, {{}})) == 0);  // 30 days unless said otherwise
}

TEST_CASE("whoever does it is bound by documents of their own", "[scenarios][guards]") {
  const auto role = [](const std::string& documents) {
    return "  ann: { type: iam:role, inline_policies: { " + documents + " } }\n";
  };
  const std::string all = "all: { Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }";
  const std::string no = ", no: { Statement: [{ Sid: No, Effect: Deny, Action: 'kms:*', Resource: '*' }] }";
  const std::string queues = "queues: { Statement: [{ Effect: Allow, Action: 'sqs:*', Resource: '*' }] }";
  CHECK(stopped(ask(role(all), {{.by = "ann"}})) == 0);
  const Answer denied = ask(role(all + no), {{.by = "ann"}});
  REQUIRE(stopped(denied) == 1);
  CHECK(denied.compiled->guarded.at(0).objections.at(0).kind == "identity policy");
  CHECK(denied.compiled->guarded.at(0).objections.at(0).statement == "No");
  const Answer missing = ask(role(queues), {{.by = "ann"}});
  REQUIRE(stopped(missing) == 1);
  CHECK(missing.compiled->guarded.at(0).objections.at(0).policy.empty());
  CHECK(stopped(ask(role(queues), {{}})) == 0);  // an administrator is not ann
}

TEST_CASE("nobody of another account does what only a key's or role's own account can do", "[scenarios][guards]") {
  const std::string foreign = "arn:aws:iam::999999999999:role/x";
  const std::string others = "  victim: { type: iam:role }\n  store: { type: s3:bucket }\n";
  const Answer a = ask(others, {{.by = foreign}});
  REQUIRE(stopped(a) == 1);
  CHECK(is_there(a));
  CHECK(says(a.system(), a.compiled->guarded.at(0).objections.at(0).condition) ==
        foreign + " is not of another account than key, in which alone kms:ScheduleKeyDeletion is called on it");
  CHECK(stopped(ask(others, {{.by = "arn:aws:iam::111122223333:role/x"}})) == 0);
  CHECK(stopped(ask(others, {{.verb = "delete", .component = "victim", .by = foreign}})) == 1);
  CHECK(stopped(ask(others, {{.verb = "delete", .component = "store", .by = foreign}})) == 0);  // its policy may
}

TEST_CASE("whoever has been deleted, switched off or frozen does nothing any more", "[scenarios][guards]") {
  const std::string callers =
      "  ann: { type: iam:user }\n  ci: { type: iam:access-key, user: ann }\n  tf: { type: iam:role }\n";
  const SimTime later = SimTime::after_start(Duration::hours(1));
  const auto done = [&](const std::string& verb, const std::string& to, const std::string& by) {
    return stopped(ask(callers, {{.verb = verb, .component = to}, {.by = by, .at = later}})) == 0;
  };
  CHECK_FALSE(done("delete", "ann", "ann"));
  CHECK_FALSE(done("delete", "ann", "ci"));
  CHECK_FALSE(done("deactivate", "ci", "ci"));
  CHECK(done("deactivate", "ci", "ann"));
  CHECK_FALSE(done("delete", "tf", "tf"));
  CHECK_FALSE(done("delete", "tf", "arn:aws:iam::111122223333:role/tf"));
  CHECK(done("delete", "tf", "arn:aws:iam::111122223333:role/other"));
  CHECK_FALSE(done("freeze", "tf", "tf"));
  CHECK(done("delete", "ann", "tf"));
  // What one call after the other does within the seconds that a deletion takes to reach everywhere still happens.
  CHECK(stopped(ask(callers, {{.verb = "delete", .component = "tf", .by = "tf"}, {.by = "tf"}})) == 0);
}

TEST_CASE("prevent_destroy keeps what is still in the code, and nothing else", "[scenarios][guards]") {
  const std::string queue = "  jobs: { type: sqs:queue, prevent_destroy: yes }\n";
  Call gone{.verb = "delete", .component = "jobs"};
  const Answer a = ask(queue, {gone});
  CHECK(stopped(a) == 0);
  CHECK(a.compiled->guarded.at(0).near_misses.at(0).why == "code_is_gone");
  gone.code_is_kept = true;
  const Answer kept = ask(queue, {gone});
  REQUIRE(stopped(kept) == 1);
  CHECK(says(kept.system(), kept.compiled->guarded.at(0).objections.at(0).condition) ==
        "prevent_destroy lets Terraform destroy jobs");
}

TEST_CASE("deletion protection keeps a database", "[scenarios][guards]") {
  const Call gone{.verb = "delete", .component = "db"};
  CHECK(stopped(ask("  db: { type: rds:db-instance, deletion_protection: yes }\n", {gone})) == 1);
  CHECK(stopped(ask("  db: { type: rds:db-instance }\n", {gone})) == 0);
  const Call table{.verb = "delete", .component = "table"};
  CHECK(stopped(ask("  table: { type: dynamodb:table, deletion_protection: yes }\n", {table})) == 1);
  CHECK(stopped(ask("  table: { type: dynamodb:table }\n", {table})) == 0);
}

TEST_CASE("a caller that is nobody is a mistake", "[scenarios][guards]") {
  CHECK_THROWS_WITH(
      ask("", {{.by = "nobody"}}),
      Catch::Contains("'nobody' is neither in the inventory nor the ARN of a role, a user or a root user"));
}

TEST_CASE("a document that is no policy is a mistake of its place", "[scenarios][guards]") {
  CHECK_THROWS_WITH(
      ask("  guard: { type: organizations:policy, document: { Statement: [{ Effect: Denied }] } }\n", {{}}),
      Catch::Contains("the policy document of 'guard'"));
}

}  // namespace
}  // namespace moshimo::scenarios
