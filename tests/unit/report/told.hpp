// What the report of a run tells, with every run of white space as one space, so that words can be looked for.
#pragma once

#include <string>
#include <string_view>

namespace moshimo {

// `inventory` and `scenario`: YAML without version, name and inventory. Throws what is wrong with them.
std::string told(std::string_view inventory, std::string_view scenario);
std::string told_as_json(std::string_view inventory, std::string_view scenario);

// Of a text, from a heading to the next one; empty without it.
std::string section(const std::string& text, std::string_view heading);

bool has(const std::string& text, std::string_view words);

}  // namespace moshimo
