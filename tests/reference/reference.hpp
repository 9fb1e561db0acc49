// The judge of the fast engine: the same system run with a message each, slow and plain.
//
// Every message arrives, attempts, waits, moves on and expires by itself. What is fluid in the definition becomes grain
// here: a profile of 5/s is five messages, evenly spread but for a little jitter; a drain of 5/s gives out one message
// each fifth of a second; a port over capacity gathers what is asked of it in short rounds and shares out at the end of
// each. The two agree up to such grain, which shrinks against the amounts when all rates grow.
#pragma once

#include <cstdint>
#include <vector>

#include "core/outcome.hpp"

namespace moshimo::reference {

struct ReferenceOptions {
  Duration round = Duration::seconds(0.25);  // of a port with limited capacity; well below what counts as late
};

// What makes room for disagreement.
struct Grain {
  std::uint64_t state_changes = 0;  // of the hop, its capacity, its places and what it may be blocked by
  std::uint64_t openings = 0;
};

struct ReferenceResult {
  Timeline timeline;
  std::vector<HopLedger> hops;                     // by HopId; one LossWindow for each class, fallback and reason
  std::vector<StepFunction<HopState>> hop_states;  // with pauses
  std::vector<Grain> grain;                        // by HopId
};

ReferenceResult simulate_by_message(const System& system, const Script& script, SimTime horizon,
                                    const ReferenceOptions& options = {});

}  // namespace moshimo::reference
