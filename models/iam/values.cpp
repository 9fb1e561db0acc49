#include "models/iam/values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

#include "models/iam/request.hpp"

namespace moshimo::models::iam {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes exactly `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

struct Clock {
  std::int64_t microseconds = 0;  // since midnight in UTC, so it may lie on a neighbouring day
};

// 10:30Z, 10:30:15.25+02:00
std::optional<Clock> parse_clock(std::string_view text) {
  constexpr std::int64_t second = 1'000'000;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 24 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t at = ((std::int64_t{*hours} * 60 + *minutes) * 60) * second;
  if (take(text, ':')) {
    const auto seconds = take_digits(text, 2);
    if (!seconds || *seconds > 60) return std::nullopt;
    at += *seconds * second;
    if (take(text, '.')) {
      std::int64_t unit = second / 10;
      if (text.empty() || !is_digit(text.front())) return std::nullopt;
      while (!text.empty() && is_digit(text.front())) {
        at += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
      }
    }
  }
  if (text == "Z" || text == "z") return Clock{at};
  const bool is_east = text.starts_with('+');
  if (!is_east && !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto off_hours = take_digits(text, 2);
  take(text, ':');
  const auto off_minutes = take_digits(text, 2);
  if (!off_hours || !off_minutes || *off_hours > 23 || *off_minutes > 59 || !text.empty()) return std::nullopt;
  const std::int64_t offset = ((std::int64_t{*off_hours} * 60 + *off_minutes) * 60) * second;
  return Clock{is_east ? at - offset : at + offset};
}

std::optional<AddressRange> parse_v4(std::string_view text) {
  AddressRange address;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0 && !take(text, '.')) return std::nullopt;
    int value = 0;
    std::size_t digits = 0;
    for (; !text.empty() && is_digit(text.front()) && digits < 3; ++digits, text.remove_prefix(1)) {
      value = value * 10 + (text.front() - '0');
    }
    if (digits == 0 || value > 255) return std::nullopt;
    address.bytes[i] = static_cast<std::uint8_t>(value);
  }
  if (!text.empty()) return std::nullopt;
  address.bits = 32;
  return address;
}

std::optional<AddressRange> parse_v6(std::string_view text) {
  AddressRange address{.bits = 128, .is_v6 = true};
  std::array<std::uint16_t, 8> groups{};
  std::size_t count = 0;
  std::size_t gap = groups.size() + 1;  // before this group stand the zeros of `::`
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == groups.size()) return std::nullopt;
    if (text.find(':') == std::string_view::npos && text.find('.') != std::string_view::npos) {
      const auto tail = parse_v4(text);
      if (!tail || count + 2 > groups.size()) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(tail->bytes[0] * 256 + tail->bytes[1]);
      groups[count++] = static_cast<std::uint16_t>(tail->bytes[2] * 256 + tail->bytes[3]);
      text = {};
      break;
    }
    std::uint16_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 4), value, 16);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    groups[count++] = value;
    if (text.empty()) break;
    if (!take(text, ':') || text.empty()) return std::nullopt;
    if (take(text, ':')) {
      if (gap <= groups.size()) return std::nullopt;
      gap = count;
    }
  }
  const bool has_gap = gap <= groups.size();
  if (has_gap ? count == groups.size() : count != groups.size()) return std::nullopt;
  const std::size_t zeros = groups.size() - count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t to = has_gap && i >= gap ? i + zeros : i;
    address.bytes[2 * to] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes[2 * to + 1] = static_cast<std::uint8_t>(groups[i] & 0xFF);
  }
  return address;
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  namespace c = std::chrono;
  constexpr std::int64_t second = 1'000'000;
  constexpr std::size_t year_digits = 4;
  if (text.size() > year_digits && text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || seconds > 9'000'000'000'000) return std::nullopt;
    return seconds * second;
  }
  const auto y = take_digits(text, year_digits);
  if (!y) return std::nullopt;
  int m = 1;
  int d = 1;
  std::int64_t clock = 0;
  if (take(text, '-')) {
    const auto month = take_digits(text, 2);
    if (!month) return std::nullopt;
    m = *month;
    if (take(text, '-')) {
      const auto day = take_digits(text, 2);
      if (!day) return std::nullopt;
      d = *day;
      if (take(text, 'T') || take(text, 't')) {
        const auto time = parse_clock(text);
        if (!time) return std::nullopt;
        clock = time->microseconds;
        text = {};
      }
    }
  }
  const c::year_month_day date{c::year(*y), c::month(static_cast<unsigned>(m)), c::day(static_cast<unsigned>(d))};
  if (!text.empty() || !date.ok()) return std::nullopt;
  return c::duration_cast<c::microseconds>(c::sys_days(date).time_since_epoch()).count() + clock;
}

std::optional<std::string> parse_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = digits.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return bytes;
}

std::optional<bool> parse_true_or_false(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower == "true") return true;
  if (lower == "false") return false;
  return std::nullopt;
}

bool AddressRange::contains(const AddressRange& other) const {
  if (is_v6 != other.is_v6 || other.bits < bits) return false;
  const std::size_t whole = bits / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    if (bytes[i] != other.bytes[i]) return false;
  }
  const int rest = bits % 8;
  return rest == 0 || bytes[whole] >> (8 - rest) == other.bytes[whole] >> (8 - rest);
}

std::optional<AddressRange> parse_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  auto range = address.find(':') == std::string_view::npos ? parse_v4(address) : parse_v6(address);
  if (!range || slash == std::string_view::npos) return range;
  const std::string_view prefix = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  if (error != std::errc{} || end != prefix.data() + prefix.size() || bits > range->bits) return std::nullopt;
  range->bits = static_cast<std::uint8_t>(bits);
  return range;
}

}  // namespace moshimo::models::iam
