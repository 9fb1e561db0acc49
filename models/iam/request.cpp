#include "models/iam/request.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models::iam {
namespace {

constexpr auto name_of = [](const auto& entry) -> std::string_view { return entry.first; };

std::string_view behind_last_slash(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  return slash == std::string_view::npos ? text : text.substr(slash + 1);
}

Caller signed_caller(CallerKind kind, std::string arn, std::string_view type) {
  Caller caller;
  caller.kind = kind;
  caller.account = arn_part(arn, 4);
  caller.keys.set("aws:PrincipalType", std::string(type));
  caller.keys.set("aws:PrincipalAccount", caller.account);
  caller.keys.set("kms:CallerAccount", caller.account);
  caller.keys.set("aws:PrincipalIsAWSService", "false");
  caller.keys.set("aws:ViaAWSService", "false");
  caller.keys.set("aws:SecureTransport", "true");
  caller.arn = std::move(arn);
  return caller;
}

}  // namespace

void Keys::set(std::string_view name, std::vector<std::string> values) {
  std::string lower = lower_case(name);
  const auto at = std::ranges::lower_bound(sorted_, std::string_view(lower), {}, name_of);
  if (at != sorted_.end() && at->first == lower) {
    at->second = std::move(values);
  } else {
    sorted_.emplace(at, std::move(lower), std::move(values));
  }
}

const std::vector<std::string>* Keys::find(std::string_view lower_name) const {
  const auto at = std::ranges::lower_bound(sorted_, lower_name, {}, name_of);
  return at != sorted_.end() && at->first == lower_name ? &at->second : nullptr;
}

Caller user(std::string arn, std::string unique_id) {
  Caller caller = signed_caller(CallerKind::user, std::move(arn), "User");
  caller.keys.set("aws:PrincipalArn", caller.arn);
  caller.keys.set("aws:username", std::string(behind_last_slash(caller.arn)));
  if (!unique_id.empty()) caller.keys.set("aws:userid", unique_id);
  caller.unique_id = std::move(unique_id);
  return caller;
}

Caller role_session(std::string role_arn, std::string session_name, std::string role_id) {
  Caller caller = signed_caller(CallerKind::role_session, std::move(role_arn), "AssumedRole");
  caller.session_arn = fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", arn_part(caller.arn, 1), caller.account,
                                   behind_last_slash(caller.arn), session_name);
  caller.is_service_linked = arn_part(caller.arn, 5).starts_with("role/aws-service-role/");
  caller.keys.set("aws:PrincipalArn", caller.arn);
  if (!role_id.empty()) caller.keys.set("aws:userid", role_id + ":" + session_name);
  caller.unique_id = std::move(role_id);
  return caller;
}

Caller federated_user(std::string user_arn, std::string session_name) {
  Caller caller = signed_caller(CallerKind::federated_user, std::move(user_arn), "FederatedUser");
  caller.session_arn =
      fmt::format("arn:{}:sts::{}:federated-user/{}", arn_part(caller.arn, 1), caller.account, session_name);
  caller.keys.set("aws:PrincipalArn", caller.session_arn);
  caller.keys.set("aws:userid", caller.account + ":" + session_name);
  return caller;
}

Caller root_user(std::string_view account, std::string_view partition) {
  Caller caller = signed_caller(CallerKind::root, fmt::format("arn:{}:iam::{}:root", partition, account), "Account");
  caller.keys.set("aws:PrincipalArn", caller.arn);
  caller.keys.set("aws:userid", caller.account);
  return caller;
}

Caller service(std::string name) {
  Caller caller;
  caller.kind = CallerKind::service;
  caller.keys.set("aws:PrincipalIsAWSService", "true");
  caller.keys.set("aws:PrincipalServiceName", name);
  caller.keys.set("aws:PrincipalServiceNamesList", name);
  caller.keys.set("aws:SecureTransport", "true");
  caller.name = std::move(name);
  return caller;
}

Caller identity_provider(std::string name) {
  Caller caller;
  caller.kind = CallerKind::provider;
  caller.keys.set("aws:FederatedProvider", name);
  caller.keys.set("aws:SecureTransport", "true");
  caller.name = std::move(name);
  return caller;
}

Caller anonymous() {
  Caller caller;
  caller.keys.set("aws:PrincipalType", "Anonymous");
  caller.keys.set("aws:PrincipalIsAWSService", "false");
  caller.keys.set("aws:SecureTransport", "true");
  return caller;
}

std::string_view account_of_resource(const Request& request) {
  if (!request.resource_account.empty()) return request.resource_account;
  if (const std::string_view account = arn_part(request.resource, 4); !account.empty()) return account;
  return request.caller->account;
}

const std::vector<std::string>* Facts::find(std::string_view lower_name) const {
  if (const auto* values = request_.keys.find(lower_name)) return values;
  if (const auto* values = request_.caller->keys.find(lower_name)) return values;
  if (lower_name != "aws:resourceaccount") return nullptr;
  if (resource_account_.empty()) resource_account_.emplace_back(account_of_resource(request_));
  return resource_account_.front().empty() ? nullptr : &resource_account_;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view arn_part(std::string_view arn, std::size_t n) {
  constexpr std::size_t last = 5;
  if (!arn.starts_with("arn:")) return {};
  for (std::size_t part = 0;; ++part) {
    const std::size_t colon = arn.find(':');
    if (part == n) return part == last ? arn : arn.substr(0, colon);
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
}

}  // namespace moshimo::models::iam
