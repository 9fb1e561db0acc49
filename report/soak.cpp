// How long a trial has to last: who complains when, and of whom nothing is heard.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::Complaint;

std::string what_fails(const Complaint& c) {
  if (c.fails_at.is_never()) return "does not";
  return fmt::format("{}{}", duration_text(c.fails_at.since_start()),
                     c.only_when_started ? ", when a worker has to start" : "");
}

// Each service has a word of its own for a refused key.
std::string sign_of(const System& system, const Complaint& c) {
  if (!c.sign && c.if_tried) {
    return fmt::format("only whoever tries sees {}: {}", name_of(c.if_tried->kind), clean(c.if_tried->text));
  }
  if (!c.sign) return "";
  std::string text = fmt::format("{}: {}", name_of(c.sign->kind), clean(c.sign->text));
  if (!c.heard_of.is_set()) return text;
  for (const Symptom& s : system.conditions[c.heard_of].symptoms) {
    if (&s != c.sign && s.kind == c.sign->kind && s.only_while.empty()) text += ", " + clean(s.text);
  }
  return text;
}

TextTable table_of(const System& system, const std::vector<const Complaint*>& list) {
  TextTable table;
  table.columns = {{"consumer", false, true}, {"fails after", false, true}, {"seen after"}, {"as", false, true}};
  for (const Complaint* c : list) {
    table.rows.push_back(
        {fmt::format("{}\n{}", strong(name_in(system, c->component)), dim(clean(system.components[c->component].type))),
         what_fails(*c), c->sign ? duration_text(c->seen_at.since_start()) : "never", sign_of(system, *c)});
  }
  return table;
}

// Of whom nothing is heard, and why.
std::string not_enough(const scenarios::Soak& soak, const std::vector<const Complaint*>& unseen,
                       const std::vector<const Complaint*>& silent) {
  const System& system = soak.answer.system();
  const auto named = [&](const std::vector<const Complaint*>& list) {
    std::vector<std::string> names;
    for (const Complaint* c : list) names.push_back(code(name_in(system, c->component)));
    return listing(names, 5);
  };
  std::vector<std::string> why;
  if (!unseen.empty()) {
    why.push_back(fmt::format("{} {}, and nothing tells of it", named(unseen), unseen.size() == 1 ? "fails" : "fail"));
  }
  if (!silent.empty()) {
    why.push_back(fmt::format("{} {} not fail within that time", named(silent), silent.size() == 1 ? "does" : "do"));
  }
  return fmt::format("{} {} is enough: {}.", bad("No length up to"),
                     strong(duration_text(soak.answer.scenario->horizon.since_start())), fmt::join(why, "; "));
}

// What would have told of the consumers before the trial, and of whom it says nothing.
void past(Page& page, const scenarios::Soak& soak) {
  using scenarios::PastUse;
  const System& system = soak.answer.system();
  if (soak.look_backs.empty() || soak.complaints.empty()) return;
  page.heading("What a look at the past would have shown");
  page.paragraph(fmt::format("Asked about the last {} (--look-back). What it does not show may be in use all the "
                             "same, and of several who use it a last use shows the last.",
                             duration_text(soak.looked_back)),
                 1);
  TextTable table;
  table.columns = {{"consumer", false, true}, {"calls", false, true}};
  const bool is_of_several = soak.trials.size() > 1;
  for (const scenarios::LookBack& look : soak.look_backs) {
    table.columns.push_back(
        {is_of_several ? fmt::format("{} of {}", look.says, clean(look.of)) : look.says, false, true});
  }
  for (const Complaint& c : soak.complaints) {
    std::string calls = c.calls.empty() ? "not known" : fmt::format("{}", fmt::join(c.calls, ", "));
    if (!c.gap.is_forever() && c.gap >= Duration::days(1)) calls += fmt::format(", every {}", duration_text(c.gap));
    std::vector<std::string> row = {strong(name_in(system, c.component)), calls};
    for (const PastUse p : c.past) {
      switch (p) {
        case PastUse::shown: row.emplace_back("shows it"); break;
        case PastUse::not_asked: row.push_back(warn(fmt::format("not in {}", duration_text(soak.looked_back)))); break;
        case PastUse::too_rare: row.push_back(warn("too rare")); break;
        case PastUse::not_recorded: row.push_back(bad("not recorded")); break;
        case PastUse::not_known: row.push_back(dim("not known")); break;
        case PastUse::not_used: row.emplace_back("–"); break;
      }
    }
    table.rows.push_back(std::move(row));
  }
  page.table(std::move(table));
  // What is the same for several is told once, with the command of each.
  std::vector<std::pair<std::string, std::vector<std::string>>> told;
  for (const scenarios::LookBack& look : soak.look_backs) {
    std::string text =
        fmt::format("{}: goes back {}", look.says,
                    look.keeps.is_forever() ? std::string("as far as there is any") : duration_text(look.keeps));
    if (look.lag > Duration{}) text += fmt::format(", is {} behind", duration_text(look.lag));
    if (look.fact) text += ". " + clean(look.fact->says);
    auto same = std::find_if(told.begin(), told.end(), [&](const auto& one) { return one.first == text; });
    if (same == told.end()) same = told.emplace(told.end(), std::move(text), std::vector<std::string>{});
    if (!look.look.empty()) same->second.push_back(look.look);
  }
  for (const auto& [text, commands] : told) {
    page.item(text);
    if (!commands.empty()) page.commands(commands, 2);
  }
}

}  // namespace

std::string soak_report(const scenarios::Soak& soak, const Style& style) {
  if (style.form == Form::json) return soak_json(soak, style);
  const System& system = soak.answer.system();
  Page page;
  std::vector<std::string> names;
  for (const auto& t : soak.trials) names.push_back(code(clean(t.component)));
  page.title(fmt::format("How long to switch {} off before deleting", listing(names, 5)));
  std::vector<const Complaint*> heard, unseen, silent;
  for (const Complaint& c : soak.complaints) {
    (c.sign ? heard : c.fails_at.is_never() ? silent : unseen).push_back(&c);
  }
  if (soak.complaints.empty()) {
    page.paragraph(nothing_modelled(*soak.answer.compiled));
  } else if (!soak.enough.is_never()) {
    page.paragraph(fmt::format("After {} everybody who uses {} has complained, provided that somebody looks.",
                               strong(duration_text(soak.enough.since_start())),
                               soak.trials.size() == 1 ? "it" : "any of them"));
  } else {
    page.paragraph(not_enough(soak, unseen, silent));
    if (!heard.empty()) {
      page.paragraph(fmt::format("Everybody else has complained after {}, provided that somebody looks.",
                                 strong(duration_text(soak.heard.since_start()))));
    }
  }
  page.heading("The trial");
  for (const auto& t : soak.trials) {
    page.item(fmt::format("{} {}", t.verb, code(clean(t.component))));
  }
  page.paragraph(dim("Simulated with nobody acting. Every job has just run when it begins, and all workers have just "
                     "started: the latest time counts."),
                 1);
  if (!heard.empty()) {
    page.heading("Who complains");
    page.table(table_of(system, heard));
  }
  if (!unseen.empty()) {
    page.heading("Fails, and nothing is seen of it");
    page.table(table_of(system, unseen));
  }
  if (!silent.empty()) {
    std::vector<std::string> list;
    list.reserve(silent.size());
    for (const Complaint* c : silent) list.push_back(code(name_in(system, c->component)));
    page.gap();
    page.paragraph(fmt::format("Connected with {}, but does not fail within {}: {}.",
                               soak.trials.size() == 1 ? "it" : "them",
                               duration_text(soak.answer.scenario->horizon.since_start()), listing(list, 10)));
  }
  past(page, soak);
  std::set<std::string> assumed;
  for (const models::Assumption& a : soak.answer.compiled->assumptions) {
    if (a.kind != models::Assumption::Kind::unknown) continue;
    std::vector<std::string> about;
    for (const Complaint& c : soak.complaints) {
      if (std::find(a.where.begin(), a.where.end(), c.component) == a.where.end()) continue;
      about.push_back(code(name_in(system, c.component)));
    }
    if (about.empty()) continue;
    const std::string here =
        a.where.size() > 1 ? fmt::format(" {}", dim(fmt::format("(here: {})", listing(about, 6)))) : "";
    assumed.insert(sentence(prose(a.says, false)) + here);
  }
  if (!assumed.empty()) {
    page.heading("Not known");
    for (const std::string& says : assumed) page.item(says);
  }
  if (const std::vector<std::string> unknown = not_followed(*soak.answer.compiled); !unknown.empty()) {
    page.gap();
    page.paragraph(
        dim(fmt::format("{} in these files could not be followed; whoever of them uses it is not in these "
                        "tables.",
                        amount_text(static_cast<double>(unknown.size()), "thing", "things"))));
  }
  return page.render(style);
}

}  // namespace moshimo::report
