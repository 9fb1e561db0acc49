#include "core/stand_ins.hpp"

#include <algorithm>

namespace moshimo {

const std::vector<std::uint32_t>& StandIns::repairs_after(ConditionId fallen) {
  const auto [at, is_new] = repairs_after_.try_emplace(fallen.value);
  std::vector<std::uint32_t>& repairs = at->second;
  if (!is_new || never_held(fallen)) return repairs;
  for (const std::uint32_t index : plan_.choices_of.of(fallen.value)) {
    const Need& need = *plan_.choices[index];
    const auto consider = [&](ConditionId other) {
      if (never_held(other) && !plan_.opens[other.value]) serve(other, {&need, fallen, other}, repairs);
    };
    consider(need.condition);
    for (const ConditionId other : need.alternatives) consider(other);
  }
  return repairs;
}

// It, what it follows, and what the repairs that bring it about ask for.
void StandIns::serve(ConditionId c, const Purpose& purpose, std::vector<std::uint32_t>& repairs) {
  std::vector<Purpose>& mine = purposes_[c.value];
  if (std::find(mine.begin(), mine.end(), purpose) != mine.end()) return;
  mine.push_back(purpose);
  const auto able = repairs_of_.of(c.value);
  repairs.insert(repairs.end(), able.begin(), able.end());
  const auto serve_too = [&](const Needs& needs) {
    for (const Need& need : needs) {
      if (need.alternatives.empty() && never_held(need.condition)) serve(need.condition, purpose, repairs);
    }
  };
  serve_too(system_.conditions[c].follows);
  for (const std::uint32_t r : able) serve_too(system_.repairs[RepairId(r)].requirements);
}

std::vector<ConditionId> StandIns::served_by(ConditionId c) const {
  std::vector<ConditionId> all;
  const auto found = purposes_.find(c.value);
  if (found == purposes_.end()) return all;
  for (const Purpose& p : found->second) all.push_back(p.stand_in);
  return all;
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
    return !control_.holds(*p.choice) && !control_.holds(p.original) && !can_hold(p.original);
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
  const bool is_on_its_way = !control_.holds_from(c).is_never();
  return is_on_its_way || std::any_of(repairs.begin(), repairs.end(), [this](std::uint32_t r) {
           return can_hold(system_.repairs[RepairId(r)].requirements);
         });
}

}  // namespace moshimo
