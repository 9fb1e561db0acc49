// Whom an IAM policy document names: the principals that it allows, and those that its Deny statements spare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/import/values.hpp"

namespace moshimo::models::importing {

struct NamedPrincipal {
  // How the document refers to it, which decides what happens when the principal is re-created.
  enum class By { arn, role_id, arn_condition, account, service };
  By by = By::arn;
  std::string named_as;          // an ARN, a unique ID without its session part, an account number, a service
  bool is_spared = false;        // by a Deny; else allowed
  bool is_in_condition = false;  // as text that AWS never checks; else AWS shows an ID only of who is gone
  friend bool operator==(const NamedPrincipal&, const NamedPrincipal&) = default;
};

std::string_view name_of(NamedPrincipal::By by);  // as the catalogue writes it: role-id

// In order, each once. A principal that is "*" names nobody.
std::vector<NamedPrincipal> principals_of(Value document);

// AWS's own ID of a role or user, which no other ever has.
bool is_unique_id(std::string_view text);
bool is_user_id(std::string_view unique_id);

// What one Principal.AWS text says; empty `named_as` for "*".
NamedPrincipal principal_from(std::string_view text);

}  // namespace moshimo::models::importing
