#include <CLI/CLI.hpp>

#include "cli/answering.hpp"
#include "cli/command.hpp"
#include "core/dependencies.hpp"

namespace moshimo::cli {

Job declare_blast(CLI::App& app) {
  struct Options {
    std::string inventory;
    std::vector<std::string> names;
    bool reverse = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("inventory", options->inventory, "an inventory file, or `-`")->required();
  app.add_option("names", options->names, "what goes: roles, keys, or any other component, by name or ARN")->required();
  app.add_flag("--reverse", options->reverse, "what these depend on, instead of who depends on them");
  return [options](const Common& common) {
    const World world = world_of(options->inventory, options->names, common);
    Dependencies dependencies(world.compiled.system);
    report::BlastView view;
    view.compiled = &world.compiled;
    view.starts = world.named;
    view.reverse = options->reverse;
    view.reached =
        options->reverse ? dependencies.dependencies_of(view.starts) : dependencies.dependents_of(view.starts);
    common.write(report::blast_report(view, common.style()));
    return done;
  };
}

Job declare_graph(CLI::App& app) {
  auto inventory = std::make_shared<std::string>();
  app.add_option("inventory", *inventory, "an inventory file, or `-`")->required();
  return [inventory](const Common& common) {
    const World world = world_of(*inventory, {}, common);
    const Dependencies dependencies(world.compiled.system);
    common.write(common.form == "json" ? report::graph_json(world.compiled, dependencies, common.style())
                                       : report::graph_text(world.compiled, dependencies, common.form == "mermaid"));
    return done;
  };
}

}  // namespace moshimo::cli
