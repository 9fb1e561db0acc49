// What people at work need to know of the repairs of a system, laid out flat once: what restores what, and what one
// choice of several stands in for.
#pragma once

#include <vector>

#include "core/flow_plan.hpp"
#include "core/system.hpp"

namespace moshimo {

struct RepairPlan {
  explicit RepairPlan(const System& system);

  Adjacency restored_by;           // condition -> repairs that restore it
  Adjacency restored_by_apply;     // condition -> those of them that re-applying the infrastructure code does
  Adjacency restarted_by;          // process -> repairs that restart it
  bool may_take_for_gone = false;  // an apply may act on what people would put right first (core/apply_order.hpp)

  std::vector<const Need*> choices;  // needs of which one of several is enough
  Adjacency choices_of;              // condition -> those it belongs to
  std::vector<bool> opens;  // by condition: a fallback waits for it; whether it is worth it is another question

 private:
  void note_repairs(const System& system);
  void note_choices(const System& system);
};

}  // namespace moshimo
