#include "report/run/page.hpp"

#include <fmt/format.h>
#include <set>

#include "report/words.hpp"

namespace moshimo::report {

RunPage::RunPage(const scenarios::Answer& answer, const Style& style, Page& page)
    : answer_(answer),
      style_(style),
      page_(page),
      system_(answer.system()),
      clock_(clock_of(*answer.scenario)),
      faulted_(faulted_components(answer)) {}

bool RunPage::is_at_once(SimTime t) const { return t - answer_.first_fault < Duration::minutes(1); }

std::string RunPage::when(SimTime t) const {
  if (answer_.first_fault.is_never()) return duration_text(t.since_start());
  return duration_text(t - answer_.first_fault);
}

std::string RunPage::names(const std::vector<ComponentId>& components, std::size_t most) const {
  std::vector<std::string> list;
  list.reserve(components.size());
  for (const ComponentId c : components) list.push_back(code(name_in(system_, c)));
  return listing(list, most);
}

std::string RunPage::fact(FactId id) {
  if (!id.is_set()) return "";
  cited_.insert(id);
  if (is_assumption(system_.facts[id])) return dim("(assumed)");
  return dim("[" + fact_id(system_, id) + "]");
}

std::string RunPage::cause(const CauseChain& chain) {
  std::string text;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (i > 0) text += ", because ";
    text += denied_sentence(says(system_, chain[i]));
  }
  return text;
}

std::string RunPage::destroyed_text(const Figures& f) const { return destroyed_text(f, system_); }

std::string RunPage::destroyed_text(const Figures& f, const System& system) const {
  if (f.destroyed.empty()) return "";
  constexpr std::size_t most = 6;
  struct Moment {
    std::string since;
    std::vector<std::string> places;
  };
  std::vector<Moment> moments;
  std::set<std::string> all;
  for (const Figures::Destroyed& d : f.destroyed) {
    const std::string place = code(name_in(system, d.component));
    if (!all.insert(place).second) continue;
    const std::string since = is_at_once(d.at) ? "from the start" : "after " + when(d.at);
    if (moments.empty() || moments.back().since != since) moments.push_back({since, {}});
    moments.back().places.push_back(place);
  }
  std::vector<std::string> parts;
  for (const Moment& m : moments) {
    parts.push_back(
        fmt::format("what was in {} {}{}", listing(m.places, most), parts.empty() ? "is gone for good " : "", m.since));
  }
  return listing(parts, most);
}

std::string RunPage::span(SimTime from, SimTime to) const {
  if (to.is_never()) return fmt::format("from {} on", when(from));
  return fmt::format("from {} to {}", when(from), when(to));
}

void RunPage::footer() {
  page_.heading("About this report");
  page_.paragraph(
      dim(fmt::format("moshimo {}; input {}; {} simulated. Nothing was called: this is computed from the inventory and "
                      "the catalogue. Every "
                      "[fact] has a source; moshimo explain FACT shows it.",
                      style_.version, digest_of(answer_), duration_text(answer_.scenario->horizon.since_start()))));
}

}  // namespace moshimo::report
