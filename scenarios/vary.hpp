// A number of a scenario or of its inventory, and the values it is to take: `detect=5m..40d`, `queue.retention=1d,4d`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/expression.hpp"

namespace moshimo::scenarios {

struct Vary {
  std::string name;  // detect, responders, horizon, faults[0].at, queue.retention
  input::Position at;
  std::vector<models::Quantity> values;  // of a range its two ends
  std::vector<input::Position> value_at;
  bool is_range = false;
  bool is_whole = true;  // all are numbers without a point: between them lie whole numbers only
};

inline constexpr std::size_t most_sweep_values = 1000;

// Adds `5m`, or the range `5m..40d`, to the values; what is wrong goes to `diagnostics`.
void add_values(Vary& vary, std::string_view text, input::Position at, input::Diagnostics& diagnostics);

// `NAME=LOW..HIGH` or `NAME=A,B,C`.
std::optional<Vary> parse_vary(std::string_view text, input::Diagnostics& diagnostics);

// A value as it is written: 1d12h, 5/s, 600B, 3.
std::string to_text(models::Quantity value);

}  // namespace moshimo::scenarios
