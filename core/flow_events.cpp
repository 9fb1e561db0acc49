#include <algorithm>
#include <cmath>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {
namespace {

// The whole microsecond at or after `t`, and after `now`: events must move the clock.
std::int64_t event_after(double t, std::int64_t now) {
  if (t >= 9.2e18) return never;
  return std::max(static_cast<std::int64_t>(std::ceil(t)), now + 1);
}

}  // namespace

// The hop's own next event: the source's, the end of a pause, or a place's.
void Engine::schedule(std::uint32_t h, std::int64_t t) {
  const Running& r = hops_[h];
  std::int64_t next = r.skips ? r.next : std::min(r.next, r.next_tick);
  if (r.paused_until > t) next = std::min(next, r.paused_until);
  for (std::uint32_t i = 0; i < place_count(h); ++i) next = std::min(next, place(h, i).next);
  events_.set(h, next);
}

std::int64_t Engine::next_of_place(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  const double now = static_cast<double>(t);
  const double mass = p.backlog.mass();
  const double limit = row(h, i).limit_us;
  double next = infinity;
  if (p.retrying) {
    double weighted = 0, total = 0;
    for (const RetryGroup& g : p.groups) {
      const double end = p.share > 0 ? p.retry_since + g.gap / p.share : infinity;
      if (end <= now) continue;
      next = std::min(next, end);
      weighted += g.gap * g.mass;
      total += g.mass;
    }
    if (p.share < 1 || p.inflow > 0) {
      const double quarter = total > 0 ? 0.25 * weighted / total : shortest_gap;
      // Never finer than a small part of the backlog's age: the number of pieces stays bounded however long it lasts.
      const double finest = p.backlog.empty() ? 0 : (now - p.backlog.front().clock_from) / most_pieces;
      p.regroup_at = event_after(now + std::max({quarter, shortest_gap, finest}), t);
      next = std::min(next, static_cast<double>(p.regroup_at));
    }
    return event_after(next, t);
  }
  const double leaving = p.drain + p.expiring + p.dropping;
  if (p.drain > 0 && p.drain > p.inflow && mass > 0) next = std::min(next, now + mass / (p.drain - p.inflow));
  if (p.base > 0 && p.inflow > leaving && p.drain > 0 && !hop(h).drain) {
    next = std::min(next, now + std::max(2 * p.base - mass, 1.0) / (p.inflow - leaving));
  } else if (p.base <= 0 && p.inflow > leaving && p.ask > 0 && !hop(h).drain) {
    next = std::min(next, now + second);
  }
  if (!p.full && !std::isinf(row(h, i).capacity) && p.inflow > leaving) {
    next = std::min(next, now + (row(h, i).capacity - mass) / (p.inflow - leaving));
  }
  if (std::isinf(limit)) return event_after(next, t);
  if (p.backlog.empty()) {
    if (p.inflow > p.drain) next = std::min(next, now + limit);
    return event_after(next, t);
  }
  const double pointer = now - limit;
  const Segment& front = p.backlog.front();
  const bool front_is_last = p.backlog.size() == 1;
  if (front.clock_from <= pointer) {
    // Expiring: until the segment ends, unless what flows in continues it for ever.
    const bool steady = front_is_last && front.has_width() && front.clock_to == now && p.inflow > 0 &&
                        std::abs(front.density() - p.inflow) <= 1e-9 * p.inflow;
    if (!steady) {
      for (const Segment& s : p.backlog) {
        if (s.clock_from > pointer) {
          next = std::min(next, s.clock_from + limit);
          break;
        }
        next = std::min(next, s.clock_to + limit);
      }
    }
  } else {
    const double front_ends = front.clock_from + limit;
    if (p.inflow > p.fresh) {
      next = std::min({next, front_ends, entering_too_old(h, i, now)});
      return event_after(next, t);
    }
    double too_old = front_ends;
    if (p.drain > 0 && front.has_width()) {
      const double speed = p.drain / front.density();  // of the front along the clock
      too_old = speed < 1 ? now + (front_ends - now) / (1 - speed) : infinity;
      if (!front_is_last || p.inflow > 0) too_old = std::min(too_old, now + front.mass / p.drain);  // then look again
    }
    // The ends of segments before that say nothing: what came later is younger. Where a port is short they stay, as
    // moments at which it is shared out anew.
    next = std::min(next, p.drain >= p.ask ? std::max(too_old, front_ends) : too_old);
  }
  return event_after(next, t);
}

// Before this nothing that comes out of an earlier place is too old for place `i`. Not looked for more often than every
// second.
double Engine::entering_too_old(std::uint32_t h, std::size_t i, double now) {
  const double limit = row(h, i).limit_us;
  double soonest = now + limit;
  if (hop(h).fallbacks[i].age == Fallback::Age::since_entry) return soonest;
  for (std::size_t j = 0; j < i; ++j) {
    const Place& from = place(h, j);
    if (from.expires.place != static_cast<int>(i) || from.backlog.empty()) continue;
    soonest = std::min(soonest, from.backlog.front().arrived_from + limit);
  }
  return std::max(soonest, now + second);
}

}  // namespace moshimo::fluid
