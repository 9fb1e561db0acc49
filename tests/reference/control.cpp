#include "tests/reference/control.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "tests/reference/schedule.hpp"

namespace moshimo::reference {
namespace {

struct Follower {  // what a condition is about to do
  struct Pending {
    SimTime due;
    bool to;
  };
  bool value = true;
  std::optional<Pending> pending;  // a change made from outside that has not propagated yet
  bool asked_for = false;          // derived: somebody repairs it at this very instant
  bool needs_held = true;          // derived: what the needs said last,
  SimTime since;                   // and since when
};

struct Slot {  // of one worker
  enum class Is { running, starting, empty };
  Is is = Is::running;
  SimTime fresh = SimTime::microseconds(-1);  // when it began to start or was replaced
  SimTime ends;                               // running or starting: when its age reaches the lifetime
  SimTime runs_at;                            // starting
  SimTime next_try;                           // empty: the next attempt to start,
  Duration gap;                               // how long after the one before,
  std::optional<Gaps> gaps;                   // and those that follow; the last gap repeats
  void plan_next_try(SimTime now) {
    if (const auto next = gaps->next()) gap = *next;
    next_try = now + gap;
  }
};

struct Workers {
  std::vector<Slot> slots;
  std::optional<SimTime> unhealthy_since;
  std::uint32_t running() const {
    return static_cast<std::uint32_t>(
        std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.is == Slot::Is::running; }));
  }
};

template <class Value>
void note(StepFunction<Value>& steps, SimTime now, const Value& value) {
  if (!steps.empty() && steps.back().at == now) steps.pop_back();
  if (steps.empty() || !(steps.back().value == value)) steps.push_back({now, value});
}

class Control {
 public:
  Control(const System& system, const Script& script, SimTime horizon) : system_(system), script_(script) {
    timeline_.horizon = horizon;
    timeline_.conditions.reset(system.conditions.size(), {true, false});
    hops_.resize(system.hops.size());
    through_.resize(system.hops.size());
    timeline_.running.resize(system.processes.size());
    for (const Condition& c : system.conditions) {
      followers_.emplace_back();
      followers_.back().value = c.initially;
    }
    order_derived();
    for (const Process& p : system.processes) {
      workers_.emplace_back();
      for (std::uint32_t i = 0; i < p.count; ++i) {
        Slot slot;
        slot.ends = end_of_staggered(p, i, SimTime{});
        workers_.back().slots.push_back(slot);
      }
    }
  }

  ControlTimeline run() {
    for (SimTime now; now <= timeline_.horizon; now = next_moment(now)) {
      instant(now);
      record(now);
    }
    return {std::move(timeline_), std::move(hops_), std::move(through_)};
  }

 private:
  Follower& of(ConditionId id) { return followers_[id.value]; }
  const Follower& of(ConditionId id) const { return followers_[id.value]; }

  bool holds(const Need& need) const {
    return of(need.condition).value ||
           std::any_of(need.alternatives.begin(), need.alternatives.end(), [&](ConditionId c) { return of(c).value; });
  }
  bool hold(const Needs& needs) const {
    return std::all_of(needs.begin(), needs.end(), [&](const Need& n) { return holds(n); });
  }

  // Each derived condition after those it follows.
  void order_derived() {
    std::vector<bool> placed(system_.conditions.size(), false);
    const std::function<void(ConditionId)> place = [&](ConditionId id) {
      if (placed[id.value]) return;
      placed[id.value] = true;
      if (system_.conditions[id].kind != Condition::Kind::derived) return;
      for (const Need& need : system_.conditions[id].follows) {
        place(need.condition);
        for (const ConditionId other : need.alternatives) place(other);
      }
      derived_.push_back(id);
    };
    for (std::size_t i = 0; i < system_.conditions.size(); ++i) place(ConditionId(i));
  }

  // ---- one instant ----

  void instant(SimTime now) {
    for (const Script::Change& change : script_.changes) {
      if (change.at == now) begin_change(change);
    }
    for (std::size_t i = 0; i < followers_.size(); ++i) propagate(ConditionId(i), now);

    bool restarts_are_due = true;
    for (bool changed = true; changed;) {
      settle_derived(now);
      changed = false;
      if (restarts_are_due) {
        for (const Script::Restart& r : script_.restarts) {
          if (r.at != now) continue;
          restart(r.process, now);
          changed = true;
        }
        restarts_are_due = false;
      }
      for (std::size_t i = 0; i < workers_.size(); ++i) {
        if (settle_process(ProcessId(i), now)) changed = true;
      }
      for (std::size_t i = 0; i < followers_.size(); ++i) {
        const Condition& c = system_.conditions[ConditionId(i)];
        if (c.kind != Condition::Kind::staffed) continue;
        const bool staffed = workers_[c.process.value].running() > 0;
        if (followers_[i].value != staffed) changed = true;
        followers_[i].value = staffed;
      }
    }
    for (Follower& f : followers_) f.asked_for = false;
  }

  void begin_change(const Script::Change& change) {
    const Condition& c = system_.conditions[change.condition];
    Follower& f = of(change.condition);
    if (c.kind != Condition::Kind::derived) {
      const Duration delay = change.to ? c.rises_after.most : c.falls_after.least;
      f.pending = Follower::Pending{change.at + delay, change.to};
    } else if (change.to) {
      f.asked_for = c.rises != Condition::Rises::never;
    } else {  // broken at once; it has to begin anew
      f.value = false;
      f.since = change.at;
      f.pending.reset();
    }
  }

  void propagate(ConditionId id, SimTime now) {
    Follower& f = of(id);
    if (!f.pending || f.pending->due != now) return;
    f.value = f.pending->to;
    f.pending.reset();
  }

  void settle_derived(SimTime now) {
    for (const ConditionId id : derived_) {
      const Condition& c = system_.conditions[id];
      Follower& f = of(id);
      const bool held = hold(c.follows);
      if (held != f.needs_held) {
        f.needs_held = held;
        f.since = now;
      }
      if (!held) f.pending.reset();  // a repair works only while they hold
      if (f.value && !held && now - f.since >= c.falls_after.least) f.value = false;
      if (f.value || !held) continue;
      if (c.process.is_set()) {
        if (f.asked_for || old_workers(c, f, true) == 0) f.value = true;
      } else if (c.rises == Condition::Rises::after_delay) {
        if (f.asked_for || now - f.since >= c.rises_after.most) f.value = true;
      } else if (f.asked_for) {
        f.asked_for = false;
        if (c.rises_after.most == Duration{}) {
          f.value = true;
        } else {
          f.pending = Follower::Pending{now + c.rises_after.most, true};
        }
      }
    }
  }

  // Workers that were there before the condition could hold again.
  std::size_t old_workers(const Condition& c, const Follower& f, bool starting_too) const {
    const std::vector<Slot>& slots = workers_[c.process.value].slots;
    return static_cast<std::size_t>(std::count_if(slots.begin(), slots.end(), [&](const Slot& s) {
      return s.fresh < f.since && (s.is == Slot::Is::running || (starting_too && s.is == Slot::Is::starting));
    }));
  }

  // The share of a need's work that is done by workers that have been replaced.
  double share_of_new(const Need& need) const {
    double most = 0;
    const auto look = [&](ConditionId id) {
      const Condition& c = system_.conditions[id];
      if (c.kind != Condition::Kind::derived || !c.process.is_set() || !of(id).needs_held) return;
      const std::uint32_t running = workers_[c.process.value].running();
      if (running == 0) return;
      most = std::max(most, 1 - static_cast<double>(old_workers(c, of(id), false)) / running);
    };
    look(need.condition);
    for (const ConditionId id : need.alternatives) look(id);
    return most;
  }

  // ---- processes ----

  // Worker i of n has age (i + 1/2)/n of its lifetime at `from`.
  static SimTime end_of_staggered(const Process& p, std::uint32_t i, SimTime from) {
    if (p.lifetime.is_forever()) return SimTime::never();
    const double age = (i + 0.5) / p.count * p.lifetime.in_seconds();
    return from + (p.lifetime - Duration::seconds(age));
  }

  void restart(ProcessId id, SimTime now) {
    const Process& p = system_.processes[id];
    const bool possible = hold(p.start);
    for (std::uint32_t i = 0; i < p.count; ++i) {
      Slot& slot = workers_[id.value].slots[i];
      if (!possible) {
        if (slot.is == Slot::Is::empty && p.restarts) replace(p, slot, now);  // its schedule begins anew
        continue;
      }
      if (slot.is != Slot::Is::starting) slot.fresh = now;
      if (slot.is != Slot::Is::running) {
        slot.is = Slot::Is::starting;
        slot.runs_at = now + p.start_time;
      }
      slot.ends = end_of_staggered(p, i, now);
    }
  }

  void start(const Process& p, Slot& slot, SimTime now) {
    slot.is = Slot::Is::starting;
    slot.fresh = now;
    slot.runs_at = now + p.start_time;
    slot.ends = slot.runs_at + p.lifetime;
  }

  // Tries to fill a slot that became empty now.
  void replace(const Process& p, Slot& slot, SimTime now) {
    if (p.restarts && hold(p.start)) return start(p, slot, now);
    slot.is = Slot::Is::empty;
    slot.gaps.reset();
    slot.next_try = SimTime::never();
    if (p.restarts && !p.restart.empty()) {
      slot.gaps = Gaps(p.restart);
      slot.plan_next_try(now);
    }
  }

  bool settle_process(ProcessId id, SimTime now) {
    const Process& p = system_.processes[id];
    Workers& w = workers_[id.value];
    bool changed = false;

    for (Slot& slot : w.slots) {
      if (slot.is == Slot::Is::starting && slot.runs_at <= now) {
        slot.is = Slot::Is::running;
        changed = true;
      }
    }

    if (hold(p.healthy) || w.running() == 0) {
      w.unhealthy_since.reset();
    } else if (!w.unhealthy_since) {
      w.unhealthy_since = now;
    } else if (now - *w.unhealthy_since >= p.ends_when_unhealthy_for) {
      w.unhealthy_since.reset();
      for (Slot& slot : w.slots) {
        if (slot.is == Slot::Is::running) replace(p, slot, now);
      }
      changed = true;
    }

    for (Slot& slot : w.slots) {
      if (slot.is == Slot::Is::running && slot.ends <= now) {
        if (p.restarts && hold(p.start)) {
          slot.ends = now + p.lifetime;  // its successor runs already
          slot.fresh = now;
        } else {
          replace(p, slot, now);
        }
        changed = true;
      }
      if (slot.is == Slot::Is::empty && p.restarts && p.restart.empty() && hold(p.start)) {
        start(p, slot, now);
        changed = true;
      }
      if (slot.is == Slot::Is::empty && slot.next_try <= now) {
        if (hold(p.start)) {
          start(p, slot, now);
        } else {
          slot.plan_next_try(now);
        }
        changed = true;
      }
    }
    return changed;
  }

  // ---- time ----

  SimTime next_moment(SimTime now) const {
    SimTime next = SimTime::never();
    const auto consider = [&](SimTime t) {
      if (t > now) next = std::min(next, t);
    };
    for (const Script::Change& c : script_.changes) consider(c.at);
    for (const Script::Restart& r : script_.restarts) consider(r.at);
    for (std::size_t i = 0; i < followers_.size(); ++i) {
      const Condition& c = system_.conditions[ConditionId(i)];
      const Follower& f = followers_[i];
      if (f.pending) consider(f.pending->due);
      if (c.kind != Condition::Kind::derived) continue;
      if (f.value && !f.needs_held) consider(f.since + c.falls_after.least);
      if (!f.value && f.needs_held && !c.process.is_set() && c.rises == Condition::Rises::after_delay)
        consider(f.since + c.rises_after.most);
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const Process& p = system_.processes[ProcessId(i)];
      if (workers_[i].unhealthy_since) consider(*workers_[i].unhealthy_since + p.ends_when_unhealthy_for);
      for (const Slot& slot : workers_[i].slots) {
        switch (slot.is) {
          case Slot::Is::running: consider(slot.ends); break;
          case Slot::Is::starting: consider(slot.runs_at); break;
          case Slot::Is::empty: consider(slot.next_try); break;
        }
      }
    }
    return next;
  }

  void record(SimTime now) {
    for (std::size_t i = 0; i < followers_.size(); ++i) timeline_.conditions.set(i, now, followers_[i].value);
    for (std::size_t i = 0; i < workers_.size(); ++i) note(timeline_.running[i], now, workers_[i].running());
    for (std::size_t i = 0; i < system_.hops.size(); ++i) {
      const Needs& needs = system_.hops[HopId(i)].needs;
      HopState state;
      double through = 0;
      for (std::size_t n = 0; n < needs.size(); ++n) {
        if (holds(needs[n])) continue;
        through = state.open ? share_of_new(needs[n]) : 0;
        if (state.open) state = {false, needs[n].error, static_cast<std::uint16_t>(n)};
      }
      note(hops_[i], now, state);
      note(through_[i], now, through);
    }
  }

  const System& system_;
  const Script& script_;
  Timeline timeline_;
  std::vector<StepFunction<HopState>> hops_;
  std::vector<StepFunction<double>> through_;
  std::vector<Follower> followers_;
  std::vector<ConditionId> derived_;
  std::vector<Workers> workers_;
};

}  // namespace

ControlTimeline follow_conditions(const System& system, const Script& script, SimTime horizon) {
  return Control(system, script, horizon).run();
}

}  // namespace moshimo::reference
