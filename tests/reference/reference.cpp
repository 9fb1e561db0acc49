#include "tests/reference/reference.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <stdexcept>

#include "tests/reference/message_simulation.hpp"
#include "tests/reference/schedule.hpp"

namespace moshimo::reference {

double uniform(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15ULL + b + 0x632be59bd9b4e019ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

Duration after(double seconds) {
  if (!(seconds < 9e12)) return Duration::forever();
  return Duration::microseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e6)));
}

Simulation::Simulation(const System& system, const Script& script, SimTime horizon, const ReferenceOptions& options)
    : system_(system), script_(script), options_(options), horizon_(horizon) {
  ControlTimeline control = follow_conditions(system, script, horizon);
  result_.timeline = std::move(control.timeline);
  needs_ = std::move(control.hops);
  through_ = std::move(control.through);
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

ReferenceResult Simulation::run() {
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

void Simulation::set_up(HopId id, const Script& script) {
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
  if (h.source == Hop::Source::timetable) plan({.at = SimTime{} + h.first, .kind = Event::Kind::timetable, .hop = id});
  if (h.source == Hop::Source::profile || h.source == Hop::Source::work) {
    plan_profile_steps(h.profile);
    run.stream.next = uniform(id.value, 0);
  }
}

// Each port before those its data goes on to.
void Simulation::order_ports() {
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

void Simulation::plan_control() {
  std::set<SimTime> moments = {SimTime{}};
  const auto add = [&](const auto& steps_of_all) {
    for (std::size_t i = 0; i < steps_of_all.size(); ++i) {
      for (const auto& step : steps_of_all[i]) moments.insert(step.at);
    }
  };
  add(result_.timeline.conditions);
  add(result_.timeline.running);
  add(needs_);
  add(through_);
  for (const Script::Release& r : script_.releases) moments.insert(r.at);
  for (const Script::Setting& s : script_.settings) moments.insert(s.at);
  for (const SimTime at : moments) plan({.at = at, .kind = Event::Kind::control});
}

void Simulation::plan_profile_steps(const Profile& profile) {
  const Duration period = profile.period;
  for (SimTime begin; begin <= horizon_; begin = begin + period) {
    for (const ProfileStep& step : profile.steps) {
      plan({.at = begin + step.offset, .kind = Event::Kind::control});
    }
    if (period.is_forever()) return;
  }
}

void Simulation::plan(Event e) {
  if (e.at > horizon_) return;
  e.order = next_order_++;
  events_.push(e);
}

void Simulation::happen(const Event& e) {
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

void Simulation::close_ledger(HopId id) {
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
    (hop(id).fallbacks[i].misdirects ? l.misdirected : l.waiting) += w.events;
  }
  if (l.offered != l.on_time + l.late + l.waiting + l.misdirected + l.handed_on + l.lost) {
    throw std::logic_error("the reference lost count of its messages at hop " + hop(id).name);
  }
}

ReferenceResult simulate_by_message(const System& system, const Script& script, SimTime horizon,
                                    const ReferenceOptions& options) {
  return Simulation(system, script, horizon, options).run();
}

}  // namespace moshimo::reference
