// Runs a system through a script: first conditions, processes and hop states, then the flow of data.
//
// The cost grows with the number of changes, not with rates or with the length of the run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/outcome.hpp"

namespace moshimo {

class Brakes;
class ControlPlane;
struct RepairPlan;

// A system prepared for many runs. Keeps flat copies and scratch space; one thread at a time.
class Simulation {
 public:
  explicit Simulation(const System& system);  // throws std::invalid_argument with the first sentence of check()
  struct Checked {};
  Simulation(const System& system, Checked);  // check() has found nothing
  ~Simulation();

  // The result is valid until the next run. Throws std::logic_error where conservation fails (a bug).
  const Outcome& run(const Script& script, SimTime horizon);

  const System& system() const;
  ControlPlane& control();  // to plan with between runs; a run resets it
  const Brakes& brakes();   // of the system
  const RepairPlan& repairs();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Outcome simulate(const System& system, const Script& script, SimTime horizon);

// Everything that makes a system impossible to run, a sentence each: ids out of range, loops of derived conditions or
// of hops (named), fallback positions that do not exist. Empty: it can be run.
std::vector<std::string> check(const System& system);

}  // namespace moshimo
