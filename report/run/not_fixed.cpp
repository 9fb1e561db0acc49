#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "report/run/fates.hpp"
#include "report/run/page.hpp"
#include "report/run/repairs.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

constexpr double trace = 1e-6;  // events; less is rounding

// What fails at the end of a run and can be put right by nobody: not by a repair that asks for nothing of the kind.
class BeyondRepair {
 public:
  BeyondRepair(const System& system, const Timeline& timeline)
      : system_(system), lost_(system.conditions.size(), false) {
    std::vector<bool> fails(system.conditions.size(), false);
    std::vector<ConditionId> failing;  // few of many
    for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
      if (timeline.conditions[c].back().value) continue;
      fails[c] = true;
      failing.emplace_back(c);
    }
    for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
      const Repair& repair = system.repairs[RepairId(r)];
      for (const ConditionId c : repair.restores) {
        if (fails[c.value] && !repair.only_by_apply) able_[c].emplace_back(r);
      }
    }
    for (bool grows = true; grows;) {
      grows = false;
      for (const ConditionId c : failing) {
        if (!has(c) && is_lost(c)) lost_[c.value] = grows = true;
      }
    }
  }

  bool has(ConditionId c) const { return lost_[c.value]; }
  bool hinders(const Needs& needs) const {
    return std::any_of(needs.begin(), needs.end(), [this](const Need& need) {
      return has(need.condition) &&
             std::all_of(need.alternatives.begin(), need.alternatives.end(), [this](ConditionId c) { return has(c); });
    });
  }

 private:
  bool is_lost(ConditionId c) const {
    const Condition& row = system_.conditions[c];
    const auto able = able_.find(c);
    const auto repaired = [&] {
      return able != able_.end() && std::any_of(able->second.begin(), able->second.end(), [this](RepairId r) {
               return !hinders(system_.repairs[r].requirements);
             });
    };
    switch (row.kind) {
      case Condition::Kind::free: return able == able_.end() ? !row.initially : !repaired();
      case Condition::Kind::staffed: return false;
      case Condition::Kind::derived: break;
    }
    if (row.rises == Condition::Rises::never || hinders(row.follows)) return true;
    return row.rises == Condition::Rises::by_repair && !repaired();
  }

  const System& system_;
  std::vector<bool> lost_;
  std::map<ConditionId, std::vector<RepairId>> able_;  // of what fails
};

// What mends a condition that is left wrong, as far as anything does in the run in which every step is done.
std::map<ConditionId, RepairId> mends(const scenarios::Answer& answer, const BeyondRepair& beyond_repair,
                                      const std::vector<ConditionId>& left) {
  const System& system = answer.system();
  std::vector<bool> is_left(system.conditions.size(), false);
  for (const ConditionId c : left) is_left[c.value] = !beyond_repair.has(c);
  std::map<ConditionId, RepairId> mended_by;
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    for (const ConditionId c : repair.restores) {
      if (!is_left[c.value] || repair.only_by_apply || beyond_repair.hinders(repair.requirements)) continue;
      mended_by.emplace(c, RepairId(r));
    }
  }
  const scenarios::StrategyRun* full = answer.run_of(Strategy::full);
  if (!full) return mended_by;
  for (const Step& s : full->response.steps) {
    for (const RepairId r : s.repairs) {
      for (const ConditionId c : system.repairs[r].restores) mended_by[c] = r;
    }
  }
  for (const ConditionId c : full->response.still_broken) mended_by.erase(c);
  return mended_by;
}

// Whether a plain apply would do something before its time, which the plan therefore keeps it from.
bool is_left_out_at_first(const scenarios::Answer& answer) {
  const scenarios::StrategyRun* full = answer.run_of(Strategy::full);
  return full && std::any_of(full->response.steps.begin(), full->response.steps.end(),
                             [](const Step& s) { return !s.left_out.empty(); });
}

}  // namespace

std::vector<RunPage::LeftWrong> RunPage::left_wrong(const Response& response) const {
  struct Choice {
    SimTime met_from;
    bool is_one = false;
  };
  std::vector<bool> is_broken(system_.conditions.size(), false);
  for (const ConditionId c : response.still_broken) is_broken[c.value] = true;
  std::map<ConditionId, Choice> choices;
  const auto look_at = [&](const Needs& needs) {
    for (const Need& need : needs) {
      const auto note = [&](ConditionId c) {
        if (!is_broken[c.value]) return;
        Choice& choice = choices[c];
        choice.is_one = choice.is_one || !need.alternatives.empty();
        for (const FailureSpan& span : failures({need}, response.outcome.timeline)) {
          choice.met_from = std::max(choice.met_from, span.to);
        }
      };
      note(need.condition);
      for (const ConditionId c : need.alternatives) note(c);
    }
  };
  for (const Hop& hop : system_.hops) look_at(hop.needs);
  for (const Port& port : system_.ports) look_at(port.needs);
  SimTime done;
  for (const Step& step : response.steps) done = std::max(done, step.done);
  std::vector<LeftWrong> left;
  for (const ConditionId c : response.still_broken) {
    const auto choice = choices.find(c);
    const bool is_replaced = choice != choices.end() && choice->second.is_one;
    const SimTime from = is_replaced ? choice->second.met_from : SimTime::never();
    if (from > done) left.push_back({c, from});
  }
  return left;
}

// "re-creating the roles", where that is all there is to restore.
std::string RunPage::restoring() const {
  const std::vector<scenarios::ScenarioFault>& faults = answer_.scenario->faults;
  const bool all_deleted = std::all_of(faults.begin(), faults.end(), [](const scenarios::ScenarioFault& f) {
    return f.verb == "delete" && !f.made_again_after;
  });
  std::set<std::string> types;
  for (const ComponentId c : faulted_) types.insert(system_.components[c].type);
  if (answer_.scenario->is_in_code) return "putting the code back";
  if (!all_deleted || types.size() != 1) return "re-applying the code";
  std::string kind = clean(types.begin()->substr(types.begin()->find(':') + 1));
  std::replace(kind.begin(), kind.end(), '-', ' ');
  return fmt::format("re-creating the {}{}", kind, faulted_.size() == 1 ? "" : "s");
}

void RunPage::not_fixed_by_restoring() {
  const scenarios::StrategyRun* run = answer_.run_of(Strategy::restore_only);
  if (!run || answer_.faults.empty() || is_harmless()) return;
  page_.heading(fmt::format("What {} does not fix", restoring()));
  const Response& response = run->response;
  const std::string gone = destroyed_text(figures_of(system_, *run, answer_.first_fault));
  const std::vector<LeftWrong> left = left_wrong(response);
  if (left.empty() && response.unreleased.empty() && gone.empty()) {
    page_.paragraph(applying(*answer_.scenario) +
                    (is_left_out_at_first(answer_)
                         ? " puts everything right in the end, but some of it too early: the steps below leave that "
                           "out at first."
                         : " puts everything right that is modelled."));
    return;
  }
  page_.paragraph(fmt::format(
      "After the infrastructure code {} and everything in it is back, this is still wrong:",
      answer_.scenario->is_in_code ? "as it was before has been put back and applied" : "has been re-applied"));
  page_.gap();
  if (!gone.empty()) page_.item(strong(sentence(gone)) + ".");
  still_broken(*run, left);
  still_unreleased(*run);
}

void RunPage::still_broken(const scenarios::StrategyRun& run, const std::vector<LeftWrong>& left) {
  const scenarios::StrategyRun* full = answer_.run_of(Strategy::full);
  const BeyondRepair beyond_repair(system_, (full ? *full : run).response.outcome.timeline);
  const BeyondRepair too_late(system_, run.response.outcome.timeline);
  std::vector<ConditionId> conditions;
  for (const LeftWrong& wrong : left) conditions.push_back(wrong.condition);
  const std::map<ConditionId, RepairId> mended_by = mends(answer_, beyond_repair, conditions);
  struct Group {
    std::vector<ConditionId> conditions;
    SimTime replaced_from;
    std::set<ComponentId> hurt;
  };
  // Of what is gone for good nothing else is worth a word.
  const std::vector<ConditionId> gone = gone_for_good(system_, run.response.outcome.timeline);
  const auto is_gone = [&](ConditionId c) { return std::find(gone.begin(), gone.end(), c) != gone.end(); };
  const auto is_said_by_another = [&](ConditionId c) {
    const ComponentId whose = system_.conditions[c].component;
    return !is_gone(c) && std::any_of(gone.begin(), gone.end(),
                                      [&](ConditionId other) { return system_.conditions[other].component == whose; });
  };
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const auto& [c, replaced_from] : left) {
    if (is_said_by_another(c)) continue;
    const Condition& row = system_.conditions[c];
    const std::string type = row.component.is_set() ? system_.components[row.component].type : "";
    const auto [at, is_new] = known.emplace(std::pair(type, member_name(name_of(system_, c))), groups.size());
    if (is_new) groups.emplace_back();
    Group& g = groups[at->second];
    g.conditions.push_back(c);
    g.replaced_from = std::max(g.replaced_from, replaced_from);
    for (const Effect& e : run.findings.effects) {
      if (!e.to.is_never() || (is_gone(c) && e.component == row.component)) continue;
      if (std::find(e.chain.begin(), e.chain.end(), c) != e.chain.end()) g.hurt.insert(e.component);
    }
  }
  for (const Group& g : groups) {
    const Condition& row = system_.conditions[g.conditions.front()];
    std::string text = denied_as_sentence(system_, g.conditions.front());
    std::vector<std::string> others;
    for (std::size_t i = 1; i < g.conditions.size(); ++i) {
      std::string name = code(name_in(system_, system_.conditions[g.conditions[i]].component));
      const bool is_told = name == code(name_in(system_, row.component)) ||
                           std::find(others.begin(), others.end(), name) != others.end();
      if (!is_told) others.push_back(std::move(name));
    }
    const std::size_t of_the_same =
        static_cast<std::size_t>(std::count_if(g.conditions.begin(), g.conditions.end(), [&](ConditionId c) {
          return system_.conditions[c].component == row.component;
        }));
    if (of_the_same > 1) text += fmt::format(", and {} more of the kind", of_the_same - 1);
    if (!others.empty()) text += fmt::format("; the same for {}", listing(others, 10));
    page_.item(fmt::format("{}. {}", strong(text), fact(row.fact)));
    if (!g.hurt.empty()) {
      page_.detail(fmt::format("Still failing because of it: {}.", names({g.hurt.begin(), g.hurt.end()}, 10)));
    }
    std::set<std::string> seen, silent;
    for (const SeenSymptom& s : run.findings.symptoms) {
      const bool of_it =
          std::any_of(row.symptoms.begin(), row.symptoms.end(), [&](const Symptom& own) { return &own == s.symptom; });
      if (of_it) (s.symptom->kind == SymptomKind::silent ? silent : seen).insert(clean(s.symptom->text));
    }
    if (!g.replaced_from.is_never()) {
      page_.detail(fmt::format("It does no more harm from {} on, by itself.",
                               duration_text(g.replaced_from - answer_.first_fault)));
    }
    if (!seen.empty()) page_.detail(fmt::format("You see: {}.", listing({seen.begin(), seen.end()}, 4)));
    for (const std::string& says : silent) page_.detail(sentence(says) + ".");
    const auto mend = mended_by.find(g.conditions.front());
    if (mend != mended_by.end()) {
      const bool is_too_late =
          too_late.has(g.conditions.front()) || too_late.hinders(system_.repairs[mend->second].requirements);
      page_.detail(fmt::format("{}: {}.", is_too_late ? "In time it would be mended by" : "Mended by",
                               clean(text_of(system_, mend->second).title)));
    } else if (beyond_repair.has(g.conditions.front())) {
      page_.detail("Nothing brings that back.");
    }
  }
}

void RunPage::still_unreleased(const scenarios::StrategyRun& run) {
  for (const HopId h : run.response.unreleased) {
    const Hop& hop = system_.hops[h];
    for (std::size_t i = 0; i < hop.fallbacks.size(); ++i) {
      const Fallback& f = hop.fallbacks[i];
      if (!f.release.is_set()) continue;
      const HopLedger& ledger = run.response.outcome.hops[h.value];
      double events = 0, lost = 0;
      for (const Waiting& w : ledger.places) {
        if (w.fallback == i) events += w.events;
      }
      for (const LossWindow& w : ledger.losses) {
        if (w.fallback == static_cast<int>(i)) lost += w.events;
      }
      if (events <= trace && (f.misdirects || lost <= trace)) continue;
      const Duration limit = limit_of(system_, f);
      const std::string whose = code(name_in(system_, hop.component));
      std::string text;
      if (events > trace) {
        text = fmt::format("{}{}events of {} stay in {} and do not come by themselves", count_text(events), hard_space,
                           whose, clean(f.says));
        if (!limit.is_forever()) text += fmt::format("; after {} they are gone", duration_text(limit));
      } else {
        text = fmt::format("{}{}events of {} lay in {} and are lost, since nobody fetched them", count_text(lost),
                           hard_space, whose, clean(f.says));
      }
      page_.item(fmt::format("{}. {}", strong(text), fact(f.fact.is_set() ? f.fact : hop.fact)));
      page_.detail(fmt::format("Fetched by: {}.", title_without_a_step(clean(text_of(system_, f.release).title))));
    }
  }
}

}  // namespace moshimo::report
