#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/sweep.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

std::string restored_text(const Figures& f) {
  if (f.restored == Duration{}) return "–";
  return f.restored.is_forever() ? "never" : minute_text(f.restored);
}

}  // namespace

// Where nothing is refused and nothing goes on failing, no column need say so.
void RunPage::compare(TextTable table) {
  const std::string same = told_once(table, {"refused", "still failing"});
  page_.table(std::move(table));
  if (same.empty()) return;
  page_.gap();
  page_.paragraph(same, 1);
}

bool RunPage::fails_nothing() const {
  const Figures idle = figures_of(system_, answer_.nobody_acts(), answer_.first_fault);
  return idle.restored == Duration{} && idle.still_failing == 0;
}

bool RunPage::is_harmless() const {
  if (!fails_nothing()) return false;
  return std::all_of(answer_.runs.begin(), answer_.runs.end(), [&](const scenarios::StrategyRun& run) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    const Breakages hurt = breakages_of(system_, run.findings, faulted_);
    const bool takes_no_more =
        std::all_of(run.response.steps.begin(), run.response.steps.end(), [](const Step& s) { return s.is_apply; });
    return takes_no_more && hurt.broken.empty() && hurt.starved.empty() && f.lost == 0 && f.refused == 0 &&
           f.misdirected == 0 && f.destroyed.empty() && f.unreleased == 0 && run.findings.turning.empty();
  });
}

void RunPage::strategies() {
  if (answer_.faults.empty() || answer_.runs.size() < 2 || is_harmless()) return;
  page_.heading("What each way of reacting loses");
  TextTable table;
  table.columns = {{"reaction", false},        {"events lost", true},          {"longest span lost", true},
                   {"requests refused", true}, {"things still failing", true}, {"backlogs nobody fetched", true},
                   {"works again after", true}};
  const bool misdirects = std::any_of(answer_.runs.begin(), answer_.runs.end(), [](const scenarios::StrategyRun& run) {
    return run.findings.misdirected > 1e-3;
  });
  if (misdirects) table.columns.insert(table.columns.begin() + 2, {"misdirected", true});
  for (const scenarios::StrategyRun& run : answer_.runs) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    table.rows.push_back({(&run == &answer_.main_run() ? strong(strategy_text(run.response.strategy))
                                                       : strategy_text(run.response.strategy)),
                          count_text(f.lost), f.longest.us() > 0 ? about_text(f.longest) : "–", count_text(f.refused),
                          std::to_string(f.still_failing), std::to_string(f.unreleased),
                          fails_nothing() ? "–" : restored_text(f)});
    if (misdirects) table.rows.back().insert(table.rows.back().begin() + 2, count_text(f.misdirected));
  }
  page_.table(std::move(table));
  const Figures idle = figures_of(system_, answer_.nobody_acts(), answer_.first_fault);
  for (const scenarios::StrategyRun& run : answer_.runs) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    if (f.lost <= idle.lost * 1.001 + 1) continue;
    const bool was_refused = f.lost + f.refused <= (idle.lost + idle.refused) * 1.001 + 1;
    page_.gap();
    page_.paragraph(
        fmt::format("{} loses more events than doing nothing, {}.", sentence(strategy_text(run.response.strategy)),
                    was_refused ? "which refuses them before they are taken: what is taken again is lost behind what "
                                  "still fails"
                                : "because what runs again sends again, into what still fails"),
        1);
  }
  for (const scenarios::StrategyRun& run : answer_.runs) {
    const std::string gone = destroyed_text(figures_of(system_, run, answer_.first_fault));
    if (!gone.empty()) page_.paragraph(fmt::format("{}: {}.", strategy_text(run.response.strategy), bad(gone)), 1);
  }
}

void RunPage::what_ifs() {
  if (answer_.what_ifs.empty()) return;
  page_.heading("What if");
  const Figures base = figures_of(system_, answer_.main_run(), answer_.first_fault);
  TextTable table;
  table.columns = {{"variant", false, true}, {"events lost", true},   {"change", true},
                   {"refused", true},        {"still failing", true}, {"works again after", true}};
  // What re-applying alone leaves is told where a variant changes it.
  const scenarios::StrategyRun* base_only = answer_.run_of(Strategy::restore_only);
  if (base_only == &answer_.main_run()) base_only = nullptr;
  const auto after_apply = [](const Figures& f) {
    return fmt::format("{} lost\n{} failing", count_text(f.lost), f.still_failing);
  };
  std::vector<std::string> only;
  if (base_only) only.push_back(after_apply(figures_of(system_, *base_only, answer_.first_fault)));
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    if (!w.restore_only) {
      only.clear();
      break;
    }
    only.push_back(after_apply(figures_of(w.compiled->system, *w.restore_only, answer_.first_fault)));
  }
  const bool tells = std::adjacent_find(only.begin(), only.end(), std::not_equal_to<>()) != only.end();
  if (tells) table.columns.push_back({"if only re-applied", true});
  const bool by_alarms =
      answer_.scenario->response.by_alarms ||
      std::any_of(answer_.what_ifs.begin(), answer_.what_ifs.end(),
                  [](const scenarios::WhatIfRun& w) { return w.what_if->response && w.what_if->response->by_alarms; });
  // Data at rest: a variant may save or destroy what another does not.
  bool destroys = !base.destroyed.empty();
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    destroys = destroys || !figures_of(w.compiled->system, w.run, answer_.first_fault).destroyed.empty();
  }
  if (destroys) table.columns.insert(table.columns.begin() + 3, {"places gone", true});
  if (by_alarms) table.columns.push_back({"noticed after", true});
  const auto row = [&](const std::string& name, const Figures& f, bool is_base, Duration noticed) {
    const double change = f.lost - base.lost;
    std::string text = "–";
    if (!is_base && std::abs(change) > 0.5) {
      text = change < 0 ? good("-" + count_text(-change)) : bad("+" + count_text(change));
    }
    table.rows.push_back(
        {name, count_text(f.lost), text, count_text(f.refused), std::to_string(f.still_failing), restored_text(f)});
    std::vector<std::string>& cells = table.rows.back();
    if (destroys) cells.insert(cells.begin() + 3, std::to_string(f.destroyed.size()));
    if (tells) cells.push_back(only[table.rows.size() - 1]);
    if (by_alarms) cells.push_back(noticed.is_forever() ? "never" : duration_text(noticed));
  };
  row("as it is", base, true, answer_.noticed_after);
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    row(clean(w.what_if->name), figures_of(w.compiled->system, w.run, answer_.first_fault), false, w.noticed_after);
  }
  compare(std::move(table));
  const std::string gone_anyway = destroyed_text(base, system_);
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    const System& system = w.compiled->system;
    const std::string gone = destroyed_text(figures_of(system, w.run, answer_.first_fault), system);
    if (gone.empty() || gone == gone_anyway) continue;
    page_.paragraph(fmt::format("{}: {}.", clean(w.what_if->name), bad(gone)), 1);
  }
}

void RunPage::sweep() {
  if (!answer_.sweep || answer_.sweep->points.empty()) return;
  const scenarios::Sweep& sweep = *answer_.sweep;
  page_.heading(sweep.over_detection() ? "If it is noticed sooner or later" : "With other values");
  double most = 0;
  for (const scenarios::SweepPoint& p : sweep.points) most = std::max(most, p.results.front().figures.lost);
  TextTable table;
  for (const scenarios::Axis& axis : sweep.axes) {
    table.columns.push_back({sweep.over_detection() ? "noticed after" : clean(axis.name), true});
  }
  for (const Column& c : {Column{"events lost", true}, Column{"", false}, Column{"refused", true},
                          Column{"still failing", true}, Column{"works again after", true}}) {
    table.columns.push_back(c);
  }
  for (const scenarios::SweepPoint& p : sweep.points) {
    const Figures& f = p.results.front().figures;
    const int cells = most > 0 ? static_cast<int>(std::lround(f.lost / most * 12)) : 0;
    std::string bar;
    for (int i = 0; i < cells; ++i) bar += style_.ascii ? "#" : "█";
    if (bar.empty() && f.lost > 0) bar = style_.ascii ? "." : "▏";
    std::vector<std::string> row;
    for (std::size_t i = 0; i < p.at.size(); ++i) row.push_back(value_text(sweep.axes[i], p.at[i]));
    for (const std::string& cell : {count_text(f.lost), bad(padded(bar, 12)), count_text(f.refused),
                                    std::to_string(f.still_failing), restored_text(f)}) {
      row.push_back(cell);
    }
    table.rows.push_back(std::move(row));
  }
  compare(std::move(table));
}

}  // namespace moshimo::report
