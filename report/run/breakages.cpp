#include "report/run/breakages.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "report/run/fates.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

// A part stands for itself; what it is part of is shown through its name.
std::string type_and_member(const System& system, ConditionId c) {
  const Condition& row = system.conditions[c];
  const std::string type = row.component.is_set() ? system.components[row.component].type : "";
  return type + "/" + member_name(name_of(system, c));
}

using PhaseKey =
    std::tuple<EffectKind, SimTime, SimTime, ErrorClass, std::vector<std::string>, std::vector<std::string>>;

std::vector<PhaseKey> key_of(const System& system, const std::vector<Phase>& phases) {
  std::vector<PhaseKey> key;
  for (const Phase& p : phases) {
    std::vector<std::string> chain;
    std::vector<std::string> data;
    for (const ConditionId c : p.chain) chain.push_back(type_and_member(system, c));
    for (const HopId h : p.hops) data.push_back(what_becomes_of_data(system, system.hops[h], p.error, nullptr, p.from));
    std::sort(data.begin(), data.end());
    data.erase(std::unique(data.begin(), data.end()), data.end());
    key.emplace_back(p.kind, p.from, p.to, p.error, std::move(chain), std::move(data));
  }
  return key;
}

// Of everything that is wrong with a component at one time, the worst; in order of time.
std::vector<Phase> phases_of(const System& system, const std::vector<Effect>& effects) {
  std::vector<Phase> phases;
  for (const Effect& e : effects) {
    const EffectKind kind = kind_of(system, e);
    Phase phase{kind, e.from, e.to, e.error, e.chain, {}};
    if (e.hop.is_set()) phase.hops.push_back(e.hop);
    const auto same = std::find_if(phases.begin(), phases.end(), [&](const Phase& p) {
      const bool both_hurt = (p.kind == EffectKind::latent) == (kind == EffectKind::latent);
      // Each with its own cause, unless the component itself is down.
      const bool one_cause = kind != EffectKind::impaired || p.kind != EffectKind::impaired || e.chain.empty() ||
                             p.chain.empty() || p.chain.back() == e.chain.back();
      return p.from == e.from && p.to == e.to && both_hurt && one_cause;
    });
    if (same == phases.end()) {
      phases.push_back(std::move(phase));
      continue;
    }
    same->hops.insert(same->hops.end(), phase.hops.begin(), phase.hops.end());
    const bool worse = severity(kind) < severity(same->kind);
    if (worse || (kind == same->kind && e.chain.size() > same->chain.size())) {
      same->kind = kind;
      same->error = e.error;
      same->chain = e.chain;
    }
  }
  std::stable_sort(phases.begin(), phases.end(), [](const Phase& a, const Phase& b) {
    return std::tuple(a.from, severity(a.kind)) < std::tuple(b.from, severity(b.kind));
  });
  // A window that continues the last one for the same reason belongs to it.
  std::vector<Phase> joined;
  for (Phase& p : phases) {
    const auto before = std::find_if(joined.rbegin(), joined.rend(), [&](const Phase& q) {
      return q.kind == p.kind && q.to == p.from && q.error == p.error && q.chain == p.chain;
    });
    if (before == joined.rend()) {
      joined.push_back(std::move(p));
    } else {
      before->to = p.to;
    }
  }
  // Of what is down all along a part that fails in the same way is nothing more.
  const auto is_covered = [](const Phase& p, const Phase& by) {
    return by.kind == EffectKind::down && p.kind == EffectKind::impaired && by.error == p.error && by.from <= p.from &&
           p.to <= by.to;
  };
  std::vector<Phase> told, covered;
  for (Phase& p : joined) {
    const bool is_one = std::any_of(joined.begin(), joined.end(), [&](const Phase& by) { return is_covered(p, by); });
    (is_one ? covered : told).push_back(p);
  }
  for (const Phase& p : covered) {
    Phase& down = *std::find_if(told.begin(), told.end(), [&](const Phase& by) { return is_covered(p, by); });
    for (const HopId h : p.hops) {
      if (std::find(down.hops.begin(), down.hops.end(), h) == down.hops.end()) down.hops.push_back(h);
    }
  }
  return told;
}

}  // namespace

int severity(EffectKind kind) {
  switch (kind) {
    case EffectKind::down: return 0;
    case EffectKind::unreadable: return 1;
    case EffectKind::stalled: return 2;
    case EffectKind::impaired: return 3;
    case EffectKind::latent: return 4;
    case EffectKind::starved: return 5;
  }
  return 6;
}

// Something that is gone itself is down, whatever it is of it that fails.
EffectKind kind_of(const System& system, const Effect& e) {
  if (e.kind != EffectKind::impaired || e.chain.empty()) return e.kind;
  const Condition& nearest = system.conditions[e.chain.front()];
  const bool is_gone = nearest.component == e.component && member_name(name_of(system, e.chain.front())) == "exists";
  return is_gone ? EffectKind::down : e.kind;
}

SimTime first_run(const Hop& hop, SimTime from) {
  if (hop.source != Hop::Source::timetable || hop.every <= Duration{}) return from;
  const SimTime first = SimTime{} + hop.first;
  if (from <= first || hop.every.is_forever()) return from <= first ? first : SimTime::never();
  const std::int64_t runs = ((from - first).us() + hop.every.us() - 1) / hop.every.us();
  return first + Duration::microseconds(runs * hop.every.us());
}

std::set<ComponentId> faulted_components(const scenarios::Answer& answer) {
  std::set<ComponentId> faulted;
  for (const Fault& f : answer.faults) faulted.insert(answer.system().actions[f.action].component);
  return faulted;
}

Breakages breakages_of(const System& system, const Findings& findings, const std::set<ComponentId>& faulted) {
  Breakages result;
  std::map<ComponentId, std::vector<Effect>> by_component;
  std::set<ComponentId> starved;
  for (const Effect& e : findings.effects) {
    if (faulted.count(e.component) != 0 && system.components[e.component].is_principal) continue;
    if (e.kind == EffectKind::starved) {
      starved.insert(e.component);
    } else {
      by_component[e.component].push_back(e);
    }
  }
  std::map<ComponentId, SimTime> first_loss;
  for (const PointOfNoReturn& p : findings.points) {
    const ComponentId c = component_of(system, p);
    const auto [at, is_new] = first_loss.emplace(c, p.at);
    if (!is_new) at->second = std::min(at->second, p.at);
  }
  std::map<std::tuple<std::string, SimTime, std::vector<PhaseKey>>, std::size_t> known;
  for (const auto& [component, effects] : by_component) {
    starved.erase(component);
    std::vector<Phase> phases = phases_of(system, effects);
    const auto loss = first_loss.find(component);
    const SimTime at = loss == first_loss.end() ? SimTime::never() : loss->second;
    auto key = std::tuple(system.components[component].type, at, key_of(system, phases));
    const auto [place, is_new] = known.emplace(std::move(key), result.broken.size());
    if (is_new) result.broken.push_back({{}, {}, at});
    result.broken[place->second].components.push_back(component);
    result.broken[place->second].phases.push_back(std::move(phases));
  }
  std::stable_sort(result.broken.begin(), result.broken.end(), [&](const Breakage& a, const Breakage& b) {
    const auto rank = [&](const Breakage& x) {
      const Phase& first = x.phases.front().front();
      return std::tuple(x.first_loss, severity(first.kind), first.from, name_in(system, x.components.front()));
    };
    return rank(a) < rank(b);
  });
  result.starved.assign(starved.begin(), starved.end());
  return result;
}

}  // namespace moshimo::report
