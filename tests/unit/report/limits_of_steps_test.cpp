// What a step is said to be held up by fits what has happened.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

std::string getting_back(const std::string& fault, const std::string& logs = "{ group: lines }") {
  return section(told(R"(
resources:
  starts: { type: iam:role }
  works: { type: iam:role }
  bucket: { type: s3:bucket }
  web:
    type: ecs:service
    execution_role: starts
    task_role: works
)"
                      "    logs: " +
                          logs + R"(
    calls: [{ name: put, to: bucket }]
  lines: { type: logs:log-group }
  key: { type: kms:key }
  db: { type: rds:db-instance, kms_key: key }
traffic: [{ to: web, rate: 1/s }]
)",
                      "horizon: 2d\nfaults: [" + fault + "]\nresponse: { detect: 1h }\n"),
                 "Getting back");
}

}  // namespace

TEST_CASE("a redeployment is explained by the log driver only where that has lost its role", "[report]") {
  const std::string driver = "Whether the log driver of a running task writes again";
  const std::string of_work = getting_back("{ at: 0s, delete: works }");
  CHECK(has(of_work, "Start the tasks of web afresh"));
  CHECK_FALSE(has(of_work, driver));
  CHECK(has(getting_back("{ at: 0s, delete: starts }"), driver));
  // A log router has the task's credentials, and the driver none of its own.
  const std::string of_router = getting_back("{ at: 0s, delete: works }", "{ driver: firelens, group: lines }");
  CHECK(has(of_router, "Start the tasks of web afresh"));
  CHECK_FALSE(has(of_router, driver));
}

TEST_CASE("a key that was only disabled is told nothing about a deletion", "[report]") {
  const std::string enabled = getting_back("{ at: 0s, disable: key }");
  CHECK(has(enabled, "Enable key key"));
  CHECK_FALSE(has(enabled, "cancelled"));
}

TEST_CASE("what lies in another account is put right by somebody who may act there", "[report]") {
  const std::string steps = section(told(R"(
account: '111122223333'
resources:
  app: { type: iam:role }
  f: { type: lambda:function, role: app, calls: [{ name: a, to: here }, { name: b, to: there }] }
  here: { type: s3:bucket, account: '111122223333', policy: [{ name: x, allows: app, by: arn }] }
  there: { type: s3:bucket, account: '444455556666', policy: [{ name: x, allows: app, by: arn }] }
traffic: [{ to: f, rate: 1/s }]
)",
                                         "horizon: 2d\nfaults: [{ at: 0s, delete: app }]\nresponse: { detect: 1h }\n"),
                                    "Getting back");
  CHECK(
      has(steps, "Save the policy of here again so that it holds the new ID of app. [iam.principal.stored-as-id] By"));
  CHECK(has(steps,
            "Save the policy of there again so that it holds the new ID of app. [iam.principal.stored-as-id] Who: "
            "somebody who may act in account 444455556666. By hand:"));
}
