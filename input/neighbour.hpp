// What may have been meant by the path of a file that is not there.
#pragma once

#include <string>

namespace moshimo::input {

// "; did you mean 'x'?" for the file in the same folder whose name is nearest, or nothing.
std::string neighbour_of(const std::string& path);

}  // namespace moshimo::input
