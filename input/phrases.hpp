// Pieces of the sentences that messages are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moshimo::input {

// "a", "a and b", "a, b or c" with `last` = "and" or "or".
template <class Word>
std::string enumerated(const std::vector<Word>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? ' ' + std::string(last) + ' ' : std::string(", ");
    text += words[i];
  }
  return text;
}

// A way round, place by place, of which a long one is cut in its middle: "a to b to c".
std::string way_round(const std::vector<std::string>& places);

// "a queue", "an alias".
std::string with_article(std::string_view word);

}  // namespace moshimo::input
