// Ticks of a timetable that go straight through open hops change nothing but ledgers. They are counted until one of
// these hops changes its state.
#include <algorithm>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

void Engine::tick(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row = hop(h);
  while (!r.skips && r.next_tick <= t) {
    r.impulse += row.ratio;
    r.next_tick = row.every.is_forever() ? never : r.next_tick + std::max<std::int64_t>(row.every.us(), 1);
  }
}

// A tick by itself; when all of it passes straight through, the next ones are skipped.
void Engine::follow_tick(std::uint32_t h, std::int64_t t) {
  trace_.clear();
  straight_ = true;
  mark_hop(h);
  work_off(t);
  Running& r = hops_[h];
  if (!straight_ || trace_.empty() || trace_.front().hop != h || r.next_tick == never) return;
  r.skips = true;
  schedule(h, t);
  passages_[h] = trace_;
  for (const Passed& x : trace_) passed_by_[x.hop].push_back(h);
}

// Writes the ticks before `t` that were skipped into the ledgers; from now on ticks are followed again.
void Engine::count_skipped(std::uint32_t timetable, std::int64_t t) {
  Running& r = hops_[timetable];
  const std::int64_t every = std::max<std::int64_t>(hop(timetable).every.us(), 1);
  const std::int64_t ticks = r.next_tick < t ? (t - r.next_tick + every - 1) / every : 0;
  for (const Passed& x : passages_[timetable]) {
    const double mass = x.mass * static_cast<double>(ticks);
    outcome_->hops.edit(x.hop).offered += mass;
    outcome_->hops.edit(x.hop).on_time += mass;
  }
  r.next_tick += ticks * every;
  r.skips = false;
}

void Engine::end_passages(std::uint32_t h, std::int64_t t) {
  while (!passed_by_[h].empty()) {
    const std::uint32_t timetable = passed_by_[h].back();
    count_skipped(timetable, t);
    for (const Passed& x : passages_[timetable]) std::erase(passed_by_[x.hop], timetable);
    mark_hop(timetable);
  }
}

}  // namespace moshimo::fluid
