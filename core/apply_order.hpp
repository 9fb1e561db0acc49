// What has to be done by hand before anybody applies infrastructure code: an apply acts on what it finds, and what
// takes away the reason for something that nobody wants has to come before it.
#pragma once

#include <vector>

#include "core/system.hpp"

namespace moshimo {

// By repair: no apply does it, and it breaks what an apply would act on. Empty: there is none.
std::vector<bool> repairs_before_applying(const System& system);

}  // namespace moshimo
