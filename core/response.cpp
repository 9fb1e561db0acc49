#include "core/response.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/brake_choice.hpp"
#include "core/brakes.hpp"
#include "core/control.hpp"
#include "core/failures.hpp"
#include "core/foresight.hpp"
#include "core/plan_draft.hpp"
#include "core/releases.hpp"
#include "core/second_thoughts.hpp"

namespace moshimo {
namespace {

class Planner {
 public:
  Planner(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders, SimTime horizon,
          const Outcome* nobody_acts, const PlanRules& rules)
      : system_(simulation.system()),
        responders_(responders),
        rules_(rules),
        horizon_(horizon),
        nobody_acts_(nobody_acts),
        simulation_(simulation) {
    response_.strategy = responders.strategy;
    fault_script_ = script_of(simulation, faults, response_.stopped);
    for (const Fault& f : faults) first_fault_ = std::min(first_fault_, f.at);
    detected_ = first_fault_ + responders.time_to_detect;
  }

  Response run() {
    plan_ahead();
    return finished();
  }

  Foresight foresee() {
    plan_ahead();
    if (!draft_) return {detected_, Urgencies(system_), {}};
    return {detected_, std::move(draft_->urgencies), std::move(draft_->opportunities)};
  }

  Response run_as_foreseen(const Foresight& foresight) {
    if (acts()) {
      begin_draft();
      take_over(foresight);
      draft_->work_until_settled();
      if (leave_out_what_never_waited()) draft_->work_until_settled();
    } else {
      outcome_ = &simulation_.run(fault_script_, horizon_);
    }
    return finished();
  }

 private:
  bool acts() const { return responders_.strategy != Strategy::none && !first_fault_.is_never(); }

  void begin_draft() { draft_.emplace(simulation_, responders_, rules_, fault_script_, detected_, horizon_); }

  void plan_ahead() {
    outcome_ = nobody_acts_;
    if (!acts() || nobody_acts_ == nullptr) outcome_ = &simulation_.run(fault_script_, horizon_);
    if (!acts()) return;
    begin_draft();
    draft_->urgencies.learn(*outcome_, detected_);
    if (!rules_.order.empty()) take_listed_brakes();
    draft_->plan_until_settled();
    if (responders_.strategy == Strategy::full && rules_.order.empty()) {
      consider_what_the_plan_loses(*draft_);
      consider_what_goes_for_good(*draft_);
      choose_brakes(*draft_);
    }
  }

  Response finished() {
    response_.script = draft_ ? draft_->script : fault_script_;
    if (draft_) {
      outcome_ = &draft_->outcome();
      response_.steps = std::move(draft_->steps);
      describe_releases();
      mark_brakes();
    }
    what_is_left();
    response_.outcome = *outcome_;
    return std::move(response_);
  }

  void take_over(const Foresight& foresight) {
    const auto as_now = [&](SimTime at) {
      return at.is_never() || at <= foresight.detected ? at : detected_ + (at - foresight.detected);
    };
    draft_->urgencies = foresight.urgencies;
    draft_->urgencies.detect(detected_);
    draft_->opportunities = foresight.opportunities;
    for (auto& [id, urgency] : draft_->opportunities.brakes) urgency.deadline = std::max(urgency.deadline, detected_);
    for (auto& [task, data] : draft_->opportunities.releases) {
      if (data.from > foresight.detected) data.deadline = as_now(data.deadline);
      data.from = as_now(data.from);
      data.to = as_now(data.to);
      data.open = as_now(data.open);
    }
  }

  // Releases that were foreseen, and brought nothing.
  bool leave_out_what_never_waited() {
    bool found = false;
    for (const Step& step : draft_->steps) {
      if (step.in_vain) continue;
      for (const Release& release : step.releases) {
        const ReleaseTask& task = release.task;
        const std::vector<Stay>& stays = draft_->outcome().hops[task.hop.value].stays;
        const bool brought_some = std::any_of(stays.begin(), stays.end(), [&](const Stay& stay) {
          return stay.fallback == task.fallback && stay.released > 0;
        });
        if (!brought_some) found = draft_->opportunities.releases.erase(task) > 0 || found;
      }
    }
    return found;
  }

  void mark_brakes() {
    for (Step& step : response_.steps) {
      step.is_brake = !step.is_release() && draft_->opportunities.brakes.count(step.repairs.front()) != 0;
    }
  }

  void take_listed_brakes() {
    for (const Task& task : rules_.order) {
      if (!task.is_apply() && simulation_.brakes().find(task.repair) != nullptr) {
        draft_->opportunities.brakes.emplace(task.repair, Urgency{});
      }
    }
  }

  void describe_releases() {
    for (Step& step : response_.steps) {
      if (!step.is_release() || step.in_vain) continue;
      step.gap_from = SimTime::never();
      for (auto& [task, events] : step.releases) {
        for (const Stay& stay : outcome_->hops[task.hop.value].stays) {
          if (stay.fallback != task.fallback || stay.released <= 0) continue;
          events += stay.released;
          step.gap_from = std::min(step.gap_from, stay.arrived_from);
          step.gap_to = std::max(step.gap_to, stay.arrived_to);
        }
        step.released += events;
      }
      if (step.released > 0) continue;
      Duration kept;
      for (const auto& [task, events] : step.releases) {
        for (const FailureSpan& span : failures(system_.hops[task.hop].needs, outcome_->timeline)) {
          step.gap_from = std::min(step.gap_from, span.from);
          step.gap_to = std::max(step.gap_to, std::min(span.to, horizon_));
        }
        for (const ChangeTo<HopState>& change : outcome_->hop_states[task.hop.value]) {
          if (change.value.open) step.gap_to = std::max(step.gap_to, change.at);  // a pause lengthens the gap
        }
        kept = std::max(kept, kept_at(task, step.start));
      }
      if (step.gap_from.is_never()) step.gap_from = SimTime{};
      if (!kept.is_forever()) {  // what is older has gone already
        step.gap_from = std::max(step.gap_from, SimTime{} + std::max(step.start.since_start() - kept, Duration{}));
      }
    }
  }

  // How long the place of a release keeps what waits there at that time.
  Duration kept_at(const ReleaseTask& task, SimTime at) const {
    const Fallback& fallback = system_.hops[task.hop].fallbacks[task.fallback];
    Duration kept = place_limit(system_, fallback);
    for (const Script::Setting& set : response_.script.settings) {
      if (set.store == fallback.store && set.at <= at) kept = std::min(fallback.limit, set.holds_for);
    }
    return kept;
  }

  // Until when somebody has brought what lay in a place to its target: what was lost there sooner came too late for it.
  SimTime fetched_until(const ReleaseTask& task) const {
    SimTime until = {};
    for (const Step& step : response_.steps) {
      if (step.fetches(task) && step.released > 0) until = std::max(until, step.done);
    }
    return until;
  }

  // Data waits for an action, or waited in vain although its hop was open and nobody came for it.
  bool wants_release(HopId h) const {
    const HopLedger& ledger = outcome_->hops[h.value];
    const std::vector<Fallback>& fallbacks = system_.hops[h].fallbacks;
    for (std::size_t i = 0; i < fallbacks.size(); ++i) {
      if (!fallbacks[i].release.is_set()) continue;
      if (std::any_of(ledger.places.begin(), ledger.places.end(),
                      [&](const Waiting& w) { return w.fallback == i && w.events > 1e-6; })) {
        return true;
      }
      const ReleaseTask task{h, static_cast<std::uint8_t>(i)};
      const auto here = releasable(system_, *outcome_, task.hop, task.fallback);
      if (!here) continue;
      const SimTime tended = std::max(here->open, fetched_until(task));
      if (std::any_of(ledger.losses.begin(), ledger.losses.end(),
                      [&](const LossWindow& w) { return w.fallback == static_cast<int>(i) && w.lost_to > tended; })) {
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
  const Outcome* outcome_ = nullptr;  // the response's in the end
  Script fault_script_;
  SimTime first_fault_ = SimTime::never();
  SimTime detected_;
  std::optional<PlanDraft> draft_;
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
    const bool is_apply = !step.is_release() && system.repairs[first].by_apply && !responders.by_hand;
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
