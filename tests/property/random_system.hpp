// Random systems with a script each, written in the language of tests/unit/support/system_text.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"

namespace moshimo {

struct RandomCase {
  std::string_view family;
  std::string system;
  std::string script;
  SimTime horizon;
};

// The same seed gives the same case; `scale` multiplies rates, drains, capacities, room and impulses, and nothing else.
// Seeds that follow each other go through the families in turn.
RandomCase random_case(std::uint64_t seed, double scale = 1);

const std::vector<std::string_view>& families();

// Queues and dead letters whose time is set anew while data waits in them. Not among the families, so that these keep
// their seeds.
RandomCase random_settings(std::uint64_t seed, double scale = 1);
// Queues that are deleted and made again, likewise.
RandomCase random_made_again(std::uint64_t seed, double scale = 1);
// Places that are opened while hops fail, likewise.
RandomCase random_brakes(std::uint64_t seed, double scale = 1);

}  // namespace moshimo
