#include <algorithm>
#include <cmath>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

// What a failing hop does with its data; for an open one, where expired data goes.
const std::vector<std::uint8_t>& Engine::list_of(std::uint32_t h) const {
  const Running& r = hops_[h];
  if (!r.state.open) return hop(h).reaction(r.state.error).fallbacks;
  if (r.has_failed) return hop(h).reaction(r.last_error).fallbacks;
  return hop(h).ordered ? only_first : nothing;
}

void Engine::visit(std::uint32_t h, std::int64_t t) {
  advance(h, t);
  tick(h, t);
  evaluate(h, t);
  if (fell_at_ == t) destroy_lost_places(h, t);
  if (hops_[h].is_set_anew) expire_by_setting(h, t);
  take_impulse(h, t);
  set_arrival(h, t);
  set_asks(h, t);
  if (is_limited(h)) {
    if (!hops_[h].state.open) apply(h, t, none_granted_);
    mark_port(hop(h).to.value);
  } else {
    apply(h, t, all_granted_);
  }
}

void Engine::evaluate(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Needs& needs = hop(h).needs;
  HopState state;
  r.through = 0;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (holds(needs[i])) continue;
    state = {false, needs[i].error, static_cast<std::uint16_t>(i)};
    if (!old_.empty()) r.through = through_new_workers(needs, i);
    break;
  }
  if (state.open) {
    if (!r.needs_hold && r.refused) {
      r.paused_until = t + r.pause.us();
      r.refused = false;
    }
    if (r.paused_until > t) {
      state = {false, r.pause_error, r.state.need};
    } else {
      r.paused_until = 0;
    }
    r.needs_hold = true;
  } else {
    r.needs_hold = false;
    r.paused_until = 0;
  }
  if (!(state == r.state) || !r.started) change_state(h, state, t);
}

// Where the first need that fails only waits for workers to be replaced, those that have been do not fail.
double Engine::through_new_workers(const Needs& needs, std::size_t failing) const {
  const bool others_hold = std::all_of(needs.begin() + static_cast<std::ptrdiff_t>(failing) + 1, needs.end(),
                                       [this](const Need& n) { return holds(n); });
  if (!others_hold) return 0;
  const auto share = [this](ConditionId c) {
    const auto old = old_.find(c.value);
    if (old == old_.end()) return 0.0;
    const std::uint32_t all = running_[system_.conditions[c].process.value];
    return all == 0 ? 0.0 : 1 - static_cast<double>(old->second) / all;
  };
  double most = share(needs[failing].condition);
  for (ConditionId c : needs[failing].alternatives) most = std::max(most, share(c));
  return most;
}

void Engine::change_state(std::uint32_t h, const HopState& to, std::int64_t t) {
  Running& r = hops_[h];
  const HopState old = r.state;
  const std::uint32_t n = place_count(h);
  end_passages(h, t);
  if (old.open) {
    for (std::uint32_t i = 0; i < n; ++i) {
      last_attempts(h, i, t);
      place(h, i).retrying = false;
    }
  }
  r.state = to;
  outcome_->hop_states.set(h, SimTime::microseconds(t), to);
  r.started = true;
  if (to.open) {
    for (std::uint32_t i = 0; i < n; ++i) place(h, i).base = 0;
    return;
  }
  r.has_failed = true;
  r.last_error = to.error;
  if (!old.open && old.error == to.error) return;
  destroy_lost_places(h, t);  // what is gone does not move on
  // What waits in a retry or queue that this class does not use goes to a later place that it does use.
  const std::vector<std::uint8_t>& list = hop(h).reaction(to.error).fallbacks;
  const double now = static_cast<double>(t);
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    const Fallback& f = hop(h).fallbacks[i];
    if (p.backlog.empty() || f.release.is_set()) continue;
    if (std::find(list.begin(), list.end(), i) != list.end()) continue;
    int target = -1;
    for (std::uint8_t j : list) {  // another use of the same store is the same place
      const Fallback& other = hop(h).fallbacks[j];
      if (f.store.is_set() && other.store == f.store && !other.release.is_set() && is_there(h, j)) target = j;
    }
    const Later later = target < 0 ? later_place(h, i, Moved::unlisted, 0) : Later{};
    p.backlog.take(infinity, [&](const Segment& s) {
      if (target >= 0) return put(h, static_cast<std::size_t>(target), s, now, now);
      if (later.place >= 0) return enter_later(h, i, later, s, now, now, true);
      const Why why = list.empty() ? Why::no_fallback : later.full ? Why::full : Why::refused;
      lose(h, s, now, now, why, static_cast<int>(i));
    });
  }
  for (std::uint32_t i = 0; i < n; ++i) {  // what was moved may be too old where it came to
    Place& p = place(h, i);
    if (p.backlog.empty() || std::isinf(row(h, i).limit_us)) continue;
    p.backlog.expire(now - row(h, i).limit_us, [&](const Segment& s) { move_on(h, i, s, now, true); });
  }
}

void Engine::expire_by_setting(std::uint32_t h, std::int64_t t) {
  hops_[h].is_set_anew = false;
  const double now = static_cast<double>(t);
  for (std::uint32_t i = 0; i < place_count(h); ++i) {
    if (!hop(h).fallbacks[i].store.is_set()) continue;
    place(h, i).backlog.expire(now - row(h, i).limit_us, [&](const Segment& s) { move_on(h, i, s, now, true); });
  }
}

void Engine::destroy_lost_places(std::uint32_t h, std::int64_t t) {
  const Hop& row = hop(h);
  for (std::size_t i = 0; i < row.fallbacks.size(); ++i) {
    if (!row.fallbacks[i].store.is_set()) continue;
    const Store& store = system_.stores[row.fallbacks[i].store];
    Place& p = place(h, i);
    const bool gone = !p.destroyed && std::any_of(store.lost_with.begin(), store.lost_with.end(),
                                                  [&](ConditionId c) { return falls_for_good_[c.value] <= t; });
    const bool emptied =
        p.emptied_at < t && std::any_of(store.emptied_by.begin(), store.emptied_by.end(),
                                        [&](ConditionId c) { return last_fall_[c.value] > p.emptied_at; });
    if (!gone && !emptied) continue;
    p.destroyed = p.destroyed || gone;
    p.emptied_at = t;
    const double now = static_cast<double>(t);
    p.backlog.take(infinity, [&](const Segment& s) { lose(h, s, now, now, Why::destroyed, static_cast<int>(i)); });
  }
}

void Engine::take_impulse(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  if (r.impulse <= 0) return;
  double mass = r.impulse;
  r.impulse = 0;
  HopLedger& ledger = outcome_->hops.edit(h);
  ledger.offered += mass;
  const Hop& row_of_hop = hop(h);
  const double now = static_cast<double>(t);
  if (!r.state.open && r.paused_until == 0) {
    const Duration pause = row_of_hop.reaction(r.state.error).pause.most;
    if (pause > Duration{}) {
      r.refused = true;
      r.pause = pause;
      r.pause_error = r.state.error;
    }
  }
  const bool through_store = row_of_hop.ordered && (row_of_hop.drain || is_limited(h) || !place(h, 0).backlog.empty());
  if (r.state.open && !through_store) {
    ledger.on_time += mass;
    trace_.push_back({h, mass});
    return deliver_impulse(h, mass);
  }
  straight_ = false;
  bool refused = false, full = false;
  int last = -1;
  for (std::uint8_t i : r.state.open ? only_first : row_of_hop.reaction(r.state.error).fallbacks) {
    if (row(h, i).limit_us <= 0 || !is_there(h, i)) continue;
    last = i;
    if (!accepts(h, i)) {
      refused = true;
      continue;
    }
    Place& p = place(h, i);
    const Overflow overflow = row_of_hop.fallbacks[i].overflow;
    const double room = row(h, i).capacity - p.backlog.mass();
    // What has entered a component that its buffer holds up is inside already, even if it came all at once.
    const double fits = overflow == Overflow::block ? mass : std::min(mass, std::max(room, 0.0));
    if (fits > 0) {
      put(h, i, {now, now, now, now, fits}, now, now);
      if (row_of_hop.fallbacks[i].kind == Fallback::Kind::hand_on) {
        port_impulse_[row_of_hop.fallbacks[i].port.value] += fits;
        mark_port(row_of_hop.fallbacks[i].port.value);
      }
      p.regroup_at = std::min(p.regroup_at, t);
      mass -= fits;
    }
    if (mass <= 0) return;
    if (overflow == Overflow::drop_oldest) {
      p.backlog.take(mass, [&](const Segment& s) { lose(h, s, now, now, Why::full, i); });
      put(h, i, {now, now, now, now, mass}, now, now);
      return;
    }
    if (overflow != Overflow::next) return lose(h, {now, now, now, now, mass}, now, now, Why::full, i);
    full = true;
  }
  const Why why = full ? Why::full : refused ? Why::refused : Why::no_fallback;
  lose(h, {now, now, now, now, mass}, now, now, why, why == Why::no_fallback ? -1 : last);
}

void Engine::deliver_impulse(std::uint32_t h, double mass) {
  if (!hop(h).to.is_set() || mass <= 0) return;
  port_impulse_[hop(h).to.value] += mass;
  mark_port(hop(h).to.value);
}

void Engine::set_arrival(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row = hop(h);
  switch (row.source) {
    case Hop::Source::port:
      r.arrival = port_inflow_[row.from.value] * row.ratio;
      r.unstalled = port_demand_[row.from.value] * row.ratio;
      return;
    case Hop::Source::timetable:
    case Hop::Source::signal:
    case Hop::Source::sign: r.arrival = r.unstalled = 0; return;
    case Hop::Source::profile:
    case Hop::Source::work: break;
  }
  double rate = 0;
  const Profile& profile = row.profile;
  const std::int64_t period = profile.period.is_forever() ? never : std::max<std::int64_t>(profile.period.us(), 1);
  const std::int64_t base = period == never ? 0 : t - t % period;
  std::int64_t next = period == never ? never : base + period;
  for (const ProfileStep& step : profile.steps) {
    if (base + step.offset.us() <= t) {
      rate = step.rate.per_second();
    } else {
      next = std::min(next, base + step.offset.us());
      break;
    }
  }
  if (profile.steps.size() <= 1) next = never;
  r.next = next;
  if (row.source == Hop::Source::work) {
    const Port& port = system_.ports[row.from];
    rate = holds(port.needs) ? rate * running_share(port.process) : 0;
  }
  r.arrival = r.unstalled = rate / second * row.ratio;
  if (row.source == Hop::Source::work && row.component.is_set()) r.arrival *= intake_[row.component.value];
}

}  // namespace moshimo::fluid
