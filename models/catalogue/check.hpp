// Looks through a whole catalogue for what cannot be right: paths that lead nowhere, numbers without a source, loops.
#pragma once

#include "models/catalogue.hpp"

namespace moshimo::models {

void check(const Catalogue& catalogue, input::Diagnostics& diagnostics);

}  // namespace moshimo::models
