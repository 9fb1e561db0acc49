#include "models/type_names.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models {

const TypeDef* type_called(const Catalogue& catalogue, std::string_view name) {
  if (const TypeDef* type = catalogue.find_terraform(name)) return type;
  if (const TypeDef* type = catalogue.find_cloudformation(name)) return type;
  const TypeDef* found = nullptr;
  for (const std::string_view known : catalogue.type_names()) {
    const std::size_t colon = known.find(':');
    if (known.substr(0, colon) != name && known.substr(colon + 1) != name) continue;
    if (found) return nullptr;
    found = catalogue.find_type(known);
  }
  return found;
}

std::string hint_on_type(const Catalogue& catalogue, std::string_view name) {
  if (const TypeDef* type = type_called(catalogue, name)) return fmt::format("; it is called {} here", type->name);
  std::string nearest = input::did_you_mean(name, catalogue.type_names());
  if (!nearest.empty()) return nearest;
  std::string types;
  const std::string_view service = name.substr(0, name.find(':'));
  for (const std::string_view known : catalogue.type_names()) {
    if (known.substr(0, known.find(':')) != service) continue;
    types += fmt::format("{}{}", types.empty() ? "" : ", ", known);
  }
  if (!types.empty()) return fmt::format("; types of {} are {}", service, types);
  return "; `moshimo list types` shows what is";
}

std::string hint_on_attribute(const std::vector<AttributeDef>& attributes, std::string_view name) {
  for (const AttributeDef& a : attributes) {
    for (const auto* paths : {&a.terraform, &a.cloudformation}) {
      const bool is_read = std::any_of(paths->begin(), paths->end(), [&](const ImportPath& path) {
        return path.other_type.empty() && path.steps.size() == 1 && path.steps.front().name == name;
      });
      if (is_read && a.name != name) return fmt::format("; it is called '{}' here", a.name);
    }
  }
  return "";
}

}  // namespace moshimo::models
