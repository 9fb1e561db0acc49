// An answer put in order for telling: like things together, consecutive windows joined, causes as sentences.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/findings.hpp"
#include "core/response.hpp"
#include "report/numbers.hpp"
#include "report/timeline.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

// ---- words

std::string name_in(const System& system, ComponentId component);
std::string fact_id(const System& system, FactId fact);  // "" when unset
// "role x exists" → "role x no longer exists"; what is not understood → "no longer: ..."
std::string denied_sentence(std::string_view says);
// What the name of a member is within its component: `orders/grant` → `grant`.
std::string member_name(std::string_view name);
// "lost at once, since nothing keeps it"; "its 6 h in retries are over"
std::string why_lost(const System& system, const PointOfNoReturn& point);
// What becomes of data a hop cannot deliver: "waits in the queue invoices for 4 d". With a timeline, places that take
// nothing at that time are told as such.
std::string what_becomes_of_data(const System& system, const Hop& hop, ErrorClass error, const Timeline* timeline,
                                 SimTime at);
// "What is unavailable, not denied, is tried again for 24 h.": where this class is not retried, and that one is.
std::string fate_if_unavailable(const System& system, const Hop& hop, ErrorClass error);
std::string strategy_text(Strategy s);
// How long data survives in a fallback: the least of its own limit, that of its store, and its last attempt.
Duration limit_of(const System& system, const Fallback& fallback);

// ---- losses: points of no return of one kind, joined

struct Loss {
  std::vector<HopId> hops;  // several when they share everything but the name
  PointOfNoReturn point;    // of the first; `events` of all, `at`..`until` of all
  std::size_t windows = 1;
  bool is_request = false;  // requests from outside, refused
  bool is_run = false;      // runs of a timetable
};
std::vector<Loss> losses_of(const System& system, const Findings& findings);
bool is_request(const Hop& hop);
std::vector<std::string> names_of(const System& system, const Loss& loss);

// ---- who breaks

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
std::set<ComponentId> faulted_components(const scenarios::Answer& answer);

// ---- figures of a run

struct Figures {
  double lost = 0;  // events, without refused requests
  double refused = 0;
  double missed = 0;              // runs of timetables, counted in `lost` too
  Duration longest = {};          // span of arrivals that is lost
  std::size_t still_broken = 0;   // conditions
  std::size_t still_failing = 0;  // components that fail at the end
  std::size_t unreleased = 0;     // hops whose backlog nobody fetched
  Duration restored = {};         // from the first fault until nothing fails any more; forever: not within the horizon
};
Figures figures_of(const System& system, const scenarios::StrategyRun& run, SimTime first_fault);

// ---- the timeline of a run

std::vector<TimelineRow> timeline_of(const System& system, const Findings& findings, SimTime first_fault,
                                     SimTime horizon, const std::set<ComponentId>& faulted, bool with_starved,
                                     std::size_t most_rows);

// ---- repairs

// Repairs of one step that do the same thing to several components.
struct LikeRepairs {
  std::vector<RepairId> repairs;
};
std::vector<LikeRepairs> like_repairs(const System& system, const std::vector<RepairId>& repairs);

// From when on the data of a release can still be there: what is older than its place keeps has gone already.
SimTime gap_from(const System& system, const Step& step);

// `{gap.start}` and the like, filled in for a step.
std::string filled(std::string_view text, const System& system, const Step& step, std::size_t number,
                   const Clock& clock, SimTime first_fault);

// ---- symptoms

struct SeenTogether {
  SimTime at;
  SymptomKind kind = SymptomKind::error;
  std::string text;
  std::vector<ComponentId> components;
};
std::vector<SeenTogether> symptoms_of(const Findings& findings);

Clock clock_of(const scenarios::Scenario& scenario);
std::string digest_of(const scenarios::Answer& answer);

}  // namespace moshimo::report
