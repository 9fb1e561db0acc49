#include <fmt/format.h>

#include "models/catalogue/scanner.hpp"

namespace moshimo::models {

Expression Scanner::whole_expression(bool free_words) {
  free_words_ = free_words;
  Expression e = sum();
  expect_end();
  return e;
}

Expression Scanner::binary(Expression::Kind kind, Expression a, Expression b) const {
  Expression e;
  e.kind = kind;
  e.at = a.at;
  e.operands.push_back(std::move(a));
  e.operands.push_back(std::move(b));
  return e;
}

Expression Scanner::sum() {
  Expression e = product();
  for (;;) {
    if (take_operator('+')) {
      e = binary(Expression::Kind::add, std::move(e), product());
    } else if (take_operator('-')) {
      e = binary(Expression::Kind::subtract, std::move(e), product());
    } else {
      return e;
    }
  }
}

Expression Scanner::product() {
  Expression e = operand();
  for (;;) {
    if (take_operator('*')) {
      e = binary(Expression::Kind::multiply, std::move(e), operand());
    } else if (take_operator('/')) {
      e = binary(Expression::Kind::divide, std::move(e), operand());
    } else {
      return e;
    }
  }
}

Expression Scanner::function(Expression::Kind kind, std::size_t at) {
  Expression e;
  e.kind = kind;
  e.at = here(at);
  do {
    e.operands.push_back(sum());
    skip_spaces();
  } while (peek() == ',' && ++i_);
  expect(')');
  return e;
}

Expression Scanner::literal(std::string text, std::size_t at) const {
  Expression e;
  e.kind = Expression::Kind::text;
  e.at = here(at);
  e.text.at = e.at;
  if (!text.empty()) e.text.parts.push_back({TextPart::Kind::literal, std::move(text), {}});
  return e;
}

Expression Scanner::operand() {
  const Nested nested(*this);
  skip_spaces();
  const std::size_t at = i_;
  if (at_end()) fail("a value is missing at the end");
  if (take_function("min")) return function(Expression::Kind::least, at);
  if (take_function("max")) return function(Expression::Kind::most, at);
  if (take_function("only")) {
    Expression e;
    e.kind = Expression::Kind::only;
    e.at = here(at);
    skip_spaces();
    Expression inner;
    inner.kind = Expression::Kind::path;
    inner.at = here(i_);
    inner.path = path();
    e.operands.push_back(std::move(inner));
    expect(')');
    return e;
  }
  if (peek() == '(') {
    ++i_;
    Expression e = sum();
    expect(')');
    return e;
  }
  if (peek() == '\'' || peek() == '"') {
    const char quote = peek();
    const std::size_t end = text_.find(quote, i_ + 1);
    if (end == std::string_view::npos) fail("the closing quote is missing");
    std::string inside(text_.substr(i_ + 1, end - i_ - 1));
    i_ = end + 1;
    return literal(std::move(inside), at);
  }
  if (is_digit(peek()) || ((peek() == '-' || peek() == '.') && i_ + 1 < text_.size() && is_digit(text_[i_ + 1]))) {
    std::size_t end = i_;
    while (end < text_.size() && text_[end] != ' ' && text_[end] != ',' && text_[end] != ')' && text_[end] != ']')
      ++end;
    const std::string_view written = text_.substr(i_, end - i_);
    const auto quantity = parse_quantity(written);
    if (!quantity) {
      if (free_words_) {
        i_ = end;
        return literal(std::string(written), at);
      }
      fail(fmt::format("'{}' is no number, duration, size or rate", written));
    }
    i_ = end;
    Expression e;
    e.kind = Expression::Kind::quantity;
    e.quantity = *quantity;
    e.at = here(at);
    return e;
  }
  if (!is_letter(peek())) fail(fmt::format("'{}' was not expected here", text_.substr(i_)));
  return word_or_path();
}

bool Scanner::begins_path(std::string_view name) const {
  return name == "self" || (name == "item" && words_.item) || (name == "caller" && words_.caller) ||
         contains(words_.parameters, name) || contains(words_.members, name) ||
         (name.find(':') != std::string_view::npos);
}

Expression Scanner::word_or_path() {
  const std::size_t at = i_;
  const std::string_view name = first_name();
  std::size_t after = i_ + name.size();
  const char next = after < text_.size() ? text_[after] : '\0';
  const bool alone = next != '.' && next != '[';
  if (alone && !contains(words_.members, name)) {
    if (name == "forever" || name == "unlimited") {
      i_ = after;
      Expression e;
      e.kind = Expression::Kind::quantity;
      e.quantity = Quantity::infinite();
      e.at = here(at);
      return e;
    }
    if (name == "yes" || name == "no" || name == "true" || name == "false") {
      i_ = after;
      Expression e;
      e.kind = Expression::Kind::yes_no;
      e.yes = name == "yes" || name == "true";
      e.at = here(at);
      return e;
    }
  }
  if (!begins_path(name) && free_words_ && (alone || next == '.')) {
    const std::string_view whole = word();
    if (whole.size() == name.size() || whole.find(".amazonaws.com") != std::string_view::npos) {
      return literal(std::string(whole), at);
    }
    i_ = at;
  }
  Expression e;
  e.kind = Expression::Kind::path;
  e.at = here(at);
  e.path = path();
  return e;
}

// What the path before a comparison is compared with: its own options are words, whatever else has that name.
Expression Scanner::compared_with(const Expression& subject) {
  skip_spaces();
  const std::size_t at = i_;
  if (subject.kind == Expression::Kind::path && subject.path.start == Path::Start::component) {
    std::string path;
    for (const Step& step : subject.path.steps) path += (path.empty() ? "" : ".") + step.name;
    const auto found = words_.options.find(path);
    if (found != words_.options.end()) {
      const std::string word(first_name());
      if (contains(found->second, word)) {
        i_ += word.size();
        return literal(word, at);
      }
    }
  }
  return operand();
}

}  // namespace moshimo::models
