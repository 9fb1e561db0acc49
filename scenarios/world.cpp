#include "scenarios/world.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "scenarios/bound.hpp"
#include "scenarios/old_content.hpp"
#include "scenarios/vocabulary.hpp"

namespace moshimo::scenarios {
namespace {

// The faults of a scenario as requests to the compiler, one per component, and when each happens.
struct Requests {
  models::CompileOptions options;  // its `actions`
  std::vector<SimTime> at;
  std::vector<std::optional<Duration>> over_after;
  std::vector<std::optional<Duration>> made_again_after;
  std::vector<std::pair<bool, bool>> with_parts_and_users;
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
      if (scenario.start) {
        request.moment = models::Moment{scenario.start->seconds + static_cast<std::int64_t>(fault.at.in_seconds())};
      }
      request.call = fault.call;
      requests.options.actions.push_back(std::move(request));
      requests.at.push_back(fault.at);
      requests.over_after.push_back(fault.over_after);
      requests.made_again_after.push_back(fault.made_again_after);
      requests.with_parts_and_users.emplace_back(fault.with_parts, fault.with_users);
    }
  }
  return requests;
}

// Whether a fault is given the value of an attribute.
bool sets_something(const Requests& requests, const Vocabulary& vocabulary) {
  return std::any_of(
      requests.options.actions.begin(), requests.options.actions.end(), [&](const models::ActionRequest& r) {
        const models::TypeDef* type = r.parameters.empty() ? nullptr : vocabulary.type_of(r.component);
        const models::FaultDef* fault = type ? type->find_fault(r.verb) : nullptr;
        return fault && std::any_of(fault->with.begin(), fault->with.end(),
                                    [](const models::FaultDef::Parameter& p) { return !p.attribute.empty(); });
      });
}

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

}  // namespace

std::vector<ConditionId> bound_to(const System& system, ActionId broken) {
  std::vector<ConditionId> bound;
  const std::vector<ConditionId>& gone = system.actions[broken].breaks;
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    const Condition& row = system.conditions[ConditionId(c)];
    if (row.kind != Condition::Kind::derived || row.rises != Condition::Rises::by_repair) continue;
    if (row.falls_after.least > Duration::minutes(1)) continue;  // it gives up after a while, but goes by the name
    const bool follows = std::any_of(row.follows.begin(), row.follows.end(), [&](const Need& need) {
      return std::find(gone.begin(), gone.end(), need.condition) != gone.end();
    });
    if (follows) bound.push_back(ConditionId(c));
  }
  return bound;
}

namespace {

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

}  // namespace

namespace {

World compiled(const Requests& requests, std::shared_ptr<const models::Inventory> inventory,
               const models::Catalogue& catalogue, input::Diagnostics& diagnostics) {
  World world;
  world.compiled = std::make_shared<models::Compiled>(
      models::compile(std::move(inventory), catalogue, requests.options, diagnostics));
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

// Marks the requests that are stopped. Says whether others are than was known.
bool mark_stopped(const World& world, Requests& requests) {
  Simulation simulation(world.compiled->system, Simulation::Checked{});
  std::vector<StoppedFault> stopped;
  script_of(simulation, world.faults, stopped);
  bool is_news = false;
  for (std::size_t i = 0; i < requests.options.actions.size(); ++i) {
    const bool is_stopped = std::any_of(stopped.begin(), stopped.end(), [&](const StoppedFault& s) {
      return s.fault.at == requests.at[i] && s.fault.action == world.compiled->requested[i];
    });
    is_news = is_news || is_stopped != requests.options.actions[i].is_stopped;
    requests.options.actions[i].is_stopped = is_stopped;
  }
  return is_news;
}

}  // namespace

World compile_world(const Scenario& scenario, const std::shared_ptr<const models::Inventory>& inventory,
                    const models::Catalogue& catalogue, const std::vector<models::Override>& overrides,
                    input::Diagnostics& diagnostics) {
  Vocabulary vocabulary(*inventory, catalogue);
  Requests requests = requests_of(scenario, vocabulary);
  requests.options.start = scenario.start;
  requests.options.overrides = overrides;
  // What a fault sets counts from before the start, and whether it is stopped shows only in a run.
  std::size_t rounds = sets_something(requests, vocabulary) ? requests.options.actions.size() : 0;
  while (true) {
    input::Diagnostics compiling;
    World world = compiled(requests, inventory, catalogue, compiling);
    if (!compiling.has_errors() && rounds-- > 0 && mark_stopped(world, requests)) continue;
    diagnostics.take(std::move(compiling));
    return world;
  }
}

StrategyRun run_strategy(Simulation& simulation, const Outcome& healthy, const std::vector<Fault>& faults,
                         const Responders& responders, SimTime horizon, const Outcome* nobody_acts,
                         const PlanRules& runbook) {
  StrategyRun run;
  const bool follows = responders.strategy == Strategy::runbook;
  run.response = respond(simulation, faults, responders, horizon, nobody_acts, follows ? runbook : PlanRules{});
  run.findings = findings_of(simulation.system(), run.response.outcome, healthy);
  return run;
}

}  // namespace moshimo::scenarios
