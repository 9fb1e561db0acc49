#include "report/diagnose.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "input/phrases.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::Diagnosis;
using scenarios::Shown;
using scenarios::Suspect;

constexpr std::size_t most_suspects = 8;

std::string sign_text(const System& system, const scenarios::Sign& sign) {
  std::string text = fmt::format("“{}”", clean(sign.text));
  if (sign.component.is_set()) text += fmt::format(" of {}", code(name_in(system, sign.component)));
  if (sign.at) text += fmt::format(" at {}", precise_text(*sign.at));
  return text;
}

std::string signs_text(const Diagnosis& d, const std::vector<scenarios::Sign>& signs,
                       const std::vector<std::size_t>& which) {
  std::vector<std::string> list;
  list.reserve(which.size());
  for (const std::size_t i : which) list.push_back(sign_text(d.system(), signs[i]));
  return listing(list, 6);
}

// "delete or disable `orders-role`"; that it is out, whatever the reason, only where nothing else shows the same.
std::string fault_text(const Diagnosis& d, const Suspect& s) {
  std::vector<std::string> verbs;
  for (const std::string& v : s.verbs) {
    if (v != "outage") verbs.push_back(v == scenarios::replaced ? "delete and make again" : v);
  }
  if (verbs.empty()) verbs.emplace_back("outage");
  return fmt::format("{} {}", input::enumerated(verbs, "or"), code(name_in(d.system(), s.component)));
}

std::string shown_text(const Diagnosis& d, const Shown& shown) {
  const std::string kind = shown.symptom ? std::string(name_of(shown.symptom->kind)) + " " : "";
  return fmt::format("{}“{}” of {}", kind, clean(shown.text), code(name_in(d.system(), shown.component)));
}

std::vector<std::string> also_shown_by(const Diagnosis& d, const Suspect& s) {
  std::set<std::string> names;
  for (std::size_t k = 0; k < s.shows.size(); ++k) {
    if (s.shows[k].symptom && !s.is_reported[k]) names.insert(name_in(d.system(), s.shows[k].component));
  }
  std::vector<std::string> list;
  for (const std::string& n : names) list.push_back(code(n));
  return list;
}

// The condition that is no longer so.
std::string where_to_look(const Diagnosis& d, const Suspect& s) {
  const System& system = d.system();
  std::vector<std::string> broken;
  for (const ConditionId c : s.breaks) broken.push_back(denied_sentence(says(system, c)));
  const std::string at =
      fmt::format("{} ({})", code(name_in(system, s.component)), clean(system.components[s.component].type));
  if (broken.empty()) return fmt::format("Look at {}.", at);
  if (s.verbs.front() == scenarios::replaced) {
    return fmt::format("Look at {}: has it been deleted and made again under the same name, so that {}?", at,
                       listing(broken, 2));
  }
  return fmt::format("Look at {}: is it so that {}?", at, listing(broken, 2));
}

void suspects_table(const Diagnosis& d, Page& page) {
  TextTable table;
  table.spaced = true;
  table.columns = {
      {"score", true}, {"fault", false, true}, {"explains", false, true}, {"would also show", false, true}};
  for (std::size_t i = 0; i < d.suspects.size() && i < most_suspects; ++i) {
    const Suspect& s = d.suspects[i];
    std::string explains = s.misses.empty() ? good("all")
                                            : fmt::format("{} of {}; not {}", s.explains.size(), d.seen.size(),
                                                          signs_text(d, d.seen, s.misses));
    if (!s.mistimed.empty()) {
      explains += fmt::format("\n{}", bad("at another time: " + signs_text(d, d.seen, s.mistimed)));
    }
    if (!s.contradicts.empty()) {
      explains += fmt::format("\n{}", bad("shows what was not seen: " + signs_text(d, d.not_seen, s.contradicts)));
    }
    std::string fault = fault_text(d, s);
    fault += "\n" + dim(clean(d.system().components[s.component].type));
    if (!d.changed.empty()) fault += dim(s.is_changed ? ", has changed" : ", not known to have changed");
    const std::vector<std::string> also = also_shown_by(d, s);
    const std::string nothing = "–";
    table.rows.push_back({fmt::format("{:.2f}", s.score), fault, explains, also.empty() ? nothing : listing(also, 4)});
  }
  page.table(std::move(table));
  if (d.suspects.size() > most_suspects) {
    page.paragraph(fmt::format("And {} that explain less or show more.", d.suspects.size() - most_suspects), 1);
  }
}

}  // namespace

std::string diagnosis_report(const Diagnosis& d, const Style& style) {
  if (style.form == Form::json) return diagnosis_json(d, style);
  Page page;
  page.title("Which fault explains what is seen");
  std::vector<std::size_t> all(d.seen.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  page.paragraph(fmt::format("Seen: {}.", signs_text(d, d.seen, all)));
  if (!d.not_seen.empty()) {
    all.resize(d.not_seen.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    page.paragraph(fmt::format("Looked for and not seen: {}.", signs_text(d, d.not_seen, all)));
  }
  if (d.suspects.empty()) {
    page.paragraph(strong("No single fault of the catalogue shows any of this in this inventory.") +
                   " Other words may help: `moshimo run` lists what a fault shows.");
  } else {
    const Suspect& best = d.suspects.front();
    std::vector<std::string> as_good;
    for (std::size_t i = 1; i < d.suspects.size() && d.suspects[i].score == best.score; ++i) {
      as_good.push_back(fault_text(d, d.suspects[i]));
    }
    std::string how = best.misses.empty()
                          ? "It explains all that is seen"
                          : fmt::format("It explains {} of {} signs", best.explains.size(), d.seen.size());
    const std::size_t others = also_shown_by(d, best).size();
    how += others == 0 ? " and shows nothing else."
                       : fmt::format(", and would also show on {}.", counted(others, "component", "components"));
    page.paragraph(fmt::format("The likeliest: {}. {}{}", strong(fault_text(d, best)), how,
                               as_good.empty() ? "" : fmt::format(" As good: {}.", listing(as_good, 4))));
    page.heading("Candidates");
    suspects_table(d, page);
    page.heading("Where to look");
    page.item(where_to_look(d, best));
    for (const scenarios::Test& t : d.tests) {
      page.item(fmt::format(
          "{}{}: then it is {}, else {}.", shown_text(d, t.what),
          t.what.at > SimTime{} ? fmt::format(", {} after the fault", duration_text(t.what.at.since_start())) : "",
          fault_text(d, d.suspects[t.shown_by]), fault_text(d, d.suspects[t.not_by])));
    }
    // Those before the one that the best is held against show the same as the best.
    const std::size_t against = d.tests.empty() ? 0 : std::max(d.tests.front().shown_by, d.tests.front().not_by);
    std::vector<std::string> alike;
    for (std::size_t i = 1; i < against; ++i) alike.push_back(fault_text(d, d.suspects[i]));
    if (!alike.empty()) {
      page.item(fmt::format("Nothing that is modelled tells {} from {}: look at each.", fault_text(d, best),
                            listing(alike, 4)));
    }
    if (d.tests.empty() && d.suspects.size() > 1) {
      page.item("Nothing that is modelled tells the best of these apart: compare each with what it should be.");
    }
  }
  if (!d.unknown.empty() && !d.suspects.empty()) {
    page.gap();
    page.paragraph(
        fmt::format("Nothing in this inventory is known to show {}; other words may help: `moshimo run` lists "
                    "what each fault shows.",
                    signs_text(d, d.seen, d.unknown)));
  }
  page.gap();
  page.paragraph(
      dim(fmt::format("{} simulated, each for {} with nobody acting: all that can be done to {} of {} from "
                      "which something leads to what is seen. moshimo {}.",
                      counted(d.simulated, "fault", "faults"), duration_text(d.horizon.since_start()),
                      std::to_string(d.reaching), counted(d.components, "component", "components"), style.version)));
  return page.render(style);
}

}  // namespace moshimo::report
