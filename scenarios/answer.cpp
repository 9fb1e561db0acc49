#include "scenarios/answer.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/ranges.h>
#include <functional>
#include <map>
#include <set>

#include "scenarios/old_content.hpp"

namespace moshimo::scenarios {
namespace {

// The faults of a scenario as requests to the compiler, one per component, and when each happens.
struct Requests {
  std::vector<models::ActionRequest> actions;
  std::vector<SimTime> at;
  std::vector<std::optional<Duration>> over_after;
  std::vector<std::optional<Duration>> made_again_after;
  std::vector<std::pair<bool, bool>> with_parts_and_users;
};

// What the names and verbs of a scenario may mean, told by the inventory before it is compiled.
class Vocabulary {
 public:
  Vocabulary(const models::Inventory& inventory, const models::Catalogue& catalogue) : catalogue_(catalogue) {
    for (const models::Resource& r : inventory.resources) resources_.emplace(r.name, &r);
  }

  const models::TypeDef* type_of(std::string_view name) const {
    const auto found = resources_.find(name);
    return found == resources_.end() ? nullptr : catalogue_.find_type(found->second->type);
  }

  // A resource, or what may be a part of one: which parts there are is known only when it is compiled.
  bool may_be(std::string_view name) const {
    if (resources_.count(name) != 0) return true;
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
      if (resources_.count(name.substr(0, slash)) != 0) return true;
    }
    return false;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, resource] : resources_) all.push_back(name);
    return all;
  }

  // Whether anything knows the verb; all types of the catalogue are read only if what is named does not.
  bool knows(const ScenarioFault& fault) {
    if (fault.verb == "outage") return true;
    for (const std::string& name : fault.components) {
      const models::TypeDef* type = type_of(name);
      if (type && type->find_fault(fault.verb)) return true;
    }
    if (verbs_.empty()) {
      verbs_.insert("outage");
      for (const models::TypeDef* type : catalogue_.types()) {
        for (const models::FaultDef& f : type->faults) verbs_.insert(f.name);
      }
    }
    return verbs_.count(fault.verb) != 0;
  }

 private:
  const models::Catalogue& catalogue_;
  std::map<std::string_view, const models::Resource*> resources_;
  std::set<std::string_view> verbs_;  // of all types, once it is asked for
};

// Without those whose verb nothing knows: that is said once, at the verb.
Requests requests_of(const Scenario& scenario, Vocabulary& vocabulary) {
  Requests requests;
  std::vector<std::reference_wrapper<const ScenarioFault>> faults(scenario.faults.begin(), scenario.faults.end());
  std::stable_sort(faults.begin(), faults.end(),
                   [](const ScenarioFault& a, const ScenarioFault& b) { return a.at < b.at; });
  for (const ScenarioFault& fault : faults) {
    if (!vocabulary.knows(fault)) continue;
    for (std::size_t i = 0; i < fault.components.size(); ++i) {
      models::ActionRequest request;
      request.component = fault.components[i];
      request.verb = fault.verb;
      request.parameters = fault.parameters;
      request.at = fault.component_at[i];
      request.call = fault.call;
      requests.actions.push_back(std::move(request));
      requests.at.push_back(fault.at);
      requests.over_after.push_back(fault.over_after);
      requests.made_again_after.push_back(fault.made_again_after);
      requests.with_parts_and_users.emplace_back(fault.with_parts, fault.with_users);
    }
  }
  return requests;
}

struct World {
  std::shared_ptr<models::Compiled> compiled;
  std::vector<Fault> faults;
};

// What comes along when an apply makes again what `broken` took away: grants and other bindings to what is there then.
std::vector<ConditionId> made_along(const System& system, ActionId broken) {
  std::vector<ConditionId> along;
  const std::vector<ConditionId>& gone = system.actions[broken].breaks;
  for (const Repair& r : system.repairs) {
    if (!r.by_apply) continue;
    const bool is_made = std::any_of(r.restores.begin(), r.restores.end(), [&](ConditionId c) {
      return std::find(gone.begin(), gone.end(), c) != gone.end();
    });
    if (is_made) along.insert(along.end(), r.refreshes.begin(), r.refreshes.end());
  }
  return along;
}

// The other half of a replacement: what an action breaks and an apply restores, there again.
ActionId making_again(System& system, ActionId broken, bool with_users) {
  Action again;
  again.name = system.actions[broken].name + ", made again";
  again.component = system.actions[broken].component;
  again.fact = system.actions[broken].fact;
  for (ConditionId c : system.actions[broken].breaks) {
    const bool by_apply = std::any_of(system.repairs.begin(), system.repairs.end(), [c](const Repair& r) {
      return r.by_apply && std::find(r.restores.begin(), r.restores.end(), c) != r.restores.end();
    });
    if (by_apply || with_users) again.restores.push_back(c);
  }
  return system.actions.add(std::move(again));
}

// Grants and other bindings of what is made again, once what they are made for is there.
std::optional<Fault> binding_again(System& system, ActionId broken, SimTime made) {
  Action bound;
  bound.name = system.actions[broken].name + ", bound again";
  bound.component = system.actions[broken].component;
  bound.fact = system.actions[broken].fact;
  bound.restores = made_along(system, broken);
  if (bound.restores.empty()) return std::nullopt;
  return Fault{made, system.actions.add(std::move(bound))};
}

// What is bound to the identity of what an action breaks, and comes back only when somebody mends it.
std::vector<ConditionId> bound_to(const System& system, ActionId broken) {
  std::vector<ConditionId> bound;
  const std::vector<ConditionId>& gone = system.actions[broken].breaks;
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    const Condition& row = system.conditions[ConditionId(c)];
    if (row.kind != Condition::Kind::derived || row.rises != Condition::Rises::by_repair) continue;
    const bool follows = std::any_of(row.follows.begin(), row.follows.end(), [&](const Need& need) {
      return std::find(gone.begin(), gone.end(), need.condition) != gone.end();
    });
    if (follows) bound.push_back(ConditionId(c));
  }
  return bound;
}

// Of what is bound to it, the part that the same apply puts right: what is its own, what belongs to its users, or both.
std::vector<ConditionId> put_right(const System& system, ActionId broken, bool parts, bool users) {
  std::vector<ConditionId> all = bound_to(system, broken);
  const ComponentId self = system.actions[broken].component;
  std::erase_if(all, [&](ConditionId c) { return system.conditions[c].component == self ? !parts : !users; });
  return all;
}

// Some time after it is there again: the apply goes on to what belongs to it.
Fault put_right_later(System& system, ActionId broken, SimTime made, std::vector<ConditionId> conditions) {
  Action settled;
  settled.name = system.actions[broken].name + ", with what belongs to it";
  settled.component = system.actions[broken].component;
  settled.fact = system.actions[broken].fact;
  settled.restores = std::move(conditions);
  Duration wait;
  for (ConditionId c : system.actions[broken].breaks) wait = std::max(wait, system.conditions[c].rises_after.most);
  return {made + wait + Duration::seconds(1), system.actions.add(std::move(settled))};
}

ActionId end_of(System& system, ActionId outage) {
  Action over;
  over.name = system.actions[outage].name + ", over";
  over.component = system.actions[outage].component;
  over.restores = system.actions[outage].breaks;
  return system.actions.add(std::move(over));
}

// Replaced without a gap: it is there throughout, but what is bound to the old one's identity has to be mended.
ActionId new_identity(System& system, ActionId broken, bool with_parts, bool with_users) {
  Action replaced;
  replaced.name = system.actions[broken].name + ", replaced by a new one";
  replaced.component = system.actions[broken].component;
  replaced.fact = system.actions[broken].fact;
  replaced.breaks = bound_to(system, broken);
  for (ConditionId c : put_right(system, broken, with_parts, with_users)) std::erase(replaced.breaks, c);
  return system.actions.add(std::move(replaced));
}

World compile_world(const Scenario& scenario, Vocabulary& vocabulary,
                    std::shared_ptr<const models::Inventory> inventory, const models::Catalogue& catalogue,
                    const std::vector<models::Override>& overrides, input::Diagnostics& diagnostics) {
  const Requests requests = requests_of(scenario, vocabulary);
  models::CompileOptions options;
  options.start = scenario.start;
  options.overrides = overrides;
  options.actions = requests.actions;
  World world;
  world.compiled =
      std::make_shared<models::Compiled>(models::compile(std::move(inventory), catalogue, options, diagnostics));
  for (std::size_t i = 0; i < world.compiled->requested.size(); ++i) {
    const ActionId action = world.compiled->requested[i];
    if (!action.is_set()) continue;
    const auto [with_parts, with_users] = requests.with_parts_and_users[i];
    if (!requests.made_again_after[i]) {
      world.faults.push_back({requests.at[i], action});
    } else if (*requests.made_again_after[i] <= Duration{}) {
      const ActionId replaced = new_identity(world.compiled->system, action, with_parts, with_users);
      world.faults.push_back({requests.at[i], replaced});
      leave_content_behind(world.compiled->system, action, replaced, true);
    } else {
      world.faults.push_back({requests.at[i], action});
      const SimTime made = requests.at[i] + *requests.made_again_after[i];
      world.faults.push_back({made, making_again(world.compiled->system, action, with_users)});
      std::vector<ConditionId> later = put_right(world.compiled->system, action, with_parts, with_users);
      if (!later.empty()) {
        world.faults.push_back(put_right_later(world.compiled->system, action, made, std::move(later)));
      }
      models::Assumption gap;
      gap.kind = models::Assumption::Kind::default_value;
      gap.says = fmt::format("between deleting and making {} again {:.0f} s pass",
                             world.compiled->system.components[world.compiled->system.actions[action].component].name,
                             requests.made_again_after[i]->in_seconds());
      world.compiled->assumptions.push_back(std::move(gap));
    }
    if (requests.over_after[i]) {
      world.faults.push_back({requests.at[i] + *requests.over_after[i], end_of(world.compiled->system, action)});
    }
  }
  for (const ActionId action : world.compiled->requested) {
    if (!action.is_set()) continue;
    for (const StoreId s : emptied_unseen(world.compiled->system, action)) {
      const Store& store = world.compiled->system.stores[s];
      world.compiled->assumptions.push_back(
          {models::Assumption::Kind::unknown,
           fmt::format("What lay in {} before the start is not known and not counted; it goes with it.", store.says),
           {},
           {store.component}});
    }
  }
  Duration until_there;  // an apply waits for what it has just made before it makes what needs it
  for (std::size_t i = 0; i < world.compiled->requested.size(); ++i) {
    if (!world.compiled->requested[i].is_set() || requests.made_again_after[i].value_or(Duration{}) <= Duration{}) {
      continue;
    }
    const System& system = world.compiled->system;
    for (const ConditionId c : system.actions[world.compiled->requested[i]].breaks) {
      until_there = std::max(until_there, system.conditions[c].rises_after.most + Duration::microseconds(1));
    }
  }
  for (std::size_t i = 0; i < world.compiled->requested.size(); ++i) {
    const ActionId action = world.compiled->requested[i];
    if (!action.is_set() || !requests.made_again_after[i]) continue;
    const Duration gap = *requests.made_again_after[i];
    const SimTime made = requests.at[i] + (gap <= Duration{} ? Duration{} : gap + until_there);
    if (const auto bound = binding_again(world.compiled->system, action, made)) world.faults.push_back(*bound);
  }
  for (std::size_t i = 0; i < world.compiled->requested.size(); ++i) {
    const ActionId action = world.compiled->requested[i];
    if (!action.is_set() || requests.made_again_after[i].value_or(Duration{}) <= Duration{}) continue;
    leave_content_behind(world.compiled->system, action, action, false);
  }
  return world;
}

// `runbook`: followed with Strategy::runbook.
StrategyRun run_strategy(Simulation& simulation, const Outcome& healthy, const std::vector<Fault>& faults,
                         const Responders& responders, SimTime horizon, const Outcome* nobody_acts,
                         const PlanRules& runbook) {
  StrategyRun run;
  const bool follows = responders.strategy == Strategy::runbook;
  run.response = respond(simulation, faults, responders, horizon, nobody_acts, follows ? runbook : PlanRules{});
  run.findings = findings_of(simulation.system(), run.response.outcome, healthy);
  return run;
}

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
      return fmt::format("there is no fault '{}'{}", fault.verb,
                         input::did_you_mean(fault.verb, {known.begin(), known.end()},
                                             fmt::format("there is {}", fmt::join(known, ", "))));
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

// A file that is not there is said where the scenario names it.
void check_files(const Scenario& scenario, input::Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  for (std::size_t i = 0; i < scenario.inventories.size() && i < scenario.inventory_at.size(); ++i) {
    const fs::path path = scenario.inventories[i];
    std::error_code error;
    if (path == "-" || fs::exists(path, error)) continue;
    std::vector<std::string> neighbours;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      neighbours.push_back(entry.path().filename().string());
    }
    std::sort(neighbours.begin(), neighbours.end());
    diagnostics.error(
        scenario.inventory_at[i],
        fmt::format("there is no file '{}'{}", path.string(),
                    input::did_you_mean(path.filename().string(), {neighbours.begin(), neighbours.end()})));
  }
}

}  // namespace

const StrategyRun* Answer::run_of(Strategy s) const {
  const auto found =
      std::find_if(runs.begin(), runs.end(), [s](const StrategyRun& r) { return r.response.strategy == s; });
  return found == runs.end() ? nullptr : &*found;
}

Answer answer(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const models::Inventory> inventory,
              const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  Answer a;
  a.scenario = std::move(scenario);
  a.inventory_files = inventory->files;
  const Scenario& s = *a.scenario;
  Vocabulary vocabulary(*inventory, catalogue);
  check_verbs(s, vocabulary, diagnostics);
  input::Diagnostics compiling;
  World world = compile_world(s, vocabulary, inventory, catalogue, {}, compiling);
  diagnostics.take(std::move(compiling));
  a.compiled = world.compiled;
  if (a.system().components.size() == 0) {
    check_without_compiling(s, vocabulary, diagnostics);
  } else {
    check_names(s, *a.compiled, diagnostics);
  }
  std::vector<World> other_worlds;
  for (const WhatIf& w : s.what_if) {
    if (w.set.empty()) {
      other_worlds.push_back(world);
      continue;
    }
    input::Diagnostics changing;
    World other = compile_world(s, vocabulary, inventory, catalogue, w.set, changing);
    diagnostics.take(std::move(changing));
    if (!diagnostics.has_errors()) other_worlds.push_back(std::move(other));
  }
  const auto listed_by = [](const std::shared_ptr<const Runbook>& runbook, const models::Compiled& compiled,
                            input::Diagnostics& mistakes) {
    PlanRules rules;
    if (runbook && compiled.system.components.size() > 0) rules.order = tasks_of(*runbook, compiled.system, mistakes);
    return rules;
  };
  a.rules = listed_by(s.runbook, *a.compiled, diagnostics);
  std::vector<PlanRules> other_runbooks;
  for (std::size_t i = 0; i < other_worlds.size(); ++i) {
    input::Diagnostics mistakes;  // a step of the scenario's runbook may have nothing to do in a variant
    other_runbooks.push_back(listed_by(s.what_if[i].runbook, *other_worlds[i].compiled, mistakes));
    if (s.what_if[i].runbook != s.runbook) diagnostics.take(std::move(mistakes));
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
  for (Duration detect : s.sweep_detect) {
    Responders responders = s.response;
    responders.time_to_detect = detect;
    a.sweep.push_back(
        {detect, run_strategy(simulation, a.healthy, a.faults, responders, s.horizon, nobody_acts(), a.rules)});
  }
  if (const StrategyRun* full = a.run_of(Strategy::full); full && s.runbook) {
    a.runbook = check_runbook(a.system(), told(s.response, a.noticed_after), a.main_run().response, full->response);
  }
  for (const Expectation& e : s.expect) {
    const StrategyRun& run = a.main_run();
    a.expectations.push_back(check_expectation(e, a.system(), run.response, run.findings, a.detection, a.first_fault));
  }
  return a;
}

Answer answer(std::shared_ptr<const Scenario> scenario, const models::Catalogue& catalogue,
              input::Diagnostics& diagnostics) {
  input::Diagnostics reading;
  check_files(*scenario, reading);
  std::shared_ptr<const models::Inventory> inventory = std::make_shared<const models::Inventory>();
  if (!reading.has_errors()) {
    inventory = std::make_shared<const models::Inventory>(models::read_inventory(scenario->inventories, reading));
  }
  const bool has_nothing = inventory->resources.empty() && reading.has_errors();
  diagnostics.take(std::move(reading));
  if (!inventory->is_whole || has_nothing) {
    Answer nothing;
    nothing.scenario = std::move(scenario);
    nothing.inventory_files = inventory->files;  // the mistakes point into them
    return nothing;
  }
  return answer(std::move(scenario), std::move(inventory), catalogue, diagnostics);
}

}  // namespace moshimo::scenarios
