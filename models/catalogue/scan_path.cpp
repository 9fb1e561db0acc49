#include <fmt/format.h>

#include "models/catalogue/scanner.hpp"

namespace moshimo::models {

Path Scanner::whole_path() {
  skip_spaces();
  Path p = path();
  expect_end();
  return p;
}

Path Scanner::path() {
  Path p;
  const std::size_t begin = i_;
  p.at = here(begin);
  if (!is_letter(peek())) fail("a path begins with a name");
  const std::string name(first_name());
  const bool is_type = name.find(':') != std::string::npos;
  if (name == "self" && !contains(words_.members, name)) {
    i_ += name.size();
  } else if (name == "item") {
    if (!words_.item) fail("`item` exists only inside a hop or a command with `each`");
    p.start = Path::Start::item;
    i_ += name.size();
  } else if (name == "caller" && words_.caller) {
    p.start = Path::Start::caller;
    i_ += name.size();
  } else if (is_type) {
    p.start = Path::Start::type;
    p.name = name;
    i_ += name.size();
  } else if (contains(words_.parameters, name)) {
    p.start = Path::Start::parameter;
    p.name = name;
    i_ += name.size();
  } else {
    if (!contains(words_.members, name)) {
      if (name == "caller") fail("`caller` exists only inside a port");
      std::vector<std::string_view> known = views(words_.members);
      for (const std::string& parameter : words_.parameters) known.push_back(parameter);
      fail(fmt::format("{} has no '{}'{}", words_.type, name, input::did_you_mean(name, known)));
    }
    p.steps.push_back({Step::Kind::member, name, {}});
    i_ += name.size();
  }
  for (;;) {
    if (peek() == '.') {
      ++i_;
      const std::size_t at = i_;
      if (!is_letter(peek())) fail("a name is missing after the dot");
      while (!at_end() && is_word_char(peek()) && peek() != '.' && peek() != ':') ++i_;
      p.steps.push_back({Step::Kind::member, std::string(text_.substr(at, i_ - at)), {}});
    } else if (peek() == '[') {
      ++i_;
      p.steps.push_back(bracket());
    } else {
      break;
    }
  }
  p.text = text_.substr(begin, i_ - begin);
  return p;
}

Step Scanner::bracket() {
  Step step;
  skip_spaces();
  if (peek() == ']') {
    ++i_;
    step.kind = Step::Kind::each;
    return step;
  }
  for (;;) {
    skip_spaces();
    const std::size_t at = i_;
    while (!at_end() && (is_letter(peek()) || is_digit(peek()) || peek() == '-')) ++i_;
    std::string attribute(text_.substr(at, i_ - at));
    if (attribute.empty()) fail("an attribute's name is missing in the brackets");
    skip_spaces();
    if (peek() == ']' && step.matches.empty()) {
      ++i_;
      step.kind = Step::Kind::indexed;
      step.name = std::move(attribute);
      if (!contains(words_.members, step.name)) {
        fail_at(at, fmt::format("{} has no '{}'{}", words_.type, step.name,
                                input::did_you_mean(step.name, views(words_.members))));
      }
      return step;
    }
    step.kind = Step::Kind::matching;
    expect('=');
    if (peek() == '=') ++i_;
    Match match;
    match.attribute = std::move(attribute);
    const bool outer = free_words_;
    free_words_ = true;
    match.value.push_back(operand());
    free_words_ = outer;
    step.matches.push_back(std::move(match));
    if (take_word("and")) continue;
    expect(']');
    return step;
  }
}

}  // namespace moshimo::models
