#include "report/diagnose.hpp"

#include <CLI/CLI.hpp>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_diagnose(CLI::App& app) {
  struct Options {
    std::string inventory;
    std::vector<std::string> seen;
    std::vector<std::string> not_seen;
    std::vector<std::string> changed;
    std::string horizon = "1d";
  };
  auto options = std::make_shared<Options>();
  app.add_option("inventory", options->inventory, "an inventory file, or `-`")->required();
  app.add_option(
         "--seen", options->seen,
         "what is seen: words of an error, a metric, an event; or COMPONENT: words; with @ 10m when it first showed, "
         "counted from the first sign")
      ->required();
  app.add_option("--not-seen", options->not_seen, "what was looked for and is not seen");
  app.add_option("--changed", options->changed, "what is known to have changed, by name or ARN: these come first")
      ->delimiter(',');
  app.add_option("--horizon", options->horizon, "how long ago it may have happened; a day by itself")
      ->check(a_horizon());
  return [options](const Common& common) {
    World world = world_of(options->inventory, options->changed, common);
    const auto compiled = std::make_shared<models::Compiled>(std::move(world.compiled));
    scenarios::DiagnosisInput input;
    input::Diagnostics diagnostics;
    for (const std::string& text : options->seen)
      input.seen.push_back(scenarios::sign_of(*compiled, text, diagnostics));
    for (const std::string& text : options->not_seen)
      input.not_seen.push_back(scenarios::sign_of(*compiled, text, diagnostics));
    diagnostics.throw_if_errors();
    input.changed = world.named;
    input.horizon = SimTime::after_start(duration_of(options->horizon));
    common.write(report::diagnosis_report(scenarios::diagnose(compiled, input), common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
