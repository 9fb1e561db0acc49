// What is said of something modelled and is not modelled itself: it is told, with the resource that says it.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "report/report.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// "type attribute: address, address"
Texts unread(const ImportResult& r) {
  Texts rows;
  for (const Coverage::Unread& u : r.coverage.unread) {
    rows.push_back(fmt::format("{} {}: {}", u.type, u.attribute, fmt::join(u.addresses, ", ")));
  }
  return rows;
}

std::string queue(const std::string& name) {
  return held("aws_sqs_queue", name,
              R"({"name":")" + name + R"(","arn":"arn:aws:sqs:eu-west-1:111111111111:)" + name + R"("})");
}

std::string role(const std::string& name) {
  return held("aws_iam_role", name,
              R"({"name":")" + name + R"(","arn":"arn:aws:iam::111111111111:role/)" + name + R"("})");
}

std::string bucket(const std::string& name, const std::string& more = "") {
  return held("aws_s3_bucket", name,
              R"({"bucket":")" + name + R"(","arn":"arn:aws:s3:::)" + name + R"(")" + more + "}");
}

}  // namespace

TEST_CASE("What nothing reads is told by type and attribute, with the resources that say it") {
  const ImportResult r = import_text(state(
      held("aws_sqs_queue", "a", R"({"name":"a","delay_seconds":90,"fifo_queue":false,"max_message_size":1024})") +
      "," + held("aws_sqs_queue", "b", R"({"name":"b","delay_seconds":60,"redrive_allow_policy":null})") + "," +
      held("aws_sqs_queue", "c", R"({"name":"c","delay_seconds":0})")));
  // The size of a message has no effect here, and says nothing; no delay is no delay.
  CHECK(unread(r) == Texts{"aws_sqs_queue delay_seconds: aws_sqs_queue.a, aws_sqs_queue.b"});
  CHECK(has(r.inventory.unknowns, "not modelled of aws_sqs_queue: delay_seconds (aws_sqs_queue.a, aws_sqs_queue.b)"));
  report::Style style;
  CHECK(report::coverage_report(r, style).find("aws_sqs_queue: delay_seconds (aws_sqs_queue.a, aws_sqs_queue.b)") !=
        std::string::npos);
  style.form = report::Form::json;
  CHECK(report::coverage_report(r, style).find(R"("attribute": "delay_seconds")") != std::string::npos);
}

TEST_CASE("What bears on how long data is kept, who may do what, or how often is tried, is told unless it is usual") {
  const auto told = [](const std::string& type, const std::string& attributes) {
    return unread(import_text(state(role("r") + "," + held(type, "x", attributes))));
  };
  CHECK(told("aws_cloudwatch_log_group", R"({"name":"g","log_group_class":"STANDARD"})").empty());
  CHECK(told("aws_cloudwatch_log_group", R"({"name":"g","log_group_class":"DELIVERY"})") ==
        Texts{"aws_cloudwatch_log_group log_group_class: aws_cloudwatch_log_group.x"});
  CHECK(told("aws_glue_job", R"({"name":"j","role_arn":"arn:aws:iam::111111111111:role/r","max_retries":0})").empty());
  CHECK(told("aws_glue_job", R"({"name":"j","role_arn":"arn:aws:iam::111111111111:role/r","max_retries":2})") ==
        Texts{"aws_glue_job max_retries: aws_glue_job.x"});
  CHECK(told("aws_db_instance", R"({"identifier":"d","iam_database_authentication_enabled":true})") ==
        Texts{"aws_db_instance iam_database_authentication_enabled: aws_db_instance.x"});
  CHECK(told("aws_kms_key", R"({"key_id":"1","custom_key_store_id":"cks-1"})") ==
        Texts{"aws_kms_key custom_key_store_id: aws_kms_key.x"});
  // A role that is not followed is at least known to be named.
  const ImportResult r =
      import_text(state(role("r") + "," + bucket("logs") + "," +
                        held("aws_flow_log", "f", R"({"id":"fl-1","log_destination":"arn:aws:s3:::logs",
                                             "deliver_cross_account_role":"arn:aws:iam::111111111111:role/r"})")));
  CHECK(unread(r).empty());
  CHECK(has(edges(r), "deliver_cross_account_role -> r"));
}

TEST_CASE("Where the catalogue says what is usual, anything else is told, be it no") {
  const ImportResult r =
      import_text(state(held("aws_kms_key", "on", R"({"key_id":"1","is_enabled":true,"enable_key_rotation":false})") +
                        "," + held("aws_kms_key", "off", R"({"key_id":"2","is_enabled":false})")));
  CHECK(unread(r) == Texts{"aws_kms_key is_enabled: aws_kms_key.off"});
}

TEST_CASE("A block of which nothing is read is one word, one of which a part is read is not") {
  const ImportResult r = import_text(state(held(
      "aws_lambda_function", "f",
      R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r","snap_start":[{"apply_on":"PublishedVersions",
          "optimization_status":"On"}],"file_system_config":[{"arn":"arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-1",
          "local_mount_path":"/mnt/f"}],"dead_letter_config":[{"target_arn":"arn:aws:sqs:eu-west-1:111111111111:q","more":"x"}]})")));
  CHECK(unread(r) == Texts{"aws_lambda_function dead_letter_config.more: aws_lambda_function.f",
                           "aws_lambda_function file_system_config: aws_lambda_function.f",
                           "aws_lambda_function snap_start: aws_lambda_function.f"});
}

TEST_CASE("Of a plan only what its code sets is told, and what it sets is told before it is known") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["create"],
       "before":null,"after":{"name":"q","delay_seconds":5,"future":"set by AWS"},"after_unknown":{"redrive_allow_policy":true,"url":true}}}],
    "configuration":{"root_module":{"resources":[{"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q",
      "expressions":{"name":{"constant_value":"q"},"delay_seconds":{"constant_value":5},
                     "redrive_allow_policy":{"references":["aws_sqs_queue.other.arn"]}}}]}}})");
  CHECK(unread(r) ==
        Texts{"aws_sqs_queue delay_seconds: aws_sqs_queue.q", "aws_sqs_queue redrive_allow_policy: aws_sqs_queue.q"});
}

TEST_CASE("A delivery to Redshift, Splunk, Snowflake or an endpoint has its own patience and its own bucket") {
  const auto stream = [](const std::string& destination, const std::string& block) {
    return import_text(state(
        role("r") + "," + bucket("spare") + "," +
        held(
            "aws_kinesis_firehose_delivery_stream", "s",
            R"({"name":"s","destination":")" + destination + R"(",")" + destination +
                R"(_configuration":[{"role_arn":"arn:aws:iam::111111111111:role/r",)" + block +
                R"(,"s3_configuration":[{"bucket_arn":"arn:aws:s3:::spare","role_arn":"arn:aws:iam::111111111111:role/r"}]}]})")));
  };
  struct Case {
    std::string destination, block, retry;
  };
  for (const Case& c : {Case{"redshift", R"("cluster_jdbcurl":"jdbc:redshift://c","retry_duration":3600)", "1h"},
                        Case{"snowflake", R"("account_url":"https://a.example.org","retry_duration":60)", "1m"},
                        Case{"http_endpoint", R"("url":"https://a.example.org","retry_duration":300)", "5m"}}) {
    INFO(c.destination);
    const ImportResult r = stream(c.destination, c.block);
    CHECK(attribute(r, "s", "retry_for") == c.retry);
    CHECK(attribute(r, "s", "backup") == "spare");
    CHECK(attribute(r, "s", "role") == "r");
    CHECK(unread(r).empty());
    compiled_from(r);
  }
  const ImportResult splunk = import_text(
      state(role("r") + "," + bucket("spare") + "," +
            held("aws_kinesis_firehose_delivery_stream", "s",
                 R"({"name":"s","splunk_configuration":[{"hec_endpoint":"https://s.example.org","retry_duration":120,
                     "s3_configuration":[{"bucket_arn":"arn:aws:s3:::spare","role_arn":"arn:aws:iam::111111111111:role/r"}]}]})")));
  CHECK(attribute(splunk, "s", "retry_for") == "2m");
  CHECK(attribute(splunk, "s", "backup") == "spare");
  // All records kept in a bucket beside is something else, and is told.
  const ImportResult all = stream("redshift", R"("s3_backup_mode":"Enabled","retry_duration":60)");
  CHECK(unread(all) == Texts{"aws_kinesis_firehose_delivery_stream redshift_configuration.s3_backup_mode: "
                             "aws_kinesis_firehose_delivery_stream.s"});
}

TEST_CASE("Lines that go through a log router go where it sends them, and the router logs for itself") {
  const auto task = [](const std::string& options) {
    return import_text(state(
        role("exec") + "," + role("task") + "," + held("aws_cloudwatch_log_group", "g", R"({"name":"/router"})") + "," +
        held("aws_kinesis_stream", "lines", R"({"name":"lines","retention_period":24})") + "," +
        held(
            "aws_ecs_task_definition", "t",
            R"({"family":"t","execution_role_arn":"arn:aws:iam::111111111111:role/exec","task_role_arn":"arn:aws:iam::111111111111:role/task",)"
            R"("container_definitions":"[{\"name\":\"router\",\"firelensConfiguration\":{\"type\":\"fluentbit\"},)"
            R"(\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"/router\"}}},)"
            R"({\"name\":\"app\",\"logConfiguration\":{\"logDriver\":\"awsfirelens\",\"options\":{)" +
                options + R"(}}}]"})") +
        "," +
        held("aws_ecs_service", "web",
             R"({"name":"web","task_definition":"t","desired_count":1,"launch_type":"FARGATE"})")));
  };
  const ImportResult kinesis = task(R"(\"Name\":\"kinesis_streams\",\"stream\":\"lines\",\"Retry_Limit\":\"4\")");
  CHECK(attribute(kinesis, "t", "log_driver") == "awsfirelens");
  CHECK(attribute(kinesis, "t", "log_delivery_stream") == "lines");
  CHECK(attribute(kinesis, "t", "log_group") == "/router");
  CHECK(attribute(kinesis, "t", "log_retries") == "4");
  const Compiled compiled = compiled_from(kinesis);
  const auto goes_to = [&](const std::string& hop) {
    for (const Hop& h : compiled.system.hops) {
      if (std::string_view(h.name).ends_with(hop)) {
        return std::string(compiled.system.components[compiled.system.ports[h.to].component].name);
      }
    }
    return std::string("no such hop");
  };
  CHECK(goes_to("web/log-through-router") == "lines");
  CHECK(goes_to("web/log-of-router") == "/router");
  CHECK(goes_to("web/log") == "no such hop");  // the router's group is not where the lines go
  const ImportResult other = task(R"(\"Name\":\"s3\",\"bucket\":\"archive\",\"total_file_size\":\"10M\")");
  CHECK(has(unread(other), "aws_ecs_task_definition container_definitions.logConfiguration.options: "));
}

TEST_CASE("An archive that holds a part of what passes is not taken for one that holds all of it") {
  const auto archives = [](const std::string& more) {
    return import_text(state(held("aws_cloudwatch_event_bus", "b",
                                  R"({"name":"b","arn":"arn:aws:events:eu-west-1:111111111111:event-bus/b"})") +
                             more));
  };
  const auto archive = [](const std::string& name, const std::string& more) {
    return "," +
           held("aws_cloudwatch_event_archive", name,
                R"({"name":")" + name +
                    R"(","event_source_arn":"arn:aws:events:eu-west-1:111111111111:event-bus/b","retention_days":7)" +
                    more + "}");
  };
  const ImportResult part = archives(archive("part", R"(,"event_pattern":"{\"source\":[\"shop\"]}")"));
  CHECK(value(part, "b", "archive").kind == Value::Kind::null);
  REQUIRE(part.coverage.unmodelled.size() == 1);
  CHECK(part.coverage.unmodelled.front().address == "aws_cloudwatch_event_archive.part");
  const ImportResult two = archives(archive("one", "") + archive("two", ""));
  CHECK(value(two, "b", "archive").find("title")->text == "one");
  CHECK(has(unresolved(two), "aws_cloudwatch_event_archive.two gives it one as well, and the model follows one"));
}

TEST_CASE("A lifecycle rule that is off, or for some objects only, expires nothing") {
  const auto expires = [](const std::string& rule) {
    const ImportResult r = import_text(
        state(bucket("b") + "," +
              held("aws_s3_bucket_lifecycle_configuration", "l",
                   R"({"bucket":"b","rule":[{"id":"r","expiration":[{"days":30}],"prefix":"",)" + rule + "}]}")));
    return attribute(r, "b", "expires_after") + "|" + fmt::format("{}", fmt::join(unread(r), "; "));
  };
  const std::string type = "aws_s3_bucket_lifecycle_configuration ";
  const std::string where = ": aws_s3_bucket_lifecycle_configuration.l";
  const std::string all = R"("filter":[{"and":[],"object_size_greater_than":null,"prefix":"","tag":[]}])";
  CHECK(expires(R"("status":"Enabled",)" + all) == "30d|");
  CHECK(expires(R"("status":"Disabled",)" + all) == "|" + type + "rule" + where);
  CHECK(expires(R"("status":"Enabled","filter":[{"prefix":"logs/"}])").starts_with("|" + type + "rule"));
  const ImportResult old = import_text(state(bucket(
      "o",
      R"(,"lifecycle_rule":[{"enabled":true,"prefix":"tmp/","expiration":[{"days":1}]},{"enabled":true,"prefix":"","tags":{},"expiration":[{"days":90}]}])")));
  CHECK(attribute(old, "o", "expires_after") == "90d");
  CHECK(has(unread(old), "aws_s3_bucket lifecycle_rule"));
}

TEST_CASE("A schedule for a single run is not taken for one that comes again") {
  const ImportResult r = import_text(state(
      role("r") + "," + queue("q") + "," +
      held(
          "aws_scheduler_schedule", "once",
          R"j({"name":"once","schedule_expression":"at(2025-05-12T10:00:00)","target":[{"arn":"arn:aws:sqs:eu-west-1:111111111111:q",
               "role_arn":"arn:aws:iam::111111111111:role/r"}]})j") +
      "," +
      held("aws_cloudwatch_event_rule", "odd", R"j({"name":"odd","schedule_expression":"at(2025-05-12T10:00:00)"})j")));
  const Compiled compiled = compiled_from(r);
  bool is_told = false;
  for (const Assumption& a : compiled.assumptions) {
    is_told = is_told || a.says.starts_with("once runs once, at(2025-05-12T10:00:00)");
  }
  CHECK(is_told);
  CHECK(has(unread(r), "aws_cloudwatch_event_rule schedule_expression: aws_cloudwatch_event_rule.odd"));
}

TEST_CASE("Of two configurations of asynchronous calls the one for all calls counts, and the other is told") {
  const auto configuration = [](const std::string& name, const std::string& qualifier, const std::string& age) {
    return "," +
           held("aws_lambda_function_event_invoke_config", name,
                R"({"function_name":"f","qualifier":)" + qualifier + R"(,"maximum_event_age_in_seconds":)" + age + "}");
  };
  const std::string function =
      role("r") + "," +
      held("aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})");
  const ImportResult r =
      import_text(state(function + configuration("live", R"("live")", "60") + configuration("all", "null", "3600")));
  CHECK(attribute(r, "f", "max_age") == "1h");
  CHECK(unread(r) == Texts{"aws_lambda_function_event_invoke_config maximum_event_age_in_seconds: "
                           "aws_lambda_function_event_invoke_config.live",
                           "aws_lambda_function_event_invoke_config qualifier: "
                           "aws_lambda_function_event_invoke_config.live"});
  // Alone, the one of an alias is taken for the function.
  CHECK(attribute(import_text(state(function + configuration("live", R"("live")", "60"))), "f", "max_age") == "1m");
}

TEST_CASE("A part that goes with what it is part of is told") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["delete"],
       "before":{"name":"q","url":"https://q"},"after":null}},
      {"address":"aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","change":{"actions":["delete"],
       "before":{"queue_url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"},"after":null}}]})");
  CHECK(faults(r) == Texts{"delete q"});
  CHECK(r.changes.along == Texts{"aws_sqs_queue_policy.p"});
  report::Style style;
  CHECK(report::coverage_report(r, style).find("Go along with what they are part of (1): aws_sqs_queue_policy.p") !=
        std::string::npos);
}
