#include "core/flow.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "core/backlog.hpp"
#include "core/flow_plan.hpp"

namespace moshimo {
namespace {

using Why = LossWindow::Why;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double second = 1e6;           // in microseconds, the unit of time of this file
constexpr double late_after = second;    // what waited longer is late
constexpr double shortest_gap = second;  // a retry backlog never leaves faster than this
constexpr double most_pieces = 256;      // of a retry backlog whose target takes only a share
constexpr double least_mass = 1e-9;      // events; less is a trace of rounding
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// The whole microsecond at or after `t`, and after `now`: events must move the clock.
std::int64_t event_after(double t, std::int64_t now) {
  if (t >= 9.2e18) return never;
  return std::max(static_cast<std::int64_t>(std::ceil(t)), now + 1);
}

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
  double drained = 0;   // since the last change
  double assumed = 0;   // of that, what `ask` took to expire in earlier places
  double drain = 0;     // leaves to the target
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
};

// Events by hop, the earliest first; a hop is in it at most once.
class EventHeap {
 public:
  void reset(std::size_t hops) {
    heap_.clear();
    place_.assign(hops, none);
    time_.assign(hops, never);
  }
  std::int64_t earliest() const { return heap_.empty() ? never : time_[heap_.front()]; }
  std::uint32_t top() const { return heap_.front(); }
  void set(std::uint32_t hop, std::int64_t time) {
    const bool was_in = place_[hop] != none;
    if (time == never) {
      if (was_in) remove(hop);
      return;
    }
    const std::int64_t before = time_[hop];
    time_[hop] = time;
    if (!was_in) {
      place_[hop] = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back(hop);
      up(place_[hop]);
    } else if (time < before) {
      up(place_[hop]);
    } else {
      down(place_[hop]);
    }
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  bool before(std::uint32_t a, std::uint32_t b) const { return time_[a] != time_[b] ? time_[a] < time_[b] : a < b; }
  void swap_at(std::uint32_t i, std::uint32_t j) {
    std::swap(heap_[i], heap_[j]);
    place_[heap_[i]] = i;
    place_[heap_[j]] = j;
  }
  void up(std::uint32_t i) {
    while (i > 0 && before(heap_[i], heap_[(i - 1) / 2])) {
      swap_at(i, (i - 1) / 2);
      i = (i - 1) / 2;
    }
  }
  void down(std::uint32_t i) {
    for (;;) {
      std::uint32_t least = i;
      for (std::uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap_.size(); ++child) {
        if (before(heap_[child], heap_[least])) least = child;
      }
      if (least == i) return;
      swap_at(i, least);
      i = least;
    }
  }
  void remove(std::uint32_t hop) {
    const std::uint32_t i = place_[hop];
    const std::uint32_t last = static_cast<std::uint32_t>(heap_.size()) - 1;
    if (i != last) swap_at(i, last);
    heap_.pop_back();
    place_[hop] = none;
    time_[hop] = never;
    if (i < heap_.size()) {
      up(i);
      down(i);
    }
  }
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> place_;
  std::vector<std::int64_t> time_;
};

const std::vector<std::uint8_t> only_first = {0};
const std::vector<std::uint8_t> nothing = {};

}  // namespace

class Flow::Engine {
 public:
  explicit Engine(const System& system) : system_(system), plan_(system) {
    hops_.resize(plan_.hops);
    places_.resize(plan_.places.size());
    port_inflow_.resize(plan_.ports);
    port_impulse_.resize(plan_.ports);
    port_demand_.resize(plan_.ports);
    intake_.resize(system.components.size());
    queued_.assign(plan_.hops + plan_.ports, 0);
    std::size_t most_places = 0;
    for (std::uint32_t h = 0; h < plan_.hops; ++h) {
      most_places = std::max<std::size_t>(most_places, plan_.first_place[h + 1] - plan_.first_place[h]);
    }
    levels_ = 1 + 2 * most_places;
    asked_.resize(levels_);
    granted_.resize(levels_);
    all_granted_.assign(levels_, 1.0);
    none_granted_.assign(levels_, 0.0);
  }

  void run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
           const std::vector<Script::Release>& releases, SimTime horizon, bool record_losses, Outcome& outcome);

 private:
  // --- looking things up
  const Hop& hop(std::uint32_t h) const { return system_.hops[HopId(h)]; }
  std::uint32_t place_count(std::uint32_t h) const { return plan_.first_place[h + 1] - plan_.first_place[h]; }
  Place& place(std::uint32_t h, std::size_t i) { return places_[plan_.first_place[h] + i]; }
  const PlaceRow& row(std::uint32_t h, std::size_t i) const { return plan_.places[plan_.first_place[h] + i]; }
  bool holds(const Need& need) const {
    if (value_[need.condition.value] != 0) return true;
    return std::any_of(need.alternatives.begin(), need.alternatives.end(),
                       [this](ConditionId c) { return value_[c.value] != 0; });
  }
  bool holds(const Needs& needs) const {
    return std::all_of(needs.begin(), needs.end(), [this](const Need& n) { return holds(n); });
  }
  bool accepts(std::uint32_t h, std::size_t i) { return !place(h, i).destroyed && holds(hop(h).fallbacks[i].accepts); }
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
  bool is_limited(std::uint32_t h) const { return hop(h).to.is_set() && plan_.can_limit[hop(h).to.value] != 0; }

  // --- the clock
  void start(bool record_losses, Outcome& outcome);
  void apply_transitions(std::int64_t t);
  void mark_hop(std::uint32_t h) { mark(h); }
  void mark_port(std::uint32_t p) { mark(plan_.hops + p); }
  void mark(std::uint32_t node);
  void work_off(std::int64_t t);
  void visit(std::uint32_t h, std::int64_t t);
  void settle(std::uint32_t p, std::int64_t t);
  void finish(SimTime horizon, Outcome& outcome);

  // --- one hop: moving masses up to now
  void advance(std::uint32_t h, std::int64_t t);
  void thin_retries(std::uint32_t h, std::size_t i, double from, double to);
  void drain(std::uint32_t h, std::size_t i, double from, double to, double already);
  // Data leaves it that comes out of an earlier place at the same time.
  static bool passes_on(const Place& p) { return p.drain > 0 && !p.retrying && p.inflow > p.fresh; }
  void deliver_waiting(std::uint32_t h, const Segment& s, double from, double to);
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
  void evaluate(std::uint32_t h, std::int64_t t);
  void change_state(std::uint32_t h, const HopState& to, std::int64_t t);
  void last_attempts(std::uint32_t h, std::size_t i, std::int64_t t);
  void destroy_lost_places(std::uint32_t h, std::int64_t t);
  void take_impulse(std::uint32_t h, std::int64_t t);
  void set_arrival(std::uint32_t h, std::int64_t t);
  void set_asks(std::uint32_t h, std::int64_t t);
  void regroup(std::uint32_t h, std::size_t i, std::int64_t t);
  void cut_by_gap(std::uint32_t h, std::size_t i, std::int64_t t);
  void apply(std::uint32_t h, std::int64_t t, const std::vector<double>& granted);
  void route_fresh(std::uint32_t h, double rate, const std::vector<std::uint8_t>& list);
  void set_expiry(std::uint32_t h, std::int64_t t);
  std::int64_t next_of_place(std::uint32_t h, std::size_t i, std::int64_t t);
  double entering_too_old(std::uint32_t h, std::size_t i, double now);
  void deliver_impulse(std::uint32_t h, double mass);
  void hold_up(std::uint32_t h, std::int64_t t);

  const System& system_;
  FlowPlan plan_;
  std::vector<Running> hops_;
  std::vector<Place> places_;
  std::vector<double> port_inflow_;
  std::vector<double> port_impulse_;
  std::vector<double> port_demand_;  // what would enter a port if its component were not held up
  std::vector<double> intake_;       // by component: 1, or the share that full buffers let in
  std::vector<std::uint8_t> value_;
  std::vector<std::uint32_t> running_;
  EventHeap events_;
  std::vector<std::uint32_t> queue_;  // ranks to look at, a heap
  std::vector<std::uint8_t> queued_;
  std::size_t levels_ = 1;  // fresh; waiting by position; releases by position
  std::vector<double> asked_, granted_, all_granted_, none_granted_;
  std::vector<std::int64_t> falls_for_good_;  // by condition; never: it does not
  std::vector<std::uint32_t> falls_touched_;
  Outcome* outcome_ = nullptr;
  bool record_ = true;
};

// What a failing hop does with its data; for an open one, where expired data goes.
const std::vector<std::uint8_t>& Flow::Engine::list_of(std::uint32_t h) const {
  const Running& r = hops_[h];
  if (!r.state.open) return hop(h).reaction(r.state.error).fallbacks;
  if (r.has_failed) return hop(h).reaction(r.last_error).fallbacks;
  return hop(h).ordered ? only_first : nothing;
}

void Flow::Engine::mark(std::uint32_t node) {
  if (queued_[node] != 0) return;
  queued_[node] = 1;
  queue_.push_back(plan_.node_rank[node]);
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>{});
}

void Flow::Engine::work_off(std::int64_t t) {
  std::size_t visits = 0;
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>{});
    const std::uint32_t node = plan_.node_at_rank[queue_.back()];
    queue_.pop_back();
    queued_[node] = 0;
    if (node < plan_.hops) {
      visit(node, t);
    } else {
      settle(node - plan_.hops, t);
    }
    if (++visits > 1000 + 100 * queued_.size()) throw std::logic_error("the rates of one instant do not settle");
  }
}

// ---- masses ----------------------------------------------------------------------------------------------------

void Flow::Engine::lose(std::uint32_t h, const Segment& s, double from, double to, Why why, int fallback) {
  HopLedger& ledger = outcome_->hops[h];
  ledger.lost += s.mass;
  if (!record_) return;
  const Running& r = hops_[h];
  // An open hop loses what was cut off, or what a failure long over left waiting.
  const bool left_over = r.has_failed && (why == Why::expired || why == Why::destroyed);
  const ErrorClass error = !r.state.open ? r.state.error : left_over ? r.last_error : r.cut_error;
  const auto whole = [](double x) { return SimTime::microseconds(std::llround(x)); };
  const double rate = to > from ? s.mass / (to - from) * second : 0;
  for (auto w = ledger.losses.rbegin(); w != ledger.losses.rend() && w - ledger.losses.rbegin() < 3; ++w) {
    if (w->error != error || w->fallback != fallback || w->why != why) continue;
    if (from > w->lost_to.in_seconds() * second + 2 || s.arrived_from < w->arrived_from.in_seconds() * second - 2)
      break;
    w->arrived_to = std::max(w->arrived_to, whole(s.arrived_to));
    w->lost_to = std::max(w->lost_to, whole(to));
    w->events += s.mass;
    if (w->onset_per_s <= 0) w->onset_per_s = rate;
    return;
  }
  ledger.losses.push_back(
      {whole(s.arrived_from), whole(s.arrived_to), whole(from), whole(to), s.mass, error, fallback, why, rate});
}

// Data that waited and now goes to the target between `from` and `to`, evenly, oldest first.
void Flow::Engine::deliver_waiting(std::uint32_t h, const Segment& s, double from, double to) {
  HopLedger& ledger = outcome_->hops[h];
  const double first = std::max(from - s.arrived_from, 0.0);
  const double last = std::max(to - s.arrived_to, 0.0);
  double late = 1;
  if (first <= late_after && last <= late_after) {
    late = 0;
  } else if (first <= late_after || last <= late_after) {
    late = (std::max(first, last) - late_after) / std::abs(last - first);
  }
  ledger.late += s.mass * late;
  ledger.on_time += s.mass * (1 - late);
  if (late > 0) {
    ledger.longest_delay = std::max(ledger.longest_delay, Duration::microseconds(std::llround(std::max(first, last))));
  }
}

void Flow::Engine::deliver_released(std::uint32_t h, std::size_t i, const Segment& s, double from, double to) {
  HopLedger& ledger = outcome_->hops[h];
  const double late = ledger.late;
  deliver_waiting(h, s, from, to);
  ledger.recovered += ledger.late - late;
  const int number = place(h, i).stay;
  if (number < 0) return;
  Stay& stay = ledger.stays[static_cast<std::size_t>(number)];
  stay.released += s.mass;
  stay.arrived_from = std::min(stay.arrived_from, SimTime::microseconds(std::llround(s.arrived_from)));
  stay.arrived_to = std::max(stay.arrived_to, SimTime::microseconds(std::llround(s.arrived_to)));
}

// A stay begins when data comes into a place that somebody has to release, and ends when the place is empty.
void Flow::Engine::note_stay(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  const bool holds_data = p.backlog.mass() > least_mass || p.inflow > p.drain;
  if (!holds_data && p.stay < 0) return;
  std::vector<Stay>& stays = outcome_->hops[h].stays;
  if (p.stay < 0) {
    p.stay = static_cast<int>(stays.size());
    Stay stay;
    stay.fallback = static_cast<std::uint8_t>(i);
    stay.from = SimTime::microseconds(t);
    stays.push_back(stay);
  }
  Stay& stay = stays[static_cast<std::size_t>(p.stay)];
  stay.most = std::max(stay.most, p.backlog.mass());
  if (holds_data) return;
  stay.to = SimTime::microseconds(t);
  p.stay = -1;
}

// Puts data into a place it was not in before.
void Flow::Engine::put(std::uint32_t h, std::size_t i, const Segment& s, double entered_from, double entered_to) {
  const Fallback& f = hop(h).fallbacks[i];
  if (f.kind == Fallback::Kind::hand_on) {
    outcome_->hops[h].handed_on += s.mass;
    return;
  }
  Segment moved = s;
  const bool by_arrival = f.age == Fallback::Age::since_arrival;
  moved.clock_from = by_arrival ? s.arrived_from : entered_from;
  moved.clock_to = by_arrival ? s.arrived_to : entered_to;
  place(h, i).backlog.add(moved);
}

// Where data goes that leaves place `i`, and arrived `age` ago. Data whose time is up passes by a place in which it
// would be over age already.
Later Flow::Engine::later_place(std::uint32_t h, std::size_t i, Moved why, double age) {
  Later later;
  const auto by_arrival = [&](std::size_t k) { return hop(h).fallbacks[k].age == Fallback::Age::since_arrival; };
  for (std::uint8_t j : list_of(h)) {
    const double limit = row(h, j).limit_us;
    const bool over_age = by_arrival(j) && limit <= (by_arrival(i) ? row(h, i).limit_us : age);
    if (j <= i || row(h, j).limit_us <= 0 || (over_age && why == Moved::expired)) continue;
    const bool has_room = !place(h, j).full || hop(h).fallbacks[j].overflow != Overflow::next;
    if (accepts(h, j) && has_room) return {j, later.refused};
    later.refused = true;
    later.full = later.full || !has_room;
  }
  return later;
}

// Data whose time in place `i` is up. `at_once`: at the instant `t`, not little by little up to it.
void Flow::Engine::move_on(std::uint32_t h, std::size_t i, const Segment& s, double t, bool at_once) {
  const double limit = row(h, i).limit_us;
  const double from = at_once ? t : std::min(s.clock_from + limit, t);
  const double to = at_once ? t : std::min(s.clock_to + limit, t);
  at_once = at_once || !s.has_width();
  const Later later = at_once ? later_place(h, i, Moved::expired, from - s.arrived_from) : place(h, i).expires;
  if (later.place >= 0) return enter_later(h, i, later, s, from, to, at_once);
  lose(h, s, from, to, later.full ? Why::full : later.refused ? Why::refused : Why::expired, static_cast<int>(i));
}

// From place `origin` into a later one; what finds no room there goes on or is lost.
void Flow::Engine::enter_later(std::uint32_t h, std::size_t origin, const Later& later, Segment s, double from,
                               double to, bool at_once) {
  const auto j = static_cast<std::size_t>(later.place);
  const Fallback& f = hop(h).fallbacks[j];
  if (f.kind == Fallback::Kind::hand_on && at_once) {
    port_impulse_[f.port.value] += s.mass;
    mark_port(f.port.value);
  }
  const double room = row(h, j).capacity - place(h, j).backlog.mass();
  if (s.mass <= room || f.kind == Fallback::Kind::hand_on) return put(h, j, s, from, to);
  const double full_at = from + (to - from) * std::max(room, 0.0) / s.mass;
  if (f.overflow == Overflow::drop_oldest) {
    put(h, j, s, from, to);
    place(h, j).backlog.take(s.mass - room, [&](const Segment& x) { lose(h, x, full_at, to, Why::full, later.place); });
    return;
  }
  if (room > 0) put(h, j, Backlog::cut(s, room / s.mass), from, full_at);
  from = full_at;
  if (f.overflow == Overflow::next) {
    const Later next = later_place(h, j, Moved::unlisted, from - s.arrived_from);
    if (next.place >= 0) return enter_later(h, origin, next, s, from, to, at_once);
  }
  lose(h, s, from, to, Why::full, later.place);
}

// Retries between `from` and `to`: of every piece an even part of its own gap is delivered.
void Flow::Engine::thin_retries(std::uint32_t h, std::size_t i, double from, double to) {
  Place& p = place(h, i);
  const std::vector<GapStep>& steps = row(h, i).attempts.steps;
  HopLedger& ledger = outcome_->hops[h];
  double late = 0, on_time = 0, longest = 0;
  p.backlog.thin([&](const Segment& s) {
    if (s.clock_from >= p.retry_since) return s.mass;  // came after the attempts were laid out
    const double age = p.retry_since - 0.5 * (s.clock_from + s.clock_to);
    auto step = std::upper_bound(steps.begin(), steps.end(), age,
                                 [](double a, const GapStep& g) { return a < static_cast<double>(g.from.us()); });
    const double gap = std::max(step == steps.begin() ? 0.0 : static_cast<double>((step - 1)->gap.us()), shortest_gap);
    const double before = std::max(1 - p.share * (from - p.retry_since) / gap, 0.0);
    const double after = 1 - p.share * (to - p.retry_since) / gap;
    const double kept = after <= 1e-12 || before <= 0 ? 0 : s.mass * after / before;
    const double gone = s.mass - kept;
    const double end = std::min(to, p.retry_since + gap / p.share);
    if (end - s.arrived_from > late_after) {
      late += gone;
      longest = std::max(longest, end - s.arrived_from);
    } else {
      on_time += gone;
    }
    return kept;
  });
  ledger.late += late;
  ledger.on_time += on_time;
  const double oldest = std::isinf(row(h, i).limit_us) ? longest : std::min(longest, row(h, i).limit_us);
  ledger.longest_delay = std::max(ledger.longest_delay, Duration::microseconds(std::llround(oldest)));
}

void Flow::Engine::expire_place(std::uint32_t h, std::uint32_t i, double now) {
  Place& p = place(h, i);
  const double limit = row(h, i).limit_us;
  if (p.backlog.empty() || p.retrying || std::isinf(limit)) return;
  p.backlog.expire(now - limit, [&](const Segment& s) { move_on(h, i, s, now, false); });
}

// What leaves to the target between `from` and `to`, less what has left already.
void Flow::Engine::drain(std::uint32_t h, std::size_t i, double from, double to, double already) {
  Place& p = place(h, i);
  const double wanted = p.drain * (to - from);
  double before = already;
  const bool released = hop(h).fallbacks[i].release.is_set();
  const auto at = [&](double taken) { return from + std::min(taken / wanted, 1.0) * (to - from); };
  const auto deliver = [&](const Segment& segment) {
    if (released) {
      deliver_released(h, i, segment, at(before), at(before + segment.mass));
    } else {
      deliver_waiting(h, segment, at(before), at(before + segment.mass));
    }
    before += segment.mass;
  };
  p.backlog.take(wanted - already, deliver);
  if (p.backlog.mass() <= least_mass) p.backlog.take(infinity, deliver);  // what rounding leaves goes along
  p.drained = before;
}

void Flow::Engine::advance(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  if (r.since == t) return;
  const double from = static_cast<double>(r.since);
  const double to = static_cast<double>(t);
  const double dt = to - from;
  HopLedger& ledger = outcome_->hops[h];
  r.since = t;
  ledger.offered += r.arrival * dt;
  ledger.on_time += r.fresh_out * dt;
  if (!r.state.open && r.arrival > 0 && r.paused_until == 0) {
    const Duration pause = hop(h).reaction(r.state.error).pause.most;
    if (pause > Duration{}) {
      r.refused = true;
      r.pause = pause;
      r.pause_error = r.state.error;
    }
  }
  const std::uint32_t n = place_count(h);
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    if (p.fresh > 0) put(h, i, {from, to, from, to, p.fresh * dt}, from, to);
    p.drained = 0;
    if (p.backlog.empty()) continue;
    if (p.retrying) {
      if (p.share > 0) thin_retries(h, i, from, to);
    } else if (p.drain > 0) {
      drain(h, i, from, to, 0);
    }
    if (p.dropping > 0) {
      p.backlog.take(p.dropping * dt, [&](const Segment& s) { lose(h, s, from, to, Why::full, static_cast<int>(i)); });
    }
  }
  // The later places first, so that what leaves them makes room; then what came to them too late to stay.
  for (std::uint32_t i = n; i-- > 0;) expire_place(h, i, to);
  for (std::uint32_t i = 1; i < n; ++i) {
    if (passes_on(place(h, i))) drain(h, i, from, to, place(h, i).drained);
    expire_place(h, i, to);
  }
  if (r.lost_rate > 0) lose(h, {from, to, from, to, r.lost_rate * dt}, from, to, r.lost_why, r.lost_fallback);
}

// ---- an instant -------------------------------------------------------------------------------------------------

void Flow::Engine::deliver_impulse(std::uint32_t h, double mass) {
  if (!hop(h).to.is_set() || mass <= 0) return;
  port_impulse_[hop(h).to.value] += mass;
  mark_port(hop(h).to.value);
}

// While the target took what was asked, data that reached the end of its schedule was delivered by its last attempt.
void Flow::Engine::last_attempts(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  if (!p.retrying || p.backlog.empty() || std::isinf(row(h, i).limit_us)) return;
  const double now = static_cast<double>(t);
  const double taken = p.share;
  p.backlog.expire(now - row(h, i).limit_us, [&](const Segment& s) {
    Segment delivered = s;
    delivered.mass = s.mass * taken;
    if (taken > 0) {
      deliver_waiting(h, delivered, now, now);
      deliver_impulse(h, delivered.mass);
    }
    Segment rest = s;
    rest.mass = s.mass - delivered.mass;
    if (rest.mass > 0) move_on(h, i, rest, now, true);
  });
}

void Flow::Engine::tick(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row = hop(h);
  while (r.next_tick <= t) {
    r.impulse += row.ratio;
    r.next_tick = row.every.is_forever() ? never : r.next_tick + std::max<std::int64_t>(row.every.us(), 1);
  }
}

void Flow::Engine::evaluate(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Needs& needs = hop(h).needs;
  HopState state;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (holds(needs[i])) continue;
    state = {false, needs[i].error, static_cast<std::uint16_t>(i)};
    break;
  }
  if (state.open) {
    if (!r.needs_hold && r.refused) {
      r.paused_until = t + r.pause.us();
      r.refused = false;
    }
    if (r.paused_until > t) {
      state = {false, r.pause_error, r.state.need};
    } else {
      r.paused_until = 0;
    }
    r.needs_hold = true;
  } else {
    r.needs_hold = false;
    r.paused_until = 0;
  }
  if (!(state == r.state) || !r.started) change_state(h, state, t);
}

void Flow::Engine::change_state(std::uint32_t h, const HopState& to, std::int64_t t) {
  Running& r = hops_[h];
  const HopState old = r.state;
  const std::uint32_t n = place_count(h);
  if (old.open) {
    for (std::uint32_t i = 0; i < n; ++i) {
      last_attempts(h, i, t);
      place(h, i).retrying = false;
    }
  }
  r.state = to;
  StepFunction<HopState>& states = outcome_->hop_states[h];
  const SimTime at = SimTime::microseconds(t);
  if (!states.empty() && states.back().at == at) states.pop_back();
  if (states.empty() || !(states.back().value == to)) states.push_back({at, to});
  r.started = true;
  if (to.open) {
    for (std::uint32_t i = 0; i < n; ++i) place(h, i).base = 0;
    return;
  }
  r.has_failed = true;
  r.last_error = to.error;
  if (!old.open && old.error == to.error) return;
  // What waits in a retry or queue that this class does not use goes to a later place that it does use.
  const std::vector<std::uint8_t>& list = hop(h).reaction(to.error).fallbacks;
  const double now = static_cast<double>(t);
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    const Fallback& f = hop(h).fallbacks[i];
    if (p.backlog.empty() || f.release.is_set()) continue;
    if (std::find(list.begin(), list.end(), i) != list.end()) continue;
    int target = -1;
    for (std::uint8_t j : list) {  // another use of the same store is the same place
      const Fallback& other = hop(h).fallbacks[j];
      if (f.store.is_set() && other.store == f.store && !other.release.is_set()) target = j;
    }
    const Later later = target < 0 ? later_place(h, i, Moved::unlisted, 0) : Later{};
    p.backlog.take(infinity, [&](const Segment& s) {
      if (target >= 0) return put(h, static_cast<std::size_t>(target), s, now, now);
      if (later.place >= 0) return enter_later(h, i, later, s, now, now, true);
      const Why why = list.empty() ? Why::no_fallback : later.full ? Why::full : Why::refused;
      lose(h, s, now, now, why, static_cast<int>(i));
    });
  }
  for (std::uint32_t i = 0; i < n; ++i) {  // what was moved may be too old where it came to
    Place& p = place(h, i);
    if (p.backlog.empty() || std::isinf(row(h, i).limit_us)) continue;
    p.backlog.expire(now - row(h, i).limit_us, [&](const Segment& s) { move_on(h, i, s, now, true); });
  }
}

void Flow::Engine::destroy_lost_places(std::uint32_t h, std::int64_t t) {
  const Hop& row = hop(h);
  for (std::size_t i = 0; i < row.fallbacks.size(); ++i) {
    if (!row.fallbacks[i].store.is_set() || place(h, i).destroyed) continue;
    const Store& store = system_.stores[row.fallbacks[i].store];
    const bool gone = std::any_of(store.lost_with.begin(), store.lost_with.end(),
                                  [&](ConditionId c) { return falls_for_good_[c.value] <= t; });
    if (!gone) continue;
    Place& p = place(h, i);
    p.destroyed = true;
    const double now = static_cast<double>(t);
    p.backlog.take(infinity, [&](const Segment& s) { lose(h, s, now, now, Why::destroyed, static_cast<int>(i)); });
  }
}

void Flow::Engine::take_impulse(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  if (r.impulse <= 0) return;
  double mass = r.impulse;
  r.impulse = 0;
  HopLedger& ledger = outcome_->hops[h];
  ledger.offered += mass;
  const Hop& row_of_hop = hop(h);
  const double now = static_cast<double>(t);
  if (!r.state.open && r.paused_until == 0) {
    const Duration pause = row_of_hop.reaction(r.state.error).pause.most;
    if (pause > Duration{}) {
      r.refused = true;
      r.pause = pause;
      r.pause_error = r.state.error;
    }
  }
  const bool through_store = row_of_hop.ordered && (row_of_hop.drain || is_limited(h) || !place(h, 0).backlog.empty());
  if (r.state.open && !through_store) {
    ledger.on_time += mass;
    return deliver_impulse(h, mass);
  }
  bool refused = false, full = false;
  int last = -1;
  for (std::uint8_t i : r.state.open ? only_first : row_of_hop.reaction(r.state.error).fallbacks) {
    if (row(h, i).limit_us <= 0) continue;
    last = i;
    if (!accepts(h, i)) {
      refused = true;
      continue;
    }
    Place& p = place(h, i);
    const Overflow overflow = row_of_hop.fallbacks[i].overflow;
    const double room = row(h, i).capacity - p.backlog.mass();
    // What has entered a component that its buffer holds up is inside already, even if it came all at once.
    const double fits = overflow == Overflow::block ? mass : std::min(mass, std::max(room, 0.0));
    if (fits > 0) {
      put(h, i, {now, now, now, now, fits}, now, now);
      if (row_of_hop.fallbacks[i].kind == Fallback::Kind::hand_on) {
        port_impulse_[row_of_hop.fallbacks[i].port.value] += fits;
        mark_port(row_of_hop.fallbacks[i].port.value);
      }
      p.regroup_at = std::min(p.regroup_at, t);
      mass -= fits;
    }
    if (mass <= 0) return;
    if (overflow == Overflow::drop_oldest) {
      p.backlog.take(mass, [&](const Segment& s) { lose(h, s, now, now, Why::full, i); });
      put(h, i, {now, now, now, now, mass}, now, now);
      return;
    }
    if (overflow != Overflow::next) return lose(h, {now, now, now, now, mass}, now, now, Why::full, i);
    full = true;
  }
  const Why why = full ? Why::full : refused ? Why::refused : Why::no_fallback;
  lose(h, {now, now, now, now, mass}, now, now, why, why == Why::no_fallback ? -1 : last);
}

void Flow::Engine::set_arrival(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row = hop(h);
  switch (row.source) {
    case Hop::Source::port:
      r.arrival = port_inflow_[row.from.value] * row.ratio;
      r.unstalled = port_demand_[row.from.value] * row.ratio;
      return;
    case Hop::Source::timetable:
    case Hop::Source::signal: r.arrival = r.unstalled = 0; return;
    case Hop::Source::profile:
    case Hop::Source::work: break;
  }
  double rate = 0;
  const Profile& profile = row.profile;
  const std::int64_t period = profile.period.is_forever() ? never : std::max<std::int64_t>(profile.period.us(), 1);
  const std::int64_t base = period == never ? 0 : t - t % period;
  std::int64_t next = period == never ? never : base + period;
  for (const ProfileStep& step : profile.steps) {
    if (base + step.offset.us() <= t) {
      rate = step.rate.per_second();
    } else {
      next = std::min(next, base + step.offset.us());
      break;
    }
  }
  if (profile.steps.size() <= 1) next = never;
  r.next = next;
  if (row.source == Hop::Source::work) {
    const Port& port = system_.ports[row.from];
    rate = holds(port.needs) ? rate * running_share(port.process) : 0;
  }
  r.arrival = r.unstalled = rate / second * row.ratio;
  if (row.source == Hop::Source::work && row.component.is_set()) r.arrival *= intake_[row.component.value];
}

// A full buffer that blocks lets in what leaves it; the rest of the component's intake waits outside.
void Flow::Engine::hold_up(std::uint32_t h, std::int64_t t) {
  const Hop& row_of_hop = hop(h);
  Running& r = hops_[h];
  double share = 1;
  const std::vector<std::uint8_t>& list = !r.state.open        ? row_of_hop.reaction(r.state.error).fallbacks
                                          : row_of_hop.ordered ? only_first
                                                               : nothing;
  for (std::uint8_t i : list) {
    const Overflow overflow = row_of_hop.fallbacks[i].overflow;
    if (!accepts(h, i) || (place(h, i).full && overflow == Overflow::next)) continue;
    const double leaves = place(h, i).drain + place(h, i).expiring;
    const bool blocks = overflow == Overflow::block && place(h, i).full && r.unstalled > leaves * (1 + 1e-12);
    if (blocks) share = leaves / r.unstalled;
    break;
  }
  if (std::abs(share - r.intake) <= 1e-12) return;
  r.intake = share;
  const std::uint32_t c = row_of_hop.component.value;
  double all = 1;
  for (std::uint32_t other : plan_.component_blockers.of(c)) all = std::min(all, hops_[other].intake);
  if (all == intake_[c]) return;
  if (intake_[c] >= 1) {
    outcome_->stalls.push_back({row_of_hop.component, HopId(h), SimTime::microseconds(t), SimTime::never()});
  } else if (all >= 1) {
    for (Stall& stall : outcome_->stalls) {
      if (stall.component == row_of_hop.component && stall.to.is_never()) stall.to = SimTime::microseconds(t);
    }
  }
  intake_[c] = all;
  for (std::uint32_t p : plan_.component_ports.of(c)) mark_port(p);
  for (std::uint32_t other : plan_.component_blockers.of(c)) {
    if (hop(other).source == Hop::Source::work) mark_hop(other);
  }
}

void Flow::Engine::regroup(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  last_attempts(h, i, t);
  const double now = static_cast<double>(t);
  const std::vector<GapStep>& steps = row(h, i).attempts.steps;
  p.retrying = true;
  p.retry_since = now;
  p.regroup_at = never;
  p.groups.clear();
  const auto add = [&](double gap, double mass) {
    gap = std::max(gap, shortest_gap);
    if (!p.groups.empty() && p.groups.back().gap == gap) {
      p.groups.back().mass += mass;
    } else {
      p.groups.push_back({gap, mass});
    }
  };
  for (const Segment& s : p.backlog) {
    const double oldest = now - s.clock_from;
    const double youngest = now - s.clock_to;
    auto step = std::upper_bound(steps.begin(), steps.end(), oldest,
                                 [](double a, const GapStep& g) { return a < static_cast<double>(g.from.us()); });
    double upper = oldest;  // the part of the segment between the beginning of a step and `upper`
    while (step != steps.begin()) {
      --step;
      const double lower = std::max(static_cast<double>(step->from.us()), youngest);
      const double gap = static_cast<double>(step->gap.us());
      if (!s.has_width()) {
        add(gap, s.mass);
        break;
      }
      if (upper > lower) add(gap, s.density() * (upper - lower));
      upper = std::min(upper, lower);
      if (upper <= youngest) break;
    }
  }
}

// Each piece of the backlog in a gap of its own, so that it can be thinned by it.
void Flow::Engine::cut_by_gap(std::uint32_t h, std::size_t i, std::int64_t t) {
  for (const GapStep& step : row(h, i).attempts.steps) {
    if (step.from > Duration{})
      place(h, i).backlog.cut_at(static_cast<double>(t) - static_cast<double>(step.from.us()));
  }
}

void Flow::Engine::set_asks(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row_of_hop = hop(h);
  double budget = row_of_hop.drain ? row_of_hop.drain->per_second() / second : infinity;
  const double now = static_cast<double>(t);
  for (std::uint32_t i = 0; i < place_count(h); ++i) {
    Place& p = place(h, i);
    const Fallback& f = row_of_hop.fallbacks[i];
    p.ask = 0;
    p.assumed = -1;
    const bool by_action = f.release.is_set();
    const bool passes = row_of_hop.ordered && i == 0;
    if (!r.state.open || f.kind == Fallback::Kind::hand_on || (by_action && !p.releasing) || !readable(h, i)) {
      p.retrying = false;
      continue;
    }
    const double mass = p.backlog.mass();
    if (f.kind == Fallback::Kind::retry && !by_action) {
      if (p.backlog.empty()) {
        p.retrying = false;
        continue;
      }
      if (!p.retrying || t >= p.regroup_at) regroup(h, i, t);
      for (const RetryGroup& g : p.groups) {
        if (p.share * (now - p.retry_since) < g.gap) p.ask += g.mass / g.gap;
      }
      continue;
    }
    if (p.backlog.empty()) {
      p.base = 0;
    } else if (mass > 2 * p.base) {
      p.base = mass;
    }
    p.assumed = std::max(p.inflow - p.fresh, 0.0);
    const double inflow = passes ? r.arrival : p.assumed;
    if (p.backlog.empty() && inflow <= 0) continue;
    double ask = p.base / second + inflow;
    if (by_action) {
      if (!std::isinf(p.release_rate)) ask = p.backlog.empty() ? std::min(p.release_rate, inflow) : p.release_rate;
    } else if (row_of_hop.drain) {
      ask = p.backlog.empty() ? std::min(budget, inflow) : budget;
      budget -= ask;
    }
    p.ask = std::max(ask, 0.0);
  }
}

// Arrivals that are not delivered: into the first fallbacks of the list that take them, the rest is lost.
void Flow::Engine::route_fresh(std::uint32_t h, double rate, const std::vector<std::uint8_t>& list) {
  Running& r = hops_[h];
  r.lost_rate = 0;
  bool refused = false, full = false;
  int last = -1;
  for (std::uint8_t i : list) {
    if (rate <= 0) return;
    if (row(h, i).limit_us <= 0) continue;  // no time at all
    last = i;
    if (!accepts(h, i)) {
      refused = true;
      continue;
    }
    Place& p = place(h, i);
    if (!p.full) {
      p.fresh = rate;
      return;
    }
    const double leaves = p.drain + p.expiring;
    switch (hop(h).fallbacks[i].overflow) {
      case Overflow::drop_oldest:
        p.fresh = rate;
        p.dropping = std::max(rate - leaves, 0.0);
        return;
      case Overflow::next:
        p.fresh = std::min(rate, leaves);
        rate -= p.fresh;
        full = true;
        break;
      case Overflow::drop_newest:
      case Overflow::block:
        p.fresh = std::min(rate, leaves);
        r.lost_rate = rate - p.fresh;
        r.lost_why = Why::full;
        r.lost_fallback = i;
        return;
    }
  }
  r.lost_rate = std::max(rate, 0.0);
  r.lost_why = full ? Why::full : refused ? Why::refused : Why::no_fallback;
  r.lost_fallback = static_cast<std::int16_t>(full || refused ? last : -1);
}

void Flow::Engine::set_expiry(std::uint32_t h, std::int64_t t) {
  for (std::uint32_t i = 0; i < place_count(h); ++i) {
    Place& p = place(h, i);
    p.expiring = 0;
    p.expires = {};
    const double limit = row(h, i).limit_us;
    if (p.retrying || std::isinf(limit) || p.backlog.empty()) continue;
    const double pointer = static_cast<double>(t) - limit;
    double density = 0;
    for (const Segment& s : p.backlog) {
      if (s.clock_from > pointer) break;
      if (s.has_width()) density += s.density();
    }
    p.expiring = std::max(density - p.drain, 0.0);
    p.expires = later_place(h, i, Moved::expired, static_cast<double>(t) - p.backlog.front().arrived_from);
  }
}

void Flow::Engine::apply(std::uint32_t h, std::int64_t t, const std::vector<double>& granted) {
  Running& r = hops_[h];
  const Hop& row_of_hop = hop(h);
  const std::uint32_t n = place_count(h);
  const double out_before = r.out;
  double handing_before = 0, handing = 0;
  r.out = 0;
  r.fresh_out = 0;
  r.lost_rate = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    handing_before += p.handing;
    p.handing = p.fresh = p.dropping = 0;
    const Fallback& f = row_of_hop.fallbacks[i];
    const double share = granted[f.release.is_set() ? 1 + (levels_ - 1) / 2 + i : 1 + i];
    p.drain = p.ask * share;
    if (p.retrying && share != p.share && p.share > 0 && static_cast<double>(t) > p.retry_since) {
      regroup(h, i, t);
      p.ask = 0;
      for (const RetryGroup& g : p.groups) p.ask += g.mass / g.gap;
      p.drain = p.ask * share;
    }
    if (p.retrying && share > 0 && p.retry_since == static_cast<double>(t)) cut_by_gap(h, i, t);
    p.share = p.retrying ? share : 0;
    if (p.retrying && share <= 0) p.retrying = false;
    const double eps = 1e-6 + 1e-9 * (std::isinf(row(h, i).capacity) ? 0 : row(h, i).capacity);
    p.full = p.backlog.mass() >= row(h, i).capacity - eps;
    r.out += p.drain;
  }
  set_expiry(h, t);
  if (!r.state.open) {
    route_fresh(h, r.arrival, row_of_hop.reaction(r.state.error).fallbacks);
  } else if (row_of_hop.ordered) {
    Place& first = place(h, 0);
    const bool passes = first.backlog.empty() && first.drain >= r.arrival * (1 - 1e-12);
    if (passes) {
      first.drain = 0;
      r.fresh_out = r.arrival;
    } else {
      route_fresh(h, r.arrival, only_first);
    }
  } else {
    r.fresh_out = r.arrival * granted[0];
    r.out += r.fresh_out;
    if (granted[0] < 1 && r.arrival > 0) {
      r.has_failed = true;
      r.last_error = r.cut_error;
      route_fresh(h, r.arrival - r.fresh_out, row_of_hop.reaction(r.cut_error).fallbacks);
    }
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    p.inflow = p.fresh;
    for (std::uint32_t j = 0; j < i; ++j) {
      if (place(h, j).expires.place == static_cast<int>(i)) p.inflow += place(h, j).expiring;
    }
    if (record_ && row_of_hop.fallbacks[i].release.is_set()) note_stay(h, i, t);
    if (p.assumed >= 0 && std::abs(p.inflow - p.fresh - p.assumed) > 1e-12 * p.inflow) mark_hop(h);
    if (row_of_hop.fallbacks[i].kind == Fallback::Kind::hand_on) {
      p.handing = p.inflow;
      handing += p.handing;
      p.next = never;
    } else {
      p.next = next_of_place(h, i, t);
    }
  }
  // Own events: the source's, the end of a pause, the places'.
  if (row_of_hop.source != Hop::Source::profile && row_of_hop.source != Hop::Source::work) r.next = never;
  std::int64_t next = std::min(r.next, r.next_tick);
  if (r.paused_until > t) next = std::min(next, r.paused_until);
  for (std::uint32_t i = 0; i < n; ++i) next = std::min(next, place(h, i).next);
  events_.set(h, next);
  if (row_of_hop.component.is_set() && !plan_.component_blockers.of(row_of_hop.component.value).empty()) hold_up(h, t);
  if (row_of_hop.to.is_set() && std::abs(r.out - out_before) > 1e-15 * (r.out + out_before)) {
    mark_port(row_of_hop.to.value);
  }
  if (handing != handing_before) {
    for (const Fallback& f : row_of_hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) mark_port(f.port.value);
    }
  }
}

// Before this nothing that comes out of an earlier place is too old for place `i`. Not looked for more often than every
// second.
double Flow::Engine::entering_too_old(std::uint32_t h, std::size_t i, double now) {
  const double limit = row(h, i).limit_us;
  double soonest = now + limit;
  if (hop(h).fallbacks[i].age == Fallback::Age::since_entry) return soonest;
  for (std::size_t j = 0; j < i; ++j) {
    const Place& from = place(h, j);
    if (from.expires.place != static_cast<int>(i) || from.backlog.empty()) continue;
    soonest = std::min(soonest, from.backlog.front().arrived_from + limit);
  }
  return std::max(soonest, now + second);
}

std::int64_t Flow::Engine::next_of_place(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  const double now = static_cast<double>(t);
  const double mass = p.backlog.mass();
  const double limit = row(h, i).limit_us;
  double next = infinity;
  if (p.retrying) {
    double weighted = 0, total = 0;
    for (const RetryGroup& g : p.groups) {
      const double end = p.share > 0 ? p.retry_since + g.gap / p.share : infinity;
      if (end <= now) continue;
      next = std::min(next, end);
      weighted += g.gap * g.mass;
      total += g.mass;
    }
    if (p.share < 1 || p.inflow > 0) {
      const double quarter = total > 0 ? 0.25 * weighted / total : shortest_gap;
      // Never finer than a small part of the backlog's age: the number of pieces stays bounded however long it lasts.
      const double finest = p.backlog.empty() ? 0 : (now - p.backlog.front().clock_from) / most_pieces;
      p.regroup_at = event_after(now + std::max({quarter, shortest_gap, finest}), t);
      next = std::min(next, static_cast<double>(p.regroup_at));
    }
    return event_after(next, t);
  }
  const double leaving = p.drain + p.expiring + p.dropping;
  if (p.drain > 0 && p.drain > p.inflow && mass > 0) next = std::min(next, now + mass / (p.drain - p.inflow));
  if (p.base > 0 && p.inflow > leaving && p.drain > 0 && !hop(h).drain) {
    next = std::min(next, now + std::max(2 * p.base - mass, 1.0) / (p.inflow - leaving));
  } else if (p.base <= 0 && p.inflow > leaving && p.ask > 0 && !hop(h).drain) {
    next = std::min(next, now + second);
  }
  if (!p.full && !std::isinf(row(h, i).capacity) && p.inflow > leaving) {
    next = std::min(next, now + (row(h, i).capacity - mass) / (p.inflow - leaving));
  }
  if (std::isinf(limit)) return event_after(next, t);
  if (p.backlog.empty()) {
    if (p.inflow > p.drain) next = std::min(next, now + limit);
    return event_after(next, t);
  }
  const double pointer = now - limit;
  const Segment& front = p.backlog.front();
  const bool front_is_last = p.backlog.size() == 1;
  if (front.clock_from <= pointer) {
    // Expiring: until the segment ends, unless what flows in continues it for ever.
    const bool steady = front_is_last && front.has_width() && front.clock_to == now && p.inflow > 0 &&
                        std::abs(front.density() - p.inflow) <= 1e-9 * p.inflow;
    if (!steady) {
      for (const Segment& s : p.backlog) {
        if (s.clock_from > pointer) {
          next = std::min(next, s.clock_from + limit);
          break;
        }
        next = std::min(next, s.clock_to + limit);
      }
    }
  } else {
    const double front_ends = front.clock_from + limit;
    if (p.inflow > p.fresh) {
      next = std::min({next, front_ends, entering_too_old(h, i, now)});
      return event_after(next, t);
    }
    double too_old = front_ends;
    if (p.drain > 0 && front.has_width()) {
      const double speed = p.drain / front.density();  // of the front along the clock
      too_old = speed < 1 ? now + (front_ends - now) / (1 - speed) : infinity;
      if (!front_is_last || p.inflow > 0) too_old = std::min(too_old, now + front.mass / p.drain);  // then look again
    }
    // The ends of segments before that say nothing: what came later is younger. Where a port is short they stay, as
    // moments at which it is shared out anew.
    next = std::min(next, p.drain >= p.ask ? std::max(too_old, front_ends) : too_old);
  }
  return event_after(next, t);
}

void Flow::Engine::visit(std::uint32_t h, std::int64_t t) {
  advance(h, t);
  tick(h, t);
  evaluate(h, t);
  destroy_lost_places(h, t);
  take_impulse(h, t);
  set_arrival(h, t);
  set_asks(h, t);
  if (is_limited(h)) {
    if (!hops_[h].state.open) apply(h, t, none_granted_);
    mark_port(hop(h).to.value);
  } else {
    apply(h, t, all_granted_);
  }
}

// What enters a port; if it has a limit, who gets how much of it.
void Flow::Engine::settle(std::uint32_t p, std::int64_t t) {
  const double limit = capacity(p);
  const std::span<const std::uint32_t> feeders = plan_.into_port.of(p);
  const ComponentId owner = system_.ports[PortId(p)].component;
  const double intake = owner.is_set() ? intake_[owner.value] : 1;
  if (plan_.can_limit[p] != 0) {
    std::fill(asked_.begin(), asked_.end(), 0.0);
    const std::size_t releases = 1 + (levels_ - 1) / 2;
    double handed_on = 0;
    for (std::uint32_t h : feeders) {
      if (hop(h).to == PortId(p) && hops_[h].state.open) {
        advance(h, t);
        set_asks(h, t);
      }
      for (std::uint32_t i = 0; i < place_count(h); ++i) {
        const Fallback& f = hop(h).fallbacks[i];
        if (f.kind == Fallback::Kind::hand_on && f.port == PortId(p)) handed_on += place(h, i).handing;
        if (hop(h).to == PortId(p)) asked_[(f.release.is_set() ? releases : 1) + i] += place(h, i).ask;
      }
      if (hop(h).to == PortId(p) && hops_[h].state.open && !hop(h).ordered) asked_[0] += hops_[h].arrival;
    }
    double left = std::max(limit - handed_on, 0.0);
    for (std::size_t level = 0; level < levels_; ++level) {
      granted_[level] = intake * (asked_[level] <= left ? 1.0 : left / asked_[level]);
      left = std::max(left - asked_[level], 0.0);
    }
    const std::vector<double> granted = granted_;
    for (std::uint32_t h : feeders) {
      if (!(hop(h).to == PortId(p)) || !hops_[h].state.open) continue;
      advance(h, t);
      hops_[h].cut_error = intake < 1 ? ErrorClass::stalled : ErrorClass::throttled;
      apply(h, t, granted);
    }
    queued_[plan_.hops + p] = 0;
  }
  double inflow = 0;
  for (std::uint32_t h : feeders) {
    if (hop(h).to == PortId(p)) inflow += hops_[h].out;
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      const Fallback& f = hop(h).fallbacks[i];
      if (f.kind == Fallback::Kind::hand_on && f.port == PortId(p)) inflow += place(h, i).handing;
    }
  }
  const double impulse = port_impulse_[p];
  port_impulse_[p] = 0;
  double demand = inflow;
  if (intake < 1) {
    demand = 0;
    for (std::size_t level = 0; level < levels_; ++level) demand += asked_[level];
    demand = std::min(demand, limit);
  }
  const bool changed = std::abs(inflow - port_inflow_[p]) > 1e-15 * (inflow + port_inflow_[p]) ||
                       std::abs(demand - port_demand_[p]) > 1e-15 * (demand + port_demand_[p]);
  port_inflow_[p] = inflow;
  port_demand_[p] = demand;
  if (!changed && impulse <= 0) return;
  for (std::uint32_t h : plan_.fed_by_port.of(p)) {
    if (impulse > 0) hops_[h].impulse += impulse * hop(h).ratio;
    mark_hop(h);
  }
}

// ---- a run ------------------------------------------------------------------------------------------------------

void Flow::Engine::start(bool record_losses, Outcome& outcome) {
  outcome_ = &outcome;
  record_ = record_losses;
  outcome.hops.resize(plan_.hops);
  outcome.hop_states.resize(plan_.hops);
  for (std::uint32_t h = 0; h < plan_.hops; ++h) {
    HopLedger& ledger = outcome.hops[h];
    ledger.losses.clear();
    ledger.places.clear();
    ledger.stays.clear();
    ledger.offered = ledger.on_time = ledger.late = ledger.recovered = ledger.waiting = 0;
    ledger.handed_on = ledger.lost = 0;
    ledger.longest_delay = {};
    outcome.hop_states[h].clear();
    hops_[h] = Running{};
    if (hop(h).source == Hop::Source::timetable) hops_[h].next_tick = hop(h).first.us();
  }
  for (Place& p : places_) {
    p.backlog.clear();
    p.groups.clear();
    p.fresh = p.inflow = p.assumed = p.drained = p.drain = p.expiring = p.dropping = p.handing = p.ask = p.base =
        p.share = 0;
    p.regroup_at = p.next = never;
    p.retrying = p.full = p.releasing = p.destroyed = false;
    p.release_rate = infinity;
    p.stay = -1;
  }
  std::fill(port_inflow_.begin(), port_inflow_.end(), 0.0);
  std::fill(port_impulse_.begin(), port_impulse_.end(), 0.0);
  std::fill(port_demand_.begin(), port_demand_.end(), 0.0);
  std::fill(intake_.begin(), intake_.end(), 1.0);
  outcome.stalls.clear();
  events_.reset(plan_.hops);
  queue_.clear();
  std::fill(queued_.begin(), queued_.end(), std::uint8_t{0});
}

void Flow::Engine::run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
                       const std::vector<Script::Release>& releases, SimTime horizon, bool record_losses,
                       Outcome& outcome) {
  start(record_losses, outcome);
  value_ = starting_values;
  running_.resize(system_.processes.size());
  for (std::size_t p = 0; p < running_.size(); ++p) running_[p] = system_.processes[ProcessId(p)].count;
  falls_for_good_.resize(value_.size(), never);
  for (std::uint32_t c : falls_touched_) falls_for_good_[c] = never;
  falls_touched_.clear();
  for (const Transition& x : transitions) {
    if (x.is_process) continue;
    falls_for_good_[x.index] = x.value == 0 ? x.at.us() : never;
    falls_touched_.push_back(x.index);
  }
  for (std::uint32_t h = 0; h < plan_.hops; ++h) mark_hop(h);

  std::size_t at = 0, released = 0;
  std::int64_t t = 0;
  std::vector<std::uint32_t> fell;
  while (t <= horizon.us()) {
    fell.clear();
    for (; at < transitions.size() && transitions[at].at.us() <= t; ++at) {
      const Transition& x = transitions[at];
      if (x.is_process) {
        running_[x.index] = x.value;
        for (std::uint32_t h : plan_.process_watchers.of(x.index)) mark_hop(h);
        for (std::uint32_t p : plan_.process_ports.of(x.index)) {
          if (system_.ports[PortId(p)].capacity.is_unlimited()) continue;
          mark_port(p);
        }
        continue;
      }
      value_[x.index] = static_cast<std::uint8_t>(x.value);
      for (std::uint32_t h : plan_.watchers.of(x.index)) mark_hop(h);
      if (x.value == 0 && !plan_.signals.of(x.index).empty()) fell.push_back(x.index);
    }
    for (std::uint32_t c : fell) {
      if (value_[c] != 0) continue;  // it rose again within the instant
      for (std::uint32_t h : plan_.signals.of(c)) {
        hops_[h].impulse += hop(h).ratio;
        mark_hop(h);
      }
    }
    for (; released < releases.size() && releases[released].at.us() <= t; ++released) {
      const Script::Release& x = releases[released];
      Place& p = place(x.hop.value, x.fallback);
      p.releasing = true;
      p.release_rate = x.rate.is_unlimited() ? infinity : x.rate.per_second() / second;
      mark_hop(x.hop.value);
    }
    while (events_.earliest() <= t) {
      const std::uint32_t h = events_.top();
      events_.set(h, never);
      mark_hop(h);
    }
    work_off(t);
    std::int64_t next = events_.earliest();
    if (at < transitions.size()) next = std::min(next, transitions[at].at.us());
    if (released < releases.size()) next = std::min(next, releases[released].at.us());
    if (next == never) break;
    t = std::max(next, t + 1);
  }
  finish(horizon, outcome);
}

void Flow::Engine::finish(SimTime horizon, Outcome& outcome) {
  for (std::uint32_t h = 0; h < plan_.hops; ++h) {
    advance(h, horizon.us());
    HopLedger& ledger = outcome.hops[h];
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      const Place& p = place(h, i);
      if (p.backlog.empty()) continue;
      ledger.waiting += p.backlog.mass();
      if (!record_) continue;
      Waiting waiting;
      waiting.fallback = static_cast<std::uint8_t>(i);
      waiting.events = p.backlog.mass();
      const auto whole = [](double x) { return SimTime::microseconds(std::llround(x)); };
      waiting.oldest_arrival = whole(p.backlog.front().arrived_from);
      waiting.newest_arrival = whole(p.backlog.back().arrived_to);
      const double limit = row(h, i).limit_us;
      waiting.first_deadline = std::isinf(limit) ? SimTime::never() : whole(p.backlog.front().clock_from + limit);
      waiting.readable = readable(h, i);
      ledger.places.push_back(waiting);
    }
    const double accounted = ledger.on_time + ledger.late + ledger.waiting + ledger.handed_on + ledger.lost;
    if (std::abs(ledger.offered - accounted) > 1e-9 * std::max(ledger.offered, 1.0) + 1e-9) {
      throw std::logic_error("hop " + hop(h).name + " was offered " + std::to_string(ledger.offered) +
                             " events but accounts for " + std::to_string(accounted));
    }
  }
}

Flow::Flow(const System& system) : engine_(std::make_unique<Engine>(system)) {}
Flow::~Flow() = default;
Flow::Flow(Flow&&) noexcept = default;
Flow& Flow::operator=(Flow&&) noexcept = default;

void Flow::run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
               const std::vector<Script::Release>& releases, SimTime horizon, bool record_losses, Outcome& outcome) {
  engine_->run(starting_values, transitions, releases, horizon, record_losses, outcome);
}

}  // namespace moshimo
