#include "core/response.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/brakes.hpp"
#include "core/control.hpp"
#include "core/crew.hpp"
#include "core/falls.hpp"
#include "core/findings.hpp"
#include "core/foresight.hpp"
#include "core/releases.hpp"
#include "core/step_worth.hpp"
#include "core/urgency.hpp"

namespace moshimo {
namespace {

constexpr double no_difference = 0.5;    // of events
constexpr std::size_t most_passes = 16;  // releases uncover further releases at most as deep as the chain of hops

double sum_of(const std::vector<double>& list) { return std::accumulate(list.begin(), list.end(), 0.0); }

class Planner {
 public:
  Planner(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders, SimTime horizon,
          const Outcome* nobody_acts, const PlanRules& rules)
      : system_(simulation.system()),
        responders_(responders),
        rules_(rules),
        horizon_(horizon),
        nobody_acts_(nobody_acts),
        simulation_(simulation),
        urgencies_(simulation.system()) {
    response_.strategy = responders.strategy;
    fault_script_ = script_of(simulation, faults, response_.stopped);
    for (const Fault& f : faults) first_fault_ = std::min(first_fault_, f.at);
    detected_ = first_fault_ + responders.time_to_detect;
  }

  Response run() {
    plan_ahead();
    what_is_left();
    response_.outcome = *outcome_;
    return std::move(response_);
  }

  Foresight foresee() {
    plan_ahead();
    return {detected_, std::move(urgencies_), std::move(opportunities_)};
  }

  Response run_as_foreseen(const Foresight& foresight) {
    response_.script = fault_script_;
    if (acts()) {
      crew_.emplace(system_, simulation_.repairs(), simulation_.control(), responders_, rules_);
      take_over(foresight);
      work_until_settled();
      if (leave_out_what_never_waited()) work_until_settled();
      describe_releases();
      mark_brakes();
    } else {
      outcome_ = &simulation_.run(fault_script_, horizon_);
    }
    what_is_left();
    response_.outcome = *outcome_;
    return std::move(response_);
  }

 private:
  bool acts() const { return responders_.strategy != Strategy::none && !first_fault_.is_never(); }

  void plan_ahead() {
    response_.script = fault_script_;
    outcome_ = nobody_acts_;
    if (!acts() || nobody_acts_ == nullptr) outcome_ = &simulation_.run(fault_script_, horizon_);
    if (acts()) {
      crew_.emplace(system_, simulation_.repairs(), simulation_.control(), responders_, rules_);
      urgencies_.learn(*outcome_, detected_);
      if (!rules_.order.empty()) take_listed_brakes();
      plan_until_settled();
      if (responders_.strategy == Strategy::full && rules_.order.empty()) {
        consider_what_the_plan_loses();
        consider_what_goes_for_good();
        consider_brakes();
      }
      describe_releases();
      mark_brakes();
    }
  }

  void take_over(const Foresight& foresight) {
    const auto as_now = [&](SimTime at) {
      return at.is_never() || at <= foresight.detected ? at : detected_ + (at - foresight.detected);
    };
    urgencies_ = foresight.urgencies;
    urgencies_.detect(detected_);
    opportunities_ = foresight.opportunities;
    for (auto& [id, urgency] : opportunities_.brakes) urgency.deadline = std::max(urgency.deadline, detected_);
    for (auto& [task, data] : opportunities_.releases) {
      if (data.from > foresight.detected) data.deadline = as_now(data.deadline);
      data.from = as_now(data.from);
      data.to = as_now(data.to);
      data.open = as_now(data.open);
    }
  }

  // Releases that were foreseen, and brought nothing.
  bool leave_out_what_never_waited() {
    bool found = false;
    for (const Step& step : response_.steps) {
      if (!step.hop.is_set() || step.in_vain) continue;
      const std::vector<Stay>& stays = outcome_->hops[step.hop.value].stays;
      const bool brought_some = std::any_of(stays.begin(), stays.end(), [&](const Stay& stay) {
        return stay.fallback == step.fallback && stay.released > 0;
      });
      if (!brought_some) found = opportunities_.releases.erase({step.hop, step.fallback}) > 0 || found;
    }
    return found;
  }

  void plan_until_settled() {
    opportunities_.releases.clear();
    work_until_settled();
  }

  void work_until_settled() {
    for (std::size_t pass = 0; pass < most_passes; ++pass) {
      crew_->work(fault_script_, detected_, horizon_, urgencies_, opportunities_);
      response_.script = crew_->script();
      outcome_ = &simulation_.run(response_.script, horizon_);
      if (!find_releases()) break;
    }
    response_.steps = std::move(crew_->steps());
  }

  // What people do, to come back to when something else is no better.
  struct Plan {
    std::vector<Step> steps;
    Script script;
    std::map<ReleaseTask, Releasable> releases;
  };
  Plan plan() const { return {response_.steps, response_.script, opportunities_.releases}; }

  void go_back_to(Plan plan) {
    response_.steps = std::move(plan.steps);
    response_.script = std::move(plan.script);
    opportunities_.releases = std::move(plan.releases);
    outcome_ = &simulation_.run(response_.script, horizon_);
  }

  // Whether people would do just the same now.
  bool is_planned_so() {
    crew_->work(fault_script_, detected_, horizon_, urgencies_, opportunities_);
    return crew_->script() == response_.script;
  }

  // While nobody acts, what gets nothing loses nothing, and nothing it needs is urgent. Once other steps let data flow
  // again it may lose that data: then another order may save it.
  void consider_what_the_plan_loses() {
    const double lost = sum_of(lost_by_hop());
    if (lost <= 0) return;
    const Urgencies before = urgencies_;
    urgencies_.learn(*outcome_, detected_);
    if (!urgencies_.has_deadlines_of(before) && !is_planned_so()) {
      const Plan known = plan();
      plan_until_settled();
      if (sum_of(lost_by_hop()) < lost * (1 - 1e-9)) return;
      go_back_to(known);
    }
    urgencies_ = before;
  }

  // Who serves what loses events first may come too late for what never comes back: that is not worth it. So what goes
  // for good in the plan is put first, the earliest of it before the rest; and what goes even so is not waited for.
  void consider_what_goes_for_good() {
    constexpr std::size_t most_tried = 8;
    std::map<ConditionId, SimTime> first;
    std::set<ConditionId> too_late;
    if (!put_first_what_goes(first, too_late)) return;
    const Urgencies before = urgencies_;
    Urgencies best_urgencies = urgencies_;
    Plan best = plan();
    Loss least = loss();
    for (std::size_t i = 0; i < most_tried; ++i) {
      urgencies_ = before;
      for (const auto& [c, at] : first) urgencies_.put_first(c, at);
      if (!is_planned_so()) {
        plan_until_settled();
        if (const Loss now = loss(); now < least) {
          least = now;
          best = plan();
          best_urgencies = urgencies_;
        }
      }
      if (!put_first_what_goes(first, too_late)) break;
    }
    urgencies_ = std::move(best_urgencies);
    if (response_.script != best.script) go_back_to(std::move(best));
  }

  // What goes for good in the plan as it is, and people might save. False: nothing new.
  bool put_first_what_goes(std::map<ConditionId, SimTime>& first, std::set<ConditionId>& too_late) const {
    std::optional<std::pair<SimTime, ConditionId>> missed;  // the earliest, although it was put first
    bool is_new = false;
    for (const ConditionId c : gone_for_good(system_, outcome_->timeline)) {
      const SimTime at = outcome_->timeline.conditions[c.value].back().at;
      if (at < detected_ || too_late.count(c) != 0) continue;
      if (first.emplace(c, at).second) {
        is_new = true;
      } else if (const std::pair here{at, c}; !missed || here < *missed) {
        missed = here;
      }
    }
    if (!missed) return is_new;
    const SimTime until = missed->first;  // of all that is to be done by then one thing is given up
    auto least = first.find(missed->second);
    std::size_t least_places = places_lost_with(least->first);
    for (auto at = first.begin(); at != first.end(); ++at) {
      if (at->second > until) continue;
      const std::size_t here = places_lost_with(at->first);
      if (here < least_places || (here == least_places && at->second > least->second)) {
        least = at;
        least_places = here;
      }
    }
    too_late.insert(least->first);
    first.erase(least);
    return true;
  }

  std::size_t places_lost_with(ConditionId c) const {
    const std::vector<bool> falls = falls_with(system_, c);
    return static_cast<std::size_t>(std::count_if(system_.stores.begin(), system_.stores.end(), [&](const Store& s) {
      return s.holds_data &&
             std::any_of(s.lost_with.begin(), s.lost_with.end(), [&](ConditionId lost) { return falls[lost.value]; });
    }));
  }
  // What never comes back, and places emptied; then events.
  struct Loss {
    std::size_t gone = 0;
    double events = 0;
    auto operator<=>(const Loss&) const = default;
  };
  Loss loss() const {
    return {gone_for_good(system_, outcome_->timeline).size() + emptied_for_good(system_, outcome_->timeline).size(),
            sum_of(lost_by_hop())};
  }

  // ---- emergency brakes, where the plan without them loses data that they might save
  // One after the other, the most urgent first: pulling one keeps people from something else. What is left of very many
  // is tried together.
  void consider_brakes() {
    constexpr std::size_t most_tried = 16;
    std::vector<std::pair<RepairId, Urgency>> found = find_brakes();
    if (found.empty()) return;
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      const Urgency &x = a.second, &y = b.second;
      return x.deadline != y.deadline ? x.deadline < y.deadline : x.rate > y.rate;
    });
    std::vector<double> lost = lost_by_hop();
    for (std::size_t i = 0; i < std::min(found.size(), most_tried); ++i) {
      const RepairId id = found[i].first;
      if (saves_at_most(id) < worth_a_step(lost)) continue;
      opportunities_.brakes.insert(found[i]);
      std::set<HopId> own;
      add_hops_of(id, own);
      if (saves_as_planned_anew(own, lost)) continue;
      if (began_late(id)) {  // too late after the repairs, but perhaps not before them
        opportunities_.brakes[id] = {detected_, 0};
        if (saves_as_planned_anew(own, lost)) continue;
      }
      opportunities_.brakes.erase(id);
    }
    if (found.size() > most_tried) consider_together({found.begin() + most_tried, found.end()}, lost);
    drop_superfluous_brakes();
  }

  // In the plan that was tried last.
  bool began_late(RepairId brake) const {
    return std::none_of(tried_.begin(), tried_.end(), [&](const Step& s) {
      return s.repairs.front() == brake && !s.hop.is_set() && s.start <= detected_;
    });
  }

  // Of what anybody could save so little is not worth a step in the middle of an outage.
  double worth_a_step(const std::vector<double>& lost) const {
    return std::max(no_difference, 0.01 * (sum_of(lost) - lost_unnoticed()));
  }

  // Markedly less is lost, of the hops that the brakes bear on and in all, and of other hops nowhere more. Where it is
  // not so, the plan stays as it was.
  bool saves_as_planned_anew(const std::set<HopId>& own, std::vector<double>& lost) {
    const Plan known = plan();
    plan_until_settled();
    std::vector<double> now = lost_by_hop();
    const double least = worth_a_step(lost);
    double saved_there = 0;
    for (const HopId h : own) saved_there += lost[h.value] - now[h.value];
    bool saves = saved_there >= least && sum_of(lost) - sum_of(now) >= least;
    for (std::uint32_t h = 0; h < now.size() && saves; ++h) {
      saves = now[h] <= lost[h] * (1 + 1e-9) + no_difference || own.count(HopId(h)) != 0;
    }
    if (saves) {
      lost = std::move(now);
    } else {
      tried_ = std::move(response_.steps);
      go_back_to(known);
    }
    return saves;
  }

  void add_hops_of(RepairId brake, std::set<HopId>& hops) const {
    for (const Brake::Place& place : simulation_.brakes().find(brake)->places) hops.insert(place.hop);
  }

  void consider_together(const std::vector<std::pair<RepairId, Urgency>>& all, std::vector<double> lost) {
    const std::vector<double> without = lost;
    opportunities_.brakes.insert(all.begin(), all.end());
    std::set<HopId> own;
    for (const auto& [id, urgency] : all) add_hops_of(id, own);
    const bool saves = saves_as_planned_anew(own, lost);
    std::size_t left_out = 0;
    for (const auto& [id, urgency] : all) {
      if (!saves || !has_saved(id, without, lost)) left_out += opportunities_.brakes.erase(id);
    }
    if (!saves) return;
    if (left_out > 0) plan_until_settled();
  }

  std::vector<std::pair<RepairId, Urgency>> find_brakes() {
    constexpr double gives_way = 0.999;  // to a repair that serves the same data
    std::vector<std::pair<RepairId, Urgency>> found;
    if (sum_of(lost_by_hop()) <= 0) return found;
    for (const Brake& brake : simulation_.brakes().all()) {
      Urgency urgency;
      for_each_chance(brake, [&](const LossWindow& w, SimTime soonest) {
        const double seconds = std::max((w.lost_to - w.lost_from).in_seconds(), 1.0);
        urgency = more_urgent(urgency, {std::max(w.lost_from, soonest), w.events / seconds});
      });
      urgency.rate *= gives_way;
      if (!urgency.deadline.is_never()) found.emplace_back(brake.repair, urgency);
    }
    return found;
  }

  // What is lost in the plan as it is that the brake might save, with the soonest that it could make itself felt there.
  template <class Use>
  void for_each_chance(const Brake& brake, const Use& use) const {
    std::optional<SimTime> done;  // at the soonest
    for (const Brake::Place& place : brake.places) {
      for (const LossWindow& w : outcome_->hops[place.hop.value].losses) {
        if (w.lost_to <= detected_ || !might_save(place, w)) continue;
        const Repair& repair = system_.repairs[brake.repair];
        if (!done) done = hold_from(repair.requirements, detected_) + repair.takes;
        const SimTime soonest = *done + place.after;
        if (w.lost_to <= soonest || !takes_data(place, soonest, w.lost_to)) continue;
        use(w, soonest);
      }
    }
  }

  double saves_at_most(RepairId brake) const {
    double events = 0;
    for_each_chance(*simulation_.brakes().find(brake), [&](const LossWindow& w, SimTime soonest) {
      events += w.events * share_of(w, soonest, w.lost_to);
    });
    return events;
  }

  // Of what is lost in a window, as if it went evenly.
  static double share_of(const LossWindow& w, SimTime from, SimTime to) {
    const double all = (w.lost_to - w.lost_from).in_seconds();
    if (all <= 0) return 1;
    return (std::min(w.lost_to, to) - std::max(w.lost_from, from)).in_seconds() / all;
  }

  // When they hold in the plan as it is, from `at` on.
  SimTime hold_from(const Needs& needs, SimTime at) const {
    for (const FailureSpan& span : failures(needs, outcome_->timeline)) {
      if (span.from <= at && at < span.to) at = span.to;
    }
    return at;
  }

  // Whether what is opened would take anything before it is too late.
  bool takes_data(const Brake::Place& place, SimTime from, SimTime to) const {
    if (place.does != Brake::Does::opens) return true;
    Needs others;
    for (const Need& need : system_.hops[place.hop].fallbacks[place.fallback].accepts) {
      if (need.condition != place.opening) others.push_back(need);
    }
    return hold_from(others, from) < to;
  }

  // Whether it would have been of any use to what was lost so, had it been pulled in time.
  bool might_save(const Brake::Place& place, const LossWindow& w) const {
    if (w.why == LossWindow::Why::destroyed) return false;
    const Hop& hop = system_.hops[place.hop];
    const std::vector<std::uint8_t>& used = hop.reaction(w.error).fallbacks;
    switch (place.does) {
      case Brake::Does::stops: return true;
      case Brake::Does::lets_by: return w.error == place.error;
      case Brake::Does::opens: return std::find(used.begin(), used.end(), place.fallback) != used.end();
      case Brake::Does::gives_time: {
        if (w.why != LossWindow::Why::expired || w.fallback != place.fallback) return false;
        const Fallback& f = hop.fallbacks[place.fallback];
        return std::min(f.limit, place.holds_for) > place_limit(system_, f);
      }
    }
    return false;
  }

  // Of several that save the same data one may be enough.
  void drop_superfluous_brakes() {
    constexpr std::size_t most_tried = 8;
    std::map<HopId, std::set<RepairId>> of_hop;
    for (const auto& [id, urgency] : opportunities_.brakes) {
      for (const Brake::Place& place : simulation_.brakes().find(id)->places) of_hop[place.hop].insert(id);
    }
    std::set<RepairId> shared;
    for (const auto& [hop, ids] : of_hop) {
      if (ids.size() > 1) shared.insert(ids.begin(), ids.end());
    }
    std::vector<RepairId> tried(shared.begin(), shared.end());
    if (tried.size() > most_tried) return;
    std::stable_sort(tried.begin(), tried.end(),
                     [&](RepairId a, RepairId b) { return system_.repairs[a].takes > system_.repairs[b].takes; });
    const double lost = sum_of(lost_by_hop());
    for (const RepairId id : tried) {
      if (opportunities_.brakes.size() == 1) break;
      auto left_out = opportunities_.brakes.extract(id);
      const Plan known = plan();
      plan_until_settled();
      if (sum_of(lost_by_hop()) <= lost * (1 + 1e-9)) continue;
      opportunities_.brakes.insert(std::move(left_out));
      go_back_to(known);
    }
  }

  // Before anybody could do anything about it.
  double lost_unnoticed() const {
    double sum = 0;
    for (const HopLedger& ledger : outcome_->hops) {
      for (const LossWindow& w : ledger.losses) {
        if (w.lost_from <= detected_) sum += w.events * share_of(w, w.lost_from, detected_);
      }
    }
    return sum;
  }

  std::vector<double> lost_by_hop() const {
    std::vector<double> lost;
    for (const HopLedger& ledger : outcome_->hops) lost.push_back(ledger.lost);
    return lost;
  }

  bool has_saved(RepairId id, const std::vector<double>& without, const std::vector<double>& with) const {
    const std::vector<Brake::Place>& places = simulation_.brakes().find(id)->places;
    return std::any_of(places.begin(), places.end(), [&](const Brake::Place& place) {
      return with[place.hop.value] < without[place.hop.value] * (1 - 1e-9);
    });
  }

  void mark_brakes() {
    for (Step& step : response_.steps) {
      step.is_brake = !step.hop.is_set() && opportunities_.brakes.count(step.repairs.front()) != 0;
    }
  }

  void take_listed_brakes() {
    for (const Task& task : rules_.order) {
      if (!task.is_apply() && simulation_.brakes().find(task.repair) != nullptr) {
        opportunities_.brakes.emplace(task.repair, Urgency{});
      }
    }
  }

  // ---- releases: what lies in a place for somebody to release it, although its hop is open
  // Data moves from place to place, so of each hop only the place that is the first to want a release is taken up; the
  // next run tells whether anything is left for another.
  bool find_releases() {
    bool found = false;
    if (responders_.strategy != Strategy::full && responders_.strategy != Strategy::runbook) return false;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const std::size_t places = system_.hops[HopId(h)].fallbacks.size();
      std::optional<Releasable> first;
      ReleaseTask of_first;
      for (std::size_t i = 0; i < places; ++i) {
        const ReleaseTask task{HopId(h), static_cast<std::uint8_t>(i)};
        const std::optional<Releasable> here = releasable(system_, *outcome_, task.hop, task.fallback);
        if (!here || (first && first->open <= here->open) || opportunities_.releases.count(task) != 0) continue;
        first = here;
        of_first = task;
      }
      if (!first) continue;
      opportunities_.releases.emplace(of_first, *first);
      found = true;
    }
    return found;
  }

  void describe_releases() {
    for (Step& step : response_.steps) {
      if (!step.hop.is_set() || step.in_vain) continue;
      const Hop& hop = system_.hops[step.hop];
      step.gap_from = SimTime::never();
      for (const Stay& stay : outcome_->hops[step.hop.value].stays) {
        if (stay.fallback != step.fallback || stay.released <= 0) continue;
        step.released += stay.released;
        step.gap_from = std::min(step.gap_from, stay.arrived_from);
        step.gap_to = std::max(step.gap_to, stay.arrived_to);
      }
      step.backlog = step.released;
      if (step.released > 0) continue;
      for (const FailureSpan& span : failures(hop.needs, outcome_->timeline)) {
        step.gap_from = std::min(step.gap_from, span.from);
        step.gap_to = std::max(step.gap_to, std::min(span.to, horizon_));
      }
      for (const ChangeTo<HopState>& change : outcome_->hop_states[step.hop.value]) {
        if (change.value.open) step.gap_to = std::max(step.gap_to, change.at);  // a pause lengthens the gap
      }
      if (step.gap_from.is_never()) step.gap_from = SimTime{};
    }
  }

  // Data waits for an action, or waited in vain although its hop was open.
  bool wants_release(HopId h) const {
    const HopLedger& ledger = outcome_->hops[h.value];
    const std::vector<Fallback>& fallbacks = system_.hops[h].fallbacks;
    for (std::size_t i = 0; i < fallbacks.size(); ++i) {
      if (!fallbacks[i].release.is_set()) continue;
      if (std::any_of(ledger.places.begin(), ledger.places.end(),
                      [&](const Waiting& w) { return w.fallback == i && w.events > 1e-6; })) {
        return true;
      }
      const auto here = releasable(system_, *outcome_, h, static_cast<std::uint8_t>(i));
      if (here && std::any_of(ledger.losses.begin(), ledger.losses.end(), [&](const LossWindow& w) {
            return w.fallback == static_cast<int>(i) && w.lost_to > here->open;
          })) {
        return true;
      }
    }
    return false;
  }

  void what_is_left() {
    const Outcome& outcome = *outcome_;
    for (std::uint32_t c = 0; c < system_.conditions.size(); ++c) {
      const StepFunction<bool>& f = outcome.timeline.conditions[c];
      if (system_.conditions[ConditionId(c)].is_of_the_past) continue;
      if (simulation_.control().starting_value(ConditionId(c)) && !f.back().value)
        response_.still_broken.push_back(ConditionId(c));
    }
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      if (wants_release(HopId(h))) response_.unreleased.push_back(HopId(h));
    }
  }

  const System& system_;
  Responders responders_;
  const PlanRules& rules_;
  SimTime horizon_;
  const Outcome* nobody_acts_;
  Simulation& simulation_;
  Response response_;
  const Outcome* outcome_ = nullptr;  // of the last run; it is the response's in the end
  Script fault_script_;
  SimTime first_fault_ = SimTime::never();
  SimTime detected_;
  Urgencies urgencies_;
  Opportunities opportunities_;
  std::vector<Step> tried_;  // with a brake that was tried
  std::optional<Crew> crew_;
};

}  // namespace

std::string_view name_of(Strategy s) {
  switch (s) {
    case Strategy::none: return "none";
    case Strategy::restore_only: return "restore_only";
    case Strategy::full: return "full";
    case Strategy::runbook: return "runbook";
  }
  return "";
}

std::vector<Task> tasks_of(const System& system, const Responders& responders, const std::vector<Step>& steps) {
  std::vector<Task> tasks;
  for (const Step& step : steps) {
    const RepairId first = step.repairs.front();
    const bool is_apply = !step.hop.is_set() && system.repairs[first].by_apply && !responders.by_hand;
    tasks.push_back(is_apply ? Task{{}, step.is_targeted} : Task{first});
  }
  return tasks;
}

Script script_of(Simulation& simulation, const std::vector<Fault>& faults, std::vector<StoppedFault>& stopped) {
  const System& system = simulation.system();
  ControlPlane& control = simulation.control();
  control.reset();
  Script script;
  std::vector<Fault> in_order = faults;
  std::stable_sort(in_order.begin(), in_order.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
  for (const Fault& fault : in_order) {
    control.advance(fault.at);
    std::vector<ActionId> todo = {fault.action};
    std::set<ActionId> done;
    while (!todo.empty()) {
      const ActionId id = todo.back();
      todo.pop_back();
      if (!done.insert(id).second) continue;
      const Action& action = system.actions[id];
      const auto failed =
          std::find_if(action.needs.begin(), action.needs.end(), [&](const Need& n) { return !control.holds(n); });
      if (failed != action.needs.end()) {
        stopped.push_back({{fault.at, id}, static_cast<std::size_t>(failed - action.needs.begin())});
        continue;
      }
      for (ConditionId c : action.breaks) script.changes.push_back({fault.at, c, false});
      for (ConditionId c : action.restores) script.changes.push_back({fault.at, c, true});
      todo.insert(todo.end(), action.cascade.begin(), action.cascade.end());
    }
    for (const Script::Change& change : script.changes) {
      if (change.at == fault.at) control.request(change.at, change.condition, change.to);
    }
  }
  return script;
}

Response respond(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                 SimTime horizon, const Outcome* nobody_acts, const PlanRules& rules) {
  return Planner(simulation, faults, responders, horizon, nobody_acts, rules).run();
}

Foresight foresee(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                  SimTime horizon, const Outcome& nobody_acts, const PlanRules& rules) {
  return Planner(simulation, faults, responders, horizon, &nobody_acts, rules).foresee();
}

Response respond_as_foreseen(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                             SimTime horizon, const PlanRules& rules, const Foresight& foresight) {
  return Planner(simulation, faults, responders, horizon, nullptr, rules).run_as_foreseen(foresight);
}

}  // namespace moshimo
