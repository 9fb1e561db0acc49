// Who breaks: what is wrong with each component one after another, and those with the same fate together.
#pragma once

#include <set>
#include <vector>

#include "core/findings.hpp"
#include "core/system.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

struct Phase {
  EffectKind kind = EffectKind::down;
  SimTime from;
  SimTime to;
  ErrorClass error = ErrorClass::unavailable;
  CauseChain chain;
  std::vector<HopId> hops;
};
struct Breakage {
  std::vector<ComponentId> components;     // with the same fate
  std::vector<std::vector<Phase>> phases;  // of each of them
  SimTime first_loss = SimTime::never();
};
struct Breakages {
  std::vector<Breakage> broken;  // worst first
  std::vector<ComponentId> starved;
};
Breakages breakages_of(const System& system, const Findings& findings, const std::set<ComponentId>& faulted);
// When a hop with a timetable runs for the first time from `from` on; `from` for any other.
SimTime first_run(const Hop& hop, SimTime from);

std::set<ComponentId> faulted_components(const scenarios::Answer& answer);

int severity(EffectKind kind);  // 0: the worst
// Something that is gone itself is down, whatever it is of it that fails.
EffectKind kind_of(const System& system, const Effect& e);

}  // namespace moshimo::report
