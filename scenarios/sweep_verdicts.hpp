// What a sweep says of the whole: points of no return passed, strategies compared, and where waiting would have paid.
#pragma once

#include <vector>

#include "scenarios/sweep.hpp"

namespace moshimo::scenarios {

// Every point of no return, once, and what became of it over the times to detect.
std::vector<Passed> passed_of(const Sweep& sweep);

// Over a single axis.
std::vector<Comparing> comparing_of(const Sweep& sweep);

// Over the time to detect.
std::vector<Inversion> inversions_of(const Sweep& sweep);

}  // namespace moshimo::scenarios
