#include "core/releases.hpp"

#include <algorithm>

#include "core/findings.hpp"

namespace moshimo {
namespace {

constexpr double trace = 1e-6;  // events; less is rounding

// When the hop is first open within a stay; never() when it is not.
SimTime open_within(const Stay& stay, const StepFunction<HopState>& states, SimTime horizon) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].value.open) continue;
    const SimTime closes = i + 1 < states.size() ? states[i + 1].at : horizon;
    const SimTime begin = std::max(stay.from, states[i].at);
    if (begin < std::min({closes, stay.to, horizon})) return begin;
  }
  return SimTime::never();
}

// How long the hop stays closed after the needs that failed hold again, before it opens at `open`.
Duration pause_before(SimTime open, const Needs& needs, const Timeline& timeline) {
  Duration pause;
  for (const FailureSpan& span : failures(needs, timeline)) {
    if (span.to <= open) pause = open - span.to;
  }
  return pause;
}

}  // namespace

std::optional<Releasable> releasable(const System& system, const Outcome& outcome, HopId hop, std::uint8_t fallback) {
  if (!system.hops[hop].fallbacks[fallback].release.is_set()) return std::nullopt;
  const HopLedger& ledger = outcome.hops[hop.value];
  std::optional<Releasable> found;
  for (const Stay& stay : ledger.stays) {
    if (stay.fallback != fallback || stay.most <= trace) continue;
    const SimTime open = open_within(stay, outcome.hop_states[hop.value], outcome.timeline.horizon);
    if (open.is_never()) continue;
    if (!found) {
      found = {stay.from, stay.to, open, {}, SimTime::never(), 0};
      // Only a stay that began before it opened was paused before that.
      if (open > stay.from) found->pause = pause_before(open, system.hops[hop].needs, outcome.timeline);
    }
    found->to = std::max(found->to, stay.to);
    found->events = std::max(found->events, stay.most);
  }
  if (!found) return found;
  // What leaves it unreleased goes on to later places and is lost there.
  for (const LossWindow& w : ledger.losses) {
    if (w.fallback < fallback || w.lost_to < found->open) continue;
    found->deadline = std::min(found->deadline, std::max(w.lost_from, found->open));
  }
  for (const Waiting& w : ledger.places) {
    if (w.fallback >= fallback) found->deadline = std::min(found->deadline, w.first_deadline);
  }
  return found;
}

}  // namespace moshimo
