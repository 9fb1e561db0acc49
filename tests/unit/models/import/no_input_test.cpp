// What is told apart by its content, and what cannot be read.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

const std::string cases = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/";

std::string refusal(const std::string& text) {
  const Texts all = refusals(text);
  REQUIRE_FALSE(all.empty());
  return all.front();
}

}  // namespace

TEST_CASE("Kinds of input are told by their content") {
  CHECK(import_kind_of(R"({"planned_values":{}})") == ImportKind::terraform_plan);
  CHECK(import_kind_of(R"({"format_version":"1.0"})") == ImportKind::terraform_state);  // an empty one
  CHECK(import_kind_of("\xef\xbb\xbf{\"version\":4,\"resources\":[]}") == ImportKind::terraform_raw_state);
  CHECK(import_kind_of(R"({"RoleDetailList":[]})") == ImportKind::iam_account_details);
  CHECK(import_kind_of(R"({"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}})") == ImportKind::cloudformation);
  CHECK(import_kind_of("Resources:\n  Q:\n    Type: AWS::SQS::Queue\nAWSTemplateFormatVersion: 2010-09-09\n") ==
        ImportKind::cloudformation);
  CHECK(import_kind_of("{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}") ==
        ImportKind::terraform_log);
  CHECK(import_kind_of("PK\x03\x04rest") == ImportKind::terraform_binary_plan);
  CHECK(import_kind_of("[command]/usr/bin/terraform show -json\n{\"format_version\":\"1.0\"}") == ImportKind::wrapped);
  CHECK(import_kind_of("Terraform will perform the following actions") == ImportKind::unknown);
  CHECK(import_kind_of("") == ImportKind::unknown);
  CHECK(import_kind_of("[1, 2]") == ImportKind::unknown);
}

TEST_CASE("What is no input is refused with what to do instead") {
  CHECK(refusal("{\"@level\":\"info\"}\n").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("PK\x03\x04").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("[command]/bin/terraform\n{}").find("terraform_wrapper: false") != std::string::npos);
  CHECK(refusal(R"({"a":1})").find("this is no file that import reads") != std::string::npos);
  CHECK(refusal("").find(":1:1: the file is empty") != std::string::npos);
  CHECK(refusal(R"({"format_version":"2.0","resource_changes":[]})")
            .find("this plan has format version 2.0; versions 0.x and 1.x can be read") != std::string::npos);
  CHECK(
      refusal(
          R"({"format_version":"1.2","resource_changes":[{"address":"a.b","type":"a","name":"b","change":{"actions":["explode"]}}]})")
          .find("what the plan does to a.b is not known here") != std::string::npos);
}

TEST_CASE("A value of another kind than a plan has there is told where it stands") {
  const auto plan = [](const std::string& type, const std::string& beside) {
    return R"({"format_version":"1.2","resource_changes":[{"address":"aws_iam_role.r","type":)" + type +
           R"(,"name":"r","change":{"actions":["no-op"],"before":{"name":"r"},"after":{"name":"r"}}}])" + beside + "}";
  };
  CHECK(refusals(plan(R"("aws_iam_role")", R"(,"configuration":[])")) ==
        Texts{"test.json:1:198: `configuration` should be an object; is the file as Terraform wrote it?"});
  CHECK(refusals(plan("7", "")) == Texts{"test.json:1:80: `type` should be text; is the file as Terraform wrote it?"});
  CHECK(refusal(plan(R"("aws_iam_role")", R"(,"prior_state":7)")).find("`prior_state` should be an object") !=
        std::string::npos);
  CHECK(refusal(plan(R"("aws_iam_role")", R"(,"configuration":{"root_module":{"resources":{}}})"))
            .find("`resources` should be a list") != std::string::npos);
  CHECK(refusal(state(R"({"type":7,"name":"r","instances":[]})")).find("`type` should be text") != std::string::npos);
  CHECK(refusal(R"({"format_version":"","resource_changes":[]})")
            .find("`format_version` should be text such as \"1.2\", and none stands here") != std::string::npos);
  CHECK(refusal(R"({"format_version":1.2,"resource_changes":[]})")
            .find("`format_version` should be text such as \"1.2\"; is the file") != std::string::npos);
}

TEST_CASE("A plan that was cut off is an error at every length, and never a crash") {
  std::ifstream file(cases + "wrong-state-key.plan.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::string whole = text.str();
  for (std::size_t length = 1; length + 3 < whole.size(); length += 1 + whole.size() / 60) {
    INFO(length);
    input::Diagnostics diagnostics;
    const ImportResult r = import_texts({{"cut.json", whole.substr(0, length)}}, embedded_catalogue(), diagnostics);
    CHECK(diagnostics.has_errors());
    CHECK(r.inventory.resources.empty());
  }
}

TEST_CASE("Values of unexpected types are passed over or told, and never a crash") {
  for (const char* values : {"[]", "{}", "3", "\"x\"", "true", "[[[]]]", "{\"a\":{\"b\":[null]}}"}) {
    for (const char* name :
         {"name", "role", "policy", "environment", "dead_letter_config", "assume_role_policy", "arn"}) {
      INFO(name << " = " << values);
      const std::string attributes = std::string("{\"") + name + "\":" + values + "}";
      input::Diagnostics diagnostics;
      import_texts(
          {{"odd.json",
            state(held("aws_lambda_function", "f", attributes) + "," + held("aws_iam_role", "r", attributes) + "," +
                  held("aws_sqs_queue", "q", attributes) + "," + held("aws_s3_bucket", "b", attributes))}},
          embedded_catalogue(), diagnostics);
      CHECK_FALSE(diagnostics.has_errors());
    }
    input::Diagnostics diagnostics;
    import_texts({{"odd.json", std::string(R"({"resource_changes":)") + values + R"(,"configuration":)" + values +
                                   R"(,"prior_state":)" + values + R"(,"resource_drift":)" + values + "}"}},
                 embedded_catalogue(), diagnostics);
  }
}
