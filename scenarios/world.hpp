// A scenario compiled: its system, and when which fault happens; and what one way of reacting comes to in it.
#pragma once

#include <memory>
#include <vector>

#include "core/findings.hpp"
#include "core/response.hpp"
#include "models/compile.hpp"
#include "scenarios/scenario.hpp"

namespace moshimo::scenarios {

struct StrategyRun {
  Response response;
  Findings findings;
};

struct World {
  std::shared_ptr<models::Compiled> compiled;
  std::vector<Fault> faults;
};

// With errors in `diagnostics` the world is not to be used.
World compile_world(const Scenario& scenario, const std::shared_ptr<const models::Inventory>& inventory,
                    const models::Catalogue& catalogue, const std::vector<models::Override>& overrides,
                    input::Diagnostics& diagnostics);

// `nobody_acts`: the outcome of the same faults with Strategy::none, where it is known already.
// `runbook`: followed with Strategy::runbook.
StrategyRun run_strategy(Simulation& simulation, const Outcome& healthy, const std::vector<Fault>& faults,
                         const Responders& responders, SimTime horizon, const Outcome* nobody_acts = nullptr,
                         const PlanRules& runbook = {});

}  // namespace moshimo::scenarios
