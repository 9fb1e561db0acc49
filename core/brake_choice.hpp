// Which emergency brakes a plan pulls: those that save data in it which it would lose otherwise.
#pragma once

#include "core/plan_draft.hpp"

namespace moshimo {

// Puts them among the opportunities of the draft, and plans with them.
void choose_brakes(PlanDraft& draft);

}  // namespace moshimo
