// From the trees of the catalogue, traits merged in, to its definitions.
#pragma once

#include "models/catalogue.hpp"
#include "models/catalogue_tree.hpp"

namespace moshimo::models {

TypeDef read_type(const std::string& name, const CatalogueTrees::Type& type,
                  const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
                  input::Diagnostics& diagnostics);
FactDef read_fact(const CatalogueTrees::Fact& source, input::Diagnostics& diagnostics);

}  // namespace moshimo::models
