// A plan made beforehand that people go by where not everything turns out as they know it: what is urgent, which brakes
// are worth pulling, what will have to be released. When what happens is decided by what is open when, not by them.
#pragma once

#include <vector>

#include "core/crew.hpp"
#include "core/response.hpp"
#include "core/urgency.hpp"

namespace moshimo {

struct Foresight {
  SimTime detected;  // in the run the plan was made for
  Urgencies urgencies;
  Opportunities opportunities;
};

// What `respond` would come to. `simulation` is of the system as people know it.
Foresight foresee(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                  SimTime horizon, const Outcome& nobody_acts, const PlanRules& rules);

// What comes of it in another system of the same rows, noticed at another time: a time of the plan that lies behind its
// detection is taken to come as long after this one. What nobody foresaw to wait for a release is released once it is
// seen to wait.
Response respond_as_foreseen(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                             SimTime horizon, const PlanRules& rules, const Foresight& foresight);

}  // namespace moshimo
