// What a plan changes in trust policies and in policies of the organisation.
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

std::string updated(const std::string& type, const std::string& before, const std::string& after) {
  return R"({"format_version":"1.2","resource_changes":[{"address":")" + type + R"(.x","mode":"managed","type":")" +
         type + R"(","name":"x","change":{"actions":["update"],"before":{"name":"x",)" + before +
         R"(},"after":{"name":"x",)" + after + "}}}]}";
}

std::string trust(const std::string& service) {
  return R"("path":"/","arn":"arn:aws:iam::111111111111:role/x","assume_role_policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\")" +
         service + R"(\"},\"Action\":\"sts:AssumeRole\"}]}")";
}

std::string content(const std::string& kind, const std::string& principal, const std::string& action) {
  return R"("type":")" + kind + R"(","content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",)" +
         principal + R"(\"Action\":\")" + action + R"(\",\"Resource\":\"*\"}]}")";
}

}  // namespace

TEST_CASE("A trust policy that a plan changes decides by the new document, and does not shut everybody out") {
  const ImportResult r =
      import_text(updated("aws_iam_role", trust("lambda.amazonaws.com"), trust("ec2.amazonaws.com")));
  CHECK(faults(r) == Texts{"replace-trust x"});
  REQUIRE(r.changes.deletions.front().parameters.size() == 1);
  CHECK(r.changes.deletions.front().parameters.front().second.text.find("ec2.amazonaws.com") != std::string::npos);
}

TEST_CASE("So does the content of a policy of the organisation, of either kind") {
  const std::string scp = "SERVICE_CONTROL_POLICY";
  CHECK(faults(import_text(updated("aws_organizations_policy", content(scp, "", "s3:*"), content(scp, "", "sqs:*")))) ==
        Texts{"replace-document x"});
  const std::string rcp = "RESOURCE_CONTROL_POLICY";
  const std::string everybody = R"(\"Principal\":\"*\",)";
  CHECK(faults(import_text(updated("aws_organizations_policy", content(rcp, everybody, "s3:*"),
                                   content(rcp, everybody, "sqs:*")))) == Texts{"replace-document x"});
}
