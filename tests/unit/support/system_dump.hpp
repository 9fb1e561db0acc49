// A system written out in full, sentences included, for comparing and for reading by eye.
#pragma once

#include <string>
#include <string_view>

#include "core/system.hpp"

namespace moshimo {

std::string dump(const System& system);

// The rows (with their indented lines) whose first line begins with `start`: "hop orders/run".
std::string rows(const System& system, std::string_view start);

}  // namespace moshimo
