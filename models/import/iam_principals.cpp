#include "models/import/iam_principals.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "models/import/arn.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::vector<Value> one_or_many(Value value) {
  if (!value) return {};
  if (value.is_list()) return value.items();
  return {value};
}

void add_once(std::vector<NamedPrincipal>& all, NamedPrincipal one) {
  if (one.named_as.empty()) return;
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

// The principals that a statement's conditions name. `spared`: from the negative operators.
std::vector<NamedPrincipal> from_conditions(Value statement, bool negative) {
  std::vector<NamedPrincipal> found;
  const Value conditions = statement.member("Condition");
  for (Value op = conditions.is_map() ? conditions.first() : Value(); op; op = op.next()) {
    if ((lower(op.key()).find("not") != std::string::npos) != negative) continue;
    for (Value entry = op.is_map() ? op.first() : Value(); entry; entry = entry.next()) {
      const std::string key = lower(entry.key());
      for (const Value& value : one_or_many(entry)) {
        std::string text(value.text());
        if (key == "aws:userid") {
          text = text.substr(0, text.find(':'));
          if (is_unique_id(text)) add_once(found, {NamedPrincipal::By::role_id, text, negative, true});
        } else if (key == "aws:principalarn") {
          NamedPrincipal named = principal_from(text);
          if (named.by == NamedPrincipal::By::arn && text.find('*') == std::string::npos) {
            add_once(found, {NamedPrincipal::By::arn_condition, named.named_as, negative, true});
          }
        }
      }
    }
  }
  return found;
}

std::vector<NamedPrincipal> from_principal(Value principal, bool spared) {
  std::vector<NamedPrincipal> found;
  if (principal && !principal.is_map()) add_once(found, principal_from(principal.text()));
  if (!principal.is_map()) return found;
  for (Value kind = principal.first(); kind; kind = kind.next()) {
    for (const Value& value : one_or_many(kind)) {
      NamedPrincipal named;
      if (kind.key() == "AWS") {
        named = principal_from(value.text());
      } else if (kind.key() == "Service") {
        named = {NamedPrincipal::By::service, std::string(value.text()), false};
      } else if (kind.key() == "Federated") {
        named = {value.text().starts_with("arn:") ? NamedPrincipal::By::arn : NamedPrincipal::By::service,
                 std::string(value.text()), false};
      }
      named.is_spared = spared;
      add_once(found, std::move(named));
    }
  }
  return found;
}

}  // namespace

std::string_view name_of(NamedPrincipal::By by) {
  switch (by) {
    case NamedPrincipal::By::arn: return "arn";
    case NamedPrincipal::By::role_id: return "role-id";
    case NamedPrincipal::By::arn_condition: return "arn-condition";
    case NamedPrincipal::By::account: return "account";
    case NamedPrincipal::By::service: return "service";
  }
  return "arn";
}

bool is_unique_id(std::string_view text) {
  if (is_unique_id_placeholder(text)) return true;
  return text.size() > 4 && (text.starts_with("AROA") || text.starts_with("AIDA")) &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

bool is_user_id(std::string_view unique_id) { return unique_id.starts_with("AIDA"); }

NamedPrincipal principal_from(std::string_view text) {
  NamedPrincipal named;
  if (text == "*") return {NamedPrincipal::By::account, "*", false};
  if (text.empty()) return named;
  if (is_account(text)) return {NamedPrincipal::By::account, std::string(text), false};
  if (is_unique_id(text)) return {NamedPrincipal::By::role_id, std::string(text), false};
  // arn:aws:iam::123456789012:root, arn:aws:sts::123456789012:assumed-role/NAME/SESSION
  const std::size_t last = text.rfind(':');
  if (text.starts_with("arn:") && last != std::string_view::npos) {
    const std::string_view resource = text.substr(last + 1);
    const std::string_view before = text.substr(0, last);
    const std::string_view account = before.substr(before.rfind(':') + 1);
    if (resource == "root" && (is_account(account) || is_left_open(account)))
      return {NamedPrincipal::By::account, std::string(account), false};
    if (resource.starts_with("assumed-role/")) {
      std::string_view role = resource.substr(13);
      role = role.substr(0, role.find('/'));
      const std::string_view partition = text.substr(4, text.find(':', 4) - 4);
      return {NamedPrincipal::By::arn, fmt::format("arn:{}:iam::{}:role/{}", partition, account, role), false};
    }
  }
  return {NamedPrincipal::By::arn, std::string(text), false};
}

std::vector<NamedPrincipal> principals_of(Value document) {
  std::vector<NamedPrincipal> all;
  const bool is_bare = !document.member("Statement") && document.member("Effect");  // one statement by itself
  for (const Value& statement : one_or_many(is_bare ? document : document.member("Statement"))) {
    if (!statement.is_map()) continue;
    if (statement.member("Effect").text() == "Deny") {
      for (auto& named : from_conditions(statement, true)) add_once(all, std::move(named));
      for (auto& named : from_principal(statement.member("NotPrincipal"), true)) {
        if (named.by == NamedPrincipal::By::arn || named.by == NamedPrincipal::By::role_id)
          add_once(all, std::move(named));
      }
      continue;
    }
    const auto narrowed = from_conditions(statement, false);
    const auto named = narrowed.empty() ? from_principal(statement.member("Principal"), false) : narrowed;
    for (const auto& one : named) add_once(all, one);
  }
  return all;
}

}  // namespace moshimo::models::importing
