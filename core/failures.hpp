// What did not hold in a run, when, and why.
#pragma once

#include <cstddef>
#include <vector>

#include "core/outcome.hpp"

namespace moshimo {

bool held_at(const Timeline& timeline, ConditionId c, SimTime at);

// The first need that fails at `at`, or the size of the list.
std::size_t first_failing(const Needs& needs, const Timeline& timeline, SimTime at);

// A quick look: none of them ever changes. Most of a large system never does anything else.
bool hold_throughout(const Needs& needs, const Timeline& timeline);

// Spans in which a list of needs does not hold, each with the position of the first that fails at its beginning.
struct FailureSpan {
  SimTime from = {};
  SimTime to = {};  // never(): to the horizon
  std::size_t need = 0;
};
std::vector<FailureSpan> failures(const Needs& needs, const Timeline& timeline);

// From an effect back to its root: each condition fell because of the next; the last is the one a fault changed.
using CauseChain = std::vector<ConditionId>;
CauseChain cause_of(const System& system, const Timeline& timeline, const Need& failed, SimTime at);

// Conditions that fall for good here: nothing brings them back, and they do not fall because of another such.
std::vector<ConditionId> gone_for_good(const System& system, const Timeline& timeline);

}  // namespace moshimo
