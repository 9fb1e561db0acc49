// One call to AWS as policies see it: who calls, which action, on which resource, and with which condition keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moshimo::models::iam {

// Condition keys with their values. Names are compared without regard to case, as AWS does.
class Keys {
 public:
  void set(std::string_view name, std::vector<std::string> values);  // replaces what was set before
  void set(std::string_view name, std::string value) { set(name, std::vector<std::string>{std::move(value)}); }
  // `lower_name` in small letters; null when the request does not carry the key.
  const std::vector<std::string>* find(std::string_view lower_name) const;

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> sorted_;
};

enum class CallerKind : std::uint8_t {
  user,            // an IAM user with its own access key
  role_session,    // a session of a role
  federated_user,  // a session of GetFederationToken
  root,            // the root user of an account
  service,         // an AWS service on its own behalf
  provider,        // a token of an identity provider, before it has become a role session
  anonymous,
};

// Built once by one of the functions below, then used for any number of requests. `keys` holds the condition keys that
// follow from who the caller is; tags, the organisation and the like are set by whoever knows them.
struct Caller {
  CallerKind kind = CallerKind::anonymous;
  bool is_service_linked = false;
  std::string account;      // empty: none (service, provider, anonymous)
  std::string arn;          // user, role, root; of a federated user: the user who asked for the session
  std::string session_arn;  // role session, federated user
  std::string unique_id;    // AIDA..., AROA...; empty: unknown
  std::string name;         // of a service or provider
  std::string canonical_id;
  Keys keys;
};

Caller user(std::string arn, std::string unique_id = {});
Caller role_session(std::string role_arn, std::string session_name, std::string role_id = {});
Caller federated_user(std::string user_arn, std::string session_name);
Caller root_user(std::string_view account, std::string_view partition = "aws");
Caller service(std::string name);            // lambda.amazonaws.com
Caller identity_provider(std::string name);  // an ARN, or accounts.google.com
Caller anonymous();

struct Request {
  const Caller* caller = nullptr;
  std::string action;            // s3:GetObject
  std::string resource = "*";    // an ARN, or * for actions that have none
  std::string resource_account;  // empty: that of the ARN, else the caller's
  Keys keys;                     // go before those of the caller
};

// The account a request's resource belongs to.
std::string_view account_of_resource(const Request& request);

// What condition keys and policy variables are looked up in.
class Facts {
 public:
  explicit Facts(const Request& request) : request_(request) {}
  const std::vector<std::string>* find(std::string_view lower_name) const;

 private:
  const Request& request_;
  mutable std::vector<std::string> resource_account_;
};

std::string lower_case(std::string_view text);  // ASCII only
// The n-th part of an ARN between its colons (from 0); the sixth is the rest. Empty when there is none.
std::string_view arn_part(std::string_view arn, std::size_t n);

}  // namespace moshimo::models::iam
