// Single points of failure: what every way of some data leads over.
//
// A single point of failure of a component is a principal or key without which no data reaches it by any way, or
// without which nobody can read the data it keeps. It is found without time: what falls when the one is gone, where
// several would do only when all of these fall; and of the ways to a component what all have in common. That is the
// dominators of the flow of data, with all hops that fall with one principal taken as one node.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/system.hpp"

namespace moshimo {

// What one of several actions, each alone, does to the data of a component.
struct CutOff {
  ComponentId component;
  std::uint32_t action = 0;   // its place in the list that was asked about
  std::uint32_t ways = 0;     // by which data comes to the component from next to it; 0: it is about data it keeps
  StoreId store;              // of data it keeps
  bool among_others = false;  // others of the list break only a part of it
};

// Two of them that only together take something away: each alone leaves another way.
struct OnlyTogether {
  std::uint32_t one = 0;  // the lower place
  std::uint32_t other = 0;
  auto operator<=>(const OnlyTogether&) const = default;
};

struct SinglePoints {
  std::vector<CutOff> cut_off;      // by component, action
  std::vector<OnlyTogether> pairs;  // ascending; only where it was asked for
};

SinglePoints single_points(const System& system, const std::vector<ActionId>& actions, bool with_pairs = false);

}  // namespace moshimo
