// The values that a varied number takes.
#pragma once

#include <cstddef>

#include "scenarios/sweep.hpp"
#include "scenarios/vary.hpp"

namespace moshimo::scenarios {

// `points`: of a range.
Axis axis_of(const Vary& vary, std::size_t points);

// The least distance of two values that is told apart.
double grain_of(const Axis& axis);

// On the grid of that distance, where it is a whole one.
double halfway(double low, double high, const Axis& axis);

}  // namespace moshimo::scenarios
