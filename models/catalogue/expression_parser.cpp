#include "models/catalogue/expression_parser.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/scanner.hpp"

namespace moshimo::models {

namespace {

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
