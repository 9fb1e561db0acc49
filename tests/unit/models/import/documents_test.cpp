// Policy documents of plans, states and templates.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "models/compile.hpp"
#include "models/import/importer.hpp"
#include "scenarios/review.hpp"

namespace moshimo::models {
namespace {

ImportResult imported(const std::string& text, const std::string& name = "plan.json") {
  input::Diagnostics diagnostics;
  ImportResult r = import_texts({{name, text}}, embedded_catalogue(), diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  return r;
}

const Resource& resource(const ImportResult& r, const std::string& name) {
  const auto found = std::find_if(r.inventory.resources.begin(), r.inventory.resources.end(),
                                  [&](const Resource& one) { return one.name == name; });
  INFO(name);
  REQUIRE(found != r.inventory.resources.end());
  return *found;
}

// A resource of a state.
std::string in_state(const std::string& type, const std::string& name, const std::string& attributes) {
  return R"({"mode":"managed","type":")" + type + R"(","name":")" + name +
         R"(","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{"attributes":)" +
         attributes + "}]}";
}

std::string state(const std::string& resources) {
  return R"({"version":4,"terraform_version":"1.5.0","serial":1,"lineage":"x","resources":[)" + resources + "]}";
}

const std::string role =
    R"({"name":"writer","arn":"arn:aws:iam::111122223333:role/writer","id":"writer","unique_id":"AROAEXAMPLE1",
"assume_role_policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}",
"inline_policy":[{"name":"own","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"},{"name":"","policy":""}]})";

std::string put(const std::string& sid = "Put") {
  return R"({\"Statement\":[{\"Sid\":\")" + sid +
         R"(\",\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::store/*\"}]})";
}

TEST_CASE("a state gives the documents of roles, policies, buckets, keys, queues and topics", "[documents]") {
  const ImportResult r = imported(
      state(
          in_state("aws_iam_role", "writer", role) + "," +
          in_state("aws_iam_role_policy", "put", R"({"name":"put","role":"writer","policy":")" + put() + R"("})") +
          "," +
          in_state("aws_iam_policy", "shared",
                   R"({"name":"shared","arn":"arn:aws:iam::111122223333:policy/shared","policy":")" + put() + R"("})") +
          "," +
          in_state("aws_iam_role_policy_attachment", "shared",
                   R"({"role":"writer","policy_arn":"arn:aws:iam::111122223333:policy/shared"})") +
          "," + in_state("aws_s3_bucket", "store", R"({"bucket":"store","arn":"arn:aws:s3:::store","policy":""})") +
          "," +
          in_state(
              "aws_s3_bucket_policy", "store",
              R"({"bucket":"store","policy":"{\"Statement\":[{\"Sid\":\"B\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::store/*\"}]}"})") +
          "," +
          in_state(
              "aws_kms_key", "main",
              R"({"key_id":"1234","arn":"arn:aws:kms:eu-west-1:111122223333:key/1234","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"})") +
          "," +
          in_state(
              "aws_sqs_queue", "orders",
              R"({"name":"orders","arn":"arn:aws:sqs:eu-west-1:111122223333:orders","url":"https://sqs.eu-west-1.amazonaws.com/111122223333/orders"})") +
          "," +
          in_state(
              "aws_sqs_queue_policy", "orders",
              R"({"queue_url":"https://sqs.eu-west-1.amazonaws.com/111122223333/orders","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}]}"})")),
      "state.tfstate");
  const Resource& writer = resource(r, "writer");
  CHECK(writer.attributes.find("unique_id")->text == "AROAEXAMPLE1");
  const Value* own = writer.attributes.find("inline_policies");
  REQUIRE(own != nullptr);
  CHECK(own->children.size() == 2);
  REQUIRE(own->find("put") != nullptr);
  CHECK(own->find("put")->text.find("s3:PutObject") != std::string::npos);
  CHECK(writer.attributes.find("trust_policy")->text.find("sts:AssumeRole") != std::string::npos);
  CHECK(resource(r, "shared").attributes.find("document")->text.find("\"Put\"") != std::string::npos);
  CHECK(resource(r, "store").attributes.find("policy_document")->text.find("\"B\"") != std::string::npos);
  const auto key = std::find_if(r.inventory.resources.begin(), r.inventory.resources.end(),
                                [](const Resource& one) { return one.type == "kms:key"; });
  REQUIRE(key != r.inventory.resources.end());
  CHECK(key->attributes.find("policy_document")->text.find("kms:*") != std::string::npos);
  CHECK(resource(r, "orders").attributes.find("policy_document") != nullptr);
}

TEST_CASE("a member of a group may do what nobody tells", "[documents]") {
  const ImportResult r = imported(
      state(in_state("aws_iam_user", "ann", R"({"name":"ann","arn":"arn:aws:iam::111122223333:user/ann"})") + "," +
            in_state("aws_iam_user_policy", "ann", R"({"name":"put","user":"ann","policy":")" + put() + R"("})") + "," +
            in_state("aws_iam_user_group_membership", "ann", R"({"user":"ann","groups":["developers"]})")),
      "state.tfstate");
  const Value* groups = resource(r, "ann").attributes.find("groups");
  REQUIRE(groups != nullptr);
  CHECK(groups->children.front().text == "developers");
}

std::string change(const std::string& address, const std::string& type, const std::string& name,
                   const std::string& actions, const std::string& before, const std::string& after,
                   const std::string& unknown = "{}") {
  return R"({"address":")" + address + R"(","mode":"managed","type":")" + type + R"(","name":")" + name +
         R"(","provider_name":"aws","change":{"actions":)" + actions + R"(,"before":)" + before + R"(,"after":)" +
         after + R"(,"after_unknown":)" + unknown + "}}";
}

std::string plan(const std::string& changes) {
  return R"({"format_version":"1.2","terraform_version":"1.5.0","resource_changes":[)" + changes + "]}";
}

std::string own_policy(const std::string& document) {
  return R"({"name":"put","role":"writer","policy":")" + document + R"("})";
}

const std::string kept_role = change("aws_iam_role.writer", "aws_iam_role", "writer", R"(["no-op"])", role, role);

TEST_CASE("a document that is known only after apply is none, which is listed", "[documents]") {
  const ImportResult r = imported(plan(change("aws_iam_role.writer", "aws_iam_role", "writer", R"(["create"])", "null",
                                              R"({"name":"writer"})", R"({"arn":true,"unique_id":true})") +
                                       "," +
                                       change("aws_iam_role_policy.put", "aws_iam_role_policy", "put", R"(["create"])",
                                              "null", R"({"name":"put","role":"writer"})", R"({"policy":true})")));
  const Value* own = resource(r, "writer").attributes.find("inline_policies");
  REQUIRE(own != nullptr);
  CHECK(own->find("put")->text == "<document>");
  CHECK(std::any_of(r.inventory.unknowns.begin(), r.inventory.unknowns.end(), [](const std::string& says) {
    return says.find("the document of put of writer is not known before apply") != std::string::npos;
  }));
}

TEST_CASE("a plan that deletes one policy of a role takes only that off", "[documents]") {
  const ImportResult r = imported(plan(
      kept_role + "," +
      change("aws_iam_role_policy.put", "aws_iam_role_policy", "put", R"(["delete"])", own_policy(put()), "null")));
  REQUIRE(r.changes.deletions.size() == 1);
  CHECK(r.changes.deletions[0].verb == "detach");
  REQUIRE(r.changes.deletions[0].parameters.size() == 1);
  CHECK(r.changes.deletions[0].parameters[0].second.text == "put");
}

TEST_CASE("a plan that changes a document decides by the new one", "[documents]") {
  const ImportResult r = imported(plan(kept_role + "," +
                                       change("aws_iam_role_policy.put", "aws_iam_role_policy", "put", R"(["update"])",
                                              own_policy(put()), own_policy(R"({\"Statement\":[]})"))));
  REQUIRE(r.changes.deletions.size() == 1);
  CHECK(r.changes.deletions[0].verb == "replace-document");
  CHECK(r.changes.deletions[0].parameters.size() == 2);
  const auto scenario = scenarios::review_scenario(r, {});
  REQUIRE(scenario != nullptr);
  CHECK(scenario->faults.front().parameters.size() == 2);
}

TEST_CASE("a template's literal documents are read, and what it leaves open is taken as granted", "[documents]") {
  const ImportResult r = imported(R"(
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Store: { Type: AWS::S3::Bucket }
  Writer:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }] }
      Policies:
        - PolicyName: put
          PolicyDocument:
            Statement: [{ Effect: Allow, Action: "s3:PutObject", Resource: !Sub "${Store.Arn}/*" }]
  StorePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Store
      PolicyDocument:
        Statement: [{ Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Store.Arn}/*" }]
)",
                                  "template.yaml");
  const Value* own = resource(r, "Writer").attributes.find("inline_policies");
  REQUIRE(own != nullptr);
  CHECK(own->find("put")->text.find("<Store>/*") != std::string::npos);
  CHECK(resource(r, "Store").attributes.find("policy_document") != nullptr);
}

}  // namespace
}  // namespace moshimo::models
