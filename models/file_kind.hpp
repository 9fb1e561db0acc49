// What kind of file somebody gave, told by its keys, so that a wrong one is named and not taken apart.
#pragma once

#include <cstdint>
#include <string>

#include "input/document.hpp"

namespace moshimo::models {

enum class FileKind : std::uint8_t {
  inventory,
  scenario,
  catalogue,
  plan,    // `terraform show -json` of a plan
  state,   // of a state, or a .tfstate file
  report,  // what a command of this program wrote as JSON
  stack,   // a CloudFormation template
  unknown,
};

FileKind kind_of(const input::Document& document);

// Whether the document is of another known kind; then an error says what it is and which command reads it.
bool is_another_kind(const input::Document& document, FileKind wanted, input::Diagnostics& diagnostics);

}  // namespace moshimo::models
