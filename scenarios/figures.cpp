#include "scenarios/figures.hpp"

#include <algorithm>

namespace moshimo::scenarios {

Figures figures_of(const System& system, const StrategyRun& run, SimTime first_fault) {
  Figures f;
  f.refused = run.findings.refused;
  f.misdirected = run.findings.misdirected;
  for (const MissedRuns& m : run.findings.jobs) f.missed += m.missed;
  f.lost = std::max(run.findings.lost - f.refused, 0.0);
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (!is_request(hop)) f.longest = std::max(f.longest, longest_loss(hop, run.response.outcome.hops[h]));
  }
  for (const PointOfNoReturn& p : run.findings.points) {
    if (p.store.is_set()) f.destroyed.push_back({component_of(system, p), p.at});
  }
  f.still_broken = run.response.still_broken.size();
  f.unreleased = run.response.unreleased.size();
  if (first_fault.is_never()) return f;
  for (const Effect& e : run.findings.effects) {
    if (e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
    if (e.to.is_never() && system.components[e.component].is_principal) continue;
    f.restored = std::max(f.restored, e.to.is_never() ? Duration::forever() : e.to - first_fault);
  }
  f.still_failing = still_failing(system, run.findings).size();
  return f;
}

}  // namespace moshimo::scenarios
