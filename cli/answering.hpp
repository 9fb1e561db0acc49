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
// The same for a scenario that has been read, with what was found wrong with it.
const scenarios::Answer& answer_for(std::shared_ptr<const scenarios::Scenario> scenario, const Common& common,
                                    input::Diagnostics& diagnostics,
                                    const std::vector<scenarios::Vary>* varied = nullptr);  // by the caller

// An inventory with its compiled form, which refers to it, and the components that were asked for.
struct World {
  std::shared_ptr<const models::Inventory> inventory;
  models::Compiled compiled;
  std::vector<ComponentId> named;
};

// Throws InputError with every mistake of the inventory, and every name that no component has: components are called
// by name, ARN or Terraform address.
World world_of(const std::string& inventory, const std::vector<std::string>& names, const Common& common);

// With errors in `diagnostics` the compiled form is not to be used. Mistakes of form do not hide those of meaning.
models::Compiled compile(std::shared_ptr<const models::Inventory> inventory, const models::Catalogue& catalogue,
                         input::Diagnostics& diagnostics);

}  // namespace moshimo::cli
