#include <algorithm>
#include <cmath>

#include "tests/reference/message_simulation.hpp"

namespace moshimo::reference {

namespace {

constexpr Duration one_second = Duration::seconds(1);

// Where in its gap message `number` attempts, between the hop's `opening`th opening and the next: multiples of one
// irrational number for each opening, so that neighbours are spread evenly and a second thinning knows nothing of the
// first.
double place_in_gap(std::uint64_t number, std::uint64_t opening) {
  static const std::vector<double> roots = [] {
    std::vector<double> r;
    for (int n = 2; r.size() < 256; ++n) {
      bool prime = true;
      for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
      if (prime) r.push_back(std::sqrt(n) - std::floor(std::sqrt(n)));
    }
    return r;
  }();
  const double x = static_cast<double>(number + 1) * roots[opening % roots.size()];
  return x - std::floor(x);
}

}  // namespace

void Simulation::fail(HopId id, Message m, ErrorClass error) {
  m.error = of(id).last_error = error;
  move_on(id, m, -1, LossWindow::Why::no_fallback);
}

void Simulation::deliver(HopId id, const Message& m, bool released) {
  HopLedger& l = ledger(id);
  const Duration delay = now_ - m.arrived;
  if (delay > one_second) {
    l.late += 1;
    if (released) l.recovered += 1;
  } else {
    l.on_time += 1;
  }
  l.longest_delay = std::max(l.longest_delay, delay);
  if (hop(id).to.is_set()) enter(hop(id).to);
}

// To the first place after `from` that its class lists and that takes it, or lost.
void Simulation::move_on(HopId id, Message m, int from, LossWindow::Why why) {
  HopRun& run = of(id);
  for (const std::uint8_t i : list_of(id, m.error)) {
    if (static_cast<int>(i) <= from) continue;
    const Fallback& f = hop(id).fallbacks[i];
    Place& place = run.places[i];
    if (!hold(f.accepts)) {
      why = LossWindow::Why::refused;
      continue;
    }
    if (f.kind == Fallback::Kind::hand_on) {
      ledger(id).handed_on += 1;
      return enter(f.port);
    }
    if (f.age == Fallback::Age::since_arrival && now_ - m.arrived >= place.limit) {
      why = LossWindow::Why::expired;
      continue;
    }
    if (static_cast<double>(place.data.size()) + 1 > place.room_for + 1e-9) {
      if (f.overflow == Overflow::drop_newest) return lose(id, m, i, LossWindow::Why::full);
      if (f.overflow != Overflow::drop_oldest || place.data.empty()) {
        why = LossWindow::Why::full;
        continue;
      }
      const Message oldest = place.data.begin()->second;
      place.data.erase(place.data.begin());
      lose(id, oldest, i, LossWindow::Why::full);
    }
    return put(id, i, m);
  }
  lose(id, m, from, why);
}

void Simulation::put(HopId id, std::size_t i, Message m) {
  HopRun& run = of(id);
  Place& place = run.places[i];
  const Fallback& f = hop(id).fallbacks[i];
  run.drain.accrue(now_, waiting_to_drain(id));
  place.drain.accrue(now_, place.data.size());
  place.release.accrue(now_, place.data.size());
  m.entry = ++next_entry_;
  m.ages_from = f.age == Fallback::Age::since_arrival ? m.arrived : now_;
  place.data.emplace(key_of(m), m);
  plan_deadline(id, i, m);
  if (f.kind == Fallback::Kind::retry) {
    if (run.state.open) plan_attempt(id, i, m);
    return;
  }
  place.drain.flows_in(place.data.size());
  place.release.flows_in(place.data.size());
  plan_turn(id);
}

void Simulation::lose(HopId id, const Message& m, int place, LossWindow::Why why) {
  ledger(id).lost += 1;
  const auto key = std::make_tuple(m.error, place, why);
  auto found = of(id).losses.find(key);
  if (found == of(id).losses.end()) {
    LossWindow w;
    w.arrived_from = w.arrived_to = m.arrived;
    w.lost_from = now_;
    w.error = m.error;
    w.fallback = place;
    w.why = why;
    found = of(id).losses.emplace(key, w).first;
  }
  LossWindow& w = found->second;
  w.arrived_from = std::min(w.arrived_from, m.arrived);
  w.arrived_to = std::max(w.arrived_to, m.arrived);
  w.lost_to = now_;
  w.events += 1;
}

std::vector<Message> Simulation::take_all(HopId id, std::size_t i) {
  std::vector<Message> all;
  for (const auto& entry : of(id).places[i].data) all.push_back(entry.second);
  of(id).places[i].data.clear();
  return all;
}

// The message, if it still waits where the event expects it.
std::optional<Message> Simulation::find(HopId id, std::size_t i, const Key& key, std::uint64_t entry) {
  const auto found = of(id).places[i].data.find(key);
  if (found == of(id).places[i].data.end() || found->second.entry != entry) return std::nullopt;
  return found->second;
}

void Simulation::plan_deadline(HopId id, std::size_t i, const Message& m) {
  plan({.at = m.ages_from + of(id).places[i].limit,
        .kind = Event::Kind::deadline,
        .hop = id,
        .place = i,
        .key = key_of(m),
        .version = m.entry});
}

void Simulation::deadline(const Event& e) {
  std::optional<Message> m = find(e.hop, e.place, e.key, e.version);
  if (!m || now_ < m->ages_from + of(e.hop).places[e.place].limit) return;  // it has been given more time
  const HopState& state = of(e.hop).state;
  m->error = of(e.hop).last_error;
  const bool last_attempt = hop(e.hop).fallbacks[e.place].kind == Fallback::Kind::retry && state.open;
  if (last_attempt && is_limited(e.hop)) return ask_for_attempt(e.hop, e.place, *m);
  of(e.hop).places[e.place].data.erase(e.key);
  if (last_attempt) return deliver(e.hop, *m, false);
  move_on(e.hop, *m, static_cast<int>(e.place), LossWindow::Why::expired);
}

// Attempts against a closed hop leave no trace, so they are only made while it is open.
void Simulation::plan_attempt(HopId id, std::size_t i, const Message& m) {
  const Place& place = of(id).places[i];
  const double share = place_in_gap(m.number, result_.grain[id.value].openings);
  const auto& ends = place.gap_ends;
  auto end = std::upper_bound(ends.begin(), ends.end(), now_ - m.ages_from);  // of the gap of its age
  for (; end != ends.end(); ++end) {
    const Duration gap_begins = end == ends.begin() ? Duration{} : *std::prev(end);
    const SimTime at = m.ages_from + gap_begins + Duration::seconds(share * (*end - gap_begins).in_seconds());
    if (at <= now_) continue;
    return plan({.at = at, .kind = Event::Kind::attempt, .hop = id, .place = i, .key = key_of(m), .version = m.entry});
  }
}

void Simulation::attempt(const Event& e) {
  const std::optional<Message> m = find(e.hop, e.place, e.key, e.version);
  if (!m || !of(e.hop).state.open) return;
  if (is_limited(e.hop)) return ask_for_attempt(e.hop, e.place, *m);
  of(e.hop).places[e.place].data.erase(e.key);
  deliver(e.hop, *m, false);
}

void Simulation::ask_for_attempt(HopId id, std::size_t i, const Message& m) {
  of(id).places[i].attempts.push_back(m);
  plan_round(hop(id).to);
}

}  // namespace moshimo::reference
