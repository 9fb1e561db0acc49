#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_run(CLI::App& app) {
  auto scenario = std::make_shared<std::string>();
  app.add_option("scenario", *scenario, "a scenario file, `-`, or the name of one in the library")->required();
  return [scenario](const Common& common) {
    const scenarios::Answer answer = answer_for(*scenario, common);
    common.write(report::run_report(answer, common.style()));
    const bool met = std::all_of(answer.expectations.begin(), answer.expectations.end(),
                                 [](const scenarios::ExpectationResult& r) { return r.met; });
    return met ? done : gate_failed;
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
