#include <algorithm>
#include <fmt/format.h>

#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/run/runbook.hpp"
#include "report/run/steps.hpp"
#include "report/words.hpp"

namespace moshimo::report {

void RunPage::getting_back() {
  const scenarios::StrategyRun* run = &answer_.main_run();
  if (run->response.strategy == Strategy::none) run = answer_.run_of(Strategy::full);
  if (!run) return;
  if (answer_.noticed_after.is_forever()) return;
  const std::string gone = destroyed_text(figures_of(system_, *run, answer_.first_fault));
  std::vector<std::string> final;
  std::vector<std::string> later;  // gone only because nothing of this response brings it back
  const Timeline& timeline = run->response.outcome.timeline;
  for (const ConditionId c : gone_for_good(system_, timeline)) {
    const SimTime at = timeline.conditions[c.value].back().at;
    const std::string name = code(name_in(system_, system_.conditions[c].component));
    if (at <= answer_.first_fault + answer_.noticed_after) {
      final.push_back(name);
    } else {
      later.push_back(fmt::format("{} (after {})", name, when(at)));
    }
  }
  if (is_harmless() || (run->response.steps.empty() && final.empty() && later.empty())) return;
  page_.heading("Getting back");
  if (!final.empty()) {
    page_.paragraph(fmt::format("{} cannot be brought back by then: only something new in {} place helps{}.",
                                listing(final, 6), final.size() == 1 ? "its" : "their",
                                gone.empty() ? "" : ", and " + gone));
  }
  if (!later.empty()) {
    page_.paragraph(fmt::format("Nothing in these steps brings back {}; then {} gone for good.", listing(later, 6),
                                later.size() == 1 ? "it is" : "they are"));
  }
  if (run->response.steps.empty()) return;
  if (answer_.first_fault + answer_.noticed_after >= answer_.scenario->horizon) {
    page_.paragraph(fmt::format("It is noticed after {}, when the run ends: a longer {} shows the way back.",
                                precise_text(answer_.noticed_after), code("horizon")));
    return;
  }
  const Responders& r = answer_.scenario->response;
  const bool follows = run->response.strategy == Strategy::runbook;
  page_.paragraph(
      fmt::format("Noticed after {}; {}; {}. Words in <angle{}brackets> are yours "
                  "to fill in.",
                  precise_text(answer_.noticed_after), counted(r.count, "person", "people"),
                  follows ? "as the runbook says" : "what is lost first is mended first", hard_space));
  const StepPage steps(answer_, style_, page_, [this](FactId id) { return fact(id); });
  std::size_t number = 0;
  for (const Step& s : run->response.steps) {
    page_.gap();
    ++number;
    page_.step(fmt::format("{:>2}.", number), steps.time_of(s) + (s.in_vain ? "  " + bad("in vain") : ""));
    steps.write(s, number);
  }
  page_.gap();
  const Figures f = figures_of(system_, *run, answer_.first_fault);
  if (f.restored.is_forever()) {
    page_.paragraph("After these steps something is still broken; the table below says how much.");
    return;
  }
  const SimTime back = answer_.first_fault + f.restored;
  if (f.restored == Duration{} || fails_nothing()) {
    page_.paragraph("Nothing that is modelled fails meanwhile.");
    return;
  }
  std::string text = fmt::format("Everything works again {} after the first fault", strong(minute_text(f.restored)));
  if (clock_.is_set()) text += fmt::format(" ({})", clock_.full(back));
  SimTime last;
  for (const Step& s : run->response.steps) last = std::max(last, s.done);
  if (last > back) text += fmt::format("; the last step is done after {}", precise_text(last - answer_.first_fault));
  page_.paragraph(text + ".");
  // What comes right by itself after the last step.
  for (const Effect& e : run->findings.effects) {
    if (e.to != back || e.to <= last + Duration::minutes(1) || e.chain.empty()) continue;
    page_.paragraph(
        fmt::format("The last step is done after {}. Until the end {} is {}, which comes right by itself: {}.",
                    precise_text(last - answer_.first_fault), code(name_in(system_, e.component)), kind_text(e.kind),
                    cause(e.chain)));
    break;
  }
  // When what waited has been worked off.
  SimTime caught_up;
  std::vector<std::string> behind;
  for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
    const HopLedger& ledger = run->response.outcome.hops[h];
    if (ledger.late <= 1 || ledger.caught_up < std::max(back, last) + Duration::minutes(5)) continue;
    const Hop& hop = system_.hops[HopId(h)];
    behind.push_back(code(hop.component.is_set() ? name_in(system_, hop.component) : clean(hop.name)));
    caught_up = std::max(caught_up, ledger.caught_up);
  }
  if (behind.empty()) return;
  const bool never = caught_up + Duration::minutes(1) >= answer_.scenario->horizon;
  page_.paragraph(fmt::format("What waited meanwhile is worked off {}: {}.",
                              never ? "not before the end of the run"
                                    : fmt::format("only after {}", minute_text(caught_up - answer_.first_fault)),
                              listing(behind, 6)));
}

void RunPage::other_order() {
  const scenarios::StrategyRun* run = &answer_.main_run();
  if (run->response.strategy == Strategy::none) run = answer_.run_of(Strategy::full);
  if (!run || run->response.strategy == Strategy::runbook || run->response.steps.size() < 2 || is_harmless()) return;
  page_.paragraph(dim(fmt::format("{} looks for a better order of these steps; its numbers are then others.",
                                  code("moshimo recover"))));
}

void RunPage::own_runbook() {
  if (!answer_.runbook) return;
  const scenarios::BestPlan& best = *answer_.best_plan;
  page_.heading("Your runbook");
  page_.paragraph(fmt::format(
      "{} {}", runbook_toll(answer_, best.run),
      dim(best.tried == 0
              ? std::string("That plan does every step as soon as it can be, what is lost first first: no other order "
                            "of them can save more.")
              : fmt::format("That plan does every step, in the best order known. {}",
                            orders_text(best.tried, best.is_exact, best.is_finished)))));
  for (const std::string& text : runbook_faults(answer_, *answer_.runbook)) page_.item(text);
}

}  // namespace moshimo::report
