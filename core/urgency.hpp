// How soon something has to be put right: when the first data is lost that it would save, and how fast it is lost then.
#pragma once

#include <cstdint>
#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

struct Urgency {
  SimTime deadline = SimTime::never();  // the earliest point of no return it serves
  double rate = 0;                      // events lost per second from there
};

// Of two that serve one deadline the rates add up,
Urgency more_urgent(const Urgency& a, const Urgency& b);
// or, where both save the same data, the greater counts.
Urgency most_urgent(const Urgency& a, const Urgency& b);

// The urgency of every condition, as far as the outcomes seen so far tell.
class Urgencies {
 public:
  explicit Urgencies(const System& system) : system_(&system), of_condition_(system.conditions.size()) {}

  // What is lost before `detected` is beyond help.
  void learn(const Outcome& outcome, SimTime detected);

  // Nothing is more urgent than to keep it.
  void put_first(ConditionId c, SimTime detected);

  const Urgency& of(ConditionId c) const { return of_condition_[c.value]; }
  bool has_deadlines_of(const Urgencies& other) const;

 private:
  void raise(ConditionId c, const Urgency& u);
  void spread(const Needs& needs, const Urgency& u);
  void spread_on();

  const System* system_;
  std::vector<Urgency> of_condition_;
  std::vector<std::uint32_t> work_;  // conditions whose urgency has yet to reach what they follow
};

}  // namespace moshimo
