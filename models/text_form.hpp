// Whether a text has a form that the catalogue names: `https://{ask.url}`, `{account}`.
#pragma once

#include <string>
#include <string_view>

#include "models/expression.hpp"

namespace moshimo::models {

// `{account}` is twelve digits, every other place one word at least of whatever may stand there.
bool has_form(std::string_view text, const Text& form);

// As it is shown to somebody who is to write one: `https://<url>`.
std::string written(const Text& form);

}  // namespace moshimo::models
