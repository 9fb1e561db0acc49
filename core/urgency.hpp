// How soon something has to be put right: when the first data is lost that it would save, and how fast it is lost then.
#pragma once

#include <cstdint>
#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

struct Urgency {
  SimTime deadline = SimTime::never();     // the earliest point of no return it serves
  double rate = 0;                         // events lost per second from there
  SimTime last_chance = SimTime::never();  // of what never comes back, and is put before all that loses events
};

bool is_more_urgent(const Urgency& a, const Urgency& b);

// Of two that serve one deadline the rates add up,
Urgency more_urgent(const Urgency& a, const Urgency& b);
// or, where both save the same data, the greater counts.
Urgency most_urgent(const Urgency& a, const Urgency& b);

// The urgency of every condition, as far as the outcomes seen so far tell.
class Urgencies {
 public:
  explicit Urgencies(const System& system) : system_(&system), place_(system.conditions.size(), 0), raised_(1) {}

  // What is lost before `detected` is beyond help.
  void learn(const Outcome& outcome, SimTime detected);

  // It has come to this: nobody can do anything by an earlier time.
  void detect(SimTime detected);

  // It goes for good at `last_chance`; only what goes so before is more urgent than to keep it.
  void put_first(ConditionId c, SimTime last_chance);

  const Urgency& of(ConditionId c) const { return raised_[place_[c.value]].urgency; }
  bool has_deadlines_of(const Urgencies& other) const;

 private:
  void raise(ConditionId c, const Urgency& u);
  void spread(const Needs& needs, const Urgency& u);
  void spread_on();

  struct Raised {
    ConditionId condition;
    Urgency urgency;
  };
  const System* system_;
  std::vector<std::uint32_t> place_;  // by condition: where it is in `raised_`
  std::vector<Raised> raised_;        // the first stands for all of which nothing is known
  std::vector<std::uint32_t> work_;   // conditions whose urgency has yet to reach what they follow
};

}  // namespace moshimo
