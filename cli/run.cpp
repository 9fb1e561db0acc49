#include <CLI/CLI.hpp>
#include <fmt/ranges.h>
#include <iostream>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_run(CLI::App& app) {
  auto scenario = std::make_shared<std::string>();
  app.add_option("scenario", *scenario, "a scenario file, `-`, or the name of one in the library")->required();
  return [scenario](const Common& common) {
    const scenarios::Answer& answer = answer_for(*scenario, common);
    common.write(report::run_report(answer, common.style()));
    std::vector<std::string> unmet;
    for (const scenarios::ExpectationResult& e : answer.expectations) {
      if (!e.met) unmet.push_back(e.expectation->text);
    }
    if (unmet.empty()) return done;
    std::cerr << fmt::format("moshimo: {} of {} expectations {} not hold: {}\n", unmet.size(),
                             answer.expectations.size(), unmet.size() == 1 ? "does" : "do", fmt::join(unmet, "; "));
    return gate_failed;
  };
}

Job declare_inspect(CLI::App& app) {
  auto scenario = std::make_shared<std::string>();
  app.add_option("scenario", *scenario, "a scenario file, `-`, or the name of one in the library")->required();
  return [scenario](const Common& common) {
    common.write(report::inspect_json(answer_for(*scenario, common), common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
