// The definition of a state machine in an inventory: what it calls is read from it.
#include <catch2/catch.hpp>

#include "input/document.hpp"
#include "models/called_in_definitions.hpp"

namespace moshimo::models {
namespace {

struct Read {
  std::shared_ptr<const Inventory> inventory;
  std::string mistakes;

  // "name -> to via port, caught; ..."
  std::string calls() const {
    const Value* found = inventory->resources.back().attributes.find("calls");
    if (!found) return "not given";
    std::string text;
    for (const Value& call : found->children) {
      const auto word = [&](const char* key) {
        const Value* value = call.find(key);
        return value ? value->text : std::string();
      };
      text += (text.empty() ? "" : "; ") + word("name") + " -> " + word("to");
      if (!word("via").empty()) text += " via " + word("via");
      if (word("essential") == "no") text += ", caught";
    }
    return text;
  }
};

Read with(const std::string& definition, const std::string& more = "") {
  input::Diagnostics diagnostics;
  auto inventory = std::make_shared<Inventory>();
  read_inventory(input::Document::parse("small.yaml",
                                        "version: 1\naccount: '111122223333'\nregion: us-east-1\nresources:\n"
                                        "  role: { type: iam:role }\n"
                                        "  charge: { type: lambda:function, role: role, aws_name: charge-prod }\n"
                                        "  orders: { type: sqs:queue }\n"
                                        "  carts: { type: dynamodb:table }\n"
                                        "  machine:\n    type: states:state-machine\n    role: role\n" +
                                            more + "    definition: " + definition + "\n",
                                        input::Format::yaml, diagnostics),
                 *inventory, diagnostics);
  diagnostics.throw_if_errors();
  Read read;
  read.inventory = with_called_in_definitions(inventory, embedded_catalogue(), diagnostics);
  for (const input::Diagnostic& mistake : diagnostics.errors()) read.mistakes += mistake.message;
  return read;
}

constexpr const char* written_out = R"(
      StartAt: Look up
      States:
        Look up: { Type: Task, Resource: "arn:aws:states:::aws-sdk:dynamodb:getItem", Parameters: { TableName: carts } }
        Charge: { Type: Task, Resource: "arn:aws:lambda:us-east-1:111122223333:function:charge-prod:live" }
        Both:
          Type: Parallel
          Branches:
            - States:
                Tell:
                  Type: Task
                  Resource: arn:aws:states:::sqs:sendMessage
                  Parameters: { QueueUrl: "https://sqs.us-east-1.amazonaws.com/111122223333/orders" }
                  Catch: [{ ErrorEquals: [States.ALL], Next: Charge }]
        Train: { Type: Task, Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync", Parameters: {} })";

TEST_CASE("what a state machine calls is read from its definition, as an import does", "[models]") {
  const Read read = with(written_out);
  CHECK(read.mistakes.empty());
  CHECK(read.calls() == "Look up -> carts via read; Charge -> charge via invoke; Tell -> orders, caught");
  REQUIRE(read.inventory->unknowns.size() == 1);
  CHECK(read.inventory->unknowns[0] ==
        "In machine, the state Train does sagemaker:createTrainingJob, which is nothing that the inventory has.");
  CHECK(read.inventory->resources.back().attributes.find("definition") == nullptr);
}

TEST_CASE("a definition is taken as JSON, too, and names resources as the inventory does", "[models]") {
  CHECK(with(R"('{"States":{"Go":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",)"
             R"("Parameters":{"FunctionName":"charge"}}}}')")
            .calls() == "Go -> charge via invoke");
  CHECK(with("{ States: { Wait: { Type: Wait, Seconds: 5 } } }").calls().empty());
}

TEST_CASE("calls that are given count, and a definition of which nothing is known gives none", "[models]") {
  CHECK(with(written_out, "    calls: []\n").calls().empty());
  CHECK(with("{ States: { Ask: { Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', "
             "Parameters: { 'QueueUrl.$': '$.queue' } } } }")
            .calls() == "not given");
}

TEST_CASE("what is no definition is a mistake", "[models]") {
  CHECK(with("'Pass it on'").mistakes ==
        "the definition of 'machine' has no `States`; write it as JSON or YAML as AWS takes it");
  CHECK(with("{ StartAt: Go }").mistakes ==
        "the definition of 'machine' has no `States`; write it as JSON or YAML as AWS takes it");
}

}  // namespace
}  // namespace moshimo::models
