#include <fmt/format.h>

#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

std::string found_text(const scenarios::ExpectationResult& e) {
  if (!scenarios::is_time(e.expectation->figure)) return count_text(e.found);
  return e.found >= 9.2e18 ? "never" : duration_text(Duration::microseconds(static_cast<std::int64_t>(e.found)));
}

}  // namespace

std::vector<std::string> unmet_expectations(const scenarios::Answer& answer) {
  std::vector<std::string> sentences;
  for (const scenarios::ExpectationResult& e : answer.expectations) {
    if (e.met) continue;
    sentences.push_back(
        fmt::format("Expected {}, but it is {}.", code(clean(e.expectation->text)), strong(found_text(e))));
  }
  return sentences;
}

std::string objective_text(const System& system, const Objective& o) {
  std::string achieved = about_text(o.achieved);
  if (achieved == about_text(o.target)) achieved = precise_text(o.achieved);
  const std::string text = o.met                     ? "met with " + achieved
                           : o.achieved.is_forever() ? strong("missed: not over at the end of the run")
                                                     : strong("missed with " + achieved);
  return fmt::format("{} of {}: {}, {}", o.is_rto ? "RTO" : "RPO", code(name_in(system, o.component)),
                     precise_text(o.target), text);
}

void RunPage::objectives() {
  const Findings& findings = answer_.main_run().findings;
  if (findings.objectives.empty() && findings.at_rest.empty()) return;
  page_.heading("Objectives and data at rest");
  for (const Objective& o : findings.objectives) {
    page_.item(fmt::format("{} {}", o.met ? good("✓") : bad("✗"), objective_text(system_, o)));
  }
  for (const AtRest& a : findings.at_rest) {
    const Store& store = system_.stores[a.store];
    std::string text = code(name_in(system_, store.component));
    if (!a.unreadable_from.is_never())
      text += fmt::format(" cannot be read {}", span(a.unreadable_from, a.unreadable_to));
    if (!a.lost_at.is_never()) text += fmt::format("; {} after {}", bad("lost for good"), when(a.lost_at));
    page_.item(text + fmt::format(": {}.", cause(a.chain)));
  }
}

void RunPage::expectations() {
  const std::vector<scenarios::ExpectationResult>& checked = answer_.expectations;
  const std::size_t of_trials = answer_.scenario->expect.size() - checked.size();
  if (checked.size() + of_trials == 0) return;
  page_.heading("Expectations");
  if (!checked.empty()) {
    std::size_t met = 0;
    TextTable table;
    table.columns = {{"met", false}, {"expectation", false, true}, {"found", true}};
    for (const scenarios::ExpectationResult& e : checked) {
      met += e.met ? 1U : 0U;
      const std::string found = found_text(e);
      table.rows.push_back(
          {e.met ? good("✓") : bad("✗"), code(clean(e.expectation->text)), e.met ? dim(found) : strong(found)});
    }
    page_.table(std::move(table));
    page_.gap();
    page_.paragraph(met == checked.size() ? (met == 1 ? std::string("It is met.") : fmt::format("All {} are met.", met))
                                          : bad(fmt::format("{} of {} {} not met.", checked.size() - met,
                                                            checked.size(), checked.size() - met == 1 ? "is" : "are")),
                    1);
  }
  if (of_trials == 0) return;
  page_.paragraph(
      fmt::format("{} of many runs; {} checks {}.", counted(of_trials, "probability is", "probabilities are"),
                  code("run --trials N"), of_trials == 1 ? "it" : "them"),
      1);
}

}  // namespace moshimo::report
