// The way back from a scenario: the plan that loses least as far as is known, what each of its steps is worth, and what
// must not be done before what.
#pragma once

#include <optional>
#include <vector>

#include "core/order_search.hpp"
#include "core/step_graph.hpp"
#include "core/step_worth.hpp"
#include "core/waits.hpp"
#include "scenarios/answer.hpp"
#include "scenarios/runbook.hpp"

namespace moshimo::scenarios {

// Had people been told sooner, the same rule would lose more.
struct EarlierNotice {
  Duration after;            // the fault
  double more = 0;           // events
  double more_requests = 0;  // of these
};

// An emergency brake that the plan leaves alone since it costs more events than it saves: requests are among what it
// saves, and whether these are worth more is for people to say.
struct Trade {
  RepairId brake;
  double requests_served = 0;  // that would be refused by the plan
  double events_lost = 0;      // more than by the plan
};

struct Recovery {
  const Answer* answer = nullptr;
  Responders responders;         // of the scenario, with every step; people who do nothing in it do everything here
  StrategyRun plan;              // in the best order found
  OrderSearch search;            // without its response, which is that of `plan`
  std::vector<Wait> waits;       // of its steps: what had better not be begun as soon as it can be
  StepGraph graph;               // of `plan`
  std::vector<StepWorth> worth;  // of its steps; shorter than the plan where the time was up
  std::vector<Trade> trades;
  std::optional<EarlierNotice> earlier;  // the worst of some that were tried
  std::optional<RunbookCheck> runbook;   // where the scenario has one
};

// `search_time`: seconds of wall-clock time for looking for a better order, and as much again for measuring steps.
Recovery recover(const Answer& answer, double search_time);

}  // namespace moshimo::scenarios
