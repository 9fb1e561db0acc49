// What a state machine calls, written as its `calls`, where the inventory gives its definition alone.
#pragma once

#include <memory>

#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// The attribute of the type that holds a definition; null where it has none.
const AttributeDef* definition_of(const TypeDef& type);

// The same inventory, or one with these calls. A definition that is none goes to `diagnostics`, and what it calls that
// is not in the inventory to the unknowns.
std::shared_ptr<const Inventory> with_called_in_definitions(const std::shared_ptr<const Inventory>& inventory,
                                                            const Catalogue& catalogue,
                                                            input::Diagnostics& diagnostics);

}  // namespace moshimo::models
