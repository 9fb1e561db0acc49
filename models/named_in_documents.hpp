// Whom the policy document of a resource names, written as its statements, where the inventory gives the document
// alone.
#pragma once

#include <memory>

#include "models/catalogue.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// The same inventory, or one with these statements.
std::shared_ptr<const Inventory> with_named_in_documents(const std::shared_ptr<const Inventory>& inventory,
                                                         const Catalogue& catalogue);

}  // namespace moshimo::models
