// Values of attributes as an inventory writes them, and those that are not read.
#include <catch2/catch.hpp>

#include "models/import/schedule_gap.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

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

TEST_CASE("Everything sensitive hides everything") {
  const ImportResult r = import_text(
      R"({"resource_changes":[{"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q",
    "change":{"actions":["no-op"],"before":{"name":"hush","url":"https://hush"},"after":{},"before_sensitive":true}}]})");
  CHECK(to_yaml(r.inventory).find("hush") == std::string::npos);
  CHECK(find(r, "aws_sqs_queue.q") != nullptr);
}

TEST_CASE("Options of the log driver: the size of its buffer, and who makes the stream") {
  const ImportResult r = import_text(state(held(
      "aws_ecs_task_definition", "t",
      R"({"family":"t","container_definitions":"[{\"name\":\"c\",\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"g\",\"max-buffer-size\":\"25m\",\"awslogs-create-stream\":\"false\"}}}]"})")));
  CHECK(attribute(r, "t", "log_buffer") == "26214400");  // 25 * 1024 * 1024
  CHECK(attribute(r, "t", "log_create_stream") == "no");
}

TEST_CASE("Of several values where the model follows one the others are told") {
  // Two containers: the first has no size for its buffer, so the second's counts; all else is the first's.
  const ImportResult r = import_text(state(
      held("aws_cloudwatch_log_group", "a", R"({"name":"/a"})") + "," +
      held("aws_cloudwatch_log_group", "b", R"({"name":"/b"})") + "," +
      held(
          "aws_ecs_task_definition", "t",
          R"({"family":"t","container_definitions":)"
          R"("[{\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"/a\",\"mode\":\"blocking\"}}},)"
          R"({\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"/b\",\"mode\":\"non-blocking\",)"
          R"(\"max-buffer-size\":\"25m\"}}}]"})")));
  CHECK(edges(r) == Texts{"t log_group -> /a"});
  CHECK(attribute(r, "t", "log_mode") == "blocking");
  CHECK(attribute(r, "t", "log_buffer") == "26214400");
  CHECK(unresolved(r) == Texts{"aws_ecs_task_definition.t log_group: it names /b as well, and the model follows one",
                               "aws_ecs_task_definition.t log_mode: it says non-blocking as well, and the model "
                               "follows one"});
}

TEST_CASE("Of a sensitive policy only those are named who are in the files, and services of AWS") {
  const std::string policy = R"({\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sns:Publish\",\"Resource\":\"*\",)"
                             R"(\"Principal\":{\"Service\":[\"events.amazonaws.com\",\"hush.amazonaws.com\"]}}]})";
  const ImportResult r = import_text(
      R"({"resource_changes":[{"address":"aws_sns_topic.t","mode":"managed","type":"aws_sns_topic","name":"t",
    "change":{"actions":["no-op"],"before":{"name":"t","arn":"arn:aws:sns:eu-west-1:111122223333:t","policy":")" +
      policy + R"("},"after":{},"before_sensitive":{"policy":true}}}]})");
  const std::string yaml = to_yaml(r.inventory);
  CHECK(yaml.find("events.amazonaws.com") != std::string::npos);
  CHECK(yaml.find("hush") == std::string::npos);
  REQUIRE(r.coverage.unresolved.size() == 1);
  CHECK(r.coverage.unresolved.front().why == "it is marked as sensitive, and names somebody who is not in the files");
}

TEST_CASE("A state says of what is sensitive that it is, and not that an apply would tell") {
  const std::string role = R"("role":"arn:aws:iam::111111111111:role/r")";
  const ImportResult r = import_text(state(
      R"({"mode":"managed","type":"aws_lambda_function","name":"f","instances":[{"attributes":{"function_name":"f",)" +
      role + R"(},"sensitive_attributes":[[{"type":"get_attr","value":"role"}]]}]},)" +
      held("aws_lambda_function", "g", R"({"function_name":"g","role":null})")));
  CHECK(
      unresolved(r) ==
      Texts{
          "aws_lambda_function.f role: it is marked as sensitive, so it is not read; 'unknown role of f' stands for it",
          "aws_lambda_function.g role: it is needed, and the files do not tell what it is; 'unknown role of g' "
          "stands for it"});
  CHECK(to_yaml(r.inventory).find("role/r") == std::string::npos);
}
