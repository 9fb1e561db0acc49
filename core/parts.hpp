// What a component is a part of.
#pragma once

#include "core/system.hpp"

namespace moshimo {

// The whole that it belongs to, itself where it is no part.
inline ComponentId outermost(const System& system, ComponentId c) {
  while (system.components[c].parent.is_set()) c = system.components[c].parent;
  return c;
}

// The one is the other, or a part of it.
inline bool is_within(const System& system, ComponentId part, ComponentId whole) {
  while (part.is_set() && part != whole) part = system.components[part].parent;
  return part.is_set();
}

}  // namespace moshimo
