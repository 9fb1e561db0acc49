#include "tests/reference/tolerance.hpp"

#include <algorithm>

#include "tests/reference/schedule.hpp"

namespace moshimo::reference {

double largest_gap_of(const Hop& hop, SimTime horizon) {
  double largest = 1;
  for (const Fallback& f : hop.fallbacks) {
    if (f.kind != Fallback::Kind::retry) continue;
    const Duration until = std::min(effective_age(f.schedule, f.limit), horizon.since_start());
    Gaps gaps(f.schedule);
    Duration age;
    while (const auto gap = gaps.next()) {
      age += *gap;
      if (age > until) break;
      largest = std::max(largest, gap->in_seconds());
    }
  }
  return largest;
}

std::vector<double> tolerances(const System& system, const ReferenceResult& result, SimTime horizon,
                               double share_of_offered) {
  const std::size_t n = system.hops.size();
  std::vector<double> tolerance(n, -1);
  std::vector<double> peak(n, 0);
  const auto feeds = [&](std::size_t from, const Hop& to) {
    if (to.source != Hop::Source::port) return false;
    const Hop& h = system.hops[HopId(from)];
    return h.to == to.from || std::any_of(h.fallbacks.begin(), h.fallbacks.end(),
                                          [&](const Fallback& f) { return f.port.is_set() && f.port == to.from; });
  };
  const auto of = [&](const auto& self, std::size_t i) -> void {
    if (tolerance[i] >= 0) return;
    const Hop& h = system.hops[HopId(i)];
    double upstream = 0;
    for (const ProfileStep& step : h.profile.steps) peak[i] = std::max(peak[i], step.rate.per_second());
    for (std::size_t other = 0; other < n; ++other) {
      if (!feeds(other, h)) continue;
      self(self, other);
      upstream += tolerance[other] * h.ratio;
      peak[i] += peak[other] * h.ratio;
    }
    const Grain& grain = result.grain[i];
    tolerance[i] = 4 + 2 * static_cast<double>(grain.state_changes) +
                   largest_gap_of(h, horizon) * peak[i] * static_cast<double>(grain.openings) + upstream +
                   share_of_offered * result.hops[i].offered;
  };
  for (std::size_t i = 0; i < n; ++i) of(of, i);
  return tolerance;
}

}  // namespace moshimo::reference
