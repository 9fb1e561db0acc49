#include "models/iam/condition.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace moshimo::models::iam {
namespace {

using input::Cursor;
using input::in_quotes;

struct Operator {
  std::string_view name;
  Comparison comparison = Comparison::pattern;
  bool is_negated = false;
  PatternKind kind = PatternKind::exact;
};

constexpr Operator operators[] = {
    {"StringEquals", Comparison::pattern, false, PatternKind::exact},
    {"StringNotEquals", Comparison::pattern, true, PatternKind::exact},
    {"StringEqualsIgnoreCase", Comparison::pattern, false, PatternKind::ignore_case},
    {"StringNotEqualsIgnoreCase", Comparison::pattern, true, PatternKind::ignore_case},
    {"StringLike", Comparison::pattern, false, PatternKind::like},
    {"StringNotLike", Comparison::pattern, true, PatternKind::like},
    {"NumericEquals", Comparison::number_equal},
    {"NumericNotEquals", Comparison::number_equal, true},
    {"NumericLessThan", Comparison::number_less},
    {"NumericLessThanEquals", Comparison::number_less_or_equal},
    {"NumericGreaterThan", Comparison::number_greater},
    {"NumericGreaterThanEquals", Comparison::number_greater_or_equal},
    {"DateEquals", Comparison::date_equal},
    {"DateNotEquals", Comparison::date_equal, true},
    {"DateLessThan", Comparison::date_less},
    {"DateLessThanEquals", Comparison::date_less_or_equal},
    {"DateGreaterThan", Comparison::date_greater},
    {"DateGreaterThanEquals", Comparison::date_greater_or_equal},
    {"Bool", Comparison::yes_no},
    {"BinaryEquals", Comparison::bytes},
    {"IpAddress", Comparison::address},
    {"NotIpAddress", Comparison::address, true},
    {"ArnEquals", Comparison::pattern, false, PatternKind::arn},
    {"ArnNotEquals", Comparison::pattern, true, PatternKind::arn},
    {"ArnLike", Comparison::pattern, false, PatternKind::arn},
    {"ArnNotLike", Comparison::pattern, true, PatternKind::arn},
    {"Null", Comparison::null},
};

// The keys that every service knows; those that end in a slash go on with the name of a tag.
constexpr std::string_view global_keys[] = {
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:ResourceTag/",
    "aws:SecureTransport",
    "aws:SignInSessionArn",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:referer",
    "aws:userid",
    "aws:username",
};

// A mistyped key is none that AWS refuses: it is just never in a request.
void check_key(const Cursor& entry, std::string_view lower_key) {
  if (lower_key.find(':') == std::string::npos) {
    entry.diagnostics().error(
        entry.key_at(),
        fmt::format("{} is no condition key; one has a prefix, such as aws: or s3:", in_quotes(entry.key())));
    return;
  }
  if (!lower_key.starts_with("aws:")) return;
  const std::string_view name = lower_key.substr(0, std::min(lower_key.find('/'), lower_key.size() - 1) + 1);
  const auto is_known = [&](std::string_view key) { return lower_case(key) == name; };
  if (std::ranges::any_of(global_keys, is_known)) return;
  const std::string hint =
      input::did_you_mean(entry.key().substr(0, name.size()), {std::begin(global_keys), std::end(global_keys)});
  if (hint.empty()) return;  // younger than this list, perhaps
  entry.diagnostics().warning(
      entry.key_at(),
      fmt::format("{} is no condition key that is known, so no request has it{}", in_quotes(entry.key()), hint));
}

// `-1` as a number, less, equal or greater.
bool in_order(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::number_equal:
    case Comparison::date_equal: return order == 0;
    case Comparison::number_less:
    case Comparison::date_less: return order < 0;
    case Comparison::number_less_or_equal:
    case Comparison::date_less_or_equal: return order <= 0;
    case Comparison::number_greater:
    case Comparison::date_greater: return order > 0;
    case Comparison::number_greater_or_equal:
    case Comparison::date_greater_or_equal: return order >= 0;
    case Comparison::pattern:
    case Comparison::yes_no:
    case Comparison::bytes:
    case Comparison::address:
    case Comparison::null: break;
  }
  return false;
}

template <class Value>
bool any_in_order(const Condition& condition, std::optional<Value> found) {
  return found && std::ranges::any_of(condition.values, [&](const auto& value) {
           const Value wanted = std::get<Value>(value);
           return in_order(condition.comparison, *found < wanted ? -1 : *found > wanted ? 1 : 0);
         });
}

template <class Value>
bool any_equal(const Condition& condition, const std::optional<Value>& found) {
  return found &&
         std::ranges::any_of(condition.values, [&](const auto& value) { return std::get<Value>(value) == *found; });
}

// Whether one value of the request is one of those of the policy, before negation.
bool is_one_of(const Condition& condition, const std::string& value, const Facts& facts) {
  switch (condition.comparison) {
    case Comparison::pattern: {
      const auto any = [&](const std::string& text) {
        return std::ranges::any_of(condition.values,
                                   [&](const auto& v) { return std::get<Pattern>(v).matches(text, facts); });
      };
      return condition.ignores_case ? any(lower_case(value)) : any(value);
    }
    case Comparison::number_equal:
    case Comparison::number_less:
    case Comparison::number_less_or_equal:
    case Comparison::number_greater:
    case Comparison::number_greater_or_equal: return any_in_order(condition, parse_decimal(value));
    case Comparison::date_equal:
    case Comparison::date_less:
    case Comparison::date_less_or_equal:
    case Comparison::date_greater:
    case Comparison::date_greater_or_equal: return any_in_order(condition, parse_date(value));
    case Comparison::yes_no: return any_equal(condition, parse_true_or_false(value));
    case Comparison::bytes: return any_equal(condition, parse_base64(value));
    case Comparison::address: {
      const auto found = parse_address(value);
      return found && std::ranges::any_of(condition.values, [&](const auto& range) {
               return std::get<AddressRange>(range).contains(*found);
             });
    }
    case Comparison::null: break;
  }
  return false;
}

void read_value(const Cursor& at, PatternKind kind, bool has_variables, Condition& condition) {
  if (!at.is_scalar()) {
    at.error("a value of a condition must be a text, a number, true or false");
    return;
  }
  const std::string_view text = at.node().text;
  const auto keep = [&](auto value, std::string_view wanted) {
    if (value) {
      condition.values.emplace_back(std::move(*value));
    } else {
      at.error(fmt::format("{} is no {}", in_quotes(text), wanted));
    }
  };
  switch (condition.comparison) {
    case Comparison::pattern: {
      std::string mistake;
      Pattern pattern = Pattern::compile(text, kind, has_variables, mistake);
      if (!mistake.empty()) at.error(std::move(mistake));
      condition.values.emplace_back(std::move(pattern));
      return;
    }
    case Comparison::number_equal:
    case Comparison::number_less:
    case Comparison::number_less_or_equal:
    case Comparison::number_greater:
    case Comparison::number_greater_or_equal: keep(parse_decimal(text), "number"); return;
    case Comparison::date_equal:
    case Comparison::date_less:
    case Comparison::date_less_or_equal:
    case Comparison::date_greater:
    case Comparison::date_greater_or_equal:
      keep(parse_date(text), "date; write one such as 2026-01-31T12:00:00Z, or seconds since 1970");
      return;
    case Comparison::yes_no:
    case Comparison::null: keep(parse_true_or_false(text), "truth value; write true or false"); return;
    case Comparison::bytes: keep(parse_base64(text), "base64 text"); return;
    case Comparison::address:
      keep(parse_address(text), "IP address or range; write one such as 203.0.113.0/24 or 2001:db8::/32");
      return;
  }
}

// The operator without its set operator and `IfExists`, or null after a message.
const Operator* read_operator(const Cursor& at, Condition& condition) {
  constexpr std::string_view all = "ForAllValues:";
  constexpr std::string_view any = "ForAnyValue:";
  constexpr std::string_view if_exists = "IfExists";
  std::string_view name = at.key();
  if (name.starts_with(all)) {
    condition.set = SetOperator::for_all_values;
    name.remove_prefix(all.size());
  } else if (name.starts_with(any)) {
    condition.set = SetOperator::for_any_value;
    name.remove_prefix(any.size());
  }
  if (name.ends_with(if_exists)) {
    condition.if_exists = true;
    name.remove_suffix(if_exists.size());
  }
  const auto* found = std::ranges::find(operators, name, &Operator::name);
  if (found != std::end(operators)) {
    if (found->comparison == Comparison::null && condition.if_exists) {
      at.diagnostics().error(at.key_at(), "'Null' itself asks whether a key exists; write it without IfExists");
      return nullptr;
    }
    return found;
  }
  std::vector<std::string_view> known;
  for (const Operator& o : operators) known.push_back(o.name);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
    const std::string hint = input::did_you_mean(name.substr(0, colon + 1), {all, any});
    at.diagnostics().error(at.key_at(), fmt::format("{} is no set operator{}", in_quotes(name.substr(0, colon + 1)),
                                                    hint.empty() ? "; known: ForAllValues:, ForAnyValue:" : hint));
    return nullptr;
  }
  at.diagnostics().error(
      at.key_at(), fmt::format("{} is no condition operator{}", in_quotes(name), input::did_you_mean(name, known)));
  return nullptr;
}

// AWS calls a statement invalid in which a variable has no value, so it must not hold by being negated.
bool lacks_value(const Condition& condition, const Facts& facts) {
  return condition.is_negated && condition.comparison == Comparison::pattern &&
         std::ranges::any_of(condition.values, [&](const auto& v) { return std::get<Pattern>(v).lacks_value(facts); });
}

}  // namespace

bool holds(const Condition& condition, const Facts& facts) {
  const std::vector<std::string>* found = facts.find(condition.lower_key);
  const bool is_missing = found == nullptr || found->empty();
  if (condition.comparison == Comparison::null) return any_equal(condition, std::optional(is_missing));
  const auto fits = [&](const std::string& value) {
    return is_one_of(condition, value, facts) != condition.is_negated;
  };
  if (is_missing && condition.if_exists) return true;
  if (lacks_value(condition, facts)) return false;
  switch (condition.set) {
    case SetOperator::for_all_values: return is_missing || std::ranges::all_of(*found, fits);
    case SetOperator::for_any_value: return !is_missing && std::ranges::any_of(*found, fits);
    case SetOperator::none: break;
  }
  if (is_missing) return condition.is_negated;
  return condition.is_negated ? std::ranges::all_of(*found, fits) : std::ranges::any_of(*found, fits);
}

std::vector<Condition> read_conditions(const Cursor& at, bool has_variables) {
  std::vector<Condition> conditions;
  if (!at || !at.expect_map("'Condition'")) return conditions;
  for (Cursor block = at.first_child(); block; block = block.next_sibling()) {
    Condition shared;
    const Operator* found = read_operator(block, shared);
    if (!block.expect_map("a condition operator") || found == nullptr) continue;
    shared.comparison = found->comparison;
    shared.is_negated = found->is_negated;
    shared.ignores_case = found->kind == PatternKind::ignore_case;
    for (Cursor entry = block.first_child(); entry; entry = entry.next_sibling()) {
      Condition condition = shared;
      condition.lower_key = lower_case(entry.key());
      check_key(entry, condition.lower_key);
      for (const Cursor& value : entry.one_or_many()) read_value(value, found->kind, has_variables, condition);
      conditions.push_back(std::move(condition));
    }
  }
  return conditions;
}

}  // namespace moshimo::models::iam
