#include "report/sweep_cliffs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "report/layout.hpp"
#include "report/numbers.hpp"
#include "report/run/fates.hpp"
#include "report/run/repairs.hpp"
#include "report/words.hpp"

namespace moshimo::report {

using scenarios::Cliff;
using scenarios::Trait;

namespace {

HopId hop_named(const System& system, std::string_view name) {
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    if (system.hops[HopId(h)].name == name) return HopId(h);
  }
  return {};
}

ConditionId condition_of(const Cliff& c) {
  if (!c.compiled || c.trait.kind != Trait::Kind::broken) return {};
  const System& system = c.compiled->system;
  for (std::uint32_t i = 0; i < system.conditions.size(); ++i) {
    if (name_of(system, ConditionId(i)) == c.trait.what) return ConditionId(i);
  }
  return {};
}

ComponentId component_of_broken(const Cliff& c) {
  const ConditionId broken = condition_of(c);
  return broken.is_set() ? c.compiled->system.conditions[broken].component : ComponentId();
}

// The component of what it is about.
std::string name_of_cliff(const Cliff& c) {
  if (!c.compiled || c.trait.kind == Trait::Kind::misses) return clean(c.trait.what);
  const System& system = c.compiled->system;
  if (c.point && component_of(system, *c.point).is_set()) return name_in(system, component_of(system, *c.point));
  if (const ComponentId whose = component_of_broken(c); whose.is_set()) return name_in(system, whose);
  const HopId hop = hop_named(system, c.trait.what);
  if (hop.is_set() && system.hops[hop].component.is_set()) return name_in(system, system.hops[hop].component);
  return clean(c.trait.what);
}

std::string broken_text(const Cliff& c) {
  const ConditionId broken = condition_of(c);
  if (!broken.is_set()) return "stays broken";
  return "this is so to the end: " + denied_sentence(says(c.compiled->system, broken));
}

}  // namespace

bool is_in_kind(const Cliff& c) { return c.kind == Cliff::Kind::begins || c.kind == Cliff::Kind::ends; }

std::vector<CliffRow> CliffWords::rows(Strategy s, bool in_kind) const {
  std::vector<CliffRow> rows;
  std::map<std::string, std::size_t> known;
  for (const Cliff& c : sweep_.cliffs) {
    if (c.strategy != s || c.kind == Cliff::Kind::reason || is_in_kind(c) != in_kind) continue;
    if (c.trait.kind == Trait::Kind::left && loses_there(c)) continue;  // for the same reason
    if (c.trait.kind == Trait::Kind::broken && goes_there(c)) continue;
    CliffRow row{&c, {name_of_cliff(c)}};
    const std::string key = fmt::format("{} {} {}", c.below, c.other.value_or(0), rest_of(c));
    const auto [at, is_new] = known.emplace(key, rows.size());
    if (!is_new && is_in_kind(c) && c.trait.kind != Trait::Kind::broken) {
      rows[at->second].names.push_back(row.names.front());
      continue;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CliffRow> CliffWords::cliffs(Strategy s) const { return rows(s, true); }
std::vector<CliffRow> CliffWords::bends(Strategy s) const { return rows(s, false); }

// What a condition that stays broken is of, where that is gone for good from there on.
bool CliffWords::goes_there(const Cliff& c) const {
  const ComponentId whose = component_of_broken(c);
  return whose.is_set() && std::any_of(sweep_.cliffs.begin(), sweep_.cliffs.end(), [&](const Cliff& other) {
           return other.kind == c.kind && other.strategy == c.strategy && other.other == c.other &&
                  other.below == c.below && other.trait.kind == Trait::Kind::gone && other.point && other.compiled &&
                  component_of(other.compiled->system, *other.point) == whose;
         });
}

bool CliffWords::loses_there(const Cliff& c) const {
  return std::any_of(sweep_.cliffs.begin(), sweep_.cliffs.end(), [&](const Cliff& other) {
    return other.kind == c.kind && other.strategy == c.strategy && other.other == c.other && other.below == c.below &&
           other.trait.kind == Trait::Kind::loses && other.trait.what == c.trait.what;
  });
}

std::string CliffWords::name_of_point(const PointOfNoReturn& p) const {
  const System& system = sweep_.base->system();
  const ComponentId c = component_of(system, p);
  if (c.is_set()) return name_in(system, c);
  return p.hop.is_set() ? clean(system.hops[p.hop].name) : "?";
}

std::string CliffWords::hop_names(const std::vector<std::string>& hops) const {
  std::vector<std::string> names;
  const System& system = sweep_.base->system();
  for (const std::string& name : hops) {
    const HopId hop = hop_named(system, name);
    const bool has_one = hop.is_set() && system.hops[hop].component.is_set();
    names.push_back(code(has_one ? name_in(system, system.hops[hop].component) : clean(name)));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names.empty() ? "together" : listing(names, 4);
}

// All of a row but its name.
std::string CliffWords::rest_of(const Cliff& c) const {
  std::string text = c.kind == Cliff::Kind::ends ? "No longer: " : "";
  switch (c.trait.kind) {
    case Trait::Kind::loses: text += loses_text(c); break;
    case Trait::Kind::gone:
      text += c.point && c.point->condition.is_set() && c.compiled
                  ? denied_sentence(says(c.compiled->system, c.point->condition)) + ", for good"
                  : "its content is gone for good";
      break;
    case Trait::Kind::broken: text += broken_text(c); break;
    case Trait::Kind::left: text += "its backlog stays where it is, since nobody can fetch it in time"; break;
    case Trait::Kind::misses: text += c.trait.is_rto ? "misses its RTO" : "misses its RPO"; break;
  }
  text += ".";
  if (c.kind != Cliff::Kind::begins) return text;
  if (c.point && c.compiled) {
    const Duration at = c.point->at - sweep_.base->first_fault;
    text += fmt::format(" Point of no return: {}.", strong(precise_text(at)));
    if (c.deciding)
      text += " " + deciding_text(c);
    else if (sweep_.over_detection() && c.strategy != Strategy::none)
      text += " This reaction does not put right what has broken by then.";
  } else if (c.trait.kind == Trait::Kind::loses && c.strategy != Strategy::none) {
    text += " Nothing of it is lost when nobody acts: the reaction itself brings it about.";
  }
  return text;
}

std::string CliffWords::loses_text(const Cliff& c) const {
  if (!c.compiled) return "loses data";
  const System& system = c.compiled->system;
  const HopId hop = hop_named(system, c.trait.what);
  if (!hop.is_set()) return "loses data";
  PointOfNoReturn p = c.point.value_or(PointOfNoReturn{});
  p.hop = hop;
  p.fallback = c.trait.fallback;
  p.why = c.trait.why;
  if (is_request(system.hops[hop])) return why_lost(system, p);
  return fmt::format("it {}, and loses data: {}", clean(system.hops[hop].says), why_lost(system, p));
}

std::string CliffWords::deciding_text(const Cliff& c) const {
  const System& system = c.compiled->system;
  const std::string title = clean(title_without_a_step(text_of(system, c.deciding->repair).title));
  const bool is_about_people = sweep_.axes.size() == 1 || sweep_.axes[1].name == "responders";
  if (sweep_.axes.front().name != "detect" || !is_about_people) return fmt::format("What decides: {}.", title);
  const SimTime noticed = sweep_.base->first_fault + Duration::seconds(c.below);
  const Duration lead = c.deciding->effective - noticed;
  return fmt::format("What saves it until then takes effect {} after it is noticed: {}.", strong(precise_text(lead)),
                     title);
}

std::string CliffWords::told(const CliffRow& row) const {
  std::vector<std::string> names;
  for (const std::string& n : row.names) names.push_back(code(n));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return fmt::format("{}: {}", strong(listing(names, 6)), rest_of(*row.cliff));
}

std::string CliffWords::told_of_hop(const CliffRow& row) {
  const Cliff& c = *row.cliff;
  const HopId hop = c.compiled ? hop_named(c.compiled->system, c.trait.what) : HopId{};
  if (!hop.is_set()) return code(row.names.front());
  const Hop& about = c.compiled->system.hops[hop];
  return fmt::format("{}: {}", code(row.names.front()),
                     is_request(about) ? "requests from outside" : clean(about.says));
}

}  // namespace moshimo::report
