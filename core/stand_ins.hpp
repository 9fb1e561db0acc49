// What can take the place of something that does not come back: one of several conditions of which one is enough, that
// did not hold at the start and that a repair brings about. Nobody needs it before the others are lost.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/control.hpp"
#include "core/repair_plan.hpp"
#include "core/system.hpp"

namespace moshimo {

class StandIns {
 public:
  // `repairs_of`: condition -> the repairs that may be done and restore it; part of `plan`, which has to live as long.
  StandIns(const ControlPlane& control, const System& system, const RepairPlan& plan, const Adjacency& repairs_of)
      : control_(control), system_(system), plan_(plan), repairs_of_(repairs_of) {}

  // It does not hold, and something that it helps to stand in for has fallen, cannot come back and is missed.
  bool is_needed(ConditionId c) const;

  // Repairs that may be needed now that it has fallen. What can stand in for it is known from then on.
  const std::vector<std::uint32_t>& repairs_after(ConditionId fallen);

  // What it helps to bring about.
  std::vector<ConditionId> served_by(ConditionId c) const;

 private:
  struct Purpose {
    const Need* choice = nullptr;  // one of `RepairPlan::choices`: what is met by either
    ConditionId original;
    ConditionId stand_in;
    auto operator<=>(const Purpose&) const = default;
  };
  void serve(ConditionId c, const Purpose& purpose, std::vector<std::uint32_t>& repairs);
  bool never_held(ConditionId c) const { return !control_.starting_value(c); }
  bool can_hold(ConditionId c) const;
  bool can_hold(const Needs& needs) const;
  bool can_be_repaired(ConditionId c) const;

  const ControlPlane& control_;
  const System& system_;
  const RepairPlan& plan_;
  const Adjacency& repairs_of_;
  std::map<std::uint32_t, std::vector<Purpose>> purposes_;  // condition -> what it serves, of what has fallen
  std::map<std::uint32_t, std::vector<std::uint32_t>> repairs_after_;  // of what has fallen once
  mutable std::map<std::uint32_t, bool> can_hold_;                     // as of the last change seen
  mutable std::size_t seen_changes_ = 0;
};

}  // namespace moshimo
