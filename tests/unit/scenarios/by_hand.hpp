// What happens to a system that is written by hand, and what comes of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/recover.hpp"
#include "tests/unit/support/system_text.hpp"

namespace moshimo::scenarios {

struct ByHand {
  Answer answer;
  std::shared_ptr<Scenario> scenario = std::make_shared<Scenario>();
  std::shared_ptr<models::Compiled> compiled = std::make_shared<models::Compiled>();

  explicit ByHand(std::string_view text) {
    compiled->system = system_from(text);
    scenario->name = "by hand";
    scenario->response.count = 1;
    scenario->response.time_to_detect = {};
  }
  System& system() { return compiled->system; }
  void happens(Duration at, const std::vector<std::string>& breaks, const std::vector<std::string>& restores = {}) {
    Action action;
    action.name = "world/turns";
    for (const std::string& c : breaks) action.breaks.push_back(condition_named(system(), c));
    for (const std::string& c : restores) action.restores.push_back(condition_named(system(), c));
    answer.faults.push_back({SimTime::after_start(at), system().actions.add(action)});
  }
  RepairId mends(const std::string& condition, Duration takes, bool by_apply = false) {
    Repair repair;
    repair.label = written(condition + "/mend");
    repair.restores = {condition_named(system(), condition)};
    repair.takes = takes;
    repair.by_apply = by_apply;
    return system().repairs.add(repair);
  }
  const Answer& answered(Duration detect, Duration horizon) {
    scenario->horizon = SimTime::after_start(horizon);
    answer.noticed_after = detect;
    answer.scenario = scenario;
    answer.compiled = compiled;
    answer.first_fault = SimTime{};
    Simulation simulation(system());
    answer.healthy = simulation.run({}, scenario->horizon);
    answer.runs.clear();
    for (const Strategy strategy : {Strategy::none, Strategy::full}) {
      Responders responders = scenario->response;
      responders.time_to_detect = detect;
      responders.strategy = strategy;
      StrategyRun run;
      run.response = respond(simulation, answer.faults, responders, scenario->horizon);
      run.findings = findings_of(system(), run.response.outcome, answer.healthy);
      answer.runs.push_back(std::move(run));
    }
    answer.main = 1;
    return answer;
  }
  Recovery recovered(Duration detect, Duration horizon) { return recover(answered(detect, horizon), 20); }
};

}  // namespace moshimo::scenarios
