// People who react: what is done after a fault, in which order, by whom, and what comes of it.
//
// Steps follow from the damage: a condition that fell and has a repair, a process below its count, data that waits for
// somebody to release it. They are done by responders as these get free, the step that serves the earliest point of no
// return first. A plan is always simulated; the response holds the outcome of doing it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/outcome.hpp"
#include "core/simulation.hpp"
#include "core/system.hpp"

namespace moshimo {

struct Fault {
  SimTime at;
  ActionId action;
};

enum class Strategy : std::uint8_t {
  none,          // nobody does anything
  restore_only,  // what re-applying the infrastructure code does
  full,          // every step
  runbook,       // the steps of a list, as they are written, and nothing else
};
std::string_view name_of(Strategy s);

struct Responders {
  Duration time_to_detect = Duration::minutes(40);  // from the first fault
  std::uint32_t count = 1;
  Strategy strategy = Strategy::full;
  bool by_hand = false;  // nobody applies code: what one apply would do is done one by one
  // The time to detect is that of the first alarm that somebody reads (core/detection.hpp): whoever plans sets it.
  bool by_alarms = false;
  Duration without_alarm = Duration::forever();  // where none is read
};

// What somebody can be told to do: a repair (a release among them), or one apply, which does all that it can do then;
// with targets, all but what would do harm.
struct Task {
  RepairId repair;  // not set: an apply
  bool is_targeted = false;
  SimTime not_before = {};  // whoever is free does what comes after it first
  bool is_apply() const { return !repair.is_set(); }
  auto operator<=>(const Task&) const = default;
};

// What is decided in place of the responders.
struct PlanRules {
  struct Hold {
    RepairId repair;
    SimTime until = SimTime::never();  // not begun before; never(): left undone
  };
  // Begun in this order, each as soon as a responder is free and it can be done. What cannot be done when it is next,
  // though nothing that could help is under way, is passed over, or done in vain (Strategy::runbook). What is not on
  // the list comes after it, by urgency.
  std::vector<Task> order;
  std::vector<Hold> holds;
};

// Data of one fallback, to be released.
struct ReleaseTask {
  HopId hop;
  std::uint8_t fallback = 0;
  auto operator<=>(const ReleaseTask&) const = default;
};

struct Release {
  ReleaseTask task;
  double events = 0;  // brought to the target
};

// A repair that was done, or several that one apply does: all that are ready, then those that these make possible, and
// so on. Each of them counts when its own time is up.
struct Step {
  std::vector<RepairId> repairs;
  std::vector<SimTime> repair_done;  // by position in `repairs`
  std::vector<RepairId> left_out;    // of an apply: what it would do as well, and must not yet (`full`)
  SimTime start;
  SimTime done;  // the people are; effects follow after their delays
  std::uint32_t responder = 0;
  std::vector<Release> releases;  // all that waited for it
  double released = 0;            // events they brought to their targets
  SimTime gap_from;               // of a release: when what waits there arrived
  SimTime gap_to;
  bool in_vain = false;   // it could not be done at that time, or there was nothing to do
  bool is_brake = false;  // it puts nothing right, but buys time
  bool is_apply = false;
  bool is_targeted = false;  // an apply that leaves out what would do harm
  bool is_release() const { return !releases.empty(); }
  bool fetches(const ReleaseTask& task) const {
    return std::any_of(releases.begin(), releases.end(), [&](const Release& r) { return r.task == task; });
  }
};

// A fault that could not happen because its needs (guards) did not hold.
struct StoppedFault {
  Fault fault;
  std::size_t need = 0;  // of the action
};

struct Response {
  Strategy strategy = Strategy::none;
  Outcome outcome;
  std::vector<Step> steps;
  Script script;  // everything done to the system, faults included
  std::vector<StoppedFault> stopped;
  std::vector<ConditionId> still_broken;  // at the horizon, though they held at the start; nothing of the past
  std::vector<HopId> unreleased;          // data waits, or waited in vain, for a step that was not done
};

// `nobody_acts`: the outcome of the same faults with Strategy::none, where it is known already.
Response respond(Simulation& simulation, const std::vector<Fault>& faults, const Responders& responders,
                 SimTime horizon, const Outcome* nobody_acts = nullptr, const PlanRules& rules = {});

// The steps of a response as a list to do again.
std::vector<Task> tasks_of(const System& system, const Responders& responders, const std::vector<Step>& steps);

// What faults alone do to conditions: breaks, restores and cascades.
Script script_of(Simulation& simulation, const std::vector<Fault>& faults, std::vector<StoppedFault>& stopped);

}  // namespace moshimo
