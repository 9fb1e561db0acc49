#include "scenarios/sweeper.hpp"

#include <algorithm>
#include <set>

namespace moshimo::scenarios {

namespace {

constexpr double something = 1e-6;  // events: less is nothing

double threshold(const HopLedger& ledger) { return something + 1e-10 * ledger.offered; }

SweepResult result_of(const System& system, const StrategyRun& run, SimTime first_fault) {
  SweepResult result;
  result.strategy = run.response.strategy;
  result.figures = figures_of(system, run, first_fault);
  std::set<Trait> traits;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const HopLedger& ledger = run.response.outcome.hops[h];
    if (ledger.lost <= threshold(ledger)) continue;
    result.losses.emplace_back(system.hops[HopId(h)].name, ledger.lost);
    std::map<std::pair<int, LossWindow::Why>, double> by_reason;
    for (const LossWindow& w : ledger.losses) by_reason[{w.fallback, w.why}] += w.events;
    for (const auto& [reason, events] : by_reason) {
      if (events <= threshold(ledger)) continue;
      traits.insert({Trait::Kind::loses, system.hops[HopId(h)].name, reason.first, reason.second, false});
    }
  }
  std::sort(result.losses.begin(), result.losses.end());
  for (const PointOfNoReturn& p : run.findings.points) {
    if (p.store.is_set()) traits.insert({Trait::Kind::gone, system.stores[p.store].name, -1, {}, false});
    if (p.condition.is_set()) traits.insert({Trait::Kind::gone, name_of(system, p.condition), -1, {}, false});
  }
  for (const ConditionId c : run.response.still_broken) {
    traits.insert({Trait::Kind::broken, name_of(system, c), -1, {}, false});
  }
  for (const HopId h : run.response.unreleased) {
    traits.insert({Trait::Kind::left, system.hops[h].name, -1, {}, false});
  }
  for (const Objective& o : run.findings.objectives) {
    if (!o.met) traits.insert({Trait::Kind::misses, system.components[o.component].name, -1, {}, o.is_rto});
  }
  result.traits.assign(traits.begin(), traits.end());
  for (const Step& step : run.response.steps) {
    for (const RepairId r : step.repairs) result.steps.push_back(name_of(system, r));
  }
  std::sort(result.steps.begin(), result.steps.end());
  return result;
}

}  // namespace

Sweeper::Sweeper(const Answer& base, const models::Catalogue& catalogue, const std::vector<Axis>& axes,
                 std::vector<Parameter> parameters, input::Diagnostics& diagnostics)
    : base_(base), catalogue_(catalogue), axes_(axes), parameters_(std::move(parameters)), diagnostics_(diagnostics) {}

Sweeper::Ground* Sweeper::ground(const std::vector<double>& at) {
  std::vector<double> key;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Parameter::Kind kind = parameters_[i].kind;
    if (kind != Parameter::Kind::detect && kind != Parameter::Kind::responders) key.push_back(at[i]);
  }
  if (ground_ && ground_->key == key) return ground_.get();
  ground_.reset();
  auto made = std::make_unique<Ground>();
  made->key = std::move(key);
  made->scenario = *base_.scenario;
  bool compiles = false;
  std::vector<models::Override> overrides;
  std::shared_ptr<const models::Inventory> inventory = base_.inventory;
  for (std::size_t i = 0; i < at.size(); ++i) {
    compiles = compiles || parameters_[i].compiles();
    set(parameters_[i], models::Quantity{at[i], axes_[i].unit}, made->scenario, overrides, inventory);
  }
  if (compiles) {
    input::Diagnostics compiling;
    made->world = compile_world(made->scenario, inventory, catalogue_, overrides, compiling);
    if (compiling.has_errors()) {
      if (!diagnostics_.has_errors()) diagnostics_.take(std::move(compiling));
      return nullptr;
    }
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (parameters_[i].kind != Parameter::Kind::takes) continue;
      models::Compiled& compiled = *made->world.compiled;
      const RepairId repair = compiled.repair(compiled.component(parameters_[i].component), parameters_[i].key);
      if (repair.is_set()) compiled.system.repairs[repair].takes = Duration::seconds(at[i]);
    }
  } else {
    made->world = {base_.compiled, base_.faults};
  }
  for (const Fault& f : made->world.faults) made->first_fault = std::min(made->first_fault, f.at);
  made->simulation = std::make_unique<Simulation>(made->world.compiled->system, Simulation::Checked{});
  made->healthy = made->simulation->run({}, made->scenario.horizon);
  made->runbook = base_.rules;
  if (compiles && base_.scenario->runbook) {
    input::Diagnostics ignored;  // a step may have nothing to do with other values
    made->runbook.order = tasks_of(*base_.scenario->runbook, made->world.compiled->system, made->first_fault, ignored);
  }
  Responders nobody = made->scenario.response;
  nobody.strategy = Strategy::none;
  made->nobody = run_strategy(*made->simulation, made->healthy, made->world.faults, nobody, made->scenario.horizon);
  runs_ += 2;
  ground_ = std::move(made);
  return ground_.get();
}

StrategyRun Sweeper::run(Ground& ground, const std::vector<double>& at, Strategy strategy) {
  if (strategy == Strategy::none) return ground.nobody;
  Responders responders = ground.scenario.response;
  responders.strategy = strategy;
  responders.time_to_detect = base_.noticed_after;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (parameters_[i].kind == Parameter::Kind::detect) responders.time_to_detect = Duration::seconds(at[i]);
    if (parameters_[i].kind == Parameter::Kind::responders) responders.count = static_cast<std::uint32_t>(at[i]);
  }
  ++runs_;
  return run_strategy(*ground.simulation, ground.healthy, ground.world.faults, responders, ground.scenario.horizon,
                      &ground.nobody.response.outcome, ground.runbook);
}

const SweepResult* Sweeper::result(const std::vector<double>& at, Strategy strategy) {
  const auto key = std::pair(strategy, strategy == Strategy::none ? without_response(at) : at);
  const auto found = results_.find(key);
  if (found != results_.end()) return &found->second;
  Ground* g = ground(at);
  if (!g) return nullptr;
  SweepResult here = result_of(g->world.compiled->system, run(*g, at, strategy), g->first_fault);
  return &results_.emplace(key, std::move(here)).first->second;
}

// What matters when nobody acts.
std::vector<double> Sweeper::without_response(std::vector<double> at) const {
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Parameter::Kind kind = parameters_[i].kind;
    if (kind == Parameter::Kind::detect || kind == Parameter::Kind::responders) at[i] = 0;
  }
  return at;
}

}  // namespace moshimo::scenarios
