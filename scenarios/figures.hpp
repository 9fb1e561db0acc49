// The figures that stand for a whole run.
#pragma once

#include <cstddef>
#include <vector>

#include "scenarios/world.hpp"

namespace moshimo::scenarios {

struct Figures {
  double lost = 0;  // events, without refused requests
  double refused = 0;
  double misdirected = 0;  // events that lie where nothing looks for them
  double missed = 0;       // runs of timetables, counted in `lost` too
  Duration longest = {};   // span of arrivals that is lost
  // Stores whose content is gone for good, and when; in order of time.
  struct Destroyed {
    ComponentId component;
    SimTime at;
  };
  std::vector<Destroyed> destroyed = {};
  std::size_t still_broken = 0;   // conditions
  std::size_t still_failing = 0;  // components that fail at the end
  std::size_t unreleased = 0;     // hops whose backlog nobody fetched
  Duration restored = {};         // from the first fault until nothing fails any more; forever: not within the horizon
};
Figures figures_of(const System& system, const StrategyRun& run, SimTime first_fault);

}  // namespace moshimo::scenarios
