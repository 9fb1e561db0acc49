#include "core/plan_draft.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/releases.hpp"

namespace moshimo {

constexpr std::size_t most_passes = 16;  // releases uncover further releases at most as deep as the chain of hops

PlanDraft::PlanDraft(Simulation& simulation, const Responders& responders, const PlanRules& rules, const Script& faults,
                     SimTime detected, SimTime horizon)
    : urgencies(simulation.system()),
      script(faults),
      system_(simulation.system()),
      simulation_(simulation),
      responders_(responders),
      faults_(faults),
      detected_(detected),
      horizon_(horizon),
      crew_(simulation.system(), simulation.repairs(), simulation.control(), responders, rules) {}

void PlanDraft::plan_until_settled() {
  opportunities.releases.clear();
  work_until_settled();
}

void PlanDraft::work_until_settled() {
  for (std::size_t pass = 0; pass < most_passes; ++pass) {
    crew_.work(faults_, detected_, horizon_, urgencies, opportunities);
    script = crew_.script();
    outcome_ = &simulation_.run(script, horizon_);
    if (!find_releases()) break;
  }
  steps = std::move(crew_.steps());
}

bool PlanDraft::is_planned_so() {
  crew_.work(faults_, detected_, horizon_, urgencies, opportunities);
  return crew_.script() == script;
}

void PlanDraft::go_back_to(Plan plan) {
  steps = std::move(plan.steps);
  script = std::move(plan.script);
  opportunities.releases = std::move(plan.releases);
  outcome_ = &simulation_.run(script, horizon_);
}

std::vector<double> PlanDraft::lost_by_hop() const {
  std::vector<double> lost;
  for (const HopLedger& ledger : outcome_->hops) lost.push_back(ledger.lost);
  return lost;
}

double PlanDraft::lost() const {
  const std::vector<double> all = lost_by_hop();
  return std::accumulate(all.begin(), all.end(), 0.0);
}

// What lies in a place for somebody to release it, although its hop is open.
// Data moves from place to place, so of each hop only the place that is the first to want a release is taken up; the
// next run tells whether anything is left for another.
bool PlanDraft::find_releases() {
  bool found = false;
  if (responders_.strategy != Strategy::full && responders_.strategy != Strategy::runbook) return false;
  for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
    const std::size_t places = system_.hops[HopId(h)].fallbacks.size();
    std::optional<Releasable> first;
    ReleaseTask of_first;
    for (std::size_t i = 0; i < places; ++i) {
      const ReleaseTask task{HopId(h), static_cast<std::uint8_t>(i)};
      const std::optional<Releasable> here = releasable(system_, *outcome_, task.hop, task.fallback);
      if (!here || (first && first->open <= here->open) || opportunities.releases.count(task) != 0) continue;
      first = here;
      of_first = task;
    }
    if (!first) continue;
    opportunities.releases.emplace(of_first, *first);
    found = true;
  }
  return found;
}

}  // namespace moshimo
