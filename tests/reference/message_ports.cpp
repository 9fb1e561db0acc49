#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tests/reference/message_simulation.hpp"

namespace moshimo::reference {

void Simulation::plan_round(PortId id, SimTime not_before) {
  const SimTime at = std::max(now_ + options_.round, not_before);
  if (at >= of(id).next_round) return;
  of(id).next_round = at;
  plan({.at = at, .kind = Event::Kind::round, .port = id});
}

void Simulation::settle_all_ports() {
  for (const PortId id : port_order_) {
    if (of(id).limited) settle(id);
  }
}

// How many messages may enter before a full place that blocks overflows.
double Simulation::room_behind(PortId id) const {
  double room = std::numeric_limits<double>::infinity();
  for (const HopId fed : ports_[id.value].fed) {
    const HopRun& run = of(fed);
    if (run.state.open && !hop(fed).ordered) continue;
    double fits = 0;
    bool blocks = false;
    for (const std::uint8_t i : list_of(fed, run.state.error)) {
      const Fallback& f = hop(fed).fallbacks[i];
      if (!hold(f.accepts)) continue;
      if (f.kind != Fallback::Kind::hand_on) {
        fits +=
            std::max(0.0, std::floor(run.places[i].room_for + 1e-9) - static_cast<double>(run.places[i].data.size()));
      }
      blocks = f.overflow == Overflow::block && f.kind != Fallback::Kind::hand_on;
      if (blocks || f.overflow != Overflow::next || f.kind == Fallback::Kind::hand_on) break;
    }
    // The carry grows by the ratio with each that enters and gives out whole messages.
    if (blocks) room = std::min(room, std::floor((fits + 1 - 1e-6 - run.carry) / hop(fed).ratio));
  }
  return std::max(0.0, room);
}

void Simulation::settle(PortId id) {
  PortRun& port = of(id);
  port.next_round = SimTime::never();
  const double most = most_kept(id);
  const double capacity = capacity_of(id);
  const double round = options_.round.in_seconds();
  if (!std::isinf(capacity)) {
    port.tokens = std::min(port.tokens + capacity * (now_ - port.since).in_seconds(), most + capacity * round);
  }
  port.since = now_;

  std::map<int, std::vector<Ask>> groups;
  for (const HopId served : port.served) {
    const HopRun& run = of(served);
    if (!run.fresh.empty()) groups[0].push_back({0, served, 0, false, run.fresh.size()});
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      const std::size_t attempts = run.places[i].attempts.size();
      if (attempts > 0)
        groups[1 + static_cast<int>(i)].push_back({1 + static_cast<int>(i), served, i, false, attempts});
    }
    for (const Ask& ask : turn_of(served)) {
      if (ask.want > 0) groups[ask.group].push_back(ask);
    }
  }
  for (const auto& entry : groups) {
    const std::vector<std::size_t> granted = share_out(id, entry.second, capacity);
    for (std::size_t i = 0; i < granted.size(); ++i) grant(entry.second[i], granted[i]);
  }
  if (!std::isinf(capacity)) port.tokens = std::min(port.tokens, most);
  for (const HopId served : port.served) plan_turn(served);
}

// In proportion to what is asked; fractions are kept in mind from round to round.
std::vector<std::size_t> Simulation::share_out(PortId id, const std::vector<Ask>& asks, double capacity) {
  PortRun& port = of(id);
  double want = 0;
  for (const Ask& ask : asks) want += static_cast<double>(ask.want);
  const double tokens =
      std::isinf(capacity) ? want : std::floor(port.tokens + 1e-9 - tokens_left_by(id, asks.front().group));
  const double room = room_behind(id);
  cut_by_block_ = room < tokens;
  double left = std::max(0.0, std::min({want, tokens, room}));
  if (!std::isinf(capacity)) port.tokens -= left;
  const double share = left / want;
  std::vector<std::size_t> granted;
  std::vector<double> fractions;
  for (const Ask& ask : asks) {
    double& owed = port.owed[{ask.group, ask.hop}];
    owed += share * static_cast<double>(ask.want);
    const double whole = std::clamp(std::floor(owed), 0.0, std::min(left, static_cast<double>(ask.want)));
    owed -= whole;
    left -= whole;
    granted.push_back(static_cast<std::size_t>(whole));
    fractions.push_back(owed);
  }
  while (left >= 1) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < asks.size(); ++i) {
      if (granted[i] >= asks[i].want) continue;
      if (!best || fractions[i] > fractions[*best]) best = i;
    }
    if (!best) break;
    ++granted[*best];
    fractions[*best] -= 1;
    port.owed[{asks[*best].group, asks[*best].hop}] -= 1;
    left -= 1;
  }
  return granted;
}

void Simulation::grant(const Ask& ask, std::size_t granted) {
  HopRun& run = of(ask.hop);
  const bool waits_for_attempt =
      ask.group != 0 && hop(ask.hop).fallbacks[ask.place].kind == Fallback::Kind::retry && !ask.released;
  if (ask.group == 0) {
    const ErrorClass cut = cut_by_block_ ? ErrorClass::stalled : ErrorClass::throttled;
    const std::vector<Message> fresh = std::exchange(run.fresh, {});
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      if (i < granted) {
        deliver(ask.hop, fresh[i], false);
      } else {
        fail(ask.hop, fresh[i], cut);
      }
    }
  } else if (waits_for_attempt) {
    Place& place = run.places[ask.place];
    std::vector<Message> attempts = std::exchange(place.attempts, {});
    // No age goes before another: each piece of the backlog gets the same share.
    std::sort(attempts.begin(), attempts.end(), [](const Message& a, const Message& b) {
      return std::pair(uniform(a.number, a.entry), a.entry) < std::pair(uniform(b.number, b.entry), b.entry);
    });
    for (const Message& asked : attempts) {
      const std::optional<Message> m = find(ask.hop, ask.place, key_of(asked), asked.entry);
      if (!m) continue;
      if (granted > 0) {
        --granted;
        place.data.erase(key_of(*m));
        deliver(ask.hop, *m, false);
      } else if (now_ >= m->ages_from + place.limit) {
        place.data.erase(key_of(*m));
        move_on(ask.hop, *m, static_cast<int>(ask.place), LossWindow::Why::expired);
      } else {
        plan_attempt(ask.hop, ask.place, *m);
      }
    }
  } else {
    deliver_oldest(ask.hop, ask.place, granted, ask.released);
  }
}

}  // namespace moshimo::reference
