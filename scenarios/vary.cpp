#include "scenarios/vary.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/cursor.hpp"

namespace moshimo::scenarios {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Zero needs no unit.
bool fit(models::Quantity a, models::Quantity b) {
  const auto fits_all = [](models::Quantity q) { return q.value == 0 || q.is_infinite(); };
  return a.unit == b.unit || fits_all(a) || fits_all(b);
}

bool add_value(Vary& vary, std::string_view text, input::Position at, input::Diagnostics& diagnostics) {
  const auto value = models::parse_quantity(trimmed(text));
  if (!value) {
    diagnostics.error(at, fmt::format("'{}' is no value to vary {} with; write a duration such as 40m, a number, an "
                                      "amount such as 600B, or a rate such as 5/s",
                                      trimmed(text), vary.name));
    return false;
  }
  if (!vary.values.empty() && !fit(vary.values.front(), *value)) {
    diagnostics.error(at, fmt::format("{} and {} are not of one kind; give all values of {} in the same unit",
                                      to_text(vary.values.front()), to_text(*value), vary.name));
    return false;
  }
  const bool is_known = std::any_of(vary.values.begin(), vary.values.end(),
                                    [&](const models::Quantity& q) { return q.value == value->value; });
  if (is_known) {
    diagnostics.error(at, fmt::format("{} is in the sweep already; remove it", to_text(*value)));
    return false;
  }
  if (value->unit != models::Unit::none || text.find('.') != std::string_view::npos) vary.is_whole = false;
  vary.values.push_back(*value);
  vary.value_at.push_back(at);
  return true;
}

}  // namespace

void add_values(Vary& vary, std::string_view text, input::Position at, input::Diagnostics& diagnostics) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    add_value(vary, text, at, diagnostics);
    return;
  }
  if (!vary.values.empty()) {
    diagnostics.error(at, fmt::format("{} has a range beside other values; give the one or the other", vary.name));
    return;
  }
  vary.is_range = true;
  if (!add_value(vary, text.substr(0, dots), at, diagnostics)) return;
  if (!add_value(vary, text.substr(dots + 2), at, diagnostics)) return;
  if (vary.values[0].value < vary.values[1].value && !vary.values[1].is_infinite()) return;
  diagnostics.error(at, fmt::format("the range {} has to go from a lower to a higher value", trimmed(text)));
}

std::optional<Vary> parse_vary(std::string_view text, input::Diagnostics& diagnostics) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    diagnostics.error({}, fmt::format("'{}' does not say what takes which values; write NAME=LOW..HIGH, as in "
                                      "detect=5m..10d, or NAME=A,B,C",
                                      text));
    return std::nullopt;
  }
  Vary vary;
  vary.name = trimmed(text.substr(0, equals));
  std::string_view rest = text.substr(equals + 1);
  const std::size_t before = diagnostics.errors().size();
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    add_values(vary, rest.substr(0, comma), {}, diagnostics);
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  if (vary.values.size() > most_sweep_values) {
    diagnostics.error(
        {}, fmt::format("{} has more than {} values, and for each is a run of its own", vary.name, most_sweep_values));
  }
  if (diagnostics.errors().size() > before) return std::nullopt;
  return vary;
}

std::string to_text(models::Quantity value) {
  if (value.is_infinite()) return "forever";
  switch (value.unit) {
    case models::Unit::seconds: return input::to_text(Duration::seconds(value.value));
    case models::Unit::bytes: return fmt::format("{:.0f}B", value.value);
    case models::Unit::per_second: return fmt::format("{}/s", value.value);
    case models::Unit::none: break;
  }
  return fmt::format("{}", value.value);
}

}  // namespace moshimo::scenarios
