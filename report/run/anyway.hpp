// What goes wrong in the system as it is, whatever happens to it: say because a consumer is too slow for what comes, or
// shut out, or because what comes matches nothing that looks for it.
#pragma once

#include <string>
#include <vector>

#include "core/system.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

struct Anyway {
  HopId hop = {};
  double lost = 0;
  double misdirected = 0;
  double unfetched = 0;      // waits at the end for somebody to fetch it
  ConditionId because = {};  // does not hold from the start; not set: more comes than is taken
};
std::vector<Anyway> anyway(const scenarios::Answer& answer);

// A sentence each of what is lost, misdirected and not fetched; empty where nothing is.
std::vector<std::string> anyway_told(const scenarios::Answer& answer);

}  // namespace moshimo::report
