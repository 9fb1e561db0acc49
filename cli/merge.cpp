#include <CLI/CLI.hpp>
#include <fmt/ranges.h>
#include <iostream>

#include "cli/command.hpp"
#include "scenarios/trial_file.hpp"

namespace moshimo::cli {

Job declare_merge(CLI::App& app) {
  auto files = std::make_shared<std::vector<std::string>>();
  app.add_option("files", *files, "what `moshimo run SCENARIO --trials N --shard I/N -o FILE` wrote, of every I")
      ->required();
  return [files](const Common& common) {
    input::Diagnostics diagnostics;
    std::vector<scenarios::TrialShard> shards;
    for (const std::string& file : *files) {
      if (auto shard = scenarios::read_trial_file(file, diagnostics)) shards.push_back(std::move(*shard));
    }
    diagnostics.throw_if_errors();
    const scenarios::TrialShard all = scenarios::joined(shards, *files, diagnostics);
    diagnostics.throw_if_errors();
    common.write(report::trials_report(all, common.style()));
    const std::vector<std::string> unmet = scenarios::unmet_probabilities(all);
    if (unmet.empty()) return done;
    std::cerr << fmt::format("moshimo: {} of the expected probabilities {} not hold: {}\n", unmet.size(),
                             unmet.size() == 1 ? "does" : "do", fmt::join(unmet, "; "));
    return gate_failed;
  };
}

}  // namespace moshimo::cli
