#include <fmt/format.h>

#include "models/catalogue/scanner.hpp"

namespace moshimo::models {

void Scanner::fail_at(std::size_t at, std::string message) const { throw Mistake{from_ + at, std::move(message)}; }

void Scanner::skip_spaces() {
  while (!at_end() && (text_[i_] == ' ' || text_[i_] == '\n')) ++i_;
}

void Scanner::expect_end() {
  skip_spaces();
  if (!at_end()) fail(fmt::format("'{}' was not expected here", text_.substr(i_)));
}

void Scanner::expect(char c) {
  skip_spaces();
  if (peek() != c) fail(at_end() ? fmt::format("'{}' is missing at the end", c) : fmt::format("expected '{}'", c));
  ++i_;
}

bool Scanner::take_word(std::string_view word) {
  skip_spaces();
  if (text_.substr(i_, word.size()) != word) return false;
  const std::size_t after = i_ + word.size();
  if (after < text_.size() && is_word_char(text_[after])) return false;
  i_ = after;
  return true;
}

// An operator with spaces around it.
bool Scanner::take_operator(char c) {
  std::size_t j = i_;
  while (j < text_.size() && text_[j] == ' ') ++j;
  if (j == i_ || j + 1 >= text_.size() || text_[j] != c || text_[j + 1] != ' ') return false;
  i_ = j + 2;
  return true;
}

bool Scanner::take_function(std::string_view name) {
  skip_spaces();
  if (text_.substr(i_, name.size()) != name || i_ + name.size() >= text_.size() || text_[i_ + name.size()] != '(') {
    return false;
  }
  i_ += name.size() + 1;
  return true;
}

std::string_view Scanner::word() {
  const std::size_t begin = i_;
  while (!at_end() && is_word_char(peek())) ++i_;
  return text_.substr(begin, i_ - begin);
}

// The first name of what stands here, without reading on.
std::string_view Scanner::first_name() const {
  std::size_t end = i_;
  while (end < text_.size() && is_word_char(text_[end]) && text_[end] != '.') ++end;
  return text_.substr(i_, end - i_);
}

}  // namespace moshimo::models
