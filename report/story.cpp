#include "report/story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "core/schedule.hpp"
#include "input/cursor.hpp"
#include "report/layout.hpp"

namespace moshimo::report {
namespace {

bool replace_first(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) return false;
  text.replace(at, what.size(), with);
  return true;
}

// The text with the name of a component taken out, to compare what is said of two components.
std::string without_name(std::string text, std::string_view name) {
  for (std::size_t at = 0; !name.empty() && (at = text.find(name, at)) != std::string::npos;)
    text.replace(at, name.size(), "*");
  return text;
}

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
  const bool is_gone = nearest.component == e.component && member_name(nearest.name) == "exists";
  return is_gone ? EffectKind::down : e.kind;
}

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

// A part stands for itself; what it is part of is shown through its name.
std::string type_and_member(const System& system, ConditionId c) {
  const Condition& row = system.conditions[c];
  const std::string type = row.component.is_set() ? system.components[row.component].type : "";
  return type + "/" + member_name(row.name);
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
      return p.from == e.from && p.to == e.to && both_hurt;
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
  return joined;
}

// What is seen of bars that lie over each other: at every moment the gravest.
std::vector<TimelineBar> as_seen(const std::vector<TimelineBar>& bars) {
  std::set<Duration> edges;
  for (const TimelineBar& b : bars) {
    edges.insert(b.from);
    edges.insert(b.to);
  }
  std::vector<TimelineBar> seen;
  for (auto at = edges.begin(); at != edges.end(); ++at) {
    const auto next = std::next(at);
    const Duration to = next == edges.end() ? *at : *next;
    Shade shade = Shade::fine;
    for (const TimelineBar& b : bars) {
      if (b.from <= *at && (b.to > *at || (b.to == *at && b.from == *at))) shade = std::max(shade, b.shade);
    }
    if (shade == Shade::fine) continue;
    if (!seen.empty() && seen.back().to == *at && seen.back().shade == shade) {
      seen.back().to = to;
    } else {
      seen.push_back({*at, to, shade});
    }
  }
  return seen;
}

// One hop's windows of one kind, joined where they follow each other.
std::vector<Loss> joined_windows(const System& system, const std::vector<PointOfNoReturn>& points) {
  std::vector<Loss> losses;
  std::map<std::tuple<HopId, StoreId, int, LossWindow::Why, ErrorClass, FactId>, std::size_t> last;
  for (const PointOfNoReturn& p : points) {
    const auto key = std::tuple(p.hop, p.store, p.fallback, p.why, p.error, p.fact);
    const bool is_run = p.hop.is_set() && (system.hops[p.hop].source == Hop::Source::timetable ||
                                           system.hops[p.hop].source == Hop::Source::signal);
    const auto found = last.find(key);
    if (found != last.end()) {
      Loss& loss = losses[found->second];
      const Duration between = is_run && system.hops[p.hop].source == Hop::Source::timetable
                                   ? system.hops[p.hop].every + Duration::seconds(1)
                                   : Duration::seconds(1);
      if (is_run || p.at <= loss.point.until + between) {
        loss.point.until = std::max(loss.point.until, p.until);
        loss.point.arrived_to = std::max(loss.point.arrived_to, p.arrived_to);
        loss.point.arrived_from = std::min(loss.point.arrived_from, p.arrived_from);
        loss.point.events += p.events;
        if (loss.point.onset_per_s <= 0) loss.point.onset_per_s = p.onset_per_s;
        ++loss.windows;
        continue;
      }
    }
    Loss loss;
    if (p.hop.is_set()) loss.hops.push_back(p.hop);
    loss.point = p;
    loss.is_run = is_run;
    loss.is_request = p.hop.is_set() && is_request(system.hops[p.hop]);
    last[key] = losses.size();
    losses.push_back(std::move(loss));
  }
  return losses;
}

}  // namespace

std::string name_in(const System& system, ComponentId component) {
  return component.is_set() ? clean(system.components[component].name) : std::string();
}

std::string fact_id(const System& system, FactId fact) { return fact.is_set() ? clean(system.facts[fact].id) : ""; }

std::string member_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::string denied_sentence(std::string_view says) {
  std::string text = clean(says);
  static constexpr std::array<std::array<std::string_view, 2>, 4> beginnings = {
      {{"no ", "a "}, {"every ", "not every "}, {"something ", "nothing "}, {"all ", "not all "}}};
  for (const auto& [from, to] : beginnings) {
    if (text.starts_with(from)) return std::string(to) + text.substr(from.size());
  }
  static constexpr std::array<std::string_view, 3> ends = {" exists", " answers", " runs"};
  for (const std::string_view end : ends) {
    if (text.ends_with(end)) {
      text.insert(text.size() - end.size(), " no longer");
      return text;
    }
  }
  if (text.find(" that ") != std::string::npos) return "no longer: " + text;
  static constexpr std::array<std::array<std::string_view, 2>, 17> inside = {{{" has not ", " has "},
                                                                              {" have not ", " have "},
                                                                              {" is not ", " is "},
                                                                              {" are not ", " are "},
                                                                              {" do not ", " "},
                                                                              {" does not ", " may now "},
                                                                              {" belongs to ", " does not belong to "},
                                                                              {" belong to ", " do not belong to "},
                                                                              {" has a ", " has no "},
                                                                              {" has its ", " no longer has its "},
                                                                              {" have ", " do not have "},
                                                                              {" has ", " no longer has "},
                                                                              {" names ", " does not name "},
                                                                              {" contains ", " does not contain "},
                                                                              {" lets ", " does not let "},
                                                                              {" is ", " is no longer "},
                                                                              {" are ", " are no longer "}}};
  for (const auto& [from, to] : inside) {
    if (replace_first(text, from, to)) return text;
  }
  return "no longer: " + text;
}

Duration limit_of(const System& system, const Fallback& f) {
  Duration limit = f.limit;
  if (f.store.is_set()) limit = std::min(limit, system.stores[f.store].holds_for);
  if (f.kind == Fallback::Kind::retry) limit = std::min(limit, attempt_table(f.schedule, limit).effective_age);
  return limit;
}

std::string why_lost(const System& system, const PointOfNoReturn& p) {
  if (!p.hop.is_set()) return "what it holds is gone for good";
  const Hop& hop = system.hops[p.hop];
  const Fallback* fallback = p.fallback >= 0 && static_cast<std::size_t>(p.fallback) < hop.fallbacks.size()
                                 ? &hop.fallbacks[static_cast<std::size_t>(p.fallback)]
                                 : nullptr;
  const std::string place = fallback ? clean(fallback->says) : "";
  switch (p.why) {
    case LossWindow::Why::no_fallback:
      if (is_request(hop)) return fmt::format("requests are refused ({})", name_of(p.error));
      return fmt::format("lost at once: nothing keeps what is refused as {}", name_of(p.error));
    case LossWindow::Why::expired: {
      const Duration limit = fallback ? limit_of(system, *fallback) : Duration::forever();
      if (limit.is_forever()) return fmt::format("its time in {} is over", place);
      return fmt::format("{} in {} are over", duration_text(limit), place);
    }
    case LossWindow::Why::full:
      return place.empty() ? "there is no room" : place + " is full, and what is too much is lost";
    case LossWindow::Why::refused: {
      if (p.at > p.arrived_from + Duration::seconds(2) && fallback) {
        return fmt::format("{} in {} are over, and no other place takes it", duration_text(limit_of(system, *fallback)),
                           place);
      }
      return place.empty() ? "refused" : fmt::format("lost at once: it cannot be put into {} either", place);
    }
    case LossWindow::Why::destroyed:
      return place.empty() ? "the place it waited in is gone"
                           : fmt::format("{} is gone with all that waited there", place);
  }
  return "";
}

bool is_request(const Hop& hop) { return hop.source == Hop::Source::profile && hop.fallbacks.empty(); }

std::string what_becomes_of_data(const System& system, const Hop& hop, ErrorClass error, const Timeline* timeline,
                                 SimTime at) {
  if (hop.ratio == 0) return "fails; how much that is, is not given";
  const Reaction& reaction = hop.reaction(error);
  std::vector<std::uint8_t> list = reaction.fallbacks;
  if (hop.ordered && !hop.fallbacks.empty() && (list.empty() || list.front() != 0)) list.insert(list.begin(), 0);
  if (list.empty()) {
    return is_request(hop) ? "requests are refused"
                           : fmt::format("is lost at once: nothing keeps what is refused as {}", name_of(error));
  }
  const auto refuses = [&](const Fallback& f) {
    if (!timeline) return false;
    const std::vector<FailureSpan> spans = failures(f.accepts, *timeline);
    return std::any_of(spans.begin(), spans.end(), [at](const FailureSpan& s) { return s.from <= at && at < s.to; });
  };
  std::string text;
  std::string last;
  std::vector<std::string> refusing;
  for (const std::uint8_t i : list) {
    if (i >= hop.fallbacks.size()) continue;
    const Fallback& f = hop.fallbacks[i];
    const Duration limit = limit_of(system, f);
    if (limit.us() == 0) continue;
    if (refuses(f)) {
      refusing.push_back(clean(f.says));
      continue;
    }
    Bytes capacity = f.capacity;
    if (f.store.is_set()) capacity = std::min(capacity, system.stores[f.store].capacity);
    std::string piece;
    switch (f.kind) {
      case Fallback::Kind::retry: piece = "is tried again"; break;
      case Fallback::Kind::buffer:
      case Fallback::Kind::store: piece = "waits in " + clean(f.says); break;
      case Fallback::Kind::hand_on: piece = "goes to " + clean(f.says); break;
    }
    if (f.kind != Fallback::Kind::hand_on) {
      if (!limit.is_forever()) piece += fmt::format(" for {}", duration_text(limit));
      if (!capacity.is_unlimited()) piece += fmt::format(" until {} are full", bytes_text(capacity.count()));
      if (limit.is_forever() && capacity.is_unlimited()) piece += " without limit";
    }
    if (f.release.is_set()) piece += ", until somebody fetches it";
    if (!capacity.is_unlimited() && f.overflow == Overflow::block) piece += ", then everything stops";
    if (!capacity.is_unlimited() && (f.overflow == Overflow::drop_newest || f.overflow == Overflow::drop_oldest)) {
      piece += ", then what is too much is lost";
    }
    if (piece == last) continue;  // two uses of one place
    text += (text.empty() ? "" : ", then ") + piece;
    last = std::move(piece);
  }
  if (text.empty() && refusing.empty()) return "is lost at once";
  if (refusing.empty()) return text;
  const std::string too = fmt::format("it cannot be put into {}", listing(refusing));
  return text.empty() ? fmt::format("is lost at once: {} either", too) : fmt::format("{}, then is lost: {}", text, too);
}

std::string fate_if_unavailable(const System& system, const Hop& hop, ErrorClass error) {
  const auto is_retried = [&](ErrorClass c) {
    const std::vector<std::uint8_t>& list = hop.reaction(c).fallbacks;
    return std::any_of(list.begin(), list.end(), [&](std::uint8_t i) {
      return i < hop.fallbacks.size() && hop.fallbacks[i].kind == Fallback::Kind::retry;
    });
  };
  if (error == ErrorClass::unavailable || is_retried(error) || !is_retried(ErrorClass::unavailable)) return "";
  return fmt::format("What is unavailable, not {}, {}.", name_of(error),
                     what_becomes_of_data(system, hop, ErrorClass::unavailable, nullptr, SimTime{}));
}

std::string strategy_text(Strategy s) {
  switch (s) {
    case Strategy::none: return "nobody acts";
    case Strategy::restore_only: return "re-apply only";
    case Strategy::full: return "every step";
  }
  return "";
}

// ---- losses

std::vector<Loss> losses_of(const System& system, const Findings& findings) {
  std::vector<Loss> single = joined_windows(system, findings.points);
  std::vector<Loss> losses;
  const auto alike = [&](const Loss& a, const Loss& b) {
    if (a.hops.empty() || b.hops.empty() || a.is_run != b.is_run || a.is_request != b.is_request) return false;
    const Hop& x = system.hops[a.hops.front()];
    const Hop& y = system.hops[b.hops.front()];
    const PointOfNoReturn& p = a.point;
    const PointOfNoReturn& q = b.point;
    return p.at == q.at && p.until == q.until && p.fallback == q.fallback && p.why == q.why && p.error == q.error &&
           p.fact == q.fact && p.arrived_from == q.arrived_from &&
           without_name(x.says, name_in(system, x.component)) == without_name(y.says, name_in(system, y.component));
  };
  for (Loss& loss : single) {
    const auto same = std::find_if(losses.begin(), losses.end(), [&](const Loss& l) { return alike(l, loss); });
    if (same == losses.end()) {
      losses.push_back(std::move(loss));
      continue;
    }
    same->hops.push_back(loss.hops.front());
    same->point.events += loss.point.events;
    same->point.onset_per_s += loss.point.onset_per_s;
    same->windows = std::max(same->windows, loss.windows);
  }
  return losses;
}

std::vector<std::string> names_of(const System& system, const Loss& loss) {
  std::vector<std::string> names;
  for (const HopId h : loss.hops) {
    const Hop& hop = system.hops[h];
    names.push_back(hop.component.is_set() ? name_in(system, hop.component) : clean(hop.name));
  }
  if (loss.hops.empty() && loss.point.store.is_set()) {
    names.push_back(name_in(system, system.stores[loss.point.store].component));
  }
  return names;
}

// ---- who breaks

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
    const ComponentId c = p.hop.is_set() ? system.hops[p.hop].component : system.stores[p.store].component;
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

// ---- figures

Figures figures_of(const System& system, const scenarios::StrategyRun& run, SimTime first_fault) {
  Figures f;
  for (const Availability& a : run.findings.availability) f.refused += a.refused;
  for (const MissedRuns& m : run.findings.jobs) f.missed += m.missed;
  f.lost = std::max(run.findings.lost - f.refused, 0.0);
  for (const Loss& loss : losses_of(system, run.findings)) {
    if (loss.is_request) continue;
    f.longest = std::max(f.longest, loss.point.arrived_to - loss.point.arrived_from);
  }
  f.still_broken = run.response.still_broken.size();
  f.unreleased = run.response.unreleased.size();
  if (first_fault.is_never()) return f;
  std::set<ComponentId> failing;
  for (const Effect& e : run.findings.effects) {
    if (e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
    if (e.to.is_never() && !system.components[e.component].is_principal) failing.insert(e.component);
    f.restored = std::max(f.restored, e.to.is_never() ? Duration::forever() : e.to - first_fault);
  }
  f.still_failing = failing.size();
  return f;
}

// ---- timeline

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
    line.bars.push_back({since(e.from), since(e.to), shade_of(kind)});
    line.worst = std::min(line.worst, severity(kind));
    line.from = std::min(line.from, e.from);
  }
  for (const Loss& loss : losses_of(system, findings)) {
    std::vector<ComponentId> components;
    for (const HopId h : loss.hops) components.push_back(system.hops[h].component);
    if (loss.hops.empty()) components.push_back(system.stores[loss.point.store].component);
    for (const ComponentId c : components) {
      if (!c.is_set()) continue;
      Line& line = by_component[c];
      line.bars.push_back({since(loss.point.at), since(loss.point.until), loss.is_request ? Shade::down : Shade::lost});
      if (!loss.is_request) line.first_loss = std::min(line.first_loss, loss.point.at);
      line.lost += loss.point.events;
    }
  }
  std::vector<Line> lines;
  for (auto& [component, line] : by_component) {
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

// ---- repairs

std::vector<LikeRepairs> like_repairs(const System& system, const std::vector<RepairId>& repairs) {
  std::vector<LikeRepairs> groups;
  std::map<std::tuple<std::string, std::string, FactId>, std::size_t> known;
  for (const RepairId r : repairs) {
    const Repair& repair = system.repairs[r];
    const std::string type = repair.component.is_set() ? system.components[repair.component].type : "";
    const auto [at, is_new] = known.emplace(std::tuple(type, member_name(repair.name), repair.fact), groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].repairs.push_back(r);
  }
  return groups;
}

SimTime gap_from(const System& system, const Step& step) {
  if (!step.hop.is_set()) return step.gap_from;
  const Hop& hop = system.hops[step.hop];
  if (step.fallback >= hop.fallbacks.size()) return step.gap_from;
  const Duration limit = limit_of(system, hop.fallbacks[step.fallback]);
  if (limit.is_forever() || step.start.since_start() <= limit) return step.gap_from;
  return std::max(step.gap_from, SimTime::after_start(step.start.since_start() - limit));
}

std::string filled(std::string_view text, const System& system, const Step& step, std::size_t number,
                   const Clock& clock, SimTime first_fault) {
  const SimTime begin = gap_from(system, step);
  const auto moment = [&](SimTime t) {
    if (clock.is_set()) return clock.iso(t);
    return fmt::format("<first fault + {}>",
                       input::to_text(Duration::seconds(std::floor((t - first_fault).in_seconds()))));
  };
  const auto milliseconds = [&](SimTime t) {
    return clock.is_set() ? std::to_string(clock.milliseconds(t)) : moment(t);
  };
  const auto value_of = [&](std::string_view place) -> std::string {
    if (place == "gap.start") return moment(begin);
    if (place == "gap.end") return moment(step.gap_to);
    if (place == "gap.start_ms") return milliseconds(begin);
    if (place == "gap.end_ms") return milliseconds(step.gap_to);
    if (place == "now") return moment(step.done);
    if (place == "step") return std::to_string(number);
    if (place == "backlog.events") return fmt::format("{:.0f}", step.backlog);
    if (place == "backlog.bytes") {
      return fmt::format("{:.0f}", step.hop.is_set() ? step.backlog * system.hops[step.hop].size.count() : 0.0);
    }
    if (place.starts_with("ask.")) return fmt::format("<{}>", place.substr(4));
    return "";
  };
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const std::string value = close == std::string_view::npos ? "" : value_of(text.substr(1, close - 1));
    if (value.empty()) {  // braces of a JSON argument
      result += '{';
      text.remove_prefix(1);
    } else {
      result += value;
      text.remove_prefix(close + 1);
    }
  }
  return result;
}

// ---- symptoms

std::vector<SeenTogether> symptoms_of(const Findings& findings) {
  std::vector<SeenTogether> seen;
  std::set<std::tuple<ComponentId, SymptomKind, std::string_view>> known;
  std::map<std::tuple<SimTime, SymptomKind, std::string_view>, std::size_t> place;
  for (const SeenSymptom& s : findings.symptoms) {
    const std::string_view text = s.symptom->text;
    if (!known.emplace(s.component, s.symptom->kind, text).second) continue;
    const auto [at, is_new] = place.emplace(std::tuple(s.at, s.symptom->kind, text), seen.size());
    if (is_new) seen.push_back({s.at, s.symptom->kind, clean(text), {}});
    seen[at->second].components.push_back(s.component);
  }
  return seen;
}

Clock clock_of(const scenarios::Scenario& scenario) { return {scenario.start, scenario.utc_offset_seconds}; }

std::string digest_of(const scenarios::Answer& answer) {
  Digest digest;
  if (answer.scenario && answer.scenario->document) digest.add(answer.scenario->document->file().text());
  for (const auto& file : answer.inventory_files) digest.add(file->text());
  return digest.text();
}

}  // namespace moshimo::report
