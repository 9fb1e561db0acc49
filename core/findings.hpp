// What an outcome means for people: who is hurt, how and why, what is lost and when it stops being recoverable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/failures.hpp"
#include "core/outcome.hpp"
#include "core/system.hpp"
#include "core/turning_points.hpp"

namespace moshimo {

enum class EffectKind : std::uint8_t {
  down,        // one of its ports refuses, or none of its workers runs
  impaired,    // a hop of its own fails
  latent,      // nothing hurts until a worker has to start
  stalled,     // held up by a full buffer
  unreadable,  // data at rest cannot be read
  starved,     // gets less than normal because something upstream fails
};
std::string_view name_of(EffectKind k);

struct Effect {
  ComponentId component = {};
  EffectKind kind = EffectKind::down;
  SimTime from = {};
  SimTime to = {};  // never(): still so at the horizon
  ErrorClass error = ErrorClass::unavailable;
  CauseChain chain = {};  // empty when starved
  PortId port = {};       // one of these four says what of the component
  HopId hop = {};
  ProcessId process = {};
  StoreId store = {};
};

// A moment from which a further piece of data cannot be saved any more.
struct PointOfNoReturn {
  SimTime at = {};
  SimTime until = {};          // it goes on being lost up to here
  HopId hop = {};              // one of these three: data on its way,
  StoreId store = {};          // data at rest,
  ConditionId condition = {};  // or something that never comes back
  int fallback = -1;           // whose time is up, or -1: there was none
  LossWindow::Why why = LossWindow::Why::no_fallback;
  ErrorClass error = ErrorClass::unavailable;
  SimTime arrived_from = {};
  SimTime arrived_to = {};
  double events = 0;       // lost from `at` to `until`
  double onset_per_s = 0;  // how fast at first; 0: all at once
  FactId fact = {};        // it rests on
};

struct SeenSymptom {
  SimTime at = {};
  ComponentId component = {};
  const Symptom* symptom = nullptr;  // of the system
  HopId hop = {};
};

// Requests from outside that were refused for want of a place to wait.
struct Availability {
  HopId hop = {};
  double offered = 0;
  double refused = 0;
  struct Window {
    SimTime from;
    SimTime to;
    ErrorClass error = ErrorClass::unavailable;
  };
  std::vector<Window> windows;
};

// Runs of a timetable.
struct MissedRuns {
  HopId hop = {};
  double due = 0;
  double missed = 0;
};

// Data that was there before the start.
struct AtRest {
  StoreId store = {};
  SimTime unreadable_from = {};  // never(): readable throughout
  SimTime unreadable_to = {};
  SimTime lost_at = {};  // never(): not lost
  CauseChain chain = {};
};

struct Objective {
  ComponentId component = {};
  bool is_rto = true;  // else RPO
  Duration target = {};
  Duration achieved = {};  // forever: not within the horizon
  bool met = true;
};

struct Findings {
  std::vector<Effect> effects;          // by time, component
  std::vector<PointOfNoReturn> points;  // by time
  std::vector<TurningPoint> turning;    // by time; without those whose data at rest is gone by then
  std::vector<SeenSymptom> symptoms;    // by time
  std::vector<Availability> availability;
  std::vector<MissedRuns> jobs;
  std::vector<AtRest> at_rest;
  std::vector<Objective> objectives;
  double offered = 0;
  double lost = 0;     // refused requests included
  double refused = 0;  // requests from outside
  double waiting = 0;
  double misdirected = 0;
  double late = 0;
};

// Requests from outside, for which there is no place to wait: they are refused, not lost.
bool is_request(const Hop& hop);

// The component of a point; unset where the row it is about belongs to none.
ComponentId component_of(const System& system, const PointOfNoReturn& point);

// The longest span of arrivals without a break of which something is lost, whatever the reason.
Duration longest_loss(const Hop& hop, const HopLedger& ledger);

// `healthy` is the outcome of the same system with an empty script; it tells who is starved.
// `figures`: without symptoms, causes, turning points, and effects that are latent or starved; for many runs of which
// figures are kept.
enum class Detail : std::uint8_t { all, figures };
Findings findings_of(const System& system, const Outcome& outcome, const Outcome& healthy, Detail detail = Detail::all);

// Components that fail at the end. Of a principal nothing is said: who needs it fails, if anybody does.
std::vector<ComponentId> still_failing(const System& system, const Findings& findings);

}  // namespace moshimo
