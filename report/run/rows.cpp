#include "report/run/rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "report/run/breakages.hpp"
#include "report/run/losses.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

Shade shade_of(EffectKind kind) {
  switch (kind) {
    case EffectKind::down:
    case EffectKind::unreadable:
    case EffectKind::stalled: return Shade::down;
    case EffectKind::impaired: return Shade::kept;
    case EffectKind::latent:
    case EffectKind::starved: return Shade::lesser;
  }
  return Shade::fine;
}

// Nothing comes to a hop whose source is out for the same reason, so it keeps nothing either.
bool is_fed(const System& system, const Hop& hop, const Effect& e) {
  if (hop.source != Hop::Source::port || e.chain.empty()) return true;
  const Needs& needs = system.ports[hop.from].needs;
  return std::none_of(needs.begin(), needs.end(),
                      [&](const Need& need) { return need.condition == e.chain.front() && need.alternatives.empty(); });
}

// Between the runs of a timetable nothing waits that could not.
bool keeps(const System& system, const Effect& e) {
  if (!e.hop.is_set() || system.hops[e.hop].source != Hop::Source::timetable) return true;
  return !system.hops[e.hop].reaction(e.error).fallbacks.empty();
}

// When something of it fails, not when something of it could not work.
SimTime begins_to_fail(const System& system, const Effect& e) {
  if (!e.hop.is_set()) return e.from;
  const Hop& hop = system.hops[e.hop];
  return is_fed(system, hop, e) ? first_run(hop, e.from) : SimTime::never();
}

// What is seen of bars that lie over each other: at every moment the gravest.
std::vector<TimelineBar> as_seen(const std::vector<TimelineBar>& bars) {
  std::set<Duration> edges;
  for (const TimelineBar& b : bars) {
    edges.insert(b.from);
    edges.insert(b.to);
  }
  std::vector<TimelineBar> seen;
  const auto see = [&](Duration from, Duration to, Shade shade) {
    if (shade == Shade::fine) return;
    if (!seen.empty() && seen.back().to == from && seen.back().shade == shade) {
      seen.back().to = to;
    } else {
      seen.push_back({from, to, shade});
    }
  };
  for (auto at = edges.begin(); at != edges.end(); ++at) {
    const auto next = std::next(at);
    Shade now = Shade::fine;  // what lasts no longer than a moment included
    Shade lasting = Shade::fine;
    for (const TimelineBar& b : bars) {
      if (b.from > *at || b.to < *at || (b.to == *at && b.from != *at)) continue;
      now = std::max(now, b.shade);
      if (b.to > *at) lasting = std::max(lasting, b.shade);
    }
    if (now != lasting) see(*at, *at, now);
    if (next != edges.end()) see(*at, *next, lasting);
  }
  return seen;
}

}  // namespace

std::vector<TimelineRow> timeline_of(const System& system, const Findings& findings, SimTime first_fault,
                                     SimTime horizon, const std::set<ComponentId>& faulted, bool with_starved,
                                     std::size_t most_rows) {
  struct Line {
    std::vector<std::string> names;
    std::vector<TimelineBar> bars;
    SimTime first_loss = SimTime::never();
    double lost = 0;
    int worst = 9;
    SimTime from = SimTime::never();
  };
  std::map<ComponentId, Line> by_component;
  const auto since = [&](SimTime t) { return t.is_never() || t >= horizon ? Duration::forever() : t - first_fault; };
  for (const Effect& e : findings.effects) {
    if (faulted.count(e.component) != 0 && system.components[e.component].is_principal) continue;
    if (e.kind == EffectKind::starved && !with_starved) continue;
    Line& line = by_component[e.component];
    const EffectKind kind = kind_of(system, e);
    const SimTime fails = kind == EffectKind::impaired ? std::min(begins_to_fail(system, e), e.to) : e.from;
    if (e.from < fails) line.bars.push_back({since(e.from), since(fails), Shade::lesser});
    if (fails < e.to)
      line.bars.push_back({since(fails), since(e.to), keeps(system, e) ? shade_of(kind) : Shade::lesser});
    line.worst = std::min(line.worst, severity(kind));
    line.from = std::min(line.from, e.from);
  }
  for (const Loss& loss : losses_of(system, findings)) {
    std::vector<ComponentId> components;
    for (const HopId h : loss.hops) components.push_back(system.hops[h].component);
    if (loss.point.store.is_set()) components.push_back(system.stores[loss.point.store].component);
    for (const ComponentId c : components) {
      if (!c.is_set()) continue;
      Line& line = by_component[c];
      line.bars.push_back({since(loss.point.at), since(loss.point.until), loss.is_request ? Shade::down : Shade::lost});
      if (!loss.is_request) line.first_loss = std::min(line.first_loss, loss.point.at);
      line.lost += loss.point.events;
    }
  }
  std::vector<Line> lines;
  for (auto& [component, of_component] : by_component) {
    Line& line = of_component;
    line.bars = as_seen(line.bars);
    const std::string name = name_in(system, component);
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const Line& l) {
      if (l.bars.size() != line.bars.size()) return false;
      for (std::size_t i = 0; i < l.bars.size(); ++i) {
        const TimelineBar& a = l.bars[i];
        const TimelineBar& b = line.bars[i];
        if (a.from != b.from || a.to != b.to || a.shade != b.shade) return false;
      }
      return true;
    });
    if (same == lines.end()) {
      lines.push_back(line);
      lines.back().names = {name};
    } else {
      same->names.push_back(name);
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tuple(a.first_loss, a.worst, a.from, -a.lost) < std::tuple(b.first_loss, b.worst, b.from, -b.lost);
  });
  std::vector<TimelineRow> rows;
  for (const Line& line : lines) {
    if (rows.size() == most_rows) break;
    std::string label = line.names.front();
    std::size_t shown = 1;
    while (shown < line.names.size() && label.size() + line.names[shown].size() < 25)
      label += ", " + line.names[shown++];
    if (shown < line.names.size()) label += fmt::format(" + {}", line.names.size() - shown);
    rows.push_back({label, line.bars, {line.names.begin() + static_cast<std::ptrdiff_t>(shown), line.names.end()}});
  }
  return rows;
}

}  // namespace moshimo::report
