// Where the outcome of a sweep changes in kind, or begins to cost more: between two neighbouring values.
#pragma once

#include <optional>
#include <vector>

#include "scenarios/sweep.hpp"
#include "scenarios/sweeper.hpp"

namespace moshimo::scenarios {

struct Cliffs {
  std::vector<Cliff> found;   // by value
  bool is_cut_short = false;  // it would have taken too many runs to find all
};

// Along the first axis, for one strategy and, of a surface, one value of the second axis.
Cliffs find_cliffs(Sweeper& sweeper, const Sweep& sweep, Strategy strategy, std::optional<double> other);

}  // namespace moshimo::scenarios
