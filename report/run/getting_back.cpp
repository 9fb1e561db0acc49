#include <algorithm>
#include <fmt/format.h>

#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/run/repairs.hpp"
#include "report/words.hpp"

namespace moshimo::report {

void RunPage::step(const Step& s, std::size_t number) {
  std::string head =
      fmt::format("{} – {}", precise_text(s.start - answer_.first_fault), precise_text(s.done - answer_.first_fault));
  if (clock_.is_set()) head = fmt::format("{} – {}  ({})", clock_.brief(s.start), clock_.brief(s.done).substr(6), head);
  if (answer_.scenario->response.count > 1) head += fmt::format("  person{}{}", hard_space, s.responder + 1);
  page_.step(fmt::format("{:>2}.", number), dim(head));
  bool is_first = true;
  for (const LikeRepairs& g : like_repairs(system_, s.repairs)) {
    if (!is_first) page_.gap();
    is_first = false;
    const Repair& repair = system_.repairs[g.repairs.front()];
    const auto fill = [&](const std::string& text) {
      return clean(filled(text, system_, s, number, clock_, answer_.first_fault));
    };
    const RepairText words = text_of(system_, g.repairs.front());
    std::string title = strong(fill(words.title));
    if (g.repairs.size() > 1) {
      std::vector<std::string> others;
      for (std::size_t i = 1; i < g.repairs.size(); ++i) {
        others.push_back(code(name_in(system_, system_.repairs[g.repairs[i]].component)));
      }
      title += fmt::format("; likewise {}", listing(others, 20));
    }
    title += ".";
    if (repair.fact.is_set()) title += fmt::format(" {}", fact(repair.fact));
    page_.detail(title, 2);
    if (!words.who.empty()) page_.detail(fmt::format("Who: {}.", fill(words.who)), 2);
    if (repair.by_apply && !answer_.scenario->response.by_hand) {
      page_.detail(g.repairs.size() > 1
                       ? fmt::format("Re-applying the infrastructure code does all of this at once. By hand, {} each:",
                                     duration_text(repair.takes))
                       : "Re-applying the infrastructure code does this. By hand:",
                   2);
    }
    if (!words.commands.empty()) {
      std::vector<std::string> lines;
      for (const std::string& c : words.commands) lines.push_back(fill(c));
      page_.commands(std::move(lines), 2);
    }
    if (!words.verify.empty()) {
      page_.detail("Check:", 2);
      page_.commands({fill(words.verify)}, 2);
    }
    if (repair.limits.is_set()) {
      page_.detail(fmt::format("Mind: {} {}", clean(system_.facts[repair.limits].says), fact(repair.limits)), 2);
    }
  }
  if (s.hop.is_set() && s.backlog > 0) {
    std::string text = fmt::format(
        "Brings back {} that arrived from {} to {} after the fault", events_text(s.backlog, plain_text),
        precise_text(gap_from(system_, s) - answer_.first_fault), precise_text(s.gap_to - answer_.first_fault));
    for (const RepairId r : s.repairs) {
      const std::optional<Rate> rate = system_.repairs[r].rate;
      if (!rate || rate->is_unlimited() || rate->per_second() <= 0) continue;
      text += fmt::format(", over {}", duration_text(Duration::seconds(s.backlog / rate->per_second())));
      break;
    }
    page_.detail(text + ".", 2);
  }
}

void RunPage::getting_back() {
  const scenarios::StrategyRun* run = &answer_.main_run();
  if (run->response.strategy == Strategy::none) run = answer_.run_of(Strategy::full);
  if (!run) return;
  const std::string gone = destroyed_text(figures_of(system_, *run, answer_.first_fault));
  std::vector<std::string> final;
  std::vector<std::string> later;  // gone only because nothing of this response brings it back
  const Timeline& timeline = run->response.outcome.timeline;
  for (const ConditionId c : gone_for_good(system_, timeline)) {
    const SimTime at = timeline.conditions[c.value].back().at;
    const std::string name = code(name_in(system_, system_.conditions[c].component));
    if (at <= answer_.first_fault + answer_.scenario->response.time_to_detect) {
      final.push_back(name);
    } else {
      later.push_back(fmt::format("{} (after {})", name, when(at)));
    }
  }
  if (run->response.steps.empty() && final.empty() && later.empty()) return;
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
  const Responders& r = answer_.scenario->response;
  page_.paragraph(
      fmt::format("Noticed after {}; {}; what is lost first is mended first. Words in <angle{}brackets> are yours "
                  "to fill in.",
                  duration_text(r.time_to_detect), counted(r.count, "person", "people"), hard_space));
  std::size_t number = 0;
  for (const Step& s : run->response.steps) {
    page_.gap();
    step(s, ++number);
  }
  page_.gap();
  const Figures f = figures_of(system_, *run, answer_.first_fault);
  if (f.restored.is_forever()) {
    page_.paragraph("After these steps something is still broken; the table below says how much.");
    return;
  }
  const SimTime back = answer_.first_fault + f.restored;
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

}  // namespace moshimo::report
