// What policy documents of an inventory say decides what its principals may do.
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

using Kind = models::Assumption::Kind;

struct Deed {
  std::string verb;
  std::string component;
  std::string policy = {};
};

Answer ask(std::string_view resources, const std::vector<Deed>& deeds, Strategy strategy = Strategy::none) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(input::Document::parse("small.yaml",
                                                "version: 1\naccount: '111122223333'\nresources:\n" +
                                                    std::string(resources) + "traffic: [{ to: orders, rate: 1/s }]\n",
                                                input::Format::yaml, diagnostics),
                         *read, diagnostics);
  diagnostics.throw_if_errors();
  Scenario s;
  s.name = "small";
  s.horizon = SimTime::after_start(Duration::hours(1));
  for (const Deed& deed : deeds) {
    ScenarioFault fault;
    fault.at = SimTime::after_start(Duration::minutes(10));
    fault.verb = deed.verb;
    fault.components = {deed.component};
    fault.component_at.resize(1);
    if (!deed.policy.empty()) fault.parameters.emplace_back("policy", models::Value::scalar(deed.policy));
    s.faults.push_back(fault);
  }
  s.response.strategy = strategy;
  s.response.time_to_detect = Duration::minutes(10);
  Answer a = answer(std::make_shared<const Scenario>(s), read, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

// A function that writes what comes to it into a bucket, as a role with these policies.
std::string world(std::string_view role, std::string_view more = "") {
  return "  orders: { type: lambda:function, role: writer, calls: [{ to: store, essential: no }] }\n"
         "  store: { type: s3:bucket }\n"
         "  writer: { type: iam:role" +
         std::string(role) + " }\n" + std::string(more);
}

std::string allow(std::string_view action, std::string_view rest = "Resource: '*'") {
  return "{ Statement: [{ Sid: Ok, Effect: Allow, Action: '" + std::string(action) + "', " + std::string(rest) +
         " }] }";
}

std::string deny(std::string_view action, std::string_view rest = "Resource: '*'") {
  return "{ Statement: [{ Sid: No, Effect: Deny, Action: '" + std::string(action) + "', " + std::string(rest) + " }] }";
}

std::string in_line(std::string_view documents) { return ", inline_policies: { " + std::string(documents) + " }"; }

std::vector<std::string> told(const Answer& a, Kind kind) {
  std::vector<std::string> list;
  for (const models::Assumption& assumption : a.compiled->assumptions) {
    if (assumption.kind == kind) list.push_back(assumption.says);
  }
  return list;
}

const HopLedger& writing(const Answer& a) {
  const System& system = a.system();
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (hop.to.is_set() && system.components[system.ports[hop.to].component].name == "store") {
      return a.main_run().response.outcome.hops[h];
    }
  }
  throw std::out_of_range("nothing writes into the store");
}

double lost(const Answer& a) { return writing(a).lost + writing(a).waiting; }

TEST_CASE("a policy of a key that lets it be used through one service knows through which it is used",
          "[permissions]") {
  const auto through = [](const std::string& effect, const std::string& service) {
    return world(in_line("write: " + allow("*")),
                 "  key:\n    type: kms:key\n    policy_document: { Statement: [{ Effect: " + effect +
                     ", Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*', Condition: { StringEquals: "
                     "{ 'kms:ViaService': " +
                     service + ".eu-central-1.amazonaws.com } } }, { Effect: " +
                     (effect == "Deny" ? "Allow, Action: 'kms:*'" : "Allow, Action: 'kms:PutKeyPolicy'") +
                     ", Principal: { AWS: '111122223333' }, Resource: '*' }] }\n");
  };
  const auto with_key = [](std::string resources) {
    const std::string bucket = "type: s3:bucket";
    resources.replace(resources.find(bucket), bucket.size(), bucket + ", region: eu-central-1, kms_key: key");
    return resources;
  };
  const Answer other = ask(with_key(through("Allow", "sqs")), {});
  CHECK(lost(other) > 0);
  REQUIRE(told(other, Kind::denied_at_start).size() == 1);
  CHECK(told(other, Kind::denied_at_start)[0].find("writer may not kms:GenerateDataKey on key") == 0);
  const Answer same = ask(with_key(through("Allow", "s3")), {});
  CHECK(lost(same) == 0);
  CHECK(told(same, Kind::granted_policies).empty());  // nothing is only taken to be so
  CHECK(lost(ask(with_key(through("Deny", "s3")), {})) > 0);
  CHECK(lost(ask(with_key(through("Deny", "sqs")), {})) == 0);
}

TEST_CASE("which session of a role calls is not known", "[permissions]") {
  const auto guarded = [](const std::string& statement) {
    std::string resources = world(in_line("write: " + allow("*")));
    const std::string bucket = "type: s3:bucket";
    return resources.replace(
        resources.find(bucket), bucket.size(),
        bucket + ", policy_document: { Statement: [{ " + statement + ", Action: 's3:*', Resource: '*' }] }");
  };
  const auto is_taken = [](const Answer& a) {
    const std::vector<std::string> all = told(a, Kind::granted_policies);
    return std::any_of(all.begin(), all.end(), [](const std::string& says) {
      return says.find("which session calls is not known") != std::string::npos;
    });
  };
  const std::string session = "{ AWS: 'arn:aws:sts::111122223333:assumed-role/writer/orders' }";
  const std::string spared =
      "{ AWS: ['arn:aws:sts::111122223333:assumed-role/writer/orders', "
      "'arn:aws:iam::111122223333:role/writer', '111122223333'] }";
  const Answer not_spared = ask(guarded("Effect: Deny, NotPrincipal: " + spared), {});
  CHECK(lost(not_spared) == 0);
  CHECK(is_taken(not_spared));
  const Answer denied = ask(guarded("Effect: Deny, Principal: " + session), {});
  CHECK(lost(denied) == 0);
  CHECK(is_taken(denied));
  // Where only the document of the bucket allows it.
  std::string alone = guarded("Effect: Allow, Principal: " + session);
  alone.replace(alone.find("Action: '*'"), 11, "Action: 'sqs:*'");
  const Answer allowed = ask(alone, {});
  CHECK(lost(allowed) == 0);
  CHECK(is_taken(allowed));
  // A session of another role is somebody else.
  alone.replace(alone.find("writer/orders"), 13, "waiter/orders");
  CHECK(lost(ask(alone, {})) > 0);
}

TEST_CASE("what tasks need to start is asked of the documents of their execution role", "[permissions]") {
  const auto starts = [](const std::string& left, const std::string& more = "", const std::vector<Deed>& deeds = {}) {
    const Answer a = ask(
        "  orders: { type: ecs:service, execution_role: exec, secrets: [secret, name], image: image, tasks: 1, logs: { "
        "driver: awslogs, group: lines } }\n"
        "  image: { type: ecr:repository }\n"
        "  lines: { type: logs:log-group }\n"
        "  key: { type: kms:key }\n"
        "  secret: { type: secretsmanager:secret, kms_key: key }\n"
        "  name: { type: ssm:parameter }\n"
        "  exec: { type: iam:role" +
            in_line("rest: " + allow(left)) + " }\n" + more,
        deeds);
    const System& system = a.system();
    for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
      const Process& process = system.processes[ProcessId(p)];
      if (system.components[process.component].name != "orders") continue;
      return std::all_of(process.start.begin(), process.start.end(), [&](const Need& n) {
        return a.main_run().response.outcome.timeline.conditions[n.condition.value].back().value;
      });
    }
    throw std::out_of_range("orders has no tasks");
  };
  CHECK(starts("*"));
  CHECK_FALSE(starts("s3:*"));
  for (const char* action : {"ecr:BatchGetImage", "secretsmanager:GetSecretValue", "kms:Decrypt", "ssm:GetParameter",
                             "logs:CreateLogStream"}) {
    INFO(action);
    std::string but_one =
        "  guard: { type: organizations:policy, kind: SERVICE_CONTROL_POLICY, document: { Statement: "
        "[{ Sid: No, Effect: Deny, Resource: '*', Action: '";
    but_one += std::string(action) + "' }] } }\n";
    CHECK_FALSE(starts("*", but_one));
  }
  const std::string second = "  other: { type: iam:policy, document: " + allow("*") + " }\n";
  CHECK_FALSE(starts("*", second, {{"detach", "exec", "rest"}}));
}

TEST_CASE("a role without documents may do what it does", "[permissions]") {
  const Answer a = ask(world(""), {});
  CHECK(lost(a) == 0);
  CHECK(told(a, Kind::denied_at_start).empty());
}

TEST_CASE("a document that allows the call is as good as none", "[permissions]") {
  CHECK(lost(ask(world(in_line("write: " + allow("s3:PutObject"))), {})) == 0);
  CHECK(lost(ask(world(in_line("write: " + allow("s3:*", "Resource: 'arn:aws:s3:::store/*'"))), {})) == 0);
}

TEST_CASE("what no document allows is denied from the start, and told", "[permissions]") {
  const Answer a = ask(world(in_line("read: " + allow("s3:GetObject"))), {});
  CHECK(lost(a) == Approx(3600));
  REQUIRE(told(a, Kind::denied_at_start).size() == 1);
  CHECK(told(a, Kind::denied_at_start)[0] ==
        "writer may not s3:PutObject on store from the start: no identity policy allows it.");
  // The bucket itself is not what is in it.
  CHECK(lost(ask(world(in_line("write: " + allow("s3:PutObject", "Resource: 'arn:aws:s3:::other/*'"))), {})) > 0);
}

TEST_CASE("where a policy is named without its document nothing is missed", "[permissions]") {
  const std::string more = ", policies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']";
  CHECK(lost(ask(world(in_line("read: " + allow("s3:GetObject")) + more), {})) == 0);
  // But what denies, denies.
  CHECK(lost(ask(world(in_line("no: " + deny("s3:PutObject")) + more), {})) == Approx(3600));
}

TEST_CASE("a condition on what nobody knows is taken to hold where it allows and not to where it denies",
          "[permissions]") {
  const std::string in_network = "Resource: '*', Condition: { StringEquals: { 'aws:SourceVpc': vpc-1 } }";
  const Answer a = ask(world(in_line("write: " + allow("s3:PutObject", in_network))), {});
  CHECK(lost(a) == 0);
  CHECK(told(a, Kind::granted_policies).front().find("writer is taken to be allowed s3:PutObject on store") == 0);
  const std::string outside = "Resource: '*', Condition: { StringNotEquals: { 'aws:SourceVpc': vpc-1 } }";
  CHECK(lost(ask(world(in_line("write: " + allow("s3:*") + ", no: " + deny("s3:*", outside))), {})) == 0);
}

TEST_CASE("an object under a prefix is a part of the bucket", "[permissions]") {
  const Answer a =
      ask(world(in_line("write: " + allow("s3:PutObject", "Resource: 'arn:aws:s3:::store/orders/*'"))), {});
  CHECK(lost(a) == 0);
  CHECK_FALSE(told(a, Kind::granted_policies).empty());
}

TEST_CASE("a policy that is taken off hurts what only it allowed", "[permissions]") {
  // 50 minutes at one a second, less the four seconds until it shows.
  const std::string two = in_line("write: " + allow("s3:PutObject") + ", read: " + allow("s3:GetObject"));
  CHECK(lost(ask(world(two), {{"detach", "writer", "write"}})) == Approx(3000));
  CHECK(lost(ask(world(two), {{"detach", "writer", "read"}})) == 0);
  const std::string twice = in_line("write: " + allow("s3:PutObject") + ", all: " + allow("s3:*"));
  CHECK(lost(ask(world(twice), {{"detach", "writer", "write"}})) == 0);
  CHECK(lost(ask(world(twice), {{"detach", "writer", "write"}, {"detach", "writer", "all"}})) == Approx(3000));
}

TEST_CASE("taking a policy off that denies lets the call through", "[permissions]") {
  const std::string both = in_line("write: " + allow("s3:PutObject") + ", no: " + deny("s3:PutObject"));
  CHECK(lost(ask(world(both), {})) == Approx(3600));
  CHECK(lost(ask(world(both), {{"detach", "writer", "no"}})) == Approx(600));
}

TEST_CASE("a deleted policy hurts what it allowed, until it is attached again", "[permissions]") {
  const std::string managed = ", policies: [write, read]";
  const std::string policies = "  write: { type: iam:policy, document: " + allow("s3:PutObject") +
                               " }\n  read: { type: iam:policy, document: " + allow("s3:GetObject") + " }\n";
  CHECK(lost(ask(world(managed, policies), {})) == 0);
  CHECK(lost(ask(world(managed, policies), {{"delete", "read"}})) == 0);
  const Answer gone = ask(world(managed, policies), {{"delete", "write"}});
  CHECK(lost(gone) == Approx(3000 - 4).margin(1));
  const Answer back = ask(world(managed, policies), {{"delete", "write"}}, Strategy::full);
  CHECK(lost(back) < 1800);
  CHECK(lost(back) > 600);
}

TEST_CASE("a boundary limits what policies allow", "[permissions]") {
  const std::string limited = in_line("write: " + allow("s3:*")) + ", boundary: limit";
  const auto limit = [](const std::string& action) {
    return "  limit: { type: iam:policy, document: " + allow(action) + " }\n";
  };
  CHECK(lost(ask(world(limited, limit("s3:*")), {})) == 0);
  const Answer a = ask(world(limited, limit("s3:Get*")), {});
  CHECK(lost(a) == Approx(3600));
  CHECK(told(a, Kind::denied_at_start).at(0) ==
        "writer may not s3:PutObject on store from the start: no permissions boundary allows it.");
}

TEST_CASE("a policy of the bucket that names the role is enough in one account", "[permissions]") {
  const std::string bucket =
      "  orders: { type: lambda:function, role: writer, calls: [{ to: store, essential: no }] }\n"
      "  store: { type: s3:bucket, policy: [{ allows: writer }] }\n"
      "  writer: { type: iam:role" +
      in_line("read: " + allow("s3:GetObject")) + " }\n";
  CHECK(lost(ask(bucket, {})) == 0);
}

TEST_CASE("who puts records into a stream under a key, or reads them, needs the key for it", "[permissions]") {
  const auto writing_with = [](const std::string& actions) {
    const std::string document = "{ Statement: [{ Effect: Allow, Action: [" + actions + "], Resource: '*' }] }";
    return lost(
        ask("  orders: { type: lambda:function, role: writer, calls: [{ to: store, essential: no }] }\n"
            "  store: { type: kinesis:stream, kms_key: key }\n  key: { type: kms:key }\n"
            "  writer: { type: iam:role" +
                in_line("own: " + document) + " }\n",
            {}));
  };
  CHECK(writing_with("'kinesis:*'") == Approx(3600));
  CHECK(writing_with("'kinesis:*', 'kms:Decrypt'") == Approx(3600));
  CHECK(writing_with("'kinesis:*', 'kms:GenerateDataKey'") == 0);
  const auto unread_with = [](const std::string& actions) {
    const std::string document = "{ Statement: [{ Effect: Allow, Action: [" + actions + "], Resource: '*' }] }";
    const Answer a =
        ask("  orders: { type: kinesis:stream, kms_key: key }\n  key: { type: kms:key }\n"
            "  mapping: { type: lambda:event-source-mapping, source: orders, function: reader }\n"
            "  reader: { type: lambda:function, role: reading, calls: [] }\n"
            "  reading: { type: iam:role" +
                in_line("own: " + document) + " }\n",
            {});
    const System& system = a.system();
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      if (system.hops[HopId(h)].name == "mapping/poll-stream") return a.main_run().response.outcome.hops[h].waiting;
    }
    throw std::out_of_range("nothing reads the stream");
  };
  CHECK(unread_with("'kinesis:*'") == Approx(3600));
  CHECK(unread_with("'kinesis:*', 'kms:Decrypt'") == 0);
}

TEST_CASE("a policy of the organisation that is attached denies roles their calls", "[permissions][guards]") {
  const auto scp = [](const std::string& statement) {
    return "  fence: { type: organizations:policy, attached: no, document: " + statement + " }\n";
  };
  CHECK(lost(ask(world("", scp(deny("s3:*"))), {})) == 0);
  CHECK(lost(ask(world("", scp(deny("s3:*"))), {{"apply", "fence"}})) == Approx(3000));
  CHECK(lost(ask(world("", scp(deny("sqs:*"))), {{"apply", "fence"}})) == 0);
  const Answer a = ask(world("", scp(deny("s3:*"))), {{"apply", "fence"}}, Strategy::full);
  CHECK(lost(a) == Approx(600 + 300));  // noticed after ten minutes, detached in five
}

}  // namespace
}  // namespace moshimo::scenarios
