// The plan that loses least as far as is known: every step, in the best order that a search finds.
#pragma once

#include <cstddef>
#include <vector>

#include "core/order_search.hpp"
#include "scenarios/world.hpp"

namespace moshimo::scenarios {

struct BestPlan {
  StrategyRun run;
  double by_rule = 0;        // events that are lost in the order of urgency
  std::size_t tried = 0;     // orders simulated
  bool is_exact = false;     // these are all there are
  bool is_finished = false;  // else there were too many
};

// At most so many orders are tried.
BestPlan best_plan(Simulation& simulation, const Outcome& healthy, const std::vector<Fault>& faults,
                   Responders responders, SimTime horizon, const Outcome* nobody_acts, std::size_t most_orders);

}  // namespace moshimo::scenarios
