// Points of no return after which the data can still be had, but not by mending the key alone.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

constexpr std::string_view databases = R"(
resources:
  key: { type: kms:key }
  db: { type: rds:db-instance, kms_key: key }
  bare: { type: rds:db-instance, kms_key: key, backups: no }
  table: { type: dynamodb:table, kms_key: key, replicas: [{ kms_key: key, in_region: eu-west-1 }] }
)";

constexpr std::string_view disabled = R"(
horizon: 20d
faults: [{ at: 0s, disable: [key] }]
response: { detect: 9d, strategy: none }
compare: [none]
)";

}  // namespace

TEST_CASE("after a week without its key a database or a table has to be restored, and the report says when",
          "[report]") {
  const std::string points = section(told(databases, disabled), "Points of no return");
  CHECK(has(points,
            "20 h table/replicas/0: the replica of table in eu-west-1 is no longer part of the global table "
            "From here on it is not enough that the key of the replica of table in eu-west-1 answers. It takes "
            "“Add the replica in eu-west-1 to table again”. [ddb.replica-20h]"));
  CHECK(
      has(points,
          "7 d 2 h db: db is in its terminal state From here on it is not enough that db is taken to have its key. It "
          "takes “Restore db into a new database, as it was up to five minutes before it stopped”. "
          "[kms.svc.rds] [rds.pitr]"));
  CHECK(has(points,
            "7 d table: table table has been archived From here on it is not enough that the key of table "
            "answers. It takes “Restore table from the backup DynamoDB took”. [kms.svc.dynamodb]"));
  // Without backups it runs on as long as nobody stops it.
  CHECK_FALSE(has(points, "bare"));
}

TEST_CASE("where nothing is lost, but the way back changes, the report does not say that there is nothing",
          "[report]") {
  const std::string points =
      section(told("resources:\n  key: { type: kms:key }\n  db: { type: rds:db-instance, kms_key: key }\n"
                   "  queue: { type: sqs:queue }\ntraffic: [{ to: queue, rate: 1/s }]\n",
                   disabled),
              "Points of no return");
  CHECK(has(points, "Nothing is lost, however long it takes; but the way back changes."));
  CHECK(has(points, "7 d 2 h db: db is in its terminal state"));
}

TEST_CASE("the JSON form names the condition, its cause and the ways", "[report]") {
  const std::string json =
      told_as_json("resources:\n  key: { type: kms:key }\n  db: { type: rds:db-instance, kms_key: key }\n", disabled);
  const std::string points = json.substr(json.find("\"turning_points\""), 500);
  CHECK(has(points, "\"at_s\": 612000"));
  CHECK(has(points, "\"condition\": \"db/recoverable\""));
  CHECK(has(points, "\"cause\": \"db/reachable\""));
  CHECK(has(points, "\"db/restore-to-point-in-time\""));
}
