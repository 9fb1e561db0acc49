#include "models/import/importer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "models/compile.hpp"
#include "models/import/schedule_gap.hpp"

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
  for (const auto world : {ImportOptions::World::before, ImportOptions::World::after}) {
    const ImportResult r = import_one(cases + "wrong-state-key.plan.json", world);
    input::Diagnostics diagnostics;
    CompileOptions options;
    if (world == ImportOptions::World::before) {
      for (const auto& d : r.changes.deletions) options.actions.push_back({d.name, d.verb, {}, {}});
      for (const auto& d : r.changes.replacements) options.actions.push_back({d.name, "delete", {}, {}});
    }
    compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), options, diagnostics);
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
  const ImportResult r = import_one(cases + "wrong-state-key.plan.json");
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
  input::Diagnostics diagnostics;
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), {}, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
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
  input::Diagnostics diagnostics;
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), {}, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
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

TEST_CASE("A principal that is only an ID is told, for it is what is left of a deleted role") {
  const ImportResult r = import_text(state(held(
      "aws_sqs_queue", "q",
      R"({"name":"q","url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"AROAEXAMPLEEXAMPLE123\"}}]}"})")));
  CHECK(
      unresolved(r) ==
      Texts{
          "aws_sqs_queue.q policy: AROAEXAMPLEEXAMPLE123 is what is left of a deleted role: AWS shows an ID where the "
          "ARN leads nowhere"});
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
    return importing::schedule_gap(text).value_or(Duration::forever()).in_seconds();
  };
  CHECK(gap("rate(5 minutes)") == 300);
  CHECK(gap("rate(1 hour)") == 3600);
  CHECK(gap("cron(0 12 * * ? *)") == 86400);       // once a day
  CHECK(gap("cron(*/15 * * * ? *)") == 900);       // 60 / 15 = 4 an hour
  CHECK(gap("cron(0 */6 * * ? *)") == 6 * 3600);   // 4 a day
  CHECK(gap("cron(0 9 ? * MON *)") == 7 * 86400);  // once a week
  CHECK(gap("cron(0 9 1 * ? *)") == 30 * 86400);   // once a month
  CHECK_FALSE(importing::schedule_gap("every day"));
  CHECK_FALSE(importing::schedule_gap("rate(0 minutes)"));
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
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), options, diagnostics);
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

TEST_CASE("A part of something outside the files is read into that") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
      "change":{"actions":["delete"],"before":{"role":"shared","policy_arn":"arn:aws:iam::111111111111:policy/p"},"after":null}},
    {"address":"aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","change":{"actions":["delete"],
      "before":{"queue_url":"https://sqs.eu-west-1.amazonaws.com/222222222222/elsewhere",
                "policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"},"after":null}}]})");
  CHECK(faults(r) == Texts{"break-policy elsewhere", "detach shared"});
  CHECK(r.coverage.folded == 2);
  CHECK(r.coverage.unmodelled.empty());
  REQUIRE(find(r, "elsewhere"));
  CHECK(find(r, "elsewhere")->account == "222222222222");
  CHECK(find(r, "elsewhere")->region == "eu-west-1");
  CHECK(edges(r) == Texts{"shared policies -> p"});
}

TEST_CASE("Created under another address under the same name it is replaced, not lost") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.old","mode":"managed","type":"aws_iam_role","name":"old","change":{"actions":["delete"],
      "before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":null}},
    {"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new","change":{"actions":["create"],
      "before":null,"after":{"name":"r"},"after_unknown":{"arn":true}}}]})");
  CHECK(faults(r).empty());
  REQUIRE(r.changes.replacements.size() == 1);
  CHECK(r.changes.replacements.front().name == "r");
  CHECK_FALSE(r.changes.replacements.front().creates_first);
  CHECK(r.changes.replacements.front().why == "created again as aws_iam_role.new; a moved block would keep it");
}

TEST_CASE("A role that is replaced with what is attached to it, and a function that goes over to the new one") {
  const auto plan = [](const std::string& actions, const std::string& attachment, const std::string& after_role,
                       const std::string& unknown) {
    const std::string role = R"({"name":"r","path":"/","arn":"arn:aws:iam::111111111111:role/r"})";
    const std::string attached = R"({"role":"r","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"})";
    const std::string function = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})";
    return R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":[)" +
           actions + R"(],"before":)" + role + R"(,"after":)" + after_role + R"(,"after_unknown":{"arn":true}}},
      {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
        "change":{"actions":[)" +
           attachment + R"(],"before":)" + attached + R"(,"after":)" + attached + R"(}},
      {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["update"],
        "before":)" +
           function + R"(,"after":{"function_name":"f"},"after_unknown":{)" + unknown + R"(}}}],
      "configuration":{"root_module":{"resources":[
        {"address":"aws_iam_role_policy_attachment.a","expressions":{"role":{"references":["aws_iam_role.r.name","aws_iam_role.r"]}}},
        {"address":"aws_lambda_function.f","expressions":{"role":{"references":["aws_iam_role.r.arn","aws_iam_role.r"]}}}]}}})";
  };
  const std::string again = R"("delete","create")";
  const std::string first = R"("create","delete")";
  const auto replacement = [](const ImportResult& r) {
    REQUIRE(r.changes.replacements.size() == 1);
    return r.changes.replacements.front();
  };
  // The same name and path: the same ARN, so the function stays with what it had.
  const auto same = replacement(import_text(plan(again, again, R"({"name":"r","path":"/"})", R"("role":true)")));
  CHECK(same.restores_parts);
  CHECK_FALSE(same.moves_users);
  // Its attachment is left alone, and so is lost with the old role.
  CHECK_FALSE(replacement(import_text(plan(again, R"("no-op")", R"({"name":"r","path":"/"})", R"("role":true)")))
                  .restores_parts);
  // Another name: another ARN, to which the function goes over.
  CHECK(replacement(import_text(plan(first, first, R"({"name":"r2","path":"/"})", R"("role":true)"))).moves_users);
  CHECK(replacement(import_text(plan(again, again, R"({"name":"r2","path":"/"})", R"("role":true)"))).moves_users);
  // A function that is told nothing stays with the old one.
  CHECK_FALSE(replacement(import_text(plan(first, first, R"({"name":"r2","path":"/"})", ""))).moves_users);
}

TEST_CASE("Attributes that nothing reads are named, those that are read are not") {
  const ImportResult r = import_text(state(held(
      "aws_lambda_function", "f",
      R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r","memory_size":128,"layers":[],"handler":null,
          "image_uri":"x","dead_letter_config":[{"target_arn":"arn:aws:sqs:eu-west-1:111111111111:q"}]})")));
  REQUIRE(r.coverage.unread.size() == 1);
  CHECK(r.coverage.unread.front().type == "aws_lambda_function");
  CHECK(r.coverage.unread.front().attributes == Texts{"memory_size"});
}

TEST_CASE("Options of the log driver: the size of its buffer, and who makes the stream") {
  const ImportResult r = import_text(state(held(
      "aws_ecs_task_definition", "t",
      R"({"family":"t","container_definitions":"[{\"name\":\"c\",\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"g\",\"max-buffer-size\":\"25m\",\"awslogs-create-stream\":\"false\"}}}]"})")));
  CHECK(attribute(r, "t", "log_buffer") == "26214400");  // 25 * 1024 * 1024
  CHECK(attribute(r, "t", "log_create_stream") == "no");
}

TEST_CASE("What goes although nothing in the files uses it is named, with whom it lets in") {
  const auto plan = [](const std::string& more) {
    return R"({"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r",
      "change":{"actions":["delete"],"before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r","assume_role_policy":
      "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"}}]}"},"after":null}})" +
           more + "]}";
  };
  const ImportResult alone = import_text(plan(""));
  REQUIRE(alone.changes.unseen_users.size() == 1);
  CHECK(alone.changes.unseen_users.front().name == "r");
  CHECK(alone.changes.unseen_users.front().trusted == Texts{"ecs-tasks.amazonaws.com"});
  const ImportResult used = import_text(plan(R"(,{"address":"aws_lambda_function.f","mode":"managed",
    "type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
    "before":{"function_name":"f","role":"arn:aws:iam::111111111111:role/r"},"after":{}}})"));
  CHECK(used.changes.unseen_users.empty());
}

TEST_CASE("A reference that the model does not follow is told when what it names goes") {
  const ImportResult r = import_text(R"({"resource_changes":[
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["delete"],
      "before":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q","url":"https://q"},"after":null}},
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
      "before":{"function_name":"f","role":"arn:aws:iam::111111111111:role/r",
                "environment":[{"variables":{"QUEUE":"arn:aws:sqs:eu-west-1:111111111111:q","OTHER":"q"}}]},"after":{}}}]})");
  REQUIRE(r.changes.mentions.size() == 1);
  CHECK(r.changes.mentions.front().name == "q");
  CHECK(r.changes.mentions.front().by == "f");
  CHECK(r.changes.mentions.front().attribute == "environment[].variables");
  CHECK(r.coverage.stated == 2);  // and the role
  CHECK(r.coverage.unfollowed == 1);
  CHECK(coverage_line(r.coverage) ==
        "2 resources: 2 modelled, 0 part of those, 0 not modelled; 2 references stated (1 of them not followed), 0 "
        "inferred, 0 unresolved; 1 thing outside these files");
}

TEST_CASE("A role that is forgotten keeps its trust, and the policies attached to it") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","change":{"actions":["forget"],
     "before":{"name":"a","arn":"arn:aws:iam::111111111111:role/a","path":"/","assume_role_policy":
       "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"},
     "after":null}},
    {"address":"aws_iam_role.b","mode":"managed","type":"aws_iam_role","name":"b","change":{"actions":["no-op"],
     "before":{"name":"b","arn":"arn:aws:iam::111111111111:role/b"},"after":{"name":"b","arn":"arn:aws:iam::111111111111:role/b"}}},
    {"address":"aws_iam_role_policy_attachment.p","mode":"managed","type":"aws_iam_role_policy_attachment","name":"p",
     "change":{"actions":["forget"],"before":{"role":"b","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"},"after":null}}]})");
  CHECK(faults(r).empty());
  CHECK(r.changes.updates.empty());
  CHECK(r.changes.not_simulated.empty());
  CHECK(r.changes.forgotten == Texts{"aws_iam_role.a", "aws_iam_role_policy_attachment.p"});
}

TEST_CASE("What only leaves or enters the state is no fault: forget, import, moved") {
  const auto change = [](const std::string& name, const std::string& actions, const std::string& more) {
    const std::string values = R"({"name":")" + name + R"(","arn":"arn:aws:iam::111111111111:role/)" + name + "\"}";
    return R"({"address":"aws_iam_role.)" + name + R"(","mode":"managed","type":"aws_iam_role","name":")" + name +
           "\"" + (more.starts_with("\"previous") ? "," + more : "") + R"(,"change":{"actions":[)" + actions +
           R"(],"before":)" + values + R"(,"after":)" + (actions == "\"forget\"" ? "null" : values) +
           (more.starts_with("\"importing") ? "," + more : "") + "}}";
  };
  const ImportResult r = import_text(
      R"({"format_version":"1.2","resource_changes":[)" + change("a", "\"forget\"", "") + "," +
      change("b", "\"no-op\"", R"("importing":{"id":"b"})") + "," + change("c", "\"create\",\"forget\"", "") + "," +
      change("d", "\"no-op\"", R"("previous_address":"module.x.aws_iam_role.d")") + "]}");
  CHECK(faults(r).empty());
  CHECK(r.changes.replacements.empty());
  CHECK(r.changes.forgotten == Texts{"aws_iam_role.a", "aws_iam_role.c"});
  CHECK(r.changes.imported == Texts{"aws_iam_role.b"});
  REQUIRE(r.changes.moves.size() == 1);
  CHECK(r.changes.moves.front().from == "module.x.aws_iam_role.d");
}

TEST_CASE("Drift says what changed and what is gone") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[],"resource_drift":[
    {"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","change":{"actions":["update"],"before":{},"after":{}}},
    {"address":"aws_iam_role.b","mode":"managed","type":"aws_iam_role","name":"b","change":{"actions":["delete"],"before":{},"after":null}},
    {"address":"aws_iam_role.c","mode":"managed","type":"aws_iam_role","name":"c","change":{"actions":["no-op"],"before":{},"after":{}}}]})");
  CHECK(r.changes.drifted == Texts{"aws_iam_role.a"});
  CHECK(r.changes.vanished == Texts{"aws_iam_role.b"});
}

TEST_CASE("A deposed object goes under its own name; the current one stays") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r-2","arn":"arn:aws:iam::111111111111:role/r-2"},"after":{"name":"r-2"}}},
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","deposed":"abcd1234","change":{"actions":["delete"],
      "before":{"name":"r-1","arn":"arn:aws:iam::111111111111:role/r-1"},"after":null}}]})");
  CHECK(faults(r) == Texts{"delete r-1"});
  CHECK(r.changes.deletions.front().address == "aws_iam_role.r (deposed abcd1234)");
  CHECK(find(r, "r-2"));
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
  input::Diagnostics diagnostics;
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), {}, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
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
  CHECK(refusal("{\"@level\":\"info\"}\n").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("PK\x03\x04").find("terraform show -json FILE") != std::string::npos);
  CHECK(refusal("[command]/bin/terraform\n{}").find("terraform_wrapper: false") != std::string::npos);
  CHECK(refusal(R"({"a":1})").find("this is no file that import reads") != std::string::npos);
  CHECK(refusal("").find("the file is empty") != std::string::npos);
  CHECK(refusal(R"({"format_version":"2.0","resource_changes":[]})")
            .find("this plan has format version 2.0; versions 0.x and 1.x can be read") != std::string::npos);
  CHECK(
      refusal(
          R"({"format_version":"1.2","resource_changes":[{"address":"a.b","type":"a","name":"b","change":{"actions":["explode"]}}]})")
          .find("what the plan does to a.b is not known here") != std::string::npos);
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
