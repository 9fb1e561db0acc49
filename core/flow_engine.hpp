// The flow of data at work: what each hop and each place of it holds and how fast, and what moves it on.
//
// A visit to a hop brings its masses up to now (flow_backlog), takes in what happened to it at this instant (flow_hop)
// and sets its rates (flow_rates); a port that is short shares itself out among the hops that ask (flow_shares). Then
// the hop knows when its rates change by themselves (flow_events). What became of data is written down in flow_ledger.
// Ticks of timetables that change nothing are counted, not followed (flow_ticks).
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "core/backlog.hpp"
#include "core/control.hpp"
#include "core/event_heap.hpp"
#include "core/flow_plan.hpp"
#include "core/outcome.hpp"

namespace moshimo::fluid {

using Why = LossWindow::Why;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double second = 1e6;           // in microseconds, the unit of time of these files
inline constexpr double late_after = second;    // what waited longer is late
inline constexpr double shortest_gap = second;  // a retry backlog never leaves faster than this
inline constexpr double most_pieces = 256;      // of a retry backlog whose target takes only a share
inline constexpr double least_mass = 1e-9;      // events; less is a trace of rounding
inline const std::vector<std::uint8_t> only_first = {0};
inline const std::vector<std::uint8_t> nothing = {};

inline SimTime whole(double us) { return SimTime::microseconds(std::llrint(us)); }

struct RetryGroup {
  double gap = 0;
  double mass = 0;  // when the gap began
};

// What comes after a place: a later one, or -1: nothing, perhaps because those that follow refuse.
struct Later {
  int place = -1;
  bool refused = false;
  bool full = false;  // one of those refused for want of room
};

// The data of one hop in one fallback.
struct Place {
  Backlog backlog;
  double fresh = 0;     // flows in from the hop's arrivals, per microsecond
  double inflow = 0;    // all that flows in, with what expires in earlier places
  double assumed = 0;   // of that, what `ask` took to expire in earlier places
  double drain = 0;     // leaves to the target
  double drained = 0;   // events that have left so in this step
  double expiring = 0;  // leaves because its time is up
  double dropping = 0;  // the oldest are dropped to make room
  double handing = 0;   // handed on to another port
  double ask = 0;
  double base = 0;   // the backlog when draining began
  double share = 0;  // of its attempts that the target takes, while retrying
  double retry_since = 0;
  std::int64_t regroup_at = never;
  std::int64_t next = never;
  std::vector<RetryGroup> groups;
  Later expires;  // where to
  bool retrying = false;
  bool full = false;
  bool releasing = false;
  bool destroyed = false;
  std::int64_t emptied_at = -1;
  int stay = -1;  // in the ledger, while data waits for a release
  double release_rate = infinity;
};

struct Running {  // a hop in a run
  std::int64_t since = 0;
  std::int64_t next = never;
  std::int64_t next_tick = never;
  std::int64_t paused_until = 0;
  Duration pause = {};
  double arrival = 0;
  double fresh_out = 0;
  double out = 0;
  double lost_rate = 0;
  double impulse = 0;
  double unstalled = 0;  // what would arrive if the component were not held up
  double through = 0;    // share of the arrivals that workers send that are not old, though the hop fails
  double intake = 1;     // share of the component's intake that its full buffer lets through
  HopState state;
  ErrorClass last_error = ErrorClass::unavailable;
  ErrorClass pause_error = ErrorClass::unavailable;
  ErrorClass cut_error = ErrorClass::throttled;
  Why lost_why = Why::no_fallback;
  std::int16_t lost_fallback = -1;
  bool needs_hold = true;
  bool has_failed = false;
  bool refused = false;
  bool started = false;
  bool is_set_anew = false;  // a limit of its places, at this instant
  bool skips = false;        // a timetable whose ticks are counted, see flow_ticks
};

// What an earlier run found out about an island.
struct Found {
  std::uint64_t happened = 0;                  // a digest of all that changed it
  std::vector<HopLedger> ledgers;              // by position among its hops,
  std::vector<StepFunction<HopState>> states;  // and so are these
  std::vector<Stall> stalls;
};

// What one hop takes of every tick that passes straight through it.
struct Passed {
  std::uint32_t hop = 0;
  double mass = 0;
};

class Engine {
 public:
  explicit Engine(const System& system);

  void run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
           const Script& script, SimTime horizon, Outcome& outcome);

 private:
  // --- looking things up
  const Hop& hop(std::uint32_t h) const { return system_.hops[HopId(h)]; }
  std::uint32_t place_count(std::uint32_t h) const { return plan_.first_place[h + 1] - plan_.first_place[h]; }
  Place& place(std::uint32_t h, std::size_t i) { return places_[plan_.first_place[h] + i]; }
  const PlaceRow& row(std::uint32_t h, std::size_t i) const { return plan_.places[plan_.first_place[h] + i]; }
  const AttemptTable& attempts(std::uint32_t h, std::size_t i) const { return plan_.attempts[row(h, i).attempts]; }
  bool holds(const Need& need) const {
    if (value_[need.condition.value] != 0) return true;
    return std::any_of(need.alternatives.begin(), need.alternatives.end(),
                       [this](ConditionId c) { return value_[c.value] != 0; });
  }
  bool holds(const Needs& needs) const {
    return std::all_of(needs.begin(), needs.end(), [this](const Need& n) { return holds(n); });
  }
  bool accepts(std::uint32_t h, std::size_t i) { return !place(h, i).destroyed && holds(hop(h).fallbacks[i].accepts); }
  bool is_there(std::uint32_t h, std::size_t i) const {
    const ConditionId opened_by = row(h, i).opened_by;
    return !opened_by.is_set() || value_[opened_by.value] != 0;
  }
  bool readable(std::uint32_t h, std::size_t i) {
    const Fallback& f = hop(h).fallbacks[i];
    return !f.store.is_set() || holds(system_.stores[f.store].readable);
  }
  const std::vector<std::uint8_t>& list_of(std::uint32_t h) const;
  double running_share(ProcessId p) const {
    return p.is_set() ? static_cast<double>(running_[p.value]) / system_.processes[p].count : 1.0;
  }
  double capacity(std::uint32_t port) const {
    const Port& row = system_.ports[PortId(port)];
    return row.capacity.is_unlimited() ? infinity : row.capacity.per_second() / second * running_share(row.process);
  }
  bool is_chosen(std::uint32_t node) const { return is_chosen_[plan_.island_of_node[node]] != 0; }
  bool is_limited(std::uint32_t h) const { return hop(h).to.is_set() && plan_.can_limit[hop(h).to.value] != 0; }

  // --- the clock
  void choose(const std::vector<Transition>& transitions, const Script& script, SimTime horizon, Outcome& outcome);
  bool recall(std::uint32_t island, Outcome& outcome);
  void remember(std::uint32_t island, Outcome& outcome);
  void exchange(std::uint32_t island, Found& found, Outcome& outcome);
  void start(Outcome& outcome);
  bool stays_as_it_is(std::uint32_t h) const;
  void mark_hop(std::uint32_t h) { mark(h); }
  void mark_port(std::uint32_t p) { mark(plan_.hops + p); }
  void mark(std::uint32_t node);
  void set_time(const Script::Setting& setting, std::int64_t t);
  void work_off(std::int64_t t);
  void visit(std::uint32_t h, std::int64_t t);
  void settle(std::uint32_t p, std::int64_t t);
  void finish(SimTime horizon, Outcome& outcome);

  // --- one hop: moving masses up to now
  void advance(std::uint32_t h, std::int64_t t);
  void thin_retries(std::uint32_t h, std::size_t i, double from, double to);
  void drain(std::uint32_t h, std::size_t i, double from, double to, double already);
  void drain_at_limit(std::uint32_t h, std::size_t i, double from, double to);
  // Data leaves it that comes out of an earlier place at the same time.
  static bool passes_on(const Place& p) { return p.drain > 0 && !p.retrying && p.inflow > p.fresh; }
  void deliver_waiting(std::uint32_t h, const Segment& s, double from, double to, double limit = infinity);
  void deliver_released(std::uint32_t h, std::size_t i, const Segment& s, double from, double to);
  void note_stay(std::uint32_t h, std::size_t i, std::int64_t t);
  enum class Moved : std::uint8_t { expired, unlisted };
  Later later_place(std::uint32_t h, std::size_t i, Moved why, double age);
  void expire_place(std::uint32_t h, std::uint32_t i, double now);
  void move_on(std::uint32_t h, std::size_t i, const Segment& s, double t, bool at_once);
  void enter_later(std::uint32_t h, std::size_t origin, const Later& later, Segment s, double from, double to,
                   bool at_once);
  void put(std::uint32_t h, std::size_t i, const Segment& s, double entered_from, double entered_to);
  void lose(std::uint32_t h, const Segment& s, double from, double to, Why why, int fallback);

  // --- one hop: at an instant
  void tick(std::uint32_t h, std::int64_t t);
  void follow_tick(std::uint32_t h, std::int64_t t);
  void count_skipped(std::uint32_t timetable, std::int64_t t);
  void end_passages(std::uint32_t h, std::int64_t t);
  void evaluate(std::uint32_t h, std::int64_t t);
  double through_new_workers(const Needs& needs, std::size_t failing) const;
  void change_state(std::uint32_t h, const HopState& to, std::int64_t t);
  void last_attempts(std::uint32_t h, std::size_t i, std::int64_t t);
  void expire_by_setting(std::uint32_t h, std::int64_t t);
  void destroy_lost_places(std::uint32_t h, std::int64_t t);
  void take_impulse(std::uint32_t h, std::int64_t t);
  void set_arrival(std::uint32_t h, std::int64_t t);
  void set_asks(std::uint32_t h, std::int64_t t);
  void regroup(std::uint32_t h, std::size_t i, std::int64_t t);
  void cut_by_gap(std::uint32_t h, std::size_t i, std::int64_t t);
  void apply(std::uint32_t h, std::int64_t t, const std::vector<double>& granted);
  void route_fresh(std::uint32_t h, double rate, const std::vector<std::uint8_t>& list);
  void set_expiry(std::uint32_t h, std::int64_t t);
  void schedule(std::uint32_t h, std::int64_t t);
  std::int64_t next_of_place(std::uint32_t h, std::size_t i, std::int64_t t);
  double entering_too_old(std::uint32_t h, std::size_t i, double now);
  void deliver_impulse(std::uint32_t h, double mass);
  void hold_up(std::uint32_t h, std::int64_t t);

  const System& system_;
  FlowPlan plan_;
  std::vector<Running> hops_;
  std::vector<Place> places_;
  struct LimitBefore {
    std::size_t place = 0;
    double limit_us = 0;
  };
  std::vector<LimitBefore> limits_before_;  // of places whose limit was set in this run
  std::vector<double> port_inflow_;
  std::vector<double> port_impulse_;
  std::vector<double> port_demand_;  // what would enter a port if its component were not held up
  std::vector<double> intake_;       // by component: 1, or the share that full buffers let in
  std::vector<std::uint8_t> value_;
  std::vector<std::uint32_t> running_;
  std::map<std::uint32_t, std::uint32_t> old_;  // condition -> workers that have to be replaced before it holds
  EventHeap events_;
  std::vector<std::uint32_t> queue_;  // ranks to look at, a heap
  std::vector<std::uint8_t> queued_;
  std::vector<std::uint32_t> needing_;  // hops of which a need changed at this instant
  std::size_t levels_ = 1;              // fresh; waiting by position; releases by position
  std::vector<double> asked_, granted_, all_granted_, none_granted_;
  std::vector<std::int64_t> falls_for_good_;  // by condition; never: it does not
  std::vector<std::int64_t> last_fall_;       // by condition, so far in the run; -1: none
  std::vector<std::uint32_t> falls_touched_;
  std::int64_t fell_at_ = -1;                          // the last instant at which a condition fell
  std::vector<std::vector<Passed>> passages_;          // by timetable: what each tick does
  std::vector<std::vector<std::uint32_t>> passed_by_;  // by hop: the timetables that skip ticks through it
  std::vector<Passed> trace_;                          // of the tick that is being followed
  bool straight_ = false;                              // nothing of this tick has stayed anywhere
  std::vector<std::uint32_t> ticking_;
  std::vector<std::uint32_t> chosen_hops_, chosen_ports_;  // that this run looks at
  std::vector<std::uint64_t> happened_before_, happens_;   // by island: a digest of all that changes it; 0: nothing
  std::vector<std::vector<Found>> found_before_;           // by island, the oldest first
  std::vector<std::uint8_t> is_chosen_;                    // by island: this run looks at it
  std::vector<std::uint32_t> pausing_;                     // hops that may pause
  std::vector<Stall> kept_stalls_;
  const Outcome* known_ = nullptr;  // holds the result of the last run
  Outcome* outcome_ = nullptr;
  SimTime horizon_;
};

}  // namespace moshimo::fluid
