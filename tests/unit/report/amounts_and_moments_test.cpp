// What is lost is told in its own unit, and each thing with its own moment.
#include <catch2/catch.hpp>

#include "report/words.hpp"
#include "tests/unit/report/told.hpp"

using namespace moshimo;

TEST_CASE("events are lost and requests refused", "[report]") {
  using namespace moshimo::report;
  CHECK(has(lost_and_refused(0, 3, plain_text), "requests are refused"));
  CHECK_FALSE(has(lost_and_refused(0, 3, plain_text), "event"));
  CHECK(has(lost_and_refused(1, 0, plain_text), "event is lost"));
  CHECK(has(lost_and_refused(2, 1, plain_text), "request refused"));
  CHECK(difference_text(0, 1, "fewer", plain_text) == "1 fewer request is refused");
  CHECK(difference_text(2, 3, "more", plain_text) == "2 more events are lost and 3 more requests refused");
  CHECK(has(events_and_requests(0, 0, plain_text), "events"));
}

// The keys are destroyed a day apart.
TEST_CASE("what is gone for good has each its own moment", "[report]") {
  const std::string text = told(R"(
resources:
  one: { type: kms:key, pending_window: 7d }
  other: { type: kms:key, pending_window: 8d }
  db: { type: rds:db-instance, kms_key: one }
  tbl: { type: dynamodb:table, kms_key: other }
)",
                                R"(
horizon: 20d
faults: [{ at: 0s, schedule-deletion: [one, other] }]
response: { detect: 9d, strategy: none }
)");
  CHECK(has(text, "what was in db is gone for good after 7 d and what was in tbl after 8 d"));
}

// The replica's key is disabled: the replica is down, and that it gets no changes for the same reason says nothing new.
TEST_CASE("what is down is not said to be impaired as well", "[report]") {
  const std::string breaks = section(told(R"(
resources:
  key-us: { type: kms:key, region: us-east-1 }
  sessions: { type: dynamodb:table, replicas: [{ name: us, in_region: us-east-1, kms_key: key-us }] }
traffic: [{ to: sessions, rate: 50/s }]
)",
                                          R"(
horizon: 5d
faults: [{ at: 0s, disable: key-us }]
response: { strategy: none }
)"),
                                     "What breaks");
  CHECK(has(breaks, "down from 0 s on (key)"));
  CHECK_FALSE(has(breaks, "impaired from 0 s to 20 h"));
  CHECK(has(breaks, "impaired from 20 h on (missing)"));
}

// The schedule makes its own runs; only what comes to the queue from outside is assumed.
TEST_CASE("traffic is said to be assumed only where some of it is lost", "[report]") {
  const std::string inventory = R"(
resources:
  runs: { type: iam:role }
  works: { type: iam:role }
  nightly: { type: scheduler:schedule, role: runs, target: jobs, every: 1h }
  jobs: { type: sqs:queue }
  events: { type: sqs:queue }
  reader: { type: lambda:event-source-mapping, source: events, function: fn }
  fn: { type: lambda:function, role: works, calls: [] }
)";
  const auto without = [&](const std::string& role) {
    return told(inventory, "horizon: 10d\nfaults: [{ at: 0s, delete: " + role + " }]\nresponse: { strategy: none }\n");
  };
  CHECK(has(without("runs"), "events are lost"));
  CHECK_FALSE(has(without("runs"), "No traffic is given"));
  CHECK(has(without("works"), "No traffic is given, so one event a second is assumed"));
}

TEST_CASE("a sentence that begins with the name of something leaves the name as it is", "[report]") {
  const std::string text = told(R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  db: { type: rds:db-instance, kms_key: key }
)",
                                R"(
horizon: 20d
faults: [{ at: 0s, schedule-deletion: key }]
response: { detect: 1d }
compare: [none, restore_only]
)");
  CHECK(has(text, "db has been replaced by an empty one"));
  CHECK_FALSE(has(text, "Db has"));
}
