#include "core/simulation.hpp"

#include <optional>
#include <stdexcept>

#include "core/brakes.hpp"
#include "core/control.hpp"
#include "core/flow.hpp"
#include "core/repair_plan.hpp"

namespace moshimo {
namespace {

const System& checked(const System& system) {
  const std::vector<std::string> mistakes = check(system);
  if (!mistakes.empty()) throw std::invalid_argument(mistakes.front());
  return system;
}

}  // namespace

struct Simulation::State {
  explicit State(const System& s) : system(s), control(s), flow(s) {
    for (std::uint32_t c = 0; c < s.conditions.size(); ++c) {
      starting_values.push_back(control.starting_value(ConditionId(c)) ? 1 : 0);
    }
  }

  void fill_timeline(SimTime horizon) {
    Timeline& timeline = outcome.timeline;
    timeline.horizon = horizon;
    timeline.conditions.reset(system.conditions.size(), {true, false});
    for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
      if (starting_values[c] == 0) timeline.conditions.start_with(c, 1);
    }
    timeline.running.resize(system.processes.size());
    for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
      timeline.running[p] = {{SimTime{}, system.processes[ProcessId(p)].count}};
    }
    for (const Transition& x : control.transitions()) {
      if (x.is_old) continue;
      if (!x.is_process) {
        timeline.conditions.set(x.index, x.at, x.value != 0);
        continue;
      }
      StepFunction<std::uint32_t>& f = timeline.running[x.index];
      if (f.back().at == x.at) f.pop_back();
      if (f.empty() || f.back().value != x.value) f.push_back({x.at, x.value});
    }
  }

  const System& system;
  ControlPlane control;
  Flow flow;
  std::vector<std::uint8_t> starting_values;
  Outcome outcome;
  std::optional<Brakes> brakes;       // once somebody has asked
  std::optional<RepairPlan> repairs;  // the same
};

Simulation::Simulation(const System& system) : Simulation(checked(system), Checked{}) {}
Simulation::Simulation(const System& system, Checked) : state_(std::make_unique<State>(system)) {}
Simulation::~Simulation() = default;

const Outcome& Simulation::run(const Script& script, SimTime horizon) {
  State& s = *state_;
  s.control.reset();
  s.control.apply(script);
  s.control.advance(horizon);
  s.fill_timeline(horizon);
  s.flow.run(s.starting_values, s.control.transitions(), script, horizon, s.outcome);
  return s.outcome;
}

const System& Simulation::system() const { return state_->system; }
ControlPlane& Simulation::control() { return state_->control; }

const Brakes& Simulation::brakes() {
  if (!state_->brakes) state_->brakes.emplace(state_->system);
  return *state_->brakes;
}

const RepairPlan& Simulation::repairs() {
  if (!state_->repairs) state_->repairs.emplace(state_->system);
  return *state_->repairs;
}

Outcome simulate(const System& system, const Script& script, SimTime horizon) {
  Simulation simulation(system);
  return simulation.run(script, horizon);
}

}  // namespace moshimo
