#include "scenarios/recover.hpp"

#include <CLI/CLI.hpp>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_recover(CLI::App& app) {
  struct Options {
    std::string scenario;
    std::string search_time = "5s";
  };
  auto options = std::make_shared<Options>();
  app.add_option("scenario", options->scenario, "a scenario file, `-`, or the name of one in the library")->required();
  app.add_option("--search-time", options->search_time,
                 "how long to look for a better order at most, and as long again to measure what steps save; 5s by "
                 "itself")
      ->check(a_duration());
  return [options](const Common& common) {
    const Duration time = duration_of(options->search_time);
    const scenarios::Answer& answer = answer_for(options->scenario, common);
    common.write(report::recover_report(scenarios::recover(answer, time.in_seconds()), common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
