// Which step of a run decides whether a point of no return is met in time.
#pragma once

#include <optional>

#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

struct Deciding {
  RepairId repair;
  HopId releases;     // set for a release
  SimTime done;       // the people are
  SimTime effective;  // data flows again
};

// `run`: one in which what the point takes is still saved. `nobody`: the same faults, and nobody acts.
std::optional<Deciding> deciding_step(const System& system, const StrategyRun& run, const StrategyRun& nobody,
                                      const PointOfNoReturn& p);

}  // namespace moshimo::scenarios
