// The answer to a scenario: the healthy run, the run of each strategy with its findings, the what-ifs, the
// expectations.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/detection.hpp"
#include "scenarios/best_plan.hpp"
#include "scenarios/runbook.hpp"
#include "scenarios/world.hpp"

namespace moshimo::scenarios {

struct WhatIfRun {
  const WhatIf* what_if = nullptr;
  std::shared_ptr<models::Compiled> compiled;
  StrategyRun run;
  Detection detection;
  Duration noticed_after;                   // of what its responders go by; forever: nobody is told
  std::optional<StrategyRun> restore_only;  // where that is compared, and is not the strategy itself
};

struct Sweep;

struct Answer {
  std::shared_ptr<const Scenario> scenario;
  std::shared_ptr<const models::Inventory> inventory;
  std::vector<std::shared_ptr<const input::SourceFile>> inventory_files;
  std::shared_ptr<models::Compiled> compiled;
  Outcome healthy;
  SimTime first_fault = SimTime::never();
  std::vector<Fault> faults;
  std::vector<StrategyRun> runs;  // `none` first, then those compared, then the scenario's own if it is another one
  std::size_t main = 0;           // index of the scenario's own strategy in `runs`
  std::vector<WhatIfRun> what_ifs;
  std::shared_ptr<const Sweep> sweep;           // of its own `sweep`, with its own strategy, without cliffs; null: none
  PlanRules rules;                              // of the main run: the steps of its runbook, if it follows one
  std::optional<BestPlan> best_plan;            // where the main run follows a runbook
  std::optional<RunbookCheck> runbook;          // of the main run, held against that
  std::vector<ExpectationResult> expectations;  // of the main run; those of trials are not among them
  Detection detection;
  Duration noticed_after;  // from the first fault; forever: nobody is told

  const System& system() const { return compiled->system; }
  const StrategyRun& nobody_acts() const { return runs.front(); }
  const StrategyRun& main_run() const { return runs[main]; }
  const StrategyRun* run_of(Strategy s) const;
};

// Compiles and runs everything. With errors in `diagnostics` the answer is not to be used.
Answer answer(std::shared_ptr<const Scenario> scenario, const models::Catalogue& catalogue,
              input::Diagnostics& diagnostics);

// The same for an inventory that is already in memory (a reviewed plan).
Answer answer(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const models::Inventory> inventory,
              const models::Catalogue& catalogue, input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
