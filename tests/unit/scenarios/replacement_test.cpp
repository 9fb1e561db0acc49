// A replaced role has a new identity, whichever of the two goes first.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scenarios/answer.hpp"

using namespace moshimo;

namespace {

scenarios::Answer with_role_replaced(Duration gap) {
  auto inventory = std::make_shared<models::Inventory>();
  inventory->add("orders-role", "iam:role");
  models::Resource& orders = inventory->add("orders", "lambda:function");
  orders.attributes.set("role", "orders-role");
  orders.attributes.set("environment", models::Value::map());
  scenarios::Scenario s;
  s.name = "replacement";
  s.horizon = SimTime::after_start(Duration::days(1));
  scenarios::ScenarioFault fault;
  fault.verb = "delete";
  fault.components = {"orders-role"};
  fault.component_at = {input::Position{}};
  fault.made_again_after = gap;
  s.faults = {fault};
  s.response.strategy = Strategy::none;
  input::Diagnostics diagnostics;
  scenarios::Answer a = scenarios::answer(std::make_shared<const scenarios::Scenario>(s), inventory,
                                          models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

bool holds_at_the_end(const scenarios::Answer& a, const char* component, const char* condition) {
  const ConditionId c = a.compiled->condition(a.compiled->component(component), condition);
  REQUIRE(c.is_set());
  return a.nobody_acts().response.outcome.timeline.conditions[c.value].back().value;
}

}  // namespace

TEST_CASE("deleted first, it is there again but its grant is not", "[scenarios]") {
  const scenarios::Answer a = with_role_replaced(Duration::seconds(30));
  CHECK(holds_at_the_end(a, "orders-role", "exists"));
  CHECK_FALSE(holds_at_the_end(a, "orders", "grant"));
}

TEST_CASE("made first, it never goes but its grant does", "[scenarios]") {
  const scenarios::Answer a = with_role_replaced(Duration{});
  const ConditionId exists = a.compiled->condition(a.compiled->component("orders-role"), "exists");
  CHECK(a.nobody_acts().response.outcome.timeline.conditions[exists.value].size() == 1);
  CHECK_FALSE(holds_at_the_end(a, "orders", "grant"));
}

namespace {

// Something is replaced, by one that its users go over to where `moves_users`.
scenarios::Answer with_replaced(const std::shared_ptr<models::Inventory>& inventory, const std::string& name,
                                Duration gap, bool moves_users, Strategy strategy) {
  scenarios::Scenario s;
  s.name = "replacement";
  s.horizon = SimTime::after_start(Duration::days(60));
  scenarios::ScenarioFault fault;
  fault.verb = "delete";
  fault.components = {name};
  fault.component_at = {input::Position{}};
  fault.made_again_after = gap;
  fault.with_users = moves_users;
  fault.with_parts = true;
  s.faults = {fault};
  s.response.strategy = strategy;
  s.response.time_to_detect = Duration::days(1);
  input::Diagnostics diagnostics;
  scenarios::Answer a = scenarios::answer(std::make_shared<const scenarios::Scenario>(s), inventory,
                                          models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

}  // namespace

TEST_CASE("whichever goes first, what lies in a bucket, table, queue or log group stays behind", "[scenarios]") {
  for (const char* type : {"s3:bucket", "dynamodb:table", "sqs:queue", "logs:log-group", "kinesis:stream"}) {
    for (const Duration gap : {Duration{}, Duration::seconds(30)}) {
      const auto inventory = std::make_shared<models::Inventory>();
      inventory->add("one", type);
      const scenarios::Answer a = with_replaced(inventory, "one", gap, true, Strategy::full);
      INFO(type << " " << gap.in_seconds());
      REQUIRE_FALSE(a.main_run().findings.at_rest.empty());
      CHECK(a.main_run().findings.at_rest[0].lost_at == SimTime{});
      CHECK(holds_at_the_end(a, "one", type == std::string("logs:log-group") ? "there" : "exists"));
    }
  }
}

TEST_CASE("what an old key encrypted cannot be read, and is lost when its window is over", "[scenarios]") {
  for (const Duration gap : {Duration{}, Duration::seconds(30)}) {
    const auto inventory = std::make_shared<models::Inventory>();
    inventory->add("key", "kms:key").attributes.set("pending_window", "7d");
    inventory->add("bucket", "s3:bucket").attributes.set("kms_key", "key");
    const scenarios::Answer none = with_replaced(inventory, "key", gap, true, Strategy::none);
    INFO(gap.in_seconds());
    const auto& at_rest = none.main_run().findings.at_rest;
    const auto old =
        std::find_if(at_rest.begin(), at_rest.end(), [](const AtRest& r) { return !r.lost_at.is_never(); });
    REQUIRE(old != at_rest.end());
    CHECK(old->unreadable_from <= SimTime::after_start(Duration::minutes(10)));
    CHECK(old->lost_at >= SimTime::after_start(Duration::days(7)));
    CHECK(old->lost_at <= SimTime::after_start(Duration::days(8) + Duration::minutes(1)));
    CHECK(holds_at_the_end(none, "bucket", "key_works"));  // with the new key
    // Cancelling its deletion saves it.
    const scenarios::Answer full = with_replaced(inventory, "key", gap, true, Strategy::full);
    for (const AtRest& rest : full.main_run().findings.at_rest) CHECK(rest.lost_at.is_never());
  }
}
