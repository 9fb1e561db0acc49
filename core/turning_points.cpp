#include "core/turning_points.hpp"

#include <algorithm>
#include <map>

#include "core/failures.hpp"

namespace moshimo {
namespace {

// What holds at a moment, or would once somebody mends what was taken away until then.
class Mendable {
 public:
  Mendable(const System& system, const Timeline& timeline, const Timeline& healthy, SimTime at)
      : system_(system), timeline_(timeline), healthy_(healthy), at_(at) {}

  bool is(const Needs& needs) {
    return std::all_of(needs.begin(), needs.end(), [this](const Need& need) {
      return is(need.condition) ||
             std::any_of(need.alternatives.begin(), need.alternatives.end(), [this](ConditionId c) { return is(c); });
    });
  }

 private:
  bool is(ConditionId c) {
    if (held_at(timeline_, c, at_)) return true;
    if (!healthy_.conditions[c.value].front().value) return false;
    const auto [known, is_new] = known_.emplace(c, false);  // a circle leads nowhere
    if (!is_new) return known->second;
    const Condition& row = system_.conditions[c];
    const bool follows = row.kind == Condition::Kind::derived;
    return known_[c] = !follows || (row.rises != Condition::Rises::never && is(row.follows));
  }

  const System& system_;
  const Timeline& timeline_;
  const Timeline& healthy_;
  SimTime at_;
  std::map<ConditionId, bool> known_;
};

}  // namespace

std::vector<TurningPoint> turning_points(const System& system, const Timeline& timeline, const Timeline& healthy) {
  std::map<ConditionId, TurningPoint> found;
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    const Condition& row = system.conditions[ConditionId(c)];
    if (row.kind != Condition::Kind::derived || row.rises != Condition::Rises::by_repair) continue;
    const ChangeTo<bool>& last = timeline.conditions[c].back();
    if (last.value || !healthy.conditions[c].back().value) continue;
    for (const FailureSpan& span : failures(row.follows, timeline)) {
      if (span.from < last.at && last.at < span.to && Mendable(system, timeline, healthy, last.at).is(row.follows))
        found[ConditionId(c)] = {last.at, ConditionId(c), row.follows[span.need].condition, {}};
    }
  }
  std::vector<ConditionId> by_code;
  for (std::uint32_t r = 0; r < system.repairs.size() && !found.empty(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    if (repair.only_by_apply) continue;
    for (const ConditionId c : repair.restores) {
      const auto point = found.find(c);
      if (point == found.end()) continue;
      if (!Mendable(system, timeline, healthy, point->second.at).is(repair.requirements)) continue;
      point->second.ways.emplace_back(r);
      if (repair.by_apply) by_code.push_back(c);
    }
  }
  for (const ConditionId c : by_code) found.erase(c);
  std::vector<TurningPoint> points;
  for (auto& [condition, point] : found) {
    if (!point.ways.empty()) points.push_back(std::move(point));
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const TurningPoint& a, const TurningPoint& b) { return a.at < b.at; });
  return points;
}

}  // namespace moshimo
