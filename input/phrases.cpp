#include "input/phrases.hpp"

#include <fmt/format.h>

namespace moshimo::input {

std::string way_round(const std::vector<std::string>& places) {
  constexpr std::size_t shown = 12;  // of a longer way: the first of them, and the last
  std::string way;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places.size() > shown && i == shown - 1) {
      way += fmt::format(" to {} more", places.size() - shown);
      i = places.size() - 1;
    }
    way += (i > 0 ? " to " : "") + places[i];
  }
  return way;
}

std::string with_article(std::string_view word) {
  const bool has_vowel = !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
  return std::string(has_vowel ? "an " : "a ").append(word);
}

}  // namespace moshimo::input
