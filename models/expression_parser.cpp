#include "models/expression_parser.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models {

using input::Diagnostics;
using input::Position;

std::vector<std::string_view> views(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == ':'; }

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Reads one scalar from left to right. A mistake is thrown inside and reported once per scalar.
class Scanner {
 public:
  struct Mistake {
    std::size_t at;
    std::string message;
  };

  Scanner(std::string_view text, const Tree& tree, const Words& words) : text_(text), tree_(tree), words_(words) {}

  // `from` is added to positions: the scanned text is a part of the scalar that begins there.
  void begins_at(std::size_t from) { from_ = from; }

  Expression whole_expression(bool free_words) {
    free_words_ = free_words;
    Expression e = sum();
    expect_end();
    return e;
  }
  Path whole_path() {
    skip_spaces();
    Path p = path();
    expect_end();
    return p;
  }
  Test whole_test() {
    free_words_ = true;
    Test t = either();
    expect_end();
    return t;
  }

 private:
  [[noreturn]] void fail(std::string message) const { throw Mistake{from_ + i_, std::move(message)}; }
  [[noreturn]] void fail_at(std::size_t at, std::string message) const {
    throw Mistake{from_ + at, std::move(message)};
  }
  Position here(std::size_t at) const { return tree_.inside(from_ + at); }
  bool at_end() const { return i_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[i_]; }
  void skip_spaces() {
    while (!at_end() && (text_[i_] == ' ' || text_[i_] == '\n')) ++i_;
  }
  void expect_end() {
    skip_spaces();
    if (!at_end()) fail(fmt::format("'{}' was not expected here", text_.substr(i_)));
  }
  void expect(char c) {
    skip_spaces();
    if (peek() != c) fail(at_end() ? fmt::format("'{}' is missing at the end", c) : fmt::format("expected '{}'", c));
    ++i_;
  }
  bool take_word(std::string_view word) {
    skip_spaces();
    if (text_.substr(i_, word.size()) != word) return false;
    const std::size_t after = i_ + word.size();
    if (after < text_.size() && is_word_char(text_[after])) return false;
    i_ = after;
    return true;
  }
  // An operator with spaces around it.
  bool take_operator(char c) {
    std::size_t j = i_;
    while (j < text_.size() && text_[j] == ' ') ++j;
    if (j == i_ || j + 1 >= text_.size() || text_[j] != c || text_[j + 1] != ' ') return false;
    i_ = j + 2;
    return true;
  }
  bool take_function(std::string_view name) {
    skip_spaces();
    if (text_.substr(i_, name.size()) != name || i_ + name.size() >= text_.size() || text_[i_ + name.size()] != '(') {
      return false;
    }
    i_ += name.size() + 1;
    return true;
  }
  std::string_view word() {
    const std::size_t begin = i_;
    while (!at_end() && is_word_char(peek())) ++i_;
    return text_.substr(begin, i_ - begin);
  }

  // ---- expressions ----
  Expression binary(Expression::Kind kind, Expression a, Expression b) const {
    Expression e;
    e.kind = kind;
    e.at = a.at;
    e.operands.push_back(std::move(a));
    e.operands.push_back(std::move(b));
    return e;
  }
  Expression sum() {
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
  Expression product() {
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
  Expression function(Expression::Kind kind, std::size_t at) {
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
  Expression literal(std::string text, std::size_t at) const {
    Expression e;
    e.kind = Expression::Kind::text;
    e.at = here(at);
    e.text.at = e.at;
    if (!text.empty()) e.text.parts.push_back({TextPart::Kind::literal, std::move(text), {}});
    return e;
  }
  // Counts how deep brackets and `not` are nested, so that no text can exhaust the stack.
  struct Nested {
    explicit Nested(const Scanner& scanner) : depth(scanner.depth_) {
      if (++depth > 100) scanner.fail("this is nested too deeply");
    }
    ~Nested() { --depth; }
    int& depth;
  };
  Expression operand() {
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

  // The first name of what stands here, without reading on.
  std::string_view first_name() const {
    std::size_t end = i_;
    while (end < text_.size() && is_word_char(text_[end]) && text_[end] != '.') ++end;
    return text_.substr(i_, end - i_);
  }
  bool begins_path(std::string_view name) const {
    return name == "self" || (name == "item" && words_.item) || (name == "caller" && words_.caller) ||
           contains(words_.parameters, name) || contains(words_.members, name) ||
           (name.find(':') != std::string_view::npos);
  }
  Expression word_or_path() {
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

  // ---- paths ----
  Path path() {
    Path p;
    const std::size_t begin = i_;
    p.at = here(begin);
    if (!is_letter(peek())) fail("a path begins with a name");
    const std::string name(first_name());
    const bool is_type = name.find(':') != std::string::npos;
    if (name == "self" && !contains(words_.members, name)) {
      i_ += name.size();
    } else if (name == "item") {
      if (!words_.item) fail("`item` exists only inside a hop with `each`");
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
  Step bracket() {
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

  // What the path before a comparison is compared with: its own options are words, whatever else has that name.
  Expression compared_with(const Expression& subject) {
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

  // ---- tests ----
  Test joined(Test::Kind kind, Test first, std::size_t at) const {
    Test t;
    t.kind = kind;
    t.at = here(at);
    t.tests.push_back(std::move(first));
    return t;
  }
  Test either() {
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
  Test both() {
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
  Test with_arguments(Test::Kind kind, std::size_t at) {
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
  Test single() {
    const Nested nested(*this);
    skip_spaces();
    const std::size_t at = i_;
    if (at_end()) fail("a test is missing at the end");
    if (take_word("not")) return joined(Test::Kind::negation, single(), at);
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
  void need_path(const Expression& e, std::size_t at) const {
    if (e.kind == Expression::Kind::path) return;
    if (e.kind == Expression::Kind::text && e.text.plain()) {
      fail_at(at, fmt::format("{} has no '{}'{}", words_.type, *e.text.plain(),
                              input::did_you_mean(*e.text.plain(), views(words_.members))));
    }
    fail_at(at, "a test begins with a path");
  }
  void add_types(std::vector<std::string>& types, std::string_view name, std::size_t at) const {
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

  std::string_view text_;
  const Tree& tree_;
  const Words& words_;
  std::size_t from_ = 0;
  std::size_t i_ = 0;
  bool free_words_ = false;
  mutable int depth_ = 0;
};

// What stands between the braces of a text and looks like a path or a place.
bool looks_like_path(std::string_view inside) {
  if (inside.empty() || !is_letter(inside.front())) return false;
  int depth = 0;
  for (const char c : inside) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    const bool in_brackets = depth > 0 || c == ']';
    if (!is_word_char(c) && !(in_brackets && (c == '[' || c == ']' || c == '=' || c == ' '))) return false;
    if (depth < 0) return false;
  }
  return depth == 0;
}

}  // namespace

Path ExpressionParser::path(const Tree& tree) const {
  if (!tree.is_scalar()) {
    diagnostics_.error(tree.at, "a path is expected here, such as `role.act`");
    return {};
  }
  Scanner scanner(tree.text, tree, words_);
  try {
    return scanner.whole_path();
  } catch (const Scanner::Mistake& mistake) {
    diagnostics_.error(tree.inside(mistake.at), mistake.message);
    return {};
  }
}

bool ExpressionParser::is_path(const Tree& tree) const {
  if (!tree.is_scalar()) return false;
  const std::string_view text = tree.text;
  std::size_t end = 0;
  while (end < text.size() && is_word_char(text[end]) && text[end] != '.') ++end;
  const std::string_view name = text.substr(0, end);
  if (end < text.size() && text[end] != '.' && text[end] != '[') return false;
  return name == "self" || (name == "item" && words_.item) || (name == "caller" && words_.caller) ||
         contains(words_.parameters, name) || contains(words_.members, name);
}

Text ExpressionParser::text(const Tree& tree) const {
  Text result;
  result.at = tree.at;
  if (!tree.is_scalar()) {
    diagnostics_.error(tree.at, "a text is expected here");
    return result;
  }
  const std::string_view text = tree.text;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) result.parts.push_back({TextPart::Kind::literal, std::move(literal), {}});
    literal.clear();
  };
  static const std::vector<std::string_view> report_places{
      "gap.start", "gap.end", "gap.start_ms", "gap.end_ms", "backlog.events", "backlog.bytes", "now", "step"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    const std::string_view inside = end == std::string_view::npos ? "" : text.substr(i + 1, end - i - 1);
    if (inside.empty() || !looks_like_path(inside)) {
      literal += text[i];
      continue;
    }
    flush();
    const std::size_t dot = inside.find('.');
    const std::string_view first = inside.substr(0, dot);
    if (first == "ask" && dot != std::string_view::npos) {
      result.parts.push_back({TextPart::Kind::ask, std::string(inside.substr(dot + 1)), {}});
      if (!words_.report) {
        diagnostics_.error(tree.inside(i), fmt::format("`{{{}}}` can stand only in a repair", inside));
      }
    } else if (std::find(report_places.begin(), report_places.end(), inside) != report_places.end()) {
      result.parts.push_back({TextPart::Kind::report, std::string(inside), {}});
      if (!words_.report) {
        diagnostics_.error(tree.inside(i), fmt::format("`{{{}}}` can stand only in a repair", inside));
      }
    } else if (first == "gap" || first == "backlog") {
      diagnostics_.error(tree.inside(i), fmt::format("there is no place `{{{}}}`{}", inside,
                                                     input::did_you_mean(inside, report_places)));
    } else {
      Scanner scanner(inside, tree, words_);
      scanner.begins_at(i + 1);
      try {
        result.parts.push_back({TextPart::Kind::path, {}, scanner.whole_path()});
      } catch (const Scanner::Mistake& mistake) {
        diagnostics_.error(tree.inside(mistake.at), mistake.message);
      }
    }
    i = end;
  }
  flush();
  return result;
}

Test ExpressionParser::test(const Tree& tree) const {
  if (!tree.is_scalar()) {
    diagnostics_.error(tree.at, "a test is expected here, such as `not fifo`");
    return {};
  }
  Scanner scanner(tree.text, tree, words_);
  try {
    return scanner.whole_test();
  } catch (const Scanner::Mistake& mistake) {
    diagnostics_.error(tree.inside(mistake.at), mistake.message);
    return {};
  }
}

std::optional<Moment> ExpressionParser::moment(const Tree& tree) const {
  const auto moment = tree.is_scalar() ? parse_moment(tree.text) : std::nullopt;
  if (!moment) diagnostics_.error(tree.at, "a date is expected here, such as 2025-06-25");
  return moment;
}

namespace {

const std::vector<std::string_view> case_keys{"if", "since", "until", "value", "else", "cases", "fact", "assumed"};

bool is_cases(const Tree& tree) {
  return tree.is_map() && std::any_of(tree.children.begin(), tree.children.end(), [](const Tree& child) {
           return child.key == "if" || child.key == "since" || child.key == "until" || child.key == "value" ||
                  child.key == "cases";
         });
}

// Words that make a text an expression even where a text would do.
bool has_operator(std::string_view text) {
  for (const std::string_view sign : {" * ", " / ", " + "}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return text.substr(0, 4) == "min(" || text.substr(0, 4) == "max(" || text.substr(0, 5) == "only(";
}

}  // namespace

Case ExpressionParser::one_case(const Tree& tree, Wanted wanted) const {
  Case result;
  if (const Tree* t = tree.find("if")) result.test = test(*t);
  if (const Tree* t = tree.find("since")) result.since = moment(*t);
  if (const Tree* t = tree.find("until")) result.until = moment(*t);
  if (const Tree* t = tree.find("value")) {
    result.value = expression(*t, wanted);
  } else {
    diagnostics_.error(tree.at, "key 'value' is missing");
  }
  if (const Tree* t = tree.find("fact")) result.fact = t->text;
  if (const Tree* t = tree.find("assumed")) result.assumed = t->text;
  return result;
}

Expression ExpressionParser::cases(const Tree& tree, Wanted wanted) const {
  Expression e;
  e.kind = Expression::Kind::cases;
  e.at = tree.at;
  for (const Tree& child : tree.children) {
    if (std::find(case_keys.begin(), case_keys.end(), child.key) == case_keys.end()) {
      diagnostics_.error(child.key_at,
                         fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, case_keys)));
    }
  }
  if (const Tree* list = tree.find("cases")) {
    if (!list->is_list()) diagnostics_.error(list->at, "`cases` is a list");
    for (const Tree& item : list->children) e.cases.push_back(one_case(item, wanted));
  } else {
    e.cases.push_back(one_case(tree, wanted));
  }
  if (const Tree* otherwise = tree.find("else")) {
    Case last;
    last.value = expression(*otherwise, wanted);
    e.cases.push_back(std::move(last));
  }
  const Tree* fact = tree.find("fact");
  const Tree* assumed = tree.find("assumed");
  for (Case& c : e.cases) {
    if (fact != nullptr && c.fact.empty()) c.fact = fact->text;
    if (assumed != nullptr && c.assumed.empty()) c.assumed = assumed->text;
  }
  return e;
}

Expression ExpressionParser::expression(const Tree& tree, Wanted wanted) const {
  if (is_cases(tree)) return cases(tree, wanted);
  Expression e;
  e.at = tree.at;
  if (tree.is_list() || tree.is_map()) {
    if (wanted == Wanted::quantity) {
      diagnostics_.error(tree.at, "a value is expected here, or cases with `if`, `since` or `until`");
      return e;
    }
    e.kind = tree.is_list() ? Expression::Kind::list : Expression::Kind::map;
    for (const Tree& child : tree.children) {
      if (tree.is_map()) e.keys.push_back(child.key);
      e.operands.push_back(expression(child, wanted));
    }
    return e;
  }
  if (tree.is_null()) {
    diagnostics_.error(tree.at, "a value is missing here");
    return e;
  }
  if (wanted == Wanted::literal || contains(words_.plain, tree.text)) {
    e.kind = Expression::Kind::text;
    e.text.at = tree.at;
    if (!tree.text.empty()) e.text.parts.push_back({TextPart::Kind::literal, tree.text, {}});
    return e;
  }
  const bool plain_text = wanted != Wanted::quantity && !has_operator(tree.text) && !is_path(tree);
  const bool is_place = tree.text.find('{') != std::string::npos && wanted != Wanted::quantity;
  if (is_place || (plain_text && tree.text.find(' ') != std::string::npos) || (plain_text && wanted == Wanted::text)) {
    e.kind = Expression::Kind::text;
    e.text = text(tree);
    return e;
  }
  if (tree.text.empty()) {
    e.kind = Expression::Kind::text;
    e.text.at = tree.at;
    return e;
  }
  if (plain_text) {
    const char first = tree.text.front();
    const bool scans = is_letter(first) ? std::all_of(tree.text.begin(), tree.text.end(), is_word_char)
                                        : parse_quantity(tree.text).has_value();
    const bool is_dotted = is_letter(first) && tree.text.find('.') != std::string::npos;
    if (!scans || is_dotted) {
      e.kind = Expression::Kind::text;
      e.text = text(tree);
      return e;
    }
  }
  Scanner scanner(tree.text, tree, words_);
  try {
    return scanner.whole_expression(wanted != Wanted::quantity);
  } catch (const Scanner::Mistake& mistake) {
    diagnostics_.error(tree.inside(mistake.at), mistake.message);
    return e;
  }
}

}  // namespace moshimo::models
