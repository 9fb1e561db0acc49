// wrong-state-key.plan.json: 43 changes of resources on the world of the incident in which a wrong state key deleted
// the roles of another environment, with every form a plan can take beside them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

const std::string cases = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/";

}  // namespace

TEST_CASE("The wrong state key: the world before the plan, with every edge") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  CHECK(r.has_plan);
  CHECK_FALSE(r.is_planned_world);
  // 43 changes, 8 creations: 35 exist. Parts: 4 inline policies, an attachment, a replication configuration, a bucket
  // policy, a queue policy: 8. The dashboard is not modelled. 35 - 8 - 1 = 26.
  CHECK(r.changes.created.size() == 8);
  CHECK(r.coverage.modelled == 26);
  CHECK(r.coverage.folded == 8);
  REQUIRE(r.coverage.unmodelled.size() == 1);
  CHECK(r.coverage.unmodelled.front().address == "aws_cloudwatch_dashboard.web");
  CHECK(unresolved(r).empty());
  const std::string key = "aws_kms_key.app";  // a UUID is no name to read
  const std::string old_key = "aws_kms_key.old";
  CHECK(edges(r) == sorted({
                        "archive log_group -> /ecs/web",
                        "archive destination -> log-stream",
                        "archive role -> staging-logs-to-firehose",
                        "log-stream role -> staging-firehose-s3",
                        "log-stream destination -> staging-log-archive",
                        "alias/staging-app target -> " + key,
                        old_key + " policy[1].allows -> staging-orders",
                        old_key + " policy[2].allows -> aws_iam_role.batch",
                        "aws_lambda_function.batch role -> aws_iam_role.batch",
                        "orders role -> staging-orders",
                        "orders environment.kms_key -> " + key,
                        "orders logs.group -> /aws/lambda/orders",
                        "staging-log-archive replication[0].destination -> staging-log-archive-dr",
                        "staging-log-archive replication[0].role -> staging-s3-replication",
                        "staging-log-archive-dr policy[0].allows -> staging-s3-replication",
                        "jobs dead_letter -> jobs-dead",
                        "module.web.aws_ecs_service.this task_definition -> module.web.aws_ecs_task_definition.this",
                        "module.web.aws_ecs_service.this security_group -> sg-0a1b2c3d4e5f60718",
                        "module.web.aws_ecs_service.this cluster -> staging",
                        "module.web.aws_ecs_task_definition.this execution_role -> staging-ecs-execution",
                        "module.web.aws_ecs_task_definition.this task_role -> staging-web-task",
                        "module.web.aws_ecs_task_definition.this log_group -> /ecs/web",
                        "module.web.aws_ecs_task_definition.this image -> web",
                    }));
}

TEST_CASE("The wrong state key: deletions are faults on names of the inventory") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  CHECK(faults(r) == sorted({
                         "delete staging-ecs-execution",
                         "delete staging-firehose-s3",
                         "delete staging-logs-to-firehose",
                         "delete staging-orders",
                         "delete staging-s3-replication",
                         "delete staging-web-task",
                         "delete report-20240701",  // deposed
                         "break-policy jobs",       // its policy is a resource of its own
                         "disable aws_kms_key.old",
                     }));
  for (const auto& d : r.changes.deletions) {
    INFO(d.name);
    CHECK(find(r, d.name) != nullptr);
  }
  REQUIRE(r.changes.replacements.size() == 2);
  CHECK(r.changes.replacements[0].name == "aws_iam_role.batch");  // a function has the same name
  CHECK_FALSE(r.changes.replacements[0].creates_first);
  CHECK(r.changes.replacements[1].name == "report-20240801");
  CHECK(r.changes.replacements[1].creates_first);
}

TEST_CASE("The wrong state key: both worlds compile, and the faults are verbs of their components") {
  for (const auto world : {World::before, World::after}) {
    const ImportResult r = import_file(cases + "wrong-state-key.plan.json", world);
    input::Diagnostics diagnostics;
    CompileOptions options;
    if (world == World::before) {
      for (const auto& d : r.changes.deletions) options.actions.push_back({d.name, d.verb, {}, {}});
      for (const auto& d : r.changes.replacements) options.actions.push_back({d.name, "delete", {}, {}});
    }
    compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), options, diagnostics);
    for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  }
}

TEST_CASE("The wrong state key: what is no fault is told") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  CHECK(r.changes.forgotten == Texts{"aws_s3_bucket.legacy"});
  CHECK(r.changes.drifted == Texts{"module.web.aws_security_group.this"});
  REQUIRE(r.changes.moves.size() == 1);
  CHECK(r.changes.moves.front().from == "module.web.aws_cloudwatch_log_group.logs");
  CHECK(sorted(r.changes.not_simulated) ==
        sorted({
            // The role of aws_lambda_function.batch is known after apply, but leads to the same role: nothing to tell.
            "aws_lambda_function.orders changes in memory_size, in nothing that the model looks at",
        }));
  REQUIRE(r.changes.unmodelled.size() == 1);
  CHECK(r.changes.unmodelled.front().address == "aws_cloudwatch_dashboard.web");
  CHECK_FALSE(r.changes.unmodelled.front().is_replaced);
  Texts updates;
  for (const auto& u : r.changes.updates)
    updates.push_back(u.name + " " + u.attribute + ": " + u.before + " -> " + u.after);
  CHECK(sorted(updates) ==
        sorted({"jobs retention: 4d -> 1d", "sg-0a1b2c3d4e5f60718/egress/0 egress: {port: 0} -> {port: 443}"}));
}

TEST_CASE("The wrong state key: statements by account, ID, ARN and service") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  const Value* policy = find(r, "staging-log-archive-dr")->attributes.find("policy");
  REQUIRE(policy);  // marked sensitive: used for edges all the same
  REQUIRE(policy->children.size() == 1);
  CHECK(policy->children[0].find("allows")->text == "staging-s3-replication");
  CHECK(policy->children[0].find("by")->text == "role-id");
  const Value* key = find(r, "aws_kms_key.old")->attributes.find("policy");
  REQUIRE(key->children.size() == 3);
  CHECK(key->children[0].find("by")->text == "account");
  CHECK(key->children[1].find("by") == nullptr);  // arn is the default
  CHECK(find(r, "jobs")->attributes.find("policy")->children[0].find("by")->text == "service");
}

TEST_CASE("The wrong state key: the world after the plan, by references") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json", World::after);
  const Texts all = edges(r);
  for (const std::string& edge : Texts{
           // for_each with equal keys, key to key; a module output with a key
           "aws_lambda_event_source_mapping.this[\"jobs\"] source -> jobs (reference)",
           "aws_lambda_event_source_mapping.this[\"jobs-dead\"] source -> jobs-dead (reference)",
           ("aws_lambda_event_source_mapping.this[\"jobs\"] function -> module.api[\"blue\"].aws_lambda_function.this "
            "(reference)"),
           // a reference stays inside its module instance; a variable leads out of it
           "module.api[\"green\"].aws_lambda_function.this role -> module.api[\"green\"].aws_iam_role.this (reference)",
           "module.api[\"green\"].aws_lambda_function.this dead_letter -> jobs-dead (reference)",
           "aws_lambda_function.batch role -> aws_iam_role.batch (reference)",
           // the policy document is known only after apply; its data source says whom it names
           "caller trust[0].allows -> aws_iam_role.batch (reference)",
       }) {
    INFO(edge);
    CHECK(std::count(all.begin(), all.end(), edge) == 1);
  }
  CHECK(std::none_of(all.begin(), all.end(), [](const std::string& e) {
    return e.find("api[\"blue\"].aws_lambda_function.this role -> module.api[\"green\"]") != std::string::npos;
  }));
  // Deleted roles are still named by what uses them: outside now, under the same names.
  CHECK(std::count(all.begin(), all.end(), "orders role -> staging-orders") == 1);
  CHECK(unresolved(r) ==
        Texts{"aws_lambda_function.by_local role: local.reader_role cannot be followed in the plan, and "
              "3 resources could be meant; 'unknown role of by-local' stands for it"});
}

TEST_CASE("Nothing sensitive leaves the import") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  const std::string yaml = to_yaml(r.inventory);
  CHECK(yaml.find("not-a-real-token") == std::string::npos);
  for (const std::string& sentence : r.changes.not_simulated)
    CHECK(sentence.find("not-a-real-token") == std::string::npos);
}

TEST_CASE("An imported inventory reads back as itself") {
  const ImportResult r = import_file(cases + "wrong-state-key.plan.json");
  const std::string yaml = to_yaml(r.inventory);
  input::Diagnostics diagnostics;
  Inventory again;
  read_inventory(input::Document::parse("again.yaml", yaml, input::Format::yaml, diagnostics), again, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  CHECK(again.resources.size() == r.inventory.resources.size());
  CHECK(to_yaml(again) == yaml);
}
