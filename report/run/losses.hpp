// Points of no return of one kind, joined.
#pragma once

#include <string>
#include <vector>

#include "core/findings.hpp"
#include "core/system.hpp"

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

}  // namespace moshimo::report
