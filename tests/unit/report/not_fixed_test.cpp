// What an apply leaves wrong, and for how long that does harm.
#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

// Tasks that live two days keep the credentials of the role they were started with. Of two, one ends after half a day
// and the other after a day and a half.
std::string left_wrong(const std::string& detect) {
  const std::string text = told(R"(
resources:
  exec: { type: iam:role }
  lines: { type: logs:log-group }
  web: { type: ecs:service, execution_role: exec, tasks: 2, task_lifetime: 2d, logs: { group: lines } }
traffic: [{ to: web, rate: 1/s }]
)",
                                "horizon: 20d\nfaults: [{ at: 0s, delete: [exec] }]\nresponse: { detect: " + detect +
                                    ", strategy: restore_only }\ncompare: [none, restore_only]\n");
  return section(text, "What re-creating the role does not fix");
}

}  // namespace

TEST_CASE("what comes right by itself is said to do so, and when", "[report]") {
  const std::string soon = left_wrong("1h");
  CHECK(has(soon, "A running task of web logs with credentials of a deleted role."));
  CHECK(has(soon, "It does no more harm from 1 d 12 h on, by itself."));
}

TEST_CASE("what did harm only before an apply is not said to be left wrong by it", "[report]") {
  const std::string late = left_wrong("5d");
  CHECK_FALSE(has(late, "credentials of a deleted role"));
  CHECK(has(late, "puts everything right"));
}

// One apply makes the role again and switches the mapping on, which the plan does by hand once the role works.
TEST_CASE("what a plain apply does is told in one way all through the report", "[report]") {
  const std::string text = told(R"(
resources:
  works: { type: iam:role }
  jobs: { type: sqs:queue }
  pull: { type: lambda:event-source-mapping, source: jobs, function: fn }
  fn: { type: lambda:function, role: works, calls: [] }
traffic: [{ to: jobs, rate: 5/s }]
)",
                                R"(
horizon: 10d
faults: [{ at: 0s, delete: works }]
response: { detect: 3h }
compare: [none, restore_only]
)");
  CHECK(has(text, "puts everything right in the end, but some of it too early"));
  CHECK_FALSE(has(text, "puts everything right that is modelled"));
  CHECK(has(text, "a plain apply would do more, and too early: “Switch the mapping pull on again”"));
  CHECK_FALSE(has(text, "Re-applying the infrastructure code does this"));
}
