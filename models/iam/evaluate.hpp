// Whether AWS would allow a request, given the policy documents that apply to it, and because of which statements.
//
// Documents are taken as they stand: an ARN means whoever has it now, a unique ID whoever has that ID. Nothing is
// looked up. What is not modelled stands in docs/policies.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/iam/policy.hpp"
#include "models/iam/request.hpp"

namespace moshimo::models::iam {

using PolicyList = std::vector<const Policy*>;

// The policies attached at every level of the way from the organisation's root to an account, in that order.
struct OrganizationPath {
  std::vector<PolicyList> levels;      // none: no organisation, or policies of this type are not enabled
  bool is_management_account = false;  // then nothing of `levels` applies
};

struct AppliedPolicies {
  PolicyList identity;                // managed and inline, for a user also those of its groups
  const Policy* boundary = nullptr;   // permissions boundary
  std::optional<PolicyList> session;  // unset: the session was made without session policies
  PolicyList resource;                // of the resource: bucket, queue, key or trust policy
  OrganizationPath scps;              // of the caller's account
  OrganizationPath rcps;              // of the resource's account
};

enum class PolicyClass : std::uint8_t { rcp, scp, resource, identity, boundary, session };
std::string_view name_of(PolicyClass c);  // "service control policy"

enum class Verdict : std::uint8_t { allowed, explicit_deny, implicit_deny };
std::string_view name_of(Verdict v);  // "explicit deny"

struct Cited {
  PolicyClass by = PolicyClass::identity;
  const Policy* policy = nullptr;
  std::size_t statement = 0;
  const Statement& it() const { return policy->statements[statement]; }
};

struct Decision {
  Verdict verdict = Verdict::implicit_deny;
  // Allowed: the Allow statements of every way that is enough by itself. Explicit deny: every Deny that applies.
  // Implicit deny: none. In the order of `PolicyClass`.
  std::vector<Cited> because;
  // Implicit deny: the classes without an Allow. Where one of several would have been enough, all of them.
  std::vector<PolicyClass> missing;
  std::optional<std::size_t> scp_level;  // the first level of the organisation that does not allow
};

Decision evaluate(const Request& request, const AppliedPolicies& policies);

// "denied by the service control policy 'guard', statement 'NoKeyDeletion'"
std::string to_text(const Decision& decision);

}  // namespace moshimo::models::iam
