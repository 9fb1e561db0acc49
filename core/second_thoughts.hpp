// Second thoughts about a plan: losses that only the plan itself brings about, or lets come too late. Each makes
// another plan with them in mind, and keeps it where it is better.
#pragma once

#include "core/plan_draft.hpp"

namespace moshimo {

// While nobody acts, what gets nothing loses nothing, and nothing it needs is urgent. Once other steps let data flow
// again it may lose that data: then another order may save it.
void consider_what_the_plan_loses(PlanDraft& draft);

// Who serves what loses events first may come too late for what never comes back: that is not worth it. So what goes
// for good in the plan is put first, the earliest of it before the rest; and what goes even so is not waited for.
void consider_what_goes_for_good(PlanDraft& draft);

}  // namespace moshimo
