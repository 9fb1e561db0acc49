#include "core/detection.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "core/schedule.hpp"
#include "core/signs.hpp"

namespace moshimo {
namespace {

class Detector {
 public:
  Detector(const System& system, const std::vector<Fault>& faults, const Response& response, const Findings& findings,
           const Outcome& healthy)
      : system_(system), outcome_(response.outcome), amounts_(system, response.outcome), run_{system,   faults,
                                                                                              response, findings,
                                                                                              healthy,  amounts_} {}

  Detection run() {
    Detection detection;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      if (hop.source != Hop::Source::sign || !hop.watch) continue;
      if (hops_from_.empty()) index_hops();
      detection.tellings.push_back(telling(HopId(h), *hop.watch));
    }
    std::stable_sort(detection.tellings.begin(), detection.tellings.end(), [this](const Telling& a, const Telling& b) {
      return std::tie(a.told, a.fate, system_.hops[a.hop].name) < std::tie(b.told, b.fate, system_.hops[b.hop].name);
    });
    return detection;
  }

 private:
  void index_hops() {
    hops_from_.resize(system_.ports.size());
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      const bool passes_on = hop.source == Hop::Source::port && hop.ratio > 0;
      if (passes_on) hops_from_[hop.from.value].push_back(HopId(h));
    }
  }

  // ---- what others have seen
  SimTime raised(ComponentId component) const {
    const auto known = raised_.find(component);
    if (known != raised_.end()) return known->second;
    raised_[component] = SimTime::never();  // a rule that comes back to itself is never reached
    SimTime first = SimTime::never();
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      if (hop.source != Hop::Source::sign || !hop.watch) continue;
      if (hop.watch->what == Watch::For::alarms && hop.component != component) continue;
      for (const Sign& sign : look(*hop.watch).signs) first = std::min(first, reaches(HopId(h), sign, component));
    }
    return raised_[component] = first;
  }

  // When what is sent first comes to one of the ports of a component.
  SimTime reaches(HopId watcher, const Sign& sign, ComponentId component) const {
    std::map<PortId, SimTime> reached;
    std::vector<std::pair<HopId, SimTime>> open = {{watcher, sign.at}};
    SimTime first = SimTime::never();
    while (!open.empty()) {
      const auto [h, at] = open.back();
      open.pop_back();
      const SimTime leaves_at = at + time_of(system_.hops[h]);
      if (leaves_at > outcome_.timeline.horizon) continue;
      const Leave left = leave(h, leaves_at);
      if (left.at.is_never() || !left.to.is_set()) continue;
      const auto [known, is_new] = reached.emplace(left.to, left.at);
      if (!is_new && known->second <= left.at) continue;
      known->second = left.at;
      if (system_.ports[left.to].component == component) first = std::min(first, left.at);
      for (const HopId next : hops_from_[left.to.value]) open.emplace_back(next, left.at);
    }
    return first;
  }

  // Whether the rule holds at a time; an alarm stays once it is raised.
  bool holds(const std::vector<Watch::Rule>& rule, SimTime at) const {
    std::vector<bool> stack;
    const auto pop = [&] {
      const bool value = !stack.empty() && stack.back();
      if (!stack.empty()) stack.pop_back();
      return value;
    };
    for (const Watch::Rule& r : rule) {
      switch (r.kind) {
        case Watch::Rule::Kind::never: stack.push_back(false); break;
        case Watch::Rule::Kind::alarm: stack.push_back(raised(r.of) <= at); break;
        case Watch::Rule::Kind::negation: stack.push_back(!pop()); break;
        case Watch::Rule::Kind::both:
        case Watch::Rule::Kind::either: {
          const bool b = pop();
          const bool a = pop();
          stack.push_back(r.kind == Watch::Rule::Kind::both ? a && b : a || b);
          break;
        }
      }
    }
    return pop();
  }

  // It is a sign that the rule begins to hold; one that holds while all is well tells nobody.
  void alarms_seen(const Watch& watch, std::vector<Sign>& signs) const {
    bool held = holds(watch.rule, SimTime{} - Duration::microseconds(1));
    std::vector<std::pair<SimTime, ComponentId>> times;
    for (const Watch::Rule& r : watch.rule) {
      if (r.kind == Watch::Rule::Kind::alarm && !raised(r.of).is_never()) times.emplace_back(raised(r.of), r.of);
    }
    std::sort(times.begin(), times.end());
    for (const auto& [at, component] : times) {
      const bool now = holds(watch.rule, at);
      if (now && !held) signs.push_back({at, "the rule holds, with ALARM", component, {}});
      held = now;
    }
  }

  // ---- the way of a message
  struct Arrival {
    SimTime at;
    PortId port;
    std::vector<Telling::Passed> way;
    bool operator>(const Arrival& other) const { return at > other.at; }
  };
  struct Leave {
    SimTime at = SimTime::never();
    PortId to;  // unset: it does not get on
    int waits_in = -1;
    ErrorClass error = ErrorClass::unavailable;
    std::size_t need = 0;
    SimTime failed_at;
    bool is_late = false;
  };

  HopState state_at(const StepFunction<HopState>& states, SimTime at) const {
    HopState state;
    for (const ChangeTo<HopState>& change : states) {
      if (change.at > at) break;
      state = change.value;
    }
    return state;
  }

  bool takes(const Fallback& f, SimTime at) const {
    const auto holds = [&](const Need& n) {
      return held_at(outcome_.timeline, n.condition, at) ||
             std::any_of(n.alternatives.begin(), n.alternatives.end(),
                         [&](ConditionId c) { return held_at(outcome_.timeline, c, at); });
    };
    return std::all_of(f.accepts.begin(), f.accepts.end(), holds);
  }

  Leave leave(HopId h, SimTime at) const {
    const Hop& hop = system_.hops[h];
    const StepFunction<HopState>& states = outcome_.hop_states[h.value];
    Leave out;
    const HopState first = state_at(states, at);
    if (first.open) {
      out.at = at;
      out.to = hop.to;
      return out;
    }
    out.error = first.error;
    out.need = first.need;
    out.failed_at = at;
    SimTime now = at;
    HopState state = first;
    std::size_t next_place = 0;
    while (true) {
      const std::vector<std::uint8_t>& places = hop.reaction(state.error).fallbacks;
      const auto place = std::find_if(places.begin(), places.end(),
                                      [&](std::uint8_t i) { return i >= next_place && takes(hop.fallbacks[i], now); });
      if (place == places.end()) return out;
      const Fallback& f = hop.fallbacks[*place];
      if (f.kind == Fallback::Kind::hand_on) {
        out.at = now;
        out.to = f.port;
        return out;
      }
      if (f.release.is_set()) {
        out.waits_in = *place;
        return out;
      }
      const Duration limit = place_limit(system_, f);
      const bool tries = f.kind == Fallback::Kind::retry;
      const AttemptTable table = tries ? attempt_table(f.schedule, limit) : AttemptTable{};
      const SimTime since = f.age == Fallback::Age::since_arrival ? at : now;
      const SimTime end = since + (tries ? table.effective_age : limit);
      // Until it opens, another class leaves this place out, or its time here is up.
      SimTime change_at = SimTime::never();
      HopState change;
      for (const ChangeTo<HopState>& c : states) {
        if (c.at <= now) continue;
        const std::vector<std::uint8_t>& then = hop.reaction(c.value.error).fallbacks;
        const bool stays = !c.value.open && std::find(then.begin(), then.end(), *place) != then.end();
        if (stays) {
          state = c.value;
          continue;
        }
        change_at = c.at;
        change = c.value;
        break;
      }
      if (change_at > end) {
        now = end;
        next_place = *place + 1U;
        if (now > outcome_.timeline.horizon) break;
        continue;
      }
      if (change_at.is_never()) break;
      now = change_at;
      state = change;
      if (change.open) {
        const Duration age = now - since;
        const Duration attempt = tries ? next_attempt(table, age) : age;
        if (attempt.is_forever()) {
          next_place = *place + 1U;
          continue;
        }
        out.at = since + attempt;
        out.to = hop.to;
        return out;
      }
      next_place = *place + 1U;
    }
    out.is_late = true;
    return out;
  }

  static Duration time_of(const Hop& hop) { return hop.watch ? hop.watch->takes : Duration{}; }

  // Sends one message and keeps the earliest end of it.
  void send(HopId watcher, const Sign& sign, Telling& best) const {
    Telling sent;
    sent.hop = watcher;
    sent.seen = sign.at;
    sent.sign = sign.text;
    sent.of = sign.of;
    sent.fact = sign.fact;
    sent.fate = Telling::Fate::unaddressed;
    std::vector<Arrival> open;
    std::map<PortId, SimTime> reached;
    const auto pass = [&](HopId h, SimTime at, const std::vector<Telling::Passed>& way) {
      const Hop& hop = system_.hops[h];
      at = at + time_of(hop);
      if (at > outcome_.timeline.horizon) {
        if (sent.fate == Telling::Fate::unaddressed) sent.fate = Telling::Fate::late;
        return;
      }
      const Leave left = leave(h, at);
      std::vector<Telling::Passed> further = way;
      further.push_back({left.to.is_set() ? left.at : at, h});
      if (!left.at.is_never() && left.to.is_set()) {
        open.push_back({left.at, left.to, std::move(further)});
        return;
      }
      if (left.at <= at) return;  // it goes where nobody is
      // Of several breaks the one that is the furthest tells the most.
      const bool is_further = !sent.stopped_at.is_set() || further.size() > sent.way.size();
      if (!is_further || sent.fate == Telling::Fate::told) return;
      sent.fate = left.is_late ? Telling::Fate::late : Telling::Fate::blocked;
      sent.stopped_at = h;
      sent.error = left.error;
      sent.waits_in = left.waits_in;
      sent.chain = cause_of(system_, outcome_.timeline, hop.needs[left.need], left.failed_at);
      sent.way = std::move(further);
    };
    pass(watcher, sign.at, {});
    while (!open.empty()) {
      const auto soonest = std::min_element(open.begin(), open.end(), [](const Arrival& a, const Arrival& b) {
        return std::tie(a.at, a.port) < std::tie(b.at, b.port);
      });
      const Arrival here = std::move(*soonest);
      open.erase(soonest);
      if (!reached.emplace(here.port, here.at).second) continue;
      if (system_.ports[here.port].tells_people) {
        sent.fate = Telling::Fate::told;
        sent.told = here.at;
        sent.reader = here.port;
        sent.way = here.way;
        sent.stopped_at = {};
        sent.chain.clear();
        sent.waits_in = -1;
        break;
      }
      if (sent.fate == Telling::Fate::unaddressed && here.way.size() > sent.way.size()) sent.way = here.way;
      for (const HopId h : hops_from_[here.port.value]) pass(h, here.at, here.way);
    }
    const auto rank = [](const Telling& t) {
      switch (t.fate) {
        case Telling::Fate::told: return 0;
        case Telling::Fate::late: return 1;
        case Telling::Fate::blocked: return 2;
        case Telling::Fate::unaddressed: return 3;
        case Telling::Fate::unheard:
        case Telling::Fate::elsewhere:
        case Telling::Fate::below:
        case Telling::Fate::unseen:
        case Telling::Fate::unknown: return 4;
      }
      return 4;
    };
    if (std::tuple(rank(sent), sent.told) < std::tuple(rank(best), best.told)) best = std::move(sent);
  }

  static bool earlier(const Sign& a, const Sign& b) { return a.at < b.at; }

  // The earliest first, those of what others have seen among them.
  SeenSigns look(const Watch& watch) const {
    SeenSigns seen = signs_seen(run_, watch);
    if (watch.what == Watch::For::alarms) alarms_seen(watch, seen.signs);
    std::stable_sort(seen.signs.begin(), seen.signs.end(), earlier);
    return seen;
  }

  Telling telling(HopId h, const Watch& watch) const {
    Telling best;
    best.hop = h;
    const auto [signs, unheard, below, elsewhere] = look(watch);
    for (const Sign& sign : signs) {
      if (best.told <= sign.at) break;  // no later one is read sooner
      send(h, sign, best);
    }
    if (!signs.empty()) return best;
    const auto end_as = [&](Telling::Fate fate, const std::vector<Sign>& of) {
      const Sign& sign = *std::min_element(of.begin(), of.end(), earlier);
      best.fate = fate;
      best.seen = sign.at;
      best.sign = sign.text;
      best.of = sign.of;
      best.fact = sign.fact;
      best.place = sign.place;
    };
    if (!unheard.empty()) {
      end_as(Telling::Fate::unheard, unheard);
    } else if (!below.empty()) {
      end_as(Telling::Fate::below, below);
    } else if (!elsewhere.empty()) {
      end_as(Telling::Fate::elsewhere, elsewhere);
    } else if (watch.what == Watch::For::symptom && !watch.counts_arrivals && !is_known(system_, watch)) {
      best.fate = Telling::Fate::unknown;
    }
    return best;
  }

  const System& system_;
  const Outcome& outcome_;
  const Amounts amounts_;
  const WatchedRun run_;
  std::vector<std::vector<HopId>> hops_from_;  // by PortId
  mutable std::map<ComponentId, SimTime> raised_;
};

}  // namespace

const Telling* Detection::first() const {
  return !tellings.empty() && tellings.front().fate == Telling::Fate::told ? &tellings.front() : nullptr;
}

Detection detection_of(const System& system, const std::vector<Fault>& faults, const Response& response,
                       const Findings& findings, const Outcome& healthy) {
  return Detector(system, faults, response, findings, healthy).run();
}

bool is_watched(const System& system) {
  return std::any_of(system.hops.begin(), system.hops.end(),
                     [](const Hop& hop) { return hop.source == Hop::Source::sign && hop.watch; });
}

std::string_view name_of(Telling::Fate fate) {
  switch (fate) {
    case Telling::Fate::told: return "told";
    case Telling::Fate::late: return "late";
    case Telling::Fate::unseen: return "unseen";
    case Telling::Fate::elsewhere: return "elsewhere";
    case Telling::Fate::unknown: return "unknown";
    case Telling::Fate::unheard: return "unheard";
    case Telling::Fate::below: return "below";
    case Telling::Fate::blocked: return "blocked";
    case Telling::Fate::unaddressed: return "unaddressed";
  }
  return "";
}

}  // namespace moshimo
