// A policy that is known only after the apply: whom its statements name can be told, but not who else is let in.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "models/compile.hpp"
#include "models/import/importer.hpp"

namespace moshimo::models {
namespace {

TEST_CASE("a policy of which only some statements are known shuts nobody out") {
  input::Diagnostics diagnostics;
  const ImportResult r = import_texts({{"plan.json", R"({"format_version":"1.2",
 "resource_changes":[
  {"address":"aws_sqs_queue.dead","mode":"managed","type":"aws_sqs_queue","name":"dead","change":{"actions":["create"],
   "before":null,"after":{"name":"dead"},"after_unknown":{"arn":true,"url":true,"id":true}}},
  {"address":"aws_sqs_queue_policy.dead","mode":"managed","type":"aws_sqs_queue_policy","name":"dead","change":{
   "actions":["create"],"before":null,"after":{},"after_unknown":{"policy":true,"queue_url":true,"id":true}}},
  {"address":"data.aws_iam_policy_document.dead","mode":"data","type":"aws_iam_policy_document","name":"dead","change":{
   "actions":["read"],"before":null,"after":{},"after_unknown":{"json":true,"id":true}}}],
 "configuration":{"root_module":{"resources":[
  {"address":"aws_sqs_queue.dead","mode":"managed","type":"aws_sqs_queue","name":"dead",
   "expressions":{"name":{"constant_value":"dead"}}},
  {"address":"aws_sqs_queue_policy.dead","mode":"managed","type":"aws_sqs_queue_policy","name":"dead","expressions":{
   "queue_url":{"references":["aws_sqs_queue.dead.id","aws_sqs_queue.dead"]},
   "policy":{"references":["data.aws_iam_policy_document.dead.json","data.aws_iam_policy_document.dead"]}}},
  {"address":"data.aws_iam_policy_document.dead","mode":"data","type":"aws_iam_policy_document","name":"dead",
   "expressions":{"statement":[{"principals":[{"type":{"constant_value":"Service"},
    "identifiers":{"constant_value":["sns.amazonaws.com"]}}]}]}}]}}})"}},
                                      embedded_catalogue(), diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  const auto dead = std::find_if(r.inventory.resources.begin(), r.inventory.resources.end(),
                                 [](const Resource& one) { return one.name == "dead"; });
  REQUIRE(dead != r.inventory.resources.end());
  const Value* policy = dead->attributes.find("policy");
  REQUIRE(policy != nullptr);
  REQUIRE(policy->children.size() == 2);
  CHECK(policy->children[0].find("allows")->text == "sns.amazonaws.com");
  CHECK(policy->children[1].find("allows")->text == "*");
}

}  // namespace
}  // namespace moshimo::models
