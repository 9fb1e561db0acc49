#include <fmt/format.h>

#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/run/rows.hpp"
#include "report/words.hpp"

namespace moshimo::report {

void RunPage::timeline() {
  if (answer_.faults.empty()) return;
  const Duration whole = answer_.scenario->horizon - answer_.first_fault;
  constexpr std::size_t most_rows = 24;
  const auto draw = [&](const std::string& title, const scenarios::StrategyRun& run) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    // Once everything works again the rest of the run shows nothing.
    TimelineSpan span{whole, std::nullopt};
    if (!f.restored.is_forever()) {
      const Duration noticed = answer_.noticed_after;
      if (run.response.strategy != Strategy::none && f.restored > noticed) {
        span = {std::min(whole, f.restored + Duration::microseconds((f.restored - noticed).us() / 50)), noticed};
      } else {
        span.end = std::min(whole, timeline_end(Duration::microseconds(f.restored.us() / 20 * 21)));
      }
    }
    const std::vector<TimelineRow> rows =
        timeline_of(system_, run.findings, answer_.first_fault, answer_.scenario->horizon, faulted_,
                    f.restored.is_forever(), most_rows);
    if (rows.empty()) return;
    page_.heading(title);
    page_.drawing([rows, span](std::size_t width, bool ascii) { return draw_timeline(rows, span, width, ascii); });
    page_.gap();
    page_.paragraph(timeline_legend(rows, style_.ascii), 1);
    for (const TimelineRow& row : rows) {
      if (row.hidden.empty()) continue;
      std::vector<std::string> hidden;
      for (const std::string& n : row.hidden) hidden.push_back(code(n));
      page_.paragraph(fmt::format("{}: also {}", row.label, listing(hidden, 12)), 1);
    }
  };
  draw("If nobody acts (time since the first fault)", answer_.nobody_acts());
  const scenarios::StrategyRun& main = answer_.main_run();
  if (main.response.strategy != Strategy::none && !answer_.noticed_after.is_forever()) {
    draw(fmt::format("With the response ({}, noticed after {})", strategy_text(main.response.strategy),
                     for_terminal(precise_text(answer_.noticed_after), false)),
         main);
  }
}

}  // namespace moshimo::report
