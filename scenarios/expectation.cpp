#include "scenarios/expectation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "input/cursor.hpp"

namespace moshimo::scenarios {
namespace {

using Figure = Expectation::Figure;
using Relation = Expectation::Relation;

constexpr std::array<std::pair<std::string_view, Figure>, 10> figures = {{{"lost", Figure::lost},
                                                                          {"refused", Figure::refused},
                                                                          {"late", Figure::late},
                                                                          {"waiting", Figure::waiting},
                                                                          {"misdirected", Figure::misdirected},
                                                                          {"offered", Figure::offered},
                                                                          {"restored", Figure::restored},
                                                                          {"first_loss", Figure::first_loss},
                                                                          {"told", Figure::told},
                                                                          {"stopped", Figure::stopped}}};
// Longer signs first, so that `<=` is not read as `<`.
constexpr std::array<std::pair<std::string_view, Relation>, 6> relations = {{{"==", Relation::equal},
                                                                             {"!=", Relation::not_equal},
                                                                             {"<=", Relation::at_most},
                                                                             {">=", Relation::at_least},
                                                                             {"<", Relation::less},
                                                                             {">", Relation::more}}};

std::string_view trimmed(std::string_view s) {
  const std::size_t from = s.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t") - from + 1);
}

bool compare(double found, Relation relation, double value) {
  // Amounts are sums of many parts: a thousandth of an event is none.
  const double slack = std::isinf(found) || std::isinf(value) ? 0 : 1e-3 + 1e-9 * std::abs(value);
  const bool equal = found == value || std::abs(found - value) <= slack;
  switch (relation) {
    case Relation::equal: return equal;
    case Relation::not_equal: return !equal;
    case Relation::less: return found < value && !equal;
    case Relation::at_most: return found < value || equal;
    case Relation::more: return found > value && !equal;
    case Relation::at_least: return found > value || equal;
  }
  return false;
}

// The component itself or a part of it, which is named `component/...`.
bool belongs(std::string_view name, std::string_view of) {
  return of.empty() || name == of ||
         (name.size() > of.size() && name.substr(0, of.size()) == of && name[of.size()] == '/');
}

// Where `relation` begins `text`, which loses it.
std::optional<Relation> take_relation(std::string_view& text) {
  const auto found = std::find_if(relations.begin(), relations.end(),
                                  [&](const auto& r) { return text.substr(0, r.first.size()) == r.first; });
  if (found == relations.end()) return std::nullopt;
  text = trimmed(text.substr(found->first.size()));
  return found->second;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `5%` or `0.05`.
std::optional<double> share_in(std::string_view text) {
  const bool is_percent = !text.empty() && text.back() == '%';
  if (is_percent) text = trimmed(text.substr(0, text.size() - 1));
  const std::optional<double> value = number_in(text);
  if (!value || !(*value >= 0) || *value > (is_percent ? 100 : 1)) return std::nullopt;
  return is_percent ? *value / 100 : *value;
}

// `probability(WHAT) < 5%`.
std::optional<Expectation> parse_probability(std::string_view text, input::Position at,
                                             input::Diagnostics& diagnostics) {
  const auto wrong = [&](std::string message) {
    diagnostics.error(at, std::move(message));
    return std::nullopt;
  };
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  std::string_view rest = trimmed(text.substr(close + 1));
  const std::optional<Relation> relation = take_relation(rest);
  if (!relation) {
    return wrong(fmt::format("'{}' compares no share; write one as in probability(lost() > 0) < 5%", text));
  }
  const std::optional<double> share = share_in(rest);
  if (!share) return wrong(fmt::format("'{}' is no share; write 5% or 0.05", rest));
  std::optional<Expectation> e = parse_expectation(trimmed(text.substr(open + 1, close - open - 1)), at, diagnostics);
  if (!e) return std::nullopt;
  if (e->share) return wrong(fmt::format("'{}' is a probability of a probability; write one of them", text));
  if (e->figure == Figure::told || e->figure == Figure::stopped) {
    return wrong(fmt::format("'{}': alarms and guards are the same in every trial; expect {} without a probability",
                             text, e->figure == Figure::told ? "told" : "stopped"));
  }
  e->share = {*relation, *share};
  e->text = text;
  return e;
}

}  // namespace

bool is_met(const Expectation::Share& share, double found) {
  constexpr double slack = 1e-12;  // a share is a quotient
  const bool equal = std::abs(found - share.value) <= slack;
  switch (share.relation) {
    case Relation::equal: return equal;
    case Relation::not_equal: return !equal;
    case Relation::less: return found < share.value && !equal;
    case Relation::at_most: return found < share.value || equal;
    case Relation::more: return found > share.value && !equal;
    case Relation::at_least: return found > share.value || equal;
  }
  return false;
}

bool is_time(Figure figure) {
  return figure == Figure::restored || figure == Figure::first_loss || figure == Figure::told;
}

std::optional<Expectation> parse_expectation(std::string_view text, input::Position at,
                                             input::Diagnostics& diagnostics) {
  Expectation e;
  e.text = text;
  e.at = at;
  const auto wrong = [&](std::string message) {
    diagnostics.error(at, std::move(message));
    return std::nullopt;
  };
  const std::size_t open = text.find('(');
  const std::size_t close = text.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return wrong(fmt::format("'{}' is no expectation; write one as in lost(\"orders\") == 0", text));
  }
  const std::string_view word = trimmed(text.substr(0, open));
  if (word == "probability") return parse_probability(text, at, diagnostics);
  const auto figure = std::find_if(figures.begin(), figures.end(), [&](const auto& f) { return f.first == word; });
  if (figure == figures.end()) {
    std::vector<std::string_view> known = {"probability"};
    for (const auto& [name, value] : figures) known.push_back(name);
    return wrong(fmt::format("there is no figure '{}'{}", word, input::did_you_mean(word, known)));
  }
  e.figure = figure->second;
  std::string_view of = trimmed(text.substr(open + 1, close - open - 1));
  if (of.size() >= 2 && (of.front() == '"' || of.front() == '\'')) of = of.substr(1, of.size() - 2);
  e.of = of;
  std::string_view value = trimmed(text.substr(close + 1));
  const std::optional<Relation> relation = take_relation(value);
  if (!relation) return wrong(fmt::format("'{}' compares nothing; use ==, !=, <, <=, > or >=", text));
  e.relation = *relation;
  if (is_time(e.figure)) {
    const auto duration = input::parse_duration(value);
    if (!duration) return wrong(fmt::format("'{}' is no duration; write one such as 2h", value));
    e.value = duration->is_forever() ? std::numeric_limits<double>::infinity() : static_cast<double>(duration->us());
    return e;
  }
  const std::optional<double> amount = number_in(value);
  if (!amount) return wrong(fmt::format("'{}' is no number of events", value));
  e.value = *amount;
  return e;
}

ExpectationResult check_expectation(const Expectation& e, const System& system, const Response& response,
                                    const Findings& findings, const Detection& detection, SimTime first_fault) {
  constexpr double forever = std::numeric_limits<double>::infinity();
  double found = 0;
  if (is_time(e.figure)) {
    const double from = first_fault.is_never() ? 0 : static_cast<double>(first_fault.us());
    if (e.figure == Figure::restored) {
      for (const Effect& effect : findings.effects) {
        if (effect.kind != EffectKind::down && effect.kind != EffectKind::impaired) continue;
        if (!belongs(system.components[effect.component].name, e.of)) continue;
        double until = forever;
        if (!effect.to.is_never()) until = static_cast<double>(effect.to.us()) - from;
        found = std::max(found, until);
      }
    } else if (e.figure == Figure::told) {
      found = forever;
      for (const Telling& t : detection.tellings) {
        const ComponentId c = system.hops[t.hop].component;
        if (t.fate != Telling::Fate::told || !c.is_set() || !belongs(system.components[c].name, e.of)) continue;
        found = std::min(found, static_cast<double>(t.told.us()) - from);
      }
    } else {
      found = forever;
      for (const PointOfNoReturn& p : findings.points) {
        const ComponentId c = component_of(system, p);
        if (!c.is_set() || !belongs(system.components[c].name, e.of)) continue;
        found = std::min(found, static_cast<double>(p.at.us()) - from);
      }
    }
  } else if (e.figure == Figure::stopped) {
    for (const StoppedFault& stopped : response.stopped) {
      const ComponentId c = system.actions[stopped.fault.action].component;
      if (belongs(system.components[c].name, e.of)) found += 1;
    }
  } else {
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const Hop& hop = system.hops[HopId(h)];
      const bool mine =
          hop.name == e.of || (hop.component.is_set() && belongs(system.components[hop.component].name, e.of));
      if (!e.of.empty() && !mine) continue;
      const HopLedger& ledger = response.outcome.hops[h];
      switch (e.figure) {
        case Figure::lost: found += is_request(hop) ? 0 : ledger.lost; break;
        case Figure::refused: found += is_request(hop) ? ledger.lost : 0; break;
        case Figure::late: found += ledger.late; break;
        case Figure::waiting: found += ledger.waiting; break;
        case Figure::misdirected: found += ledger.misdirected; break;
        case Figure::offered: found += ledger.offered; break;
        case Figure::restored:
        case Figure::first_loss:
        case Figure::told:
        case Figure::stopped: break;
      }
    }
  }
  return {&e, compare(found, e.relation, e.value), found};
}

}  // namespace moshimo::scenarios
