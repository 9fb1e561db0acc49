// How the options of a command are listed: names on the left, sentences that fit the line on the right.
#pragma once

#include <cstddef>
#include <memory>

namespace CLI {
class FormatterBase;
}

namespace moshimo::cli {

// `width`: columns of the terminal.
std::shared_ptr<CLI::FormatterBase> help_formatter(std::size_t width);

}  // namespace moshimo::cli
