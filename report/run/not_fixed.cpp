#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "report/run/fates.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {

// "re-creating the roles", where that is all there is to restore.
std::string RunPage::restoring() const {
  const std::vector<scenarios::ScenarioFault>& faults = answer_.scenario->faults;
  const bool all_deleted = std::all_of(faults.begin(), faults.end(), [](const scenarios::ScenarioFault& f) {
    return f.verb == "delete" && !f.made_again_after;
  });
  std::set<std::string> types;
  for (const ComponentId c : faulted_) types.insert(system_.components[c].type);
  if (!all_deleted || types.size() != 1) return "re-applying the code";
  std::string kind = clean(types.begin()->substr(types.begin()->find(':') + 1));
  std::replace(kind.begin(), kind.end(), '-', ' ');
  return fmt::format("re-creating the {}{}", kind, faulted_.size() == 1 ? "" : "s");
}

void RunPage::not_fixed_by_restoring() {
  const scenarios::StrategyRun* run = answer_.run_of(Strategy::restore_only);
  if (!run || answer_.faults.empty()) return;
  page_.heading(fmt::format("What {} does not fix", restoring()));
  const Response& response = run->response;
  const std::string gone = destroyed_text(figures_of(system_, *run, answer_.first_fault));
  if (response.still_broken.empty() && response.unreleased.empty() && gone.empty()) {
    page_.paragraph("Re-applying the infrastructure code puts everything right that is modelled.");
    return;
  }
  page_.paragraph(
      "After the infrastructure code has been re-applied and everything in it is back, this is still wrong:");
  page_.gap();
  if (!gone.empty()) page_.item(strong(sentence(gone)) + ".");
  // What mends a condition, from the run in which every step is done.
  std::map<ConditionId, RepairId> mended_by;
  for (std::uint32_t r = 0; r < system_.repairs.size(); ++r) {
    for (const ConditionId c : system_.repairs[RepairId(r)].restores) mended_by.emplace(c, RepairId(r));
  }
  if (const scenarios::StrategyRun* full = answer_.run_of(Strategy::full)) {
    for (const Step& s : full->response.steps) {
      for (const RepairId r : s.repairs) {
        for (const ConditionId c : system_.repairs[r].restores) mended_by[c] = r;
      }
    }
    // What is still broken then has nothing to mend it any more.
    for (const ConditionId c : full->response.still_broken) mended_by.erase(c);
  }
  struct Group {
    std::vector<ConditionId> conditions;
    std::set<ComponentId> hurt;
  };
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const ConditionId c : response.still_broken) {
    const Condition& row = system_.conditions[c];
    const std::string type = row.component.is_set() ? system_.components[row.component].type : "";
    const auto [at, is_new] = known.emplace(std::pair(type, member_name(name_of(system_, c))), groups.size());
    if (is_new) groups.emplace_back();
    Group& g = groups[at->second];
    g.conditions.push_back(c);
    for (const Effect& e : run->findings.effects) {
      if (!e.to.is_never()) continue;
      if (std::find(e.chain.begin(), e.chain.end(), c) != e.chain.end()) g.hurt.insert(e.component);
    }
  }
  for (const Group& g : groups) {
    const Condition& row = system_.conditions[g.conditions.front()];
    std::string text = sentence(denied_sentence(says(system_, g.conditions.front())));
    std::vector<std::string> others;
    for (std::size_t i = 1; i < g.conditions.size(); ++i) {
      others.push_back(code(name_in(system_, system_.conditions[g.conditions[i]].component)));
    }
    if (!others.empty()) text += fmt::format("; the same for {}", listing(others, 10));
    page_.item(fmt::format("{}. {}", strong(text), fact(row.fact)));
    if (!g.hurt.empty()) {
      page_.detail(fmt::format("Still failing because of it: {}.", names({g.hurt.begin(), g.hurt.end()}, 10)));
    }
    const auto mend = mended_by.find(g.conditions.front());
    if (mend != mended_by.end())
      page_.detail(fmt::format("Mended by: {}.", clean(text_of(system_, mend->second).title)));
  }
  for (const HopId h : response.unreleased) {
    const Hop& hop = system_.hops[h];
    for (std::size_t i = 0; i < hop.fallbacks.size(); ++i) {
      const Fallback& f = hop.fallbacks[i];
      if (!f.release.is_set()) continue;
      double events = 0;
      for (const Waiting& w : response.outcome.hops[h.value].places) {
        if (w.fallback == i) events += w.events;
      }
      const Duration limit = limit_of(system_, f);
      std::string text = fmt::format("{} of {} stay in {} and do not come by themselves",
                                     events > 0 ? count_text(events) + hard_space + "events" : "Events",
                                     code(name_in(system_, hop.component)), clean(f.says));
      if (!limit.is_forever()) text += fmt::format("; after {} they are gone", duration_text(limit));
      page_.item(fmt::format("{}. {}", strong(text), fact(f.fact.is_set() ? f.fact : hop.fact)));
      std::string title = clean(text_of(system_, f.release).title);
      constexpr std::pair<std::string_view, std::string_view> without_a_step[] = {
          {" of {gap.start} to {gap.end}", ""},
          {" from {gap.start} to {gap.end}", ""},
          {"{gap.start} to {gap.end}", "what was missed"},
          {" since {gap.start}", ""},
          {"{backlog.events} ", ""}};
      for (const auto& [part, instead] : without_a_step) {
        const std::size_t at = title.find(part);
        if (at != std::string::npos) title.replace(at, part.size(), instead);
      }
      page_.detail(fmt::format("Fetched by: {}.", title));
    }
  }
}

}  // namespace moshimo::report
