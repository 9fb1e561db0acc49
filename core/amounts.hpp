// How much of something there was, as it came about in a run: what passed along hops between two times, and how much
// waited. Backlogs that drain are left out: what came is counted when it came.
#pragma once

#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

class Amounts {
 public:
  Amounts(const System& system, const Outcome& outcome);

  double offered(HopId hop, SimTime from, SimTime to) const;
  double delivered(HopId hop, SimTime from, SimTime to) const;  // at once
  double failed(HopId hop, SimTime from, SimTime to) const { return offered(hop, from, to) - delivered(hop, from, to); }

  // When so much waits in a component, or lies in its stores, for the first time; never() where it never is so much.
  SimTime waits(ComponentId component, double amount) const;

 private:
  struct Traffic;
  Traffic traffic_of(ComponentId component) const;
  double waiting(const Traffic& traffic, SimTime at) const;

  const System& system_;
  const Outcome& outcome_;
  std::vector<std::vector<HopId>> feeders_;  // by PortId
};

}  // namespace moshimo
