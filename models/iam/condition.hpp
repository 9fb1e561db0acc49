// One comparison of a statement's `Condition`: an operator, a key of the request, and the values it may have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "input/cursor.hpp"
#include "models/iam/pattern.hpp"
#include "models/iam/values.hpp"

namespace moshimo::models::iam {

enum class Comparison : std::uint8_t {
  pattern,  // the texts and ARNs: how they are compared stands in the pattern
  number_equal,
  number_less,
  number_less_or_equal,
  number_greater,
  number_greater_or_equal,
  date_equal,
  date_less,
  date_less_or_equal,
  date_greater,
  date_greater_or_equal,
  yes_no,
  bytes,
  address,
  null,
};

enum class SetOperator : std::uint8_t { none, for_all_values, for_any_value };

struct Condition {
  Comparison comparison = Comparison::pattern;
  SetOperator set = SetOperator::none;
  bool is_negated = false;
  bool if_exists = false;
  bool ignores_case = false;
  std::string lower_key;
  std::vector<std::variant<Pattern, double, std::int64_t, bool, std::string, AddressRange>> values;
};

bool holds(const Condition& condition, const Facts& facts);

// The comparisons of a `Condition` element; all of them must hold. Mistakes go to the cursor's diagnostics.
std::vector<Condition> read_conditions(const input::Cursor& at, bool has_variables);

}  // namespace moshimo::models::iam
