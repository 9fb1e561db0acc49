#include <algorithm>

#include "tests/reference/message_simulation.hpp"

namespace moshimo::reference {

std::size_t Simulation::waiting_to_drain(HopId id) const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < of(id).places.size(); ++i) {
    if (drains(id, i)) sum += of(id).places[i].data.size();
  }
  return sum;
}

// What the hop's taps give out now.
std::vector<Ask> Simulation::turn_of(HopId id) {
  std::vector<Ask> asks;
  HopRun& run = of(id);
  const auto waiting_at = [&](std::size_t i) { return run.places[i].data.size(); };
  const auto group_at = [](std::size_t i) { return 1 + static_cast<int>(i); };
  if (run.drain.rate) {
    const std::size_t waiting = waiting_to_drain(id);
    run.drain.accrue(now_, waiting);
    const std::vector<std::size_t> counts = oldest_first(id, run.drain.open ? run.drain.take(waiting) : 0);
    for (std::size_t i = 0; i < counts.size(); ++i) asks.push_back({group_at(i), id, i, false, counts[i]});
  }
  for (std::size_t i = 0; i < run.places.size(); ++i) {
    Place& place = run.places[i];
    if (place.drain.open) {
      place.drain.accrue(now_, waiting_at(i));
      asks.push_back({group_at(i), id, i, false, place.drain.take(waiting_at(i))});
    }
    if (place.release.open) {
      place.release.accrue(now_, waiting_at(i));
      asks.push_back({group_of_releases, id, i, true, place.release.take(waiting_at(i))});
    }
  }
  return asks;
}

// Where the `n` oldest messages wait that drain at the hop's own rate.
std::vector<std::size_t> Simulation::oldest_first(HopId id, std::size_t n) const {
  const std::vector<Place>& places = of(id).places;
  std::vector<std::size_t> counts(places.size(), 0);
  std::vector<std::map<Key, Message>::const_iterator> fronts;
  fronts.reserve(places.size());
  for (const Place& place : places) fronts.push_back(place.data.begin());
  for (; n > 0; --n) {
    std::optional<std::size_t> oldest;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!drains(id, i) || fronts[i] == places[i].data.end()) continue;
      if (!oldest || fronts[i]->first < fronts[*oldest]->first) oldest = i;
    }
    if (!oldest) break;
    ++counts[*oldest];
    ++fronts[*oldest];
  }
  return counts;
}

void Simulation::deliver_oldest(HopId id, std::size_t i, std::size_t n, bool released) {
  std::map<Key, Message>& data = of(id).places[i].data;
  for (; n > 0 && !data.empty(); --n) {
    const Message m = data.begin()->second;
    data.erase(data.begin());
    deliver(id, m, released);
  }
}

void Simulation::take_turn(HopId id) {
  for (const Ask& ask : turn_of(id)) deliver_oldest(id, ask.place, ask.want, ask.released);
  plan_turn(id);
}

// When one of the hop's taps has a message to give.
void Simulation::plan_turn(HopId id) {
  HopRun& run = of(id);
  ++run.turn_version;
  SimTime at = SimTime::never();
  const auto consider = [&](const Tap& tap, std::size_t waiting) {
    if (!tap.open || waiting == 0) return;
    const double missing = 1 - 1e-9 - tap.credit;
    at = std::min(at, missing <= 0 ? now_ : std::max(now_, tap.since + after(missing / tap.per_second())));
  };
  if (run.drain.rate) consider(run.drain, waiting_to_drain(id));
  for (const Place& place : run.places) {
    consider(place.drain, place.data.size());
    consider(place.release, place.data.size());
  }
  if (at.is_never()) return;
  if (is_limited(id)) return plan_round(hop(id).to, at);
  plan({.at = at, .kind = Event::Kind::turn, .hop = id, .version = run.turn_version});
}

}  // namespace moshimo::reference
