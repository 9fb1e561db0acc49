#include <CLI/CLI.hpp>

#include "cli/answering.hpp"
#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_soak(CLI::App& app) {
  struct Options {
    std::string inventory;
    std::vector<std::string> names;
    std::string horizon = "400d";
    std::string look_back = "90d";
  };
  auto options = std::make_shared<Options>();
  app.add_option("inventory", options->inventory, "an inventory file, or `-`")->required();
  app.add_option("names", options->names, "what is to be deleted: users, access keys, roles, keys, by name or ARN")
      ->required();
  app.add_option("--horizon", options->horizon, "how far to look; a year and a month by itself")->check(a_horizon());
  app.add_option("--look-back", options->look_back,
                 "how far a look at the past is asked about, such as when the key was last used")
      ->check(a_duration());
  return [options](const Common& common) {
    const World world = world_of(options->inventory, options->names, common);
    input::Diagnostics diagnostics;
    static scenarios::Soak soak;
    soak = scenarios::soak(world.inventory, world.compiled, world.named, common.catalogue(),
                           SimTime::after_start(duration_of(options->horizon)), diagnostics,
                           duration_of(options->look_back));
    diagnostics.throw_if_errors();
    common.write(report::soak_report(soak, common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
