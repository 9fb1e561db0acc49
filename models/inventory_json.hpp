// An inventory as JSON, which is read faster than YAML and takes less room while it is.
#pragma once

#include <string>

#include "models/inventory.hpp"

namespace moshimo::models {

std::string to_json(const Inventory& inventory);

}  // namespace moshimo::models
