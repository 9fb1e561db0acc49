// From the files a command is given to what its report is made of; mistakes in them end the command.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "models/compile.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::cli {

// Kept until the program ends: taking the answer about a large account apart would take as long as reading the account.
const scenarios::Answer& answer_for(const std::string& path_or_name, const Common& common);

// An inventory with its compiled form, which refers to it.
struct World {
  std::shared_ptr<const models::Inventory> inventory;
  models::Compiled compiled;
};
World world_of(const std::vector<std::string>& inventories, const Common& common);

// The components of these names, ARNs or Terraform addresses; throws InputError, naming the nearest, for those that do
// not exist.
std::vector<ComponentId> components_named(const World& world, const models::Catalogue& catalogue,
                                          const std::vector<std::string>& names);

}  // namespace moshimo::cli
