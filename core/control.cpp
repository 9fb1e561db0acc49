#include "core/control.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace moshimo {
namespace {

// Calls `visit` for every condition that a list of needs mentions.
template <class Visit>
void for_each_condition(const Needs& needs, Visit visit) {
  for (const Need& need : needs) {
    visit(need.condition.value);
    for (ConditionId other : need.alternatives) visit(other.value);
  }
}

// Rows of `users` for each condition, flat: the users of condition c are list[begin[c]] .. list[begin[c + 1]].
class Index {
 public:
  explicit Index(std::size_t conditions) : begin_(conditions + 1, 0) {}
  void count(std::uint32_t condition) { ++begin_[condition + 1]; }
  void allocate() {
    for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    list_.resize(begin_.back());
    fill_ = begin_;
  }
  void add(std::uint32_t condition, std::uint32_t user) { list_[fill_[condition]++] = user; }
  void take(std::vector<std::uint32_t>& begin, std::vector<std::uint32_t>& list) {
    begin = std::move(begin_);
    list = std::move(list_);
  }

 private:
  std::vector<std::uint32_t> begin_, list_, fill_;
};

// Derived conditions in an order in which each comes after those it follows (staffed conditions break loops).
std::vector<std::uint32_t> order_of_dependence(const System& system, const std::vector<std::uint32_t>& begin,
                                               const std::vector<std::uint32_t>& dependents) {
  const std::size_t n = system.conditions.size();
  std::vector<std::uint32_t> missing(n, 0), rank(n, 0), ready;
  for (std::uint32_t c = 0; c < n; ++c) {
    for (std::uint32_t k = begin[c]; k < begin[c + 1]; ++k) {
      if (system.conditions[ConditionId(c)].kind == Condition::Kind::derived) ++missing[dependents[k]];
    }
  }
  for (std::uint32_t c = 0; c < n; ++c) {
    if (missing[c] == 0) ready.push_back(c);
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const std::uint32_t c = ready[i];
    rank[c] = static_cast<std::uint32_t>(i);
    if (system.conditions[ConditionId(c)].kind != Condition::Kind::derived) continue;
    for (std::uint32_t k = begin[c]; k < begin[c + 1]; ++k) {
      if (--missing[dependents[k]] == 0) ready.push_back(dependents[k]);
    }
  }
  assert(ready.size() == n && "a loop of derived conditions passed check()");
  return rank;
}

SimTime age_end(SimTime born, Duration lifetime, SimTime now) {
  if (lifetime.is_forever()) return SimTime::never();
  const std::int64_t age = (now - born).us();
  const std::int64_t length = std::max<std::int64_t>(lifetime.us(), 1);
  const std::int64_t lives = std::max<std::int64_t>((age + length - 1) / length, 1);
  return born + Duration::microseconds(lives * length);
}

}  // namespace

ControlPlane::ControlPlane(const System& system) : system_(&system) {
  const std::size_t n = system.conditions.size();
  Index derived(n), processes(n);
  for (std::uint32_t c = 0; c < n; ++c) {
    for_each_condition(system.conditions[ConditionId(c)].follows, [&](std::uint32_t on) { derived.count(on); });
  }
  const auto for_each_process_need = [&](std::uint32_t p, auto visit) {
    const Process& process = system.processes[ProcessId(p)];
    for_each_condition(process.start, visit);
    for_each_condition(process.healthy, visit);
  };
  for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
    for_each_process_need(p, [&](std::uint32_t on) { processes.count(on); });
  }
  derived.allocate();
  processes.allocate();
  for (std::uint32_t c = 0; c < n; ++c) {
    for_each_condition(system.conditions[ConditionId(c)].follows, [&](std::uint32_t on) { derived.add(on, c); });
  }
  for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
    for_each_process_need(p, [&](std::uint32_t on) { processes.add(on, p); });
  }
  derived.take(dependents_begin_, dependents_);
  processes.take(process_users_begin_, process_users_);
  rank_ = order_of_dependence(system, dependents_begin_, dependents_);

  value_.assign(n, 1);
  for (std::uint32_t c = 0; c < n; ++c) {
    if (!system.conditions[ConditionId(c)].initially) value_[c] = 0;
  }
  std::vector<std::uint32_t> in_order(n);
  for (std::uint32_t c = 0; c < n; ++c) in_order[rank_[c]] = c;
  for (std::uint32_t c : in_order) {
    const Condition& condition = system.conditions[ConditionId(c)];
    if (condition.kind == Condition::Kind::derived && !holds(condition.follows)) value_[c] = 0;
  }
  initial_value_ = value_;
  generation_.assign(n, 0);
  pending_.assign(n, 0);
  is_dirty_.assign(n, 0);
  is_asked_for_.assign(n, 0);
  is_touched_.assign(n, 0);

  std::uint32_t workers = 0;
  for (const Process& process : system.processes) {
    ProcessState state;
    state.first_worker = workers;
    workers += process.count;
    processes_.push_back(state);
    restart_tables_.push_back(attempt_table(process.restart, Duration::forever()));
    initial_can_start_.push_back(holds(process.start));
    initial_healthy_.push_back(holds(process.healthy));
  }
  for (std::uint32_t c = 0; c < n; ++c) {
    if (is_renewed(c)) renewed_.emplace(system.conditions[ConditionId(c)].process.value, c);
  }
  workers_.resize(workers);
  is_dirty_process_.assign(processes_.size(), 0);
  for (std::uint32_t p = 0; p < processes_.size(); ++p) reset_process(p);
  reset();
}

void ControlPlane::reset_process(std::uint32_t p) {
  const Process& process = system_->processes[ProcessId(p)];
  ProcessState& state = processes_[p];
  state.running = process.count;
  state.can_start = initial_can_start_[p] != 0;
  state.is_healthy = initial_healthy_[p] != 0;
  state.unhealthy_since = SimTime{};
  state.touched = false;
  for (std::uint32_t w = 0; w < process.count; ++w) {
    Worker fresh;
    fresh.generation = worker(p, w).generation + 1;
    fresh.fresh = SimTime::microseconds(-1);
    if (!process.lifetime.is_forever()) {
      const double age = (w + 0.5) / process.count * static_cast<double>(process.lifetime.us());
      fresh.born = SimTime::microseconds(-static_cast<std::int64_t>(age));
    }
    worker(p, w) = fresh;
  }
}

void ControlPlane::reset() {
  for (std::uint32_t c : touched_) {
    value_[c] = initial_value_[c];
    pending_[c] = 0;
    is_touched_[c] = 0;
  }
  touched_.clear();
  for (std::uint32_t p = 0; p < processes_.size(); ++p) {
    if (processes_[p].touched) reset_process(p);
  }
  events_.clear();
  dirty_.clear();
  dirty_processes_.clear();
  transitions_.clear();
  renewing_.clear();
  now_ = SimTime{};
  order_ = 0;
  for (std::uint32_t p = 0; p < processes_.size(); ++p) {
    if (initial_can_start_[p] != 0 && initial_healthy_[p] != 0) continue;
    touch(p);
    for (std::uint32_t w = 0; w < system_->processes[ProcessId(p)].count; ++w) schedule_worker(p, w);
  }
}

void ControlPlane::touch(std::uint32_t p) { processes_[p].touched = true; }

bool ControlPlane::holds(const Need& need) const {
  if (value_[need.condition.value] != 0) return true;
  return std::any_of(need.alternatives.begin(), need.alternatives.end(),
                     [this](ConditionId c) { return value_[c.value] != 0; });
}

bool ControlPlane::holds(const Needs& needs) const {
  return std::all_of(needs.begin(), needs.end(), [this](const Need& need) { return holds(need); });
}

SimTime ControlPlane::holds_from(ConditionId c) const {
  if (value_[c.value] != 0) return now_;
  return pending_[c.value] == 2 ? changes_at(c) : SimTime::never();
}

SimTime ControlPlane::falls_at(ConditionId c) const {
  if (value_[c.value] == 0) return now_;
  return pending_[c.value] == 1 ? changes_at(c) : SimTime::never();
}

SimTime ControlPlane::changes_at(ConditionId c) const {
  SimTime at = SimTime::never();
  for (const Event& e : events_) {
    const bool is_change = e.kind == EventKind::propagated || e.kind == EventKind::derived;
    if (is_change && e.index == c.value && e.generation == generation_[c.value]) at = std::min(at, e.at);
  }
  return at;
}

SimTime ControlPlane::holds_from(const Needs& needs) const {
  SimTime all = now_;
  for (const Need& need : needs) {
    SimTime any = holds_from(need.condition);
    for (ConditionId c : need.alternatives) any = std::min(any, holds_from(c));
    all = std::max(all, any);
  }
  return all;
}

void ControlPlane::push(SimTime at, EventKind kind, std::uint32_t index, std::uint32_t detail,
                        std::uint32_t generation) {
  if (at.is_never()) return;
  events_.push_back({at, kind, index, detail, generation, order_++});
  std::push_heap(events_.begin(), events_.end(), Later{});
}

void ControlPlane::apply(const Script& script) {
  for (const Script::Change& change : script.changes) request(change.at, change.condition, change.to);
  for (const Script::Restart& r : script.restarts) restart(r.at, r.process);
}

void ControlPlane::request(SimTime at, ConditionId condition, bool to) {
  push(at, EventKind::request, condition.value, to ? 1 : 0, 0);
}

void ControlPlane::restart(SimTime at, ProcessId process) { push(at, EventKind::restart, process.value, 0, 0); }

SimTime ControlPlane::next_event() const { return events_.empty() ? SimTime::never() : events_.front().at; }

void ControlPlane::advance(SimTime until) {
  while (!events_.empty() && events_.front().at <= until) {
    const EventKind kind = events_.front().kind;
    const bool later = events_.front().at > now_;
    if (later || kind >= EventKind::restart) {
      settle();
      if (!events_.empty() && events_.front().at <= now_ && events_.front().kind < EventKind::restart) continue;
      if (events_.empty() || events_.front().at > until) break;
    }
    const Event event = events_.front();
    std::pop_heap(events_.begin(), events_.end(), Later{});
    events_.pop_back();
    now_ = event.at;
    handle(event);
  }
  settle();
  if (!events_.empty() && events_.front().at <= until) return advance(until);
  now_ = std::max(now_, until);
}

void ControlPlane::settle() {
  while (!dirty_.empty() || !dirty_processes_.empty()) {
    look_at_derived();
    std::sort(dirty_processes_.begin(), dirty_processes_.end());
    std::size_t looked_at = 0;
    while (looked_at < dirty_processes_.size()) {  // to look at one may add others
      const std::uint32_t process = dirty_processes_[looked_at++];
      is_dirty_process_[process] = 0;
      look_at_process(process);
    }
    dirty_processes_.clear();
  }
}

void ControlPlane::mark(std::uint32_t c) {
  if (is_dirty_[c] != 0) return;
  is_dirty_[c] = 1;
  dirty_.push_back(c);
  std::push_heap(dirty_.begin(), dirty_.end(),
                 [this](std::uint32_t a, std::uint32_t b) { return rank_[a] > rank_[b]; });
}

void ControlPlane::mark_dependents(std::uint32_t c) {
  for (std::uint32_t k = dependents_begin_[c]; k < dependents_begin_[c + 1]; ++k) mark(dependents_[k]);
  for (std::uint32_t k = process_users_begin_[c]; k < process_users_begin_[c + 1]; ++k) {
    const std::uint32_t p = process_users_[k];
    if (is_dirty_process_[p] != 0) continue;
    is_dirty_process_[p] = 1;
    dirty_processes_.push_back(p);
  }
}

void ControlPlane::set_value(std::uint32_t c, bool to) {
  ++generation_[c];
  pending_[c] = 0;
  if ((value_[c] != 0) == to) return;
  value_[c] = to ? 1 : 0;
  remember(c);
  transitions_.push_back({now_, c, value_[c], false});
  mark_dependents(c);
}

void ControlPlane::handle(const Event& event) {
  switch (event.kind) {
    case EventKind::request: handle_request(event.index, event.detail != 0); break;
    case EventKind::propagated:
    case EventKind::derived:
      if (event.generation == generation_[event.index]) set_value(event.index, event.detail != 0);
      break;
    case EventKind::restart: handle_restart(event.index); break;
    case EventKind::worker:
      if (event.generation == worker(event.index, event.detail).generation) handle_worker(event.index, event.detail);
      break;
  }
}

void ControlPlane::remember(std::uint32_t c) {
  if (is_touched_[c] != 0) return;
  is_touched_[c] = 1;
  touched_.push_back(c);
}

void ControlPlane::change_after(std::uint32_t c, bool to, Duration delay, EventKind kind) {
  if (delay == Duration{}) return set_value(c, to);
  remember(c);
  ++generation_[c];
  pending_[c] = to ? 2 : 1;
  push(now_ + delay, kind, c, to ? 1 : 0, generation_[c]);
}

void ControlPlane::cancel(std::uint32_t c) {
  ++generation_[c];
  pending_[c] = 0;
}

void ControlPlane::handle_request(std::uint32_t c, bool to) {
  const Condition& condition = system_->conditions[ConditionId(c)];
  if (condition.kind == Condition::Kind::derived) {
    if (to) {
      is_asked_for_[c] = 1;  // answered once the instant has settled
    } else {
      cancel(c);
      set_value(c, false);  // breaking by hand knows no grace
    }
    return mark(c);
  }
  cancel(c);
  if ((value_[c] != 0) == to) return;
  change_after(c, to, to ? condition.rises_after.most : condition.falls_after.least, EventKind::propagated);
}

void ControlPlane::look_at_derived() {
  const auto by_rank = [this](std::uint32_t a, std::uint32_t b) { return rank_[a] > rank_[b]; };
  while (!dirty_.empty()) {
    std::pop_heap(dirty_.begin(), dirty_.end(), by_rank);
    const std::uint32_t c = dirty_.back();
    dirty_.pop_back();
    is_dirty_[c] = 0;
    const bool asked_for = std::exchange(is_asked_for_[c], std::uint8_t{0}) != 0;
    const Condition& condition = system_->conditions[ConditionId(c)];
    const bool hold = holds(condition.follows);
    if (is_renewed(c)) look_at_renewed(c, hold, asked_for);
    const std::uint8_t wanted = hold ? 2 : 1;
    if ((value_[c] != 0) == hold) {
      if (pending_[c] != 0) cancel(c);  // it changed its mind before the time was up
      continue;
    }
    if (hold && asked_for && condition.rises != Condition::Rises::never) {
      // A repair refreshes at once what would have come back by itself later.
      const bool by_itself = condition.rises == Condition::Rises::after_delay;
      change_after(c, true, by_itself ? Duration{} : condition.rises_after.most, EventKind::propagated);
      continue;
    }
    if (pending_[c] == wanted) continue;
    if (hold && (condition.rises != Condition::Rises::after_delay || is_renewed(c))) continue;
    change_after(c, hold, hold ? condition.rises_after.most : condition.falls_after.least, EventKind::derived);
  }
}

bool ControlPlane::is_renewed(std::uint32_t c) const {
  const Condition& row = system_->conditions[ConditionId(c)];
  return row.kind == Condition::Kind::derived && row.process.is_set();
}

// Each worker that runs has to be replaced first, from when on its needs hold again.
void ControlPlane::look_at_renewed(std::uint32_t c, bool hold, bool asked_for) {
  if (!hold || asked_for || value_[c] != 0) {
    if (renewing_.erase(c) > 0 && !hold) transitions_.push_back({now_, c, all_are_old, false, true});
    return;
  }
  if (!renewing_.emplace(c, now_).second) return;
  const std::uint32_t p = system_->conditions[ConditionId(c)].process.value;
  touch(p);
  for (std::uint32_t w = 0; w < system_->processes[ProcessId(p)].count; ++w) schedule_worker(p, w);
  count_old(p);
}

void ControlPlane::count_old(std::uint32_t p) {
  const auto [first, last] = renewed_.equal_range(p);
  for (auto i = first; i != last; ++i) {
    const std::uint32_t c = i->second;
    const auto since = renewing_.find(c);
    if (since == renewing_.end()) continue;
    std::uint32_t old = 0, to_come = 0;
    for (std::uint32_t w = 0; w < system_->processes[ProcessId(p)].count; ++w) {
      const Worker& one = worker(p, w);
      if (one.state == Worker::State::empty || one.fresh >= since->second) continue;
      ++(one.state == Worker::State::running ? old : to_come);
    }
    if (old + to_come > 0) {
      transitions_.push_back({now_, c, old, false, true});
      continue;
    }
    renewing_.erase(since);
    set_value(c, true);
  }
}

void ControlPlane::look_at_process(std::uint32_t p) {
  const Process& process = system_->processes[ProcessId(p)];
  ProcessState& state = processes_[p];
  const bool can_start = holds(process.start);
  const bool is_healthy = holds(process.healthy);
  if (can_start == state.can_start && is_healthy == state.is_healthy) return;
  touch(p);
  if (!is_healthy && state.is_healthy) state.unhealthy_since = now_;
  state.can_start = can_start;
  state.is_healthy = is_healthy;
  for (std::uint32_t w = 0; w < process.count; ++w) schedule_worker(p, w);
}

void ControlPlane::change_running(std::uint32_t p, int by) {
  touch(p);
  ProcessState& state = processes_[p];
  state.running = static_cast<std::uint32_t>(static_cast<int>(state.running) + by);
  transitions_.push_back({now_, p, state.running, true});
  const ConditionId staffed = system_->processes[ProcessId(p)].staffed;
  if (staffed.is_set()) set_value(staffed.value, state.running > 0);
  if (!renewing_.empty()) count_old(p);
}

void ControlPlane::schedule_worker(std::uint32_t p, std::uint32_t w) {
  const Process& process = system_->processes[ProcessId(p)];
  const ProcessState& state = processes_[p];
  Worker& one = worker(p, w);
  if (one.state == Worker::State::starting) return;  // under way; what it needed was there when it began
  ++one.generation;
  SimTime at = SimTime::never();
  if (one.state == Worker::State::running) {
    const auto [first, last] = renewed_.equal_range(p);
    const bool is_old = std::any_of(first, last, [&](const auto& of) {
      const auto since = renewing_.find(of.second);
      return since != renewing_.end() && one.fresh < since->second;
    });
    if (!state.can_start || is_old) at = age_end(one.born, process.lifetime, now_);
    if (!state.is_healthy) at = std::min(at, std::max(now_, state.unhealthy_since + process.ends_when_unhealthy_for));
  } else if (state.can_start && process.restarts) {
    if (process.restart.empty()) {
      at = now_;
    } else {
      at = one.since + next_attempt(restart_tables_[p], now_ - one.since);
    }
  }
  push(at, EventKind::worker, p, w, one.generation);
}

void ControlPlane::end_worker(std::uint32_t p, std::uint32_t w) {
  Worker& one = worker(p, w);
  one.state = Worker::State::empty;
  one.since = now_;
  change_running(p, -1);
}

void ControlPlane::handle_worker(std::uint32_t p, std::uint32_t w) {
  const Process& process = system_->processes[ProcessId(p)];
  Worker& one = worker(p, w);
  switch (one.state) {
    case Worker::State::running: {
      const ProcessState& state = processes_[p];
      const bool is_unhealthy = !state.is_healthy && now_ >= state.unhealthy_since + process.ends_when_unhealthy_for;
      if (state.can_start && !is_unhealthy) {  // its successor runs already
        touch(p);
        one.fresh = now_;
        one.born = now_;
        schedule_worker(p, w);
        count_old(p);
        break;
      }
      end_worker(p, w);
      schedule_worker(p, w);
      break;
    }
    case Worker::State::empty:  // an attempt to start; events are only set while the start needs hold
      one.state = Worker::State::starting;
      one.fresh = now_;
      ++one.generation;
      push(now_ + process.start_time, EventKind::worker, p, w, one.generation);
      break;
    case Worker::State::starting:
      // The first to run after all have ended begins a new span of being unhealthy.
      if (processes_[p].running == 0) processes_[p].unhealthy_since = now_;
      one.state = Worker::State::running;
      one.since = now_;
      one.born = now_;
      change_running(p, +1);
      schedule_worker(p, w);
      break;
  }
}

void ControlPlane::handle_restart(std::uint32_t p) {
  const Process& process = system_->processes[ProcessId(p)];
  touch(p);
  for (std::uint32_t w = 0; w < process.count; ++w) {
    Worker& one = worker(p, w);
    if (one.state == Worker::State::starting) continue;
    if (one.state == Worker::State::empty) {
      one.since = now_;
      if (processes_[p].can_start) {
        ++one.generation;
        push(now_, EventKind::worker, p, w, one.generation);
      } else {
        schedule_worker(p, w);
      }
      continue;
    }
    if (!processes_[p].can_start) continue;
    one.fresh = now_;
    if (!process.lifetime.is_forever()) {
      const double age = (w + 0.5) / process.count * static_cast<double>(process.lifetime.us());
      one.born = now_ + process.start_time - Duration::microseconds(static_cast<std::int64_t>(age));
    }
    schedule_worker(p, w);
  }
  if (!renewing_.empty()) count_old(p);
}

}  // namespace moshimo
