// What a command needs besides what the catalogue writes, for whoever types it.
#pragma once

#include <string>
#include <string_view>

namespace moshimo::models {

// The command for a Region that is not the one the shell is set to.
std::string in_region(std::string command, const std::string& region);

// The call that a command of the AWS CLI makes, as policies name it; "" where it changes nothing or makes several.
std::string call_of(std::string_view command);

}  // namespace moshimo::models
