#include "core/urgency.hpp"

#include <algorithm>
#include <limits>

#include "core/findings.hpp"

namespace moshimo {

Urgency more_urgent(const Urgency& a, const Urgency& b) {
  if (a.deadline != b.deadline) return a.deadline < b.deadline ? a : b;
  return {a.deadline, a.rate + b.rate};
}

Urgency most_urgent(const Urgency& a, const Urgency& b) {
  if (a.deadline != b.deadline) return a.deadline < b.deadline ? a : b;
  return {a.deadline, std::max(a.rate, b.rate)};
}

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

void Urgencies::put_first(ConditionId c, SimTime detected) {
  raise(c, {detected, std::numeric_limits<double>::infinity()});
  spread_on();
}

bool Urgencies::has_deadlines_of(const Urgencies& other) const {
  return raised_.size() == other.raised_.size() &&
         std::all_of(raised_.begin() + 1, raised_.end(),
                     [&](const Raised& r) { return r.urgency.deadline == other.of(r.condition).deadline; });
}

void Urgencies::raise(ConditionId c, const Urgency& u) {
  std::uint32_t& place = place_[c.value];
  const Urgency& mine = raised_[place].urgency;
  if (mine.deadline < u.deadline) return;
  if (mine.deadline == u.deadline && mine.rate >= u.rate) return;
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
