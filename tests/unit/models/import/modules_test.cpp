// Modules, providers and expressions of a plan.
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("A reference that ends at a local value is inferred where only one resource can be meant") {
  const auto plan = [](bool two) {
    const std::string role =
        R"({"address":"aws_iam_role.NAME","mode":"managed","type":"aws_iam_role","name":"NAME","change":{"actions":["create"],
      "before":null,"after":{"name":"NAME"},"after_unknown":{"arn":true}}},)";
    const auto named = [&](std::string_view name) {
      std::string text = role;
      for (std::size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME"))
        text.replace(at, 4, name);
      return text;
    };
    const std::string roles = named("one");
    const std::string second = named("two");
    return R"({"resource_changes":[)" + roles + (two ? second : "") + R"(
      {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["create"],
        "before":null,"after":{"function_name":"f"},"after_unknown":{"role":true,"arn":true}}}],
      "configuration":{"root_module":{"resources":[{"address":"aws_lambda_function.f","expressions":{"role":{"references":["local.role"]}}}]}}})";
  };
  CHECK(edges(import_text(plan(false))) == Texts{"f role -> one (inferred)"});
  CHECK(unresolved(import_text(plan(true))) ==
        Texts{"aws_lambda_function.f role: local.role cannot be followed in the plan, and 2 resources could be meant; "
              "'unknown role of f' stands for it"});
}

TEST_CASE("Providers with an alias: names, accounts and Regions of each") {
  // Two queues of one name, in the Regions of two providers; one role that says nothing of its account, beside a queue
  // of the other account.
  const auto queue = [](const std::string& label, const std::string& region, const std::string& account) {
    return R"({"address":"aws_sqs_queue.)" + label + R"(","mode":"managed","type":"aws_sqs_queue","name":")" + label +
           R"(","change":{"actions":["delete"],"before":{"name":"jobs","url":"https://sqs.)" + region +
           ".amazonaws.com/" + account + R"(/jobs","arn":"arn:aws:sqs:)" + region + ":" + account +
           R"(:jobs"},"after":null}})";
  };
  const ImportResult r =
      import_text(R"({"format_version":"1.2","resource_changes":[)" + queue("here", "eu-west-1", "111111111111") + "," +
                  queue("also", "eu-west-1", "111111111111") + "," + queue("there", "us-east-1", "222222222222") + R"(,
    {"address":"aws_cloudwatch_log_group.g","mode":"managed","type":"aws_cloudwatch_log_group","name":"g",
      "change":{"actions":["no-op"],"before":{"name":"g"},"after":{"name":"g"}}}],
    "configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":{"constant_value":"eu-west-1"}}},
      "aws.us":{"name":"aws","alias":"us","expressions":{"region":{"references":["var.far"]}}}},
      "root_module":{"resources":[
        {"address":"aws_sqs_queue.here","provider_config_key":"aws","expressions":{}},
        {"address":"aws_sqs_queue.there","provider_config_key":"aws.us","expressions":{}},
        {"address":"aws_cloudwatch_log_group.g","provider_config_key":"aws.us","expressions":{}}]}},
    "variables":{"far":{"value":"us-east-1"}}})");
  CHECK(r.inventory.account == "111111111111");
  CHECK(r.inventory.region == "eu-west-1");
  REQUIRE(find(r, "aws_sqs_queue.there"));
  CHECK(find(r, "aws_sqs_queue.there")->aws_name == "jobs");
  CHECK(find(r, "aws_sqs_queue.there")->account == "222222222222");
  REQUIRE(find(r, "g"));
  CHECK(find(r, "g")->region == "us-east-1");
  CHECK(find(r, "g")->account == "222222222222");  // of the others with its provider
  const Compiled compiled = compiled_from(r);
  for (std::uint32_t i = 0; i < compiled.system.repairs.size(); ++i) {
    const std::string name = name_of(compiled.system, RepairId(i));
    const RepairText words = text_of(compiled.system, RepairId(i));
    if (name == "aws_sqs_queue.there/recreate") {
      CHECK(words.commands.front() ==
            "aws sqs create-queue --queue-name jobs --attributes file://attributes.json --region us-east-1");
    }
    if (name == "aws_sqs_queue.here/recreate") {
      CHECK(words.commands.front() == "aws sqs create-queue --queue-name jobs --attributes file://attributes.json");
    }
  }
}

TEST_CASE("Modules inside modules with keys: a variable leads out, an output leads in, each to its own instance") {
  const auto create = [](const std::string& address, const std::string& module, const std::string& type,
                         const std::string& name, const std::string& unknown) {
    return R"({"address":")" + address + R"(","module_address":")" + module + R"(","mode":"managed","type":")" + type +
           R"(","name":")" + name + R"(","change":{"actions":["create"],"before":null,"after":{},"after_unknown":{)" +
           unknown + "}}}";
  };
  std::string changes;
  for (const std::string key : {"a", "b"}) {
    const std::string outer = R"(module.app[\")" + key + R"(\"])";
    changes += (changes.empty() ? "" : ",") +
               create(outer + ".aws_iam_role.r", outer, "aws_iam_role", "r", R"("arn":true)") + "," +
               create(outer + ".module.fn[0].aws_lambda_function.f", outer + ".module.fn[0]", "aws_lambda_function",
                      "f", R"("role":true,"arn":true)");
  }
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[)" + changes + R"(],
    "configuration":{"root_module":{"module_calls":{"app":{"for_each_expression":{},"module":{
      "resources":[{"address":"aws_iam_role.r","expressions":{}}],
      "module_calls":{"fn":{"count_expression":{"constant_value":1},"expressions":{"role":{"references":["aws_iam_role.r.arn","aws_iam_role.r"]}},
        "module":{"variables":{"role":{}},"resources":[{"address":"aws_lambda_function.f","expressions":{"role":{"references":["var.role"]}}}]}}}}}}}}})");
  CHECK(
      edges(r) ==
      Texts{
          "module.app[\"a\"].module.fn[0].aws_lambda_function.f role -> module.app[\"a\"].aws_iam_role.r (reference)",
          "module.app[\"b\"].module.fn[0].aws_lambda_function.f role -> module.app[\"b\"].aws_iam_role.r (reference)"});
}

TEST_CASE("A data source that a plan reads at apply is no change, and what it names is kept") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"data.aws_iam_role.d","mode":"data","type":"aws_iam_role","name":"d","change":{"actions":["read"],"before":null,
      "after":{"name":"shared"},"after_unknown":{"arn":true}}},
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["create"],
      "before":null,"after":{"function_name":"f"},"after_unknown":{"role":true}}}],
    "configuration":{"root_module":{"resources":[{"address":"aws_lambda_function.f","expressions":{"role":{"references":["data.aws_iam_role.d.arn","data.aws_iam_role.d"]}}}]}}})");
  CHECK(edges(r) == Texts{"f role -> shared (reference)"});
  CHECK(r.coverage.data_sources == 1);
  CHECK(r.changes.created == Texts{"aws_lambda_function.f"});
}
