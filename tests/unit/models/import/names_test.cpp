// What things are called in the inventory and in commands.
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("A name that two resources share gives way to their addresses, and edges follow") {
  const ImportResult r = import_text(
      state(held("aws_iam_role", "a", R"({"name":"x","arn":"arn:aws:iam::111111111111:role/x"})") + "," +
            held("aws_lambda_function", "b", R"({"function_name":"x","role":"arn:aws:iam::111111111111:role/x"})")));
  CHECK(edges(r) == Texts{"aws_lambda_function.b role -> aws_iam_role.a"});
  REQUIRE(r.addresses.size() == 2);
  CHECK(r.addresses[0].address == "aws_iam_role.a");
  CHECK(find(r, "aws_iam_role.a")->aws_name == "x");
  CHECK(find(r, "aws_lambda_function.b")->aws_name == "x");
}

TEST_CASE("Commands have AWS's name of what stands in the inventory under its address") {
  const ImportResult r = import_text(
      state(held("aws_iam_role", "a", R"({"name":"x","path":"/","arn":"arn:aws:iam::111111111111:role/x"})") + "," +
            held("aws_iam_policy", "p", R"({"name":"x","path":"/","arn":"arn:aws:iam::111111111111:policy/x"})") + "," +
            held("aws_lambda_function", "b",
                 R"({"function_name":"x","arn":"arn:aws:lambda:eu-west-1:111111111111:function:x",
                     "role":"arn:aws:iam::111111111111:role/x"})")));
  const Compiled compiled = compiled_from(r);
  const System& system = compiled.system;
  std::size_t commands = 0;
  for (std::uint32_t i = 0; i < system.repairs.size(); ++i) {
    const std::string name = name_of(system, RepairId(i));
    const RepairText words = text_of(system, RepairId(i));
    std::vector<std::string> texts = words.commands;
    texts.push_back(words.verify);
    for (const std::string& text : texts) {
      INFO(text);
      CHECK(text.find("aws_") == std::string::npos);
      commands += text.find(" x ") != std::string::npos || text.ends_with(" x") ? 1U : 0U;
    }
    if (name == "aws_lambda_function.b/recreate") {
      CHECK(words.title.find("aws_lambda_function.b") != std::string::npos);  // sentences have the inventory's name
      CHECK(words.commands.front() ==
            "aws lambda create-function --function-name x --role arn:aws:iam::111111111111:role/x --cli-input-json "
            "file://function.json");
    }
  }
  CHECK(commands > 5);
}

TEST_CASE("A name that only AWS will give is left to be filled in") {
  const ImportResult r = import_text(R"({"resource_changes":[
    {"address":"aws_kms_key.k","mode":"managed","type":"aws_kms_key","name":"k","change":{"actions":["create"],
      "before":null,"after":{"description":"d"},"after_unknown":{"key_id":true,"arn":true}}}]})");
  REQUIRE(find(r, "aws_kms_key.k"));
  CHECK(find(r, "aws_kms_key.k")->aws_name == "<aws_kms_key.k>");
  const Compiled compiled = compiled_from(r);
  for (std::uint32_t i = 0; i < compiled.system.repairs.size(); ++i) {
    for (const std::string& command : text_of(compiled.system, RepairId(i)).commands) {
      INFO(command);
      CHECK(command.find("arn:aws:kms") == std::string::npos);  // no ARN is made up
    }
  }
}

TEST_CASE("What AWS names by an ARN has that ARN in commands") {
  const std::string arn = "arn:aws:sns:eu-west-1:111111111111:t:01234567-0123-0123-0123-0123456789ab";
  const ImportResult r = import_text(
      state(held("aws_sns_topic", "t", R"({"name":"t","arn":"arn:aws:sns:eu-west-1:111111111111:t"})") + "," +
            held("aws_sns_topic_subscription", "s",
                 R"({"id":")" + arn + R"(","topic_arn":"arn:aws:sns:eu-west-1:111111111111:t","protocol":"sqs",
               "endpoint":"arn:aws:sqs:eu-west-1:111111111111:q"})")));
  REQUIRE(find(r, "aws_sns_topic_subscription.s"));
  CHECK(find(r, "aws_sns_topic_subscription.s")->aws_name == arn);
}
