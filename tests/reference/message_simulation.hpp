// The reference at work: messages one by one, in places, on their way through ports.
//
// Files by idea: what changes with the conditions (message_states), where messages come from (message_sources), where
// one waits and what becomes of it (message_places), how places are emptied (message_taps), and how a port of limited
// capacity shares itself out (message_ports).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/reference/control.hpp"
#include "tests/reference/reference.hpp"

namespace moshimo::reference {

inline constexpr double reserve =
    4;  // messages that may pass a little before their turn: streams of messages are not smooth

struct Message {
  SimTime arrived;                             // at this hop
  std::uint64_t number = 0;                    // counts the hop's messages
  ErrorClass error = ErrorClass::unavailable;  // with which it failed last
  std::uint64_t entry = 0;                     // set anew each time it enters a place; tells events that came too late
  SimTime ages_from;                           // in its place
};
using Key = std::pair<SimTime, std::uint64_t>;  // oldest first
inline Key key_of(const Message& m) { return {m.arrived, m.number}; }

// A tap: gives out one message whenever its credit reaches one. Without a stated rate it gives out what flows in, and
// `base` per second: what waited when it was opened, or later when that has doubled.
struct Tap {
  bool open = false;
  std::optional<double> rate;
  double base = 0;
  double credit = 0;
  SimTime since;

  double per_second() const { return rate ? *rate : base; }
  void accrue(SimTime now, std::size_t waiting) {
    if (open) credit += per_second() * (now - since).in_seconds();
    if (waiting == 0) {
      credit = std::min(credit, rate ? reserve : 0);
      base = 0;
    }
    since = now;
  }
  void turn(bool to_open, SimTime now, std::size_t waiting) {
    if (open == to_open) return;
    open = to_open;
    since = now;
    base = static_cast<double>(waiting);
    credit = 0;
  }
  // One more waits now.
  void flows_in(std::size_t waiting) {
    if (!open || rate) return;
    credit += 1;
    if (static_cast<double>(waiting) > 2 * base) base = static_cast<double>(waiting);
  }
  std::size_t take(std::size_t waiting) {
    const double whole = std::floor(credit + 1e-9);
    credit -= whole;
    return std::min(waiting, static_cast<std::size_t>(std::max(0.0, whole)));
  }
};

struct Place {  // one fallback of a hop
  std::map<Key, Message> data;
  Duration limit;
  double room_for = 0;             // messages
  std::vector<Duration> gap_ends;  // retry
  Tap drain;                       // without a stated rate of the hop
  Tap release;
  std::optional<Script::Release> released;
  std::vector<Message> attempts;  // retry: asked of a limited port in this round
};

struct Stream {  // of arrivals from a profile
  double rate = 0;
  double volume = 0;
  SimTime since;
  double next = 0;  // the volume at which the next message arrives
  std::uint64_t version = 0;
};

struct HopRun {
  HopState needs;
  double through = 0;                               // share of what new workers send, though the hop fails,
  double sent = 0;                                  // and what of a message that makes so far
  HopState state;                                   // with pauses
  ErrorClass last_error = ErrorClass::unavailable;  // with which it fails, or failed last
  std::optional<ErrorClass> refused;                // since its needs fail
  SimTime paused_until;
  ErrorClass paused_with = ErrorClass::unavailable;
  std::vector<Place> places;
  Tap drain;  // with a stated rate: for all automatic places
  Stream stream;
  double carry = 0;            // of the ratio
  std::vector<Message> fresh;  // asked of a limited port in this round
  std::uint64_t messages = 0;
  std::uint64_t turn_version = 0;
  std::map<std::tuple<ErrorClass, int, LossWindow::Why>, LossWindow> losses;
  std::vector<double> signature;  // of all that counts as a change of state
};

struct PortRun {
  bool limited = false;
  int groups = 0;  // after the fresh arrivals: as many as places in a hop, and the releases
  double tokens = 0;
  SimTime since;
  SimTime next_round = SimTime::never();
  std::vector<HopId> fed;                        // hops whose source it is
  std::vector<HopId> served;                     // hops that deliver to it
  std::map<std::pair<int, HopId>, double> owed;  // shares smaller than a message, by group and hop
};

struct Event {
  enum class Kind { control, timetable, arrival, deadline, attempt, turn, round };
  SimTime at = {};
  Kind kind = Kind::control;
  std::uint64_t order = 0;
  HopId hop = {};
  PortId port = {};
  std::size_t place = 0;
  Key key = {};
  std::uint64_t version = 0;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return std::tie(a.at, a.kind, a.order) > std::tie(b.at, b.kind, b.order);
  }
};

// What a tap gives out in a turn or asks of a port in a round.
struct Ask {
  int group = 0;
  HopId hop;
  std::size_t place = 0;
  bool released = false;
  std::size_t want = 0;
};
inline constexpr int group_of_releases = 1000;

// Spread evenly over 0 to 1, the same for the same two numbers.
double uniform(std::uint64_t a, std::uint64_t b);
Duration after(double seconds);

class Simulation {
 public:
  Simulation(const System& system, const Script& script, SimTime horizon, const ReferenceOptions& options);
  ReferenceResult run();

 private:
  // setting up
  HopRun& of(HopId id) { return hops_[id.value]; }
  const HopRun& of(HopId id) const { return hops_[id.value]; }
  PortRun& of(PortId id) { return ports_[id.value]; }
  HopLedger& ledger(HopId id) { return result_.hops[id.value]; }
  const Hop& hop(HopId id) const { return system_.hops[id]; }
  void set_up(HopId id, const Script& script);
  void order_ports();
  void plan_control();
  void plan_profile_steps(const Profile& profile);
  void plan(Event e);
  void happen(const Event& e);

  // conditions
  bool holds(const Need& need) const;
  bool hold(const Needs& needs) const;
  bool falls_for_good(ConditionId id) const;
  bool falls(ConditionId id) const;
  void control();
  void destroy_content(HopId id);
  void keep_for(StoreId store, Duration holds_for);

  // the state of a hop
  void update_state(HopId id);
  void fail_with(HopId id, ErrorClass error);
  std::vector<std::uint8_t> list_of(HopId id, ErrorClass error) const;
  bool readable(HopId id, std::size_t place) const;
  bool drains(HopId id, std::size_t place) const;
  void update_taps(HopId id);
  double capacity_of(PortId id) const;
  double share_running(ProcessId id) const;
  void count_changes(HopId id);

  // sources
  double rate_now(HopId id) const;
  void update_stream(HopId id);
  void plan_stream_arrival(HopId id);
  void stream_arrival(HopId id);
  void offer(HopId id, double amount);
  void enter(PortId id);

  // the way of a message
  void arrive(HopId id);
  void fail(HopId id, Message m, ErrorClass error);
  void deliver(HopId id, const Message& m, bool released);
  void move_on(HopId id, Message m, int from, LossWindow::Why why);
  void put(HopId id, std::size_t i, Message m);
  void plan_deadline(HopId id, std::size_t i, const Message& m);
  void lose(HopId id, const Message& m, int place, LossWindow::Why why);
  std::vector<Message> take_all(HopId id, std::size_t i);
  std::optional<Message> find(HopId id, std::size_t i, const Key& key, std::uint64_t entry);
  void deadline(const Event& e);

  // retries
  void plan_attempt(HopId id, std::size_t i, const Message& m);
  void attempt(const Event& e);
  void ask_for_attempt(HopId id, std::size_t i, const Message& m);

  // drains and releases
  std::size_t waiting_to_drain(HopId id) const;
  std::vector<Ask> turn_of(HopId id);
  std::vector<std::size_t> oldest_first(HopId id, std::size_t n) const;
  void deliver_oldest(HopId id, std::size_t i, std::size_t n, bool released);
  void take_turn(HopId id);
  void plan_turn(HopId id);

  // ports of limited capacity
  bool is_limited(HopId id) { return hop(id).to.is_set() && of(hop(id).to).limited; }
  void plan_round(PortId id, SimTime not_before = SimTime{});
  void settle_all_ports();
  double room_behind(PortId id) const;

  // Capacity cannot be stored, save for what makes up for the unevenness of single messages: each group leaves a few
  // tokens for the next message of those before it, which would otherwise find that it came a moment too late.
  double unevenness(PortId id) const { return 1 + static_cast<double>(ports_[id.value].served.size()); }
  double tokens_left_by(PortId id, int group) const {
    return std::min(group, ports_[id.value].groups) * unevenness(id);
  }
  double most_kept(PortId id) const { return (ports_[id.value].groups + 1) * unevenness(id); }
  void settle(PortId id);
  std::vector<std::size_t> share_out(PortId id, const std::vector<Ask>& asks, double capacity);
  void grant(const Ask& ask, std::size_t granted);

  // the end
  void close_ledger(HopId id);

  const System& system_;
  const Script& script_;
  const ReferenceOptions& options_;
  SimTime horizon_;
  SimTime now_;
  ReferenceResult result_;
  std::vector<StepFunction<HopState>> needs_;  // by HopId
  std::vector<StepFunction<double>> through_;  // by HopId
  std::vector<bool> conditions_;
  std::vector<std::uint32_t> running_;
  std::vector<HopRun> hops_;
  std::vector<PortRun> ports_;
  std::vector<PortId> port_order_;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  std::uint64_t next_order_ = 0;
  std::uint64_t next_entry_ = 0;
  bool cut_by_block_ = false;
};

}  // namespace moshimo::reference
