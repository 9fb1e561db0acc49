#include "core/response.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/control.hpp"
#include "core/findings.hpp"
#include "core/flow_plan.hpp"
#include "core/releases.hpp"
#include "core/stand_ins.hpp"

namespace moshimo {
namespace {

constexpr std::size_t most_passes = 16;  // releases uncover further releases at most as deep as the chain of hops

struct ReleaseTask {
  HopId hop;
  std::uint8_t fallback = 0;
  auto operator<=>(const ReleaseTask&) const = default;
};

// What a step saves, as far as earlier runs tell.
struct Urgency {
  SimTime deadline = SimTime::never();  // the earliest point of no return it serves
  double rate = 0;                      // events lost per second from there
};

Urgency more_urgent(const Urgency& a, const Urgency& b) {
  if (a.deadline != b.deadline) return a.deadline < b.deadline ? a : b;
  return {a.deadline, a.rate + b.rate};
}

Urgency most_urgent(const Urgency& a, const Urgency& b) {
  if (a.deadline != b.deadline) return a.deadline < b.deadline ? a : b;
  return {a.deadline, std::max(a.rate, b.rate)};
}

double sum_of(const std::vector<double>& list) { return std::accumulate(list.begin(), list.end(), 0.0); }

class Planner {
 public:
  Planner(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders, SimTime horizon,
          const Outcome* nobody_acts)
      : system_(simulation.system()),
        responders_(responders),
        horizon_(horizon),
        nobody_acts_(nobody_acts),
        simulation_(simulation),
        control_(simulation.control()) {
    response_.strategy = responders.strategy;
    fault_script_ = script_of(simulation, faults, response_.stopped);
    first_fault_ = SimTime::never();
    for (const Fault& f : faults) first_fault_ = std::min(first_fault_, f.at);
  }

  Response run() {
    response_.script = fault_script_;
    const bool acts = responders_.strategy != Strategy::none && !first_fault_.is_never();
    if (!acts || nobody_acts_ == nullptr) response_.outcome = simulation_.run(fault_script_, horizon_);
    if (acts) {
      index_repairs();
      learn_urgency(nobody_acts_ != nullptr ? *nobody_acts_ : response_.outcome);
      plan_until_settled();
      consider_what_the_plan_loses();
      consider_brakes();
      describe_releases();
    }
    what_is_left();
    return std::move(response_);
  }

 private:
  struct Open {  // a repair under way
    SimTime done;
    std::size_t step;
    RepairId repair;
    bool is_last;  // of its step
  };

  // ---- from the run in which nobody acts, and from a plan
  void learn_urgency(const Outcome& outcome) {
    const SimTime detected = first_fault_ + responders_.time_to_detect;
    of_hop_.assign(system_.hops.size(), {});
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      for (const LossWindow& w : outcome.hops[h].losses) {
        if (w.lost_to < detected) continue;
        const double seconds = std::max((w.lost_to - w.lost_from).in_seconds(), 1.0);
        of_hop_[h] = more_urgent(of_hop_[h], {std::max(w.lost_from, detected), w.events / seconds});
      }
    }
    // A condition is as urgent as the hops whose needs lead to it, and as what never comes back once it has fallen.
    of_condition_.resize(system_.conditions.size());
    std::vector<std::uint32_t> work;
    const auto spread = [&](const Needs& needs, const Urgency& u) {
      for (const Need& n : needs) raise(n.condition, u, work);
      for (const Need& n : needs) {
        for (ConditionId c : n.alternatives) raise(c, u, work);
      }
    };
    const auto spread_on = [&] {
      while (!work.empty()) {
        const ConditionId c(work.back());
        work.pop_back();
        const Condition& row = system_.conditions[c];
        spread(row.follows, of_condition_[c.value]);
        if (row.process.is_set()) spread(system_.processes[row.process].start, of_condition_[c.value]);
      }
    };
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      if (of_hop_[h].deadline.is_never()) continue;
      spread(system_.hops[HopId(h)].needs, of_hop_[h]);
      spread_on();
    }
    for (ConditionId c : gone_for_good(system_, outcome.timeline)) {
      const SimTime at = outcome.timeline.conditions[c.value].back().at;
      if (at < detected) continue;
      raise(c, {at, 0}, work);
      spread_on();
    }
  }

  void raise(ConditionId c, const Urgency& u, std::vector<std::uint32_t>& work) {
    Urgency& mine = of_condition_[c.value];
    if (mine.deadline < u.deadline) return;
    if (mine.deadline == u.deadline && mine.rate >= u.rate) return;
    mine = u;
    work.push_back(c.value);
  }

  void index_repairs() {
    repairs_of_.reset(system_.conditions.size());
    restarts_of_.reset(system_.processes.size());
    for (std::uint32_t r = 0; r < system_.repairs.size(); ++r) {
      const Repair& repair = system_.repairs[RepairId(r)];
      if (responders_.strategy == Strategy::restore_only ? !repair.by_apply : repair.only_by_apply) continue;
      for (ConditionId c : repair.restores) repairs_of_.add(c.value, r);
      if (repair.restarts.is_set()) restarts_of_.add(repair.restarts.value, r);
    }
    repairs_of_.finish();
    restarts_of_.finish();
    stand_ins_.emplace(control_, system_, repairs_of_);
  }

  void plan_until_settled() {
    std::set<ReleaseTask> releases;
    releasable_.clear();
    for (std::size_t pass = 0; pass < most_passes; ++pass) {
      plan(releases);
      response_.outcome = simulation_.run(response_.script, horizon_);
      if (!find_releases(releases)) break;
    }
  }

  // While nobody acts, what gets nothing loses nothing, and nothing it needs is urgent. Once other steps let data flow
  // again it may lose that data: then another order may save it.
  void consider_what_the_plan_loses() {
    if (responders_.strategy != Strategy::full) return;
    const double lost = sum_of(lost_by_hop());
    if (lost <= 0) return;
    const std::vector<Urgency> before = of_condition_;
    learn_urgency(response_.outcome);
    const auto same = [](const Urgency& a, const Urgency& b) { return a.deadline == b.deadline; };
    if (std::equal(before.begin(), before.end(), of_condition_.begin(), same)) return;
    plan_until_settled();
    if (sum_of(lost_by_hop()) < lost * (1 - 1e-9)) return;
    of_condition_ = before;
    plan_until_settled();
  }

  // ---- emergency brakes: more time for what waits, where the plan without it loses data whose time is up
  void consider_brakes() {
    if (responders_.strategy != Strategy::full || !find_brakes()) return;
    const std::vector<double> lost_without = lost_by_hop();
    const std::map<RepairId, Urgency> all = brakes_;
    plan_until_settled();
    const std::vector<double> lost_with = lost_by_hop();
    for (const auto& [id, urgency] : all) {
      if (!has_saved(id, lost_without, lost_with)) brakes_.erase(id);
    }
    if (sum_of(lost_with) >= sum_of(lost_without)) brakes_.clear();
    if (brakes_.size() < all.size()) plan_until_settled();
  }

  bool find_brakes() {
    const std::map<StoreId, std::vector<Expired>> ran_out = what_ran_out();
    for (std::uint32_t r = 0; r < system_.repairs.size(); ++r) {
      const RepairId id(r);
      const Repair& repair = system_.repairs[id];
      if (repair.sets.empty()) continue;
      const SimTime soonest = first_fault_ + responders_.time_to_detect + repair.takes;
      Urgency urgency;
      for (const Repair::Setting& setting : repair.sets) {
        const auto losses = ran_out.find(setting.store);
        if (losses != ran_out.end())
          urgency = more_urgent(urgency, saved_by(setting, losses->second, soonest + setting.after.most));
      }
      if (!urgency.deadline.is_never()) brakes_[id] = urgency;
    }
    return !brakes_.empty();
  }

  // What the plan loses because its time in a store is up.
  struct Expired {
    const Fallback* fallback = nullptr;
    const LossWindow* window = nullptr;
  };
  std::map<StoreId, std::vector<Expired>> what_ran_out() const {
    std::map<StoreId, std::vector<Expired>> all;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      for (const LossWindow& w : response_.outcome.hops[h].losses) {
        if (w.why != LossWindow::Why::expired || w.fallback < 0) continue;
        const Fallback& f = system_.hops[HopId(h)].fallbacks[static_cast<std::size_t>(w.fallback)];
        if (f.store.is_set()) all[f.store].push_back({&f, &w});
      }
    }
    return all;
  }

  // Of that, what goes from `soonest` on though it could have more time.
  Urgency saved_by(const Repair::Setting& setting, const std::vector<Expired>& losses, SimTime soonest) const {
    Urgency urgency;
    for (const auto& [f, w] : losses) {
      if (w->lost_to <= soonest || std::min(f->limit, setting.holds_for) <= place_limit(system_, *f)) continue;
      const double seconds = std::max((w->lost_to - w->lost_from).in_seconds(), 1.0);
      urgency = more_urgent(urgency, {std::max(w->lost_from, soonest), w->events / seconds});
    }
    return urgency;
  }

  std::vector<double> lost_by_hop() const {
    std::vector<double> lost;
    for (const HopLedger& ledger : response_.outcome.hops) lost.push_back(ledger.lost);
    return lost;
  }

  bool has_saved(RepairId id, const std::vector<double>& without, const std::vector<double>& with) const {
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      if (with[h] >= without[h] * (1 - 1e-9)) continue;
      for (const Fallback& f : system_.hops[HopId(h)].fallbacks) {
        for (const Repair::Setting& setting : system_.repairs[id].sets) {
          if (f.store == setting.store) return true;
        }
      }
    }
    return false;
  }

  // ---- one pass: people at work on the control plane
  void plan(const std::set<ReleaseTask>& releases) {
    control_.reset();
    control_.apply(fault_script_);
    response_.steps.clear();
    response_.script = fault_script_;
    under_way_.clear();
    busy_.assign(responders_.count, false);
    last_done_.assign(system_.repairs.size(), SimTime::microseconds(-1));
    active_.assign(system_.repairs.size(), false);
    last_fall_.assign(system_.conditions.size(), SimTime::microseconds(-1));
    seen_transitions_ = 0;
    concerned_.clear();
    started_releases_.clear();
    held_since_.clear();
    SimTime now = first_fault_ + responders_.time_to_detect;
    while (now <= horizon_) {
      control_.advance(now);
      note_falls();
      while (finish_one(now)) {
      }
      control_.advance(now);
      note_falls();
      note_openings(now, releases);
      while (start_one(now, releases)) {
      }
      SimTime next = control_.next_event();
      for (const Open& open : under_way_) next = std::min(next, open.done);
      for (const ReleaseTask& task : releases) {
        if (const SimTime from = readable_from(task); from > now) next = std::min(next, from);
      }
      if (next.is_never()) break;
      now = std::max(next, now + Duration::microseconds(1));
    }
    std::stable_sort(response_.script.changes.begin(), response_.script.changes.end(),
                     [](const Script::Change& a, const Script::Change& b) { return a.at < b.at; });
    std::stable_sort(response_.script.releases.begin(), response_.script.releases.end(),
                     [](const Script::Release& a, const Script::Release& b) { return a.at < b.at; });
    std::stable_sort(response_.script.settings.begin(), response_.script.settings.end(),
                     [](const Script::Setting& a, const Script::Setting& b) { return a.at < b.at; });
  }

  void note_falls() {
    const std::vector<Transition>& all = control_.transitions();
    for (; seen_transitions_ < all.size(); ++seen_transitions_) {
      const Transition& x = all[seen_transitions_];
      if (x.is_old) continue;
      if (x.is_process) {
        for (std::uint32_t r : restarts_of_.of(x.index)) concerned_.insert(r);
      } else if (x.value == 0) {
        last_fall_[x.index] = x.at;
        for (std::uint32_t r : repairs_of_.of(x.index)) concerned_.insert(r);
        for (std::uint32_t r : stand_ins_->repairs_after(ConditionId(x.index))) concerned_.insert(r);
      }
    }
  }

  // Since when what a hop needs holds, of the hops whose data is to be released.
  void note_openings(SimTime now, const std::set<ReleaseTask>& releases) {
    for (const ReleaseTask& task : releases) {
      if (control_.holds(system_.hops[task.hop].needs)) {
        // What holds when people begin has held since the pause before its opening began.
        const Releasable& data = releasable_.at(task);
        const bool at_first = now == first_fault_ + responders_.time_to_detect;
        held_since_.emplace(task, at_first ? data.open - data.pause : now);
      } else {
        held_since_.erase(task);
      }
    }
  }

  // When data lies there and its hop is open, pause included: only then is the gap complete. never(): not yet known.
  SimTime readable_from(const ReleaseTask& task) const {
    const auto held = held_since_.find(task);
    if (held == held_since_.end()) return SimTime::never();
    const Releasable& data = releasable_.at(task);
    return std::max(data.from, held->second + data.pause);
  }

  bool finish_one(SimTime now) {
    for (std::size_t i = 0; i < under_way_.size(); ++i) {
      if (under_way_[i].done > now) continue;
      const Step& step = response_.steps[under_way_[i].step];
      if (under_way_[i].is_last) busy_[step.responder] = false;
      finish(under_way_[i].repair, step, now);
      under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }

  void finish(RepairId id, const Step& step, SimTime now) {
    const Repair& repair = system_.repairs[id];
    active_[id.value] = false;
    last_done_[id.value] = now;
    const auto change = [&](ConditionId c, bool to) {
      response_.script.changes.push_back({now, c, to});
      control_.request(now, c, to);
    };
    for (ConditionId c : repair.breaks) change(c, false);
    for (ConditionId c : repair.restores) change(c, true);
    for (ConditionId c : repair.refreshes) change(c, true);
    if (repair.restarts.is_set()) {
      response_.script.restarts.push_back({now, repair.restarts});
      control_.restart(now, repair.restarts);
    }
    for (const Repair::Setting& setting : repair.sets) {
      response_.script.settings.push_back({now + setting.after.most, setting.store, setting.holds_for});
    }
    if (step.hop.is_set()) {
      response_.script.releases.push_back({now, step.hop, step.fallback, repair.rate.value_or(Rate::unlimited())});
    }
  }

  // A condition that people have to put right: it fell, and does not come back by itself.
  bool is_damage(ConditionId c) const {
    if (control_.holds(c) || !control_.starting_value(c)) return false;
    const Condition& row = system_.conditions[c];
    if (row.kind == Condition::Kind::free) return true;
    return row.kind == Condition::Kind::derived && row.rises == Condition::Rises::by_repair;
  }

  bool is_missing(ConditionId c) const { return is_damage(c) || stand_ins_->is_needed(c); }

  bool can_take_effect(ConditionId c) const {
    const Condition& row = system_.conditions[c];
    return row.kind == Condition::Kind::free || control_.holds(row.follows);
  }

  // It comes back by itself, but later, and data is lost for want of it.
  bool saves_time(const Repair& repair, ConditionId c) const {
    if (control_.holds(c) || !control_.starting_value(c) || of_condition_[c.value].deadline.is_never()) return false;
    Need need;
    need.condition = c;
    const SimTime by_itself = control_.holds_from({need});
    return !by_itself.is_never() && control_.now() + repair.takes < by_itself;
  }

  bool is_wanted(RepairId id) const {
    const Repair& repair = system_.repairs[id];
    if (active_[id.value]) return false;
    for (ConditionId c : repair.restores) {
      if (!(is_missing(c) && can_take_effect(c)) && !saves_time(repair, c)) continue;
      if (!is_handled(c)) return true;
    }
    if (repair.restarts.is_set() && control_.can_start(repair.restarts) && last_done_[id.value] < SimTime{}) {
      if (!control_.holds(system_.processes[repair.restarts].healthy)) return false;  // new ones would end as well
      return control_.running(repair.restarts) < system_.processes[repair.restarts].count;
    }
    return false;
  }

  bool is_handled(ConditionId c) const {
    for (const Open& open : under_way_) {
      const std::vector<ConditionId>& restores = system_.repairs[open.repair].restores;
      if (std::find(restores.begin(), restores.end(), c) != restores.end()) return true;
    }
    const auto on_its_way = [&](std::uint32_t r) {
      return last_done_[r] >= SimTime{} && last_done_[r] >= last_fall_[c.value];
    };
    const std::span<const std::uint32_t> able = repairs_of_.of(c.value);
    return std::any_of(able.begin(), able.end(), on_its_way);
  }

  Urgency urgency_of(RepairId id) const {
    Urgency u;
    const Repair& repair = system_.repairs[id];
    for (ConditionId c : repair.restores) {
      if (is_missing(c) || saves_time(repair, c)) u = more_urgent(u, of_condition_[c.value]);
      if (!stand_ins_->is_needed(c)) continue;
      for (const ConditionId served : stand_ins_->served_by(c)) u = most_urgent(u, of_condition_[served.value]);
    }
    if (repair.restarts.is_set()) {
      const ConditionId staffed = system_.processes[repair.restarts].staffed;
      if (staffed.is_set()) u = more_urgent(u, of_condition_[staffed.value]);
    }
    return u;
  }

  struct Candidate {
    Urgency urgency;
    std::string name;
    RepairId repair;
    std::optional<ReleaseTask> release;
  };

  bool start_one(SimTime now, const std::set<ReleaseTask>& releases) {
    std::uint32_t responder = 0;
    while (responder < busy_.size() && busy_[responder]) ++responder;
    if (responder == busy_.size()) return false;
    const bool applying =
        std::any_of(under_way_.begin(), under_way_.end(), [this](const Open& open) { return is_applied(open.repair); });
    std::vector<Candidate> candidates;
    for (std::uint32_t r : concerned_) {
      const RepairId id(r);
      const Repair& repair = system_.repairs[id];
      if (is_applied(id) && applying) continue;
      if (!is_wanted(id) || !control_.holds(repair.requirements)) continue;
      candidates.push_back({urgency_of(id), name_of(system_, id), id, std::nullopt});
    }
    for (const auto& [id, urgency] : brakes_) {
      const Repair& repair = system_.repairs[id];
      if (active_[id.value] || last_done_[id.value] >= SimTime{} || !control_.holds(repair.requirements)) continue;
      candidates.push_back({urgency, name_of(system_, id), id, std::nullopt});
    }
    for (const ReleaseTask& task : releases) {
      if (started_releases_.count(task) != 0) continue;
      const Releasable& data = releasable_.at(task);
      if (now < readable_from(task) || now >= data.to) continue;
      const Hop& hop = system_.hops[task.hop];
      const Fallback& f = hop.fallbacks[task.fallback];
      const Repair& repair = system_.repairs[f.release];
      if (!control_.holds(repair.requirements)) continue;
      if (f.store.is_set() && !control_.holds(system_.stores[f.store].readable)) continue;
      candidates.push_back({{data.deadline, data.events}, name_of(system_, f.release), f.release, task});
    }
    if (candidates.empty()) return false;
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      if (a.urgency.deadline != b.urgency.deadline) return a.urgency.deadline < b.urgency.deadline;
      if (a.urgency.rate != b.urgency.rate) return a.urgency.rate > b.urgency.rate;
      return a.name < b.name;
    });
    const Candidate& best = candidates.front();
    const bool is_last_free = std::count(busy_.begin(), busy_.end(), false) == 1;
    if (is_last_free && waits_for_a_more_urgent_one(best, now, applying)) return false;
    start(best, candidates, now, responder);
    return true;
  }

  // A more urgent repair only needs what is on its way, and that is there before half of this step would be done.
  bool waits_for_a_more_urgent_one(const Candidate& chosen, SimTime now, bool applying) const {
    const Duration half = Duration::microseconds(system_.repairs[chosen.repair].takes.us() / 2);
    for (std::uint32_t r : concerned_) {
      const RepairId id(r);
      const Repair& repair = system_.repairs[id];
      if (active_[r] || (is_applied(id) && applying)) continue;
      const Urgency u = urgency_of(id);
      const bool more_urgent =
          u.deadline != chosen.urgency.deadline ? u.deadline < chosen.urgency.deadline : u.rate > chosen.urgency.rate;
      if (!more_urgent || is_wanted_from(id) > now + half) continue;
      if (!control_.holds(repair.requirements) || !is_wanted(id)) return true;
    }
    return false;
  }

  // When, as far as is known, something that it restores is damaged, can be restored and nobody is at it.
  SimTime is_wanted_from(RepairId id) const {
    const Repair& repair = system_.repairs[id];
    SimTime at = SimTime::never();
    for (ConditionId c : repair.restores) {
      if (!is_missing(c) || is_handled(c)) continue;
      const Condition& row = system_.conditions[c];
      at = std::min(at, row.kind == Condition::Kind::free ? control_.now() : control_.holds_from(row.follows));
    }
    return std::max(at, control_.holds_from(repair.requirements));
  }

  bool is_applied(RepairId id) const { return system_.repairs[id].by_apply && !responders_.by_hand; }

  void start(const Candidate& chosen, const std::vector<Candidate>& candidates, SimTime now, std::uint32_t responder) {
    Step step;
    step.ready = now;
    step.start = now;
    step.responder = responder;
    if (chosen.release) {
      step.repairs = {chosen.repair};
      step.hop = chosen.release->hop;
      step.fallback = chosen.release->fallback;
      started_releases_.insert(*chosen.release);
    } else if (is_applied(chosen.repair)) {
      for (const Candidate& c : candidates) {  // one apply does all that is ready
        if (!c.release && is_applied(c.repair)) step.repairs.push_back(c.repair);
      }
    } else {
      step.repairs = {chosen.repair};
    }
    for (RepairId r : step.repairs) {
      if (!chosen.release) active_[r.value] = true;
    }
    const auto longest = std::max_element(step.repairs.begin(), step.repairs.end(), [this](RepairId a, RepairId b) {
      return system_.repairs[a].takes < system_.repairs[b].takes;
    });
    step.done = now + system_.repairs[*longest].takes;
    busy_[responder] = true;
    for (const RepairId r : step.repairs) {
      under_way_.push_back({now + system_.repairs[r].takes, response_.steps.size(), r, r == *longest});
    }
    response_.steps.push_back(std::move(step));
  }

  // ---- releases: what lies in a place for somebody to release it, although its hop is open
  // Data moves from place to place, so of each hop only the place that is the first to want a release is taken up; the
  // next run tells whether anything is left for another.
  bool find_releases(std::set<ReleaseTask>& releases) {
    bool found = false;
    if (responders_.strategy != Strategy::full) return false;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const std::size_t places = system_.hops[HopId(h)].fallbacks.size();
      std::optional<Releasable> first;
      ReleaseTask of_first;
      for (std::size_t i = 0; i < places; ++i) {
        const ReleaseTask task{HopId(h), static_cast<std::uint8_t>(i)};
        const std::optional<Releasable> here = releasable(system_, response_.outcome, task.hop, task.fallback);
        if (!here || (first && first->open <= here->open) || releases.count(task) != 0) continue;
        first = here;
        of_first = task;
      }
      if (!first) continue;
      releases.insert(of_first);
      releasable_[of_first] = *first;
      found = true;
    }
    return found;
  }

  void describe_releases() {
    for (Step& step : response_.steps) {
      if (!step.hop.is_set()) continue;
      const Hop& hop = system_.hops[step.hop];
      step.gap_from = SimTime::never();
      for (const Stay& stay : response_.outcome.hops[step.hop.value].stays) {
        if (stay.fallback != step.fallback || stay.released <= 0) continue;
        step.released += stay.released;
        step.gap_from = std::min(step.gap_from, stay.arrived_from);
        step.gap_to = std::max(step.gap_to, stay.arrived_to);
      }
      step.backlog = step.released;
      if (step.released > 0) continue;
      for (const FailureSpan& span : failures(hop.needs, response_.outcome.timeline)) {
        step.gap_from = std::min(step.gap_from, span.from);
        step.gap_to = std::max(step.gap_to, std::min(span.to, horizon_));
      }
      for (const ChangeTo<HopState>& change : response_.outcome.hop_states[step.hop.value]) {
        if (change.value.open) step.gap_to = std::max(step.gap_to, change.at);  // a pause lengthens the gap
      }
      if (step.gap_from.is_never()) step.gap_from = SimTime{};
    }
  }

  // Data waits for an action, or waited in vain although its hop was open.
  bool wants_release(HopId h) const {
    const HopLedger& ledger = response_.outcome.hops[h.value];
    const std::vector<Fallback>& fallbacks = system_.hops[h].fallbacks;
    for (std::size_t i = 0; i < fallbacks.size(); ++i) {
      if (!fallbacks[i].release.is_set()) continue;
      if (std::any_of(ledger.places.begin(), ledger.places.end(),
                      [&](const Waiting& w) { return w.fallback == i && w.events > 1e-6; })) {
        return true;
      }
      const auto here = releasable(system_, response_.outcome, h, static_cast<std::uint8_t>(i));
      if (here && std::any_of(ledger.losses.begin(), ledger.losses.end(), [&](const LossWindow& w) {
            return w.fallback == static_cast<int>(i) && w.lost_to > here->open;
          })) {
        return true;
      }
    }
    return false;
  }

  void what_is_left() {
    const Outcome& outcome = response_.outcome;
    for (std::uint32_t c = 0; c < system_.conditions.size(); ++c) {
      const StepFunction<bool>& f = outcome.timeline.conditions[c];
      if (system_.conditions[ConditionId(c)].is_of_the_past) continue;
      if (control_.starting_value(ConditionId(c)) && !f.back().value) response_.still_broken.push_back(ConditionId(c));
    }
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      if (wants_release(HopId(h))) response_.unreleased.push_back(HopId(h));
    }
  }

  const System& system_;
  Responders responders_;
  SimTime horizon_;
  const Outcome* nobody_acts_;
  Simulation& simulation_;
  ControlPlane& control_;
  Response response_;
  Script fault_script_;
  SimTime first_fault_;
  std::vector<Urgency> of_hop_, of_condition_;
  Adjacency repairs_of_;   // condition -> repairs that restore it
  Adjacency restarts_of_;  // process -> repairs that restart it
  std::optional<StandIns> stand_ins_;
  std::set<std::uint32_t> concerned_;  // repairs of what fell or shrank so far
  std::vector<Open> under_way_;
  std::vector<bool> busy_, active_;
  std::vector<SimTime> last_done_, last_fall_;
  std::size_t seen_transitions_ = 0;
  std::set<ReleaseTask> started_releases_;
  std::map<ReleaseTask, Releasable> releasable_;
  std::map<ReleaseTask, SimTime> held_since_;
  std::map<RepairId, Urgency> brakes_;  // repairs that give what waits more time, and what runs out without them
};

}  // namespace

std::string_view name_of(Strategy s) {
  switch (s) {
    case Strategy::none: return "none";
    case Strategy::restore_only: return "restore_only";
    case Strategy::full: return "full";
  }
  return "";
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
                 SimTime horizon, const Outcome* nobody_acts) {
  return Planner(simulation, faults, responders, horizon, nobody_acts).run();
}

}  // namespace moshimo
