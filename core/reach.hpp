// How far each of many nodes reaches: 512 searches at once, a bit of each node for every one of them.
//
// Nodes in a circle reach the same, so that circles count as one node; what is left has an order, and one pass along it
// hands on the bits of all searches together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/dependencies.hpp"

namespace moshimo {

// For each start the number of other nodes that can be reached from it; those before `first_counted` are only on the
// way.
std::vector<std::uint32_t> reach_of_each(std::uint32_t nodes, const std::vector<Graph::Edge>& edges,
                                         std::span<const std::uint32_t> starts, std::uint32_t first_counted = 0);

}  // namespace moshimo
