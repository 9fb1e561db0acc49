// The file that is going to be written: it must not be one of those that are read.
#pragma once

#include <string>

namespace moshimo::input {

void will_be_written(std::string path);  // "": none
bool is_to_be_written(const std::string& path);

}  // namespace moshimo::input
