// The flow of data through a system whose conditions over time are known: rates between events, masses at events.
//
// Every hop keeps its waiting data in a place per fallback and knows the next moment at which one of its rates changes
// by itself (a place empties, fills or begins to expire, a retry gap ends). The clock jumps from one such moment, or
// condition change, to the next, and only hops downstream of a change are looked at.
#pragma once

#include <memory>
#include <vector>

#include "core/control.hpp"
#include "core/outcome.hpp"

namespace moshimo {

namespace fluid {
class Engine;
}

class Flow {
 public:
  explicit Flow(const System& system);
  ~Flow();

  // `transitions` and the starting values are those of a control plane that was advanced to `horizon`. Fills in the
  // ledgers and hop states of `outcome`. Of the script only releases and settings count. Where it is handed the outcome
  // of its last run again, unchanged, it looks only at what differs from the last runs.
  void run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
           const Script& script, SimTime horizon, Outcome& outcome);

 private:
  std::unique_ptr<fluid::Engine> engine_;
};

}  // namespace moshimo
