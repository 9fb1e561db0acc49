#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/dependencies.hpp"
#include "models/compile.hpp"
#include "models/import/placeholders.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

ImportResult import_case(const std::string& file) {
  return import_file(MOSHIMO_SOURCE_DIR "/tests/cases/cloudformation/" + file);
}

// A template of these resources, in YAML.
std::string resources(const std::string& body) { return "Resources:\n" + body; }

// Whom the loss of some reaches, and whether they break or merely starve; without parts such as web/subscriptions/0.
std::map<std::string, bool> reached_from(const Inventory& inventory, const Texts& starts) {
  input::Diagnostics diagnostics;
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(inventory), embedded_catalogue(), {}, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  std::vector<ComponentId> ids;
  for (const std::string& name : starts) ids.push_back(compiled.component(name));
  std::set<std::string> whole;
  for (const Resource& r : inventory.resources) whole.insert(r.name);
  std::map<std::string, bool> result;
  Dependencies dependencies(compiled.system);
  for (const Reached& r : dependencies.dependents_of(ids)) {
    const std::string& name = compiled.system.components[r.component].name;
    if (whole.contains(name)) result.emplace(name, r.breaks);
  }
  return result;
}

}  // namespace

// ---- the whole way --------------------------------------------------------------------------------------------------

TEST_CASE("A role of a template is reached by Ref, GetAtt, Sub, Join and its name in an ARN") {
  const ImportResult r = import_together({R"({"Resources": {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "runner", "AssumeRolePolicyDocument": {}}},
    "A": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
    "B": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": "Role.Arn"}}},
    "C": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::Sub": "${Role.Arn}"}}},
    "D": {"Type": "AWS::Lambda::Function", "Properties": {"Role":
      {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":role/", {"Ref": "Role"}]]}}},
    "E": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/runner"}}}
  }})"});
  CHECK(edges(r) == Texts{"A role -> runner (reference)", "B role -> runner (reference)",
                          "C role -> runner (reference)", "D role -> runner (reference)", "E role -> runner"});
  CHECK(r.coverage.modelled == 6);
  CHECK(r.coverage.external.empty());
}

TEST_CASE("A user of a template has its password for the console and its groups") {
  const ImportResult r = import_text(R"({"Resources":{
    "Ann":{"Type":"AWS::IAM::User","Properties":{"UserName":"ann","Groups":["ops"],
           "LoginProfile":{"Password":"x","PasswordResetRequired":true}}},
    "Ben":{"Type":"AWS::IAM::User","Properties":{"UserName":"ben"}},
    "In":{"Type":"AWS::IAM::UserToGroupAddition","Properties":{"GroupName":"dev","Users":[{"Ref":"Ben"}]}}}})");
  CHECK(value(r, "ann", "login_profile").kind == Value::Kind::map);
  CHECK(texts(value(r, "ann", "groups")) == Texts{"ops"});
  CHECK(texts(value(r, "ben", "groups")) == Texts{"dev"});
  CHECK(r.coverage.unmodelled.empty());
  CHECK(r.coverage.unread.empty());
}

TEST_CASE("The staging environment as a template loses the same as its inventory when its roles go") {
  const ImportResult r = import_case("staging.template.yaml");
  CHECK(r.coverage.unresolved.empty());
  CHECK(r.coverage.external.empty());
  input::Diagnostics diagnostics;
  Inventory written =
      read_inventory({MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/staging.inventory.yaml"}, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  for (Resource& one : written.resources) {  // what its code calls no template tells
    if (one.name == "web") std::erase_if(one.attributes.children, [](const Value& v) { return v.key == "calls"; });
  }
  const Texts roles{"ecs-execution",  "web-task",         "logs-to-firehose", "firehose-s3",
                    "s3-replication", "orders-role",      "receipts-role",    "ping-role",
                    "invoicer-role",  "events-to-stream", "reminders-role",   "refunds-pipe-role"};
  const auto by_hand = reached_from(written, roles);
  auto by_template = reached_from(r.inventory, roles);
  // The template has names of its own for what has no name in AWS, and whole resources where the inventory has parts.
  const std::map<std::string, std::string> other_names{
      {"invoices-to-invoicer", "InvoicesToInvoicer"}, {"app-key", "AppKey"}, {"/aws/lambda/orders", "OrdersLog"}};
  for (const auto& [name, breaks] : by_hand) {
    INFO(name);
    const auto known = other_names.find(name);
    const auto found = by_template.find(known == other_names.end() ? name : known->second);
    REQUIRE(found != by_template.end());
    CHECK(found->second == breaks);
    by_template.erase(found);
  }
  std::string rest;
  for (const auto& [name, breaks] : by_template) rest += name + " ";
  CHECK(rest == "archive ");  // the filter
  CHECK(by_hand.at("web"));
  CHECK_FALSE(by_hand.at("ledger"));
}

TEST_CASE("What a template decides is decided, and what it leaves out or cannot have is said") {
  const ImportResult r = import_case("staging.template.yaml");
  CHECK(attribute(r, "/ecs/web", "retention") == "30d");                       // a name out of a mapping
  CHECK(value(r, "orders", "environment").find("kms_key")->text == "AppKey");  // a condition that holds
  CHECK(attribute(r, "web", "tasks") == "6");
  CHECK(r.coverage.unmodelled.size() == 1);
  CHECK(r.coverage.unmodelled.front().type == "AWS::CloudFormation::Stack");
  CHECK(has(r.inventory.unknowns, "Fleet is left out: condition HasFleet does not hold"));
  CHECK(has(r.inventory.unknowns, "are taken at their defaults: Encrypted, Region"));
  CHECK(r.inventory.unknowns.size() == 3);
}

TEST_CASE("The value of a hidden parameter is nowhere") {
  const ImportResult r = import_case("staging.template.yaml");
  CHECK(to_yaml(r.inventory).find("never-to-be-seen") == std::string::npos);
  for (const ImportedEdge& e : r.edges) CHECK(e.to.find("never-to-be-seen") == std::string::npos);
}

// ---- SAM ------------------------------------------------------------------------------------------------------------

TEST_CASE("What SAM does not write is made: roles, mappings, rules, subscriptions, schedules") {
  const ImportResult r = import_case("shop.sam.yaml");
  const Texts expected = sorted({
      "Checkout role -> CheckoutRole",
      "Checkout environment.kms_key -> Key",
      "Checkout dead_letter -> Failed",
      "Checkout on_failure -> Alarms",
      "CheckoutRole policies -> Shared",
      "Worker role -> CheckoutRole",
      "live function -> Worker",
      "CheckoutFromQueue source -> Parcels",
      "CheckoutFromQueue function -> Checkout",
      "CheckoutFromTopic topic -> Alarms",
      "CheckoutFromTopic endpoint -> Checkout",
      "Uploads notifications[0].target -> Checkout",
      "CheckoutHourly targets[0].target -> Checkout",
      "CheckoutNightly target -> Checkout",
      "CheckoutNightly role -> CheckoutNightlyRole",
      "CheckoutPaid bus -> shop",
      "CheckoutPaid targets[0].target -> Checkout",
      "Flow role -> FlowRole",
  });
  Texts followed;
  for (const ImportedEdge& e : r.edges) {
    if (e.is_followed) followed.push_back(e.from + " " + e.attribute + " -> " + e.to);
  }
  CHECK(sorted(followed) == expected);
  CHECK(attribute(r, "CheckoutHourly", "schedule") == "1h");
  CHECK(attribute(r, "Checkout", "max_retries") == "1");
  const Value& policies = value(r, "CheckoutRole", "policies");
  CHECK(texts(policies) == Texts{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
                                 "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess", "Shared"});
  CHECK(has(r.inventory.unknowns, "Checkout has the policy template SQSSendMessagePolicy"));
  CHECK(has(r.inventory.unknowns, "Checkout is run by the event Voice of type AlexaSkill, which is not modelled"));
  CHECK(r.coverage.unresolved.empty());
}

// ---- what is left open ----------------------------------------------------------------------------------------------

TEST_CASE("A parameter without a default is something outside, the same wherever it is named") {
  const ImportResult r = import_together({R"(
Parameters: { RoleArn: { Type: String }, Stage: { Type: String } }
Conditions:
  IsLive: !Equals [!Ref Stage, live]
  IsTest: !Equals [!Ref Stage, test]
  HasRole: !Not [!Equals [!Ref RoleArn, ""]]
Resources:
  A: { Type: AWS::Lambda::Function, Properties: { Role: !Ref RoleArn } }
  B: { Type: AWS::Lambda::Function, Properties: { Role: !If [HasRole, !Ref RoleArn, !Ref "AWS::NoValue"] } }
  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "${Stage}-orders" }, Condition: IsLive }
  T: { Type: AWS::SQS::Queue, Condition: IsTest }
)"});
  CHECK(edges(r) == Texts{"A role -> <RoleArn>", "B role -> <RoleArn>"});
  REQUIRE(r.coverage.external.size() == 1);
  CHECK(r.coverage.external.front().type == "iam:role");
  CHECK(find(r, "Q")->aws_name == "<Stage>-orders");
  // The first thing that an open text is compared with is what it is taken to be.
  CHECK(r.coverage.modelled == 3);
  CHECK(has(r.inventory.unknowns, "condition IsLive depends on what t0 leaves open; it is taken to hold"));
  CHECK(has(r.inventory.unknowns, "condition IsTest depends on what t0 leaves open; it is taken not to hold"));
  CHECK(has(r.inventory.unknowns, "T is left out: condition IsTest does not hold"));
}

TEST_CASE("What one template exports another imports, also where the names of stacks are open") {
  const std::string exporting = R"(
Resources: { Q: { Type: AWS::SQS::Queue } }
Outputs: { Arn: { Value: !GetAtt Q.Arn, Export: { Name: !Sub "${AWS::StackName}-queue" } } }
)";
  const std::string importing = R"(
Parameters: { Base: { Type: String } }
Resources:
  F: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: f, EventSourceArn: !ImportValue { "Fn::Sub": "${Base}-queue" } } }
)";
  CHECK(edges(import_together({importing, exporting})) == Texts{"F function -> f", "F source -> Q (reference)"});
  // Alone, the import leads outside.
  const ImportResult alone = import_together({importing});
  CHECK(has(alone.inventory.unknowns, "F, source: <export Base-queue> is nothing that is modelled here"));
}

TEST_CASE("A template finds its things in a Terraform state that is given with it") {
  const ImportResult r = import_together(
      {R"({"version":4,"lineage":"x","resources":[{"mode":"managed","type":"aws_iam_role","name":"r","instances":[
         {"attributes":{"name":"runner","arn":"arn:aws:iam::111111111111:role/runner"}}]}]})",
       resources(
           "  F: { Type: AWS::Lambda::Function, Properties: { Role: arn:aws:iam::111111111111:role/runner } }\n")});
  CHECK(edges(r) == Texts{"F role -> runner"});
  CHECK(r.coverage.external.empty());
}

TEST_CASE("A key is named by its alias, and a principal by its role or account") {
  const ImportResult r = import_together({resources(R"(
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - { Effect: Allow, Principal: { AWS: !GetAtt Role.Arn }, Action: kms:Decrypt }
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*" }
  Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/app, TargetKeyId: !Ref Key } }
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Q: { Type: AWS::SQS::Queue, Properties: { KmsMasterKeyId: !Ref Alias } }
)")});
  CHECK(edges(r) == Texts{"Key policy[0].allows -> Role (reference)", "Q kms_key -> alias/app (reference)",
                          "alias/app target -> Key (reference)"});
  const Value& policy = value(r, "Key", "policy");
  CHECK(policy.children.at(1).find("by")->text == "account");
}

TEST_CASE("Loops are written out, and functions on lists do their work") {
  const ImportResult r = import_together({R"(
Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList, Default: "a, b" } }
Resources:
  "Fn::ForEach::Queues":
    - Name
    - !Ref Names
    - "Queue${Name}": { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "work-${Name}" } }
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt Queueb.Arn, FunctionName: !Select [1, !Split ["/", "x/worker/y"]] }
)"});
  CHECK(edges(r) == Texts{"M function -> worker", "M source -> work-b (reference)"});
  CHECK(r.coverage.modelled == 3);
}

// ---- mistakes -------------------------------------------------------------------------------------------------------

TEST_CASE("Mistakes of a template are told with their places, all at once") {
  const Texts all = refusals(R"(AWSTemplateFormatVersion: "2010-09-09"
Resouces: {}
Conditions: { Loop: !Not [!Condition Loop] }
Resources:
  Role: { Type: AWS::IAM::Role }
  F:
    Type: AWS::Lambda::Function
    DependsOn: Rol
    Properties: { Role: !GetAtt Rolle.Arn, KmsKeyArn: !Reff Key, Layers: [!Select [3, [a]]] }
  G: { Type: AWS::SQS::Queue, Condition: Lost, Propeties: {} }
  H: { Properties: {} }
  I: { Type: AWS::SQS::Queue, Properties: { QueueName: !FindInMap [M, a, b] } }
  J: { Type: AWS::SQS::Queue, Condition: Loop }
)",
                             "t.yaml");
  const Texts expected{
      "t.yaml:2:11: a template has no key 'Resouces'; did you mean 'Resources'?",
      "resource 'G' has no key 'Propeties'; did you mean 'Properties'?",
      "t.yaml:11:6: resource 'H' has no `Type`, such as AWS::SQS::Queue",
      "t.yaml:8:16: DependsOn: this template has no 'Rol'; did you mean 'Role'?",
      "this template has no 'Rolle'; did you mean 'Role'?",
      "'!Reff' is no intrinsic function; did you mean '!Ref'?",
      "Fn::Select asks for item 3, counted from 0, of a list of 1",
      "this template has no condition 'Lost'",
      "the mapping 'M' has no 'b' of 'a'",
      "condition 'Loop' depends on itself",
  };
  for (const std::string& one : expected) {
    INFO(one);
    CHECK(has(all, one));
  }
  CHECK(all.size() == expected.size());
}

TEST_CASE("A template that multiplies itself is refused before it costs memory") {
  std::string list = "[a";
  for (int i = 0; i < 2000; ++i) list += ", a";
  list += "]";
  const Texts all = refusals("Resources:\n  \"Fn::ForEach::A\":\n    - X\n    - " + list +
                             "\n    - \"Fn::ForEach::B\":\n        - Y\n        - " + list +
                             "\n        - \"R${X}${Y}\": { Type: AWS::SQS::Queue }\n");
  REQUIRE_FALSE(all.empty());
  CHECK(has(all, "the functions of this template make more than"));
}

TEST_CASE("Placeholders are told from the variables of policies") {
  using namespace importing;
  const std::string queue = resource_placeholder(2, "Queue");
  CHECK(queue == "${2!Queue}");
  CHECK(is_placeholder(queue));
  CHECK_FALSE(is_placeholder(queue + "/*"));
  CHECK(has_placeholder(queue + "/*"));
  CHECK_FALSE(has_placeholder("${aws:username}"));
  CHECK(shown("arn:aws:s3:::" + queue + "/${aws:username}") == "arn:aws:s3:::<Queue>/${aws:username}");
  CHECK(without_attribute(unique_id_placeholder(0, "R")) == "${0!R}");
  CHECK(open_text("export <Base>-queue") == "<export Base-queue>");
}
