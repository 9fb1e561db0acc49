#include "core/amounts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/findings.hpp"

namespace moshimo {
namespace {

// What a profile gives in a span of time.
double integral(const Profile& profile, SimTime from, SimTime to) {
  const std::vector<ProfileStep>& steps = profile.steps;
  if (steps.empty()) return 0;
  const bool repeats = !profile.period.is_forever();
  double sum = 0;
  SimTime at = from;
  while (at < to) {
    Duration place = at.since_start();
    SimTime round;
    if (repeats) {
      const auto rounds = place.us() / profile.period.us();
      round = SimTime{} + Duration::microseconds(rounds * profile.period.us());
      place = at - round;
    }
    std::size_t step = steps.size() - 1;
    while (step > 0 && steps[step].offset > place) --step;
    SimTime end = to;
    const bool has_begun = place >= steps[step].offset;
    if (!has_begun) end = std::min(end, round + steps[step].offset);
    if (has_begun && step + 1 < steps.size()) end = std::min(end, round + steps[step + 1].offset);
    if (repeats) end = std::min(end, round + profile.period);
    if (has_begun) sum += steps[step].rate.per_second() * (end - at).in_seconds();
    if (end <= at) break;
    at = end;
  }
  return sum;
}

// How many of `first`, `first` + `every`, ... lie in a span of time.
double ticks(Duration first, Duration every, SimTime from, SimTime to) {
  const auto before = [&](SimTime end) -> double {
    const Duration left = end.since_start() - first;
    if (left <= Duration{}) return 0;
    if (every.is_forever()) return 1;
    return std::ceil(static_cast<double>(left.us()) / static_cast<double>(every.us()));
  };
  return before(to) - before(from);
}

// Spans in which a function of time has a value, cut to [from, to).
template <class Value, class Is, class Take>
void each_span(const StepFunction<Value>& f, SimTime from, SimTime to, const Is& is, const Take& take) {
  for (std::size_t i = 0; i < f.size(); ++i) {
    const SimTime begin = std::max(f[i].at, from);
    const SimTime end = i + 1 < f.size() ? std::min(f[i + 1].at, to) : to;
    if (begin < end && is(f[i].value)) take(begin, end);
  }
}

}  // namespace

Amounts::Amounts(const System& system, const Outcome& outcome) : system_(system), outcome_(outcome) {
  feeders_.resize(system.ports.size());
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const PortId to = system.hops[HopId(h)].to;
    if (to.is_set()) feeders_[to.value].emplace_back(h);
  }
}

double Amounts::offered(HopId h, SimTime from, SimTime to) const {
  if (!(from < to)) return 0;
  const Hop& hop = system_.hops[h];
  switch (hop.source) {
    case Hop::Source::profile: return integral(hop.profile, from, to) * hop.ratio;
    case Hop::Source::timetable: return ticks(hop.first, hop.every, from, to) * hop.ratio;
    case Hop::Source::work: {
      double sum = integral(hop.profile, from, to);
      for (const FailureSpan& span : failures(system_.ports[hop.from].needs, outcome_.timeline)) {
        const SimTime begin = std::max(span.from, from);
        const SimTime end = std::min(span.to, to);
        if (begin < end) sum -= integral(hop.profile, begin, end);
      }
      return sum * hop.ratio;
    }
    case Hop::Source::port: {
      double sum = 0;
      for (const HopId feeder : feeders_[hop.from.value]) sum += delivered(feeder, from, to);
      return sum * hop.ratio;
    }
    case Hop::Source::signal: {
      double sum = 0;
      each_span(
          outcome_.timeline.conditions[hop.signal.value], from, to, [](bool holds) { return !holds; },
          [&](SimTime begin, SimTime) { sum += begin > from || begin == SimTime{} ? hop.ratio : 0; });
      return sum;
    }
    case Hop::Source::sign: return 0;
  }
  return 0;
}

double Amounts::delivered(HopId h, SimTime from, SimTime to) const {
  double sum = 0;
  each_span(
      outcome_.hop_states[h.value], from, to, [](const HopState& s) { return s.open; },
      [&](SimTime begin, SimTime end) { sum += offered(h, begin, end); });
  return sum;
}

// Hops that bring something into a component, that take something out of it, and that put something aside there.
struct Amounts::Traffic {
  std::vector<HopId> in, out, aside;
};

Amounts::Traffic Amounts::traffic_of(ComponentId component) const {
  const auto is_within = [&](ComponentId part) {
    while (part.is_set() && part != component) part = system_.components[part].parent;
    return part.is_set();
  };
  Traffic found;
  for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
    const Hop& hop = system_.hops[HopId(h)];
    const bool leaves = hop.source == Hop::Source::port && is_within(system_.ports[hop.from].component);
    const bool comes = hop.to.is_set() && is_within(system_.ports[hop.to].component);
    if (comes && !leaves) found.in.emplace_back(h);
    if (leaves && !comes) found.out.emplace_back(h);
    const bool puts_aside = std::any_of(hop.fallbacks.begin(), hop.fallbacks.end(), [&](const Fallback& f) {
      return f.kind == Fallback::Kind::store && f.store.is_set() && is_within(system_.stores[f.store].component);
    });
    if (puts_aside && !leaves) found.aside.emplace_back(h);
  }
  return found;
}

// What has come since nobody takes it out, and what others have put aside here.
double Amounts::waiting(const Traffic& traffic, SimTime at) const {
  double sum = 0;
  for (const HopId h : traffic.out) {
    SimTime closed = SimTime::never();
    for (const ChangeTo<HopState>& change : outcome_.hop_states[h.value]) {
      if (change.at > at) break;
      if (change.value.open)
        closed = SimTime::never();
      else if (closed.is_never())
        closed = change.at;
    }
    if (closed.is_never()) continue;
    for (const HopId in : traffic.in) sum += delivered(in, closed, at) * std::min(1.0, system_.hops[h].ratio);
  }
  for (const HopId h : traffic.aside) {
    for (const Stay& stay : outcome_.hops[h.value].stays) {
      const SimTime end = std::min(stay.to, outcome_.timeline.horizon);
      if (at <= stay.from || stay.from >= end || at > end) continue;
      sum += stay.most * ((at - stay.from).in_seconds() / (end - stay.from).in_seconds());
    }
  }
  return sum;
}

SimTime Amounts::waits(ComponentId component, double amount) const {
  const Traffic traffic = traffic_of(component);
  std::vector<SimTime> times{SimTime{}, outcome_.timeline.horizon};  // between them what waits only grows
  for (const HopId h : traffic.out) {
    for (const ChangeTo<HopState>& change : outcome_.hop_states[h.value]) times.push_back(change.at);
  }
  for (const HopId h : traffic.aside) {
    for (const Stay& stay : outcome_.hops[h.value].stays) {
      times.push_back(stay.from);
      times.push_back(std::min(stay.to, outcome_.timeline.horizon));
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const double enough = amount * (1 - 1e-9);
  const Duration grain = Duration::microseconds(1);
  for (std::size_t i = 0; i + 1 < times.size() && times[i] < outcome_.timeline.horizon; ++i) {
    SimTime low = times[i];
    SimTime high = times[i + 1] - grain;
    if (high < low || waiting(traffic, high) < enough) continue;
    while (low + grain < high) {
      const SimTime middle = low + Duration::microseconds((high - low).us() / 2);
      (waiting(traffic, middle) < enough ? low : high) = middle;
    }
    return high;
  }
  return SimTime::never();
}

}  // namespace moshimo
