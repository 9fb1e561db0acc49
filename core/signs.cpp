#include "core/signs.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/failures.hpp"

namespace moshimo {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_word_character(text[end])) ++end;
    if (end > i) words.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return words;
}

// Places of which one lies in the other, or that are the same; an empty word is anywhere.
bool meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!a[i].empty() && !b[i].empty() && a[i] != b[i]) return false;
  }
  return true;
}

bool is_of(const System& system, ComponentId c, const Watch& watch) {
  if (watch.of.empty()) return true;
  for (; c.is_set(); c = system.components[c].parent) {
    if (std::find(watch.of.begin(), watch.of.end(), c) != watch.of.end()) return true;
  }
  return false;
}

bool names(const Watch& watch, std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  return std::any_of(watch.words.begin(), watch.words.end(), [&](const std::string& wanted) {
    return std::find(words.begin(), words.end(), wanted) != words.end();
  });
}

class Look {
 public:
  explicit Look(const WatchedRun& run)
      : system_(run.system),
        faults_(run.faults),
        response_(run.response),
        findings_(run.findings),
        outcome_(run.response.outcome),
        healthy_(run.healthy),
        amounts_(run.amounts) {}

  // Everything that is done, with what comes along with it.
  template <class Take>
  void each_action(const Take& take) const {
    const auto was_stopped = [&](const Fault& f) {
      return std::any_of(response_.stopped.begin(), response_.stopped.end(),
                         [&](const StoppedFault& s) { return s.fault.at == f.at && s.fault.action == f.action; });
    };
    for (const Fault& fault : faults_) {
      std::vector<ActionId> todo = {fault.action};
      std::set<ActionId> done;
      while (!todo.empty()) {
        const Fault one{fault.at, todo.back()};
        todo.pop_back();
        if (!done.insert(one.action).second) continue;
        const bool stopped = was_stopped(one);
        take(one, stopped);
        if (stopped) continue;
        const std::vector<ActionId>& cascade = system_.actions[one.action].cascade;
        todo.insert(todo.end(), cascade.begin(), cascade.end());
      }
    }
  }

  void actions_seen(const Watch& watch, SeenSigns& seen) const {
    each_action([&](const Fault& fault, bool stopped) {
      const Action& action = system_.actions[fault.action];
      if (!is_of(system_, action.component, watch)) return;
      if (watch.outcome == Watch::Outcome::stopped && !stopped) return;
      if (watch.outcome == Watch::Outcome::happened && stopped) return;
      for (const std::string& name : action.seen_as) {
        if (!watch.words.empty() && !names(watch, name)) continue;
        (meet(watch.place, action.place) ? seen.signs : seen.elsewhere)
            .push_back({fault.at, stopped ? name + ", denied" : name, action.component, action.fact, action.place});
        return;
      }
    });
  }

  // Somebody had something to do with a component and was refused for want of one of its conditions.
  void refusals_seen(const Watch& watch, SeenSigns& seen) const {
    for (const Effect& e : findings_.effects) {
      if (!e.hop.is_set() || e.kind != EffectKind::impaired || outcome_.hops[e.hop.value].offered <= 0) continue;
      const auto cause = std::find_if(e.chain.begin(), e.chain.end(), [&](ConditionId c) {
        const ComponentId whose = system_.conditions[c].component;
        return whose.is_set() && is_of(system_, whose, watch);
      });
      if (cause == e.chain.end()) continue;
      const Condition& row = system_.conditions[*cause];
      seen.signs.push_back({e.from, system_.hops[e.hop].name + " is refused", row.component, row.fact});
    }
    for (const Availability& a : findings_.availability) {
      for (const Availability::Window& w : a.windows) {
        const Needs& needs = system_.hops[a.hop].needs;
        for (const FailureSpan& span : failures(needs, outcome_.timeline)) {
          if (span.from > w.from || span.to <= w.from) continue;
          const CauseChain chain = cause_of(system_, outcome_.timeline, needs[span.need], w.from);
          const auto cause = std::find_if(chain.begin(), chain.end(), [&](ConditionId c) {
            const ComponentId whose = system_.conditions[c].component;
            return whose.is_set() && is_of(system_, whose, watch);
          });
          if (cause == chain.end()) continue;
          const Condition& row = system_.conditions[*cause];
          seen.signs.push_back({w.from, "requests are refused", row.component, row.fact});
        }
      }
    }
  }

  // When the last of those who send something to a component has begun to fail or to get nothing itself.
  SimTime end_of_arrivals(ComponentId component) const {
    SimTime last;
    bool any = false;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      if (!hop.to.is_set() || system_.ports[hop.to].component != component || hop.component == component) continue;
      if (healthy_.hops[h].offered <= 0) continue;
      any = true;
      SimTime first = SimTime::never();
      for (const ChangeTo<HopState>& change : outcome_.hop_states[h]) {
        if (change.value.open) continue;
        first = change.at;
        break;
      }
      for (const Effect& e : findings_.effects) {
        if (e.hop == HopId(h) && e.kind == EffectKind::starved) first = std::min(first, e.from);
      }
      last = std::max(last, first);
    }
    return any ? last : SimTime::never();
  }

  // ---- how much there is of it
  bool is_within(ComponentId part, ComponentId whole) const {
    while (part.is_set() && part != whole) part = system_.components[part].parent;
    return part.is_set();
  }

  // What fails of it while something is to be done; where nothing gets so far, what comes to it.
  std::vector<HopId> failing(ComponentId component) const {
    std::vector<HopId> hops;
    for (const Effect& e : findings_.effects) {
      const bool fails = e.hop.is_set() && e.kind != EffectKind::starved && is_within(e.component, component);
      if (fails && std::find(hops.begin(), hops.end(), e.hop) == hops.end()) hops.push_back(e.hop);
    }
    return hops;
  }
  std::vector<HopId> coming(ComponentId component) const {
    std::vector<HopId> hops;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      if (hop.to.is_set() && is_within(system_.ports[hop.to].component, component)) hops.emplace_back(h);
    }
    return hops;
  }

  // When there is enough of it to count; never() where there never is. A period begins with every sign.
  SimTime enough_at(const Watch& watch, const Sign& sign, Duration after) const {
    switch (watch.amount) {
      case Watch::Amount::any: return sign.at;
      case Watch::Amount::level: {
        const SimTime reached = amounts_.waits(sign.of, watch.threshold);
        return reached.is_never() ? reached : std::max(sign.at, reached + after);
      }
      case Watch::Amount::per_period: {
        const SimTime horizon = outcome_.timeline.horizon;
        std::vector<HopId> failed = failing(sign.of);
        failed.erase(std::remove_if(failed.begin(), failed.end(),
                                    [&](HopId h) { return !(amounts_.failed(h, sign.at - after, horizon) > 0); }),
                     failed.end());
        const std::vector<HopId> hops = failed.empty() ? coming(sign.of) : failed;
        const auto amount = [&](SimTime from, SimTime to) {
          double sum = 0;
          for (const HopId h : hops)
            sum += failed.empty() ? amounts_.offered(h, from, to) : amounts_.failed(h, from, to);
          return sum * (1 + 1e-9);
        };
        if (amount(sign.at - after, horizon) < watch.threshold) return SimTime::never();
        for (SimTime begin = sign.at - after; begin < horizon; begin = begin + watch.period) {
          const SimTime end = begin + watch.period;
          if (amount(begin, end) >= watch.threshold) return begin + after;
        }
        return SimTime::never();
      }
    }
    return sign.at;
  }

  void symptoms_seen(const Watch& watch, SeenSigns& seen) const {
    for (const SeenSymptom& s : findings_.symptoms) {
      if (s.symptom->kind != SymptomKind::metric || !is_of(system_, s.component, watch)) continue;
      if (!names(watch, s.symptom->text)) continue;
      Sign sign{s.at, s.symptom->text, s.component, s.symptom->fact};
      const SimTime enough = enough_at(watch, sign, s.symptom->after);
      if (enough.is_never()) {
        seen.below.push_back(std::move(sign));
        continue;
      }
      sign.at = enough;
      (s.symptom->ends && !watch.hears_silence ? seen.unheard : seen.signs).push_back(std::move(sign));
    }
    if (!watch.counts_arrivals) return;
    for (const ComponentId c : watch.of) {
      const SimTime at = end_of_arrivals(c);
      if (at.is_never()) continue;
      Sign sign{at, watch.words.empty() ? std::string() : watch.words.front() + " comes to an end", c, {}};
      (watch.hears_silence ? seen.signs : seen.unheard).push_back(std::move(sign));
    }
  }

 private:
  const System& system_;
  const std::vector<Fault>& faults_;
  const Response& response_;
  const Findings& findings_;
  const Outcome& outcome_;
  const Outcome& healthy_;
  const Amounts& amounts_;
};

}  // namespace

SeenSigns signs_seen(const WatchedRun& run, const Watch& watch) {
  const Look look(run);
  SeenSigns seen;
  switch (watch.what) {
    case Watch::For::nothing:
    case Watch::For::alarms: break;
    case Watch::For::symptom: look.symptoms_seen(watch, seen); break;
    case Watch::For::action: look.actions_seen(watch, seen); break;
    case Watch::For::refusal: look.refusals_seen(watch, seen); break;
  }
  return seen;
}

bool is_known(const System& system, const Watch& watch) {
  const auto shows = [&](const Symptoms& list) {
    return std::any_of(list.begin(), list.end(), [&](const Symptom& s) { return names(watch, s.text); });
  };
  for (const Condition& c : system.conditions) {
    if (!c.symptoms.empty() && c.component.is_set() && is_of(system, c.component, watch) && shows(c.symptoms))
      return true;
  }
  for (const Store& s : system.stores) {
    if (!s.symptoms.empty() && is_of(system, s.component, watch) && shows(s.symptoms)) return true;
  }
  for (const Process& p : system.processes) {
    if (!is_of(system, p.component, watch)) continue;
    if (shows(p.symptoms_start) || shows(p.symptoms_run) || shows(p.symptoms_healthy)) return true;
  }
  for (const Hop& hop : system.hops) {
    if (!hop.component.is_set() || !is_of(system, hop.component, watch)) continue;
    for (std::size_t c = 0; c < error_class_count; ++c) {
      if (shows(hop.when[c].symptoms)) return true;
    }
  }
  return false;
}

}  // namespace moshimo
