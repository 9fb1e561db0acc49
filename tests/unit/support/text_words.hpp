// The words and values that the lines of a system or a script are made of; each throws what is wrong with its word.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/system.hpp"

namespace moshimo {

inline constexpr std::array<std::string_view, error_class_count> class_names = {
    "denied", "key", "missing", "throttled", "unavailable", "unhealthy", "stalled", "failed"};

// The words of one row, taken from the front.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}
  bool more() const { return next_ < words_.size(); }
  std::string_view peek() const { return more() ? std::string_view(words_[next_]) : std::string_view(); }
  std::string_view take() {
    if (!more()) throw std::runtime_error("the line ends too early");
    return words_[next_++];
  }
  bool take_if(std::string_view word) {
    if (peek() != word) return false;
    ++next_;
    return true;
  }

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

std::vector<std::string> split(std::string_view text, char separator);
bool starts_with_digit(std::string_view word);
double number_from(std::string_view word);
Duration duration_from(std::string_view word);
Delay delay_from(std::string_view word);
Rate rate_from(std::string_view word);
ErrorClass class_from(std::string_view word);
ClassSet classes_from(std::string_view word);
std::vector<Words> rows_from(std::string_view text);
Schedule schedule_from(Words& words);
Profile profile_from(Words& words);

}  // namespace moshimo
