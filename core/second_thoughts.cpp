#include "core/second_thoughts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/failures.hpp"
#include "core/falls.hpp"
#include "core/step_worth.hpp"

namespace moshimo {
namespace {

// What never comes back, and places emptied; then events.
struct Loss {
  std::size_t gone = 0;
  double events = 0;
  auto operator<=>(const Loss&) const = default;
};
Loss loss_of(const PlanDraft& draft) {
  return {gone_for_good(draft.system(), draft.outcome().timeline).size() +
              emptied_for_good(draft.system(), draft.outcome().timeline).size(),
          draft.lost()};
}

std::size_t places_lost_with(const Falls& falls, const std::vector<const Store*>& places, ConditionId c) {
  const std::vector<bool> gone = falls.with(c);
  return static_cast<std::size_t>(std::count_if(places.begin(), places.end(), [&](const Store* s) {
    return std::any_of(s->lost_with.begin(), s->lost_with.end(), [&](ConditionId lost) { return gone[lost.value]; });
  }));
}

// What goes for good in the plan as it is, and people might save. False: nothing new.
bool put_first_what_goes(const PlanDraft& draft, std::map<ConditionId, SimTime>& first,
                         std::set<ConditionId>& too_late) {
  std::optional<std::pair<SimTime, ConditionId>> missed;  // the earliest, although it was put first
  bool is_new = false;
  for (const ConditionId c : gone_for_good(draft.system(), draft.outcome().timeline)) {
    const SimTime at = draft.outcome().timeline.conditions[c.value].back().at;
    if (at < draft.detected() || too_late.count(c) != 0) continue;
    if (first.emplace(c, at).second) {
      is_new = true;
    } else if (const std::pair here{at, c}; !missed || here < *missed) {
      missed = here;
    }
  }
  if (!missed) return is_new;
  const SimTime until = missed->first;  // of all that is to be done by then one thing is given up
  auto least = first.find(missed->second);
  const Falls falls(draft.system());
  std::vector<const Store*> places;  // that hold something which can be lost with a condition
  for (const Store& s : draft.system().stores) {
    if (s.holds_data && !s.lost_with.empty()) places.push_back(&s);
  }
  std::size_t least_places = places_lost_with(falls, places, least->first);
  for (auto at = first.begin(); at != first.end(); ++at) {
    if (at->second > until) continue;
    const std::size_t here = places_lost_with(falls, places, at->first);
    if (here < least_places || (here == least_places && at->second > least->second)) {
      least = at;
      least_places = here;
    }
  }
  too_late.insert(least->first);
  first.erase(least);
  return true;
}

}  // namespace

void consider_what_the_plan_loses(PlanDraft& draft) {
  const double lost = draft.lost();
  if (lost <= 0) return;
  const Urgencies before = draft.urgencies;
  draft.urgencies.learn(draft.outcome(), draft.detected());
  if (!draft.urgencies.has_deadlines_of(before) && !draft.is_planned_so()) {
    const PlanDraft::Plan known = draft.plan();
    draft.plan_until_settled();
    if (draft.lost() < lost * (1 - 1e-9)) return;
    draft.go_back_to(known);
  }
  draft.urgencies = before;
}

void consider_what_goes_for_good(PlanDraft& draft) {
  constexpr std::size_t most_tried = 8;
  std::map<ConditionId, SimTime> first;
  std::set<ConditionId> too_late;
  if (!put_first_what_goes(draft, first, too_late)) return;
  const Urgencies before = draft.urgencies;
  Urgencies best_urgencies = draft.urgencies;
  PlanDraft::Plan best = draft.plan();
  Loss least = loss_of(draft);
  for (std::size_t i = 0; i < most_tried; ++i) {
    draft.urgencies = before;
    for (const auto& [c, at] : first) draft.urgencies.put_first(c, at);
    if (!draft.is_planned_so()) {
      draft.plan_until_settled();
      if (const Loss now = loss_of(draft); now < least) {
        least = now;
        best = draft.plan();
        best_urgencies = draft.urgencies;
      }
    }
    if (!put_first_what_goes(draft, first, too_late)) break;
  }
  draft.urgencies = std::move(best_urgencies);
  if (draft.script != best.script) draft.go_back_to(std::move(best));
}

}  // namespace moshimo
