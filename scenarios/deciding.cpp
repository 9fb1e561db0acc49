#include "scenarios/deciding.hpp"

#include <algorithm>
#include <set>

#include "core/brakes.hpp"
#include "core/findings.hpp"

namespace moshimo::scenarios {

namespace {

// The repair, of those that were done by `until`, that was done last and restores one of these.
std::optional<Deciding> last_repair(const System& system, const StrategyRun& run,
                                    const std::set<ConditionId>& conditions, SimTime until) {
  std::optional<Deciding> last;
  for (const Step& step : run.response.steps) {
    for (std::size_t i = 0; i < step.repairs.size(); ++i) {
      const RepairId r = step.repairs[i];
      const Repair& repair = system.repairs[r];
      const SimTime done = step.repair_done[i];
      const bool restores = std::any_of(repair.restores.begin(), repair.restores.end(),
                                        [&](ConditionId c) { return conditions.count(c) != 0; }) ||
                            std::any_of(repair.refreshes.begin(), repair.refreshes.end(),
                                        [&](ConditionId c) { return conditions.count(c) != 0; });
      if (!restores || done > until || (last && last->done >= done)) continue;
      last = Deciding{r, {}, done, done};
      for (const ConditionId c : repair.restores) {  // what it restores may show only some time later
        if (conditions.count(c) == 0) continue;
        for (const ChangeTo<bool>& change : run.response.outcome.timeline.conditions[c.value]) {
          if (change.value && change.at >= done && change.at > last->effective) {
            last->effective = change.at;
            break;
          }
        }
      }
    }
  }
  return last;
}

// All that does not hold of what these need, directly or not.
std::set<ConditionId> failing(const System& system, const Timeline& timeline, const Needs& needs, SimTime at) {
  std::set<ConditionId> found;
  std::vector<ConditionId> todo;
  const auto look_at = [&](const Needs& list) {
    for (const Need& need : list) {
      std::vector<ConditionId> any = need.alternatives;
      any.push_back(need.condition);
      const bool holds = std::any_of(any.begin(), any.end(), [&](ConditionId c) { return held_at(timeline, c, at); });
      for (const ConditionId c : any) {
        if (!holds && found.insert(c).second) todo.push_back(c);
      }
    }
  };
  look_at(needs);
  while (!todo.empty()) {
    const Condition& row = system.conditions[todo.back()];
    todo.pop_back();
    look_at(row.follows);
    if (!row.process.is_set()) continue;
    for (const Needs* list : {&system.processes[row.process].start, &system.processes[row.process].run,
                              &system.processes[row.process].healthy}) {
      look_at(*list);
    }
  }
  return found;
}

// The step after which the place of `p` keeps its data longer, or another one of its hop takes it.
std::optional<Deciding> brake_of(const System& system, const StrategyRun& run, const PointOfNoReturn& p) {
  const std::vector<Fallback>& fallbacks = system.hops[p.hop].fallbacks;
  const StoreId store = p.fallback < 0 ? StoreId{} : fallbacks[static_cast<std::size_t>(p.fallback)].store;
  const auto opens = [&](ConditionId c) {
    return std::any_of(fallbacks.begin(), fallbacks.end(),
                       [&](const Fallback& f) { return opening_of(system, f) == c; });
  };
  for (const Step& step : run.response.steps) {
    for (const RepairId r : step.repairs) {
      for (const Repair::Setting& setting : system.repairs[r].sets) {
        if (store.is_set() && setting.store == store) return Deciding{r, {}, step.done, step.done + setting.after.most};
      }
      for (const ConditionId c : system.repairs[r].restores) {
        if (opens(c)) return Deciding{r, {}, step.done, step.done + system.conditions[c].rises_after.most};
      }
    }
  }
  return std::nullopt;
}

constexpr Duration just_after = Duration::seconds(1);

// The step after which the hop goes on failing, but for a reason for which what waits is kept longer.
std::optional<Deciding> deciding_for_another_failure(const System& system, const StrategyRun& run,
                                                     const PointOfNoReturn& p) {
  const StepFunction<HopState>& states = run.response.outcome.hop_states[p.hop.value];
  std::optional<Deciding> deciding;
  for (std::size_t i = 1; i < states.size() && states[i].at <= p.at; ++i) {
    if (states[i].value.open || states[i - 1].value.open || states[i].value.error == states[i - 1].value.error)
      continue;
    const Needs failed = {system.hops[p.hop].needs[states[i - 1].value.need]};
    const SimTime just_before = states[i].at - Duration::microseconds(1);
    deciding =
        last_repair(system, run, failing(system, run.response.outcome.timeline, failed, just_before), states[i].at);
    if (deciding) deciding->effective = states[i].at;
  }
  return deciding;
}

std::optional<Deciding> deciding_for_hop(const System& system, const StrategyRun& run, const StrategyRun& nobody,
                                         const PointOfNoReturn& p) {
  const Hop& hop = system.hops[p.hop];
  if (p.fallback >= 0 && hop.fallbacks[static_cast<std::size_t>(p.fallback)].release.is_set()) {
    for (const Step& step : run.response.steps) {
      if (step.fetches({p.hop, static_cast<std::uint8_t>(p.fallback)})) {
        return Deciding{step.repairs.front(), p.hop, step.done, step.done};
      }
    }
  }
  const Timeline& timeline = run.response.outcome.timeline;
  const StepFunction<HopState>& states = run.response.outcome.hop_states[p.hop.value];
  SimTime opened = SimTime::never();
  for (std::size_t i = 1; i < states.size(); ++i) {
    if (!states[i].value.open || states[i - 1].value.open) continue;
    if (opened.is_never() || states[i].at <= p.at) opened = states[i].at;  // the last one that is in time
  }
  if (opened >
      p.at) {  // too late by itself: what waits got more time or another place, or fails for another reason since
    if (const auto brake = brake_of(system, run, p)) return brake;
    if (!opened.is_never() && opened > p.at + just_after) return deciding_for_another_failure(system, run, p);
  }
  if (opened.is_never()) {  // it did not come to that: what would have brought it about was put right in time
    const std::set<ConditionId> would_have = failing(system, nobody.response.outcome.timeline, hop.needs, p.at);
    return last_repair(system, run, would_have, SimTime::never());
  }
  SimTime held;  // when its needs held: a pause may follow
  for (const FailureSpan& span : failures(hop.needs, timeline)) {
    if (span.to <= opened) held = std::max(held, span.to);
  }
  const SimTime just_before = held - Duration::microseconds(1);
  auto deciding = last_repair(system, run, failing(system, timeline, hop.needs, just_before), held);
  if (deciding) deciding->effective = opened;
  return deciding;
}

std::optional<Deciding> deciding_for_condition(const System& system, const StrategyRun& run, const StrategyRun& nobody,
                                               const PointOfNoReturn& p) {
  std::set<ConditionId> chain;
  const auto add = [&](ConditionId c) {
    Need need;
    need.condition = c;
    for (const ConditionId cause : cause_of(system, nobody.response.outcome.timeline, need, p.at)) {
      chain.insert(cause);
      for (const Need& n : system.conditions[cause].follows) chain.insert(n.condition);
    }
  };
  if (p.condition.is_set()) add(p.condition);
  if (p.store.is_set()) {
    for (const ConditionId c : system.stores[p.store].lost_with) add(c);
  }
  return last_repair(system, run, chain, SimTime::never());
}

}  // namespace

std::optional<Deciding> deciding_step(const System& system, const StrategyRun& run, const StrategyRun& nobody,
                                      const PointOfNoReturn& p) {
  return p.hop.is_set() ? deciding_for_hop(system, run, nobody, p) : deciding_for_condition(system, run, nobody, p);
}

}  // namespace moshimo::scenarios
