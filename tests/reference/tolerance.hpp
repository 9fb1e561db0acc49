// How far a run with single messages may lie from a fluid one.
#pragma once

#include <vector>

#include "tests/reference/reference.hpp"

namespace moshimo::reference {

// In seconds, up to the horizon; at least one.
double largest_gap_of(const Hop& hop, SimTime horizon);

// By hop, in messages: those cut off at changes, the backlog in flight within a gap at openings, what is upstream, and
// a part of what was offered.
std::vector<double> tolerances(const System& system, const ReferenceResult& result, SimTime horizon,
                               double share_of_offered);

}  // namespace moshimo::reference
