#include <algorithm>
#include <cmath>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

void Engine::advance(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  if (r.since == t) return;
  const double from = static_cast<double>(r.since);
  const double to = static_cast<double>(t);
  const double dt = to - from;
  HopLedger& ledger = outcome_->hops.edit(h);
  r.since = t;
  ledger.offered += r.arrival * dt;
  ledger.on_time += r.fresh_out * dt;
  if (!r.state.open && r.arrival > 0 && r.paused_until == 0) {
    const Duration pause = hop(h).reaction(r.state.error).pause.most;
    if (pause > Duration{}) {
      r.refused = true;
      r.pause = pause;
      r.pause_error = r.state.error;
    }
  }
  const std::uint32_t n = place_count(h);
  bool is_empty = true;
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    if (p.fresh > 0) put(h, i, {from, to, from, to, p.fresh * dt}, from, to);
    p.drained = 0;
    if (p.backlog.empty()) continue;
    is_empty = false;
    if (p.retrying) {
      if (p.share > 0) thin_retries(h, i, from, to);
    } else if (p.drain > 0 && p.expiring > 0) {
      drain_at_limit(h, i, from, to);
    } else if (p.drain > 0) {
      drain(h, i, from, to, 0);
    }
    if (p.dropping > 0) {
      p.backlog.take(p.dropping * dt, [&](const Segment& s) { lose(h, s, from, to, Why::full, static_cast<int>(i)); });
    }
  }
  // The later places first, so that what leaves them makes room; then what came to them too late to stay.
  for (std::uint32_t i = n; i-- > 0 && !is_empty;) expire_place(h, i, to);
  for (std::uint32_t i = 1; i < n && !is_empty; ++i) {
    if (passes_on(place(h, i))) drain(h, i, from, to, place(h, i).drained);
    expire_place(h, i, to);
  }
  if (r.lost_rate > 0) lose(h, {from, to, from, to, r.lost_rate * dt}, from, to, r.lost_why, r.lost_fallback);
}

// Puts data into a place it was not in before.
void Engine::put(std::uint32_t h, std::size_t i, const Segment& s, double entered_from, double entered_to) {
  const Fallback& f = hop(h).fallbacks[i];
  if (f.kind == Fallback::Kind::hand_on) {
    outcome_->hops.edit(h).handed_on += s.mass;
    return;
  }
  Segment moved = s;
  const bool by_arrival = f.age == Fallback::Age::since_arrival;
  moved.clock_from = by_arrival ? s.arrived_from : entered_from;
  moved.clock_to = by_arrival ? s.arrived_to : entered_to;
  place(h, i).backlog.add(moved);
}

void Engine::expire_place(std::uint32_t h, std::uint32_t i, double now) {
  Place& p = place(h, i);
  const double limit = row(h, i).limit_us;
  if (p.backlog.empty() || p.retrying || std::isinf(limit)) return;
  p.backlog.expire(now - limit, [&](const Segment& s) { move_on(h, i, s, now, false); });
}

// Data whose time in place `i` is up. `at_once`: at the instant `t`, not little by little up to it.
void Engine::move_on(std::uint32_t h, std::size_t i, const Segment& s, double t, bool at_once) {
  const double limit = row(h, i).limit_us;
  const double from = at_once ? t : std::min(s.clock_from + limit, t);
  const double to = at_once ? t : std::min(s.clock_to + limit, t);
  at_once = at_once || !s.has_width();
  const Later later = at_once ? later_place(h, i, Moved::expired, from - s.arrived_from) : place(h, i).expires;
  if (later.place >= 0) return enter_later(h, i, later, s, from, to, at_once);
  lose(h, s, from, to, later.full ? Why::full : later.refused ? Why::refused : Why::expired, static_cast<int>(i));
}

// Where data goes that leaves place `i`, and arrived `age` ago. Data whose time is up passes by a place in which it
// would be over age already.
Later Engine::later_place(std::uint32_t h, std::size_t i, Moved why, double age) {
  Later later;
  const auto by_arrival = [&](std::size_t k) { return hop(h).fallbacks[k].age == Fallback::Age::since_arrival; };
  for (std::uint8_t j : list_of(h)) {
    const double limit = row(h, j).limit_us;
    const bool over_age = by_arrival(j) && limit <= (by_arrival(i) ? row(h, i).limit_us : age);
    if (j <= i || row(h, j).limit_us <= 0 || (over_age && why == Moved::expired) || !is_there(h, j)) continue;
    const bool has_room = !place(h, j).full || hop(h).fallbacks[j].overflow != Overflow::next;
    if (accepts(h, j) && has_room) return {j, later.refused};
    later.refused = true;
    later.full = later.full || !has_room;
  }
  return later;
}

// From place `origin` into a later one; what finds no room there goes on or is lost.
void Engine::enter_later(std::uint32_t h, std::size_t origin, const Later& later, Segment s, double from, double to,
                         bool at_once) {
  const auto j = static_cast<std::size_t>(later.place);
  const Fallback& f = hop(h).fallbacks[j];
  if (f.kind == Fallback::Kind::hand_on && at_once) {
    port_impulse_[f.port.value] += s.mass;
    mark_port(f.port.value);
  }
  const double room = row(h, j).capacity - place(h, j).backlog.mass();
  if (s.mass <= room || f.kind == Fallback::Kind::hand_on) return put(h, j, s, from, to);
  const double full_at = from + (to - from) * std::max(room, 0.0) / s.mass;
  if (f.overflow == Overflow::drop_oldest) {
    put(h, j, s, from, to);
    place(h, j).backlog.take(s.mass - room, [&](const Segment& x) { lose(h, x, full_at, to, Why::full, later.place); });
    return;
  }
  if (room > 0) put(h, j, Backlog::cut(s, room / s.mass), from, full_at);
  from = full_at;
  if (f.overflow == Overflow::next) {
    const Later next = later_place(h, j, Moved::unlisted, from - s.arrived_from);
    if (next.place >= 0) return enter_later(h, origin, next, s, from, to, at_once);
  }
  lose(h, s, from, to, Why::full, later.place);
}

// What leaves to the target between `from` and `to`, less what has left already.
void Engine::drain(std::uint32_t h, std::size_t i, double from, double to, double already) {
  Place& p = place(h, i);
  const double wanted = p.drain * (to - from);
  double before = already;
  const bool released = hop(h).fallbacks[i].release.is_set();
  const auto at = [&](double taken) { return from + std::min(taken / wanted, 1.0) * (to - from); };
  const auto deliver = [&](const Segment& segment) {
    if (released) {
      deliver_released(h, i, segment, at(before), at(before + segment.mass));
    } else {
      deliver_waiting(h, segment, at(before), at(before + segment.mass), row(h, i).limit_us);
    }
    before += segment.mass;
  };
  p.backlog.take(wanted - already, deliver);
  if (p.backlog.mass() <= least_mass) p.backlog.take(infinity, deliver);  // what rounding leaves goes along
  p.drained = before;
}

// A place that drains more slowly than its data reaches its limit: of everything that reaches it between `from` and
// `to`, a share still leaves to the target at that very moment, and the rest moves on.
void Engine::drain_at_limit(std::uint32_t h, std::size_t i, double from, double to) {
  Place& p = place(h, i);
  const double limit = row(h, i).limit_us;
  const double wanted = p.drain * (to - from);
  const double share = p.drain / (p.drain + p.expiring);
  const bool released = hop(h).fallbacks[i].release.is_set();
  double taken = 0;
  p.backlog.expire(to - limit, [&](const Segment& s) {
    Segment delivered = s;
    delivered.mass = std::min(s.mass * share, wanted - taken);
    Segment rest = s;
    rest.mass = s.mass - delivered.mass;
    taken += delivered.mass;
    const double first = std::clamp(s.clock_from + limit, from, to);
    const double last = std::clamp(s.clock_to + limit, from, to);
    if (released) {
      deliver_released(h, i, delivered, first, last);
    } else {
      deliver_waiting(h, delivered, first, last);
    }
    if (rest.mass > 0) move_on(h, i, rest, to, false);
  });
  p.drained = taken;
  if (wanted - taken > 1e-9 * wanted + least_mass) drain(h, i, from, to, taken);
}

// Retries between `from` and `to`: of every piece an even part of its own gap is delivered.
void Engine::thin_retries(std::uint32_t h, std::size_t i, double from, double to) {
  Place& p = place(h, i);
  const std::vector<GapStep>& steps = attempts(h, i).steps;
  HopLedger& ledger = outcome_->hops.edit(h);
  double late = 0, on_time = 0, longest = 0;
  p.backlog.thin([&](const Segment& s) {
    if (s.clock_from >= p.retry_since) return s.mass;  // came after the attempts were laid out
    const double age = p.retry_since - 0.5 * (s.clock_from + s.clock_to);
    auto step = std::upper_bound(steps.begin(), steps.end(), age,
                                 [](double a, const GapStep& g) { return a < static_cast<double>(g.from.us()); });
    const double gap = std::max(step == steps.begin() ? 0.0 : static_cast<double>((step - 1)->gap.us()), shortest_gap);
    const double before = std::max(1 - p.share * (from - p.retry_since) / gap, 0.0);
    const double after = 1 - p.share * (to - p.retry_since) / gap;
    const double kept = after <= 1e-12 || before <= 0 ? 0 : s.mass * after / before;
    const double gone = s.mass - kept;
    const double end = std::min(to, p.retry_since + gap / p.share);
    if (end - s.arrived_from > late_after) {
      ledger.caught_up = std::max(ledger.caught_up, whole(end));
      late += gone;
      longest = std::max(longest, end - s.arrived_from);
    } else {
      on_time += gone;
    }
    return kept;
  });
  ledger.late += late;
  ledger.on_time += on_time;
  const double oldest = std::isinf(row(h, i).limit_us) ? longest : std::min(longest, row(h, i).limit_us);
  ledger.longest_delay = std::max(ledger.longest_delay, Duration::microseconds(std::llrint(oldest)));
}

// While the target took what was asked, data that reached the end of its schedule was delivered by its last attempt.
void Engine::last_attempts(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  if (!p.retrying || p.backlog.empty() || std::isinf(row(h, i).limit_us)) return;
  const double now = static_cast<double>(t);
  const double taken = p.share;
  p.backlog.expire(now - row(h, i).limit_us, [&](const Segment& s) {
    Segment delivered = s;
    delivered.mass = s.mass * taken;
    if (taken > 0) {
      deliver_waiting(h, delivered, now, now);
      deliver_impulse(h, delivered.mass);
    }
    Segment rest = s;
    rest.mass = s.mass - delivered.mass;
    if (rest.mass > 0) move_on(h, i, rest, now, true);
  });
}

}  // namespace moshimo::fluid
