#include "models/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "input/cursor.hpp"

namespace moshimo::models {

std::string_view name_of(Unit u) {
  switch (u) {
    case Unit::none: return "a number";
    case Unit::seconds: return "a duration";
    case Unit::bytes: return "bytes";
    case Unit::per_second: return "a rate";
  }
  return "";
}

bool is_attribute(const Expression& e, std::string_view name) {
  return e.kind == Expression::Kind::path && e.path.start == Path::Start::component && e.path.steps.size() == 1 &&
         e.path.steps.front().kind == Step::Kind::member && e.path.steps.front().name == name;
}

namespace {

// What is infinite takes the unit of the other.
std::optional<Unit> common(Quantity a, Quantity b) {
  if (a.unit == b.unit) return a.unit;
  if (a.is_infinite() && a.unit == Unit::none) return b.unit;
  if (b.is_infinite() && b.unit == Unit::none) return a.unit;
  return std::nullopt;
}

}  // namespace

std::optional<Quantity> add(Quantity a, Quantity b) {
  const auto unit = common(a, b);
  if (!unit) return std::nullopt;
  return Quantity{a.value + b.value, *unit};
}

std::optional<Quantity> subtract(Quantity a, Quantity b) {
  const auto unit = common(a, b);
  if (!unit) return std::nullopt;
  return Quantity{a.is_infinite() ? a.value : a.value - b.value, *unit};
}

std::optional<Quantity> multiply(Quantity a, Quantity b) {
  const double value = a.value == 0 || b.value == 0 ? 0 : a.value * b.value;
  if (a.unit == Unit::none) return Quantity{value, b.unit};
  if (b.unit == Unit::none) return Quantity{value, a.unit};
  const bool count = (a.unit == Unit::per_second && b.unit == Unit::seconds) ||
                     (a.unit == Unit::seconds && b.unit == Unit::per_second);
  if (!count) return std::nullopt;
  return Quantity{value, Unit::none};
}

std::optional<Quantity> divide(Quantity a, Quantity b) {
  const double value = a.is_infinite() ? a.value : a.value / b.value;
  if (b.unit == Unit::none) return Quantity{value, a.unit};
  if (a.unit == b.unit) return Quantity{value, Unit::none};
  if (a.unit == Unit::none && b.unit == Unit::per_second) return Quantity{value, Unit::seconds};
  if (a.unit == Unit::none && b.unit == Unit::seconds) return Quantity{value, Unit::per_second};
  return std::nullopt;
}

std::optional<Quantity> least_of(Quantity a, Quantity b) {
  const auto unit = common(a, b);
  if (!unit) return std::nullopt;
  return Quantity{std::min(a.value, b.value), *unit};
}

std::optional<Quantity> most_of(Quantity a, Quantity b) {
  const auto unit = common(a, b);
  if (!unit) return std::nullopt;
  return Quantity{std::max(a.value, b.value), *unit};
}

std::optional<Duration> as_duration(Quantity q) {
  if (q.is_infinite()) return Duration::forever();
  if (q.unit != Unit::seconds) return std::nullopt;
  return Duration::seconds(q.value);
}

std::optional<Bytes> as_bytes(Quantity q) {
  if (q.is_infinite()) return Bytes::unlimited();
  if (q.unit != Unit::bytes) return std::nullopt;
  return Bytes::count(q.value);
}

std::optional<Rate> as_rate(Quantity q) {
  if (q.is_infinite()) return Rate::unlimited();
  if (q.unit != Unit::per_second) return std::nullopt;
  return Rate::per_second(q.value);
}

std::optional<double> as_number(Quantity q) {
  if (q.unit != Unit::none) return std::nullopt;
  return q.value;
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  if (text == "forever" || text == "unlimited") return Quantity::infinite();
  if (text.empty() || !((text.front() >= '0' && text.front() <= '9') || text.front() == '-' || text.front() == '.')) {
    return std::nullopt;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return Quantity{number, Unit::none};
  if (text.find('/') != std::string_view::npos) {
    if (const auto rate = input::parse_rate(text)) return Quantity{rate->per_second(), Unit::per_second};
    return std::nullopt;
  }
  if (const auto duration = input::parse_duration(text)) return Quantity{duration->in_seconds(), Unit::seconds};
  if (const auto bytes = input::parse_bytes(text)) return Quantity{bytes->count(), Unit::bytes};
  return std::nullopt;
}

namespace {

// Days from 1970-01-01 in the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

// Takes `digits` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, n);
  if (error != std::errc() || end != text.data() + digits || n < 0) return std::nullopt;
  text.remove_prefix(digits);
  return n;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  static constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  if (*day > lengths[static_cast<std::size_t>(*month - 1)] + (leap && *month == 2 ? 1 : 0)) return std::nullopt;
  std::int64_t seconds = days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)) * 86400;
  if (text.empty()) return Moment{seconds};
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  seconds += *hour * 3600 + *minute * 60;
  if (take(text, ':')) {
    const auto second = take_number(text, 2);
    if (!second || *second > 60) return std::nullopt;
    seconds += *second;
    if (take(text, '.')) {
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    }
  }
  if (text.empty() || text == "Z") return Moment{seconds};
  const int sign = text.front() == '+' ? -1 : text.front() == '-' ? 1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  take(text, ':');
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return Moment{seconds + sign * (std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60)};
}

std::optional<std::string_view> Text::plain() const {
  if (parts.empty()) return std::string_view();
  if (parts.size() == 1 && parts.front().kind == TextPart::Kind::literal) return parts.front().text;
  return std::nullopt;
}

}  // namespace moshimo::models
