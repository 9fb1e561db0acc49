#include "core/amounts.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "core/findings.hpp"

namespace moshimo {
namespace {

// What a profile gives in a span of time.
double integral(const Profile& profile, SimTime from, SimTime to) {
  const std::vector<ProfileStep>& steps = profile.steps;
  const auto from_its_start = [&](Duration end) {
    double sum = 0;
    for (std::size_t i = 0; i < steps.size() && steps[i].offset < end; ++i) {
      const Duration until = i + 1 < steps.size() ? std::min(steps[i + 1].offset, end) : end;
      sum += steps[i].rate.per_second() * (until - steps[i].offset).in_seconds();
    }
    return sum;
  };
  if (steps.size() == 1 && steps.front().offset == Duration{}) {
    return steps.front().rate.per_second() * (to - from).in_seconds();
  }
  const Duration period = profile.period;
  if (period.is_forever()) return from_its_start(to.since_start()) - from_its_start(from.since_start());
  const std::int64_t first = from.since_start().us() / period.us();
  const std::int64_t last = to.since_start().us() / period.us();
  const auto into = [&](SimTime at, std::int64_t round) {
    return from_its_start(at.since_start() - Duration::microseconds(round * period.us()));
  };
  const double rounds = last == first ? 0 : static_cast<double>(last - first) * from_its_start(period);
  return rounds + into(to, last) - into(from, first);
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
  const auto later = std::upper_bound(f.begin(), f.end(), from,
                                      [](SimTime time, const ChangeTo<Value>& change) { return time < change.at; });
  const auto first = static_cast<std::size_t>(later - f.begin());
  for (std::size_t i = first == 0 ? 0 : first - 1; i < f.size() && f[i].at < to; ++i) {
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

Amounts::~Amounts() = default;

// What came to a hop in the course of a run. Between two changes of what feeds it, it gets fixed shares of what some
// sources give.
struct Amounts::Course {
  struct Share {
    HopId source;
    double of_it = 0;
  };
  struct Stretch {
    SimTime from;
    double before = 0;  // all that came until then
    std::vector<Share> shares;
  };
  std::vector<Stretch> stretches;
};

// A hop and all that feeds it, each before what it is fed by.
std::vector<HopId> Amounts::upstream_of(HopId hop) const {
  std::vector<HopId> order;
  std::set<HopId> known = {hop};
  std::vector<std::pair<HopId, std::size_t>> open = {{hop, 0}};
  while (!open.empty()) {
    const HopId at = open.back().first;
    const Hop& row = system_.hops[at];
    if (row.source == Hop::Source::port && open.back().second < feeders_[row.from.value].size()) {
      const HopId feeder = feeders_[row.from.value][open.back().second++];
      if (known.insert(feeder).second) open.emplace_back(feeder, 0);
      continue;
    }
    order.push_back(at);
    open.pop_back();
  }
  std::reverse(order.begin(), order.end());
  return order;
}

// What a source that nothing feeds gives of itself.
double Amounts::given(HopId source, SimTime from, SimTime to) const {
  const Hop& hop = system_.hops[source];
  switch (hop.source) {
    case Hop::Source::profile:
    case Hop::Source::work: return integral(hop.profile, from, to) * hop.ratio;
    case Hop::Source::timetable: return ticks(hop.first, hop.every, from, to) * hop.ratio;
    case Hop::Source::signal: {
      const auto& changes = outcome_.timeline.conditions[hop.signal.value];
      const auto falls = std::count_if(changes.begin(), changes.end(), [&](const ChangeTo<bool>& change) {
        return !change.value && change.at >= from && change.at < to;
      });
      return static_cast<double>(falls) * hop.ratio;
    }
    case Hop::Source::port:
    case Hop::Source::sign: break;
  }
  return 0;
}

const Amounts::Course& Amounts::course_of(HopId hop) const {
  const auto found = courses_.find(hop);
  if (found != courses_.end()) return found->second;
  const std::vector<HopId> upstream = upstream_of(hop);
  std::map<HopId, std::size_t> place;
  for (std::size_t i = 0; i < upstream.size(); ++i) place[upstream[i]] = i;
  std::vector<SimTime> times = {SimTime{}};
  std::vector<std::vector<FailureSpan>> idle(upstream.size());  // of those that send while they work
  for (std::size_t i = 0; i < upstream.size(); ++i) {
    const Hop& row = system_.hops[upstream[i]];
    if (i > 0) {
      for (const ChangeTo<HopState>& change : outcome_.hop_states[upstream[i].value]) times.push_back(change.at);
    }
    if (row.source != Hop::Source::work) continue;
    idle[i] = failures(system_.ports[row.from].needs, outcome_.timeline);
    for (const FailureSpan& span : idle[i]) {
      times.push_back(span.from);
      times.push_back(span.to);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());

  Course course;
  std::vector<double> share(upstream.size());
  std::vector<std::size_t> state(upstream.size());
  for (const SimTime from : times) {
    Course::Stretch stretch;
    stretch.from = from;
    std::fill(share.begin(), share.end(), 0.0);
    share[0] = 1;
    for (std::size_t i = 0; i < upstream.size(); ++i) {
      const auto& states = outcome_.hop_states[upstream[i].value];
      while (state[i] + 1 < states.size() && states[state[i] + 1].at <= from) ++state[i];
      if (share[i] <= 0 || (i > 0 && !states[state[i]].value.open)) continue;
      const Hop& row = system_.hops[upstream[i]];
      if (row.source == Hop::Source::port) {
        for (const HopId feeder : feeders_[row.from.value]) share[place[feeder]] += share[i] * row.ratio;
        continue;
      }
      const bool is_idle = std::any_of(idle[i].begin(), idle[i].end(),
                                       [&](const FailureSpan& s) { return s.from <= from && from < s.to; });
      if (!is_idle) stretch.shares.push_back({upstream[i], share[i]});
    }
    if (!course.stretches.empty()) {
      const Course::Stretch& last = course.stretches.back();
      stretch.before = last.before;
      for (const Course::Share& s : last.shares) stretch.before += s.of_it * given(s.source, last.from, from);
    }
    course.stretches.push_back(std::move(stretch));
  }
  const Course& kept = courses_.emplace(hop, std::move(course)).first->second;
  return kept;
}

double Amounts::offered(HopId hop, SimTime from, SimTime to) const {
  if (!(from < to)) return 0;
  const std::vector<Course::Stretch>& stretches = course_of(hop).stretches;
  const auto at = [&](SimTime t) {
    return std::prev(std::upper_bound(stretches.begin(), stretches.end(), t,
                                      [](SimTime time, const Course::Stretch& s) { return time < s.from; }));
  };
  const auto within = [&](const Course::Stretch& stretch, SimTime begin, SimTime end) {
    double sum = 0;
    for (const Course::Share& s : stretch.shares) sum += s.of_it * given(s.source, begin, end);
    return sum;
  };
  const auto first = at(from);
  const auto last = at(to);
  if (first == last) return within(*first, from, to);
  const auto second = std::next(first);
  return within(*first, from, second->from) + (last->before - second->before) + within(*last, last->from, to);
}

double Amounts::delivered(HopId hop, SimTime from, SimTime to) const {
  double sum = 0;
  each_span(
      outcome_.hop_states[hop.value], from, to, [](const HopState& s) { return s.open; },
      [&](SimTime begin, SimTime end) { sum += offered(hop, begin, end); });
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
    for (const Stay& stay : outcome_.hops[h.value].stays) sum += put_aside(h, stay, at);
  }
  return sum;
}

// What came first is put aside when the stay begins, and what came after it as much later than it came. Where the way
// in which the hop fails has changed at that moment, all that waited for something else by then comes at once.
double Amounts::put_aside(HopId h, const Stay& stay, SimTime at) const {
  const SimTime end = std::min(stay.to, outcome_.timeline.horizon);
  if (at <= stay.from || stay.from >= end || at > end) return 0;
  SimTime closed = SimTime::never();
  bool changes_there = false;
  for (const ChangeTo<HopState>& change : outcome_.hop_states[h.value]) {
    if (change.at > stay.from) break;
    if (change.value.open) closed = SimTime::never();
    if (!change.value.open && closed.is_never()) closed = change.at;
    changes_there = change.at == stay.from;
  }
  if (closed.is_never()) return stay.most * ((at - stay.from).in_seconds() / (end - stay.from).in_seconds());
  const Duration later = changes_there ? Duration{} : stay.from - closed;
  return std::min(failed(h, closed, at - later), stay.most);
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
