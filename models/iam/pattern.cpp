#include "models/iam/pattern.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/diagnostics.hpp"

namespace moshimo::models::iam {
namespace {

constexpr char any_run = '\x01';
constexpr char any_one = '\x02';
constexpr char run_in_part = '\x03';  // without a colon
constexpr char one_in_part = '\x04';

bool is_wildcard(char c) { return c >= any_run && c <= one_in_part; }

bool ignores_case(PatternKind kind) { return kind == PatternKind::ignore_case || kind == PatternKind::action; }

bool has_wildcards(PatternKind kind) { return kind != PatternKind::exact && kind != PatternKind::ignore_case; }

bool is_arn(PatternKind kind) { return kind == PatternKind::arn || kind == PatternKind::resource; }

// Only the latest run of each sort has to be tried again: an earlier match of what follows it is never worse.
bool matches_text(std::string_view pattern, std::string_view value) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t v = 0;
  std::size_t free_p = none;  // behind the latest run over everything, and where it ends so far
  std::size_t free_v = 0;
  std::size_t part_p = none;  // the same for the latest run within a part, behind that
  std::size_t part_v = 0;
  for (;;) {
    if (p < pattern.size() && pattern[p] == any_run) {
      free_p = ++p;
      free_v = v;
      part_p = none;
      continue;
    }
    if (p < pattern.size() && pattern[p] == run_in_part) {
      part_p = ++p;
      part_v = v;
      continue;
    }
    if (p == pattern.size() && v == value.size()) return true;
    if (p < pattern.size() && v < value.size() &&
        (pattern[p] == value[v] || pattern[p] == any_one || (pattern[p] == one_in_part && value[v] != ':'))) {
      ++p;
      ++v;
      continue;
    }
    if (part_p != none && part_v < value.size() && value[part_v] != ':') {
      p = part_p;
      v = ++part_v;
      continue;
    }
    part_p = none;
    if (free_p == none || free_v == value.size()) return false;
    p = free_p;
    v = ++free_v;
  }
}

}  // namespace

Pattern Pattern::compile(std::string_view text, PatternKind kind, bool has_variables, std::string& mistake) {
  constexpr std::size_t parts = 6;
  Pattern pattern;
  pattern.kind_ = kind;
  std::size_t part = 0;
  const auto literal = [&](char c) {
    pattern.text_ += ignores_case(kind) && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool inside_part = is_arn(kind) && part + 1 < parts;
    if (is_wildcard(c)) {
      mistake = fmt::format("{} holds a control character; remove it", input::in_quotes(text));
      return pattern;
    }
    const bool may_vary = has_variables && !(inside_part && kind == PatternKind::resource);
    if (may_vary && c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) {
        mistake = fmt::format("the variable in {} has no end; write a '}}' behind its name", input::in_quotes(text));
        return pattern;
      }
      std::string_view inside = text.substr(i + 2, end - i - 2);
      i = end;
      if (inside == "*" || inside == "?" || inside == "$") {
        literal(inside.front());
        continue;
      }
      Variable variable{.at = pattern.text_.size()};
      if (const std::size_t comma = inside.find(','); comma != std::string_view::npos) {
        const std::size_t open = inside.find('\'', comma);
        const std::size_t close = inside.rfind('\'');
        if (open == std::string_view::npos || open == close) {
          mistake = fmt::format("the default value in {} is not in single quotes; write ${{key, 'value'}}",
                                input::in_quotes(text));
          return pattern;
        }
        variable.default_value = inside.substr(open + 1, close - open - 1);
        variable.has_default = true;
        inside = inside.substr(0, comma);
      }
      while (inside.ends_with(' ')) inside.remove_suffix(1);
      while (inside.starts_with(' ')) inside.remove_prefix(1);
      if (inside.empty()) {
        mistake = fmt::format("a variable in {} has no name", input::in_quotes(text));
        return pattern;
      }
      variable.lower_name = lower_case(inside);
      pattern.variables_.push_back(std::move(variable));
      continue;
    }
    if (c == '*' && has_wildcards(kind)) {
      const bool ends_part = i + 1 == text.size() || text[i + 1] == ':';
      const bool stays = inside_part && !(kind == PatternKind::resource && ends_part);
      const char run = stays && text != "*" ? run_in_part : any_run;
      const bool follows_variable = !pattern.variables_.empty() && pattern.variables_.back().at == pattern.text_.size();
      if (follows_variable || !pattern.text_.ends_with(run)) pattern.text_ += run;
      pattern.is_plain_ = false;
      continue;
    }
    if (c == '?' && has_wildcards(kind)) {
      pattern.text_ += inside_part ? one_in_part : any_one;
      pattern.is_plain_ = false;
      continue;
    }
    if (c == ':') ++part;
    literal(c);
  }
  pattern.is_any_ = pattern.variables_.empty() && pattern.text_ == std::string_view(&any_run, 1);
  pattern.is_plain_ = pattern.is_plain_ && pattern.variables_.empty();
  return pattern;
}

// Null: the variable has no value. Keys with several values are no variables.
const std::string* Pattern::value_of(const Variable& variable, const Facts& facts) {
  const std::vector<std::string>* values = facts.find(variable.lower_name);
  if (values != nullptr && values->size() == 1) {
    return std::ranges::any_of(values->front(), is_wildcard) ? nullptr : &values->front();
  }
  return variable.has_default ? &variable.default_value : nullptr;
}

bool Pattern::lacks_value(const Facts& facts) const {
  return std::ranges::any_of(variables_, [&](const Variable& v) { return value_of(v, facts) == nullptr; });
}

bool Pattern::fill_in(const Facts& facts, std::string& text) const {
  std::size_t done = 0;
  for (const Variable& variable : variables_) {
    const std::string* value = value_of(variable, facts);
    if (value == nullptr) return false;
    text.append(text_, done, variable.at - done);
    text += ignores_case(kind_) ? lower_case(*value) : *value;
    done = variable.at;
  }
  text.append(text_, done);
  return true;
}

bool Pattern::matches(std::string_view value, const Facts& facts) const {
  if (is_any_) return true;
  if (is_plain_) return value == text_;
  if (variables_.empty()) return matches_text(text_, value);
  std::string text;
  return fill_in(facts, text) && matches_text(text, value);
}

}  // namespace moshimo::models::iam
