#include "core/crew.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace moshimo {

Crew::Crew(const System& system, const RepairPlan& plan, ControlPlane& control, const Responders& responders,
           const PlanRules& rules)
    : system_(system),
      plan_(plan),
      repairs_of_(responders.strategy == Strategy::restore_only ? plan.restored_by_apply : plan.restored_by),
      control_(control),
      responders_(responders),
      rules_(rules),
      stand_ins_(control, system, plan, repairs_of_) {
  held_until_.resize(system.repairs.size());
  for (const PlanRules::Hold& hold : rules.holds) {
    held_until_[hold.repair.value] = std::max(held_until_[hold.repair.value], hold.until);
  }
  const bool may_take_for_gone =
      responders.strategy == Strategy::runbook || (responders.strategy == Strategy::full && plan.may_take_for_gone);
  if (may_take_for_gone && !responders.by_hand) {
    stand_ins_of_code_.emplace(control, system, plan, plan.restored_by_apply);
  }
}

void Crew::work(const Script& faults, SimTime begin, SimTime horizon, const Urgencies& urgencies,
                const Opportunities& opportunities) {
  control_.reset();
  control_.apply(faults);
  urgencies_ = &urgencies;
  opportunities_ = &opportunities;
  begin_ = begin;
  steps_.clear();
  script_ = faults;
  under_way_.clear();
  open_apply_.reset();
  planned_.clear();
  busy_.assign(responders_.count, false);
  last_done_.assign(system_.repairs.size(), SimTime::microseconds(-1));
  active_.assign(system_.repairs.size(), false);
  last_fall_.assign(system_.conditions.size(), SimTime::microseconds(-1));
  seen_transitions_ = 0;
  concerned_.clear();
  is_concerned_.assign(system_.repairs.size(), false);
  started_releases_.clear();
  held_since_.clear();
  is_dealt_with_.assign(rules_.order.size(), false);
  is_careful_ = responders_.strategy == Strategy::full;
  now_ = begin;
  while (now_ <= horizon) {
    control_.advance(now_);
    note_falls();
    while (finish_one()) {
    }
    control_.advance(now_);
    note_falls();
    note_openings();
    go_on_applying();
    while (start_one()) {
    }
    const SimTime next = next_moment();
    if (next.is_never()) break;
    now_ = std::max(next, now_ + Duration::microseconds(1));
  }
  sort_script();
}

void Crew::sort_script() {
  const auto earlier = [](const auto& a, const auto& b) { return a.at < b.at; };
  std::stable_sort(script_.changes.begin(), script_.changes.end(), earlier);
  std::stable_sort(script_.releases.begin(), script_.releases.end(), earlier);
  std::stable_sort(script_.settings.begin(), script_.settings.end(), earlier);
}

void Crew::note_falls() {
  const std::vector<Transition>& all = control_.transitions();
  for (; seen_transitions_ < all.size(); ++seen_transitions_) {
    const Transition& x = all[seen_transitions_];
    if (x.is_old) continue;
    if (x.is_process) {
      concern(plan_.restarted_by.of(x.index));
    } else if (x.value == 0) {
      last_fall_[x.index] = x.at;
      concern(repairs_of_.of(x.index));
      concern(stand_ins_.repairs_after(ConditionId(x.index)));
      if (stand_ins_of_code_) concern(stand_ins_of_code_->repairs_after(ConditionId(x.index)));
    }
  }
}

void Crew::concern(std::span<const std::uint32_t> repairs) {
  for (const std::uint32_t r : repairs) {
    if (is_concerned_[r]) continue;
    if (responders_.strategy == Strategy::restore_only && !system_.repairs[RepairId(r)].by_apply) continue;
    is_concerned_[r] = true;
    concerned_.emplace_back(r);
  }
}

// Since when what a hop needs holds, of the hops whose data is to be released.
void Crew::note_openings() {
  for (const auto& [task, data] : opportunities_->releases) {
    if (control_.holds(system_.hops[task.hop].needs)) {
      // What holds when people begin has held since the pause before its opening began.
      held_since_.emplace(task, now_ == begin_ ? data.open - data.pause : now_);
    } else {
      held_since_.erase(task);
    }
  }
}

bool Crew::finish_one() {
  for (std::size_t i = 0; i < under_way_.size(); ++i) {
    const Open open = under_way_[i];
    if (open.done > now_) continue;
    const Step& step = steps_[open.step];
    if (!step.in_vain && came_too_late(open.repair)) {
      fail(open);
    } else if (!step.in_vain) {
      finish(open.repair, step);
    }
    if (open.is_last && !step.in_vain && !step.is_release() && is_applied(open.repair)) {
      open_apply_ = open.step;
    } else if (open.is_last) {
      busy_[step.responder] = false;
    }
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

// What it was to put right has been destroyed meanwhile.
void Crew::fail(const Open& open) {
  active_[open.repair.value] = false;
  Step& step = steps_[open.step];
  if (step.repairs.size() == 1) {
    step.in_vain = true;
    return;
  }
  const auto at = std::find(step.repairs.begin(), step.repairs.end(), open.repair);
  step.repair_done.erase(step.repair_done.begin() + (at - step.repairs.begin()));
  step.repairs.erase(at);
}

void Crew::finish(RepairId id, const Step& step) {
  const Repair& repair = system_.repairs[id];
  active_[id.value] = false;
  last_done_[id.value] = now_;
  const auto change = [&](ConditionId c, bool to) {
    script_.changes.push_back({now_, c, to});
    control_.request(now_, c, to);
  };
  for (ConditionId c : repair.breaks) change(c, false);
  for (ConditionId c : repair.restores) change(c, true);
  for (ConditionId c : repair.refreshes) change(c, true);
  if (repair.restarts.is_set()) {
    script_.restarts.push_back({now_, repair.restarts});
    control_.restart(now_, repair.restarts);
  }
  for (const Repair::Setting& setting : repair.sets) {
    script_.settings.push_back({now_ + setting.after.most, setting.store, setting.holds_for});
  }
  for (const auto& [task, events] : step.releases) {
    script_.releases.push_back({now_, task.hop, task.fallback, repair.rate.value_or(Rate::unlimited())});
  }
}

// ---- what is to be done

// A condition that people have to put right: it fell, and does not come back by itself.
bool Crew::is_damage(ConditionId c) const {
  if (control_.holds(c) || !control_.starting_value(c)) return false;
  const Condition& row = system_.conditions[c];
  if (row.kind == Condition::Kind::free) return true;
  return row.kind == Condition::Kind::derived && row.rises == Condition::Rises::by_repair;
}

// An apply that is not held back knows nothing of what people could bring back.
bool Crew::is_missed_by(RepairId id, ConditionId c) const {
  if (is_missing(c) || (planned_.count(id) != 0 && !control_.holds(c))) return true;
  return stand_ins_of_code_ && !is_careful_ && is_applied(id) && stand_ins_of_code_->is_needed(c);
}

bool Crew::can_take_effect(ConditionId c) const {
  const Condition& row = system_.conditions[c];
  return row.kind == Condition::Kind::free || control_.holds(row.follows);
}

// It comes back by itself, but later, and data is lost for want of it.
bool Crew::saves_time(const Repair& repair, ConditionId c) const {
  if (control_.holds(c) || !control_.starting_value(c) || urgencies_->of(c).deadline.is_never()) return false;
  const SimTime by_itself = control_.holds_from(c);
  return !by_itself.is_never() && now_ + repair.takes < by_itself;
}

bool Crew::is_wanted(RepairId id) const {
  const Repair& repair = system_.repairs[id];
  if (active_[id.value]) return false;
  for (ConditionId c : repair.restores) {
    if (control_.holds(c)) continue;
    if (!(is_missed_by(id, c) && can_take_effect(c)) && !saves_time(repair, c)) continue;
    if (!is_handled(c)) return true;
  }
  if (repair.restarts.is_set() && control_.can_start(repair.restarts) && last_done_[id.value] < SimTime{}) {
    if (!control_.holds(system_.processes[repair.restarts].healthy)) return false;  // new ones would end as well
    return control_.running(repair.restarts) < system_.processes[repair.restarts].count;
  }
  return false;
}

// Somebody is at it, or has done what will bring it back.
bool Crew::is_handled(ConditionId c) const {
  for (const Open& open : under_way_) {
    if (steps_[open.step].in_vain) continue;
    const std::vector<ConditionId>& restores = system_.repairs[open.repair].restores;
    if (std::find(restores.begin(), restores.end(), c) != restores.end()) return true;
  }
  // What was put right and taken away again before it showed never fell a second time.
  const bool is_free = system_.conditions[c].kind == Condition::Kind::free;
  if (is_free && control_.holds_from(c).is_never()) return false;
  const auto on_its_way = [&](std::uint32_t r) {
    return last_done_[r] >= SimTime{} && last_done_[r] >= last_fall_[c.value];
  };
  const std::span<const std::uint32_t> able = repairs_of_.of(c.value);
  return std::any_of(able.begin(), able.end(), on_its_way);
}

bool Crew::is_applying() const {
  return open_apply_ || std::any_of(under_way_.begin(), under_way_.end(),
                                    [this](const Open& open) { return is_applied(open.repair); });
}

Urgency Crew::urgency_of(RepairId id) const {
  Urgency u;
  const Repair& repair = system_.repairs[id];
  for (ConditionId c : repair.restores) {
    if (control_.holds(c)) continue;
    if (is_missing(c) || saves_time(repair, c)) u = more_urgent(u, urgencies_->of(c));
    if (!stand_ins_.is_needed(c)) continue;
    for (const ConditionId served : stand_ins_.served_by(c)) u = most_urgent(u, urgencies_->of(served));
  }
  if (repair.restarts.is_set()) {
    const ConditionId staffed = system_.processes[repair.restarts].staffed;
    if (staffed.is_set()) u = more_urgent(u, urgencies_->of(staffed));
  }
  return u;
}

// What it asks for holds. Who does every step does not begin what would be too late: a key that is destroyed meanwhile.
bool Crew::can_be_done(RepairId id) const {
  const Repair& repair = system_.repairs[id];
  if (!control_.holds(repair.requirements)) return false;
  if (responders_.strategy != Strategy::full) return true;
  return std::none_of(repair.requirements.begin(), repair.requirements.end(), [&](const Need& need) {
    return need.alternatives.empty() && is_for_good(need.condition) &&
           control_.falls_at(need.condition) <= now_ + repair.takes;
  });
}

// Whether what it asks for has gone for good since it was begun.
bool Crew::came_too_late(RepairId id) const {
  const Few<Need>& needs = system_.repairs[id].requirements;
  return std::any_of(needs.begin(), needs.end(),
                     [&](const Need& need) { return is_for_good(need.condition) && !control_.holds(need); });
}

bool Crew::is_for_good(ConditionId c) const {
  const Condition& row = system_.conditions[c];
  return row.kind == Condition::Kind::derived && row.rises == Condition::Rises::never;
}

std::vector<Crew::Candidate> Crew::candidates(bool by_an_apply_too) const {
  std::vector<Candidate> all;
  const auto add = [&](const Urgency& urgency, RepairId id, std::optional<ReleaseTask> release = std::nullopt) {
    if (!can_be_done(id) || is_held_until(id) > now_) return;
    all.push_back({urgency, id, release});
  };
  for (const RepairId id : concerned_) {
    if ((is_applied(id) && !by_an_apply_too) || is_left_to_chance(id) || !is_wanted(id)) continue;
    add(urgency_of(id), id);
  }
  for (const auto& [id, urgency] : opportunities_->brakes) {
    if (active_[id.value] || last_done_[id.value] >= SimTime{}) continue;
    add(urgency, id);
  }
  for (const auto& [task, data] : opportunities_->releases) {
    if (started_releases_.count(task) != 0) continue;
    if (now_ < is_readable_from(task) || now_ >= data.to) continue;
    const Fallback& f = system_.hops[task.hop].fallbacks[task.fallback];
    if (f.store.is_set() && !control_.holds(system_.stores[f.store].readable)) continue;
    add({data.deadline, data.events}, f.release, task);
  }
  return all;
}

bool Crew::comes_before(const Candidate& a, const Candidate& b) const {
  if (is_more_urgent(a.urgency, b.urgency)) return true;
  if (is_more_urgent(b.urgency, a.urgency)) return false;
  return std::tie(name(a.repair), a.repair, a.release) < std::tie(name(b.repair), b.repair, b.release);
}

const std::string& Crew::name(RepairId id) const {
  const auto [known, is_new] = names_.try_emplace(id.value);
  if (is_new) known->second = name_of(system_, id);
  return known->second;
}

const Crew::Candidate& Crew::first_of(const std::vector<Candidate>& candidates) const {
  return *std::min_element(candidates.begin(), candidates.end(),
                           [this](const Candidate& a, const Candidate& b) { return comes_before(a, b); });
}

// ---- who begins it, and when

std::optional<std::uint32_t> Crew::free_responder() const {
  const auto free = std::find(busy_.begin(), busy_.end(), false);
  if (free == busy_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(free - busy_.begin());
}

bool Crew::start_one() {
  wakes_ = SimTime::never();
  const std::optional<std::uint32_t> responder = free_responder();
  if (!responder) return false;
  const std::vector<Candidate> all = candidates(!is_applying());
  switch (start_listed(*responder, all)) {
    case Listed::started: return true;
    case Listed::waits: return false;
    case Listed::is_at_its_end: break;
  }
  if (all.empty() || responders_.strategy == Strategy::runbook) return false;
  const bool is_last_free = std::count(busy_.begin(), busy_.end(), false) == 1;
  const Candidate& first = first_of(all);
  if (is_last_free && waits_for_a_more_urgent_one(first)) return false;
  start(first, *responder);
  return true;
}

Crew::Listed Crew::start_listed(std::uint32_t responder, const std::vector<Candidate>& candidates) {
  const bool is_last_free = std::count(busy_.begin(), busy_.end(), false) == 1;
  SimTime kept_free_for = SimTime::never();  // a step before that is held
  for (std::size_t i = 0; i < rules_.order.size(); ++i) {
    const Task& task = rules_.order[i];
    if (is_dealt_with_[i]) continue;
    if (const SimTime until = is_held_until(task); until > now_) {
      if (is_last_free) kept_free_for = std::min(kept_free_for, until);
      continue;
    }
    const bool was_careful = std::exchange(is_careful_, is_careful_ || task.is_targeted);
    const std::vector<Candidate> careful = is_careful_ == was_careful ? candidates : this->candidates(!is_applying());
    std::vector<Candidate> doing_it;
    std::copy_if(careful.begin(), careful.end(), std::back_inserter(doing_it),
                 [&](const Candidate& c) { return does(task, c); });
    const bool is_kept_free =
        !doing_it.empty() && now_ + system_.repairs[first_of(doing_it).repair].takes > kept_free_for;
    if (!doing_it.empty() && !is_kept_free) {
      is_dealt_with_[i] = true;
      start(first_of(doing_it), responder);
    }
    is_careful_ = was_careful;
    if (!doing_it.empty()) return is_kept_free ? Listed::waits : Listed::started;
    if (!under_way_.empty() || open_apply_) return Listed::waits;
    if (const SimTime from = is_ready_from(task); from > now_ && !from.is_never()) {
      wakes_ = from;
      return Listed::waits;
    }
    if (is_anything_held()) continue;  // what it waits for may be among that
    is_dealt_with_[i] = true;
    if (responders_.strategy == Strategy::runbook) {
      start_in_vain(task, responder);
      return Listed::started;
    }
  }
  return Listed::is_at_its_end;
}

// A more urgent repair only needs what is on its way, and that is there before half of this step would be done.
bool Crew::waits_for_a_more_urgent_one(const Candidate& chosen) const {
  const Duration half = Duration::microseconds(system_.repairs[chosen.repair].takes.us() / 2);
  const bool applying = is_applying();
  for (const RepairId id : concerned_) {
    if (active_[id.value] || (is_applied(id) && applying) || is_left_to_chance(id)) continue;
    if (!is_more_urgent(urgency_of(id), chosen.urgency)) continue;
    if (std::max(is_wanted_from(id), is_held_until(id)) > now_ + half) continue;
    if (!control_.holds(system_.repairs[id].requirements) || !is_wanted(id)) return true;
  }
  return false;
}

// When something that it restores is damaged, can be restored and nobody is at it; or workers that it starts are
// missing and can start.
SimTime Crew::is_wanted_from(RepairId id) const {
  const Repair& repair = system_.repairs[id];
  SimTime at = SimTime::never();
  for (ConditionId c : repair.restores) {
    if (!is_missed_by(id, c) || is_handled(c)) continue;
    const Condition& row = system_.conditions[c];
    at = std::min(at, row.kind == Condition::Kind::free ? now_ : control_.holds_from(row.follows));
  }
  if (repair.restarts.is_set() && last_done_[id.value] < SimTime{}) {
    const Process& process = system_.processes[repair.restarts];
    if (control_.running(repair.restarts) < process.count) {
      at = std::min(at, std::max(control_.holds_from(process.start), control_.holds_from(process.healthy)));
    }
  }
  return std::max(at, control_.holds_from(repair.requirements));
}

// Of an apply: until the first of what it is held for.
SimTime Crew::is_held_until(const Task& task) const {
  if (task.not_before > now_) return task.not_before;
  if (!task.is_apply()) return is_held_until(task.repair);
  SimTime first = SimTime::never();
  bool is_held = false;
  for (const RepairId id : concerned_) {
    if (!is_applied(id) || is_left_to_chance(id) || !is_wanted(id)) continue;
    if (is_held_until(id) <= now_) return now_;
    is_held = true;
    first = std::min(first, is_held_until(id));
  }
  return is_held ? first : now_;
}

// When data lies there and its hop is open, pause included: only then is the gap complete.
SimTime Crew::is_readable_from(const ReleaseTask& task) const {
  const auto held = held_since_.find(task);
  if (held == held_since_.end()) return SimTime::never();
  const Releasable& data = opportunities_->releases.at(task);
  return std::max(data.from, held->second + data.pause);
}

SimTime Crew::is_ready_from(const ReleaseTask& task) const {
  if (now_ >= opportunities_->releases.at(task).to) return SimTime::never();
  const SimTime readable = is_readable_from(task);
  return readable.is_never() ? control_.holds_from(system_.hops[task.hop].needs) : readable;
}

SimTime Crew::is_ready_from(const Task& task) const {
  SimTime from = SimTime::never();
  if (!task.is_apply()) {
    from = is_wanted_from(task.repair);
    for (const auto& [release, data] : opportunities_->releases) {
      if (system_.hops[release.hop].fallbacks[release.fallback].release != task.repair) continue;
      if (started_releases_.count(release) == 0) from = std::min(from, is_ready_from(release));
    }
    return from;
  }
  for (const RepairId id : concerned_) {
    if (is_applied(id) && !is_left_to_chance(id) && is_held_until(id) <= now_)
      from = std::min(from, is_wanted_from(id));
  }
  return from;
}

bool Crew::is_anything_held() const {
  for (std::size_t i = 0; i < rules_.order.size(); ++i) {
    if (!is_dealt_with_[i] && rules_.order[i].not_before > now_) return true;
  }
  return std::any_of(rules_.holds.begin(), rules_.holds.end(),
                     [this](const PlanRules::Hold& hold) { return hold.until > now_ && !hold.until.is_never(); });
}

bool Crew::does(const Task& task, const Candidate& c) const {
  return task.is_apply() ? !c.release && is_applied(c.repair) : c.repair == task.repair;
}

SimTime Crew::next_moment() const {
  SimTime next = std::min(control_.next_event(), wakes_);
  for (const Open& open : under_way_) next = std::min(next, open.done);
  if (open_apply_) next = std::min(next, more_to_apply_from());
  for (const auto& [task, data] : opportunities_->releases) {
    if (const SimTime from = is_readable_from(task); from > now_) next = std::min(next, from);
  }
  for (const PlanRules::Hold& hold : rules_.holds) {
    if (hold.until > now_) next = std::min(next, hold.until);
  }
  for (const Task& task : rules_.order) {
    if (task.not_before > now_) next = std::min(next, task.not_before);
  }
  return next;
}

void Crew::start(const Candidate& chosen, std::uint32_t responder) {
  Step step;
  step.responder = responder;
  if (chosen.release) {
    step.repairs = {chosen.repair};
    for (const Candidate& c : candidates(false)) {  // it fetches whatever waits for it
      if (!c.release || c.repair != chosen.repair) continue;
      step.releases.push_back({*c.release});
      started_releases_.insert(*c.release);
    }
  } else if (is_applied(chosen.repair)) {
    step.is_apply = true;
    plan_applying();
    ApplyScope scope = to_apply(true);
    step.repairs = std::move(scope.repairs);
    step.left_out = std::move(scope.left_out);
    step.is_targeted = is_careful_ && (responders_.strategy == Strategy::runbook || !step.left_out.empty());
  } else {
    step.repairs = {chosen.repair};
  }
  begin(std::move(step));
}

// All that one apply can do now, the most urgent first. People who know what it would do leave out what does harm.
Crew::ApplyScope Crew::to_apply(bool begins) const {
  std::vector<Candidate> ready = candidates(true);
  ready.erase(std::remove_if(ready.begin(), ready.end(),
                             [this](const Candidate& c) { return c.release || !is_applied(c.repair); }),
              ready.end());
  std::sort(ready.begin(), ready.end(), [this](const Candidate& a, const Candidate& b) { return comes_before(a, b); });
  ApplyScope scope;
  for (const Candidate& c : ready) scope.repairs.push_back(c.repair);
  for (const RepairId id : concerned_) {
    if (!is_applied(id) || !control_.holds(system_.repairs[id].requirements)) continue;
    if (is_left_to_chance(id) && is_wanted(id) && is_held_until(id) <= now_) {
      (begins && !does_harm(id) ? scope.repairs : scope.left_out).push_back(id);
    } else if (is_careful_ && would_take_for_gone(id)) {
      scope.left_out.push_back(id);
    }
  }
  return scope;
}

// It would make something in the place of what people can still have back.
bool Crew::would_take_for_gone(RepairId id) const {
  const std::vector<ConditionId>& restores = system_.repairs[id].restores;
  return stand_ins_of_code_ && std::any_of(restores.begin(), restores.end(), [this](ConditionId c) {
           return stand_ins_of_code_->is_needed(c) && !stand_ins_.is_needed(c);
         });
}

// It destroys something, or people who did it by hand would still wait.
bool Crew::does_harm(RepairId id) const {
  const Repair& repair = system_.repairs[id];
  if (!repair.breaks.empty()) return true;
  const std::span<const std::uint32_t> others = repairs_of_.of(repair.restores.front().value);
  return std::any_of(others.begin(), others.end(), [this](std::uint32_t r) {
    const Repair& other = system_.repairs[RepairId(r)];
    return !other.by_apply && !control_.holds(other.requirements);
  });
}

// When an apply that is done with what was possible can go on with what that has made possible.
SimTime Crew::more_to_apply_from() const {
  SimTime from = SimTime::never();
  for (const RepairId id : concerned_) {
    if (active_[id.value] || !is_applied(id) || is_left_to_chance(id) || is_held_until(id) > now_) continue;
    if (const SimTime at = is_wanted_from(id); at > now_) from = std::min(from, at);
  }
  return from <= now_ + apply_waits ? from : SimTime::never();
}

// It looks once, when it begins: what people put right after that it takes for gone all the same.
void Crew::plan_applying() {
  planned_.clear();
  if (!stand_ins_of_code_ || is_careful_) return;
  for (const RepairId id : concerned_) {
    if (!is_applied(id)) continue;
    const std::vector<ConditionId>& restores = system_.repairs[id].restores;
    if (std::any_of(restores.begin(), restores.end(),
                    [this](ConditionId c) { return stand_ins_of_code_->is_needed(c); })) {
      planned_.insert(id);
    }
  }
}

void Crew::end_applying() {
  busy_[steps_[*open_apply_].responder] = false;
  open_apply_.reset();
  planned_.clear();
}

// One apply does what depends on what it did.
void Crew::go_on_applying() {
  if (!open_apply_) return;
  Step& applying = steps_[*open_apply_];
  const bool was_careful = std::exchange(is_careful_, is_careful_ || applying.is_targeted);
  const ApplyScope more = to_apply(false);
  const bool is_at_its_end = more.repairs.empty() && more_to_apply_from().is_never();
  is_careful_ = was_careful;
  for (const RepairId id : more.left_out) {
    if (std::find(applying.left_out.begin(), applying.left_out.end(), id) != applying.left_out.end()) continue;
    applying.left_out.push_back(id);
    applying.is_targeted = true;
  }
  if (!more.repairs.empty()) {
    const std::size_t step = *open_apply_;
    open_apply_.reset();
    take_up(step, more.repairs);
  } else if (is_at_its_end) {
    end_applying();
  }
}

// As it is written, though nothing comes of it.
void Crew::start_in_vain(const Task& task, std::uint32_t responder) {
  Step step;
  step.responder = responder;
  step.in_vain = true;
  step.is_apply = task.is_apply();
  if (!task.is_apply()) step.repairs = {task.repair};
  for (std::uint32_t r = 0; task.is_apply() && r < system_.repairs.size(); ++r) {
    const RepairId id(r);  // an apply that finds nothing to do is as quick as the quickest
    if (!is_applied(id)) continue;
    if (step.repairs.empty() || system_.repairs[id].takes < system_.repairs[step.repairs.front()].takes) {
      step.repairs = {id};
    }
  }
  if (!step.repairs.empty()) begin(std::move(step));
}

void Crew::begin(Step step) {
  step.start = now_;
  busy_[step.responder] = true;
  const std::vector<RepairId> repairs = std::move(step.repairs);
  step.repairs.clear();
  steps_.push_back(std::move(step));
  take_up(steps_.size() - 1, repairs);
}

void Crew::take_up(std::size_t number, const std::vector<RepairId>& repairs) {
  Step& step = steps_[number];
  const auto longest = std::max_element(repairs.begin(), repairs.end(), [this](RepairId a, RepairId b) {
    return system_.repairs[a].takes < system_.repairs[b].takes;
  });
  step.done = now_ + system_.repairs[*longest].takes;
  for (const RepairId r : repairs) {
    const SimTime done = now_ + system_.repairs[r].takes;
    step.repairs.push_back(r);
    step.repair_done.push_back(done);
    under_way_.push_back({done, number, r, r == *longest});
    if (!step.is_release() && !step.in_vain) active_[r.value] = true;
  }
}

}  // namespace moshimo
