// What those who look out for something get to see: calls, refusals, and signs of failures, where there is enough of
// them.
#pragma once

#include <string>
#include <vector>

#include "core/amounts.hpp"
#include "core/findings.hpp"
#include "core/outcome.hpp"
#include "core/response.hpp"
#include "core/system.hpp"

namespace moshimo {

struct Sign {
  SimTime at;
  std::string text;
  ComponentId of;
  FactId fact;
  std::vector<std::string> place = {};
};

struct SeenSigns {  // in no order
  std::vector<Sign> signs;
  std::vector<Sign> unheard;  // of what comes to an end
  std::vector<Sign> below;    // of which there is too little
  std::vector<Sign> elsewhere;
};

// A run in which nobody acts.
struct WatchedRun {
  const System& system;
  const std::vector<Fault>& faults;
  const Response& response;  // what happened, and what was stopped
  const Findings& findings;
  const Outcome& healthy;
  const Amounts& amounts;
};

// What is seen of the system itself: nothing of what others have seen (Watch::For::alarms).
SeenSigns signs_seen(const WatchedRun& run, const Watch& watch);

// Whether something of what is watched shows itself under this name at all.
bool is_known(const System& system, const Watch& watch);

}  // namespace moshimo
