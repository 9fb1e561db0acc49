// From the tree of a type, traits merged in, to its definition.
#pragma once

#include "models/catalogue.hpp"
#include "models/catalogue_tree.hpp"

namespace moshimo::models {

TypeDef read_type(const std::string& name, const CatalogueTrees::Type& type,
                  const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
                  input::Diagnostics& diagnostics);
FactDef read_fact(const CatalogueTrees::Fact& fact, input::Diagnostics& diagnostics);

// `a.b[]`, `attr#json.key`, `TYPE(joining):path`, `* 1s`, `rate(...)`...
std::optional<ImportPath> parse_import_path(std::string_view text, std::string* mistake);

}  // namespace moshimo::models
