#include "report/report.hpp"

#include "report/json.hpp"
#include "report/run/page.hpp"

namespace moshimo::report {

std::string run_report(const scenarios::Answer& answer, const Style& style) {
  if (style.form == Form::json) return run_json(answer, style);
  Page page;
  RunPage run(answer, style, page);
  run.title();
  run.headline();
  run.timeline();
  run.what_breaks();
  run.not_fixed_by_restoring();
  run.points_of_no_return();
  run.getting_back();
  run.other_order();
  run.strategies();
  run.own_runbook();
  run.what_ifs();
  run.guards();
  run.sweep();
  run.who_is_told();
  run.what_you_would_see();
  run.objectives();
  run.expectations();
  run.assumptions();
  run.footer();
  return page.render(style);
}

}  // namespace moshimo::report
