// What goes with a condition: all that follows it and has nothing else to hold on to.
#pragma once

#include <vector>

#include "core/flow_plan.hpp"
#include "core/system.hpp"

namespace moshimo {

class Falls {
 public:
  explicit Falls(const System& system);

  // By condition; itself included. Of a need that one of several meets all of them have to fall.
  std::vector<bool> with(ConditionId condition) const;

 private:
  const System& system_;
  Adjacency followers_;  // condition -> conditions that follow it
};

}  // namespace moshimo
