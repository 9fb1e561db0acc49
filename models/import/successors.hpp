// What a plan replaces by something with another ARN, and who stays behind with the old one.
#pragma once

#include "models/import/mapping.hpp"

namespace moshimo::models::importing {

// The new one has the old one's name in the world after where nobody stays behind: for its users it is the same again,
// with a gap. Else it keeps a name of its own, and the old one goes for good.
void join_successors(const Mapped& before, Mapped& after);

}  // namespace moshimo::models::importing
