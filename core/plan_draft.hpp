// A plan in the making: under the urgencies and opportunities known so far people work, the data flows, and what is
// then found to wait for somebody is worked in, until nothing more is.
#pragma once

#include <map>
#include <vector>

#include "core/crew.hpp"
#include "core/outcome.hpp"
#include "core/response.hpp"
#include "core/simulation.hpp"
#include "core/urgency.hpp"

namespace moshimo {

class PlanDraft {
 public:
  // All by reference: they have to live as long. From `detected` on people work, till `horizon`.
  PlanDraft(Simulation& simulation, const Responders& responders, const PlanRules& rules, const Script& faults,
            SimTime detected, SimTime horizon);

  void plan_until_settled();  // with the releases that this plan asks for, and no others
  void work_until_settled();  // with those known already, too
  bool is_planned_so();       // whether people would do just the same now

  // What people do, to come back to when something else is no better.
  struct Plan {
    std::vector<Step> steps;
    Script script;
    std::map<ReleaseTask, Releasable> releases;
  };
  Plan plan() const { return {steps, script, opportunities.releases}; }
  void go_back_to(Plan plan);

  const System& system() const { return system_; }
  const Brakes& brakes() const { return simulation_.brakes(); }
  SimTime detected() const { return detected_; }
  const Outcome& outcome() const { return *outcome_; }  // of the last run
  std::vector<double> lost_by_hop() const;
  double lost() const;

  Urgencies urgencies;
  Opportunities opportunities;
  std::vector<Step> steps;  // of the plan as it is
  Script script;            // the same, after the faults

 private:
  bool find_releases();

  const System& system_;
  Simulation& simulation_;
  const Responders& responders_;
  const Script& faults_;
  SimTime detected_, horizon_;
  Crew crew_;
  const Outcome* outcome_ = nullptr;
};

}  // namespace moshimo
