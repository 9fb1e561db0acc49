#include "core/urgency.hpp"

#include <algorithm>

#include "core/findings.hpp"

namespace moshimo {

bool is_more_urgent(const Urgency& a, const Urgency& b) {
  if (a.last_chance != b.last_chance) return a.last_chance < b.last_chance;
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.rate > b.rate;
}

Urgency more_urgent(const Urgency& a, const Urgency& b) {
  Urgency result = most_urgent(a, b);
  if (a.last_chance == b.last_chance && a.deadline == b.deadline) result.rate = a.rate + b.rate;
  return result;
}

Urgency most_urgent(const Urgency& a, const Urgency& b) { return is_more_urgent(a, b) ? a : b; }

void Urgencies::learn(const Outcome& outcome, SimTime detected) {
  // A condition is as urgent as the hops whose needs lead to it, and as what never comes back once it has fallen.
  for (std::uint32_t h = 0; h < system_->hops.size(); ++h) {
    Urgency of_hop;
    for (const LossWindow& w : outcome.hops[h].losses) {
      if (w.lost_to < detected) continue;
      const double seconds = std::max((w.lost_to - w.lost_from).in_seconds(), 1.0);
      of_hop = more_urgent(of_hop, {std::max(w.lost_from, detected), w.events / seconds});
    }
    if (of_hop.deadline.is_never()) continue;
    spread(system_->hops[HopId(h)].needs, of_hop);
    spread_on();
  }
  for (ConditionId c : gone_for_good(*system_, outcome.timeline)) {
    const SimTime at = outcome.timeline.conditions[c.value].back().at;
    if (at < detected) continue;
    raise(c, {at, 0});
    spread_on();
  }
}

void Urgencies::detect(SimTime detected) {
  for (Raised& r : raised_) r.urgency.deadline = std::max(r.urgency.deadline, detected);
}

void Urgencies::put_first(ConditionId c, SimTime last_chance) {
  raise(c, {last_chance, 0, last_chance});
  spread_on();
}

bool Urgencies::has_deadlines_of(const Urgencies& other) const {
  return raised_.size() == other.raised_.size() &&
         std::all_of(raised_.begin() + 1, raised_.end(), [&](const Raised& r) {
           const Urgency& theirs = other.of(r.condition);
           return r.urgency.deadline == theirs.deadline && r.urgency.last_chance == theirs.last_chance;
         });
}

void Urgencies::raise(ConditionId c, const Urgency& u) {
  std::uint32_t& place = place_[c.value];
  if (!is_more_urgent(u, raised_[place].urgency)) return;
  if (place == 0) {
    place = static_cast<std::uint32_t>(raised_.size());
    raised_.push_back({c, u});
  } else {
    raised_[place].urgency = u;
  }
  work_.push_back(c.value);
}

void Urgencies::spread(const Needs& needs, const Urgency& u) {
  for (const Need& n : needs) raise(n.condition, u);
  for (const Need& n : needs) {
    for (ConditionId c : n.alternatives) raise(c, u);
  }
}

void Urgencies::spread_on() {
  while (!work_.empty()) {
    const ConditionId c(work_.back());
    work_.pop_back();
    const Condition& row = system_->conditions[c];
    const Urgency u = of(c);
    spread(row.follows, u);
    if (row.process.is_set()) spread(system_->processes[row.process].start, u);
  }
}

}  // namespace moshimo
