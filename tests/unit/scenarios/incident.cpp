#include "tests/unit/scenarios/incident.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "input/document.hpp"

namespace moshimo::scenarios {

std::vector<std::string> Incident::steps() const {
  std::vector<std::string> names;
  for (const Step& step : answer.main_run().response.steps) {
    for (const RepairId r : step.repairs) names.push_back(name_of(answer.system(), r));
  }
  return names;
}

const AtRest* Incident::at_rest(const StrategyRun& run, std::string_view store) const {
  const System& system = answer.system();
  const bool is_there =
      std::any_of(system.stores.begin(), system.stores.end(), [&](const Store& row) { return row.name == store; });
  if (!is_there) throw std::out_of_range("there is no store " + std::string(store));
  for (const AtRest& a : run.findings.at_rest) {
    if (system.stores[a.store].name == store) return &a;
  }
  return nullptr;
}

Duration Incident::lost(const StrategyRun& run, std::string_view store) const {
  const AtRest* found = at_rest(run, store);
  return found == nullptr || found->lost_at.is_never() ? Duration::forever() : found->lost_at.since_start();
}

Duration Incident::unreadable(std::string_view store) const {
  const AtRest* found = at_rest(answer.main_run(), store);
  if (found == nullptr || found->unreadable_from.is_never()) return Duration();
  if (found->unreadable_to.is_never()) return Duration::forever();
  return found->unreadable_to - found->unreadable_from;
}

double Incident::lost_events(std::string_view hop) const {
  const System& system = answer.system();
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    if (system.hops[HopId(h)].name == hop) return answer.main_run().response.outcome.hops[h].lost;
  }
  throw std::out_of_range("there is no hop " + std::string(hop));
}

bool Incident::holds_at_the_end(std::string_view component, std::string_view condition) const {
  const ConditionId c = answer.compiled->condition(answer.compiled->component(component), condition);
  if (!c.is_set()) throw std::out_of_range("there is no condition " + std::string(condition));
  return answer.main_run().response.outcome.timeline.conditions[c.value].back().value;
}

Incident incident(std::string_view inventory, const std::vector<Mishap>& mishaps, Duration detect, Duration horizon,
                  Strategy strategy) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(
      input::Document::parse("small.yaml", "version: 1\n" + std::string(inventory), input::Format::yaml, diagnostics),
      *read, diagnostics);
  diagnostics.throw_if_errors();
  Scenario s;
  s.name = "small";
  s.start = models::parse_moment("2026-01-01");
  s.horizon = SimTime::after_start(horizon);
  for (const Mishap& mishap : mishaps) {
    ScenarioFault fault;
    fault.at = SimTime::after_start(mishap.at);
    fault.verb = mishap.verb;
    fault.components = {mishap.component};
    fault.component_at.resize(1);
    if (!mishap.through.empty()) fault.parameters.emplace_back("through", models::Value::scalar(mishap.through));
    s.faults.push_back(fault);
  }
  s.response.time_to_detect = detect;
  s.response.count = 1;
  s.response.strategy = strategy;
  Incident i{answer(std::make_shared<const Scenario>(s), read, models::embedded_catalogue(), diagnostics)};
  diagnostics.throw_if_errors();
  return i;
}

}  // namespace moshimo::scenarios
