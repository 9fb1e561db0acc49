// How two values differ, and what an update says that it changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/import/world.hpp"
#include "models/inventory.hpp"

namespace moshimo::models::importing {

constexpr std::string_view known_later = " (known after apply)";

// The names of the attributes an update changes, those that it only may change with `known_later` behind them.
std::vector<std::string> changed_attributes(const Change& change);

bool equal(const models::Value& a, const models::Value& b);
// Everything that was there is still there: more of a list is no loss.
bool is_within(const models::Value& old, const models::Value* now);
std::string in_words(const models::Value& value);

}  // namespace moshimo::models::importing
