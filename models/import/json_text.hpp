// A text as a string of JSON.
#pragma once

#include <string>
#include <string_view>

namespace moshimo::models::importing {

void append_json_text(std::string_view text, std::string& out);
std::string json_text(std::string_view text);

}  // namespace moshimo::models::importing
