// Runs a scenario with other values of the numbers that are varied, each once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/simulation.hpp"
#include "scenarios/sweep.hpp"
#include "scenarios/sweep_parameter.hpp"

namespace moshimo::scenarios {

class Sweeper {
 public:
  // All by reference: they have to live as long. Axes and parameters go together.
  Sweeper(const Answer& base, const models::Catalogue& catalogue, const std::vector<Axis>& axes,
          std::vector<Parameter> parameters, input::Diagnostics& diagnostics);

  struct Ground {  // a compiled world, and what comes of it without anybody
    std::vector<double> key;
    World world;
    Scenario scenario;
    SimTime first_fault = SimTime::never();
    std::unique_ptr<Simulation> simulation;
    Outcome healthy;
    StrategyRun nobody;
    PlanRules runbook;
  };

  // Null when the values make no world; that has been said. Valid until the next call.
  Ground* ground(const std::vector<double>& at);

  StrategyRun run(Ground& ground, const std::vector<double>& at, Strategy strategy);

  const SweepResult* result(const std::vector<double>& at, Strategy strategy);

  std::size_t runs() const { return runs_; }

 private:
  std::vector<double> without_response(std::vector<double> at) const;

  const Answer& base_;
  const models::Catalogue& catalogue_;
  const std::vector<Axis>& axes_;
  std::vector<Parameter> parameters_;
  input::Diagnostics& diagnostics_;
  std::unique_ptr<Ground> ground_;
  std::map<std::pair<Strategy, std::vector<double>>, SweepResult> results_;
  std::size_t runs_ = 0;
};

}  // namespace moshimo::scenarios
