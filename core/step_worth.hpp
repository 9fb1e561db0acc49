// What the steps of a plan are worth, measured: each is left out or begun later, and the plan is simulated again.
#pragma once

#include <functional>
#include <vector>

#include "core/response.hpp"

namespace moshimo {

// Does the plan again under other rules. The same system, faults and responders each time.
using DoAgain = std::function<Response(const PlanRules&)>;

// What counts when two ways back are compared, the first first.
struct Toll {
  double lost = 0;               // events, of all hops
  double refused = 0;            // of these, requests
  std::size_t gone = 0;          // conditions that fell for good
  std::size_t emptied = 0;       // places whose content is gone for good
  std::size_t still_broken = 0;  // at the horizon
  SimTime works;                 // when the last hop that had failed is open again
  SimTime done;                  // the last step
  std::size_t for_good() const { return gone + emptied; }
};
Toll toll_of(const System& system, const Response& response);

// Places whose content goes for good, in order.
std::vector<StoreId> emptied_for_good(const System& system, const Timeline& timeline);

// Half an event is no difference. Between plans that lose the same it counts what still fails, and then how soon.
bool is_worse(const Toll& a, const Toll& b);
bool loses_more(const Toll& a, const Toll& b);  // something for good; where that is alike, events

struct StepWorth {
  double saves = 0;           // events: lost without the step - lost with it; negative: the step makes it worse
  double saves_requests = 0;  // of these, requests that would be refused
  std::vector<HopId> mostly;  // hops it saves data of, the most first
  std::vector<StoreId> keeps_content;        // places whose content would be gone for good without it
  std::vector<ConditionId> keeps;            // what would be gone for good without it
  std::vector<ComponentId> mends;            // components that would still fail at the horizon
  std::vector<HopId> fetches;                // hops whose backlog nobody would have fetched
  SimTime no_later_than = SimTime::never();  // begun by then it saves all that it saves; never(): whenever it is begun
  // Begun from then on it saves nothing more; never(): it always does, or no longer only within an hour of the horizon,
  // when nothing that is done can show.
  SimTime useless_from = SimTime::never();
};

// By position of the step in `plan`, which is what `again` gives under `rules`; `from`: when people begin. What the
// plan does not do stays undone without one of its steps, too. Moments are found to the second. `may_go_on` is asked
// between simulations; once it says no, the rest stays unmeasured: the result is shorter than the plan.
// `healthy`: the outcome of the same system without faults.
std::vector<StepWorth> worth_of(const System& system, const Response& plan, const Outcome& healthy,
                                const PlanRules& rules, SimTime from, SimTime horizon, const DoAgain& again,
                                const std::function<bool()>& may_go_on);

}  // namespace moshimo
