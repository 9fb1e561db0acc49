#include "core/findings.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <tuple>

namespace moshimo {
namespace {

class Finder {
 public:
  Finder(const System& system, const Outcome& outcome, const Outcome& healthy, Detail detail)
      : system_(system),
        outcome_(outcome),
        healthy_(healthy),
        timeline_(outcome.timeline),
        is_full_(detail == Detail::all) {}

  Findings run() {
    ports();
    if (is_full_) find_asked_by_starts();
    processes();
    hops();
    stalls();
    for (ConditionId c : gone_for_good(system_, timeline_)) gone(c);
    stores();
    for (std::uint32_t c = 0; c < system_.conditions.size() && is_full_; ++c) condition_symptoms(ConditionId(c));
    objectives();
    std::stable_sort(findings_.points.begin(), findings_.points.end(),
                     [](const PointOfNoReturn& a, const PointOfNoReturn& b) { return a.at < b.at; });
    if (!is_full_) return std::move(findings_);
    turning();
    std::stable_sort(findings_.effects.begin(), findings_.effects.end(), [this](const Effect& a, const Effect& b) {
      return std::tie(a.from, name(a.component), a.kind) < std::tie(b.from, name(b.component), b.kind);
    });
    std::stable_sort(findings_.symptoms.begin(), findings_.symptoms.end(),
                     [](const SeenSymptom& a, const SeenSymptom& b) { return a.at < b.at; });
    return std::move(findings_);
  }

 private:
  const std::string& name(ComponentId c) const { return system_.components[c].name; }

  bool failed_from_the_start(const Needs& needs) const {
    return !hold_throughout(needs, timeline_) && first_failing(needs, timeline_, SimTime{}) < needs.size() &&
           !begins_with_fault(needs);
  }
  // A fault without delay at time 0 is no state of the healthy system: that one is the first entry of the timeline.
  bool begins_with_fault(const Needs& needs) const {
    return std::all_of(needs.begin(), needs.end(), [&](const Need& n) {
      if (healthy_.timeline.conditions[n.condition.value].front().value) return true;
      return std::any_of(n.alternatives.begin(), n.alternatives.end(),
                         [&](ConditionId c) { return healthy_.timeline.conditions[c.value].front().value; });
    });
  }

  void ports() {
    for (std::uint32_t p = 0; p < system_.ports.size(); ++p) {
      const Port& port = system_.ports[PortId(p)];
      if (hold_throughout(port.needs, timeline_) || failed_from_the_start(port.needs)) continue;
      for (const FailureSpan& span : failures(port.needs, timeline_)) {
        const Need& need = port.needs[span.need];
        Effect effect{.component = port.component, .kind = EffectKind::down, .from = span.from, .to = span.to};
        effect.error = need.error;
        effect.chain = cause(need, span.from);
        effect.port = PortId(p);
        add(effect);
      }
    }
  }

  // What a component asks for only when one of its workers is to start shows itself when one does. Only what fails at
  // some time is looked at.
  void find_asked_by_starts() {
    for (const Process& process : system_.processes) {
      for (const Need& n : process.start) {
        const Condition& row = system_.conditions[n.condition];
        if (row.component == process.component && !row.symptoms.empty() &&
            !timeline_.conditions.stays_at_first(n.condition.value)) {
          asked_by_starts_.insert(n.condition);
        }
      }
    }
    if (asked_by_starts_.empty()) return;
    std::vector<bool> is_asked(system_.conditions.size(), false);
    for (const ConditionId c : asked_by_starts_) is_asked[c.value] = true;
    const auto forget = [&](const Needs& needs) {
      for (const Need& n : needs) {
        if (is_asked[n.condition.value]) asked_by_starts_.erase(n.condition);
        for (const ConditionId c : n.alternatives) asked_by_starts_.erase(c);
      }
    };
    for (const Process& process : system_.processes) {
      forget(process.run);
      forget(process.healthy);
    }
    for (const Port& port : system_.ports) forget(port.needs);
    for (const Hop& hop : system_.hops) forget(hop.needs);
    for (const Condition& condition : system_.conditions) forget(condition.follows);
  }

  void processes() {
    for (std::uint32_t p = 0; p < system_.processes.size(); ++p) {
      const Process& process = system_.processes[ProcessId(p)];
      const StepFunction<std::uint32_t>& running = timeline_.running[p];
      for (std::size_t i = 0; i < running.size(); ++i) {
        if (running[i].value != 0 || process.count == 0) continue;
        Effect effect{.component = process.component,
                      .kind = EffectKind::down,
                      .from = running[i].at,
                      .to = i + 1 < running.size() ? running[i + 1].at : SimTime::never()};
        effect.process = ProcessId(p);
        if (is_full_) effect.chain = why_not_started(process, running[i].at);
        add(effect);
      }
      if (!is_full_ || failed_from_the_start(process.start)) continue;
      for (const FailureSpan& span : failures(process.start, timeline_)) {
        const Need& need = process.start[span.need];
        Effect effect{.component = process.component, .kind = EffectKind::latent, .from = span.from, .to = span.to};
        effect.error = need.error;
        effect.process = ProcessId(p);
        effect.chain = cause_of(system_, timeline_, need, span.from);
        add(effect);
        for (const ChangeTo<std::uint32_t>& change : running) {  // seen when the first worker fails to start
          if (change.at < span.from || change.at >= span.to || change.value >= process.count) continue;
          symptoms(process.symptoms_start, change.at, span.to, process.component, HopId{});
          const ConditionId cause = need.condition;
          if (asked_by_starts_.contains(cause)) {
            symptoms(system_.conditions[cause].symptoms, change.at, span.to, process.component, HopId{});
          }
          break;
        }
      }
      if (!failed_from_the_start(process.healthy)) {
        for (const FailureSpan& span : failures(process.healthy, timeline_)) {
          symptoms(process.symptoms_healthy, span.from, span.to, process.component, HopId{});
        }
      }
      if (failed_from_the_start(process.run)) continue;
      for (const FailureSpan& span : failures(process.run, timeline_)) {
        symptoms(process.symptoms_run, span.from, span.to, process.component, HopId{});
      }
    }
  }

  CauseChain cause(const Need& need, SimTime at) const {
    return is_full_ ? cause_of(system_, timeline_, need, at) : CauseChain();
  }
  bool has_cause(const Need& need, SimTime at) const {
    const auto is_down = [&](ConditionId c) { return !held_at(timeline_, c, at); };
    return is_down(need.condition) || std::any_of(need.alternatives.begin(), need.alternatives.end(), is_down);
  }

  CauseChain why_not_started(const Process& process, SimTime at) const {
    const std::size_t need = first_failing(process.start, timeline_, at);
    if (need < process.start.size()) return cause_of(system_, timeline_, process.start[need], at);
    const std::size_t unhealthy = first_failing(process.healthy, timeline_, at);
    if (unhealthy < process.healthy.size()) return cause_of(system_, timeline_, process.healthy[unhealthy], at);
    return {};
  }

  void hops() {
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      const HopLedger& ledger = outcome_.hops[h];
      const HopLedger& normal = healthy_.hops[h];
      findings_.offered += ledger.offered;
      findings_.lost += ledger.lost;
      findings_.waiting += ledger.waiting;
      findings_.misdirected += ledger.misdirected;
      findings_.late += ledger.late;
      const bool was_open = healthy_.hop_states[h].empty() || healthy_.hop_states[h].front().value.open;
      const StepFunction<HopState>& states = outcome_.hop_states[h];
      bool fails = false;
      for (std::size_t i = 0; i < states.size() && was_open; ++i) {
        if (states[i].value.open) continue;
        fails = true;
        const SimTime to = i + 1 < states.size() ? states[i + 1].at : SimTime::never();
        const Need& need = hop.needs[states[i].value.need];
        if (hop.component.is_set() && !is_request(hop)) {
          Effect effect{.component = hop.component, .kind = EffectKind::impaired, .from = states[i].at, .to = to};
          effect.error = states[i].value.error;
          effect.hop = HopId(h);
          effect.chain = cause(need, states[i].at);
          if (has_cause(need, states[i].at)) add(effect);
        }
        if (has_met(ledger)) {
          symptoms(hop.reaction(states[i].value.error).symptoms, first_use(hop, states[i].at), to, hop.component,
                   HopId(h));
        }
      }
      if (is_full_ && !fails && ledger.offered < normal.offered * (1 - 1e-6) - 1e-6 && hop.component.is_set()) {
        Effect effect{.component = hop.component, .kind = EffectKind::starved, .to = SimTime::never()};
        effect.hop = HopId(h);
        effect.from = SimTime{};
        starved_.push_back(effect);
      }
      for (const Stay& stay : ledger.stays) {
        const StoreId store = hop.fallbacks[stay.fallback].store;
        if (store.is_set()) {
          symptoms(system_.stores[store].symptoms, stay.from, stay.to, system_.stores[store].component, HopId(h));
        }
      }
      losses(HopId(h));
      if (is_request(hop)) availability(HopId(h));
      if (timetable_of(hop)) {
        const double missed = ledger.lost;
        if (missed > 0 || ledger.waiting + ledger.misdirected > 0)
          findings_.jobs.push_back({HopId(h), ledger.offered, missed});
      }
    }
    for (Effect& effect : starved_) {
      std::tie(effect.from, effect.to) = trouble_upstream(effect.hop);
      if (!effect.from.is_never()) add(effect);
    }
  }

  void stalls() {
    for (const Stall& stall : outcome_.stalls) {
      Effect effect{.component = stall.component, .kind = EffectKind::stalled, .from = stall.from, .to = stall.to};
      effect.error = ErrorClass::stalled;
      effect.hop = stall.hop;
      const Needs& needs = system_.hops[stall.hop].needs;
      const std::size_t need = first_failing(needs, timeline_, stall.from);
      if (need < needs.size()) effect.chain = cause(needs[need], stall.from);
      add(effect);
    }
  }

  // Some data has come while it failed: else nobody sees that it does.
  static bool has_met(const HopLedger& ledger) {
    constexpr double trace = 1e-6;  // events; less is rounding
    return ledger.offered - ledger.on_time > trace;
  }

  // A job notices when it is due.
  SimTime first_use(const Hop& hop, SimTime from) const {
    const Hop* job = timetable_of(hop);
    if (!job || job->every <= Duration{}) return from;
    const std::int64_t late = from.since_start().us() - job->first.us();
    const std::int64_t runs = late <= 0 ? 0 : (late + job->every.us() - 1) / job->every.us();
    return SimTime::after_start(Duration::microseconds(job->first.us() + runs * job->every.us()));
  }

  // The timetable it runs on, its own or that of what alone feeds it: a target of a rule with a schedule.
  const Hop* timetable_of(const Hop& hop) const {
    if (hop.source == Hop::Source::timetable) return &hop;
    if (hop.source != Hop::Source::port) return nullptr;
    const std::vector<HopId>& above = feeders(hop.from);
    if (above.size() != 1) return nullptr;
    const Hop& feeder = system_.hops[above.front()];
    return feeder.source == Hop::Source::timetable && feeder.to == hop.from ? &feeder : nullptr;
  }

  // From when the first hop above this one began to fail until all of them work again.
  std::pair<SimTime, SimTime> trouble_upstream(HopId start) const {
    SimTime first = SimTime::never();
    SimTime last = {};
    const auto add_times = [&](const auto& changes, const auto& is_well) {
      for (std::size_t i = 0; i < changes.size(); ++i) {
        if (is_well(changes[i].value)) continue;
        first = std::min(first, changes[i].at);
        last = std::max(last, i + 1 < changes.size() ? changes[i + 1].at : SimTime::never());
      }
    };
    std::vector<HopId> work = {start};
    std::vector<bool> seen(system_.hops.size(), false);
    while (!work.empty()) {
      const HopId h = work.back();
      work.pop_back();
      if (seen[h.value]) continue;
      seen[h.value] = true;
      add_times(outcome_.hop_states[h.value], [](const HopState& state) { return state.open; });
      const Hop& hop = system_.hops[h];
      if (hop.source == Hop::Source::work && system_.ports[hop.from].process.is_set()) {
        const StepFunction<std::uint32_t>& running = timeline_.running[system_.ports[hop.from].process.value];
        const std::uint32_t at_first = running.front().value;
        add_times(running, [&](std::uint32_t workers) { return workers >= at_first; });
      }
      if (hop.source != Hop::Source::port) continue;
      for (HopId up : feeders(hop.from)) work.push_back(up);
    }
    return {first, last};
  }

  const std::vector<HopId>& feeders(PortId port) const {
    if (feeders_.empty()) {
      feeders_.resize(system_.ports.size());
      for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
        const Hop& hop = system_.hops[HopId(h)];
        if (hop.to.is_set()) feeders_[hop.to.value].push_back(HopId(h));
        for (const Fallback& f : hop.fallbacks) {
          if (f.kind == Fallback::Kind::hand_on) feeders_[f.port.value].push_back(HopId(h));
        }
      }
    }
    return feeders_[port.value];
  }

  void losses(HopId h) {
    const Hop& hop = system_.hops[h];
    for (const LossWindow& w : outcome_.hops[h.value].losses) {
      if (w.events <= 1e-6) continue;
      PointOfNoReturn point;
      point.at = w.lost_from;
      point.until = w.lost_to;
      point.hop = h;
      point.fallback = w.fallback;
      point.why = w.why;
      point.error = w.error;
      point.arrived_from = w.arrived_from;
      point.arrived_to = w.arrived_to;
      point.events = w.events;
      point.onset_per_s = w.onset_per_s;
      point.fact = hop.reaction(w.error).fact;
      if (w.fallback >= 0) {
        const Fallback& f = hop.fallbacks[static_cast<std::size_t>(w.fallback)];
        FactId fact = hop.fact_of(w.error, static_cast<std::size_t>(w.fallback));
        if (w.why == LossWindow::Why::expired && f.store.is_set() && system_.stores[f.store].holds_for <= f.limit) {
          fact = system_.stores[f.store].fact;  // the place's own limit decides, not what this hop does there
        }
        if (fact.is_set()) point.fact = fact;
      }
      if (!extends_last(hop, point)) findings_.points.push_back(point);
    }
  }

  // Runs of a timetable that are lost one after the other are one loss that goes on.
  bool extends_last(const Hop& hop, const PointOfNoReturn& next) {
    for (auto p = findings_.points.rbegin(); p != findings_.points.rend() && p->hop == next.hop; ++p) {
      if (p->fallback != next.fallback || p->why != next.why || p->error != next.error) continue;
      const Hop* timetable = timetable_of(hop);
      const Duration gap = timetable ? timetable->every + timetable->every : Duration::minutes(1);
      if (p->until + gap < next.at) return false;
      p->until = std::max(p->until, next.until);
      p->arrived_to = std::max(p->arrived_to, next.arrived_to);
      p->events += next.events;
      return true;
    }
    return false;
  }

  void availability(HopId h) {
    const HopLedger& ledger = outcome_.hops[h.value];
    Availability a;
    a.hop = h;
    a.offered = ledger.offered;
    a.refused = ledger.lost;
    const StepFunction<HopState>& states = outcome_.hop_states[h.value];
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].value.open) continue;
      a.windows.push_back(
          {states[i].at, i + 1 < states.size() ? states[i + 1].at : SimTime::never(), states[i].value.error});
    }
    findings_.refused += a.refused;
    if (a.refused > 0 || !a.windows.empty()) findings_.availability.push_back(std::move(a));
  }

  // The last moment to prevent it. A store of its own that goes with it says as much.
  void gone(ConditionId c) {
    const Condition& condition = system_.conditions[c];
    const SimTime at = timeline_.conditions[c.value].back().at;
    if (!healthy_.timeline.conditions[c.value].back().value) return;
    for (const Store& store : system_.stores) {
      if (!store.holds_data || store.component != condition.component) continue;
      if (std::find(store.lost_with.begin(), store.lost_with.end(), c) != store.lost_with.end()) return;
    }
    PointOfNoReturn point;
    point.at = point.until = at;
    point.condition = c;
    point.why = LossWindow::Why::destroyed;
    point.error = condition.error;
    point.fact = condition.fact;
    findings_.points.push_back(point);
  }

  void stores() {
    for (std::uint32_t s = 0; s < system_.stores.size(); ++s) {
      const Store& store = system_.stores[StoreId(s)];
      if (!store.holds_data) continue;
      AtRest rest;
      rest.store = StoreId(s);
      rest.unreadable_from = rest.unreadable_to = rest.lost_at = SimTime::never();
      if (!failed_from_the_start(store.readable)) {
        const std::vector<FailureSpan> spans = failures(store.readable, timeline_);
        if (!spans.empty()) {
          const Need& need = store.readable[spans.front().need];
          rest.unreadable_from = spans.front().from;
          rest.unreadable_to = spans.back().to;
          rest.chain = cause(need, rest.unreadable_from);
          Effect effect{.component = store.component,
                        .kind = EffectKind::unreadable,
                        .from = rest.unreadable_from,
                        .to = rest.unreadable_to};
          effect.error = need.error;
          effect.chain = rest.chain;
          effect.store = StoreId(s);
          add(effect);
        }
      }
      for (ConditionId c : store.lost_with) lose_at_rest(rest, c, falls_for_good(c));
      for (ConditionId c : store.emptied_by) lose_at_rest(rest, c, first_fall(c));
      if (!rest.lost_at.is_never()) {
        PointOfNoReturn point;
        point.at = point.until = rest.lost_at;
        point.store = StoreId(s);
        point.why = LossWindow::Why::destroyed;
        point.fact = store.fact;
        findings_.points.push_back(point);
      }
      if (!rest.unreadable_from.is_never() || !rest.lost_at.is_never()) findings_.at_rest.push_back(std::move(rest));
    }
  }

  // Where the data is gone by then, no repair brings it back.
  void turning() {
    findings_.turning = turning_points(system_, timeline_, healthy_.timeline);
    std::erase_if(findings_.turning, [this](const TurningPoint& t) {
      const ComponentId component = system_.conditions[t.condition].component;
      return std::any_of(findings_.at_rest.begin(), findings_.at_rest.end(), [&](const AtRest& rest) {
        return system_.stores[rest.store].component == component && rest.lost_at <= t.at;
      });
    });
  }

  // When it falls and does not rise again; never() too where it never held.
  SimTime falls_for_good(ConditionId c) const {
    const StepFunction<bool>& f = timeline_.conditions[c.value];
    const bool held = healthy_.timeline.conditions[c.value].front().value;
    return !held || f.back().value ? SimTime::never() : f.back().at;
  }
  SimTime first_fall(ConditionId c) const {
    const StepFunction<bool>& f = timeline_.conditions[c.value];
    const auto fall = std::find_if(f.begin(), f.end(), [](const ChangeTo<bool>& change) { return !change.value; });
    const bool held = healthy_.timeline.conditions[c.value].front().value;
    return !held || fall == f.end() ? SimTime::never() : fall->at;
  }

  void lose_at_rest(AtRest& rest, ConditionId with, SimTime at) const {
    if (at >= rest.lost_at) return;
    rest.lost_at = at;
    Need gone;
    gone.condition = with;
    rest.chain = cause(gone, at);
  }

  void condition_symptoms(ConditionId c) {
    const Condition& condition = system_.conditions[c];
    if (condition.symptoms.empty() || asked_by_starts_.contains(c)) return;
    const StepFunction<bool>& f = timeline_.conditions[c.value];
    for (std::size_t i = 0; i < f.size(); ++i) {
      if (f[i].value) continue;
      // At the start: what a fault takes away at once is seen, what never held is not.
      if (i == 0 && !healthy_.timeline.conditions[c.value].front().value) continue;
      symptoms(condition.symptoms, f[i].at, i + 1 < f.size() ? f[i + 1].at : SimTime::never(), condition.component,
               HopId{});
    }
  }

  void symptoms(const Symptoms& list, SimTime from, SimTime to, ComponentId component, HopId hop) {
    if (!is_full_) return;
    for (const Symptom& symptom : list) {
      SimTime begin = from;
      for (const FailureSpan& span : failures(symptom.only_while, timeline_)) {
        if (span.from <= begin && begin < span.to) begin = span.to;
      }
      if (begin.is_never()) continue;
      const SimTime at = begin + symptom.after;
      if (at >= to || at > timeline_.horizon) continue;
      findings_.symptoms.push_back({at, component, &symptom, hop});
    }
  }

  // Without a break, whatever the reason and whichever of its ports and hops.
  Duration longest_trouble(ComponentId c) const {
    std::vector<std::pair<SimTime, SimTime>> spans;
    for (const Effect& e : findings_.effects) {
      if (e.component != c || e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
      spans.emplace_back(e.from, e.to);
    }
    std::sort(spans.begin(), spans.end());
    Duration longest;
    for (std::size_t i = 0; i < spans.size();) {
      const SimTime from = spans[i].first;
      SimTime to = spans[i].second;
      for (++i; i < spans.size() && spans[i].first <= to; ++i) to = std::max(to, spans[i].second);
      longest = std::max(longest, to.is_never() ? Duration::forever() : to - from);
    }
    return longest;
  }

  // RTO: the longest span in which the component does not work whole. RPO: the longest span of arrivals lost.
  void objectives() {
    for (std::uint32_t c = 0; c < system_.components.size(); ++c) {
      const Component& component = system_.components[ComponentId(c)];
      if (component.rto) {
        const Duration longest = longest_trouble(ComponentId(c));
        findings_.objectives.push_back({ComponentId(c), true, *component.rto, longest, longest <= *component.rto});
      }
      if (component.rpo) {
        Duration longest;
        for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
          const Hop& hop = system_.hops[HopId(h)];
          if (hop.component == ComponentId(c)) longest = std::max(longest, longest_loss(hop, outcome_.hops[h]));
        }
        findings_.objectives.push_back({ComponentId(c), false, *component.rpo, longest, longest <= *component.rpo});
      }
    }
  }

  void add(const Effect& effect) { findings_.effects.push_back(effect); }

  const System& system_;
  const Outcome& outcome_;
  const Outcome& healthy_;
  const Timeline& timeline_;
  bool is_full_;
  Findings findings_;
  std::set<ConditionId> asked_by_starts_;
  std::vector<Effect> starved_;
  mutable std::vector<std::vector<HopId>> feeders_;
};

}  // namespace

std::string_view name_of(EffectKind k) {
  switch (k) {
    case EffectKind::down: return "down";
    case EffectKind::impaired: return "impaired";
    case EffectKind::latent: return "latent";
    case EffectKind::stalled: return "stalled";
    case EffectKind::unreadable: return "unreadable";
    case EffectKind::starved: return "starved";
  }
  return "";
}

bool is_request(const Hop& hop) { return hop.source == Hop::Source::profile && hop.fallbacks.empty(); }

ComponentId component_of(const System& system, const PointOfNoReturn& point) {
  if (point.hop.is_set()) return system.hops[point.hop].component;
  return point.store.is_set() ? system.stores[point.store].component : system.conditions[point.condition].component;
}

std::vector<ComponentId> still_failing(const System& system, const Findings& findings) {
  std::vector<ComponentId> failing;
  for (const Effect& e : findings.effects) {
    if (e.kind == EffectKind::latent || e.kind == EffectKind::starved || !e.to.is_never()) continue;
    if (!system.components[e.component].is_principal) failing.push_back(e.component);
  }
  std::sort(failing.begin(), failing.end());
  failing.erase(std::unique(failing.begin(), failing.end()), failing.end());
  return failing;
}

Duration longest_loss(const Hop& hop, const HopLedger& ledger) {
  std::vector<std::pair<SimTime, SimTime>> spans;
  for (const LossWindow& w : ledger.losses) {
    if (w.events > 1e-6) spans.emplace_back(w.arrived_from, w.arrived_to);
  }
  std::sort(spans.begin(), spans.end());
  const Duration next_to = hop.source == Hop::Source::timetable ? hop.every + hop.every : Duration::seconds(1);
  Duration longest;
  for (std::size_t i = 0; i < spans.size();) {
    const SimTime from = spans[i].first;
    SimTime to = spans[i].second;
    for (++i; i < spans.size() && spans[i].first <= to + next_to; ++i) to = std::max(to, spans[i].second);
    longest = std::max(longest, to - from);
  }
  return longest;
}

Findings findings_of(const System& system, const Outcome& outcome, const Outcome& healthy, Detail detail) {
  return Finder(system, outcome, healthy, detail).run();
}

}  // namespace moshimo
