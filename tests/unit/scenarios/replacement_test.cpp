// A replaced role has a new identity, whichever of the two goes first.
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
