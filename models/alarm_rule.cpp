#include "models/alarm_rule.hpp"

#include <fmt/format.h>

#include "input/diagnostics.hpp"

namespace moshimo::models {
namespace {

constexpr std::size_t deepest = 100;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

AlarmRule::AlarmRule(std::string text, Find find) : text_(std::move(text)), find_(std::move(find)) {
  either();
  skip_spaces();
  if (at_ < text_.size()) mistake(fmt::format("{} is too much", input::in_quotes(text_.substr(at_))));
  if (!mistakes_.empty()) steps_.clear();
}

void AlarmRule::mistake(std::string says) {
  if (mistakes_.empty()) {
    mistakes_.push_back(std::move(says) + "; a rule joins ALARM(name), OK(name), TRUE and FALSE by AND, OR and NOT");
  }
  at_ = text_.size();
}

void AlarmRule::skip_spaces() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool AlarmRule::takes(std::string_view word) {
  skip_spaces();
  if (std::string_view(text_).substr(at_, word.size()) != word) return false;
  const std::size_t end = at_ + word.size();
  if (is_letter(word.front()) && end < text_.size() && is_letter(text_[end])) return false;
  at_ = end;
  return true;
}

void AlarmRule::either() {
  both();
  while (takes("OR")) {
    both();
    push(Watch::Rule::Kind::either);
  }
}

void AlarmRule::both() {
  one();
  while (takes("AND")) {
    one();
    push(Watch::Rule::Kind::both);
  }
}

void AlarmRule::one() {
  if (++depth_ > deepest) {
    mistake("it is nested too deep");
    return;
  }
  if (takes("NOT")) {
    one();
    push(Watch::Rule::Kind::negation);
  } else if (takes("(")) {
    either();
    if (!takes(")")) mistake("a parenthesis is not closed");
  } else if (takes("TRUE")) {
    push(Watch::Rule::Kind::never);
    push(Watch::Rule::Kind::negation);
  } else if (takes("FALSE")) {
    push(Watch::Rule::Kind::never);
  } else {
    const bool is_alarm = takes("ALARM");
    const bool is_ok = !is_alarm && takes("OK");
    const bool is_open = !is_alarm && !is_ok && takes("INSUFFICIENT_DATA");
    if ((!is_alarm && !is_ok && !is_open) || !takes("(")) {
      mistake(at_ < text_.size() ? fmt::format("{} is not understood", input::in_quotes(text_.substr(at_)))
                                 : std::string("it ends too soon"));
      --depth_;
      return;
    }
    const std::size_t end = text_.find(')', at_);
    std::string name = text_.substr(at_, end == std::string::npos ? end : end - at_);
    while (!name.empty() && (is_space(name.back()) || name.back() == '"' || name.back() == '\'')) name.pop_back();
    while (!name.empty() && (is_space(name.front()) || name.front() == '"' || name.front() == '\'')) name.erase(0, 1);
    if (end == std::string::npos || name.empty()) {
      mistake("the name of an alarm is missing, or its parenthesis is not closed");
      --depth_;
      return;
    }
    at_ = end + 1;
    const ComponentId of = find_(name);
    if (!of.is_set()) unknown_.push_back(name);
    if (is_open || !of.is_set())
      push(Watch::Rule::Kind::never);
    else
      push(Watch::Rule::Kind::alarm, of);
    if (is_ok) push(Watch::Rule::Kind::negation);
  }
  --depth_;
}

}  // namespace moshimo::models
