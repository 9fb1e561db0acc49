// What is bound to the identity of something: a grant, a membership, a statement that names its ID.
#pragma once

#include <vector>

#include "core/system.hpp"

namespace moshimo::scenarios {

// Of what an action breaks; it comes back only when somebody mends it.
std::vector<ConditionId> bound_to(const System& system, ActionId broken);

}  // namespace moshimo::scenarios
