// Who makes a call, as policy documents see it: a principal of the inventory, an ARN, or an administrator.
#pragma once

#include <string>
#include <string_view>

#include "models/compile_world.hpp"
#include "models/iam/request.hpp"

namespace moshimo::models {

struct KnownCaller {
  iam::Caller caller;
  std::string name;           // for reports
  Index component = nothing;  // of the inventory
};

// A role, a user, or what stands for one: an access key, an instance profile. Others are nobody.
KnownCaller caller_of(World& world, Index component);

// One that is not in the inventory, by its ARN; `kind` anonymous when that is of no user, role or root user.
KnownCaller caller_with_arn(std::string_view arn);

// Somebody who may do everything in an account, in a role that no policy names.
KnownCaller administrator_of(std::string account);

}  // namespace moshimo::models
