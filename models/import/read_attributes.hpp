// Which attributes of the types of the files the catalogue reads something from, by their names at the root.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "models/import/language.hpp"

namespace moshimo::models::importing {

using AttributeNames = std::set<std::string, std::less<>>;

// Of a resource that is a component of `type`, or of one that is part of such a component.
AttributeNames read_from_component(const TypeDef& type, const std::string& resource_type, Language language,
                                   const Catalogue& catalogue);
AttributeNames read_from_part(const TypeDef& type, const std::string& resource_type);

}  // namespace moshimo::models::importing
