#include "core/failures.hpp"

#include <algorithm>

namespace moshimo {
namespace {

bool holds_at(const Need& need, const Timeline& timeline, SimTime at) {
  if (held_at(timeline, need.condition, at)) return true;
  return std::any_of(need.alternatives.begin(), need.alternatives.end(),
                     [&](ConditionId c) { return held_at(timeline, c, at); });
}

}  // namespace

bool held_at(const Timeline& timeline, ConditionId c, SimTime at) {
  const StepFunction<bool>& f = timeline.conditions[c.value];
  if (f.size() == 1) return f.front().value;
  auto after = std::upper_bound(f.begin(), f.end(), at, [](SimTime t, const ChangeTo<bool>& x) { return t < x.at; });
  return after == f.begin() ? f.front().value : (after - 1)->value;
}

std::size_t first_failing(const Needs& needs, const Timeline& timeline, SimTime at) {
  const auto failed =
      std::find_if(needs.begin(), needs.end(), [&](const Need& n) { return !holds_at(n, timeline, at); });
  return static_cast<std::size_t>(failed - needs.begin());
}

bool hold_throughout(const Needs& needs, const Timeline& timeline) {
  return std::all_of(needs.begin(), needs.end(),
                     [&](const Need& n) { return timeline.conditions.stays_at_first(n.condition.value); });
}

std::vector<FailureSpan> failures(const Needs& needs, const Timeline& timeline) {
  std::vector<FailureSpan> spans;
  std::vector<std::size_t> unsteady;  // needs that do not hold throughout
  std::vector<SimTime> times;
  const auto add_changes = [&](ConditionId c) {
    for (const ChangeTo<bool>& change : timeline.conditions[c.value]) times.push_back(change.at);
  };
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (timeline.conditions.stays_at_first(needs[i].condition.value)) continue;
    unsteady.push_back(i);
    add_changes(needs[i].condition);
    for (ConditionId c : needs[i].alternatives) add_changes(c);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  for (SimTime t : times) {
    const auto failing =
        std::find_if(unsteady.begin(), unsteady.end(), [&](std::size_t i) { return !holds_at(needs[i], timeline, t); });
    if (!spans.empty() && spans.back().to.is_never()) {
      if (failing == unsteady.end()) spans.back().to = t;
    } else if (failing != unsteady.end()) {
      spans.push_back({t, SimTime::never(), *failing});
    }
  }
  return spans;
}

CauseChain cause_of(const System& system, const Timeline& timeline, const Need& failed, SimTime at) {
  CauseChain chain;
  const Need* need = &failed;
  while (need != nullptr && chain.size() < system.conditions.size()) {
    ConditionId c = need->condition;
    if (held_at(timeline, c, at)) {
      const auto down = std::find_if(need->alternatives.begin(), need->alternatives.end(),
                                     [&](ConditionId x) { return !held_at(timeline, x, at); });
      if (down == need->alternatives.end()) break;
      c = *down;
    }
    chain.push_back(c);
    // It fell at the last change up to `at`; what it follows failed then.
    const StepFunction<bool>& f = timeline.conditions[c.value];
    auto after = std::upper_bound(f.begin(), f.end(), at, [](SimTime t, const ChangeTo<bool>& x) { return t < x.at; });
    if (after != f.begin()) at = (after - 1)->at;
    const Condition& row = system.conditions[c];
    const Needs* follows = &row.follows;
    if (row.kind == Condition::Kind::staffed) {
      const Process& process = system.processes[row.process];
      follows = first_failing(process.start, timeline, at) < process.start.size() ? &process.start : &process.healthy;
    }
    const std::size_t next = first_failing(*follows, timeline, at);
    need = next < follows->size() ? &(*follows)[next] : nullptr;
  }
  return chain;
}

std::vector<ConditionId> gone_for_good(const System& system, const Timeline& timeline) {
  const auto is_gone = [&](ConditionId c) {
    const Condition& row = system.conditions[c];
    return row.kind == Condition::Kind::derived && row.rises == Condition::Rises::never &&
           !timeline.conditions[c.value].back().value;
  };
  std::vector<ConditionId> gone;
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    if (!is_gone(ConditionId(c))) continue;
    Need itself;
    itself.condition = ConditionId(c);
    const CauseChain chain = cause_of(system, timeline, itself, timeline.conditions[c].back().at);
    if (std::none_of(chain.begin() + 1, chain.end(), is_gone)) gone.push_back(itself.condition);
  }
  return gone;
}

}  // namespace moshimo
