// A text of a policy that values are compared with: wildcards, and variables that are filled in from the request.
//
// Compiled once. Comparing allocates nothing unless the text has variables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/iam/request.hpp"

namespace moshimo::models::iam {

enum class PatternKind : std::uint8_t {
  exact,        // no wildcards: StringEquals
  like,         // * and ? anywhere: StringLike
  ignore_case,  // exact, compared in small letters
  action,       // like, compared in small letters
  arn,          // each of the first five parts of an ARN on its own: ArnLike
  resource,     // as arn, but a * that ends a part may go on over colons
};

class Pattern {
 public:
  // With `has_variables`, `${...}` is a variable; empty `mistake` when all is well.
  static Pattern compile(std::string_view text, PatternKind kind, bool has_variables, std::string& mistake);

  // `value` in small letters for the kinds that ignore case. A variable without value matches nothing.
  bool matches(std::string_view value, const Facts& facts) const;
  bool is_any() const { return is_any_; }
  bool lacks_value(const Facts& facts) const;  // a variable has none, and no default either

 private:
  struct Variable {
    std::size_t at = 0;  // into text_: it stands before this place
    std::string lower_name = {};
    std::string default_value = {};
    bool has_default = false;
  };
  static const std::string* value_of(const Variable& variable, const Facts& facts);
  bool fill_in(const Facts& facts, std::string& text) const;
  std::string text_;  // wildcards as control characters, so that no other character needs an escape
  std::vector<Variable> variables_;
  PatternKind kind_ = PatternKind::exact;
  bool is_any_ = false;
  bool is_plain_ = true;  // neither wildcards nor variables
};

}  // namespace moshimo::models::iam
