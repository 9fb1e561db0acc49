// What goes with a condition: all that follows it and has nothing else to hold on to.
#pragma once

#include <vector>

#include "core/system.hpp"

namespace moshimo {

// By condition; itself included. Of a need that one of several meets all of them have to fall.
std::vector<bool> falls_with(const System& system, ConditionId condition);

}  // namespace moshimo
