// Numbers as people read them: durations in two units, counts in words, moments by the clock of the scenario.
//
// Durations are rounded down, so that a deadline is not stated later than it is; what is but a second short of an hour
// or a minute short of a day's hour counts as that. Spaces inside a number do not break.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/quantity.hpp"
#include "models/expression.hpp"

namespace moshimo::report {

std::string duration_text(Duration d);                                            // 3 d 4 h, 5 h 58 min, 4 s, for ever
std::string precise_text(Duration d);                                             // to the second: 24 d 45 min
std::string minute_text(Duration d);                                              // to the minute: 1 d 2 h 11 min
std::string about_text(Duration d);                                               // rounded to the nearest
std::string count_text(double n);                                                 // 3, 56,620, 1.2 million
std::string bytes_text(double n);                                                 // 600 B, 1.5 GB
std::string counted(std::size_t n, std::string_view one, std::string_view many);  // 1 step, 3 steps

// The clock of a scenario, if it has one.
struct Clock {
  std::optional<models::Moment> start;
  std::int32_t utc_offset_seconds = 0;

  bool is_set() const { return start.has_value(); }
  std::string offset() const;                  // +09:00, UTC
  std::string full(SimTime t) const;           // 2025-05-12 10:00:04
  std::string brief(SimTime t) const;          // 05-12 10:00:04
  std::string iso(SimTime t) const;            // 2025-05-12T10:00:04+09:00
  std::int64_t milliseconds(SimTime t) const;  // since 1970
};

// FNV-1a over 64 bits.
class Digest {
 public:
  void add(std::string_view text);
  std::string text() const;  // 16 hexadecimal digits

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

}  // namespace moshimo::report
