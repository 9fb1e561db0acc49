// What texts name: ARNs, names and URLs, by what the catalogue says of each type.
#include "models/import/identity.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/models/catalogue_texts.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// "identity, name, account, region"; "nothing" where the text names none of the type.
std::string named(const Catalogue& catalogue, const std::string& type, const std::string& text) {
  const auto found = importing::named_by(*catalogue.find_type(type), text);
  if (!found) return "nothing";
  std::string all(found->identity);
  for (const std::string_view part : {found->name, found->account, found->region}) all += ", " + std::string(part);
  return all;
}

std::string named(const std::string& type, const std::string& text) { return named(embedded_catalogue(), type, text); }

const std::string here = ":eu-west-1:111111111111:";  // of ARNs

}  // namespace

TEST_CASE("What follows an identity is no part of it") {
  const auto same = [](const std::string& service, const std::string& resource, const std::string& name) {
    return "arn:aws:" + service + here + resource + ", " + name + ", 111111111111, eu-west-1";
  };
  const auto arn = [](const std::string& text) { return "arn:aws:" + text; };
  const std::string f = same("lambda", "function:f", "f");
  CHECK(named("lambda:function", arn("lambda" + here + "function:f")) == f);
  CHECK(named("lambda:function", arn("lambda" + here + "function:f:7")) == f);
  CHECK(named("lambda:function", arn("lambda" + here + "function:f:$LATEST")) == f);
  CHECK(named("lambda:function", arn("apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda" + here +
                                     "function:f:live/invocations")) == f);
  CHECK(named("lambda:function", "f:live") == "f, f, , ");
  CHECK(named("lambda:function", "111111111111:function:f:live") == "111111111111:function:f, f, 111111111111, ");
  CHECK(named("ecs:task-definition", "web:12") == "web, web, , ");
  CHECK(named("logs:log-group", arn("logs" + here + "log-group:/ecs/web:log-stream:a/b")) ==
        same("logs", "log-group:/ecs/web", "/ecs/web"));
  CHECK(named("dynamodb:table", arn("dynamodb" + here + "table/t/stream/2024-01-01T00:00:00.000")) ==
        same("dynamodb", "table/t", "t"));
  CHECK(named("s3:bucket", "arn:aws:s3:::b/in/*") == "arn:aws:s3:::b, b, , ");
  CHECK(named("secretsmanager:secret", arn("secretsmanager" + here + "secret:app/db-AbCdEf:password::")) ==
        same("secretsmanager", "secret:app/db-AbCdEf", "app/db-AbCdEf"));
  CHECK(named("iam:role", "arn:aws-cn:iam::111111111111:role/team/r") ==
        "arn:aws-cn:iam::111111111111:role/team/r, r, 111111111111, ");
}

TEST_CASE("Forms that types have of their own") {
  const std::string image = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/app";
  CHECK(named("ecr:repository", image + ":v1") == image + ", team/app, 111111111111, eu-west-1");
  CHECK(named("ecr:repository", image + "@sha256:0af") == image + ", team/app, 111111111111, eu-west-1");
  CHECK(named("ecr:repository", "nginx:latest") == "nothing");  // from elsewhere
  const std::string url = "https://sqs.cn-north-1.amazonaws.com.cn/111111111111/q";
  CHECK(named("sqs:queue", url) == url + ", q, 111111111111, cn-north-1");
  CHECK(named("sqs:queue", "https://example.org/q") == "nothing");
  CHECK(named("secretsmanager:secret", "app/db") == "nothing");  // a parameter has a name like that, too
  CHECK(named("ssm:parameter", "/app/db:3") == "/app/db, /app/db, , ");
}

TEST_CASE("What looks like one and is something else") {
  CHECK(named("kinesis:stream", "arn:aws:kinesis" + here + "stream/s/consumer/c:1700000000") == "nothing");
  CHECK(named("sns:topic", "arn:aws:sns" + here + "t:01234567-0123-0123-0123-0123456789ab") == "nothing");
  CHECK(named("kms:alias", "arn:aws:kms" + here + "key/11111111-2222-3333-4444-555555555555") == "nothing");
  const Catalogue& catalogue = embedded_catalogue();
  const TypeDef& key = *catalogue.find_type("kms:key");
  const TypeDef& alias = *catalogue.find_type("kms:alias");
  CHECK(importing::can_name(alias, "alias/app", catalogue));
  CHECK_FALSE(importing::can_name(key, "alias/app", catalogue));
  CHECK(importing::can_name(key, "11111111-2222-3333-4444-555555555555", catalogue));
  CHECK_FALSE(importing::can_name(alias, "11111111-2222-3333-4444-555555555555", catalogue));
  CHECK(importing::is_of_aws(alias, "alias/aws/sqs"));
  CHECK(importing::is_of_aws(alias, "arn:aws:kms" + here + "alias/aws/sqs"));
  CHECK_FALSE(importing::is_of_aws(alias, "alias/app"));
  CHECK(importing::is_of_aws(*catalogue.find_type("iam:policy"), "arn:aws:iam::aws:policy/service-role/Basic"));
}

TEST_CASE("What is left open in a text ends nothing") {
  CHECK(named("lambda:function", "<export a:b>:live") == "<export a:b>, <export a:b>, , ");
  CHECK(named("s3:bucket", "${0!Bucket}/*") == "${0!Bucket}, ${0!Bucket}, , ");
}

TEST_CASE("A service that only the catalogue knows is found by the forms that stand there") {
  const Loaded loaded = load({R"(
version: 1
service: courier
facts: {}
types:
  courier:depot:
    terraform: { courier_depot: { named_by: name, also: [url] } }
    identity: { written: ["depot://{region}/{name}", "{name}"], followed_by: "#", without: "/mirror/" }
  courier:van:
    terraform: { courier_van: { named_by: plate } }
    attributes:
      home: { refers_to: courier:depot, terraform: home }
)"});
  REQUIRE(loaded.mistakes() == "");
  CHECK(named(loaded.catalogue, "courier:depot", "depot://north/a#gate-3") == "depot://north/a, a, , north");
  CHECK(named(loaded.catalogue, "courier:depot", "depot://north/a/mirror/b") == "nothing");
  input::Diagnostics diagnostics;
  const auto van = [](const std::string& plate, const std::string& home) {
    return held("courier_van", plate, R"({"plate":")" + plate + R"(","home":")" + home + "\"}");
  };
  const ImportResult r =
      import_texts({{"vans", state(held("courier_depot", "a", R"({"name":"a","url":"depot://north/a"})") + "," +
                                   van("1", "depot://north/a#gate-3") + "," + van("2", "a#gate-1") + "," +
                                   van("3", "depot://west/b"))}},
                   loaded.catalogue, diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(edges(r) == Texts{"1 home -> a", "2 home -> a", "3 home -> b"});
  REQUIRE(r.coverage.external.size() == 1);
  CHECK(r.coverage.external.front().named_as == "depot://west/b");
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

TEST_CASE("What AWS owns is no reference, whatever form it is named in") {
  const ImportResult r = import_text(
      state(held("aws_sqs_queue", "a", R"({"name":"a","kms_master_key_id":"alias/aws/sqs"})") + "," +
            held("aws_sqs_queue", "b",
                 R"({"name":"b","kms_master_key_id":"arn:aws:kms:eu-west-1:111111111111:alias/aws/sqs"})")));
  CHECK(edges(r).empty());
  CHECK(unresolved(r).empty());
  CHECK(r.coverage.external.empty());
}

TEST_CASE("A log group is found with and without the star that its ARN may end with") {
  const auto filter = [](const std::string& arn) {
    return state(held("aws_cloudwatch_log_group", "g", R"({"name":"g","arn":")" + arn + "\"}") + "," +
                 held("aws_pipes_pipe", "p",
                      R"({"name":"p","log_configuration":[{"cloudwatch_logs_log_destination":[{"log_group_arn":)"
                      R"("arn:aws:logs:eu-west-1:111111111111:log-group:g"}]}]})"));
  };
  for (const std::string ending : {"", ":*"}) {
    INFO(ending);
    const ImportResult r = import_text(filter("arn:aws:logs:eu-west-1:111111111111:log-group:g" + ending));
    CHECK(r.coverage.unfollowed == 1);  // a mention
    CHECK(r.coverage.external.empty());
  }
}

TEST_CASE("What stands outside lies where its text says") {
  const ImportResult r =
      import_text(state(held("aws_ecs_task_definition", "t",
                             R"j({"family":"t","arn":"arn:aws:ecs:eu-west-1:111111111111:task-definition/t:1",
                      "container_definitions":"[{\"image\":\"222222222222.dkr.ecr.us-east-1.amazonaws.com/app:v1\"}]"})j")));
  REQUIRE(find(r, "app"));
  CHECK(find(r, "app")->account == "222222222222");
  CHECK(find(r, "app")->region == "us-east-1");
}
