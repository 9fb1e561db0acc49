// What is counted from the first moment at which it can be is said to be the worst case.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

constexpr std::string_view disabled = R"(
horizon: 1d
faults: [{ at: 0s, disable: [key] }]
response: { detect: 1h, strategy: none }
)";

}  // namespace

TEST_CASE("a table is said to go on with the key it has in memory, which is not counted", "[report]") {
  const std::string text = told(R"(
resources:
  key: { type: kms:key }
  table: { type: dynamodb:table, kms_key: key }
  other: { type: dynamodb:table, kms_key: key }
)",
                                disabled);
  CHECK(has(section(text, "Assumptions and unknowns"),
            "The key of other no longer answers; the same for table: counted from the first moment at which it can be, "
            "the worst case; it may come up to 5 min later. [kms.svc.dynamodb]"));
}

TEST_CASE("the JSON form has the worst cases one by one", "[report]") {
  const std::string json =
      told_as_json("resources:\n  key: { type: kms:key }\n  table: { type: dynamodb:table, kms_key: key }\n", disabled);
  CHECK(has(json, "\"kind\": \"worst_case\""));
  CHECK(has(
      json,
      "the key of table no longer answers: counted from the first moment at which it can be, the worst case; it may "
      "come up to 5 min later"));
}

TEST_CASE("what comes at a known time is no worst case", "[report]") {
  const std::string text =
      told("resources:\n  key: { type: kms:key }\n  bucket: { type: s3:bucket, kms_key: key }\n", disabled);
  CHECK_FALSE(has(text, "the worst case"));
}

TEST_CASE("a function without the key of its environment answers 502, as soon as it has to start anew", "[report]") {
  const std::string text = told(R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key }
  function: { type: lambda:function, role: role, environment: { kms_key: key } }
)",
                                disabled);
  CHECK(has(section(text, "What you would see"), "502 KMSDisabledException, KMSInvalidStateException or"));
  CHECK(has(section(text, "Assumptions and unknowns"),
            "The environment of function is no longer readable: counted from the first moment at which it can be, the "
            "worst case; it may come up to 2 h later. [lambda.kms-warm]"));
}

TEST_CASE("events of a function without its role are dropped when they are too old, or at once where that is final",
          "[report]") {
  const auto seen = [](const std::string& more) {
    return section(
        told("resources:\n  role: { type: iam:role }\n  function: { type: lambda:function, role: role, max_age: 1h" +
                 more + " }\ntraffic: [{ to: function, rate: 1/s }]\n",
             "horizon: 1d\nfaults: [{ at: 0s, delete: [role] }]\nresponse: { detect: 1h, strategy: none }\n"),
        "What you would see");
  };
  // IAM takes 4 s to spread the deletion; then events are tried for an hour, or not at all.
  CHECK(has(seen(""), " 1 h metric AWS/Lambda AsyncEventsDropped"));
  CHECK(has(seen(", role_errors: final"), " 1 min 4 s metric AWS/Lambda AsyncEventsDropped"));
}
