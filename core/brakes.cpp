#include "core/brakes.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace moshimo {
namespace {

// It stops something, and that is all it does.
bool only_stops(const Repair& repair) {
  return repair.restores.empty() && !repair.restarts.is_set() && !repair.breaks.empty();
}

bool is_closed_at_the_start(const Condition& c) { return c.kind == Condition::Kind::free && !c.initially; }

// By condition, in one pass over the table: repairs lead all over it.
std::vector<bool> closed_at_the_start(const System& system) {
  std::vector<bool> is_closed(system.conditions.size(), false);
  for (std::uint32_t i = 0; i < system.conditions.size(); ++i) {
    if (is_closed_at_the_start(system.conditions[ConditionId(i)])) is_closed[i] = true;
  }
  return is_closed;
}

// Which repairs concern a store or a condition.
template <class Key>
class RepairsBy {
 public:
  void add(Key key, RepairId repair) { list_.emplace_back(key, repair); }
  void sort() { std::sort(list_.begin(), list_.end()); }  // before anything is looked up
  bool empty() const { return list_.empty(); }
  std::span<const std::pair<Key, RepairId>> of(Key key) const {
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto [first, last] = std::equal_range(list_.begin(), list_.end(), std::pair(key, RepairId()), less);
    return {first, last};
  }

 private:
  std::vector<std::pair<Key, RepairId>> list_;
};

}  // namespace

ConditionId opening_of(const System& system, const Fallback& fallback) {
  for (const Need& need : fallback.accepts) {
    if (need.alternatives.empty() && is_closed_at_the_start(system.conditions[need.condition])) return need.condition;
  }
  return {};
}

Brakes::Brakes(const System& system) {
  RepairsBy<StoreId> gives_time;
  RepairsBy<ConditionId> opens, stops;
  const std::vector<bool> is_closed = closed_at_the_start(system);
  const auto only_opens = [&](const Repair& repair) {
    return !repair.restores.empty() && std::all_of(repair.restores.begin(), repair.restores.end(),
                                                   [&](ConditionId c) { return is_closed[c.value]; });
  };
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const RepairId id(r);
    const Repair& repair = system.repairs[id];
    for (const Repair::Setting& setting : repair.sets) gives_time.add(setting.store, id);
    if (only_stops(repair)) {
      for (const ConditionId c : repair.breaks) stops.add(c, id);
    } else if (only_opens(repair)) {
      for (const ConditionId c : repair.restores) opens.add(c, id);
    }
  }
  if (gives_time.empty() && opens.empty() && stops.empty()) return;
  gives_time.sort();
  opens.sort();
  stops.sort();

  std::map<RepairId, std::vector<Brake::Place>> found;
  std::vector<std::pair<RepairId, Brake::Place>> let_by;  // of those that open a fallback as well
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    for (std::size_t i = 0; i < hop.fallbacks.size(); ++i) {
      const Fallback& f = hop.fallbacks[i];
      const auto at = static_cast<std::uint8_t>(i);
      for (const auto& [store, id] : gives_time.of(f.store)) {
        for (const Repair::Setting& x : system.repairs[id].sets) {
          if (x.store != f.store) continue;
          found[id].push_back({.does = Brake::Does::gives_time,
                               .hop = HopId(h),
                               .after = x.after.most,
                               .fallback = at,
                               .holds_for = x.holds_for});
        }
      }
      const ConditionId opening = opening_of(system, f);
      if (!opening.is_set()) continue;
      for (const auto& [condition, id] : opens.of(opening)) {
        found[id].push_back({.does = Brake::Does::opens,
                             .hop = HopId(h),
                             .after = system.conditions[opening].rises_after.most,
                             .fallback = at,
                             .opening = opening});
      }
    }
    for (const Need& need : hop.needs) {
      for (const ConditionId other : need.alternatives) {
        const Duration after = system.conditions[other].rises_after.most;
        for (const auto& [condition, id] : opens.of(other)) {
          let_by.emplace_back(
              id, Brake::Place{.does = Brake::Does::lets_by, .hop = HopId(h), .after = after, .error = need.error});
        }
      }
      if (!need.alternatives.empty()) continue;
      const Duration after = system.conditions[need.condition].falls_after.most;
      for (const auto& [condition, id] : stops.of(need.condition)) {
        found[id].push_back({.does = Brake::Does::stops, .hop = HopId(h), .after = after});
      }
    }
  }
  for (const auto& [repair, place] : let_by) {
    if (const auto at = found.find(repair); at != found.end()) at->second.push_back(place);
  }
  for (auto& [repair, places] : found) all_.push_back({repair, std::move(places)});
}

const Brake* Brakes::find(RepairId repair) const {
  const auto at =
      std::lower_bound(all_.begin(), all_.end(), repair, [](const Brake& b, RepairId id) { return b.repair < id; });
  return at != all_.end() && at->repair == repair ? &*at : nullptr;
}

}  // namespace moshimo
