#include "models/import/importer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "models/compile.hpp"
#include "models/import/terraform_mapping.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

using Texts = std::vector<std::string>;

const std::string cases = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/";

ImportResult import_one(const std::string& path, ImportOptions::World world = ImportOptions::World::automatic) {
  input::Diagnostics diagnostics;
  ImportResult result = import_files({path}, embedded_catalogue(), diagnostics, {world});
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  return result;
}

ImportResult import_text(const std::string& text, ImportOptions::World world = ImportOptions::World::automatic) {
  input::Diagnostics diagnostics;
  ImportResult result = import_texts({{"test.json", text}}, embedded_catalogue(), diagnostics, {world});
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  return result;
}

std::string refusal(const std::string& text) {
  input::Diagnostics diagnostics;
  const ImportResult result = import_texts({{"test.json", text}}, embedded_catalogue(), diagnostics);
  CHECK(result.inventory.resources.empty());
  REQUIRE(diagnostics.has_errors());
  return input::to_string(diagnostics.errors().front());
}

Texts edges(const ImportResult& r) {
  Texts all;
  for (const ImportedEdge& e : r.edges) {
    const char* how = e.how == ImportedEdge::How::value       ? ""
                      : e.how == ImportedEdge::How::reference ? " (reference)"
                                                              : " (inferred)";
    all.push_back(e.from + " " + e.attribute + " -> " + e.to + how);
  }
  std::sort(all.begin(), all.end());
  return all;
}

Texts sorted(Texts texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

Texts faults(const ImportResult& r) {
  Texts all;
  for (const auto& d : r.changes.deletions) all.push_back(d.verb + " " + d.name);
  return sorted(all);
}

Texts unresolved(const ImportResult& r) {
  Texts all;
  for (const auto& u : r.coverage.unresolved) all.push_back(u.address + " " + u.attribute + ": " + u.why);
  return sorted(all);
}

const Resource* find(const ImportResult& r, const std::string& name) {
  for (const Resource& resource : r.inventory.resources) {
    if (resource.name == name) return &resource;
  }
  return nullptr;
}

std::string attribute(const ImportResult& r, const std::string& name, const std::string& attribute) {
  const Resource* resource = find(r, name);
  const Value* value = resource ? resource->attributes.find(attribute) : nullptr;
  return value ? value->text : "";
}

std::string state(const std::string& resources) {
  return R"({"version":4,"lineage":"x","resources":[)" + resources + "]}";
}

std::string held(const std::string& type, const std::string& name, const std::string& attributes) {
  return R"({"mode":"managed","type":")" + type + R"(","name":")" + name + R"(","instances":[{"attributes":)" +
         attributes + "}]}";
}

}  // namespace

// ---- the wrong state key
// ------------------------------------------------------------------------------------------------
// wrong-state-key.plan.json: 43 changes of resources on the world of the incident in which a wrong state key deleted
// the roles of another environment, with every form a plan can take beside them.

TEST_CASE("The wrong state key: the world before the plan, with every edge") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
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
  const std::string key = "1234abcd-12ab-34cd-56ef-1234567890ab";
  const std::string old_key = "99990000-1111-2222-3333-444455556666";
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
                        "module.web.aws_ecs_task_definition.this execution_role -> staging-ecs-execution",
                        "module.web.aws_ecs_task_definition.this task_role -> staging-web-task",
                        "module.web.aws_ecs_task_definition.this log_group -> /ecs/web",
                        "module.web.aws_ecs_task_definition.this image -> web",
                    }));
}

TEST_CASE("The wrong state key: deletions are faults on names of the inventory") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
  CHECK(faults(r) == sorted({
                         "delete staging-ecs-execution",
                         "delete staging-firehose-s3",
                         "delete staging-logs-to-firehose",
                         "delete staging-orders",
                         "delete staging-s3-replication",
                         "delete staging-web-task",
                         "delete report-20240701",  // deposed
                         "break-policy jobs",       // its policy is a resource of its own
                         "disable 99990000-1111-2222-3333-444455556666",
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
  for (const auto world : {ImportOptions::World::before, ImportOptions::World::after}) {
    const ImportResult r = import_one(cases + "wrong-state-key.plan.json", world);
    input::Diagnostics diagnostics;
    CompileOptions options;
    options.cut_loops = true;
    if (world == ImportOptions::World::before) {
      for (const auto& d : r.changes.deletions) options.actions.push_back({d.name, d.verb, {}, {}});
      for (const auto& d : r.changes.replacements) options.actions.push_back({d.name, "delete", {}, {}});
    }
    compile(r.inventory, embedded_catalogue(), options, diagnostics);
    for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  }
}

TEST_CASE("The wrong state key: what is no fault is told") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
  CHECK(r.changes.forgotten == Texts{"aws_s3_bucket.legacy"});
  CHECK(r.changes.drifted == Texts{"module.web.aws_security_group.this"});
  REQUIRE(r.changes.moves.size() == 1);
  CHECK(r.changes.moves.front().from == "module.web.aws_cloudwatch_log_group.logs");
  CHECK(sorted(r.changes.not_simulated) ==
        sorted({
            "aws_cloudwatch_dashboard.web is deleted; aws_cloudwatch_dashboard is not modelled",
            "jobs: its retention changes from 4d to 1d",
            "sg-0a1b2c3d4e5f60718/egress/0 changes from {port: 0} to {port: 443}",
            "aws_lambda_function.batch changes in role (known after apply), which makes no difference to the model",
            "aws_lambda_function.orders changes in memory_size, which makes no difference to the model",
        }));
}

TEST_CASE("The wrong state key: statements by account, ID, ARN and service") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
  const Value* policy = find(r, "staging-log-archive-dr")->attributes.find("policy");
  REQUIRE(policy);  // marked sensitive: used for edges all the same
  REQUIRE(policy->children.size() == 1);
  CHECK(policy->children[0].find("allows")->text == "staging-s3-replication");
  CHECK(policy->children[0].find("by")->text == "role-id");
  const Value* key = find(r, "99990000-1111-2222-3333-444455556666")->attributes.find("policy");
  REQUIRE(key->children.size() == 3);
  CHECK(key->children[0].find("by")->text == "account");
  CHECK(key->children[1].find("by") == nullptr);  // arn is the default
  CHECK(find(r, "jobs")->attributes.find("policy")->children[0].find("by")->text == "service");
}

TEST_CASE("The wrong state key: the world after the plan, by references") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json", ImportOptions::World::after);
  const Texts all = edges(r);
  for (const std::string& edge : Texts{
           // for_each with equal keys, key to key; a module output with a key
           "aws_lambda_event_source_mapping.this[\"jobs\"] source -> jobs (reference)",
           "aws_lambda_event_source_mapping.this[\"jobs-dead\"] source -> jobs-dead (reference)",
           "aws_lambda_event_source_mapping.this[\"jobs\"] function -> module.api[\"blue\"].aws_lambda_function.this "
           "(reference)",
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
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
  const std::string yaml = to_yaml(r.inventory);
  CHECK(yaml.find("not-a-real-token") == std::string::npos);
  for (const std::string& sentence : r.changes.not_simulated)
    CHECK(sentence.find("not-a-real-token") == std::string::npos);
}

TEST_CASE("An imported inventory reads back as itself") {
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
  const std::string yaml = to_yaml(r.inventory);
  input::Diagnostics diagnostics;
  Inventory again;
  read_inventory(input::Document::parse("again.yaml", yaml, input::Format::yaml, diagnostics), again, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  CHECK(again.resources.size() == r.inventory.resources.size());
  CHECK(to_yaml(again) == yaml);
}

// ---- names
// --------------------------------------------------------------------------------------------------------------

TEST_CASE("A name that two resources share gives way to their addresses, and edges follow") {
  const ImportResult r = import_text(
      state(held("aws_iam_role", "a", R"({"name":"x","arn":"arn:aws:iam::111111111111:role/x"})") + "," +
            held("aws_lambda_function", "b", R"({"function_name":"x","role":"arn:aws:iam::111111111111:role/x"})")));
  CHECK(edges(r) == Texts{"aws_lambda_function.b role -> aws_iam_role.a"});
  REQUIRE(r.addresses.size() == 2);
  CHECK(r.addresses[0].address == "aws_iam_role.a");
}

TEST_CASE("A name means something only where its type is known") {
  // A bucket and a rule called "default": the rule's bus is the default bus, and a target's text is no bucket.
  const ImportResult r = import_text(
      state(held("aws_s3_bucket", "b", R"({"bucket":"default","arn":"arn:aws:s3:::default"})") + "," +
            held("aws_cloudwatch_event_rule", "r",
                 R"j({"name":"r","event_bus_name":"default","schedule_expression":"rate(5 minutes)"})j") +
            "," + held("aws_cloudwatch_event_target", "t", R"({"rule":"r","arn":"default","target_id":"t"})")));
  for (const std::string& edge : edges(r)) {
    INFO(edge);
    CHECK(edge.find("-> default") == std::string::npos);
  }
  CHECK(attribute(r, "r", "schedule") == "5m");
}

TEST_CASE("ARNs match without their endings") {
  const ImportResult r = import_text(state(
      held(
          "aws_lambda_function", "f",
          R"({"function_name":"f","arn":"arn:aws:lambda:eu-west-1:111111111111:function:f","role":"arn:aws:iam::111111111111:role/r"})") +
      "," + held("aws_iam_role", "r", R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r"})") + "," +
      held("aws_sqs_queue", "q", R"({"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q","url":"https://q"})") +
      "," +
      held(
          "aws_lambda_event_source_mapping", "m",
          R"({"uuid":"m","function_name":"arn:aws:lambda:eu-west-1:111111111111:function:f:7","event_source_arn":"arn:aws:sqs:eu-west-1:111111111111:q"})")));
  CHECK(edges(r) == Texts{"f role -> r", "m function -> f", "m source -> q"});
}

TEST_CASE("Of two resources with one identity the one of the same region is meant") {
  const auto queue = [](const std::string& label, const std::string& region) {
    return held("aws_sqs_queue", label,
                R"({"name":"q","arn":"arn:aws:sqs:)" + region + R"(:111111111111:q","url":"https://)" + region + "\"}");
  };
  const ImportResult r = import_text(state(
      queue("tokyo", "ap-northeast-1") + "," + queue("osaka", "ap-northeast-3") + "," +
      held("aws_cloudwatch_log_group", "g1",
           R"({"name":"g","arn":"arn:aws:logs:ap-northeast-1:111111111111:log-group:g"})") +
      "," +
      held("aws_cloudwatch_log_group", "g3",
           R"({"name":"g","arn":"arn:aws:logs:ap-northeast-3:111111111111:log-group:g"})") +
      "," +
      held(
          "aws_lambda_function", "f",
          R"({"function_name":"f","arn":"arn:aws:lambda:ap-northeast-3:111111111111:function:f","role":"arn:aws:iam::111111111111:role/r",
           "dead_letter_config":[{"target_arn":"arn:aws:sqs:ap-northeast-1:111111111111:q"}],"logging_config":[{"log_group":"g"}]})")));
  CHECK(edges(r) ==
        sorted({"f role -> r", "f dead_letter -> aws_sqs_queue.tokyo", "f logs.group -> aws_cloudwatch_log_group.g3"}));
  CHECK(find(r, "f")->region == "ap-northeast-3");
}

TEST_CASE("What is named and not there stands outside, and says what it was named as") {
  const ImportResult r = import_text(state(held(
      "aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::222222222222:role/service/shared"})")));
  REQUIRE(r.coverage.external.size() == 1);
  CHECK(r.coverage.external[0].name == "shared");
  CHECK(r.coverage.external[0].named_as == "arn:aws:iam::222222222222:role/service/shared");
  CHECK(find(r, "shared")->account == "222222222222");
}

TEST_CASE("A data source that a resource names is taken in, others are not") {
  const ImportResult r = import_text(state(
      held("aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/shared"})") +
      R"(,{"mode":"data","type":"aws_iam_role","name":"d","instances":[{"attributes":{"name":"shared","arn":"arn:aws:iam::111111111111:role/shared","path":"/"}}]},
          {"mode":"data","type":"aws_iam_role","name":"e","instances":[{"attributes":{"name":"other","arn":"arn:aws:iam::111111111111:role/other"}}]})"));
  CHECK(edges(r) == Texts{"f role -> shared"});
  CHECK(find(r, "other") == nullptr);
  CHECK(r.coverage.data_sources == 2);
  CHECK(r.coverage.external.empty());
}

TEST_CASE("States of several files know each other") {
  input::Diagnostics diagnostics;
  const ImportResult r = import_texts(
      {{"one.tfstate", state(held("aws_iam_role", "r", R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r"})"))},
       {"two.tfstate",
        state(held("aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})"))}},
      embedded_catalogue(), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(edges(r) == Texts{"f role -> r"});
  CHECK(r.coverage.external.empty());
}

TEST_CASE("A state beside a plan of it tells nothing twice") {
  const std::string role = R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r","id":"r"})";
  input::Diagnostics diagnostics;
  const ImportResult r = import_texts(
      {{"old.tfstate", state(held("aws_iam_role", "r", role))},
       {"plan.json", R"({"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role",
                                         "name":"r","change":{"actions":["delete"],"before":)" +
                         role + R"(,"after":null}}]})"}},
      embedded_catalogue(), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(r.coverage.modelled == 1);
  CHECK(faults(r) == Texts{"delete r"});
}

TEST_CASE("A principal that is only an ID is told, for it may be what is left of a deleted role") {
  const ImportResult r = import_text(state(held(
      "aws_sqs_queue", "q",
      R"({"name":"q","url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"AROAEXAMPLEEXAMPLE123\"}}]}"})")));
  CHECK(unresolved(r) ==
        Texts{"aws_sqs_queue.q policy: AROAEXAMPLEEXAMPLE123 is the ID of no role here; it may be what is "
              "left of a deleted one"});
}

TEST_CASE("Values become what an inventory says: durations, counts, nothing where it means for ever") {
  const ImportResult r = import_text(state(
      held(
          "aws_sqs_queue", "q",
          R"({"name":"q","url":"u","message_retention_seconds":86400,"visibility_timeout_seconds":45,"fifo_queue":false,
           "redrive_policy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:111111111111:dead\",\"maxReceiveCount\":4}"})") +
      "," + held("aws_cloudwatch_log_group", "g", R"({"name":"g","retention_in_days":0})")));
  CHECK(attribute(r, "q", "retention") == "1d");
  CHECK(attribute(r, "q", "visibility") == "45s");
  CHECK(attribute(r, "q", "max_receives") == "4");
  CHECK(attribute(r, "q", "dead_letter") == "dead");
  CHECK(attribute(r, "g", "retention").empty());  // 0 is how "never expires" is written
}

TEST_CASE("Schedules become the time between events") {
  const auto gap = [](const char* text) {
    return terraform::schedule_gap(text).value_or(Duration::forever()).in_seconds();
  };
  CHECK(gap("rate(5 minutes)") == 300);
  CHECK(gap("rate(1 hour)") == 3600);
  CHECK(gap("cron(0 12 * * ? *)") == 86400);       // once a day
  CHECK(gap("cron(*/15 * * * ? *)") == 900);       // 60 / 15 = 4 an hour
  CHECK(gap("cron(0 */6 * * ? *)") == 6 * 3600);   // 4 a day
  CHECK(gap("cron(0 9 ? * MON *)") == 7 * 86400);  // once a week
  CHECK(gap("cron(0 9 1 * ? *)") == 30 * 86400);   // once a month
  CHECK_FALSE(terraform::schedule_gap("every day"));
  CHECK_FALSE(terraform::schedule_gap("rate(0 minutes)"));
}

// ---- plans
// ----------------------------------------------------------------------------------------------------------------

TEST_CASE("A policy that loses a statement for somebody who stays is broken; for somebody who goes it is not") {
  const auto plan = [](const std::string& role_action) {
    const std::string before =
        R"("{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/r\"}}]}")";
    return R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":[")" +
           role_action + R"("],"before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":)" +
           (role_action == "delete" ? "null" : R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r"})") + R"(}},
      {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["update"],
        "before":{"name":"q","url":"u","policy":)" +
           before + R"(},"after":{"name":"q","url":"u","policy":"{\"Statement\":[]}"}}}]})";
  };
  CHECK(faults(import_text(plan("no-op"))) == Texts{"break-policy q"});
  const ImportResult both = import_text(plan("delete"));
  CHECK(faults(both) == Texts{"delete r"});
  CHECK(both.changes.not_simulated == Texts{"q: its policy no longer names r, which goes as well"});
}

TEST_CASE("An attachment that goes without its role takes the role's policies") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"}}},
    {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
      "change":{"actions":["delete"],"before":{"role":"r","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"},"after":null}}]})");
  CHECK(faults(r) == Texts{"detach r"});
}

TEST_CASE("A permission that goes takes the callers of its function, and says how many others stay") {
  const auto permission = [](const std::string& name, const std::string& action) {
    const std::string values =
        R"({"function_name":"f","principal":"sns.amazonaws.com","statement_id":")" + name + "\"}";
    return R"(,{"address":"aws_lambda_permission.)" + name +
           R"(","mode":"managed","type":"aws_lambda_permission","name":")" + name + R"(","change":{"actions":[")" +
           action + R"("],"before":)" + values + R"(,"after":)" + (action == "delete" ? "null" : values) + "}}";
  };
  const std::string function = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})";
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
      "before":)" + function + R"(,"after":)" +
                                     function + "}}" + permission("one", "delete") + permission("two", "no-op") + "]}");
  CHECK(r.coverage.folded == 2);
  CHECK(faults(r) == Texts{"break-policy f"});
  CHECK(r.changes.deletions.front().why == "1 more of its kind stays");
}

TEST_CASE("An event target that goes without its rule is deleted by its own name") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_cloudwatch_event_rule.r","mode":"managed","type":"aws_cloudwatch_event_rule","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r"},"after":{"name":"r"}}},
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["no-op"],
      "before":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q"},"after":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q"}}},
    {"address":"aws_cloudwatch_event_target.t","mode":"managed","type":"aws_cloudwatch_event_target","name":"t",
      "change":{"actions":["delete"],"before":{"rule":"r","target_id":"t","arn":"arn:aws:sqs:eu-west-1:111111111111:q"},"after":null}}]})");
  CHECK(faults(r) == Texts{"delete r/targets/t"});
  input::Diagnostics diagnostics;
  CompileOptions options;
  options.actions.push_back({"r/targets/t", "delete", {}, {}});
  const Compiled compiled = compile(r.inventory, embedded_catalogue(), options, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  CHECK(compiled.component("r/targets/t").is_set());
  CHECK(edges(r) == Texts{"r targets[0].target -> q"});
}

TEST_CASE("A reference that ends at a local value is inferred where only one resource can be meant") {
  const auto plan = [](bool two) {
    const std::string role =
        R"({"address":"aws_iam_role.NAME","mode":"managed","type":"aws_iam_role","name":"NAME","change":{"actions":["create"],
      "before":null,"after":{"name":"NAME"},"after_unknown":{"arn":true}}},)";
    std::string roles = role;
    for (std::size_t at; (at = roles.find("NAME")) != std::string::npos;) roles.replace(at, 4, "one");
    std::string second = role;
    for (std::size_t at; (at = second.find("NAME")) != std::string::npos;) second.replace(at, 4, "two");
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

TEST_CASE("A replaced policy that stays the same is no loss for good") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["no-op"],
      "before":{"name":"q","url":"https://q"},"after":{"name":"q","url":"https://q"}}},
    {"address":"aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","change":{"actions":["delete","create"],
      "before":{"queue_url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"},
      "after":{"queue_url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"}}}]})");
  CHECK(faults(r).empty());
  CHECK(r.changes.not_simulated ==
        Texts{"aws_sqs_queue_policy.p is replaced: q is without that part of its policy until the new one is made"});
}

TEST_CASE("Everything sensitive hides everything") {
  const ImportResult r = import_text(
      R"({"resource_changes":[{"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q",
    "change":{"actions":["no-op"],"before":{"name":"hush","url":"https://hush"},"after":{},"before_sensitive":true}}]})");
  CHECK(to_yaml(r.inventory).find("hush") == std::string::npos);
  CHECK(find(r, "aws_sqs_queue.q") != nullptr);
}

TEST_CASE("A plan that says it is not complete is passed on as such") {
  const ImportResult r = import_text(R"({"format_version":"1.2","complete":false,"resource_changes":[]})");
  CHECK(r.is_partial);
  REQUIRE_FALSE(r.inventory.unknowns.empty());
  CHECK(r.inventory.unknowns.front().find("not complete") != std::string::npos);
}

// ---- what is no input
// -----------------------------------------------------------------------------------------------------

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
  CHECK(refusal(R"({"RoleDetailList":[],"Policies":[]})").find("which import does not support yet") !=
        std::string::npos);
  CHECK(refusal("{\"@level\":\"info\"}\n").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("PK\x03\x04").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("[command]/bin/terraform\n{}").find("terraform_wrapper: false") != std::string::npos);
  CHECK(refusal(R"({"a":1})").find("neither a Terraform plan nor a state") != std::string::npos);
  CHECK(refusal("").find("the file is empty") != std::string::npos);
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
