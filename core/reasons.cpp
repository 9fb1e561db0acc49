#include "core/reasons.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace moshimo {
namespace {

class Finder {
 public:
  explicit Finder(const System& system) : system_(system) {
    for (const Port& row : system.ports) add(row.needs, row.component);
    for (const Hop& row : system.hops) add(row.needs, row.component);
    for (const Process& row : system.processes) {
      for (const Needs* needs : {&row.start, &row.run, &row.healthy}) add(*needs, row.component);
    }
    for (const Condition& row : system.conditions) add(row.follows, row.component);
    for (const Store& row : system.stores) {
      add(row.readable, row.component);
      for (const std::vector<ConditionId>* list : {&row.lost_with, &row.emptied_by}) {
        for (const ConditionId c : *list) add(c, row.component);
      }
    }
    std::sort(needed_.begin(), needed_.end());
    needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
  }

  // Conditions of `on` among the needs of `dependent`.
  std::vector<ConditionId> between(ComponentId on, ComponentId dependent) const {
    std::vector<ConditionId> found;
    const auto from = std::lower_bound(needed_.begin(), needed_.end(), std::pair(dependent, ConditionId(0)));
    for (auto at = from; at != needed_.end() && at->first == dependent; ++at) {
      if (owner(at->second) == on) found.push_back(at->second);
    }
    return found;
  }

  template <class Wanted>
  bool rests_on(ConditionId c, const Wanted& wanted) const {
    std::set<ConditionId> seen;
    std::vector<ConditionId> work = {c};
    while (!work.empty()) {
      const ConditionId next = work.back();
      work.pop_back();
      if (!seen.insert(next).second) continue;
      if (next != c && wanted(next)) return true;
      const Condition& row = system_.conditions[next];
      const auto follow = [&](const Needs& needs) {
        for (const Need& need : needs) {
          work.push_back(need.condition);
          work.insert(work.end(), need.alternatives.begin(), need.alternatives.end());
        }
      };
      follow(row.follows);
      if (row.kind != Condition::Kind::staffed) continue;
      const Process& process = system_.processes[row.process];
      for (const Needs* needs : {&process.start, &process.run, &process.healthy}) follow(*needs);
    }
    return false;
  }

  ComponentId owner(ConditionId c) const {
    const Condition& row = system_.conditions[c];
    return row.kind == Condition::Kind::staffed ? system_.processes[row.process].component : row.component;
  }

 private:
  void add(ConditionId c, ComponentId dependent) {
    const ComponentId on = owner(c);
    if (on.is_set() && dependent.is_set() && on != dependent) needed_.emplace_back(dependent, c);
  }
  void add(const Needs& needs, ComponentId dependent) {
    for (const Need& need : needs) {
      add(need.condition, dependent);
      for (const ConditionId c : need.alternatives) add(c, dependent);
    }
  }

  const System& system_;
  std::vector<std::pair<ComponentId, ConditionId>> needed_;
};

}  // namespace

std::vector<ConditionId> reasons_of(const System& system, const std::vector<Reached>& reached, bool reverse) {
  const Finder finder(system);
  std::map<ComponentId, ComponentId> via;
  for (const Reached& r : reached) via.emplace(r.component, r.via);
  std::vector<ConditionId> reasons;
  for (const Reached& r : reached) {
    ConditionId& reason = reasons.emplace_back();
    if (!r.breaks || !r.via.is_set() || !via.at(r.via).is_set()) continue;
    const ComponentId before = via.at(r.via);
    const std::vector<ConditionId> known =
        reverse ? finder.between(r.component, r.via) : finder.between(r.via, r.component);
    const std::vector<ConditionId> asked_for = reverse ? finder.between(r.via, before) : std::vector<ConditionId>();
    const auto connects = [&](ConditionId c) {
      if (!reverse) return finder.rests_on(c, [&](ConditionId o) { return finder.owner(o) == before; });
      return std::any_of(asked_for.begin(), asked_for.end(),
                         [&](ConditionId k) { return finder.rests_on(k, [&](ConditionId o) { return o == c; }); });
    };
    const auto found = std::find_if(known.begin(), known.end(), connects);
    if (found != known.end()) reason = *found;
  }
  return reasons;
}

}  // namespace moshimo
