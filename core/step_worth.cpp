#include "core/step_worth.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "core/findings.hpp"

namespace moshimo {
namespace {

constexpr double no_difference = 0.5;
constexpr Duration near_the_end = Duration::hours(1);

PlanRules with_held(const PlanRules& rules, const Step& step, SimTime until) {
  PlanRules held = rules;
  for (const RepairId r : step.repairs) held.holds.push_back({r, until});
  return held;
}

// Nothing it puts right has ever failed in the plan: it was not decided against.
bool had_no_reason(const Repair& repair, const Timeline& timeline) {
  const auto held = [&](ConditionId c) {
    const StepFunction<bool>& f = timeline.conditions[c.value];
    return std::all_of(f.begin(), f.end(), [](const ChangeTo<bool>& change) { return change.value; });
  };
  return repair.sets.empty() && std::all_of(repair.restores.begin(), repair.restores.end(), held) &&
         (!repair.restarts.is_set() || timeline.running[repair.restarts.value].size() == 1);
}

// What the plan does not do is left undone without one of its steps, too: nothing takes its place.
PlanRules only_by_plan(const System& system, const Response& plan, PlanRules rules) {
  std::vector<bool> is_done(system.repairs.size(), false);
  for (const Step& step : plan.steps) {
    for (const RepairId r : step.repairs) is_done[r.value] = true;
  }
  for (std::uint32_t r = 0; r < is_done.size(); ++r) {
    if (!is_done[r]) rules.holds.push_back({RepairId(r), SimTime::never()});
  }
  return rules;
}

// But what breaks only because a step begins later is put right as well.
PlanRules begun_later(const System& system, const Response& plan, PlanRules rules) {
  const auto is_left_free = [&](const PlanRules::Hold& hold) {
    return hold.until.is_never() && had_no_reason(system.repairs[hold.repair], plan.outcome.timeline);
  };
  rules.holds.erase(std::remove_if(rules.holds.begin(), rules.holds.end(), is_left_free), rules.holds.end());
  return rules;
}

struct Edge {
  SimTime last_fine, first_not;
};

// Between `low`, of which `is_fine` is true, and `high`, of which it is not; to the second.
template <class Fine>
Edge edge_between(SimTime low, SimTime high, const Fine& is_fine) {
  while (high - low > Duration::seconds(1)) {
    const SimTime middle = low + Duration::microseconds((high - low).us() / 2);
    (is_fine(middle) ? low : high) = middle;
  }
  return {low, high};
}

}  // namespace

std::vector<StoreId> emptied_for_good(const System& system, const Timeline& timeline) {
  const auto falls = [&](ConditionId c, bool for_good) {
    const StepFunction<bool>& f = timeline.conditions[c.value];
    return f.size() > 1 &&
           (for_good ? !f.back().value : std::any_of(f.begin(), f.end(), [](const auto& x) { return !x.value; }));
  };
  std::vector<StoreId> stores;
  for (std::uint32_t s = 0; s < system.stores.size(); ++s) {
    const Store& store = system.stores[StoreId(s)];
    const bool is_emptied =
        std::any_of(store.lost_with.begin(), store.lost_with.end(), [&](ConditionId c) { return falls(c, true); }) ||
        std::any_of(store.emptied_by.begin(), store.emptied_by.end(), [&](ConditionId c) { return falls(c, false); });
    if (store.holds_data && is_emptied) stores.emplace_back(s);
  }
  return stores;
}

Toll toll_of(const System& system, const Response& response) {
  Toll toll;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const double lost = response.outcome.hops[h].lost;
    toll.lost += lost;
    if (is_request(system.hops[HopId(h)])) toll.refused += lost;
  }
  toll.gone = gone_for_good(system, response.outcome.timeline).size();
  toll.emptied = emptied_for_good(system, response.outcome.timeline).size();
  toll.still_broken = response.still_broken.size() + response.unreleased.size();
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const StepFunction<HopState>& f = response.outcome.hop_states[h];
    if (f.size() > 1 && f.back().value.open) toll.works = std::max(toll.works, f.back().at);
  }
  for (const Step& s : response.steps) toll.done = std::max(toll.done, s.done);
  return toll;
}

bool loses_more(const Toll& a, const Toll& b) {
  if (a.for_good() != b.for_good())
    return a.for_good() > b.for_good();  // events go on coming, what a key took with it never comes back
  return a.lost > b.lost + std::max(no_difference, 1e-9 * std::max(a.lost, b.lost));
}

bool is_worse(const Toll& a, const Toll& b) {
  if (loses_more(a, b)) return true;
  if (loses_more(b, a)) return false;
  if (a.still_broken != b.still_broken) return a.still_broken > b.still_broken;
  return a.works != b.works ? a.works > b.works : a.done > b.done;
}

std::vector<StepWorth> worth_of(const System& system, const Response& plan, const Outcome& healthy,
                                const PlanRules& rules_of_plan, SimTime from, SimTime horizon, const DoAgain& again,
                                const std::function<bool()>& may_go_on) {
  const auto failing = [&](const Response& response) {
    return still_failing(system, findings_of(system, response.outcome, healthy, Detail::figures));
  };
  const auto more = [](auto without, auto with) {
    std::sort(without.begin(), without.end());
    std::sort(with.begin(), with.end());
    decltype(without) result;
    std::set_difference(without.begin(), without.end(), with.begin(), with.end(), std::back_inserter(result));
    return result;
  };
  const Toll with = toll_of(system, plan);
  const std::vector<StoreId> emptied_with = emptied_for_good(system, plan.outcome.timeline);
  const std::vector<ConditionId> gone_with = gone_for_good(system, plan.outcome.timeline);
  const std::vector<ComponentId> failing_with = failing(plan);
  const PlanRules rules = only_by_plan(system, plan, rules_of_plan);
  const PlanRules rules_if_later = begun_later(system, plan, rules);
  std::vector<StepWorth> all;
  for (const Step& step : plan.steps) {
    if (!may_go_on()) break;
    StepWorth worth;
    const Response left_out = again(with_held(rules, step, SimTime::never()));
    const Toll without = toll_of(system, left_out);
    worth.saves = without.lost - with.lost;
    if (std::abs(worth.saves) < no_difference) worth.saves = 0;
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      if (!is_request(system.hops[HopId(h)])) continue;
      worth.saves_requests += left_out.outcome.hops[h].lost - plan.outcome.hops[h].lost;
    }
    worth.keeps_content = more(emptied_for_good(system, left_out.outcome.timeline), emptied_with);
    worth.keeps = more(gone_for_good(system, left_out.outcome.timeline), gone_with);
    worth.mends = more(failing(left_out), failing_with);
    worth.fetches = more(left_out.unreleased, plan.unreleased);
    std::vector<std::pair<double, HopId>> hops;
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const double saved = left_out.outcome.hops[h].lost - plan.outcome.hops[h].lost;
      if (saved > no_difference) hops.emplace_back(-saved, HopId(h));
    }
    std::sort(hops.begin(), hops.end());
    for (const auto& [saved, hop] : hops) worth.mostly.push_back(hop);
    if (loses_more(without, with)) {
      const auto begun_at = [&](SimTime t) { return toll_of(system, again(with_held(rules_if_later, step, t))); };
      if (loses_more(begun_at(horizon), with)) {
        const auto saves_all = [&](SimTime t) { return !loses_more(begun_at(t), with); };
        worth.no_later_than = edge_between(std::max(step.start, from), horizon, saves_all).last_fine;
      }
      const SimTime late = horizon - (step.done - step.start) - near_the_end;
      const SimTime low = worth.no_later_than.is_never() ? from : worth.no_later_than;
      const Toll never_begun = begun_at(SimTime::never());
      if (low < late && !loses_more(never_begun, begun_at(late))) {
        const auto saves_something = [&](SimTime t) { return loses_more(never_begun, begun_at(t)); };
        worth.useless_from = edge_between(low, late, saves_something).first_not;
      }
    }
    all.push_back(std::move(worth));
  }
  return all;
}

}  // namespace moshimo
