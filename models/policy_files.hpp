// Policy documents, and definitions of state machines, that an inventory keeps in files of their own:
// `{ file: write.json }` in the place of a document.
#pragma once

#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// Puts what the files hold in the place of their names. Paths are relative to the folder of the inventory. What cannot
// be read goes to `diagnostics`; positions in the files are good as long as the inventory.
void read_policy_files(Inventory& inventory, const Catalogue& catalogue, input::Diagnostics& diagnostics);

// The path of `{ file: PATH }`; null where the value is something else.
const Value* named_file(const Value& value);

}  // namespace moshimo::models
