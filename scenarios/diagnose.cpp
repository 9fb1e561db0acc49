#include "scenarios/diagnose.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "core/dependencies.hpp"
#include "core/parts.hpp"
#include "core/response.hpp"
#include "core/simulation.hpp"
#include "input/cursor.hpp"
#include "scenarios/bound.hpp"

namespace moshimo::scenarios {
namespace {

constexpr double enough = 0.7;               // of its words make a sign the one that is shown
constexpr double of_another = 0.2;           // what a component shows of which nothing is reported, against a sign
constexpr double of_the_same = 0.02;         // a further symptom of one of which something is reported
constexpr double not_known_to_change = 0.5;  // where it is known what changed
constexpr double of_another_time = 0.5;      // a sign that a fault shows, but much sooner or later after another one
constexpr Duration is_about_then = Duration::minutes(5);  // or half of the distance
constexpr std::size_t most_tests = 3;

constexpr std::array<std::string_view, 22> small_words = {"a",   "an", "the", "of",   "to",   "is",   "are", "in",
                                                          "at",  "on", "and", "or",   "with", "that", "for", "it",
                                                          "its", "be", "by",  "from", "was",  "were"};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_character(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word_character(text[end])) ++end;
    words.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

// `AccessDeniedException` → access, denied, exception.
std::vector<std::string> pieces_of(std::string_view word) {
  std::vector<std::string> pieces;
  const auto is_upper = [&](std::size_t i) { return std::isupper(static_cast<unsigned char>(word[i])) != 0; };
  std::size_t from = 0;
  for (std::size_t i = 1; i <= word.size(); ++i) {
    const bool ends =
        i == word.size() || (is_upper(i) && (!is_upper(i - 1) || (i + 1 < word.size() && !is_upper(i + 1))));
    if (!ends) continue;
    pieces.push_back(lowered(word.substr(from, i - from)));
    from = i;
  }
  return pieces;
}

// "checks" and "check", "stopped" and "stops".
bool alike(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t longer = std::max(a.size(), b.size());
  std::size_t same = 0;
  while (same < shorter && a[same] == b[same]) ++same;
  return same >= 4 && longer - same <= 3;
}

struct Words {
  std::vector<std::string> whole;   // lower case
  std::vector<std::string> pieces;  // of compound words
};

Words parsed(std::string_view text) {
  Words out;
  for (const std::string& word : words_of(text)) {
    out.whole.push_back(lowered(word));
    for (std::string& piece : pieces_of(word)) out.pieces.push_back(std::move(piece));
  }
  return out;
}

// Error codes, by what is shown anywhere: one that is known as it is written means no other that has all its pieces.
using Codes = std::set<std::string>;

bool has_word(const Words& text, const std::string& word, const Codes& known) {
  constexpr std::size_t long_enough = 5;
  const std::string low = lowered(word);
  const auto in = [](const std::vector<std::string>& list, const std::string& one) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& w) { return alike(w, one); });
  };
  if (in(text.whole, low) || in(text.pieces, low)) return true;
  if (low.size() >= long_enough && std::any_of(text.whole.begin(), text.whole.end(), [&](const std::string& w) {
        return w.find(low) != std::string::npos;
      })) {
    return true;
  }
  const std::vector<std::string> pieces = pieces_of(word);
  return pieces.size() > 1 && !known.contains(low) &&
         std::all_of(pieces.begin(), pieces.end(), [&](const std::string& p) { return in(text.pieces, p); });
}

double likeness_to(std::string_view sign, const Words& text, const Codes& known) {
  std::size_t all = 0;
  std::size_t found = 0;
  for (const std::string& word : words_of(sign)) {
    const std::string low = lowered(word);
    if (std::find(small_words.begin(), small_words.end(), low) != small_words.end()) continue;
    ++all;
    if (has_word(text, word, known)) ++found;
  }
  return all == 0 ? 0 : static_cast<double>(found) / static_cast<double>(all);
}

class Diagnostician {
 public:
  Diagnostician(std::shared_ptr<models::Compiled> compiled, const DiagnosisInput& input) {
    d_.compiled = std::move(compiled);
    d_.seen = input.seen;
    d_.not_seen = input.not_seen;
    d_.changed = input.changed;
    d_.horizon = input.horizon;
    d_.components = d_.system().components.size();
  }

  Diagnosis run() {
    const std::vector<ComponentId> suspects = who_could();
    d_.reaching = suspects.size();
    struct Try {
      ComponentId component;
      std::string verb;
      ActionId action;
      std::vector<ConditionId> breaks;
    };
    std::vector<Try> tries;
    for (const ComponentId c : suspects) {
      for (const std::string& verb : d_.compiled->verbs(c)) {
        models::ActionRequest request;
        request.component = d_.system().components[c].name;
        request.verb = verb;
        input::Diagnostics ignored;  // a fault that does not say by itself what it does
        const ActionId action = d_.compiled->action(request, ignored);
        if (!action.is_set() || ignored.has_errors()) continue;
        tries.push_back({c, verb, action, d_.system().actions[action].breaks});
        if (verb != "delete" || !d_.system().components[c].is_principal) continue;
        std::vector<ConditionId> bound = bound_to(d_.system(), action);
        std::erase_if(bound,
                      [&](ConditionId b) { return d_.system().conditions[b].component == c; });  // made again, too
        if (!bound.empty()) tries.push_back({c, std::string(replaced), {}, std::move(bound)});
      }
    }
    Simulation simulation(d_.system(), Simulation::Checked{});
    const Outcome healthy = simulation.run({}, d_.horizon);
    for (const Try& t : tries) {
      std::vector<StoppedFault> stopped;
      Script script;
      if (t.action.is_set()) script = script_of(simulation, {{SimTime{}, t.action}}, stopped);
      for (const ConditionId c : t.action.is_set() ? std::vector<ConditionId>() : t.breaks) {
        script.changes.push_back({SimTime{}, c, false});
      }
      ++d_.simulated;
      if (script.changes.empty()) continue;
      const Outcome& outcome = simulation.run(script, d_.horizon);
      consider(t.component, t.verb, t.breaks, findings_of(d_.system(), outcome, healthy));
    }
    std::stable_sort(d_.suspects.begin(), d_.suspects.end(), [this](const Suspect& a, const Suspect& b) {
      if (a.score != b.score) return a.score > b.score;
      const bool a_is_vague = a.verbs == std::vector<std::string>{"outage"};
      const bool b_is_vague = b.verbs == std::vector<std::string>{"outage"};
      if (a_is_vague != b_is_vague) return b_is_vague;
      return d_.system().components[a.component].name < d_.system().components[b.component].name;
    });
    for (std::size_t i = 0; i < d_.seen.size(); ++i) {
      const auto explains_it = [&](const Suspect& s) {
        return std::find(s.explains.begin(), s.explains.end(), i) != s.explains.end();
      };
      if (std::none_of(d_.suspects.begin(), d_.suspects.end(), explains_it)) d_.unknown.push_back(i);
    }
    tell_apart();
    return std::move(d_);
  }

 private:
  // What a component would show if it were broken, whatever the reason.
  std::vector<std::pair<ComponentId, const Symptom*>> everything_shown() const {
    std::vector<std::pair<ComponentId, const Symptom*>> all;
    const System& system = d_.system();
    const auto add = [&](const Symptoms& list, ComponentId c) {
      for (const Symptom& s : list) {
        if (s.kind != SymptomKind::silent) all.emplace_back(c, &s);
      }
    };
    for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
      const Condition& row = system.conditions[ConditionId(c)];
      add(row.symptoms, row.component);
    }
    for (std::uint32_t p = 0; p < system.processes.size(); ++p) {
      const Process& row = system.processes[ProcessId(p)];
      for (const Symptoms* list : {&row.symptoms_start, &row.symptoms_run, &row.symptoms_healthy}) {
        add(*list, row.component);
      }
    }
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const Hop& row = system.hops[HopId(h)];
      for (const ErrorClass e : every_error_class) add(row.reaction(e).symptoms, row.component);
    }
    return all;
  }

  // Components from which anything leads to what is seen; all where nothing of it is known to be shown.
  std::vector<ComponentId> who_could() {
    const System& system = d_.system();
    const auto all = everything_shown();
    for (const auto& [c, symptom] : all) {
      for (const std::string& word : words_of(symptom->text)) {
        if (pieces_of(word).size() > 1) codes_.insert(lowered(word));
      }
    }
    std::set<ComponentId> showing;
    bool says_that_it_fails = false;  // of anything
    for (const Sign& sign : d_.seen) {
      bool is_known = false;
      for (const auto& [c, symptom] : all) {
        if (!c.is_set() || !matches(sign, c, symptom->text)) continue;
        is_known = true;
        showing.insert(c);
      }
      if (sign.component.is_set()) showing.insert(sign.component);
      says_that_it_fails = says_that_it_fails || (!is_known && likeness(sign.text, every_failure()) >= enough);
    }
    std::vector<ComponentId> list;
    if (says_that_it_fails) {
      for (std::uint32_t c = 0; c < system.components.size(); ++c) list.push_back(ComponentId(c));
      return list;
    }
    std::vector<ComponentId> starts(showing.begin(), showing.end());
    for (std::uint32_t c = 0; c < system.components.size(); ++c) {  // their parts show it for them
      for (ComponentId up = ComponentId(c); system.components[up].parent.is_set();) {
        up = system.components[up].parent;
        if (showing.count(up) != 0) starts.push_back(ComponentId(c));
      }
    }
    std::set<ComponentId> reaching(starts.begin(), starts.end());
    for (const Reached& r : Dependencies(system).dependencies_of(starts)) reaching.insert(r.component);
    list.assign(reaching.begin(), reaching.end());
    return list;
  }

  bool matches(const Sign& sign, ComponentId component, std::string_view text) {
    const System& system = d_.system();
    if (sign.component.is_set() && !is_within(system, component, sign.component) &&
        !is_within(system, sign.component, component)) {
      return false;
    }
    const auto [at, is_new] = words_.try_emplace(std::pair(component, std::string(text)));
    if (is_new) at->second = parsed(fmt::format("{} {}", system.components[component].name, text));
    return likeness_to(sign.text, at->second, codes_) >= enough;
  }

  static std::string failure_text(EffectKind kind, ErrorClass error) {
    return fmt::format("{} {} fails{}", name_of(kind), name_of(error),
                       kind == EffectKind::down ? ", refuses requests" : "");
  }

  static std::string every_failure() {
    std::string text;
    for (const EffectKind k : {EffectKind::down, EffectKind::impaired, EffectKind::stalled, EffectKind::unreadable}) {
      for (const ErrorClass e : every_error_class) text += failure_text(k, e) + " ";
    }
    return text;
  }

  void consider(ComponentId component, const std::string& verb, const std::vector<ConditionId>& breaks,
                const Findings& findings) {
    const System& system = d_.system();
    Suspect s;
    s.component = component;
    s.verbs = {verb};
    s.breaks = breaks;
    s.is_changed = std::any_of(d_.changed.begin(), d_.changed.end(), [&](ComponentId c) {
      return is_within(system, component, c) || is_within(system, c, component);
    });
    // Of what is deleted nothing is left to look at.
    const auto is_gone = [&](const SeenSymptom& seen) {
      return verb == "delete" && is_within(system, seen.component, component) &&
             (seen.symptom->kind == SymptomKind::metric || seen.symptom->kind == SymptomKind::status);
    };
    std::set<std::tuple<ComponentId, std::string>> known;
    for (const SeenSymptom& seen : findings.symptoms) {
      if (seen.symptom->kind == SymptomKind::silent || !seen.component.is_set() || is_gone(seen)) continue;
      if (!known.emplace(seen.component, seen.symptom->text).second) continue;
      s.shows.push_back({seen.at, seen.component, seen.symptom, seen.symptom->text});
    }
    for (const Effect& e : findings.effects) {
      if (e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
      if (system.components[e.component].is_principal) continue;
      const std::string text = failure_text(e.kind, e.error);
      if (known.emplace(e.component, text).second) s.shows.push_back({e.from, e.component, nullptr, text});
    }
    std::stable_sort(s.shows.begin(), s.shows.end(), [](const Shown& a, const Shown& b) { return a.at < b.at; });
    s.is_reported.assign(s.shows.size(), false);
    std::vector<std::optional<SimTime>> first_shown(d_.seen.size());
    for (std::size_t i = 0; i < d_.seen.size(); ++i) {
      bool is_explained = false;
      for (std::size_t k = 0; k < s.shows.size(); ++k) {
        if (!matches(d_.seen[i], s.shows[k].component, s.shows[k].text)) continue;
        s.is_reported[k] = true;
        if (!first_shown[i]) first_shown[i] = s.shows[k].at;
        is_explained = true;
      }
      (is_explained ? s.explains : s.misses).push_back(i);
    }
    if (s.explains.empty()) return;
    s.mistimed = mistimed(first_shown);
    for (std::size_t i = 0; i < d_.not_seen.size(); ++i) {
      const bool shows = std::any_of(s.shows.begin(), s.shows.end(), [&](const Shown& one) {
        return matches(d_.not_seen[i], one.component, one.text);
      });
      if (shows) s.contradicts.push_back(i);
    }
    s.score = score_of(s);
    for (Suspect& other : d_.suspects) {
      if (other.component != component || !same_shown(other, s)) continue;
      other.verbs.push_back(verb);
      return;
    }
    d_.suspects.push_back(std::move(s));
  }

  // When the fault happened nobody knows, so signs of which a time is told are held against the first of them.
  std::vector<std::size_t> mistimed(const std::vector<std::optional<SimTime>>& shown) const {
    std::vector<std::size_t> timed;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (shown[i] && d_.seen[i].at) timed.push_back(i);
    }
    std::vector<std::size_t> result;
    if (timed.empty()) return result;
    const std::size_t first = *std::min_element(
        timed.begin(), timed.end(), [&](std::size_t a, std::size_t b) { return *d_.seen[a].at < *d_.seen[b].at; });
    for (const std::size_t i : timed) {
      const double told = (*d_.seen[i].at - *d_.seen[first].at).in_seconds();
      const double expected = (*shown[i] - *shown[first]).in_seconds();
      const double farther = std::max(std::abs(told), std::abs(expected));
      if (std::abs(told - expected) > std::max(is_about_then.in_seconds(), farther / 2)) result.push_back(i);
    }
    return result;
  }

  // What it explains, against that and what it misses, shows at another time, shows in vain, and shows though it was
  // looked for and not found.
  double score_of(const Suspect& s) const {
    std::set<ComponentId> reported;
    std::set<ComponentId> others;
    double further = 0;
    for (std::size_t k = 0; k < s.shows.size(); ++k) {
      if (s.is_reported[k]) reported.insert(outermost(d_.system(), s.shows[k].component));
    }
    for (std::size_t k = 0; k < s.shows.size(); ++k) {
      if (s.is_reported[k] || !s.shows[k].symptom) continue;
      const ComponentId whose = outermost(d_.system(), s.shows[k].component);
      if (reported.count(whose) != 0)
        further += of_the_same;
      else
        others.insert(whose);
    }
    const auto explained = static_cast<double>(s.explains.size());
    const double against = static_cast<double>(s.misses.size()) + static_cast<double>(s.contradicts.size()) + further +
                           of_another_time * static_cast<double>(s.mistimed.size()) +
                           of_another * static_cast<double>(others.size());
    const double score = explained / (explained + against);
    return d_.changed.empty() || s.is_changed ? score : score * not_known_to_change;
  }

  static bool same_shown(const Suspect& a, const Suspect& b) {
    return std::equal(a.shows.begin(), a.shows.end(), b.shows.begin(), b.shows.end(),
                      [](const Shown& x, const Shown& y) { return x.component == y.component && x.text == y.text; });
  }

  // Of the best and the next that shows anything else, what only one of them shows and nobody has asked about.
  void tell_apart() {
    if (d_.suspects.size() < 2) return;
    std::size_t next = 1;
    while (next < d_.suspects.size() && same_shown(d_.suspects[0], d_.suspects[next])) ++next;
    if (next == d_.suspects.size()) return;
    for (const auto& [one, other] : {std::pair<std::size_t, std::size_t>(0, next), {next, 0}}) {
      const Suspect& a = d_.suspects[one];
      const Suspect& b = d_.suspects[other];
      for (std::size_t k = 0; k < a.shows.size(); ++k) {
        const Shown& shown = a.shows[k];
        const auto shows_it = [&](const Shown& s) { return s.component == shown.component && s.text == shown.text; };
        if (a.is_reported[k] || !shown.symptom || std::any_of(b.shows.begin(), b.shows.end(), shows_it)) continue;
        const bool was_asked = std::any_of(d_.not_seen.begin(), d_.not_seen.end(), [&](const Sign& sign) {
          return matches(sign, shown.component, shown.text);
        });
        if (!was_asked) d_.tests.push_back({one, other, shown});
      }
    }
    std::stable_sort(d_.tests.begin(), d_.tests.end(),
                     [](const Test& a, const Test& b) { return a.what.at < b.what.at; });
    if (d_.tests.size() > most_tests) d_.tests.resize(most_tests);
  }

  static constexpr std::array<ErrorClass, 8> every_error_class = {
      ErrorClass::denied,      ErrorClass::key,       ErrorClass::missing, ErrorClass::throttled,
      ErrorClass::unavailable, ErrorClass::unhealthy, ErrorClass::stalled, ErrorClass::failed};
  Diagnosis d_;
  std::map<std::pair<ComponentId, std::string>, Words> words_;
  Codes codes_;
};

}  // namespace

double likeness(std::string_view sign, std::string_view text) { return likeness_to(sign, parsed(text), {}); }

namespace {

// `orders: AccessDenied @ 10m` without its end, which is a time after the first sign.
std::string without_time(const std::string& text, std::optional<Duration>& at, input::Diagnostics& diagnostics) {
  const std::size_t sign = text.find_last_of('@');
  const bool stands_alone = sign != std::string::npos && sign > 0 && text[sign - 1] == ' ';
  const std::size_t from = stands_alone ? text.find_first_not_of(' ', sign + 1) : std::string::npos;
  if (from == std::string::npos) return text;
  const std::string_view time = std::string_view(text).substr(from);
  at = input::parse_duration(time);
  const bool looks_like_a_time = std::isdigit(static_cast<unsigned char>(time.front())) != 0 || time.front() == '-';
  if (!at && !looks_like_a_time) return text;  // an address, perhaps
  if (!at || at->is_forever() || *at < Duration{}) {
    at.reset();
    diagnostics.error({}, fmt::format("'{}': '{}' is no time after the first sign; write one as in \"orders: "
                                      "AccessDenied @ 10m\"",
                                      text, time));
  }
  return text.substr(0, text.find_last_not_of(' ', sign - 1) + 1);
}

// Where a component may end: before a colon, but not inside of a call such as sts:AssumeRole.
bool may_end_a_name(const std::string& text, std::size_t colon) {
  return colon + 1 >= text.size() || std::isupper(static_cast<unsigned char>(text[colon + 1])) == 0;
}

}  // namespace

Sign sign_of(const models::Compiled& compiled, const std::string& written, input::Diagnostics& diagnostics) {
  Sign sign;
  const std::string text = without_time(written, sign.at, diagnostics);
  sign.text = text;
  for (std::size_t colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    const ComponentId c = compiled.component(text.substr(0, colon));
    if (!c.is_set()) continue;
    const std::size_t from = text.find_first_not_of(' ', colon + 1);
    sign.component = c;
    sign.text = from == std::string::npos ? std::string() : text.substr(from);
    break;
  }
  if (sign.text.find_first_not_of(" \t") == std::string::npos) {
    diagnostics.error(
        {}, fmt::format("'{}' has no words of what is seen; write it as in \"failed health checks\"", written));
  } else if (const std::size_t colon = text.find(':');
             !sign.component.is_set() && colon != std::string::npos && may_end_a_name(text, colon)) {
    std::vector<std::string_view> known;
    for (const Component& c : compiled.system.components) known.push_back(c.name);
    const std::string meant = input::did_you_mean(text.substr(0, colon), known);
    if (!meant.empty()) {
      diagnostics.error({}, fmt::format("'{}': there is no component '{}'{}", written, text.substr(0, colon), meant));
    }
  }
  return sign;
}

Diagnosis diagnose(std::shared_ptr<models::Compiled> compiled, const DiagnosisInput& input) {
  return Diagnostician(std::move(compiled), input).run();
}

}  // namespace moshimo::scenarios
