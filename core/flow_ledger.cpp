#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

void Engine::lose(std::uint32_t h, const Segment& s, double from, double to, Why why, int fallback) {
  HopLedger& ledger = outcome_->hops.edit(h);
  ledger.lost += s.mass;
  const Running& r = hops_[h];
  // An open hop loses what was cut off, or what a failure long over left waiting.
  const bool left_over = r.has_failed && (why == Why::expired || why == Why::destroyed);
  const ErrorClass error = !r.state.open ? r.state.error : left_over ? r.last_error : r.cut_error;
  const double rate = to > from ? s.mass / (to - from) * second : 0;
  for (auto w = ledger.losses.rbegin(); w != ledger.losses.rend() && w - ledger.losses.rbegin() < 3; ++w) {
    if (w->error != error || w->fallback != fallback || w->why != why) continue;
    if (from > w->lost_to.in_seconds() * second + 2 || s.arrived_from < w->arrived_from.in_seconds() * second - 2)
      break;
    w->arrived_to = std::max(w->arrived_to, whole(s.arrived_to));
    w->lost_to = std::max(w->lost_to, whole(to));
    w->events += s.mass;
    if (w->onset_per_s <= 0) w->onset_per_s = rate;
    return;
  }
  ledger.losses.push_back(
      {whole(s.arrived_from), whole(s.arrived_to), whole(from), whole(to), s.mass, error, fallback, why, rate});
}

// Data that waited and now goes to the target between `from` and `to`, evenly, oldest first. Where it leaves more
// slowly than it grows too old, nothing is older than `limit` all the same: what is goes as expired.
void Engine::deliver_waiting(std::uint32_t h, const Segment& s, double from, double to, double limit) {
  HopLedger& ledger = outcome_->hops.edit(h);
  const double most = limit + s.clock_from - s.arrived_from;
  const double first = std::clamp(from - s.arrived_from, 0.0, most);
  const double last = std::clamp(to - s.arrived_to, 0.0, most);
  double late = 1;
  if (first <= late_after && last <= late_after) {
    late = 0;
  } else if (first <= late_after || last <= late_after) {
    late = (std::max(first, last) - late_after) / std::abs(last - first);
  }
  ledger.late += s.mass * late;
  ledger.on_time += s.mass * (1 - late);
  if (late > 0) {
    ledger.caught_up = std::max(ledger.caught_up, whole(to));
    ledger.longest_delay = std::max(ledger.longest_delay, Duration::microseconds(std::llrint(std::max(first, last))));
  }
}

void Engine::deliver_released(std::uint32_t h, std::size_t i, const Segment& s, double from, double to) {
  HopLedger& ledger = outcome_->hops.edit(h);
  const double late = ledger.late;
  deliver_waiting(h, s, from, to, row(h, i).limit_us);
  ledger.recovered += ledger.late - late;
  const int number = place(h, i).stay;
  if (number < 0) return;
  Stay& stay = ledger.stays[static_cast<std::size_t>(number)];
  stay.released += s.mass;
  stay.arrived_from = std::min(stay.arrived_from, whole(s.arrived_from));
  stay.arrived_to = std::max(stay.arrived_to, whole(s.arrived_to));
}

// A stay begins when data comes into a place that somebody has to release, and ends when the place is empty.
void Engine::note_stay(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  const bool holds_data = p.backlog.mass() > least_mass || p.inflow > p.drain;
  if (!holds_data && p.stay < 0) return;
  std::vector<Stay>& stays = outcome_->hops.edit(h).stays;
  if (p.stay < 0) {
    p.stay = static_cast<int>(stays.size());
    Stay stay;
    stay.fallback = static_cast<std::uint8_t>(i);
    stay.from = SimTime::microseconds(t);
    stays.push_back(stay);
  }
  Stay& stay = stays[static_cast<std::size_t>(p.stay)];
  stay.most = std::max(stay.most, p.backlog.mass());
  if (holds_data) return;
  stay.to = SimTime::microseconds(t);
  p.stay = -1;
}

void Engine::finish(SimTime horizon, Outcome& outcome) {
  for (std::uint32_t h : chosen_hops_) {
    if (hops_[h].skips) count_skipped(h, horizon.us() + 1);
  }
  for (std::uint32_t h : chosen_hops_) {
    advance(h, horizon.us());
    HopLedger& ledger = outcome.hops.edit(h);
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      const Place& p = place(h, i);
      if (p.backlog.empty()) continue;
      if (p.stay >= 0) {
        Stay& stay = ledger.stays[static_cast<std::size_t>(p.stay)];
        stay.most = std::max(stay.most, p.backlog.mass());
      }
      (hop(h).fallbacks[i].misdirects ? ledger.misdirected : ledger.waiting) += p.backlog.mass();
      Waiting waiting;
      waiting.fallback = static_cast<std::uint8_t>(i);
      waiting.events = p.backlog.mass();
      waiting.oldest_arrival = whole(p.backlog.front().arrived_from);
      waiting.newest_arrival = whole(p.backlog.back().arrived_to);
      const double limit = row(h, i).limit_us;
      waiting.first_deadline = std::isinf(limit) ? SimTime::never() : whole(p.backlog.front().clock_from + limit);
      waiting.readable = readable(h, i);
      ledger.places.push_back(waiting);
    }
    const double accounted =
        ledger.on_time + ledger.late + ledger.waiting + ledger.misdirected + ledger.handed_on + ledger.lost;
    if (std::abs(ledger.offered - accounted) > 1e-9 * std::max(ledger.offered, 1.0) + 1e-9) {
      throw std::logic_error("hop " + hop(h).name + " was offered " + std::to_string(ledger.offered) +
                             " events but accounts for " + std::to_string(accounted));
    }
  }
  outcome.stalls.insert(outcome.stalls.end(), kept_stalls_.begin(), kept_stalls_.end());
  std::sort(outcome.stalls.begin(), outcome.stalls.end(),
            [](const Stall& a, const Stall& b) { return std::tie(a.from, a.hop) < std::tie(b.from, b.hop); });
}

}  // namespace moshimo::fluid
