// What a plan does to the things of an inventory: faults where the model has them, sentences where it has not.
#pragma once

#include "models/import/mapping.hpp"

namespace moshimo::models::importing {

// What the plan changes in place before anything goes, in a way that decides what then happens.
struct ChangedFirst {
  std::string name;
  std::string attribute;
  models::Value value;
};

// The world before with that done, and with those of the world after that it names.
Inventory with_changes(const Inventory& before, const Mapped& after, const std::vector<ChangedFirst>& changes);

// `before` and `after` are the two worlds of the plan; names are the same in both.
PlannedChanges planned_changes(const World& plan, const Mapped& before, const Mapped& after, const Catalogue& catalogue,
                               std::vector<ChangedFirst>& changed_first);

}  // namespace moshimo::models::importing
