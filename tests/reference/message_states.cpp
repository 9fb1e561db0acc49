#include <algorithm>

#include "tests/reference/message_simulation.hpp"

namespace moshimo::reference {

namespace {

template <class Value>
Value value_at(const StepFunction<Value>& steps, SimTime t) {
  Value value = steps.front().value;
  for (const auto& step : steps) {
    if (step.at <= t) value = step.value;
  }
  return value;
}

}  // namespace

bool Simulation::holds(const Need& need) const {
  return conditions_[need.condition.value] || std::any_of(need.alternatives.begin(), need.alternatives.end(),
                                                          [&](ConditionId c) { return bool(conditions_[c.value]); });
}

bool Simulation::hold(const Needs& needs) const {
  return std::all_of(needs.begin(), needs.end(), [&](const Need& n) { return holds(n); });
}

// Falls now, and no later change is to come.
bool Simulation::falls_for_good(ConditionId id) const {
  const StepFunction<bool>& steps = result_.timeline.conditions[id.value];
  return steps.size() > 1 && steps.back().at == now_ && !steps.back().value;
}

bool Simulation::falls(ConditionId id) const {
  const StepFunction<bool>& steps = result_.timeline.conditions[id.value];
  return std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.at == now_ && !step.value; });
}

// Everything that may change at this instant, before anything flows.
void Simulation::control() {
  settle_all_ports();
  std::vector<bool> before = conditions_;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    conditions_[i] = value_at(result_.timeline.conditions[i], now_);
  }
  for (std::size_t i = 0; i < running_.size(); ++i) running_[i] = value_at(result_.timeline.running[i], now_);
  for (std::size_t i = 0; i < hops_.size(); ++i) destroy_content(HopId(i));
  for (std::size_t i = 0; i < hops_.size(); ++i) {
    hops_[i].needs = value_at(needs_[i], now_);
    hops_[i].through = value_at(through_[i], now_);
    update_state(HopId(i));
  }
  for (const Script::Setting& s : script_.settings) {
    if (s.at == now_) keep_for(s.store, s.holds_for);
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

void Simulation::destroy_content(HopId id) {
  const Hop& h = hop(id);
  for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
    if (h.fallbacks[i].kind != Fallback::Kind::store) continue;
    const Store& store = system_.stores[h.fallbacks[i].store];
    const bool gone =
        std::any_of(store.lost_with.begin(), store.lost_with.end(), [&](ConditionId c) { return falls_for_good(c); }) ||
        std::any_of(store.emptied_by.begin(), store.emptied_by.end(), [&](ConditionId c) { return falls(c); });
    if (!gone) continue;
    for (const Message& m : take_all(id, i)) lose(id, m, static_cast<int>(i), LossWindow::Why::destroyed);
  }
}

// Every message in the store gets another deadline; one whose time has passed already goes now.
void Simulation::keep_for(StoreId store, Duration holds_for) {
  for (std::size_t h = 0; h < hops_.size(); ++h) {
    const HopId id(h);
    for (std::size_t i = 0; i < hop(id).fallbacks.size(); ++i) {
      const Fallback& f = hop(id).fallbacks[i];
      if (f.kind != Fallback::Kind::store || f.store != store) continue;
      Place& place = of(id).places[i];
      place.limit = std::min(f.limit, holds_for);
      std::vector<Message> over_age;
      for (const auto& entry : place.data) {
        if (now_ >= entry.second.ages_from + place.limit) {
          over_age.push_back(entry.second);
        } else {
          plan_deadline(id, i, entry.second);
        }
      }
      for (const Message& m : over_age) place.data.erase(key_of(m));
      for (Message& m : over_age) {
        m.error = of(id).last_error;
        move_on(id, m, static_cast<int>(i), LossWindow::Why::expired);
      }
    }
  }
}

void Simulation::update_state(HopId id) {
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
void Simulation::fail_with(HopId id, ErrorClass error) {
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
std::vector<std::uint8_t> Simulation::list_of(HopId id, ErrorClass error) const {
  const Hop& h = hop(id);
  if (!h.ordered) return h.reaction(error).fallbacks;
  std::vector<std::uint8_t> all;
  for (std::size_t i = 0; i < h.fallbacks.size(); ++i) all.push_back(static_cast<std::uint8_t>(i));
  return all;
}

bool Simulation::readable(HopId id, std::size_t place) const {
  const Fallback& f = hop(id).fallbacks[place];
  return f.kind != Fallback::Kind::store || hold(system_.stores[f.store].readable);
}

bool Simulation::drains(HopId id, std::size_t place) const {
  const Fallback& f = hop(id).fallbacks[place];
  const bool waits_in_turn = f.kind == Fallback::Kind::store || f.kind == Fallback::Kind::buffer;
  return waits_in_turn && !f.release.is_set() && of(id).state.open && readable(id, place);
}

void Simulation::update_taps(HopId id) {
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

double Simulation::capacity_of(PortId id) const {
  const Port& port = system_.ports[id];
  double capacity = port.capacity.per_second();
  if (port.process.is_set() && !port.capacity.is_unlimited()) capacity *= share_running(port.process);
  return capacity;
}

double Simulation::share_running(ProcessId id) const {
  return static_cast<double>(running_[id.value]) / static_cast<double>(system_.processes[id].count);
}

void Simulation::count_changes(HopId id) {
  HopRun& run = of(id);
  const Hop& h = hop(id);
  std::vector<double> signature = {run.through, run.state.open ? -1.0 : static_cast<double>(run.state.error)};
  if (h.to.is_set()) signature.push_back(capacity_of(h.to));
  for (std::size_t i = 0; i < h.fallbacks.size(); ++i) {
    signature.push_back(hold(h.fallbacks[i].accepts));
    signature.push_back(readable(id, i));
    signature.push_back(run.places[i].limit.in_seconds());
    signature.push_back(run.places[i].released ? run.places[i].released->at.in_seconds() : -1);
  }
  if (signature != run.signature) ++result_.grain[id.value].state_changes;
  run.signature = std::move(signature);
}

}  // namespace moshimo::reference
