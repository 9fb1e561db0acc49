#include "report/numbers.hpp"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <utility>

#include "report/layout.hpp"

namespace moshimo::report {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

std::string two_units(std::int64_t us, std::int64_t large, std::string_view large_name, std::int64_t small,
                      std::string_view small_name) {
  const std::int64_t rest = us % large / small;
  std::string text = fmt::format("{}{}{}", us / large, hard_space, large_name);
  if (rest > 0) text += fmt::format("{}{}{}{}", hard_space, rest, hard_space, small_name);
  return text;
}

std::string with_separators(std::int64_t n) {
  std::string digits = std::to_string(std::abs(n));
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return n < 0 ? "-" + digits : digits;
}

// Three digits: 1.23, 12.3, 123, without zeros at the end.
std::string three_digits(double n) {
  std::string text = fmt::format("{:.{}f}", n, n >= 99.95 ? 0 : 1);
  if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

struct CivilTime {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
  int second;
};

CivilTime civil(const Clock& clock, SimTime t) {
  namespace c = std::chrono;
  const std::int64_t whole = t.us() >= 0 ? t.us() / second : -((-t.us() + second - 1) / second);
  const c::sys_seconds at{c::seconds{clock.start->seconds + clock.utc_offset_seconds + whole}};
  const c::sys_days date = c::floor<c::days>(at);
  const c::year_month_day ymd{date};
  const auto rest = static_cast<int>((at - date).count());
  return {static_cast<int>(ymd.year()),
          static_cast<unsigned>(ymd.month()),
          static_cast<unsigned>(ymd.day()),
          rest / 3600,
          rest / 60 % 60,
          rest % 60};
}

}  // namespace

std::string duration_text(Duration d) {
  if (d.is_forever()) return fmt::format("for{}ever", hard_space);
  const std::int64_t us = d.us();
  if (us < 0) return "-" + duration_text(Duration::microseconds(-us));
  if (us == 0) return fmt::format("0{}s", hard_space);
  if (us < second) return fmt::format("{}{}ms", us / 1000, hard_space);
  if (us < minute) return fmt::format("{}{}s", us / second, hard_space);
  if (us < hour) return two_units(us, minute, "min", second, "s");
  if (us + second < day) return two_units(us + second, hour, "h", minute, "min");
  return two_units(us + minute, day, "d", hour, "h");
}

std::string precise_text(Duration d) {
  if (d.is_forever() || d.us() < hour) return duration_text(d);
  std::string text;
  std::int64_t rest = d.us();
  for (const auto& [unit, name] : {std::pair(day, "d"), {hour, "h"}, {minute, "min"}, {second, "s"}}) {
    const std::int64_t n = rest / unit;
    rest %= unit;
    if (n > 0) text += fmt::format("{}{}{}{}", text.empty() ? "" : std::string(1, hard_space), n, hard_space, name);
  }
  return text;
}

std::string minute_text(Duration d) {
  if (d.is_forever() || d.us() < day) return duration_text(d);
  return precise_text(Duration::microseconds(d.us() / minute * minute));
}

std::string about_text(Duration d) {
  if (d.is_forever() || d.us() < minute) return duration_text(d);
  const std::int64_t unit = d.us() < hour ? second : d.us() < day ? minute : hour;
  return duration_text(Duration::microseconds((d.us() + unit / 2) / unit * unit));
}

std::string count_text(double n) {
  if (std::isinf(n)) return "without limit";
  if (n < 0) return "-" + count_text(-n);
  if (n >= 999.5e12) return fmt::format("{:.2e}", n);
  if (n >= 999.95e9) return fmt::format("{}{}trillion", three_digits(n / 1e12), hard_space);
  if (n >= 999.95e6) return fmt::format("{}{}billion", three_digits(n / 1e9), hard_space);
  if (n >= 999'500) return fmt::format("{}{}million", three_digits(n / 1e6), hard_space);
  if (n > 0 && n < 0.95) return n < 0.05 ? "under 0.1" : fmt::format("{:.1f}", n);
  return with_separators(static_cast<std::int64_t>(std::llround(n)));
}

std::string bytes_text(double n) {
  if (std::isinf(n)) return "without limit";
  static constexpr std::string_view units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  while (n >= 999.5 && unit + 1 < std::size(units)) {
    n /= 1000;
    ++unit;
  }
  return fmt::format("{}{}{}", three_digits(n), hard_space, units[unit]);
}

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{}{}{}", with_separators(static_cast<std::int64_t>(n)), hard_space, n == 1 ? one : many);
}

std::string Clock::offset() const {
  if (utc_offset_seconds == 0) return "UTC";
  const std::int32_t minutes = std::abs(utc_offset_seconds) / 60;
  return fmt::format("{}{:02}:{:02}", utc_offset_seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string Clock::full(SimTime t) const {
  const CivilTime c = civil(*this, t);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", c.year, c.month, c.day, hard_space, c.hour, c.minute,
                     c.second);
}

std::string Clock::brief(SimTime t) const {
  const CivilTime c = civil(*this, t);
  return fmt::format("{:02}-{:02}{}{:02}:{:02}:{:02}", c.month, c.day, hard_space, c.hour, c.minute, c.second);
}

std::string Clock::iso(SimTime t) const {
  const CivilTime c = civil(*this, t);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", c.year, c.month, c.day, c.hour, c.minute, c.second,
                     utc_offset_seconds == 0 ? "Z" : offset());
}

std::int64_t Clock::milliseconds(SimTime t) const { return start->seconds * 1000 + t.us() / 1000; }

void Digest::add(std::string_view text) {
  for (const char c : text) {
    value_ ^= static_cast<unsigned char>(c);
    value_ *= 1099511628211ULL;
  }
}

std::string Digest::text() const { return fmt::format("{:016x}", value_); }

}  // namespace moshimo::report
