#include "cli/answering.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "models/policy_files.hpp"
#include "scenarios/varied.hpp"

namespace moshimo::cli {

const scenarios::Answer& answer_for(const std::string& path_or_name, const Common& common) {
  input::Diagnostics diagnostics;
  auto scenario =
      std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(find_scenario(path_or_name), diagnostics));
  return answer_for(std::move(scenario), common, diagnostics);
}

const scenarios::Answer& answer_for(std::shared_ptr<const scenarios::Scenario> scenario, const Common& common,
                                    input::Diagnostics& diagnostics, const std::vector<scenarios::Vary>* varied) {
  if (scenario->inventories.empty()) diagnostics.throw_if_errors();  // else those of the inventory come with them
  const models::Catalogue* catalogue = common.find_catalogue(diagnostics);
  if (!catalogue) {
    const models::Inventory inventory = models::read_inventory(scenario->inventories, diagnostics);
    diagnostics.throw_if_errors();
  }
  static scenarios::Answer answer;
  answer = varied ? scenarios::answer_to_vary(std::move(scenario), *varied, *catalogue, diagnostics)
                  : scenarios::answer(std::move(scenario), *catalogue, diagnostics);
  diagnostics.throw_if_errors();
  common.print_warnings(diagnostics);
  return answer;
}

models::Compiled compile(std::shared_ptr<const models::Inventory> inventory, const models::Catalogue& catalogue,
                         input::Diagnostics& diagnostics) {
  models::Compiled compiled;
  if (!inventory->is_whole || (inventory->resources.empty() && diagnostics.has_errors())) return compiled;
  input::Diagnostics compiling;
  compiled = models::compile(std::move(inventory), catalogue, {}, compiling);
  diagnostics.take(std::move(compiling));
  return compiled;
}

namespace {

// `arn:aws:iam::111122223333:role/path/orders-role`: the service, and the name at the end.
struct Arn {
  std::string service;
  std::string name;
};
std::optional<Arn> arn_of(const std::string& text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (parts.size() < 5 && text.find(':', from) != std::string::npos) {
    const std::size_t colon = text.find(':', from);
    parts.push_back(text.substr(from, colon - from));
    from = colon + 1;
  }
  if (parts.size() < 5) return std::nullopt;
  std::string rest = text.substr(from);
  if (rest.ends_with(":*")) rest.resize(rest.size() - 2);
  return Arn{parts[2], std::move(rest)};
}

// Those a name from outside may stand for: an ARN by its end within its service, an address of Terraform by its type
// and name.
std::vector<ComponentId> meant_by(const World& world, const models::Catalogue& catalogue, const std::string& name) {
  std::vector<ComponentId> found;
  const std::optional<Arn> arn = arn_of(name);
  const std::size_t dot = name.rfind('.');
  const std::size_t before = dot == std::string::npos || dot == 0 ? std::string::npos : name.rfind('.', dot - 1);
  const models::TypeDef* type = nullptr;
  if (!arn && dot != std::string::npos) {
    const std::size_t from = before == std::string::npos ? 0 : before + 1;
    type = catalogue.find_terraform(name.substr(from, dot - from));
  }
  if (!arn && !type) return found;
  const auto& components = world.compiled.system.components;
  for (std::uint32_t c = 0; c < components.size(); ++c) {
    const Component& row = components[ComponentId(c)];
    if (row.parent.is_set()) continue;
    if (arn) {
      const bool ends =
          arn->name == row.name || arn->name.ends_with("/" + row.name) || arn->name.ends_with(":" + row.name);
      const std::string service = row.type.substr(0, row.type.find(':'));
      const bool same_service =
          service == arn->service || (service == "elbv2" && arn->service == "elasticloadbalancing");
      if (row.name == name || (ends && same_service)) found.push_back(ComponentId(c));
    } else if (row.type == type->name && row.name == name.substr(dot + 1)) {
      found.push_back(ComponentId(c));
    }
  }
  return found;
}

// Each once. Those that do not exist are mistakes, told with the nearest, unless they may stand in what `is_partial`
// says could not be read.
std::vector<ComponentId> components_named(const World& world, const models::Catalogue& catalogue,
                                          const std::vector<std::string>& names, bool is_partial,
                                          input::Diagnostics& diagnostics) {
  std::vector<ComponentId> found;
  if (names.empty()) return found;
  std::unordered_map<std::string_view, ComponentId> components;
  for (const Component& row : world.compiled.system.components) {
    components.emplace(row.name, world.compiled.system.components.id_of(row));
  }
  const auto add = [&](ComponentId c) {
    if (std::find(found.begin(), found.end(), c) == found.end()) found.push_back(c);
  };
  for (const std::string& name : names) {
    if (const auto c = components.find(name); c != components.end()) {
      add(c->second);
      continue;
    }
    const std::vector<ComponentId> meant = meant_by(world, catalogue, name);
    if (meant.size() == 1) {
      add(meant.front());
      continue;
    }
    if (is_partial) continue;
    std::vector<std::string_view> known;
    for (const Component& row : world.compiled.system.components) known.push_back(row.name);
    diagnostics.error(
        {}, fmt::format("there is no component '{}' in the inventory{}", name, input::did_you_mean(name, known)));
  }
  return found;
}

}  // namespace

World world_of(const std::string& inventory, const std::vector<std::string>& names, const Common& common) {
  input::Diagnostics diagnostics;
  World world;
  auto written = std::make_shared<models::Inventory>(models::read_inventory({inventory}, diagnostics));
  world.inventory = written;
  const bool is_partial = diagnostics.has_errors();
  const models::Catalogue* catalogue = common.find_catalogue(diagnostics);
  if (!catalogue) diagnostics.throw_if_errors();
  models::read_policy_files(*written, *catalogue, diagnostics);
  world.compiled = compile(world.inventory, *catalogue, diagnostics);
  if (world.compiled.system.components.size() > 0) {
    world.named = components_named(world, *catalogue, names, is_partial, diagnostics);
  }
  diagnostics.throw_if_errors();
  common.print_warnings(diagnostics);
  return world;
}

}  // namespace moshimo::cli
