#include <algorithm>
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// What a state machine calls: "name -> to via port, caught".
Texts calls(const ImportResult& r, const std::string& machine) {
  Texts told;
  for (const Value& call : value(r, machine, "calls").children) {
    const auto text = [&](const char* key) {
      const Value* found = call.find(key);
      return found ? found->text : std::string();
    };
    told.push_back(text("name") + " -> " + text("to") + (text("via").empty() ? "" : " via " + text("via")) +
                   (text("essential") == "no" ? ", caught" : ""));
  }
  return sorted(told);
}

const std::string role = held("aws_iam_role", "role", R"({"name":"role","arn":"arn:aws:iam::111122223333:role/role"})");

// The state of a machine with this definition, a function, a queue and a table.
ImportResult with_definition(std::string definition) {
  std::erase(definition, '\n');
  for (std::size_t at = definition.find('"'); at != std::string::npos; at = definition.find('"', at + 2)) {
    definition.replace(at, 1, "\\\"");
  }
  return import_text(
      state(role + "," +
            held("aws_lambda_function", "charge",
                 R"({"function_name":"charge","arn":"arn:aws:lambda:us-east-1:111122223333:function:charge",
               "role":"arn:aws:iam::111122223333:role/role"})") +
            "," +
            held("aws_sqs_queue", "orders",
                 R"({"name":"orders","arn":"arn:aws:sqs:us-east-1:111122223333:orders",
               "url":"https://sqs.us-east-1.amazonaws.com/111122223333/orders"})") +
            "," +
            held("aws_dynamodb_table", "carts",
                 R"({"name":"carts","arn":"arn:aws:dynamodb:us-east-1:111122223333:table/carts"})") +
            "," +
            held("aws_sfn_state_machine", "machine",
                 R"({"name":"machine","arn":"arn:aws:states:us-east-1:111122223333:stateMachine:machine",
               "role_arn":"arn:aws:iam::111122223333:role/role","definition":")" +
                     definition + "\"}")));
}

}  // namespace

TEST_CASE("What a state machine calls stands in its definition, inside branches and loops too", "[import]") {
  const ImportResult r = with_definition(
      R"({"States":{
        "Look up":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:getItem","Parameters":{"TableName":"carts"}},
        "Charge":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111122223333:function:charge:live"},
        "Wait":{"Type":"Wait","Seconds":5},
        "Both":{"Type":"Parallel","Branches":[{"States":{
          "Again":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"charge"}}}}]},
        "All":{"Type":"Map","ItemProcessor":{"States":{
          "Tell":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                  "Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/111122223333/orders","MessageBody":"carts"},
                  "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Wait"}]}}}}}})");
  CHECK(calls(r, "machine") == Texts{"Again -> charge via invoke", "Charge -> charge via invoke",
                                     "Look up -> carts via read", "Tell -> orders, caught"});
  CHECK(unresolved(r).empty());
  compiled_from(r);
}

TEST_CASE("What a state machine calls and nothing here is, is told", "[import]") {
  const ImportResult some = with_definition(
      R"({"States":{
        "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"charge"}},
        "Train":{"Type":"Task","Resource":"arn:aws:states:::sagemaker:createTrainingJob.sync","Parameters":{}},
        "Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl.$":"$.queue"}}}})");
  CHECK(calls(some, "machine") == Texts{"Charge -> charge via invoke"});
  CHECK(has(unresolved(some),
            "the state Train does sagemaker:createTrainingJob, which is nothing that is modelled here"));
  CHECK(has(unresolved(some), "the state Ask does sqs:sendMessage, and what with is told only when it runs"));

  // Where nothing of it is known, nobody takes it to call nothing.
  const ImportResult none = with_definition(
      R"({"States":{"Train":{"Type":"Task","Resource":"arn:aws:states:::sagemaker:createTrainingJob.sync"}}})");
  CHECK(value(none, "machine", "calls").kind == Value::Kind::null);
  const ImportResult idle = with_definition(R"({"States":{"Wait":{"Type":"Wait","Seconds":5}}})");
  CHECK(value(idle, "machine", "calls").kind == Value::Kind::list);
  CHECK(calls(idle, "machine").empty());
}

TEST_CASE("A definition that a plan does not know yet calls what it is made of", "[import]") {
  const ImportResult r = import_text(
      R"({"format_version":"1.2","planned_values":{"root_module":{}},"resource_changes":[
        {"address":"aws_sqs_queue.orders","mode":"managed","type":"aws_sqs_queue","name":"orders",
         "change":{"actions":["create"],"before":null,"after":{"name":"orders"},"after_unknown":{"arn":true,"url":true}}},
        {"address":"aws_iam_role.role","mode":"managed","type":"aws_iam_role","name":"role",
         "change":{"actions":["create"],"before":null,"after":{"name":"role"},"after_unknown":{"arn":true}}},
        {"address":"aws_sfn_state_machine.machine","mode":"managed","type":"aws_sfn_state_machine","name":"machine",
         "change":{"actions":["create"],"before":null,"after":{"name":"machine"},
                   "after_unknown":{"definition":true,"role_arn":true}}}],
       "configuration":{"root_module":{"resources":[
        {"address":"aws_sqs_queue.orders","mode":"managed","type":"aws_sqs_queue","name":"orders","expressions":{}},
        {"address":"aws_iam_role.role","mode":"managed","type":"aws_iam_role","name":"role","expressions":{}},
        {"address":"aws_sfn_state_machine.machine","mode":"managed","type":"aws_sfn_state_machine","name":"machine",
         "expressions":{"role_arn":{"references":["aws_iam_role.role.arn","aws_iam_role.role"]},
                        "definition":{"references":["aws_sqs_queue.orders.url","aws_sqs_queue.orders"]}}}]}}})");
  CHECK(calls(r, "machine") == Texts{"orders -> orders"});
  CHECK(has(r.inventory.unknowns, "the definition of machine is not known before apply"));
}

TEST_CASE("A template gives the definition as text or as an object, with what is put in for its placeholders",
          "[import]") {
  const auto machine = [](const std::string& definition) {
    return import_text(R"({"Resources":{
      "Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{}}},
      "Orders":{"Type":"AWS::SQS::Queue"},
      "Told":{"Type":"AWS::SNS::Topic"},
      "Machine":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"RoleArn":{"Fn::GetAtt":["Role","Arn"]},)" +
                       definition + "}}}}");
  };
  CHECK(calls(machine(R"("Definition":{"States":{"Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
                         "Parameters":{"TopicArn":{"Ref":"Told"},"Message":"x"}}}})"),
              "Machine") == Texts{"Tell -> Told"});
  CHECK(
      calls(
          machine(
              R"("DefinitionString":{"Fn::Sub":"{\"States\":{\"Send\":{\"Type\":\"Task\",)"
              R"(\"Resource\":\"arn:aws:states:::sqs:sendMessage\",\"Parameters\":{\"QueueUrl\":\"${Orders}\"}}}}"})"),
          "Machine") == Texts{"Send -> Orders"});
  CHECK(
      calls(machine(
                R"("DefinitionSubstitutions":{"Queue":{"Ref":"Orders"}},
                         "DefinitionString":"{\"States\":{\"Send\":{\"Type\":\"Task\",)"
                R"(\"Resource\":\"arn:aws:states:::sqs:sendMessage\",\"Parameters\":{\"QueueUrl\":\"${Queue}\"}}}}")"),
            "Machine") == Texts{"Send -> Orders"});
}
