// Bytes as they come from a file, made into UTF-8 text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace moshimo::input {

struct EncodingProblem {
  std::size_t offset = 0;
  std::string message;
};

// Skips a byte-order mark and transcodes UTF-16 in place; says why the bytes are no text.
std::optional<EncodingProblem> make_utf8(std::string& text);

}  // namespace moshimo::input
