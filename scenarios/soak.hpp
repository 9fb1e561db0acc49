// How long something has to be switched off before it is deleted, so that everybody who uses it has complained.
//
// A trial is a fault that is undone at once and hurts those whom the deletion would hurt: a key that is deactivated, a
// role that is denied everything. It is simulated with nobody acting; of each consumer the latest first failure counts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

// A look at the past that may tell who uses something, such as when a key was last used.
struct LookBack {
  std::string of;  // the component
  std::string says;
  Duration keeps = Duration::forever();  // how far back
  Duration lag;                          // until a call shows
  std::string look;                      // the command
  const models::FactDef* fact = nullptr;
  std::vector<std::string> shows;  // kinds of calls; `any`
};

// What it tells of a consumer when it is asked about the time before the trial.
enum class PastUse : std::uint8_t {
  shown,
  not_asked,     // calls lie further apart than it is asked about, but not than it goes back
  too_rare,      // further than it goes back
  not_recorded,  // calls of this kind
  not_known,     // what calls it makes is not known
  not_used,      // of several that are switched off this one is of no use to it
};
std::string_view name_of(PastUse p);

// A consumer, and what is heard of it during the trial.
struct Complaint {
  ComponentId component;
  std::uint32_t distance = 0;           // from what is switched off
  SimTime fails_at = SimTime::never();  // at the latest, counted from the start of the trial
  SimTime seen_at = SimTime::never();   // the first sign that somebody can see
  const Symptom* sign = nullptr;        // which; of the system of the answer
  ConditionId heard_of;                 // the condition whose error it is: each service has an error of its own
  bool only_when_started = false;       // nothing fails before a worker has to start
  const Symptom* if_tried = nullptr;    // no sign, but what somebody would see who tried it, which nobody does
  std::vector<PastUse> past;            // by each look at the past
  std::vector<std::string> calls;       // the kinds of calls it makes
  Duration gap;                         // the longest time between two of them
};

struct Soak {
  Answer answer;
  struct Trial {
    std::string component;
    std::string verb;
  };
  std::vector<Trial> trials;
  std::vector<Complaint> complaints;  // the latest first; those of whom nothing is heard before them
  std::vector<LookBack> look_backs;
  Duration looked_back;               // how far they are asked about
  SimTime heard = SimTime::never();   // when the last of those who are heard of has complained; never(): nobody is
  SimTime enough = SimTime::never();  // the same where everybody is heard of; never(): no length up to the horizon is
};

// The trial of a type: its fault that says `trial`; null when it has none.
const models::FaultDef* trial_of(const models::TypeDef& type);

// `compiled`: of the same inventory, for the names. Mistakes, such as a type without a trial, go to `diagnostics`.
Soak soak(std::shared_ptr<const models::Inventory> inventory, const models::Compiled& compiled,
          const std::vector<ComponentId>& components, const models::Catalogue& catalogue, SimTime horizon,
          input::Diagnostics& diagnostics, Duration look_back = Duration::days(90));

}  // namespace moshimo::scenarios
