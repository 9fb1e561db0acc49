// The language of import paths: `a.b[]`, `attr#json.key`, `TYPE(joining):path`, `* 1s`, `rate(...)`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/catalogue.hpp"

namespace moshimo::models {

std::optional<ImportPath> parse_import_path(std::string_view text, std::string* mistake);

}  // namespace moshimo::models
