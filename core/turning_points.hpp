// When mending the cause stops being enough: what has followed it for too long needs a repair of its own from then on.
#pragma once

#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

struct TurningPoint {
  SimTime at = {};
  ConditionId condition = {};       // until then it holds as long as its cause is mended
  ConditionId cause = {};           // what it follows and has missed for too long
  std::vector<RepairId> ways = {};  // one of which is enough, once the cause is mended
};

// In order of time. Only where the cause can still be mended then, and where re-applying the infrastructure code, which
// mends the cause, does not do the rest as well.
std::vector<TurningPoint> turning_points(const System& system, const Timeline& timeline, const Timeline& healthy);

}  // namespace moshimo
