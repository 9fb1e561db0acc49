// What is lost: points of no return of one kind, joined; and what only the way back loses.
#pragma once

#include <string>
#include <vector>

#include "core/findings.hpp"
#include "core/system.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

struct Loss {
  std::vector<HopId> hops;  // several when they share everything but the name
  PointOfNoReturn point;    // of the first; `events` of all, `at`..`until` of all
  std::size_t windows = 1;
  bool is_request = false;  // requests from outside, refused
  bool is_run = false;      // runs of a timetable
};
std::vector<Loss> losses_of(const System& system, const Findings& findings);
std::vector<std::string> names_of(const System& system, const Loss& loss);

// What is lost of a hop before it would lose anything if nobody acted, as a sentence: only the way back brings that
// about. Empty where nothing is.
std::string lost_by_the_way_back(const scenarios::Answer& answer, const scenarios::StrategyRun& run);

}  // namespace moshimo::report
