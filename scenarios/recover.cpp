#include "scenarios/recover.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/brakes.hpp"

namespace moshimo::scenarios {
namespace {

std::function<bool()> for_seconds(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  return [end] { return Clock::now() < end; };
}

bool is_same(const Toll& a, const Toll& b) { return !is_worse(a, b) && !is_worse(b, a); }

// Some moments between the fault and when it is noticed.
std::optional<EarlierNotice> earlier_notice(Simulation& simulation, const Answer& answer, Responders responders,
                                            const Toll& by_rule) {
  std::optional<EarlierNotice> worst;
  const Duration noticed = responders.time_to_detect;
  if (noticed.is_forever() || answer.first_fault.is_never()) return worst;
  for (const int sixteenths : {12, 8, 4, 1, 0}) {
    responders.time_to_detect = Duration::microseconds(noticed.us() / 16 * sixteenths);
    const Response response = respond(simulation, answer.faults, responders, answer.scenario->horizon,
                                      &answer.nobody_acts().response.outcome);
    const Toll toll = toll_of(answer.system(), response);
    const double more = toll.lost - by_rule.lost;
    if (!loses_more(toll, by_rule) || more < 0.5 || (worst && worst->more >= more)) continue;
    worst = {responders.time_to_detect, more, toll.refused - by_rule.refused};
  }
  return worst;
}

// Brakes that let requests by, pulled first.
std::vector<Trade> trades_of(const System& system, const Response& plan, const PlanRules& rules, const DoAgain& again) {
  constexpr double worth_a_word = 0.01;  // of the requests that are refused
  std::vector<Trade> trades;
  const Toll toll = toll_of(system, plan);
  const Brakes brakes(system);
  for (const Brake& brake : brakes.all()) {
    const bool lets_by = std::any_of(brake.places.begin(), brake.places.end(),
                                     [](const Brake::Place& p) { return p.does == Brake::Does::lets_by; });
    const bool is_done = std::any_of(plan.steps.begin(), plan.steps.end(),
                                     [&](const Step& s) { return s.repairs.front() == brake.repair; });
    if (!lets_by || is_done) continue;
    PlanRules first = rules;
    first.order.insert(first.order.begin(), Task{brake.repair});
    const Toll with = toll_of(system, again(first));
    const double served = toll.refused - with.refused;
    const double lost = (with.lost - with.refused) - (toll.lost - toll.refused);
    if (served >= std::max(0.5, worth_a_word * toll.refused) && lost >= 0.5)
      trades.push_back({brake.repair, served, lost});
  }
  return trades;
}

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

  // Steps are held against the plan done from its list, so that leaving one out changes nothing else.
  PlanRules rules{result.search.order, {}};
  if (!is_same(toll_of(system, again(rules)), result.search.best)) rules = {};
  Waits waits = waits_of(system, result.responders, std::move(result.search.response), std::move(rules), again,
                         for_seconds(search_time));
  result.waits = std::move(waits.waits);
  result.plan.response = std::move(waits.response);
  result.plan.findings = findings_of(system, result.plan.response.outcome, answer.healthy);
  result.graph = graph_of(system, result.plan.response);
  const SimTime begin = answer.first_fault + result.responders.time_to_detect;
  result.worth = worth_of(system, result.plan.response, answer.healthy, waits.rules, begin, horizon, again,
                          for_seconds(search_time));
  result.trades = trades_of(system, result.plan.response, waits.rules, again);
  result.earlier = earlier_notice(simulation, answer, result.responders, toll_of(system, by_rule));

  if (answer.main_run().response.strategy == Strategy::runbook) {
    Responders as_written = result.responders;
    as_written.strategy = Strategy::runbook;
    const DoAgain written_again = [&](const PlanRules& of_the_runbook) {
      return respond(simulation, answer.faults, as_written, horizon, nobody_acts, of_the_runbook);
    };
    result.runbook = check_runbook(system, result.responders, answer.main_run().response, answer.rules, written_again,
                                   result.plan.response);
  }
  return result;
}

}  // namespace moshimo::scenarios
