// Which fact decides at each point of no return of the library's first scenario, by hand from what AWS documents.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "models/catalogue.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {
namespace {

Answer flagship() {
  input::Diagnostics diagnostics;
  const auto scenario = std::make_shared<const Scenario>(
      read_scenario(std::string(MOSHIMO_SOURCE_DIR) + "/scenarios/library/state-key-mixup/as-it-happened.scenario.yaml",
                    diagnostics));
  Answer a = answer(scenario, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

TEST_CASE("each point of no return names the fact whose limit decides", "[scenarios]") {
  const Answer a = flagship();
  std::map<std::string, std::string> found;
  for (const PointOfNoReturn& p : a.nobody_acts().findings.points) {
    const std::string hop = a.system().hops[p.hop].name;
    const std::string fact = p.fact.is_set() ? a.system().facts[p.fact].id : "";
    const auto [at, is_new] = found.emplace(hop, fact);
    CHECK((is_new || at->second == fact));
  }
  const std::map<std::string, std::string> expected = {
      {"/ecs/web/subscriptions/archive/deliver", "cwl.putlogevents-limits"},  // 14 d, before the group's 30
      {"invoices-to-invoicer/poll-queue", "sqs.retention"},                   // 4 d
      {"log-stream/deliver", "fh.s3-retry"},                                  // 24 h
      {"on-order/targets/stream/deliver", "eb.no-retry-permission"},
      {"orders/run", "lambda.async-system-error"},  // 6 h
      {"ping/run", "lambda.async-system-error"},
      {"receipts/run", "lambda.async-system-error"},
      {"refunds-to-events/carry", "sqs.retention"},
      {"reminders/invoke", "sched.dlq-same-role"},
      {"web/calls/refund/call", "outside.caller-decides"},
      {"web/log", "awslogs.access-denied-drops"},
      {"web/traffic", ""},  // requests, refused because no task runs
  };
  CHECK(found == expected);
}

TEST_CASE("a further repair in the same apply holds up nobody", "[scenarios]") {
  const Answer a = flagship();
  for (const WhatIfRun& w : a.what_ifs) {
    if (w.what_if->name != "the bucket policy names the role by its ARN") continue;
    CHECK(w.run.findings.lost == Approx(a.main_run().findings.lost).epsilon(1e-9));
    return;
  }
  FAIL("the what-if is gone");
}

}  // namespace
}  // namespace moshimo::scenarios
