#include "scenarios/best_plan.hpp"

#include <utility>

#include "core/step_graph.hpp"

namespace moshimo::scenarios {

BestPlan best_plan(Simulation& simulation, const Outcome& healthy, const std::vector<Fault>& faults,
                   Responders responders, SimTime horizon, const Outcome* nobody_acts, std::size_t most_orders) {
  responders.strategy = Strategy::full;
  const System& system = simulation.system();
  const DoAgain again = [&](const PlanRules& rules) {
    return respond(simulation, faults, responders, horizon, nobody_acts, rules);
  };
  std::size_t tried = 0;
  const Response by_rule = again({});
  const auto may_go_on = [&] { return tried++ < most_orders; };
  OrderSearch search = better_order(system, responders, by_rule, graph_of(system, by_rule), again, may_go_on);
  BestPlan best;
  best.run.response = std::move(search.response);
  best.run.findings = findings_of(system, best.run.response.outcome, healthy);
  best.by_rule = search.by_rule.lost;
  best.tried = search.tried;
  best.is_exact = search.is_exact;
  best.is_finished = search.is_finished;
  return best;
}

}  // namespace moshimo::scenarios
