#include "core/stand_ins.hpp"

#include <algorithm>

namespace moshimo {

StandIns::StandIns(const ControlPlane& control, const System& system, const Adjacency& repairs_of)
    : control_(control), system_(system), repairs_of_(repairs_of) {
  for (const Condition& c : system.conditions) collect(c.follows);
  for (const Hop& h : system.hops) collect(h.needs);
  for (const Process& p : system.processes) {
    collect(p.start);
    collect(p.run);
    collect(p.healthy);
  }
  for (auto& [original, repairs] : repairs_after_) {
    std::sort(repairs.begin(), repairs.end());
    repairs.erase(std::unique(repairs.begin(), repairs.end()), repairs.end());
  }
}

void StandIns::collect(const Needs& needs) {
  for (const Need& need : needs) {
    if (need.alternatives.empty()) continue;
    std::vector<ConditionId> all = need.alternatives.list();
    all.push_back(need.condition);
    for (ConditionId original : all) {
      if (never_held(original)) continue;
      for (ConditionId other : all) {
        if (never_held(other)) serve(other, {original, other});
      }
    }
  }
}

// It, what it follows, and what the repairs that bring it about ask for.
void StandIns::serve(ConditionId c, const Purpose& purpose) {
  std::vector<Purpose>& mine = purposes_[c.value];
  if (std::find(mine.begin(), mine.end(), purpose) != mine.end()) return;
  mine.push_back(purpose);
  const auto serve_all = [&](const Needs& needs) {
    for (const Need& need : needs) {
      if (need.alternatives.empty() && never_held(need.condition)) serve(need.condition, purpose);
    }
  };
  serve_all(system_.conditions[c].follows);
  std::vector<std::uint32_t>& repairs = repairs_after_[purpose.original.value];
  for (const std::uint32_t r : repairs_of_.of(c.value)) {
    repairs.push_back(r);
    for (const Need& need : system_.repairs[RepairId(r)].requirements) {
      if (need.alternatives.empty() && never_held(need.condition)) serve(need.condition, purpose);
    }
  }
}

const std::vector<std::uint32_t>& StandIns::repairs_after(ConditionId fallen) const {
  static const std::vector<std::uint32_t> none;
  const auto found = repairs_after_.find(fallen.value);
  return found == repairs_after_.end() ? none : found->second;
}

bool StandIns::is_needed(ConditionId c) const {
  if (control_.holds(c)) return false;
  const auto found = purposes_.find(c.value);
  if (found == purposes_.end()) return false;
  if (seen_changes_ != control_.transitions().size()) {
    seen_changes_ = control_.transitions().size();
    can_hold_.clear();
  }
  return std::any_of(found->second.begin(), found->second.end(), [this](const Purpose& p) {
    return !control_.holds(p.original) && !control_.holds(p.stand_in) && !can_hold(p.original);
  });
}

// It holds, will come right by itself, or somebody can put it right: what stands in for it is not counted.
bool StandIns::can_hold(ConditionId c) const {
  if (control_.holds(c)) return true;
  const auto [known, is_new] = can_hold_.emplace(c.value, false);  // a circle of repairs leads nowhere
  if (!is_new) return known->second;
  const Condition& row = system_.conditions[c];
  bool result = false;
  switch (row.kind) {
    case Condition::Kind::free: result = can_be_repaired(c); break;
    case Condition::Kind::staffed: result = true; break;
    case Condition::Kind::derived:
      switch (row.rises) {
        case Condition::Rises::never: break;
        case Condition::Rises::by_repair: result = can_hold(row.follows) && can_be_repaired(c); break;
        case Condition::Rises::after_delay: result = can_hold(row.follows); break;
      }
      break;
  }
  return can_hold_[c.value] = result;
}

bool StandIns::can_hold(const Needs& needs) const {
  return std::all_of(needs.begin(), needs.end(), [this](const Need& need) {
    if (can_hold(need.condition)) return true;
    return std::any_of(need.alternatives.begin(), need.alternatives.end(),
                       [this](ConditionId c) { return !never_held(c) && can_hold(c); });
  });
}

bool StandIns::can_be_repaired(ConditionId c) const {
  const auto repairs = repairs_of_.of(c.value);
  const bool is_on_its_way = !control_.holds_from({Need{ErrorClass::unavailable, c, {}}}).is_never();
  return is_on_its_way || std::any_of(repairs.begin(), repairs.end(), [this](std::uint32_t r) {
           return can_hold(system_.repairs[RepairId(r)].requirements);
         });
}

}  // namespace moshimo
