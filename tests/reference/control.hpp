// What the conditions, processes and needs of a system do over time, followed from instant to instant.
//
// Nothing here depends on data. At each instant: changes that have propagated, derived conditions (each after those it
// follows), processes (restarts, starts, unhealthy ends, ends of age, attempts), again until nothing moves.
#pragma once

#include <vector>

#include "core/outcome.hpp"

namespace moshimo::reference {

struct ControlTimeline {
  Timeline timeline;
  std::vector<StepFunction<HopState>> hops;   // by HopId; what the needs say, before pauses
  std::vector<StepFunction<double>> through;  // by HopId; the share that new workers send all the same
};

ControlTimeline follow_conditions(const System& system, const Script& script, SimTime horizon);

}  // namespace moshimo::reference
