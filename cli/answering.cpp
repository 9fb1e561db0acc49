#include "cli/answering.hpp"

#include <fmt/format.h>

namespace moshimo::cli {

scenarios::Answer answer_for(const std::string& path_or_name, const Common& common) {
  input::Diagnostics diagnostics;
  auto scenario =
      std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(find_scenario(path_or_name), diagnostics));
  diagnostics.throw_if_errors();
  scenarios::Answer answer = scenarios::answer(std::move(scenario), common.catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  common.print_warnings(diagnostics);
  return answer;
}

World world_of(const std::vector<std::string>& inventories, const Common& common) {
  input::Diagnostics diagnostics;
  World world;
  world.inventory = std::make_shared<const models::Inventory>(models::read_inventory(inventories, diagnostics));
  diagnostics.throw_if_errors();
  world.compiled = models::compile(*world.inventory, common.catalogue(), {}, diagnostics);
  diagnostics.throw_if_errors();
  common.print_warnings(diagnostics);
  return world;
}

std::vector<ComponentId> components_named(const World& world, const std::vector<std::string>& names) {
  input::Diagnostics diagnostics;
  std::vector<ComponentId> found;
  for (const std::string& name : names) {
    const ComponentId c = world.compiled.component(name);
    if (c.is_set()) {
      found.push_back(c);
      continue;
    }
    std::vector<std::string_view> known;
    for (const Component& row : world.compiled.system.components) known.push_back(row.name);
    diagnostics.error(
        {}, fmt::format("there is no component '{}' in the inventory{}", name, input::did_you_mean(name, known)));
  }
  diagnostics.throw_if_errors();
  return found;
}

}  // namespace moshimo::cli
