// Keys that are about to be destroyed, and one person who can save only so many of them, in the right order.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/scenarios/incident.hpp"

namespace moshimo::scenarios {
namespace {

constexpr Duration week = Duration::days(7);

// Cancelling takes two minutes, enabling one. `first` has three minutes left when people begin, `next` four and a half.
// By events lost `first` is cancelled and enabled, and `next` too late; with `next` first, `first` goes.
TEST_CASE("what has to be saved first is, before anybody looks at the requests", "[scenarios][last-chance]") {
  const Incident i =
      incident(R"(
resources:
  first: { type: kms:key, pending_window: 7d }
  next: { type: kms:key, pending_window: 7d }
  carts: { type: dynamodb:table, kms_key: first }
  orders: { type: dynamodb:table, kms_key: next }
traffic: [{ to: carts, rate: 100/s }]
)",
               {{{}, "schedule-deletion", "first"}, {Duration::seconds(90), "schedule-deletion", "next"}},
               week - Duration::minutes(3));
  const std::vector<std::string> steps = i.steps();
  REQUIRE(steps.size() > 2);
  CHECK(steps[0] == "first/cancel-deletion");
  CHECK(steps[1] == "next/cancel-deletion");
  CHECK(i.lost_with_response("carts/items").is_forever());
  CHECK(i.lost_with_response("orders/items").is_forever());
}

// Only one of the two can be saved: 150 s and 180 s are left, and each takes 120 s.
TEST_CASE("of what cannot all be saved the key goes that takes less with it", "[scenarios][last-chance]") {
  const Incident i = incident(R"(
resources:
  bare: { type: kms:key, pending_window: 7d }
  used: { type: kms:key, pending_window: 7d }
  orders: { type: dynamodb:table, kms_key: used }
)",
                              {{{}, "schedule-deletion", "bare"}, {Duration::seconds(30), "schedule-deletion", "used"}},
                              week - Duration::seconds(150));
  CHECK(i.steps().front() == "used/cancel-deletion");
  CHECK(i.lost_with_response("orders/items").is_forever());
}

// One minute is left, and cancelling takes two: a new key is made in its place once it is gone.
TEST_CASE("nobody begins to save what is gone before he is done", "[scenarios][last-chance]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  jobs: { type: sqs:queue, kms_key: key }
traffic: [{ to: jobs, rate: 1/s }]
)",
                              {{{}, "schedule-deletion", "key"}}, week - Duration::minutes(1));
  const std::vector<std::string> steps = i.steps();
  CHECK(std::find(steps.begin(), steps.end(), "key/cancel-deletion") == steps.end());
  CHECK(std::find(steps.begin(), steps.end(), "jobs/give-new-key") != steps.end());
  CHECK(i.answer.main_run().response.still_broken.size() < 4);
}

}  // namespace
}  // namespace moshimo::scenarios
