#include <algorithm>
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "models/iam/policy.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// An account with a role in an instance profile, a user in a group, a policy of its own and one of AWS.
const std::string account = R"({
  "RoleDetailList": [{
    "Path": "/app/", "RoleName": "runner", "RoleId": "AROARUNNER1234567890", "Arn": "arn:aws:iam::111111111111:role/app/runner",
    "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%5B%22AROADEADDEADDEAD0001%22%2C%22arn%3Aaws%3Aiam%3A%3A111111111111%3Auser%2Fann%22%5D%2C%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
    "InstanceProfileList": [{"InstanceProfileName": "web", "Path": "/", "Arn": "arn:aws:iam::111111111111:instance-profile/web",
                             "Roles": [{"RoleName": "runner"}]}],
    "RolePolicyList": [{"PolicyName": "read", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}}],
    "AttachedManagedPolicies": [{"PolicyName": "mine", "PolicyArn": "arn:aws:iam::111111111111:policy/mine"},
                                {"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111111111111:policy/mine"},
    "RoleLastUsed": {}
  }],
  "UserDetailList": [{"Path": "/", "UserName": "ann", "UserId": "AIDAANN1ANN1ANN1ANN1", "Arn": "arn:aws:iam::111111111111:user/ann",
                      "GroupList": ["ops", "gone"], "AttachedManagedPolicies": []}],
  "GroupDetailList": [{"GroupName": "ops", "GroupId": "AGPA1", "Arn": "arn:aws:iam::111111111111:group/ops",
                       "GroupPolicyList": [{"PolicyName": "mfa", "PolicyDocument": {"Statement": []}}],
                       "AttachedManagedPolicies": {"PolicyName": "mine", "PolicyArn": "arn:aws:iam::111111111111:policy/mine"}}],
  "Policies": [
    {"PolicyName": "mine", "Arn": "arn:aws:iam::111111111111:policy/mine", "Path": "/", "DefaultVersionId": "v2", "PolicyVersionList": [
      {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}},
      {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}}]},
    {"PolicyName": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "PolicyVersionList": []}],
  "IsTruncated": true, "Marker": "next"
})";

ImportResult import_account() { return import_text(account); }

}  // namespace

TEST_CASE("Account details become roles, users, policies and profiles with what they hold") {
  const ImportResult r = import_account();
  CHECK(r.inventory.account == "111111111111");
  CHECK(r.coverage.modelled == 4);
  CHECK(r.coverage.folded == 1);  // the group
  CHECK(r.coverage.unmodelled.empty());
  CHECK(texts(value(r, "runner", "policies")) == Texts{"mine", "arn:aws:iam::aws:policy/ReadOnlyAccess"});
  CHECK(value(r, "runner", "boundary").text == "mine");
  CHECK(value(r, "runner", "path").text == "/app/");
  CHECK(value(r, "web", "role").text == "runner");
  CHECK(texts(value(r, "ann", "policies")) == Texts{"mine"});  // by the group
  input::Diagnostics mistakes;
  compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), {}, mistakes);
  for (const auto& e : mistakes.errors()) FAIL_CHECK(input::to_string(e));
}

TEST_CASE("A group without users is told to count for nobody") {
  const ImportResult r =
      import_text(R"({"UserDetailList": [], "GroupDetailList": [{"GroupName": "ops", "GroupPolicyList": []}]})");
  CHECK(r.inventory.resources.empty());
  REQUIRE(r.inventory.unknowns.size() == 1);
  CHECK(r.inventory.unknowns[0].find("the group ops has no users in ") == 0);
}

TEST_CASE("IDs and documents of account details are kept as the evaluator of policies reads them") {
  const ImportResult r = import_account();
  CHECK(value(r, "runner", "unique_id").text == "AROARUNNER1234567890");
  CHECK(value(r, "ann", "unique_id").text == "AIDAANN1ANN1ANN1ANN1");
  input::Diagnostics mistakes;
  const auto statements = [&](const std::string& json, iam::DocumentKind kind) {
    return iam::parse_policy("p", kind, json, mistakes).statements.size();
  };
  const Value& inline_policies = value(r, "runner", "inline_policies");
  REQUIRE(inline_policies.find("read"));
  CHECK(statements(inline_policies.find("read")->text, iam::DocumentKind::identity) == 1);
  CHECK(value(r, "ann", "inline_policies").find("ops/mfa"));
  const Value& trust = value(r, "runner", "trust_policy");
  CHECK(statements(trust.text, iam::DocumentKind::trust) == 1);
  const std::string& mine = value(r, "mine", "document").text;
  CHECK(statements(mine, iam::DocumentKind::identity) == 1);
  CHECK(mine.find("sqs:*") != std::string::npos);  // the default version, not the first
  for (const auto& e : mistakes.errors()) FAIL_CHECK(input::to_string(e));
}

TEST_CASE("A trust policy that shows an ID is told to name somebody who is gone") {
  const ImportResult r = import_account();
  REQUIRE(r.coverage.unresolved.size() == 1);
  CHECK(r.coverage.unresolved.front().address == "runner");
  CHECK(r.coverage.unresolved.front().why ==
        "AROADEADDEADDEAD0001 is what is left of a deleted role: AWS shows an ID where the ARN leads nowhere");
  const Value& trust = value(r, "runner", "trust");
  REQUIRE(trust.children.size() == 3);
  CHECK(trust.children[0].find("by")->text == "role-id");
  CHECK(trust.children[1].find("allows")->text == "ann");
}

TEST_CASE("What account details leave out is said") {
  const Texts unknowns = import_account().inventory.unknowns;
  CHECK(has(unknowns, "test.json is one page of several"));
  CHECK(has(unknowns, "policies that AWS manages are named here and not described: 1 of test.json"));
  CHECK(has(unknowns, "user ann is in the group gone, which test.json does not describe"));
}

TEST_CASE("A role of account details is the one that a Terraform state names") {
  const ImportResult r = import_together(
      {account, state(held("aws_lambda_function", "f",
                           R"({"function_name":"f","arn":"arn:aws:lambda:eu-west-1:111111111111:function:f",
                               "role":"arn:aws:iam::111111111111:role/app/runner"})"))});
  CHECK(value(r, "f", "role").text == "runner");
  CHECK(r.coverage.external.empty());
}

TEST_CASE("Account details of the wrong form are refused with places") {
  input::Diagnostics diagnostics;
  const ImportResult r =  // which keeps what the messages point into
      import_texts({{"a.json", "{\"RoleDetailList\": [{\"RoleId\": \"x\"}],\n \"UserDetailList\": {}}"}},
                   embedded_catalogue(), diagnostics);
  REQUIRE(diagnostics.errors().size() == 2);
  CHECK(input::to_string(diagnostics.errors()[0]) == "a.json:1:21: a role has no `RoleName`");
  CHECK(input::to_string(diagnostics.errors()[1]) == "a.json:2:20: `UserDetailList` should be a list");
}
