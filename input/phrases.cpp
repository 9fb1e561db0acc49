#include "input/phrases.hpp"

namespace moshimo::input {

std::string with_article(std::string_view word) {
  const bool has_vowel = !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
  return std::string(has_vowel ? "an " : "a ").append(word);
}

}  // namespace moshimo::input
