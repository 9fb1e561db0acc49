#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "input/cursor.hpp"

namespace moshimo::input {
namespace {

using Microseconds = std::uint64_t;

struct TimeUnit {
  std::string_view name;
  Microseconds length;
};

constexpr Microseconds second = 1'000'000;
constexpr Microseconds minute = 60 * second;
constexpr Microseconds hour = 60 * minute;
constexpr Microseconds day = 24 * hour;
constexpr Microseconds longest = static_cast<Microseconds>(Duration::forever().us()) - 1;

constexpr std::array time_units{TimeUnit{"w", 7 * day},  TimeUnit{"d", day},    TimeUnit{"h", hour},
                                TimeUnit{"min", minute}, TimeUnit{"m", minute}, TimeUnit{"s", second},
                                TimeUnit{"ms", 1000},    TimeUnit{"us", 1}};
constexpr std::array iso_days{TimeUnit{"W", 7 * day}, TimeUnit{"D", day}};
constexpr std::array iso_times{TimeUnit{"H", hour}, TimeUnit{"M", minute}, TimeUnit{"S", second}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <typename Test>
std::string_view take_while(std::string_view& text, Test test) {
  std::size_t n = 0;
  while (n < text.size() && test(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

void skip_spaces(std::string_view& text) {
  take_while(text, [](char c) { return c == ' '; });
}

// `whole.fraction` times the unit, to the nearest microsecond.
std::optional<Microseconds> times(std::string_view whole, std::string_view fraction, Microseconds unit) {
  Microseconds n = 0;
  if (!whole.empty()) {
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), n);
    if (error != std::errc{} || end != whole.data() + whole.size()) return std::nullopt;
  }
  Microseconds product = 0;
  if (__builtin_mul_overflow(n, unit, &product)) return std::nullopt;
  double rest = 0;
  double place = 0.1;
  for (const char c : fraction) {
    rest += place * (c - '0');
    place /= 10;
  }
  if (__builtin_add_overflow(product, static_cast<Microseconds>(std::llround(rest * static_cast<double>(unit))),
                             &product)) {
    return std::nullopt;
  }
  return product > longest ? std::nullopt : std::optional(product);
}

// A run of numbers with units, each unit smaller than the one before; empty text: nothing.
template <std::size_t N>
std::optional<Microseconds> sum_of_units(std::string_view& text, const std::array<TimeUnit, N>& units) {
  Microseconds sum = 0;
  Microseconds last = longest;
  while (!text.empty() && text[0] != 'T') {
    const std::string_view whole = take_while(text, is_digit);
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_while(text, is_digit);
      if (fraction.empty()) return std::nullopt;
    } else if (whole.empty()) {
      return std::nullopt;
    }
    skip_spaces(text);
    const std::string_view name = take_while(text, [](char c) { return is_letter(c) && c != 'T'; });
    skip_spaces(text);
    Microseconds unit = 0;
    for (const TimeUnit& u : units) {
      if (u.name == name) unit = u.length;
    }
    if (unit == 0 || unit >= last) return std::nullopt;
    last = unit;
    const auto part = times(whole, fraction, unit);
    if (!part) return std::nullopt;
    sum += *part;
    if (sum > longest) return std::nullopt;
  }
  return sum;
}

std::optional<Duration> parse_iso_duration(std::string_view text) {
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const auto days = sum_of_units(text, iso_days);
  if (!days) return std::nullopt;
  Microseconds sum = *days;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    const auto rest = sum_of_units(text, iso_times);
    if (!rest) return std::nullopt;
    sum += *rest;
  }
  if (!text.empty() || sum > longest) return std::nullopt;
  return Duration::microseconds(static_cast<std::int64_t>(sum));
}

// More than anybody has; sums of such over years are still numbers.
constexpr double most_per_second = 1e12;
constexpr double most_bytes = 1e21;

std::optional<double> take_amount(std::string_view& text) {
  const std::size_t begins = text.starts_with('+') ? 1 : 0;
  text.remove_prefix(begins);
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::string_view trimmed(std::string_view text) {
  skip_spaces(text);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Without an exponent and without zeros at the end.
std::string decimal(double value, int places) {
  if (std::abs(value) >= 1e15) return fmt::format("{:.6g}", value);
  std::string text = fmt::format("{:.{}f}", value, places);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  text = trimmed(text);
  if (text == "forever") return Duration::forever();
  if (text == "0") return Duration{};
  if (text.starts_with('P')) return parse_iso_duration(text);
  if (text.empty()) return std::nullopt;
  const auto sum = sum_of_units(text, time_units);
  if (!sum || !text.empty()) return std::nullopt;
  return Duration::microseconds(static_cast<std::int64_t>(*sum));
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr std::array units{Unit{"", 1},
                                    Unit{"B", 1},
                                    Unit{"KB", 1e3},
                                    Unit{"kB", 1e3},
                                    Unit{"MB", 1e6},
                                    Unit{"GB", 1e9},
                                    Unit{"TB", 1e12},
                                    Unit{"PB", 1e15},
                                    Unit{"KiB", 1024.0},
                                    Unit{"MiB", 1048576.0},
                                    Unit{"GiB", 1073741824.0},
                                    Unit{"TiB", 1099511627776.0},
                                    Unit{"PiB", 1125899906842624.0}};
  text = trimmed(text);
  if (text == "unlimited") return Bytes::unlimited();
  const auto amount = take_amount(text);
  if (!amount) return std::nullopt;
  skip_spaces(text);
  for (const Unit& unit : units) {
    const double bytes = *amount * unit.bytes;
    if (unit.name == text && bytes <= most_bytes) return Bytes::count(bytes);
  }
  return std::nullopt;
}

std::optional<Rate> parse_rate(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr std::array units{Unit{"/s", 1}, Unit{"/min", 60}, Unit{"/h", 3600}, Unit{"/d", 86400}};
  text = trimmed(text);
  if (text == "unlimited") return Rate::unlimited();
  if (text == "0") return Rate{};
  const auto amount = take_amount(text);
  if (!amount) return std::nullopt;
  skip_spaces(text);
  for (const Unit& unit : units) {
    if (unit.name == text && *amount / unit.seconds <= most_per_second) return Rate::per_second(*amount / unit.seconds);
  }
  return std::nullopt;
}

std::string to_text(Duration d) {
  if (d.is_forever()) return "forever";
  const bool negative = d.us() < 0;
  Microseconds rest = static_cast<Microseconds>(d.us());
  if (negative) rest = Microseconds{0} - rest;
  std::string text = negative ? "-" : "";
  const auto fraction = [](Microseconds us, Microseconds unit) {  // us in unit, exact
    std::string places = fmt::format("{:0{}}", us % unit, unit == second ? 6 : 3);
    places.erase(places.find_last_not_of('0') + 1);
    return fmt::format("{}{}{}", us / unit, places.empty() ? "" : ".", places);
  };
  if (rest == 0) return "0s";
  if (rest < 1000) return text + fmt::format("{}us", rest);
  if (rest < second) return text + fraction(rest, 1000) + "ms";
  if (rest < 2 * minute) return rest == minute ? text + "1m" : text + fraction(rest, second) + "s";
  for (const auto& [name, unit] : {TimeUnit{"d", day}, TimeUnit{"h", hour}, TimeUnit{"m", minute}}) {
    if (rest >= unit) text += fmt::format("{}{}", rest / unit, name);
    rest %= unit;
  }
  if (rest > 0) text += fraction(rest, second) + "s";
  return text;
}

std::string to_text(Bytes b) {
  if (b.is_unlimited()) return "unlimited";
  static constexpr std::array names{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double amount = b.count();
  std::size_t unit = 0;
  while (std::abs(amount) >= 1023.995 && unit + 1 < names.size()) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", decimal(amount, 2), names[unit]);
}

std::string to_text(Rate r) {
  if (r.is_unlimited()) return "unlimited";
  const double per_second = r.per_second();
  if (per_second == 0) return "0/s";
  struct Unit {
    const char* name;
    double seconds;
  };
  static constexpr std::array units{Unit{"s", 1}, Unit{"min", 60}, Unit{"h", 3600}, Unit{"d", 86400}};
  for (const Unit& unit : units) {
    const double amount = per_second * unit.seconds;
    if (std::abs(amount) > 0.9999999) return fmt::format("{}/{}", decimal(amount, 3), unit.name);
  }
  return fmt::format("{:.3g}/d", per_second * 86400);
}

}  // namespace moshimo::input
