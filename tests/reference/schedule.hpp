// The attempts of a retry schedule, one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/system.hpp"

namespace moshimo::reference {

// Walks through the gaps of a schedule.
class Gaps {
 public:
  explicit Gaps(const Schedule& schedule) : schedule_(&schedule) {}
  std::optional<Duration> next();

 private:
  const Schedule* schedule_;
  std::size_t phase_ = 0;
  std::int64_t attempt_ = 0;
};

// How long a retry goes on: until its last attempt within the limit.
Duration effective_age(const Schedule& schedule, Duration limit);

// The ages at which one gap ends and the next begins, up to `until`. Gaps of less than a second count together.
std::vector<Duration> gap_ends(const Schedule& schedule, Duration until);

}  // namespace moshimo::reference
