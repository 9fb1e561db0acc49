#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/scanner.hpp"

namespace moshimo::models {

Test Scanner::whole_test() {
  free_words_ = true;
  Test t = either();
  expect_end();
  return t;
}

Test Scanner::joined(Test::Kind kind, Test first, std::size_t at) const {
  Test t;
  t.kind = kind;
  t.at = here(at);
  t.tests.push_back(std::move(first));
  return t;
}

Test Scanner::either() {
  skip_spaces();
  const std::size_t at = i_;
  Test t = both();
  if (!take_word("or")) return t;
  t = joined(Test::Kind::either, std::move(t), at);
  do {
    t.tests.push_back(both());
  } while (take_word("or"));
  return t;
}

Test Scanner::both() {
  skip_spaces();
  const std::size_t at = i_;
  Test t = single();
  if (!take_word("and")) return t;
  t = joined(Test::Kind::all_of, std::move(t), at);
  do {
    t.tests.push_back(single());
  } while (take_word("and"));
  return t;
}

Test Scanner::with_arguments(Test::Kind kind, std::size_t at) {
  Test t;
  t.kind = kind;
  t.at = here(at);
  do {
    t.operands.push_back(operand());
    skip_spaces();
  } while (peek() == ',' && ++i_);
  expect(')');
  return t;
}

Test Scanner::single() {
  const Nested nested(*this);
  skip_spaces();
  const std::size_t at = i_;
  if (at_end()) fail("a test is missing at the end");
  if (take_word("not")) return joined(Test::Kind::negation, single(), at);
  if (take_function("given")) {
    Test t = with_arguments(Test::Kind::given, at);
    if (t.operands.size() != 1 || !is_attribute(t.operands[0], t.operands[0].path.text)) {
      fail_at(at, "given takes an attribute of the component itself");
    }
    return t;
  }
  if (take_function("any")) return with_arguments(Test::Kind::any, at);
  if (take_function("none")) return with_arguments(Test::Kind::none, at);
  if (take_function("starts_with")) {
    Test t = with_arguments(Test::Kind::starts_with, at);
    if (t.operands.size() != 2) fail_at(at, "starts_with takes two texts");
    return t;
  }
  if (peek() == '(') {
    ++i_;
    Test t = either();
    expect(')');
    return t;
  }
  Test t;
  t.at = here(at);
  t.operands.push_back(operand());
  skip_spaces();
  if (text_.substr(i_, 2) == "==") {
    i_ += 2;
    t.kind = Test::Kind::equal;
    t.operands.push_back(compared_with(t.operands[0]));
    return t;
  }
  if (text_.substr(i_, 2) == "!=") {
    i_ += 2;
    t.kind = Test::Kind::equal;
    t.operands.push_back(compared_with(t.operands[0]));
    return joined(Test::Kind::negation, std::move(t), at);
  }
  if (take_word("in")) {
    t.kind = Test::Kind::one_of;
    expect('[');
    do {
      t.operands.push_back(compared_with(t.operands[0]));
      skip_spaces();
    } while (peek() == ',' && ++i_);
    expect(']');
    return t;
  }
  if (take_word("is")) {
    t.kind = Test::Kind::is_type;
    need_path(t.operands[0], at);
    skip_spaces();
    const bool list = peek() == '[';
    if (list) ++i_;
    do {
      skip_spaces();
      const std::size_t type_at = i_;
      const std::string_view type = word();
      if (type.empty()) fail("the name of a type is missing after `is`");
      add_types(t.types, type, type_at);
      skip_spaces();
    } while (list && peek() == ',' && ++i_);
    if (list) expect(']');
    std::sort(t.types.begin(), t.types.end());
    return t;
  }
  t.kind = Test::Kind::present;
  if (t.operands[0].kind == Expression::Kind::yes_no) {
    if (t.operands[0].yes) return Test{};
    t = joined(Test::Kind::negation, Test{}, at);
    return t;
  }
  need_path(t.operands[0], at);
  return t;
}

void Scanner::need_path(const Expression& e, std::size_t at) const {
  if (e.kind == Expression::Kind::path) return;
  if (e.kind == Expression::Kind::text && e.text.plain()) {
    fail_at(at, fmt::format("{} has no '{}'{}", words_.type, *e.text.plain(),
                            input::did_you_mean(*e.text.plain(), views(words_.members))));
  }
  fail_at(at, "a test begins with a path");
}

void Scanner::add_types(std::vector<std::string>& types, std::string_view name, std::size_t at) const {
  if (name.find(':') != std::string_view::npos) {
    types.emplace_back(name);
    return;
  }
  if (words_.groups != nullptr) {
    const auto group = words_.groups->find(name);
    if (group != words_.groups->end()) {
      types.insert(types.end(), group->second.begin(), group->second.end());
      return;
    }
  }
  fail_at(at, fmt::format("'{}' is neither a type (service:type) nor a group", name));
}

}  // namespace moshimo::models
