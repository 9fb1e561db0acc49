// What a plan does not tell apart is said to be unresolved; what stands behind the key of an output is found.
#include <catch2/catch.hpp>

#include "tests/unit/models/import/imports.hpp"

namespace moshimo::models {
namespace {

// Two roles in a module that gives out both by key, and a function that takes one of them, in a form of its own.
ImportResult function_with(const std::string& references, const std::string& index = "") {
  const auto role = [](const std::string& key) {
    return R"({"address":"module.roles.aws_iam_role.r[\")" + key +
           R"(\"]","module_address":"module.roles","mode":"managed","type":"aws_iam_role","name":"r","index":")" + key +
           R"(","change":{"actions":["create"],"before":null,"after":{"name":")" + key +
           R"("},"after_unknown":{"arn":true}}})";
  };
  const std::string key = index.empty() ? "" : "[\\\"" + index + "\\\"]";
  const std::string text =
      R"({"format_version":"1.2","resource_changes":[)" + role("one") + "," + role("other") +
      R"(,{"address":"aws_lambda_function.f)" + key + R"(","mode":"managed","type":"aws_lambda_function","name":"f",)" +
      (index.empty() ? "" : R"("index":")" + index + "\",") +
      R"("change":{"actions":["create"],"before":null,"after":{"function_name":"f"},"after_unknown":{"role":true}}}],
       "configuration":{"root_module":{
         "module_calls":{"roles":{"module":{
           "resources":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r"}],
           "outputs":{"arns":{"expression":{"references":["aws_iam_role.r"]}}}}}},
         "resources":[{"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f",
           "expressions":{"role":{"references":[)" +
      references + "]}}}]}}}";
  return import_text(text);
}

std::string role_of(const ImportResult& r) {
  for (const Resource& resource : r.inventory.resources) {
    if (resource.type != "lambda:function") continue;
    const Value* role = resource.attributes.find("role");
    return role ? role->text : "";
  }
  return "no function";
}

TEST_CASE("the key of an output is that of an instance inside") {
  CHECK(role_of(function_with(
            R"("module.roles.arns[\"other\"].arn","module.roles.arns[\"other\"]","module.roles.arns")")) == "other");
  CHECK(role_of(function_with(R"("module.roles.arns[\"one\"]","module.roles.arns","module.roles")")) == "one");
}

TEST_CASE("an output taken by each.key is that of the same key") {
  CHECK(role_of(function_with(R"("module.roles.arns","module.roles","each.key")", "other")) == "other");
}

TEST_CASE("where several can be meant none is taken") {
  const ImportResult r = function_with(R"("module.roles.arns","module.roles")");
  CHECK(role_of(r).starts_with("unknown role"));
  REQUIRE_FALSE(r.coverage.unresolved.empty());
  CHECK(r.coverage.unresolved.front().why.find("the plan does not tell which of these it is: one, other") !=
        std::string::npos);
}

}  // namespace
}  // namespace moshimo::models
