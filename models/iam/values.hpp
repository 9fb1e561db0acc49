// Values of conditions other than texts: numbers, dates, addresses and bytes, each read from its text form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moshimo::models::iam {

std::optional<double> parse_decimal(std::string_view text);      // -3, 10, 2.5
std::optional<std::int64_t> parse_date(std::string_view text);   // microseconds since 1970; W3C form or epoch seconds
std::optional<std::string> parse_base64(std::string_view text);  // the bytes
std::optional<bool> parse_true_or_false(std::string_view text);  // in any case

// An address, or all that share its first bits: 203.0.113.0/24, 2001:db8::/32, ::1.
struct AddressRange {
  std::array<std::uint8_t, 16> bytes{};  // IPv4: the first four
  std::uint8_t bits = 0;
  bool is_v6 = false;
  bool contains(const AddressRange& other) const;
};
std::optional<AddressRange> parse_address(std::string_view text);

}  // namespace moshimo::models::iam
