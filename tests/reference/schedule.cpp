#include "tests/reference/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace moshimo::reference {
namespace {

Duration gap_of(const Phase& phase, std::int64_t attempt) {
  const double first = phase.gap.in_seconds();
  const double last = phase.last.in_seconds();
  const auto i = static_cast<double>(attempt);
  const double share = phase.attempts > 1 ? i / static_cast<double>(phase.attempts - 1) : 0;
  switch (phase.shape) {
    case Shape::constant: return phase.gap;
    case Shape::linear:
      return Duration::seconds(phase.attempts < 0 ? std::min(first * (i + 1), last) : first + (last - first) * share);
    case Shape::exponential:
      return Duration::seconds(phase.attempts < 0 ? std::min(first * std::pow(2, std::min(i, 60.0)), last)
                                                  : first * std::pow(last / first, share));
  }
  return {};
}

}  // namespace

std::optional<Duration> Gaps::next() {
  while (phase_ < schedule_->size()) {
    const Phase& phase = (*schedule_)[phase_];
    if (phase.attempts < 0 || attempt_ < phase.attempts) return gap_of(phase, attempt_++);
    ++phase_;
    attempt_ = 0;
  }
  return std::nullopt;
}

Duration effective_age(const Schedule& schedule, Duration limit) {
  const bool endless = !schedule.empty() && schedule.back().attempts < 0;
  if (endless && limit.is_forever()) return Duration::forever();
  Gaps gaps(schedule);
  Duration age;
  while (const auto gap = gaps.next()) {
    if (age + *gap > limit) break;
    age += *gap;
  }
  return age;
}

std::vector<Duration> gap_ends(const Schedule& schedule, Duration until) {
  std::vector<Duration> ends;
  Gaps gaps(schedule);
  Duration age;
  Duration previous;
  while (const auto gap = gaps.next()) {
    if (age + *gap > until) break;
    age += *gap;
    if (age - previous < Duration::seconds(1)) continue;
    ends.push_back(age);
    previous = age;
  }
  return ends;
}

}  // namespace moshimo::reference
