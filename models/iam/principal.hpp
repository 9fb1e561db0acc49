// Whom a `Principal` or `NotPrincipal` element names, and how directly that is the caller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/cursor.hpp"
#include "models/iam/request.hpp"

namespace moshimo::models::iam {

// How a resource policy that names the caller reaches it. In the caller's own account a later one needs less from the
// caller's other policies.
enum class Reach : std::uint8_t {
  none,
  account,  // its account: the caller's own policies have to allow, too
  role,     // its role: boundary and session policies still limit it
  direct,   // the user, the session or everybody
};

struct Principal {
  enum class Kind : std::uint8_t { everybody, account, arn, unique_id, service, provider, canonical_user };
  Kind kind = Kind::everybody;
  std::string text;  // an account number, an ARN, an ID, a name
};

Reach reach(const Principal& principal, const Caller& caller);
Reach reach(const std::vector<Principal>& principals, const Caller& caller);  // the furthest

// Whether a Deny statement with `NotPrincipal` leaves the caller alone: each of the identities it has (account and
// user; account, role and session) must be named, since AWS may check one after the other.
bool spares(const std::vector<Principal>& principals, const Caller& caller);

std::vector<Principal> read_principals(const input::Cursor& at);

}  // namespace moshimo::models::iam
