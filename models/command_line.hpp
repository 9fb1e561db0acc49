// What a command needs besides what the catalogue writes, for whoever types it.
#pragma once

#include <string>

namespace moshimo::models {

// The command for a Region that is not the one the shell is set to.
std::string in_region(std::string command, const std::string& region);

}  // namespace moshimo::models
