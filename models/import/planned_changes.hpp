// What a plan does to the things of an inventory: faults where the model has them, sentences where it has not.
#pragma once

#include "models/import/mapping.hpp"

namespace moshimo::models::importing {

// `before` and `after` are the two worlds of the plan; names are the same in both.
PlannedChanges planned_changes(const World& plan, const Mapped& before, const Mapped& after,
                               const Catalogue& catalogue);

}  // namespace moshimo::models::importing
