#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "report/run/fates.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

// Nothing refuses what comes: it goes by.
bool goes_by(const System& system, const Phase& p) {
  return !p.hops.empty() && std::all_of(p.hops.begin(), p.hops.end(), [&](HopId h) {
    const Hop& hop = system.hops[h];
    const std::vector<std::uint8_t>& places = hop.reaction(p.error).fallbacks;
    return !places.empty() && hop.fallbacks[places.front()].misdirects;
  });
}

}  // namespace

// Of what runs by a timetable only, and not before the window is an hour old.
std::string RunPage::due_later(const Phase& p) const {
  SimTime due = SimTime::never();
  for (const HopId h : p.hops) due = std::min(due, first_run(system_.hops[h], p.from));
  if (p.kind != EffectKind::impaired || p.hops.empty() || due < p.from + Duration::hours(1)) return "";
  if (due >= p.to || due >= answer_.scenario->horizon) return "No run falls into that time.";
  return fmt::format("The first run that fails is due after {}.", when(due));
}

void RunPage::breakage(const Breakage& b) {
  const std::string type = clean(system_.components[b.components.front()].type);
  std::string head = fmt::format("{} {}", strong(names(b.components)), dim("· " + type));
  const std::string& name = system_.components[b.components.front()].name;
  const std::string called = b.components.size() == 1 ? name_in_aws(*answer_.inventory, name) : name;
  if (called != name) head += fmt::format("{} {}", dim(", in AWS"), code(clean(called)));
  page_.item(head);
  const std::vector<Phase>& phases = b.phases.front();
  CauseChain told;
  for (std::size_t i = 0; i < phases.size() && i < 6; ++i) {
    const Phase& p = phases[i];
    std::string text = fmt::format("{} {}", kind_text(p.kind), span(p.from, p.to));
    if (p.kind == EffectKind::latent) text += "; " + strong("nothing new of it can start");
    if (p.kind != EffectKind::latent && p.kind != EffectKind::unreadable)
      text += fmt::format(" ({})", goes_by(system_, p) ? "misdirected" : name_of(p.error));
    if (!p.chain.empty() && p.chain != told) {
      told = p.chain;
      text += ": " + cause(p.chain);
      std::vector<std::string> others;
      for (std::size_t k = 1; k < b.components.size(); ++k) {
        const CauseChain& other = b.phases[k][i].chain;
        if (!other.empty() && other.back() != p.chain.back()) {
          others.push_back(code(name_in(system_, system_.conditions[other.back()].component)));
        }
      }
      std::sort(others.begin(), others.end());
      others.erase(std::unique(others.begin(), others.end()), others.end());
      if (!others.empty()) text += fmt::format(" (and likewise {})", listing(others, 8));
      text += ".";
      for (const ConditionId c : p.chain) {
        const FactId id = system_.conditions[c].fact;
        if (!id.is_set()) continue;
        text += " " + fact(id);
        break;
      }
    } else {
      text += p.chain.empty() ? "." : ", for the same reason.";
    }
    if (const std::string due = due_later(p); !due.empty()) text += " " + due;
    page_.detail(text);
    // What becomes of the data, said once for all hops with the same fate.
    struct Fate {
      std::vector<std::string> says;
      std::string otherwise;  // with another class of error
      FactId fact;
    };
    std::map<std::string, Fate> fates;
    for (const HopId h : p.hops) {
      const Hop& hop = system_.hops[h];
      const HopLedger& ledger = answer_.nobody_acts().response.outcome.hops[h.value];
      if (ledger.lost + ledger.waiting + ledger.misdirected + ledger.late + ledger.handed_on <= 1e-6) continue;
      auto& fate =
          fates[what_becomes_of_data(system_, hop, p.error, &answer_.nobody_acts().response.outcome.timeline, p.from)];
      std::string says = clean(hop.says);
      if (std::find(fate.says.begin(), fate.says.end(), says) == fate.says.end()) fate.says.push_back(says);
      if (fate.otherwise.empty()) fate.otherwise = fate_if_unavailable(system_, hop, p.error);
      const FactId id = hop.reaction(p.error).fact;
      if (id.is_set()) fate.fact = id;
    }
    std::set<std::string> own, of_others;
    for (const HopId h : p.hops) own.insert(system_.hops[h].says);
    for (std::size_t k = 1; k < b.components.size(); ++k) {
      for (const HopId h : b.phases[k][i].hops) of_others.insert(system_.hops[h].says);
    }
    const bool is_same = std::includes(own.begin(), own.end(), of_others.begin(), of_others.end());
    for (const auto& [what, who] : fates) {
      std::string reason = fact(who.fact);
      page_.detail(fmt::format("It {}{}: what comes meanwhile {}.{}{}", listing(who.says),
                               is_same ? "" : likewise(b.components.size()), what,
                               who.otherwise.empty() ? "" : " " + who.otherwise, reason.empty() ? "" : " " + reason),
                   2);
    }
  }
  if (phases.size() > 6) page_.detail(fmt::format("and {} more windows.", phases.size() - 6));
}

void RunPage::what_breaks() {
  if (answer_.faults.empty()) return;
  page_.heading("What breaks");
  const Breakages found = breakages_of(system_, answer_.nobody_acts().findings, faulted_);
  if (found.broken.empty() && found.starved.empty()) {
    page_.paragraph(nothing_modelled(*answer_.compiled));
    return;
  }
  page_.paragraph("Times are counted from the first fault, in the run in which nobody acts.");
  page_.gap();
  std::set<EffectKind> kinds;
  std::set<ErrorClass> classes;
  bool something_goes_by = false;
  for (const Breakage& b : found.broken) {
    for (const Phase& p : b.phases.front()) {
      kinds.insert(p.kind);
      if (p.kind == EffectKind::latent) continue;
      if (goes_by(system_, p))
        something_goes_by = true;
      else
        classes.insert(p.error);
    }
  }
  constexpr std::size_t most = 40;
  for (std::size_t i = 0; i < found.broken.size() && i < most; ++i) {
    breakage(found.broken[i]);
    page_.gap();
  }
  if (found.broken.size() > most) {
    page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", found.broken.size() - most), 1);
  }
  if (!found.starved.empty()) {
    page_.item(fmt::format("{} {} well but {} less than normal, because something before {} fails.",
                           names(found.starved, 12), found.starved.size() == 1 ? "works" : "work",
                           found.starved.size() == 1 ? "gets" : "get", found.starved.size() == 1 ? "it" : "them"));
    page_.gap();
  }
  TextTable words;
  words.columns = {{"", false}, {"", false, true}};
  for (const EffectKind k : kinds) words.rows.push_back({strong(name_of(k)), kind_meaning(k)});
  for (const ErrorClass c : classes) words.rows.push_back({strong(name_of(c)), class_meaning(c)});
  if (something_goes_by) words.rows.push_back({strong("misdirected"), "nothing refuses it, and nothing looks for it"});
  page_.table(std::move(words));
}

}  // namespace moshimo::report
