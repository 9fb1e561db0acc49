// The command `rank`.
#pragma once

#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_rank(CLI::App& app);

}  // namespace moshimo::cli
