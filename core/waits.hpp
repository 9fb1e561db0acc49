// Steps that had better wait: what runs again sooner sends into what still fails, or keeps people from something else.
#pragma once

#include <functional>
#include <vector>

#include "core/response.hpp"
#include "core/step_worth.hpp"

namespace moshimo {

struct Wait {
  Task step;
  SimTime until;     // begun then it loses least; found to the second
  double saves = 0;  // events, against beginning as soon as it can be done
  HopId mostly;      // the hop of which most is saved; not set when none is
};

struct Waits {
  std::vector<Wait> waits;  // as they were found, the one that saves most first
  PlanRules rules;          // with what waits
  Response response;        // of the plan that waits
};

// `plan` is what `again` gives under `rules`. Steps are put off to when another is done, or a hop is open again, as
// long as that saves something; `may_go_on` is asked before each simulation.
Waits waits_of(const System& system, const Responders& responders, Response plan, PlanRules rules, const DoAgain& again,
               const std::function<bool()>& may_go_on);

}  // namespace moshimo
