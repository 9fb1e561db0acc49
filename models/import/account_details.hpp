// Reads what `aws iam get-account-authorization-details` writes: the roles, users and policies of one account.
#pragma once

#include "models/import/world.hpp"

namespace moshimo::models::importing {

// A user has what its groups have. Policies that AWS manages stay what they are for everybody: references to them are
// kept, and nothing more.
bool read_account_details(Value root, Documents& documents, World& world, input::Diagnostics& diagnostics);

}  // namespace moshimo::models::importing
