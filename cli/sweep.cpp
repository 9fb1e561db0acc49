#include "report/sweep.hpp"

#include <CLI/CLI.hpp>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_sweep(CLI::App& app) {
  struct Options {
    std::string scenario;
    std::vector<std::string> vary;
    std::string points;
  };
  auto options = std::make_shared<Options>();
  app.add_option("scenario", options->scenario, "a scenario file, `-`, or the name of one in the library")->required();
  app.add_option("--vary", options->vary,
                 "NAME=LOW..HIGH or NAME=A,B,C, once or twice: detect, responders, horizon, faults[0].at, "
                 "RESOURCE.ATTRIBUTE; the scenario's own sweep unless given")
      ->take_all()
      ->check(Check([](const std::string& text) {
        input::Diagnostics mistakes;
        scenarios::parse_vary(text, mistakes);
        return mistakes.has_errors() ? mistakes.errors().front().message : std::string();
      }));
  app.add_option("--points", options->points, "values of a range: 25 of one, 9 of each of two, unless given")
      ->check(number_from(2, 1000));
  return [options](const Common& common) {
    input::Diagnostics diagnostics;
    std::vector<scenarios::Vary> varied;
    for (const std::string& text : options->vary) {
      if (auto vary = scenarios::parse_vary(text, diagnostics)) varied.push_back(std::move(*vary));
    }
    if (varied.size() > 2) throw UsageError("--vary: one or two things can be varied at a time; leave out the others");
    scenarios::Scenario scenario = scenarios::read_scenario(find_scenario(options->scenario), diagnostics);
    if (varied.empty()) varied = scenario.sweep;
    if (varied.empty() && !diagnostics.has_errors()) {
      diagnostics.error({}, "nothing is varied; add --vary, as in `--vary detect=5m..10d`");
    }
    scenario.sweep.clear();
    scenario.what_if.clear();
    scenario.expect.clear();
    const scenarios::Answer& base =
        answer_for(std::make_shared<const scenarios::Scenario>(std::move(scenario)), common, diagnostics, &varied);
    scenarios::SweepOptions how;
    how.points = options->points.empty() ? 0 : static_cast<std::size_t>(std::stoul(options->points));
    static scenarios::Sweep sweep;
    sweep = scenarios::sweep(base, varied, common.catalogue(), how, diagnostics);
    diagnostics.throw_if_errors();
    if (common.form == "csv")
      common.write_data(report::sweep_csv(sweep));
    else
      common.write(report::sweep_report(sweep, common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
