#include "report/run/figures.hpp"

#include <algorithm>
#include <set>

#include "report/run/losses.hpp"

namespace moshimo::report {

Figures figures_of(const System& system, const scenarios::StrategyRun& run, SimTime first_fault) {
  Figures f;
  for (const Availability& a : run.findings.availability) f.refused += a.refused;
  for (const MissedRuns& m : run.findings.jobs) f.missed += m.missed;
  f.lost = std::max(run.findings.lost - f.refused, 0.0);
  for (const Loss& loss : losses_of(system, run.findings)) {
    if (loss.is_request) continue;
    f.longest = std::max(f.longest, loss.point.arrived_to - loss.point.arrived_from);
  }
  f.still_broken = run.response.still_broken.size();
  f.unreleased = run.response.unreleased.size();
  if (first_fault.is_never()) return f;
  std::set<ComponentId> failing;
  for (const Effect& e : run.findings.effects) {
    if (e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
    if (e.to.is_never() && !system.components[e.component].is_principal) failing.insert(e.component);
    f.restored = std::max(f.restored, e.to.is_never() ? Duration::forever() : e.to - first_fault);
  }
  f.still_failing = failing.size();
  return f;
}

}  // namespace moshimo::report
