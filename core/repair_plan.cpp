#include "core/repair_plan.hpp"

#include "core/apply_order.hpp"
#include "core/brakes.hpp"

namespace moshimo {

RepairPlan::RepairPlan(const System& system)
    : may_take_for_gone(!repairs_before_applying(system).empty()), opens(system.conditions.size(), false) {
  note_repairs(system);
  note_choices(system);
  for (const Hop& hop : system.hops) {
    for (const Fallback& f : hop.fallbacks) {
      if (const ConditionId c = opening_of(system, f); c.is_set()) opens[c.value] = true;
    }
  }
}

void RepairPlan::note_repairs(const System& system) {
  restored_by.reset(system.conditions.size());
  restored_by_apply.reset(system.conditions.size());
  restarted_by.reset(system.processes.size());
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    for (const ConditionId c : repair.restores) {
      restored_by.add(c.value, r);
      if (repair.by_apply) restored_by_apply.add(c.value, r);
    }
    if (repair.restarts.is_set()) restarted_by.add(repair.restarts.value, r);
  }
  restored_by.finish();
  restored_by_apply.finish();
  restarted_by.finish();
}

void RepairPlan::note_choices(const System& system) {
  choices_of.reset(system.conditions.size());
  const auto collect = [this](const Needs& needs) {
    for (const Need& need : needs) {
      if (need.alternatives.empty()) continue;
      const auto index = static_cast<std::uint32_t>(choices.size());
      choices_of.add(need.condition.value, index);
      for (const ConditionId c : need.alternatives) choices_of.add(c.value, index);
      choices.push_back(&need);
    }
  };
  for (const Condition& c : system.conditions) collect(c.follows);
  for (const Hop& h : system.hops) collect(h.needs);
  for (const Process& p : system.processes) {
    collect(p.start);
    collect(p.run);
    collect(p.healthy);
  }
  choices_of.finish();
}

}  // namespace moshimo
