#include "scenarios/recover.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace moshimo::scenarios {
namespace {

std::function<bool()> for_seconds(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  return [end] { return Clock::now() < end; };
}

bool is_same(const Toll& a, const Toll& b) { return !is_worse(a, b) && !is_worse(b, a); }

}  // namespace

Recovery recover(const Answer& answer, double search_time) {
  Recovery result;
  result.answer = &answer;
  result.responders = answer.scenario->response;
  result.responders.strategy = Strategy::full;
  result.responders.time_to_detect = answer.noticed_after;
  const System& system = answer.system();
  const SimTime horizon = answer.scenario->horizon;
  const Outcome* nobody_acts = &answer.nobody_acts().response.outcome;
  Simulation simulation(system, Simulation::Checked{});
  const DoAgain again = [&](const PlanRules& rules) {
    return respond(simulation, answer.faults, result.responders, horizon, nobody_acts, rules);
  };

  const Response by_rule = again({});
  const StepGraph graph = graph_of(system, by_rule);
  result.search = better_order(system, result.responders, by_rule, graph, again, for_seconds(search_time));
  result.plan.response = std::move(result.search.response);
  result.plan.findings = findings_of(system, result.plan.response.outcome, answer.healthy);
  result.graph = graph_of(system, result.plan.response);

  // Steps are held against the plan done from its list, so that leaving one out changes nothing else.
  PlanRules rules{result.search.order, {}};
  if (!is_same(toll_of(system, again(rules)), result.search.best)) rules = {};
  const SimTime begin = answer.first_fault + result.responders.time_to_detect;
  result.worth = worth_of(system, result.plan.response, rules, begin, horizon, again, for_seconds(search_time));

  if (answer.main_run().response.strategy == Strategy::runbook) {
    result.runbook = check_runbook(system, result.responders, answer.main_run().response, result.plan.response);
  }
  return result;
}

}  // namespace moshimo::scenarios
