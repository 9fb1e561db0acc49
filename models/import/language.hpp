// Whose names for types and attributes a file uses, and where the catalogue says what they mean.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/catalogue.hpp"

namespace moshimo::models::importing {

enum class Language : std::uint8_t { terraform, cloudformation };
constexpr std::array<Language, 2> languages = {Language::terraform, Language::cloudformation};

inline const std::vector<ImportPath>& import_paths(const AttributeDef& attribute, Language l) {
  return l == Language::terraform ? attribute.terraform : attribute.cloudformation;
}
inline const std::vector<ImportSource>& import_sources(const TypeDef& type, Language l) {
  return l == Language::terraform ? type.terraform : type.cloudformation;
}

// Types of the two languages never have the same name.
inline const TypeDef* find_imported(const Catalogue& catalogue, std::string_view resource_type) {
  const TypeDef* type = catalogue.find_terraform(resource_type);
  return type ? type : catalogue.find_cloudformation(resource_type);
}
inline bool is_part(const Catalogue& catalogue, std::string_view resource_type) {
  return catalogue.is_part_in_terraform(resource_type) || catalogue.is_part_in_cloudformation(resource_type);
}

}  // namespace moshimo::models::importing
