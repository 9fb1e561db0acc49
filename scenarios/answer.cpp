#include "scenarios/answer.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/ranges.h>
#include <optional>
#include <set>

#include "input/neighbour.hpp"
#include "models/policy_files.hpp"
#include "scenarios/sweep.hpp"
#include "scenarios/sweep_parameter.hpp"
#include "scenarios/varied.hpp"
#include "scenarios/vocabulary.hpp"

namespace moshimo::scenarios {
namespace {

// Of a plan that a runbook is held against: a count and not a time, so that a report is the same on every machine.
constexpr std::size_t most_orders = 400;

// When people begin: after a time that is given, or when the first alarm is read.
Duration noticed_after(const Responders& responders, const Detection& detection, SimTime first_fault) {
  if (!responders.by_alarms) return responders.time_to_detect;
  const Telling* first = detection.first();
  return first ? std::min(first->told - first_fault, responders.without_alarm) : responders.without_alarm;
}

Responders told(Responders responders, Duration noticed) {
  responders.time_to_detect = noticed;
  return responders;
}

void check_names(const Scenario& scenario, const models::Compiled& compiled, input::Diagnostics& diagnostics) {
  if (scenario.expect.empty()) return;
  std::set<std::string_view> known;
  for (const Component& c : compiled.system.components) known.insert(c.name);
  for (const Hop& h : compiled.system.hops) known.insert(h.name);
  for (const Expectation& e : scenario.expect) {
    if (e.of.empty() || known.count(e.of) != 0) continue;
    diagnostics.error(e.at, [&] {
      std::vector<std::string_view> components;
      for (const Component& c : compiled.system.components) components.push_back(c.name);
      return fmt::format("there is no component or hop '{}'{}", e.of, input::did_you_mean(e.of, components));
    });
  }
}

// A verb that nothing knows is a slip of the pen: said once, however many components it stands for.
void check_verbs(const Scenario& scenario, Vocabulary& vocabulary, input::Diagnostics& diagnostics) {
  for (const ScenarioFault& fault : scenario.faults) {
    if (vocabulary.knows(fault)) continue;
    diagnostics.error(fault.verb_at, [&] {
      std::set<std::string_view> known = {"outage"};
      for (const std::string& name : fault.components) {
        const models::TypeDef* type = vocabulary.type_of(name);
        if (!type) continue;
        for (const models::FaultDef& f : type->faults) known.insert(f.name);
      }
      const bool is_of_known = known.size() > 1;  // else nobody can say what it is done to
      return fmt::format("there is no fault '{}'{}", fault.verb,
                         input::did_you_mean(fault.verb, {known.begin(), known.end()},
                                             is_of_known ? fmt::format("there is {}", fmt::join(known, ", ")) : ""));
    });
  }
}

// What can be said of names and verbs when the inventory has mistakes, so that it cannot be compiled.
void check_without_compiling(const Scenario& scenario, Vocabulary& vocabulary, input::Diagnostics& diagnostics) {
  const auto check_name = [&](const std::string& name, input::Position at) {
    if (vocabulary.may_be(name)) return;
    diagnostics.error(at, [&] {
      return fmt::format("there is no '{}' in the inventory{}", name, input::did_you_mean(name, vocabulary.names()));
    });
  };
  for (const ScenarioFault& fault : scenario.faults) {
    const bool is_verb_known = vocabulary.knows(fault);
    for (std::size_t i = 0; i < fault.components.size(); ++i) {
      check_name(fault.components[i], fault.component_at[i]);
      const models::TypeDef* type = vocabulary.type_of(fault.components[i]);
      if (!type || !is_verb_known || fault.verb == "outage" || type->find_fault(fault.verb)) continue;
      diagnostics.error(fault.verb_at, [&] {
        std::vector<std::string_view> known = {"outage"};
        for (const models::FaultDef& f : type->faults) known.push_back(f.name);
        return fmt::format("'{}' ({}) knows no '{}'{}", fault.components[i], type->name, fault.verb,
                           input::did_you_mean(fault.verb, known));
      });
    }
  }
  for (const Expectation& e : scenario.expect) {
    if (!e.of.empty()) check_name(e.of, e.at);
  }
}

// Those of its inventories that are there. A file that is not is said where the scenario names it.
std::vector<std::string> files_of(const Scenario& scenario, input::Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  if (scenario.inventory_at.size() < scenario.inventories.size()) return scenario.inventories;
  for (std::size_t i = 0; i < scenario.inventories.size(); ++i) {
    const fs::path path = scenario.inventories[i];
    std::error_code error;
    if (path == "-" || fs::exists(path, error)) {
      found.push_back(scenario.inventories[i]);
      continue;
    }
    diagnostics.error(scenario.inventory_at[i],
                      fmt::format("there is no file '{}'{}", path.string(), input::neighbour_of(path.string())));
  }
  return found;
}

// Before anything is run: what is varied is there, and takes such values.
void check_varied(const Answer& a, const std::vector<Vary>& varied, bool is_compiled,
                  const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  for (const Vary& vary : varied) {
    const std::optional<Parameter> p = parameter_of(vary, a, diagnostics);
    if (!p || !is_compiled || (p->kind != Parameter::Kind::attribute && p->kind != Parameter::Kind::fault_parameter))
      continue;
    Scenario changed = *a.scenario;
    std::vector<models::Override> overrides;
    std::shared_ptr<const models::Inventory> inventory = a.inventory;
    set(*p, vary.values.front(), changed, overrides, inventory);
    input::Diagnostics changing;
    compile_world(changed, inventory, catalogue, overrides, changing);
    for (const input::Diagnostic& wrong : changing.errors()) {
      diagnostics.error(wrong.at.file ? wrong.at : vary.at, fmt::format("{}: {}", vary.name, wrong.message));
    }
  }
}

}  // namespace

const StrategyRun* Answer::run_of(Strategy s) const {
  const auto found =
      std::find_if(runs.begin(), runs.end(), [s](const StrategyRun& r) { return r.response.strategy == s; });
  return found == runs.end() ? nullptr : &*found;
}

namespace {

// With `varied` there is no sweep of its own.
Answer answered(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const models::Inventory> inventory,
                const std::vector<Vary>* varied, const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  Answer a;
  a.scenario = std::move(scenario);
  a.inventory = std::move(inventory);
  a.inventory_files = a.inventory->files;
  const Scenario& s = *a.scenario;
  std::optional<Vocabulary> vocabulary(std::in_place, *a.inventory, catalogue);
  check_verbs(s, *vocabulary, diagnostics);
  input::Diagnostics compiling;
  World world = compile_world(s, a.inventory, catalogue, {}, compiling);
  const bool is_compiled = !compiling.has_errors();
  diagnostics.take(std::move(compiling));
  a.compiled = world.compiled;
  if (a.system().components.size() == 0 || !a.inventory->is_whole) {
    check_without_compiling(s, *vocabulary, diagnostics);
    if (!a.inventory->is_whole) return a;
  } else {
    check_names(s, *a.compiled, diagnostics);
  }
  vocabulary.reset();  // of a large inventory it is large, too
  std::vector<World> other_worlds;
  for (const WhatIf& w : s.what_if) {
    if (w.set.empty()) {
      other_worlds.push_back(world);
      continue;
    }
    input::Diagnostics changing;
    World other = compile_world(s, a.inventory, catalogue, w.set, changing);
    diagnostics.take(std::move(changing));
    if (!diagnostics.has_errors()) other_worlds.push_back(std::move(other));
  }
  const auto listed_by = [](const std::shared_ptr<const Runbook>& runbook, const World& of,
                            input::Diagnostics& mistakes) {
    PlanRules rules;
    SimTime first = SimTime::never();
    for (const Fault& f : of.faults) first = std::min(first, f.at);
    if (runbook && of.compiled->system.components.size() > 0) {
      rules.order = tasks_of(*runbook, of.compiled->system, first, mistakes);
    }
    return rules;
  };
  a.rules = listed_by(s.runbook, world, diagnostics);
  std::vector<PlanRules> other_runbooks;
  for (std::size_t i = 0; i < other_worlds.size(); ++i) {
    input::Diagnostics mistakes;  // a step of the scenario's runbook may have nothing to do in a variant
    other_runbooks.push_back(listed_by(s.what_if[i].runbook, other_worlds[i], mistakes));
    if (s.what_if[i].runbook != s.runbook) diagnostics.take(std::move(mistakes));
  }
  if (a.system().components.size() > 0) {
    check_varied(a, varied ? *varied : s.sweep, is_compiled, catalogue, diagnostics);
  }
  if (diagnostics.has_errors()) return a;

  a.faults = world.faults;
  for (const Fault& f : a.faults) a.first_fault = std::min(a.first_fault, f.at);
  Simulation simulation(a.system(), Simulation::Checked{});
  a.healthy = simulation.run({}, s.horizon);
  std::vector<Strategy> order = {Strategy::none};
  order.insert(order.end(), s.compare.begin(), s.compare.end());
  order.push_back(s.response.strategy);
  std::set<Strategy> done;
  const auto nobody_acts = [&] { return a.runs.empty() ? nullptr : &a.runs.front().response.outcome; };
  for (Strategy strategy : order) {
    if (!done.insert(strategy).second) continue;
    Responders responders = s.response;
    responders.strategy = strategy;
    if (strategy == s.response.strategy) a.main = a.runs.size();
    StrategyRun run = run_strategy(simulation, a.healthy, a.faults, told(responders, a.noticed_after), s.horizon,
                                   nobody_acts(), a.rules);
    a.runs.push_back(std::move(run));
    if (a.runs.size() > 1) continue;
    a.detection = detection_of(a.system(), a.faults, a.runs.front().response, a.runs.front().findings, a.healthy);
    a.noticed_after = noticed_after(s.response, a.detection, a.first_fault);
  }
  for (std::size_t i = 0; i < other_worlds.size(); ++i) {
    WhatIfRun run;
    run.what_if = &s.what_if[i];
    run.compiled = other_worlds[i].compiled;
    Responders responders = s.what_if[i].response.value_or(s.response);
    Responders restore_only = responders;
    restore_only.strategy = Strategy::restore_only;
    const bool compares = done.count(Strategy::restore_only) != 0 && responders.strategy != Strategy::restore_only;
    const auto notice = [&](const Detection& detection) {
      run.noticed_after = noticed_after(responders, detection, a.first_fault);
      responders.time_to_detect = restore_only.time_to_detect = run.noticed_after;
    };
    if (run.compiled == a.compiled) {
      run.detection = a.detection;
      notice(run.detection);
      const PlanRules& rules = other_runbooks[i];
      run.run = run_strategy(simulation, a.healthy, a.faults, responders, s.horizon, nobody_acts(), rules);
      if (compares) {
        run.restore_only = run_strategy(simulation, a.healthy, a.faults, restore_only, s.horizon, nobody_acts(), {});
      }
    } else {
      Simulation other(run.compiled->system, Simulation::Checked{});
      const Outcome healthy = other.run({}, s.horizon);
      std::optional<StrategyRun> nobody;
      if (is_watched(other.system())) {
        Responders none = responders;
        none.strategy = Strategy::none;
        nobody = run_strategy(other, healthy, other_worlds[i].faults, none, s.horizon, nullptr, {});
        run.detection =
            detection_of(other.system(), other_worlds[i].faults, nobody->response, nobody->findings, healthy);
      }
      notice(run.detection);
      run.run = run_strategy(other, healthy, other_worlds[i].faults, responders, s.horizon, nullptr, other_runbooks[i]);
      if (compares) {
        run.restore_only = run_strategy(other, healthy, other_worlds[i].faults, restore_only, s.horizon, nullptr, {});
      }
    }
    a.what_ifs.push_back(std::move(run));
  }
  if (!s.sweep.empty() && !varied) {
    SweepOptions grid_alone;
    grid_alone.compares = false;
    grid_alone.finds_cliffs = false;
    auto own = std::make_shared<Sweep>(sweep(a, s.sweep, catalogue, grid_alone, diagnostics));
    own->base = nullptr;
    a.sweep = std::move(own);
  }
  if (s.runbook) {
    const Responders responders = told(s.response, a.noticed_after);
    a.best_plan = best_plan(simulation, a.healthy, a.faults, responders, s.horizon, nobody_acts(), most_orders);
    const DoAgain again = [&](const PlanRules& rules) {
      return respond(simulation, a.faults, responders, s.horizon, nobody_acts(), rules);
    };
    a.runbook = check_runbook(a.system(), responders, a.main_run().response, a.rules, again, a.best_plan->run.response);
  }
  for (const Expectation& e : s.expect) {
    if (e.share) continue;  // of trials
    const StrategyRun& run = a.main_run();
    a.expectations.push_back(check_expectation(e, a.system(), run.response, run.findings, a.detection, a.first_fault));
  }
  return a;
}

Answer read_and_answered(std::shared_ptr<const Scenario> scenario, const std::vector<Vary>* varied,
                         const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  input::Diagnostics reading;
  const std::vector<std::string> files = files_of(*scenario, reading);
  auto inventory = std::make_shared<models::Inventory>(models::read_inventory(files, reading));
  models::read_policy_files(*inventory, catalogue, reading);
  const bool has_nothing = inventory->resources.empty() && reading.has_errors();
  if (has_nothing || files.size() < scenario->inventories.size()) inventory->is_whole = false;
  diagnostics.take(std::move(reading));
  return answered(std::move(scenario), std::move(inventory), varied, catalogue, diagnostics);
}

}  // namespace

Answer answer(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const models::Inventory> inventory,
              const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  return answered(std::move(scenario), std::move(inventory), nullptr, catalogue, diagnostics);
}

Answer answer(std::shared_ptr<const Scenario> scenario, const models::Catalogue& catalogue,
              input::Diagnostics& diagnostics) {
  return read_and_answered(std::move(scenario), nullptr, catalogue, diagnostics);
}

Answer answer_to_vary(std::shared_ptr<const Scenario> scenario, const std::vector<Vary>& varied,
                      const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  return read_and_answered(std::move(scenario), &varied, catalogue, diagnostics);
}

}  // namespace moshimo::scenarios
