#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "report/run/page.hpp"
#include "report/run/worst_cases.hpp"
#include "report/words.hpp"

namespace moshimo::report {
std::set<ComponentId> RunPage::affected() const {
  std::set<ComponentId> found = faulted_;
  for (const scenarios::StrategyRun& run : answer_.runs) {
    for (const Effect& e : run.findings.effects) found.insert(e.component);
    for (const PointOfNoReturn& p : run.findings.points) found.insert(component_of(system_, p));
  }
  const std::vector<ComponentId> parts(found.begin(), found.end());
  for (ComponentId c : parts) {
    while (c.is_set()) {
      found.insert(c);
      c = system_.components[c].parent;
    }
  }
  return found;
}

namespace {

// Where what is affected sends data, and where the data waits instead: the result rests on their letting it in.
std::set<ComponentId> reached_by(const System& system, const std::set<ComponentId>& senders) {
  std::set<ComponentId> found;
  for (const Hop& hop : system.hops) {
    if (senders.count(hop.component) == 0) continue;
    if (hop.to.is_set()) found.insert(system.ports[hop.to].component);
    for (const Fallback& f : hop.fallbacks) {
      if (f.store.is_set()) found.insert(system.stores[f.store].component);
      if (f.port.is_set()) found.insert(system.ports[f.port].component);
    }
  }
  return found;
}

}  // namespace

// What may come later than it is counted: of delays of which only bounds are known the end that hurts counts.
std::vector<std::string> RunPage::sooner_than_it_may_be() {
  std::vector<std::string> told;
  for (const WorstCase& w : worst_cases(system_, answer_.nobody_acts().findings)) {
    std::vector<std::string> others;
    for (std::size_t i = 1; i < w.conditions.size(); ++i) {
      others.push_back(code(name_in(system_, system_.conditions[w.conditions[i]].component)));
    }
    std::string text = denied_as_sentence(system_, w.conditions.front());
    if (!others.empty()) text += fmt::format("; the same for {}", listing(others, 3));
    told.push_back(fmt::format(
        "{}: counted from the first moment at which it can be, the worst case; it may come up to {} later. {}", text,
        duration_text(w.spread), fact(w.fact)));
  }
  return told;
}

void RunPage::assumptions() {
  const std::vector<models::Assumption>& all = answer_.compiled->assumptions;
  const std::vector<std::string> sooner = sooner_than_it_may_be();
  if (all.empty() && sooner.empty()) return;
  page_.heading("Assumptions and unknowns");
  for (const std::string& text : sooner) page_.item(text);
  using Kind = models::Assumption::Kind;
  constexpr std::size_t most_told = 60;
  const std::set<ComponentId> touched = affected();
  const std::set<ComponentId> asked = reached_by(system_, touched);
  std::size_t told = 0;
  std::size_t of_others = 0;
  for (const models::Assumption& a : all) {
    if (a.kind == Kind::fact) continue;
    // What is assumed of things that nothing here reaches is counted, not told.
    std::vector<ComponentId> where;
    std::copy_if(a.where.begin(), a.where.end(), std::back_inserter(where), [&](ComponentId c) {
      return touched.count(c) != 0 || (a.kind == Kind::granted_policies && asked.count(c) != 0);
    });
    if (where.empty() && !a.where.empty()) {
      ++of_others;
      continue;
    }
    if (++told > most_told) continue;
    std::string text = prose(a.says, style_.shows_code());
    if (a.kind != Kind::default_value) text = sentence(text);
    if (a.fact.is_set()) text += " " + fact(a.fact);
    if (!where.empty()) text += " " + dim("(" + names(where, 3) + ")");
    page_.item(text);
  }
  if (told > most_told) page_.item(fmt::format("and {} more; the JSON form has all of them", told - most_told));
  bool said = false;
  std::size_t uncited = 0;
  for (const models::Assumption& a : all) {
    if (a.kind != Kind::fact) continue;
    if (!a.fact.is_set() || cited_.count(a.fact) == 0) {
      ++uncited;
      continue;
    }
    if (!said) {
      page_.gap();
      page_.paragraph(strong("Not documented by AWS, and this report rests on it:"), 1);
      said = true;
    }
    const Fact& row = system_.facts[a.fact];
    page_.item(is_assumption(row)
                   ? fmt::format("{}: {} {}", code(clean(row.id)), clean(a.says), dim("(assumed)"))
                   : fmt::format("{} {}", sentence(clean(a.says)),
                                 dim(fmt::format("[{}, {}]", fact_id(system_, a.fact), name_of(row.confidence)))));
  }
  if (of_others + uncited == 0) return;
  page_.gap();
  std::vector<std::string> rest;
  if (of_others > 0) {
    rest.push_back(
        fmt::format("{} about things that nothing here reaches", counted(of_others, "assumption", "assumptions")));
  }
  if (uncited > 0) {
    rest.push_back(fmt::format("{} that AWS does not document, and that nothing above names",
                               counted(uncited, "behaviour", "behaviours")));
  }
  page_.paragraph(fmt::format("Also part of the model: {}. The JSON form has all of them.", listing(rest)), 1);
}

}  // namespace moshimo::report
