// Attributes and texts of the catalogue, as they are explained to those who write inventories.
#pragma once

#include <string>

#include "models/catalogue.hpp"

namespace moshimo::report {

// A text with `<path>` for what is filled in.
std::string shown(const models::Text& text);
bool is_written_by_hand(const models::AttributeDef& a);
bool is_required(const models::AttributeDef& a);
// What is written for it, in words a reader of an inventory knows.
std::string kind_of(const models::AttributeDef& a);
// What it is unless written.
std::string default_of(const models::AttributeDef& a);
// Why that is taken where nobody has documented it; else empty.
std::string reason_of_default(const models::AttributeDef& a);
// The least that has to be written for a resource.
std::string example_line(const models::TypeDef& type);

}  // namespace moshimo::report
