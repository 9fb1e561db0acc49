#include "tests/reference/reference.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "tests/reference/control.hpp"
#include "tests/reference/schedule.hpp"

namespace moshimo::reference {
namespace {

constexpr double reserve = 4;  // messages that may pass a little before their turn: streams of messages are not smooth
constexpr Duration one_second = Duration::seconds(1);

struct Message {
  SimTime arrived;                             // at this hop
  std::uint64_t number = 0;                    // counts the hop's messages
  ErrorClass error = ErrorClass::unavailable;  // with which it failed last
  std::uint64_t entry = 0;                     // set anew each time it enters a place; tells events that came too late
  SimTime ages_from;                           // in its place
};
using Key = std::pair<SimTime, std::uint64_t>;  // oldest first
Key key_of(const Message& m) { return {m.arrived, m.number}; }

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

double uniform(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15ULL + b + 0x632be59bd9b4e019ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

// Where in its gap message `number` attempts, between the hop's `opening`th opening and the next: multiples of one
// irrational number for each opening, so that neighbours are spread evenly and a second thinning knows nothing of the
// first.
double place_in_gap(std::uint64_t number, std::uint64_t opening) {
  static const std::vector<double> roots = [] {
    std::vector<double> r;
    for (int n = 2; r.size() < 256; ++n) {
      bool prime = true;
      for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
      if (prime) r.push_back(std::sqrt(n) - std::floor(std::sqrt(n)));
    }
    return r;
  }();
  const double x = static_cast<double>(number + 1) * roots[opening % roots.size()];
  return x - std::floor(x);
}

Duration after(double seconds) {
  if (!(seconds < 9e12)) return Duration::forever();
  return Duration::microseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e6)));
}

class Simulation {
 public:
  Simulation(const System& system, const Script& script, SimTime horizon, const ReferenceOptions& options)
      : system_(system), script_(script), options_(options), horizon_(horizon) {
    ControlTimeline control = follow_conditions(system, script, horizon);
    result_.timeline = std::move(control.timeline);
    needs_ = std::move(control.hops);
    result_.hops.resize(system.hops.size());
    result_.hop_states.resize(system.hops.size());
    result_.grain.resize(system.hops.size());
    conditions_.resize(system.conditions.size());
    running_.resize(system.processes.size());
    hops_.resize(system.hops.size());
    ports_.resize(system.ports.size());
    for (std::size_t i = 0; i < hops_.size(); ++i) set_up(HopId(i), script);
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      if (!system.ports[PortId(i)].capacity.is_unlimited()) ports_[i].limited = true;
      ports_[i].tokens = most_kept(PortId(i));
    }
    order_ports();
    plan_control();
  }

  ReferenceResult run() {
    while (!events_.empty() && events_.top().at <= horizon_) {
      const Event e = events_.top();
      events_.pop();
      now_ = e.at;
      happen(e);
    }
    now_ = horizon_;
    settle_all_ports();
    for (std::size_t i = 0; i < hops_.size(); ++i) close_ledger(HopId(i));
    return std::move(result_);
  }

 private:
  // ---- setting up ----

  HopRun& of(HopId id) { return hops_[id.value]; }
  const HopRun& of(HopId id) const { return hops_[id.value]; }
  PortRun& of(PortId id) { return ports_[id.value]; }
  HopLedger& ledger(HopId id) { return result_.hops[id.value]; }
  const Hop& hop(HopId id) const { return system_.hops[id]; }

  void set_up(HopId id, const Script& script) {
    const Hop& h = hop(id);
    HopRun& run = of(id);
    for (const Fallback& f : h.fallbacks) {
      Place place;
      Duration limit = f.limit;
      Bytes capacity = f.capacity;
      if (f.kind == Fallback::Kind::store) {
        limit = std::min(limit, system_.stores[f.store].holds_for);
        capacity = std::min(capacity, system_.stores[f.store].capacity);
      }
      if (f.kind == Fallback::Kind::retry) {
        limit = effective_age(f.schedule, limit);
        place.gap_ends = gap_ends(f.schedule, std::min(limit, horizon_.since_start()));
      }
      place.limit = limit;
      place.room_for = capacity.count() / h.size.count();
      run.places.push_back(std::move(place));
      if (f.overflow == Overflow::block && h.source == Hop::Source::port) of(h.from).limited = true;
    }
    if (h.drain) run.drain.rate = h.drain->per_second();
    if (h.to.is_set()) {
      PortRun& target = of(h.to);
      target.served.push_back(id);
      const bool releases = std::any_of(script.releases.begin(), script.releases.end(),
                                        [&](const Script::Release& r) { return r.hop == id; });
      target.groups = std::max(target.groups, static_cast<int>(h.fallbacks.size()) + (releases ? 1 : 0));
    }
    if (h.source == Hop::Source::port) of(h.from).fed.push_back(id);
    if (h.source == Hop::Source::timetable)
      plan({.at = SimTime{} + h.first, .kind = Event::Kind::timetable, .hop = id});
    if (h.source == Hop::Source::profile || h.source == Hop::Source::work) {
      plan_profile_steps(h.profile);
      run.stream.next = uniform(id.value, 0);
    }
  }

  // Each port before those its data goes on to.
  void order_ports() {
    std::vector<bool> placed(ports_.size(), false);
    const std::function<void(PortId)> place = [&](PortId id) {
      if (!id.is_set() || placed[id.value]) return;
      placed[id.value] = true;
      for (const HopId fed : of(id).fed) {
        place(hop(fed).to);
        for (const Fallback& f : hop(fed).fallbacks) place(f.port);
      }
      port_order_.insert(port_order_.begin(), id);
    };
    for (std::size_t i = 0; i < ports_.size(); ++i) place(PortId(i));
  }

  void plan_control() {
    std::set<SimTime> moments = {SimTime{}};
    const auto add = [&](const auto& steps_of_all) {
      for (std::size_t i = 0; i < steps_of_all.size(); ++i) {
        for (const auto& step : steps_of_all[i]) moments.insert(step.at);
      }
    };
    add(result_.timeline.conditions);
    add(result_.timeline.running);
    add(needs_);
    for (const Script::Release& r : script_.releases) moments.insert(r.at);
    for (const SimTime at : moments) plan({.at = at, .kind = Event::Kind::control});
  }

  void plan_profile_steps(const Profile& profile) {
    const Duration period = profile.period;
    for (SimTime begin; begin <= horizon_; begin = begin + period) {
      for (const ProfileStep& step : profile.steps) {
        plan({.at = begin + step.offset, .kind = Event::Kind::control});
      }
      if (period.is_forever()) return;
    }
  }

  void plan(Event e) {
    if (e.at > horizon_) return;
    e.order = next_order_++;
    events_.push(e);
  }

  void happen(const Event& e) {
    switch (e.kind) {
      case Event::Kind::control: return control();
      case Event::Kind::timetable:
        plan({.at = now_ + hop(e.hop).every, .kind = Event::Kind::timetable, .hop = e.hop});
        return offer(e.hop, hop(e.hop).ratio);
      case Event::Kind::arrival:
        if (e.version == of(e.hop).stream.version) stream_arrival(e.hop);
        return;
      case Event::Kind::deadline: return deadline(e);
      case Event::Kind::attempt: return attempt(e);
      case Event::Kind::turn:
        if (e.version == of(e.hop).turn_version) take_turn(e.hop);
        return;
      case Event::Kind::round:
        if (e.at == of(e.port).next_round) settle(e.port);
        return;
    }
  }

  // ---- conditions ----

  bool holds(const Need& need) const {
    return conditions_[need.condition.value] || std::any_of(need.alternatives.begin(), need.alternatives.end(),
                                                            [&](ConditionId c) { return bool(conditions_[c.value]); });
  }
  bool hold(const Needs& needs) const {
    return std::all_of(needs.begin(), needs.end(), [&](const Need& n) { return holds(n); });
  }

  template <class Value>
  static Value value_at(const StepFunction<Value>& steps, SimTime t) {
    Value value = steps.front().value;
    for (const auto& step : steps) {
      if (step.at <= t) value = step.value;
    }
    return value;
  }

  // Falls now, and no later change is to come.
  bool falls_for_good(ConditionId id) const {
    const StepFunction<bool>& steps = result_.timeline.conditions[id.value];
    return steps.size() > 1 && steps.back().at == now_ && !steps.back().value;
  }

  // Everything that may change at this instant, before anything flows.
  void control() {
    settle_all_ports();
    std::vector<bool> before = conditions_;
    for (std::size_t i = 0; i < conditions_.size(); ++i) {
      conditions_[i] = value_at(result_.timeline.conditions[i], now_);
    }
    for (std::size_t i = 0; i < running_.size(); ++i) running_[i] = value_at(result_.timeline.running[i], now_);
    for (std::size_t i = 0; i < hops_.size(); ++i) destroy_content(HopId(i));
    for (std::size_t i = 0; i < hops_.size(); ++i) {
      hops_[i].needs = value_at(needs_[i], now_);
      update_state(HopId(i));
    }
    for (const Script::Release& r : script_.releases) {
      if (r.at == now_) of(r.hop).places[r.fallback].released = r;
    }
    for (std::size_t i = 0; i < hops_.size(); ++i) {
      update_taps(HopId(i));
      update_stream(HopId(i));
      count_changes(HopId(i));
    }
    for (std::size_t i = 0; i < hops_.size(); ++i) {
      const Hop& h = hop(HopId(i));
      if (h.source != Hop::Source::signal || now_ == SimTime{}) continue;
      if (before[h.signal.value] && !conditions_[h.signal.value]) offer(HopId(i), h.ratio);
    }
  }

  void destroy_content(HopId id) {
    const Hop& h = hop(id);
    for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
      if (h.fallbacks[i].kind != Fallback::Kind::store) continue;
      const std::vector<ConditionId>& lost_with = system_.stores[h.fallbacks[i].store].lost_with;
      if (std::none_of(lost_with.begin(), lost_with.end(), [&](ConditionId c) { return falls_for_good(c); })) continue;
      for (const Message& m : take_all(id, i)) lose(id, m, static_cast<int>(i), LossWindow::Why::destroyed);
    }
  }

  // ---- the state of a hop ----

  void update_state(HopId id) {
    HopRun& run = of(id);
    HopState next = run.needs;
    if (run.needs.open && run.refused) {
      const SimTime until = now_ + hop(id).reaction(*run.refused).pause.most;
      run.paused_with = *run.refused;
      run.refused.reset();
      if (until > run.paused_until) {
        run.paused_until = until;
        plan({.at = until, .kind = Event::Kind::control});
      }
    }
    if (run.needs.open && now_ < run.paused_until) next = {false, run.paused_with, 0};
    StepFunction<HopState>& steps = result_.hop_states[id.value];
    if (!steps.empty() && steps.back().value == next) return;
    steps.push_back({now_, next});
    const bool opens = next.open && !run.state.open;
    run.state = next;
    if (opens) {
      ++result_.grain[id.value].openings;
      for (std::size_t i = 0; i < run.places.size(); ++i) {
        if (hop(id).fallbacks[i].kind != Fallback::Kind::retry) continue;
        for (const auto& entry : run.places[i].data) plan_attempt(id, i, entry.second);
      }
    } else if (!next.open) {
      fail_with(id, next.error);
    }
  }

  // The class is new: what it does not list leaves the automatic places, what it lists stays.
  void fail_with(HopId id, ErrorClass error) {
    HopRun& run = of(id);
    run.last_error = error;
    const std::vector<std::uint8_t> list = list_of(id, error);
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      if (hop(id).fallbacks[i].release.is_set()) continue;
      if (std::find(list.begin(), list.end(), i) != list.end()) {
        for (auto& entry : run.places[i].data) entry.second.error = error;
        continue;
      }
      for (Message m : take_all(id, i)) {
        m.error = error;
        move_on(id, m, static_cast<int>(i), LossWindow::Why::no_fallback);
      }
    }
  }

  // An ordered hop has one list, whatever the class.
  std::vector<std::uint8_t> list_of(HopId id, ErrorClass error) const {
    const Hop& h = hop(id);
    if (!h.ordered) return h.reaction(error).fallbacks;
    std::vector<std::uint8_t> all;
    for (std::size_t i = 0; i < h.fallbacks.size(); ++i) all.push_back(static_cast<std::uint8_t>(i));
    return all;
  }

  bool readable(HopId id, std::size_t place) const {
    const Fallback& f = hop(id).fallbacks[place];
    return f.kind != Fallback::Kind::store || hold(system_.stores[f.store].readable);
  }

  bool drains(HopId id, std::size_t place) const {
    const Fallback& f = hop(id).fallbacks[place];
    const bool waits_in_turn = f.kind == Fallback::Kind::store || f.kind == Fallback::Kind::buffer;
    return waits_in_turn && !f.release.is_set() && of(id).state.open && readable(id, place);
  }

  void update_taps(HopId id) {
    HopRun& run = of(id);
    bool any = false;
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      Place& place = run.places[i];
      any = any || drains(id, i);
      if (!run.drain.rate) {
        place.drain.accrue(now_, place.data.size());
        place.drain.turn(drains(id, i), now_, place.data.size());
      }
      if (!place.released) continue;
      place.release.accrue(now_, place.data.size());
      if (place.released->at == now_) {
        place.release = Tap{};
        if (!place.released->rate.is_unlimited()) place.release.rate = place.released->rate.per_second();
      }
      place.release.turn(run.state.open && readable(id, i), now_, place.data.size());
    }
    if (run.drain.rate) {
      run.drain.accrue(now_, waiting_to_drain(id));
      run.drain.turn(any, now_, waiting_to_drain(id));
    }
    plan_turn(id);
  }

  double capacity_of(PortId id) const {
    const Port& port = system_.ports[id];
    double capacity = port.capacity.per_second();
    if (port.process.is_set() && !port.capacity.is_unlimited()) capacity *= share_running(port.process);
    return capacity;
  }

  double share_running(ProcessId id) const {
    return static_cast<double>(running_[id.value]) / static_cast<double>(system_.processes[id].count);
  }

  void count_changes(HopId id) {
    HopRun& run = of(id);
    const Hop& h = hop(id);
    std::vector<double> signature = {run.state.open ? -1.0 : static_cast<double>(run.state.error)};
    if (h.to.is_set()) signature.push_back(capacity_of(h.to));
    for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
      signature.push_back(hold(h.fallbacks[i].accepts));
      signature.push_back(readable(id, i));
      signature.push_back(run.places[i].released ? run.places[i].released->at.in_seconds() : -1);
    }
    if (signature != run.signature) ++result_.grain[id.value].state_changes;
    run.signature = std::move(signature);
  }

  // ---- sources ----

  double rate_now(HopId id) const {
    const Hop& h = hop(id);
    if (h.source != Hop::Source::profile && h.source != Hop::Source::work) return 0;
    Duration offset = now_.since_start();
    if (!h.profile.period.is_forever()) offset = Duration::microseconds(offset.us() % h.profile.period.us());
    double rate = 0;
    for (const ProfileStep& step : h.profile.steps) {
      if (step.offset <= offset) rate = step.rate.per_second();
    }
    rate *= h.ratio;
    if (h.source == Hop::Source::profile) return rate;
    const Port& port = system_.ports[h.from];
    if (!hold(port.needs)) return 0;
    return port.process.is_set() ? rate * share_running(port.process) : rate;
  }

  void update_stream(HopId id) {
    Stream& s = of(id).stream;
    s.volume += s.rate * (now_ - s.since).in_seconds();
    s.since = now_;
    s.rate = rate_now(id);
    plan_stream_arrival(id);
  }

  void plan_stream_arrival(HopId id) {
    Stream& s = of(id).stream;
    ++s.version;
    if (s.rate <= 0) return;
    const Duration wait = after(std::max(0.0, s.next - s.volume) / s.rate);
    plan({.at = s.since + wait, .kind = Event::Kind::arrival, .hop = id, .version = s.version});
  }

  void stream_arrival(HopId id) {
    Stream& s = of(id).stream;
    s.volume += s.rate * (now_ - s.since).in_seconds();
    s.since = now_;
    const double number = std::floor(s.next) + 1;
    s.next = number + uniform(id.value, static_cast<std::uint64_t>(number));
    arrive(id);
    plan_stream_arrival(id);
  }

  void offer(HopId id, double amount) {
    HopRun& run = of(id);
    run.carry += amount;
    while (run.carry >= 1 - 1e-9) {
      run.carry -= 1;
      arrive(id);
    }
  }

  void enter(PortId id) {
    for (const HopId fed : of(id).fed) offer(fed, hop(fed).ratio);
  }

  // ---- the way of a message ----

  void arrive(HopId id) {
    HopRun& run = of(id);
    ++ledger(id).offered;
    Message m;
    m.arrived = now_;
    m.number = run.messages++;
    m.error = run.state.error;
    if (!run.needs.open) run.refused = run.needs.error;
    if (hop(id).ordered) return move_on(id, m, -1, LossWindow::Why::no_fallback);
    if (!run.state.open) return fail(id, m, run.state.error);
    if (!is_limited(id)) return deliver(id, m, false);
    run.fresh.push_back(m);
    plan_round(hop(id).to);
  }

  void fail(HopId id, Message m, ErrorClass error) {
    m.error = of(id).last_error = error;
    move_on(id, m, -1, LossWindow::Why::no_fallback);
  }

  void deliver(HopId id, const Message& m, bool released) {
    HopLedger& l = ledger(id);
    const Duration delay = now_ - m.arrived;
    if (delay > one_second) {
      l.late += 1;
      if (released) l.recovered += 1;
    } else {
      l.on_time += 1;
    }
    l.longest_delay = std::max(l.longest_delay, delay);
    if (hop(id).to.is_set()) enter(hop(id).to);
  }

  // To the first place after `from` that its class lists and that takes it, or lost.
  void move_on(HopId id, Message m, int from, LossWindow::Why why) {
    HopRun& run = of(id);
    for (const std::uint8_t i : list_of(id, m.error)) {
      if (static_cast<int>(i) <= from) continue;
      const Fallback& f = hop(id).fallbacks[i];
      Place& place = run.places[i];
      if (!hold(f.accepts)) {
        why = LossWindow::Why::refused;
        continue;
      }
      if (f.kind == Fallback::Kind::hand_on) {
        ledger(id).handed_on += 1;
        return enter(f.port);
      }
      if (f.age == Fallback::Age::since_arrival && now_ - m.arrived >= place.limit) {
        why = LossWindow::Why::expired;
        continue;
      }
      if (static_cast<double>(place.data.size()) + 1 > place.room_for + 1e-9) {
        if (f.overflow == Overflow::drop_newest) return lose(id, m, i, LossWindow::Why::full);
        if (f.overflow != Overflow::drop_oldest || place.data.empty()) {
          why = LossWindow::Why::full;
          continue;
        }
        const Message oldest = place.data.begin()->second;
        place.data.erase(place.data.begin());
        lose(id, oldest, i, LossWindow::Why::full);
      }
      return put(id, i, m);
    }
    lose(id, m, from, why);
  }

  void put(HopId id, std::size_t i, Message m) {
    HopRun& run = of(id);
    Place& place = run.places[i];
    const Fallback& f = hop(id).fallbacks[i];
    run.drain.accrue(now_, waiting_to_drain(id));
    place.drain.accrue(now_, place.data.size());
    place.release.accrue(now_, place.data.size());
    m.entry = ++next_entry_;
    m.ages_from = f.age == Fallback::Age::since_arrival ? m.arrived : now_;
    place.data.emplace(key_of(m), m);
    plan({.at = m.ages_from + place.limit,
          .kind = Event::Kind::deadline,
          .hop = id,
          .place = i,
          .key = key_of(m),
          .version = m.entry});
    if (f.kind == Fallback::Kind::retry) {
      if (run.state.open) plan_attempt(id, i, m);
      return;
    }
    place.drain.flows_in(place.data.size());
    place.release.flows_in(place.data.size());
    plan_turn(id);
  }

  void lose(HopId id, const Message& m, int place, LossWindow::Why why) {
    ledger(id).lost += 1;
    const auto key = std::make_tuple(m.error, place, why);
    auto found = of(id).losses.find(key);
    if (found == of(id).losses.end()) {
      LossWindow w;
      w.arrived_from = w.arrived_to = m.arrived;
      w.lost_from = now_;
      w.error = m.error;
      w.fallback = place;
      w.why = why;
      found = of(id).losses.emplace(key, w).first;
    }
    LossWindow& w = found->second;
    w.arrived_from = std::min(w.arrived_from, m.arrived);
    w.arrived_to = std::max(w.arrived_to, m.arrived);
    w.lost_to = now_;
    w.events += 1;
  }

  std::vector<Message> take_all(HopId id, std::size_t i) {
    std::vector<Message> all;
    for (const auto& entry : of(id).places[i].data) all.push_back(entry.second);
    of(id).places[i].data.clear();
    return all;
  }

  // The message, if it still waits where the event expects it.
  std::optional<Message> find(HopId id, std::size_t i, const Key& key, std::uint64_t entry) {
    const auto found = of(id).places[i].data.find(key);
    if (found == of(id).places[i].data.end() || found->second.entry != entry) return std::nullopt;
    return found->second;
  }

  void deadline(const Event& e) {
    std::optional<Message> m = find(e.hop, e.place, e.key, e.version);
    if (!m) return;
    const HopState& state = of(e.hop).state;
    m->error = of(e.hop).last_error;
    const bool last_attempt = hop(e.hop).fallbacks[e.place].kind == Fallback::Kind::retry && state.open;
    if (last_attempt && is_limited(e.hop)) return ask_for_attempt(e.hop, e.place, *m);
    of(e.hop).places[e.place].data.erase(e.key);
    if (last_attempt) return deliver(e.hop, *m, false);
    move_on(e.hop, *m, static_cast<int>(e.place), LossWindow::Why::expired);
  }

  // ---- retries ----

  // Attempts against a closed hop leave no trace, so they are only made while it is open.
  void plan_attempt(HopId id, std::size_t i, const Message& m) {
    const Place& place = of(id).places[i];
    const double share = place_in_gap(m.number, result_.grain[id.value].openings);
    const auto& ends = place.gap_ends;
    auto end = std::upper_bound(ends.begin(), ends.end(), now_ - m.ages_from);  // of the gap of its age
    for (; end != ends.end(); ++end) {
      const Duration gap_begins = end == ends.begin() ? Duration{} : *std::prev(end);
      const SimTime at = m.ages_from + gap_begins + Duration::seconds(share * (*end - gap_begins).in_seconds());
      if (at <= now_) continue;
      return plan(
          {.at = at, .kind = Event::Kind::attempt, .hop = id, .place = i, .key = key_of(m), .version = m.entry});
    }
  }

  void attempt(const Event& e) {
    const std::optional<Message> m = find(e.hop, e.place, e.key, e.version);
    if (!m || !of(e.hop).state.open) return;
    if (is_limited(e.hop)) return ask_for_attempt(e.hop, e.place, *m);
    of(e.hop).places[e.place].data.erase(e.key);
    deliver(e.hop, *m, false);
  }

  void ask_for_attempt(HopId id, std::size_t i, const Message& m) {
    of(id).places[i].attempts.push_back(m);
    plan_round(hop(id).to);
  }

  // ---- drains and releases ----

  std::size_t waiting_to_drain(HopId id) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < of(id).places.size(); ++i) {
      if (drains(id, i)) sum += of(id).places[i].data.size();
    }
    return sum;
  }

  struct Ask {
    int group = 0;
    HopId hop;
    std::size_t place = 0;
    bool released = false;
    std::size_t want = 0;
  };
  static constexpr int group_of_releases = 1000;

  // What the hop's taps give out now.
  std::vector<Ask> turn_of(HopId id) {
    std::vector<Ask> asks;
    HopRun& run = of(id);
    const auto waiting_at = [&](std::size_t i) { return run.places[i].data.size(); };
    const auto group_at = [](std::size_t i) { return 1 + static_cast<int>(i); };
    if (run.drain.rate) {
      const std::size_t waiting = waiting_to_drain(id);
      run.drain.accrue(now_, waiting);
      const std::vector<std::size_t> counts = oldest_first(id, run.drain.open ? run.drain.take(waiting) : 0);
      for (std::size_t i = 0; i < counts.size(); ++i) asks.push_back({group_at(i), id, i, false, counts[i]});
    }
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      Place& place = run.places[i];
      if (place.drain.open) {
        place.drain.accrue(now_, waiting_at(i));
        asks.push_back({group_at(i), id, i, false, place.drain.take(waiting_at(i))});
      }
      if (place.release.open) {
        place.release.accrue(now_, waiting_at(i));
        asks.push_back({group_of_releases, id, i, true, place.release.take(waiting_at(i))});
      }
    }
    return asks;
  }

  // Where the `n` oldest messages wait that drain at the hop's own rate.
  std::vector<std::size_t> oldest_first(HopId id, std::size_t n) const {
    const std::vector<Place>& places = of(id).places;
    std::vector<std::size_t> counts(places.size(), 0);
    std::vector<std::map<Key, Message>::const_iterator> fronts;
    for (const Place& place : places) fronts.push_back(place.data.begin());
    for (; n > 0; --n) {
      std::optional<std::size_t> oldest;
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (!drains(id, i) || fronts[i] == places[i].data.end()) continue;
        if (!oldest || fronts[i]->first < fronts[*oldest]->first) oldest = i;
      }
      if (!oldest) break;
      ++counts[*oldest];
      ++fronts[*oldest];
    }
    return counts;
  }

  void deliver_oldest(HopId id, std::size_t i, std::size_t n, bool released) {
    std::map<Key, Message>& data = of(id).places[i].data;
    for (; n > 0 && !data.empty(); --n) {
      const Message m = data.begin()->second;
      data.erase(data.begin());
      deliver(id, m, released);
    }
  }

  void take_turn(HopId id) {
    for (const Ask& ask : turn_of(id)) deliver_oldest(id, ask.place, ask.want, ask.released);
    plan_turn(id);
  }

  // When one of the hop's taps has a message to give.
  void plan_turn(HopId id) {
    HopRun& run = of(id);
    ++run.turn_version;
    SimTime at = SimTime::never();
    const auto consider = [&](const Tap& tap, std::size_t waiting) {
      if (!tap.open || waiting == 0) return;
      const double missing = 1 - 1e-9 - tap.credit;
      at = std::min(at, missing <= 0 ? now_ : std::max(now_, tap.since + after(missing / tap.per_second())));
    };
    if (run.drain.rate) consider(run.drain, waiting_to_drain(id));
    for (const Place& place : run.places) {
      consider(place.drain, place.data.size());
      consider(place.release, place.data.size());
    }
    if (at.is_never()) return;
    if (is_limited(id)) return plan_round(hop(id).to, at);
    plan({.at = at, .kind = Event::Kind::turn, .hop = id, .version = run.turn_version});
  }

  // ---- ports of limited capacity ----

  bool is_limited(HopId id) { return hop(id).to.is_set() && of(hop(id).to).limited; }

  void plan_round(PortId id, SimTime not_before = SimTime{}) {
    const SimTime at = std::max(now_ + options_.round, not_before);
    if (at >= of(id).next_round) return;
    of(id).next_round = at;
    plan({.at = at, .kind = Event::Kind::round, .port = id});
  }

  void settle_all_ports() {
    for (const PortId id : port_order_) {
      if (of(id).limited) settle(id);
    }
  }

  // How many messages may enter before a full place that blocks overflows.
  double room_behind(PortId id) const {
    double room = std::numeric_limits<double>::infinity();
    for (const HopId fed : ports_[id.value].fed) {
      const HopRun& run = of(fed);
      if (run.state.open && !hop(fed).ordered) continue;
      double fits = 0;
      bool blocks = false;
      for (const std::uint8_t i : list_of(fed, run.state.error)) {
        const Fallback& f = hop(fed).fallbacks[i];
        if (!hold(f.accepts)) continue;
        if (f.kind != Fallback::Kind::hand_on) {
          fits +=
              std::max(0.0, std::floor(run.places[i].room_for + 1e-9) - static_cast<double>(run.places[i].data.size()));
        }
        blocks = f.overflow == Overflow::block && f.kind != Fallback::Kind::hand_on;
        if (blocks || f.overflow != Overflow::next || f.kind == Fallback::Kind::hand_on) break;
      }
      // The carry grows by the ratio with each that enters and gives out whole messages.
      if (blocks) room = std::min(room, std::floor((fits + 1 - 1e-6 - run.carry) / hop(fed).ratio));
    }
    return std::max(0.0, room);
  }

  // Capacity cannot be stored, save for what makes up for the unevenness of single messages: each group leaves a few
  // tokens for the next message of those before it, which would otherwise find that it came a moment too late.
  double unevenness(PortId id) const { return 1 + static_cast<double>(ports_[id.value].served.size()); }
  double tokens_left_by(PortId id, int group) const {
    return std::min(group, ports_[id.value].groups) * unevenness(id);
  }
  double most_kept(PortId id) const { return (ports_[id.value].groups + 1) * unevenness(id); }

  void settle(PortId id) {
    PortRun& port = of(id);
    port.next_round = SimTime::never();
    const double most = most_kept(id);
    const double capacity = capacity_of(id);
    const double round = options_.round.in_seconds();
    if (!std::isinf(capacity)) {
      port.tokens = std::min(port.tokens + capacity * (now_ - port.since).in_seconds(), most + capacity * round);
    }
    port.since = now_;

    std::map<int, std::vector<Ask>> groups;
    for (const HopId served : port.served) {
      const HopRun& run = of(served);
      if (!run.fresh.empty()) groups[0].push_back({0, served, 0, false, run.fresh.size()});
      for (std::size_t i = 0; i < run.places.size(); ++i) {
        const std::size_t attempts = run.places[i].attempts.size();
        if (attempts > 0)
          groups[1 + static_cast<int>(i)].push_back({1 + static_cast<int>(i), served, i, false, attempts});
      }
      for (const Ask& ask : turn_of(served)) {
        if (ask.want > 0) groups[ask.group].push_back(ask);
      }
    }
    for (const auto& entry : groups) {
      const std::vector<std::size_t> granted = share_out(id, entry.second, capacity);
      for (std::size_t i = 0; i < granted.size(); ++i) grant(entry.second[i], granted[i]);
    }
    if (!std::isinf(capacity)) port.tokens = std::min(port.tokens, most);
    for (const HopId served : port.served) plan_turn(served);
  }

  // In proportion to what is asked; fractions are kept in mind from round to round.
  std::vector<std::size_t> share_out(PortId id, const std::vector<Ask>& asks, double capacity) {
    PortRun& port = of(id);
    double want = 0;
    for (const Ask& ask : asks) want += static_cast<double>(ask.want);
    const double tokens =
        std::isinf(capacity) ? want : std::floor(port.tokens + 1e-9 - tokens_left_by(id, asks.front().group));
    const double room = room_behind(id);
    cut_by_block_ = room < tokens;
    double left = std::max(0.0, std::min({want, tokens, room}));
    if (!std::isinf(capacity)) port.tokens -= left;
    const double share = left / want;
    std::vector<std::size_t> granted;
    std::vector<double> fractions;
    for (const Ask& ask : asks) {
      double& owed = port.owed[{ask.group, ask.hop}];
      owed += share * static_cast<double>(ask.want);
      const double whole = std::clamp(std::floor(owed), 0.0, std::min(left, static_cast<double>(ask.want)));
      owed -= whole;
      left -= whole;
      granted.push_back(static_cast<std::size_t>(whole));
      fractions.push_back(owed);
    }
    while (left >= 1) {
      std::optional<std::size_t> best;
      for (std::size_t i = 0; i < asks.size(); ++i) {
        if (granted[i] >= asks[i].want) continue;
        if (!best || fractions[i] > fractions[*best]) best = i;
      }
      if (!best) break;
      ++granted[*best];
      fractions[*best] -= 1;
      port.owed[{asks[*best].group, asks[*best].hop}] -= 1;
      left -= 1;
    }
    return granted;
  }

  void grant(const Ask& ask, std::size_t granted) {
    HopRun& run = of(ask.hop);
    const bool waits_for_attempt =
        ask.group != 0 && hop(ask.hop).fallbacks[ask.place].kind == Fallback::Kind::retry && !ask.released;
    if (ask.group == 0) {
      const ErrorClass cut = cut_by_block_ ? ErrorClass::stalled : ErrorClass::throttled;
      const std::vector<Message> fresh = std::exchange(run.fresh, {});
      for (std::size_t i = 0; i < fresh.size(); ++i) {
        if (i < granted) {
          deliver(ask.hop, fresh[i], false);
        } else {
          fail(ask.hop, fresh[i], cut);
        }
      }
    } else if (waits_for_attempt) {
      Place& place = run.places[ask.place];
      std::vector<Message> attempts = std::exchange(place.attempts, {});
      // No age goes before another: each piece of the backlog gets the same share.
      std::sort(attempts.begin(), attempts.end(), [](const Message& a, const Message& b) {
        return std::pair(uniform(a.number, a.entry), a.entry) < std::pair(uniform(b.number, b.entry), b.entry);
      });
      for (const Message& asked : attempts) {
        const std::optional<Message> m = find(ask.hop, ask.place, key_of(asked), asked.entry);
        if (!m) continue;
        if (granted > 0) {
          --granted;
          place.data.erase(key_of(*m));
          deliver(ask.hop, *m, false);
        } else if (now_ >= m->ages_from + place.limit) {
          place.data.erase(key_of(*m));
          move_on(ask.hop, *m, static_cast<int>(ask.place), LossWindow::Why::expired);
        } else {
          plan_attempt(ask.hop, ask.place, *m);
        }
      }
    } else {
      deliver_oldest(ask.hop, ask.place, granted, ask.released);
    }
  }

  // ---- the end ----

  void close_ledger(HopId id) {
    HopRun& run = of(id);
    HopLedger& l = ledger(id);
    for (const auto& entry : run.losses) l.losses.push_back(entry.second);
    for (std::size_t i = 0; i < run.places.size(); ++i) {
      const Place& place = run.places[i];
      if (place.data.empty()) continue;
      Waiting w;
      w.fallback = static_cast<std::uint8_t>(i);
      w.events = static_cast<double>(place.data.size());
      w.oldest_arrival = place.data.begin()->second.arrived;
      w.newest_arrival = place.data.rbegin()->second.arrived;
      w.first_deadline = SimTime::never();
      for (const auto& entry : place.data) {
        w.first_deadline = std::min(w.first_deadline, entry.second.ages_from + place.limit);
      }
      w.readable = readable(id, i);
      l.places.push_back(w);
      l.waiting += w.events;
    }
    if (l.offered != l.on_time + l.late + l.waiting + l.handed_on + l.lost) {
      throw std::logic_error("the reference lost count of its messages at hop " + hop(id).name);
    }
  }

  const System& system_;
  const Script& script_;
  const ReferenceOptions& options_;
  SimTime horizon_;
  SimTime now_;
  ReferenceResult result_;
  std::vector<StepFunction<HopState>> needs_;  // by HopId
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

}  // namespace

ReferenceResult simulate_by_message(const System& system, const Script& script, SimTime horizon,
                                    const ReferenceOptions& options) {
  return Simulation(system, script, horizon, options).run();
}

}  // namespace moshimo::reference
