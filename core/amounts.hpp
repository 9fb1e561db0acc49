// How much of something there was, as it came about in a run: what passed along hops between two times, and how much
// waited. Backlogs that drain are left out: what came is counted when it came.
#pragma once

#include <map>
#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

class Amounts {
 public:
  Amounts(const System& system, const Outcome& outcome);
  ~Amounts();

  double offered(HopId hop, SimTime from, SimTime to) const;
  double delivered(HopId hop, SimTime from, SimTime to) const;  // at once
  double failed(HopId hop, SimTime from, SimTime to) const { return offered(hop, from, to) - delivered(hop, from, to); }

  // When so much waits in a component, or lies in its stores, for the first time; never() where it never is so much.
  SimTime waits(ComponentId component, double amount) const;

 private:
  struct Course;
  struct Traffic;
  const Course& course_of(HopId hop) const;
  std::vector<HopId> upstream_of(HopId hop) const;
  double given(HopId source, SimTime from, SimTime to) const;
  Traffic traffic_of(ComponentId component) const;
  double waiting(const Traffic& traffic, SimTime at) const;
  double put_aside(HopId hop, const Stay& stay, SimTime at) const;

  const System& system_;
  const Outcome& outcome_;
  std::vector<std::vector<HopId>> feeders_;        // by PortId
  mutable std::map<HopId, const Course> courses_;  // of hops that were asked about
};

}  // namespace moshimo
