#include "report/run/runbook.hpp"

#include <fmt/format.h>

#include "report/layout.hpp"
#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"
#include "scenarios/runbook.hpp"

namespace moshimo::report {

std::vector<std::string> runbook_faults(const scenarios::Answer& answer, const scenarios::RunbookCheck& check) {
  const System& system = answer.system();
  const Response& done = answer.main_run().response;
  const auto name = [&](const Task& t) { return code(clean(scenarios::step_name(system, t))); };
  const auto is_apply = [&](const Step& s) {
    return system.repairs[s.repairs.front()].by_apply && !answer.scenario->response.by_hand;
  };
  std::vector<std::string> sentences;
  for (const auto& v : check.in_vain) {
    const Step& s = done.steps[v.step];
    const std::string which =
        fmt::format("Step {}, {}", v.step + 1, name(is_apply(s) ? Task{} : Task{s.repairs.front()}));
    if (!v.misses.is_set()) {
      sentences.push_back(fmt::format("{}, does nothing: at that time there is nothing for it to do.", which));
      continue;
    }
    std::string text =
        fmt::format("{}, comes too early and does nothing: {}", which, denied_sentence(says(system, v.misses)));
    text += v.is_brought ? fmt::format(". That comes with {}.", name(v.brought_by)) : ".";
    sentences.push_back(std::move(text));
  }
  for (const auto& t : check.applied_too_soon) {
    sentences.push_back(fmt::format("Step {}, {}, comes before {}, though an apply acts on what that takes back: {}.",
                                    t.step + 1, name(Task{}), name(Task{t.before}),
                                    denied_sentence(says(system, system.repairs[t.before].restores.front()))));
  }
  if (!check.missing.empty()) {
    std::vector<std::string> names;
    for (const Task& t : check.missing) names.push_back(name(t));
    sentences.push_back(fmt::format("Missing: {}.", listing(names, 12)));
  }
  return sentences;
}

std::string orders_text(std::size_t tried, bool is_exact, bool is_finished) {
  return fmt::format("{} {} simulated: {}.", count_text(static_cast<double>(tried)),
                     tried == 1 ? "order was" : "orders were",
                     !is_finished ? "not all that could be tried were"
                     : is_exact   ? "all there are"
                                  : "no move of a single step makes this one better");
}

std::string runbook_toll(const scenarios::Answer& answer, const scenarios::StrategyRun& plan) {
  const System& system = answer.system();
  const Figures own = figures_of(system, answer.main_run(), answer.first_fault);
  const Figures best = figures_of(system, plan, answer.first_fault);
  const double more = own.lost + own.refused - best.lost - best.refused;
  std::string text = fmt::format("As it is written, {} lost",
                                 are(own.lost + own.refused, events_text(own.lost + own.refused, strong)));
  if (more >= 0.5) {
    text += fmt::format(", {} more than by the best plan known", bad(count_text(more)));
  } else if (more <= -0.5) {
    text += fmt::format(", {} fewer than by the best plan known", good(count_text(-more)));
  } else {
    text += ", as by the best plan known";
  }
  const auto back = [](const Figures& f) {
    return f.restored.is_forever() ? std::string("not everything works again before the end")
                                   : fmt::format("everything works again after {}", minute_text(f.restored));
  };
  text += own.restored == best.restored ? fmt::format("; {}.", back(own))
                                        : fmt::format("; {} (by that plan: {}).", back(own), back(best));
  if (own.destroyed.size() > best.destroyed.size()) {
    text += fmt::format(" {} for good; that plan keeps {}.",
                        bad(fmt::format("What lay in {} is gone", counted(own.destroyed.size(), "place", "places"))),
                        best.destroyed.empty() ? "it" : "more of it");
  }
  return text;
}

}  // namespace moshimo::report
