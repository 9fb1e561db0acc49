// Who may take on a role is decided by its trust policy, at the start and after faults.
#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "input/document.hpp"
#include "models/inventory.hpp"
#include "scenarios/answer.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

using Kind = models::Assumption::Kind;

Answer answer_of(const std::string& resources, const std::string& faults, Strategy strategy, const std::string& to,
                 input::Diagnostics& diagnostics) {
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(input::Document::parse("small.yaml",
                                                "version: 1\naccount: '111122223333'\nregion: eu-west-1\nresources:\n" +
                                                    resources + "traffic: [{ to: " + to + ", rate: 1/s }]\n",
                                                input::Format::yaml, diagnostics),
                         *read, diagnostics);
  auto document = std::make_shared<const input::Document>(
      input::Document::parse("small.scenario.yaml",
                             "version: 1\nname: small\ninventory: small.yaml\nhorizon: 2h\nresponse: { strategy: none, "
                             "detect: 10m }\nfaults: [" +
                                 faults + "]\n",
                             input::Format::yaml, diagnostics));
  Scenario scenario = read_scenario(document, "small.scenario.yaml", diagnostics);
  scenario.response.strategy = strategy;
  return answer(std::make_shared<const Scenario>(std::move(scenario)), read, models::embedded_catalogue(), diagnostics);
}

Answer ask(const std::string& resources, const std::string& faults = "", Strategy strategy = Strategy::none,
           const std::string& to = "orders") {
  input::Diagnostics diagnostics;
  Answer a = answer_of(resources, faults, strategy, to, diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

const HopLedger& ledger(const Answer& a, const std::string& hop) {
  const System& system = a.system();
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    if (system.hops[HopId(h)].name == hop) return a.main_run().response.outcome.hops[h];
  }
  throw std::out_of_range("there is no hop " + hop);
}

double delivered(const Answer& a, const std::string& hop) {
  const HopLedger& l = ledger(a, hop);
  return l.on_time + l.late;
}

// Of one event a second for two hours, how many are not done when they come.
double held_up(const Answer& a, const std::string& hop = "orders/run") {
  const HopLedger& l = ledger(a, hop);
  return l.offered - l.on_time;
}

std::vector<std::string> told(const Answer& a, Kind kind) {
  std::vector<std::string> list;
  for (const models::Assumption& assumption : a.compiled->assumptions) {
    if (assumption.kind == kind) list.push_back(assumption.says);
  }
  return list;
}

std::string allow(const std::string& principal, const std::string& more = "") {
  return "{ Sid: In, Effect: Allow, Principal: { " + principal + " }, Action: 'sts:AssumeRole'" + more + " }";
}
const std::string lambda = "Service: lambda.amazonaws.com";

std::string function_with(const std::string& statements) {
  return "  orders: { type: lambda:function, role: worker }\n"
         "  worker: { type: iam:role, trust_policy: { Statement: [" +
         statements + "] } }\n";
}

// ---- services -------------------------------------------------------------------------------------------------------

TEST_CASE("a function runs when the trust policy of its role names Lambda, and not when it names another service",
          "[trust]") {
  CHECK(held_up(ask(function_with(allow(lambda)))) == 0);
  CHECK(held_up(ask(function_with(allow("Service: [ec2.amazonaws.com, lambda.amazonaws.com]")))) == 0);
  const Answer other = ask(function_with(allow("Service: ec2.amazonaws.com")));
  CHECK(held_up(other) == 7200);
  REQUIRE(told(other, Kind::denied_at_start).size() == 1);
  CHECK(told(other, Kind::denied_at_start).front() ==
        "lambda.amazonaws.com may not sts:AssumeRole on worker from the start: no trust policy allows it.");
}

TEST_CASE("the name of a service in its Region is as good", "[trust]") {
  CHECK(held_up(ask(function_with(allow("Service: lambda.eu-west-1.amazonaws.com")))) == 0);
  CHECK(held_up(ask(function_with(allow("Service: lambda.eu-west-2.amazonaws.com")))) == 7200);
}

TEST_CASE("a Deny in a trust policy shuts out whom an Allow lets in", "[trust]") {
  const std::string deny = ", { Effect: Deny, Principal: { " + lambda + " }, Action: 'sts:AssumeRole' }";
  CHECK(held_up(ask(function_with(allow(lambda) + deny))) == 7200);
}

TEST_CASE("conditions on the account and the function for which a service comes decide", "[trust]") {
  const auto with = [](const std::string& key, const std::string& value) {
    return held_up(
        ask(function_with(allow(lambda, ", Condition: { StringLike: { '" + key + "': '" + value + "' } }"))));
  };
  CHECK(with("aws:SourceAccount", "111122223333") == 0);
  CHECK(with("aws:SourceAccount", "444455556666") == 7200);
  CHECK(with("aws:SourceArn", "arn:aws:lambda:eu-west-1:111122223333:function:orders") == 0);
  CHECK(with("aws:SourceArn", "arn:aws:lambda:eu-west-1:111122223333:function:refunds") == 7200);
}

TEST_CASE("what a service sends is not known where the policy speaks of another kind of thing", "[trust]") {
  const Answer a = ask(function_with(
      allow(lambda, ", Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:111122223333:layer:x' } }")));
  CHECK(held_up(a) == 0);
  CHECK(told(a, Kind::granted_policies)
            .front()
            .find("lambda.amazonaws.com is taken to be allowed sts:AssumeRole on worker") == 0);
}

// ---- changes --------------------------------------------------------------------------------------------------------

TEST_CASE("a statement that goes from a trust policy shuts out whom it let in, until it is put back", "[trust]") {
  const std::string change = "{ at: 1h, remove-trust-statement: worker, statement: In }";
  CHECK(held_up(ask(function_with(allow(lambda)), change)) == Approx(3600));
  const Answer mended = ask(function_with(allow(lambda)), change, Strategy::full);
  CHECK(held_up(mended) > 600);
  CHECK(held_up(mended) < 1800);
  CHECK(ledger(mended, "orders/run").waiting == 0);
}

TEST_CASE("another trust policy decides from then on", "[trust]") {
  const auto with = [](const std::string& principal) {
    return held_up(ask(function_with(allow(lambda)),
                       "{ at: 1h, replace-trust: worker, document: { Statement: [" + allow(principal) + "] } }"));
  };
  CHECK(with("Service: [lambda.amazonaws.com, ec2.amazonaws.com]") == 0);
  CHECK(with("Service: ec2.amazonaws.com") == Approx(3600));
}

TEST_CASE("an Allow that is added lets a service in that was shut out", "[trust]") {
  CHECK(held_up(ask(function_with(allow("Service: ec2.amazonaws.com")),
                    "{ at: 1h, add-trust-statement: worker, statement: " + allow(lambda) + " }")) ==
        Approx(3600).margin(30));
}

TEST_CASE("a change of a trust policy leaves alone what the role may do", "[trust]") {
  const std::string inventory =
      "  orders: { type: lambda:function, role: worker, calls: [{ to: store, essential: no }] }\n"
      "  store: { type: s3:bucket }\n"
      "  worker: { type: iam:role, inline_policies: { w: { Statement: [{ Sid: In, Effect: Allow, Action: "
      "'s3:PutObject', "
      "Resource: '*' }] } }, trust_policy: { Statement: [" +
      allow(lambda) + "] } }\n";
  const Answer own = ask(inventory, "{ at: 1h, remove-statement: worker, statement: In }");
  CHECK(held_up(own) == 0);
  CHECK(ledger(own, "orders/calls/0/call-from-function").lost == Approx(3600));
}

// ---- principals of AWS ----------------------------------------------------------------------------------------------

// The function calls with a role of its own, which it takes on as `worker`.
std::string chain(const std::string& statements, const std::string& worker = "") {
  return "  orders: { type: lambda:function, role: worker, calls: [{ to: store, as: carrier, essential: no }] }\n"
         "  store: { type: s3:bucket }\n"
         "  worker: { type: iam:role, unique_id: AROAWORKER0000000001" +
         worker +
         " }\n"
         "  carrier: { type: iam:role, trust_policy: { Statement: [" +
         statements + "] } }\n";
}
const std::string store_calls = "orders/calls/0/call-from-function";

TEST_CASE("a role is taken on by whom its trust policy names, by ARN, by ID or by account", "[trust]") {
  const auto lost = [](const std::string& principal) {
    return ledger(ask(chain(allow("AWS: '" + principal + "'"))), store_calls).lost;
  };
  CHECK(lost("arn:aws:iam::111122223333:role/worker") == 0);
  CHECK(lost("arn:aws:iam::111122223333:role/somebody") == 7200);
  CHECK(lost("AROAWORKER0000000001") == 0);
  CHECK(lost("AROASOMEBODYWHOISGONE") == 7200);  // a dead ID
  CHECK(lost("arn:aws:iam::111122223333:root") == 0);
  CHECK(lost("arn:aws:iam::444455556666:root") == 7200);
}

TEST_CASE("where the account is trusted the role's own policies decide", "[trust]") {
  const auto lost = [](const std::string& actions) {
    return ledger(ask(chain(allow("AWS: 'arn:aws:iam::111122223333:root'"),
                            ", inline_policies: { w: { Statement: [{ Effect: Allow, Action: '" + actions +
                                "', Resource: '*' }] } }")),
                  store_calls)
        .lost;
  };
  CHECK(lost("sts:AssumeRole") == 0);
  CHECK(lost("s3:GetObject") == 7200);
}

TEST_CASE("an external ID that nobody knows is taken to be right, and told", "[trust]") {
  const Answer a = ask(chain(allow("AWS: 'arn:aws:iam::111122223333:role/worker'",
                                   ", Condition: { StringEquals: { 'sts:ExternalId': secret } }")));
  CHECK(ledger(a, store_calls).lost == 0);
  CHECK_FALSE(told(a, Kind::granted_policies).empty());
}

TEST_CASE("a role that is made again is a stranger to a trust policy that names it, by its ARN or its ID", "[trust]") {
  for (const std::string principal : {"arn:aws:iam::111122223333:role/worker", "AROAWORKER0000000001"}) {
    CAPTURE(principal);
    const Answer a = ask(chain(allow("AWS: '" + principal + "'")), "{ at: 30m, delete: [worker] }", Strategy::full);
    const std::vector<std::string> done = steps(a);
    CHECK(std::any_of(done.begin(), done.end(), [](const std::string& step) { return step.starts_with("carrier/"); }));
    CHECK(holds_at_the_end(a, "carrier", "exists"));
    const Answer alone = ask(chain(allow("AWS: '" + principal + "'")), "{ at: 30m, delete: [worker] }");
    CHECK(delivered(a, store_calls) > delivered(alone, store_calls) + 1800);
  }
}

// ---- tokens ---------------------------------------------------------------------------------------------------------

std::string pods(const std::string& subject, const std::string& federated = "oidc.eks.eu-west-1.amazonaws.com/id/E1") {
  return "  c: { type: eks:cluster, role: cluster-role }\n"
         "  cluster-role: { type: iam:role }\n"
         "  sa: { type: eks:service-account, cluster: c, role: worker, namespace: shop, service_account: orders, "
         "calls: "
         "[{ to: store }] }\n"
         "  store: { type: s3:bucket }\n"
         "  worker: { type: iam:role, trust_policy: { Statement: [{ Effect: Allow, Principal: { Federated: "
         "'arn:aws:iam::111122223333:oidc-provider/" +
         federated +
         "' }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: { StringEquals: { "
         "'oidc.eks.eu-west-1.amazonaws.com/id/E1:aud': sts.amazonaws.com, "
         "'oidc.eks.eu-west-1.amazonaws.com/id/E1:sub': '" +
         subject + "' } } }] } }\n";
}

TEST_CASE("a service writes into a dead-letter queue under its own name, whoever may take on the role", "[trust]") {
  const std::string service = "Service: events.amazonaws.com";
  const Answer a =
      ask("  clicks: { type: events:rule, targets: [{ name: t, target: s, role: r, dead_letter: q }] }\n"
          "  default: { type: events:bus }\n"
          "  s: { type: kinesis:stream }\n"
          "  r: { type: iam:role, trust_policy: { Statement: [" +
              allow(service) +
              "] } }\n"
              "  q: { type: sqs:queue, consumer: none, policy: [{ allows: events.amazonaws.com, by: service }],\n"
              "    policy_document: { Statement: [{ Effect: Allow, Principal: { " +
              service + " }, Action: 'sqs:SendMessage', Resource: '*' }] } }\n",
          "{ at: 0s, delete: r }", Strategy::none, "clicks");
  CHECK(told(a, Kind::denied_at_start).empty());
  double lost = 0;
  for (const HopLedger& l : a.main_run().response.outcome.hops) {
    for (const LossWindow& w : l.losses) lost += w.events;
  }
  CHECK(lost == 0);
}

TEST_CASE("pods take on a role by the token of their service account", "[trust]") {
  const auto stored = [](const std::string& inventory) {
    return delivered(ask(inventory, "", Strategy::none, "sa"), "sa/calls/0/call");
  };
  CHECK(stored(pods("system:serviceaccount:shop:orders")) == 7200);
  CHECK(stored(pods("system:serviceaccount:shop:refunds")) == 0);
  CHECK(stored(pods("system:serviceaccount:shop:orders", "token.actions.githubusercontent.com")) == 0);
}

TEST_CASE("a container's role and its instances' role are taken on by different services", "[trust]") {
  const auto denied = [](const std::string& task, const std::string& host) {
    return told(ask("  web: { type: ecs:service, launch_type: EC2, tasks: 1, task_role: t, instance_profile: p }\n"
                    "  t: { type: iam:role, trust_policy: { Statement: [" +
                        allow("Service: " + task) +
                        "] } }\n  p: { type: iam:instance-profile, role: h }\n"
                        "  h: { type: iam:role, trust_policy: { Statement: [" +
                        allow("Service: " + host) + "] } }\n",
                    "", Strategy::none, "web"),
                Kind::denied_at_start)
        .size();
  };
  CHECK(denied("ecs-tasks.amazonaws.com", "ec2.amazonaws.com") == 0);
  CHECK(denied("ecs.amazonaws.com", "ec2.amazonaws.com") == 1);
}

}  // namespace
}  // namespace moshimo::scenarios
