// What can take the place of something that does not come back: one of several conditions of which one is enough, that
// did not hold at the start and that a repair brings about. Nobody needs it before the others are lost.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/control.hpp"
#include "core/flow_plan.hpp"
#include "core/system.hpp"

namespace moshimo {

class StandIns {
 public:
  // `repairs_of`: condition -> the repairs that may be done and restore it.
  StandIns(const ControlPlane& control, const System& system, const Adjacency& repairs_of);

  struct Purpose {
    ConditionId original;
    ConditionId stand_in;
    auto operator<=>(const Purpose&) const = default;
  };
  // condition -> what it serves
  const std::map<std::uint32_t, std::vector<Purpose>>& purposes() const { return purposes_; }

  // It does not hold, and something that it helps to stand in for has fallen and cannot come back.
  bool is_needed(ConditionId c) const;

  // Repairs that may be needed once it has fallen.
  const std::vector<std::uint32_t>& repairs_after(ConditionId fallen) const;

 private:
  void collect(const Needs& needs);
  void serve(ConditionId c, const Purpose& purpose);
  bool never_held(ConditionId c) const { return !control_.starting_value(c); }
  bool can_hold(ConditionId c) const;
  bool can_hold(const Needs& needs) const;
  bool can_be_repaired(ConditionId c) const;

  const ControlPlane& control_;
  const System& system_;
  const Adjacency& repairs_of_;
  std::map<std::uint32_t, std::vector<Purpose>> purposes_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> repairs_after_;
  mutable std::map<std::uint32_t, bool> can_hold_;  // as of the last change seen
  mutable std::size_t seen_changes_ = 0;
};

}  // namespace moshimo
