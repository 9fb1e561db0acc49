// Why something is reached: of all that it needs of the component before it, what depends on the one before that.
#pragma once

#include <vector>

#include "core/dependencies.hpp"

namespace moshimo {

// By position in `reached`. Not set: it follows a start, it only starves, or nothing of the kind is among its needs.
// `reverse`: what the starts depend on was searched for.
std::vector<ConditionId> reasons_of(const System& system, const std::vector<Reached>& reached, bool reverse);

}  // namespace moshimo
