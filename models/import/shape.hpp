// Says where a file holds a value of another kind than its format asks for. What is absent is of every kind.
#pragma once

#include <initializer_list>
#include <string_view>

#include "models/import/values.hpp"

namespace moshimo::models::importing {

constexpr std::string_view is_it_terraform = "is the file as Terraform wrote it?";

enum class Kind : std::uint8_t { text, list, object };

// The members of `owner` with these names.
bool have_kind(Value owner, std::initializer_list<const char*> names, Kind kind, input::Diagnostics& diagnostics);

}  // namespace moshimo::models::importing
