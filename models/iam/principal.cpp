#include "models/iam/principal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models::iam {
namespace {

using input::Cursor;
using input::in_quotes;
using Kind = Principal::Kind;

bool is_account_number(std::string_view text) {
  constexpr std::size_t digits = 12;
  return text.size() == digits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// AROA..., AIDA...: what remains of a principal that was deleted.
bool is_unique_id(std::string_view text) {
  const bool is_of_role_or_user = text.size() > 4 && (text.starts_with("AROA") || text.starts_with("AIDA"));
  constexpr std::size_t shortest = 16;
  const auto is_of_id = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return (is_of_role_or_user || (text.size() >= shortest && text.starts_with('A'))) &&
         std::ranges::all_of(text, is_of_id);
}

// The ARN of a user, a role, a session, or of an origin access identity of CloudFront.
bool is_somebody(std::string_view arn) {
  const std::string_view service = arn_part(arn, 2);
  const std::string_view rest = arn_part(arn, 5);
  if (service == "iam" && rest.starts_with("group/")) return false;
  if (service == "iam" && arn.find("cloudfront") != std::string_view::npos) return true;
  if (!is_account_number(arn_part(arn, 4))) return false;
  return (service == "iam" && (rest.starts_with("user/") || rest.starts_with("role/"))) ||
         (service == "sts" && (rest.starts_with("assumed-role/") || rest.starts_with("federated-user/")));
}

void read_aws(const Cursor& at, std::vector<Principal>& principals) {
  const std::string_view text = at.node().text;
  const std::string_view service = arn_part(text, 2);
  const std::string_view account = arn_part(text, 4);
  const std::string_view rest = arn_part(text, 5);
  if (text == "*") {
    principals.push_back({Kind::everybody, {}});
  } else if (is_account_number(text)) {
    principals.push_back({Kind::account, std::string(text)});
  } else if (is_unique_id(text)) {
    principals.push_back({Kind::unique_id, std::string(text)});
  } else if (text.find_first_of("*?") != std::string_view::npos) {
    at.error(
        fmt::format("{} has a wildcard, and a principal is '*' or one name; compare aws:PrincipalArn in a condition",
                    in_quotes(text)));
  } else if (service == "iam" && rest == "root" && is_account_number(account)) {
    principals.push_back({Kind::account, std::string(account)});
  } else if (is_somebody(text)) {
    principals.push_back({Kind::arn, std::string(text)});
  } else if (service == "iam" && rest.starts_with("group/")) {
    at.error(fmt::format("{} is a group, and a group is no principal; name its users", in_quotes(text)));
  } else {
    at.error(fmt::format("{} is no principal; write an account number, the ARN of a user, role or session, or '*'",
                         in_quotes(text)));
  }
}

}  // namespace

Reach reach(const Principal& principal, const Caller& caller) {
  switch (principal.kind) {
    case Kind::everybody: return Reach::direct;
    case Kind::account:
      return !caller.account.empty() && principal.text == caller.account ? Reach::account : Reach::none;
    case Kind::arn:
      if (!caller.session_arn.empty() && principal.text == caller.session_arn) return Reach::direct;
      if (caller.arn.empty() || principal.text != caller.arn) return Reach::none;
      return caller.kind == CallerKind::user ? Reach::direct : Reach::role;
    case Kind::unique_id:
      if (caller.unique_id.empty() || principal.text != caller.unique_id) return Reach::none;
      return caller.kind == CallerKind::user ? Reach::direct : Reach::role;
    case Kind::service:
      return caller.kind == CallerKind::service && (principal.text == "*" || principal.text == caller.name)
                 ? Reach::direct
                 : Reach::none;
    case Kind::provider:
      return caller.kind == CallerKind::provider && principal.text == caller.name ? Reach::direct : Reach::none;
    case Kind::canonical_user:
      return !caller.canonical_id.empty() && principal.text == caller.canonical_id ? Reach::account : Reach::none;
  }
  return Reach::none;
}

Reach reach(const std::vector<Principal>& principals, const Caller& caller) {
  Reach furthest = Reach::none;
  for (const Principal& principal : principals) furthest = std::max(furthest, reach(principal, caller));
  return furthest;
}

bool spares(const std::vector<Principal>& principals, const Caller& caller) {
  const auto names = [&](Reach wanted) {
    return std::ranges::any_of(
        principals, [&](const Principal& p) { return p.kind == Kind::everybody || reach(p, caller) == wanted; });
  };
  switch (caller.kind) {
    case CallerKind::role_session:
    case CallerKind::federated_user: return names(Reach::account) && names(Reach::role) && names(Reach::direct);
    case CallerKind::user: return names(Reach::account) && names(Reach::direct);
    case CallerKind::root: return names(Reach::account);
    case CallerKind::service:
    case CallerKind::provider:
    case CallerKind::anonymous: return names(Reach::direct);
  }
  return false;
}

std::vector<Principal> read_principals(const Cursor& at) {
  std::vector<Principal> principals;
  if (at.is_scalar()) {
    if (at.node().text == "*") {
      principals.push_back({Kind::everybody, {}});
    } else {
      at.error(
          fmt::format("a principal is '*' or an object such as {{\"AWS\": ...}}, found {}", in_quotes(at.node().text)));
    }
    return principals;
  }
  if (!at.expect_map("a principal")) return principals;
  at.allow_only({"AWS", "Service", "Federated", "CanonicalUser"});
  if (at.size() == 0) at.error("nobody is named; write '*' or {\"AWS\": ...}");
  for (Cursor kind = at.first_child(); kind; kind = kind.next_sibling()) {
    if (kind.is_list() && kind.size() == 0) kind.error("nobody is named; write at least one principal");
    for (const Cursor& one : kind.one_or_many()) {
      if (!one.is_scalar()) {
        one.error("a principal must be a text");
      } else if (kind.key() == "AWS") {
        read_aws(one, principals);
      } else if (kind.key() == "Service") {
        if (one.node().text != "*" && one.node().text.find('.') == std::string_view::npos) {
          one.error(fmt::format("{} is no service principal; one looks like lambda.amazonaws.com",
                                in_quotes(one.node().text)));
        }
        principals.push_back({Kind::service, std::string(one.node().text)});
      } else if (kind.key() == "Federated") {
        principals.push_back({Kind::provider, std::string(one.node().text)});
      } else if (kind.key() == "CanonicalUser") {
        principals.push_back({Kind::canonical_user, std::string(one.node().text)});
      }
    }
  }
  return principals;
}

}  // namespace moshimo::models::iam
