#include "tests/unit/scenarios/incident.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {

std::vector<std::string> Incident::steps() const { return scenarios::steps(answer); }

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
  return scenarios::holds_at_the_end(answer, component, condition);
}

Incident incident(std::string_view inventory, const std::vector<Mishap>& mishaps, Duration detect, Duration horizon,
                  Strategy strategy) {
  std::vector<ScenarioFault> faults;
  for (const Mishap& mishap : mishaps) {
    ScenarioFault fault;
    fault.at = SimTime::after_start(mishap.at);
    fault.verb = mishap.verb;
    fault.components = {mishap.component};
    fault.component_at.resize(1);
    if (!mishap.through.empty()) fault.parameters.emplace_back("through", models::Value::scalar(mishap.through));
    faults.push_back(fault);
  }
  Responders response;
  response.time_to_detect = detect;
  response.strategy = strategy;
  return {ask(inventory, std::move(faults), response, horizon)};
}

}  // namespace moshimo::scenarios
