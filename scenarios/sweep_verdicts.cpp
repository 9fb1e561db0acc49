#include "scenarios/sweep_verdicts.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace moshimo::scenarios {

namespace {

// Hops of which `a` loses more than `b`.
std::vector<std::string> losing_more(const SweepResult& a, const SweepResult& b) {
  std::vector<std::string> hops;
  for (const auto& [hop, lost] : a.losses) {
    if (lost > loss_of(b, hop) && !same_amount(lost, loss_of(b, hop))) hops.push_back(hop);
  }
  return hops;
}

// What lies in a place and is gone for good counts before events that are lost.
std::optional<Comparing::Kind> compared(const SweepResult& more, const SweepResult& less) {
  const std::size_t gone_with_more = more.figures.destroyed.size();
  const std::size_t gone_with_less = less.figures.destroyed.size();
  const bool is_same = same_amount(more.lost(), less.lost());
  if (is_same && gone_with_more == gone_with_less) {
    if (more.lost() <= 0.5 && gone_with_more == 0) return Comparing::Kind::nothing_lost;
    if (more.steps.empty() && less.steps.empty()) return Comparing::Kind::too_late;
    return more.steps == less.steps ? Comparing::Kind::same_steps : Comparing::Kind::saves_nothing;
  }
  const bool is_worse = gone_with_more != gone_with_less ? gone_with_more > gone_with_less : more.lost() > less.lost();
  if (is_worse) return Comparing::Kind::worse;
  return std::nullopt;
}

}  // namespace

std::vector<Passed> passed_of(const Sweep& sweep) {
  std::vector<Passed> all;
  const System& system = sweep.base->system();
  std::set<std::tuple<HopId, StoreId, ConditionId, int, LossWindow::Why>> seen;
  for (const PointOfNoReturn& p : sweep.base->nobody_acts().findings.points) {
    if (!seen.insert({p.hop, p.store, p.condition, p.fallback, p.why}).second) continue;
    Passed passed;
    passed.point = p;
    passed.what = p.hop.is_set()     ? system.hops[p.hop].name
                  : p.store.is_set() ? system.stores[p.store].name
                                     : name_of(system, p.condition);
    const auto same = [&](const Trait& t) {
      if (t.what != passed.what) return false;
      return t.kind == Trait::Kind::gone ||
             (t.kind == Trait::Kind::loses && t.fallback == p.fallback && t.why == p.why);
    };
    const auto has = [&](const SweepPoint& point) {
      const std::vector<Trait>& traits = point.of(sweep.main)->traits;
      return std::any_of(traits.begin(), traits.end(), same);
    };
    const auto is_at = [&](Cliff::Kind kind) {
      return std::any_of(sweep.cliffs.begin(), sweep.cliffs.end(),
                         [&](const Cliff& c) { return c.strategy == sweep.main && c.kind == kind && same(c.trait); });
    };
    const double last = sweep.axes.front().values.back();
    if (is_at(Cliff::Kind::begins))
      passed.kind = Passed::Kind::at_a_cliff;
    else if (has(sweep.points.front()))
      passed.kind = Passed::Kind::before;
    else if (is_at(Cliff::Kind::reason))
      passed.kind = Passed::Kind::without_effect;
    else if (p.at > sweep.base->first_fault + Duration::seconds(last))
      passed.kind = Passed::Kind::beyond;
    else
      passed.kind = Passed::Kind::in_no_reaction;
    all.push_back(std::move(passed));
  }
  return all;
}

std::vector<Comparing> comparing_of(const Sweep& sweep) {
  std::vector<Comparing> all;
  if (sweep.axes.size() != 1) return all;
  for (const auto& [more, less] :
       {std::pair(Strategy::full, Strategy::restore_only), std::pair(Strategy::restore_only, Strategy::none),
        std::pair(Strategy::full, Strategy::none)}) {
    bool goes_on = false;
    for (const SweepPoint& point : sweep.points) {
      const SweepResult* a = point.of(more);
      const SweepResult* b = point.of(less);
      const auto kind = a && b ? compared(*a, *b) : std::nullopt;
      if (!kind) {
        goes_on = false;
        continue;
      }
      if (goes_on && all.back().kind == *kind) {
        all.back().to = point.at.front();
        continue;
      }
      Comparing c;
      c.kind = *kind;
      c.more = more;
      c.less = less;
      c.from = c.to = point.at.front();
      if (*kind == Comparing::Kind::worse) c.hops = losing_more(*a, *b);
      all.push_back(std::move(c));
      goes_on = true;
    }
  }
  return all;
}

std::vector<Inversion> inversions_of(const Sweep& sweep) {
  std::vector<Inversion> all;
  if (!sweep.over_detection()) return all;
  for (const Strategy s : sweep.strategies) {
    bool goes_on = false;
    for (std::size_t i = 0; i + 1 < sweep.points.size(); ++i) {
      const SweepResult* a = sweep.points[i].of(s);
      const SweepResult* b = sweep.points[i + 1].of(s);
      if (!a || !b || a->lost() <= b->lost() || same_amount(a->lost(), b->lost())) {
        goes_on = false;
        continue;
      }
      if (goes_on) {
        all.back().to = sweep.points[i + 1].at.front();
        all.back().more += a->lost() - b->lost();
        all.back().more_refused += a->figures.refused - b->figures.refused;
        continue;
      }
      all.push_back({s, sweep.points[i].at.front(), sweep.points[i + 1].at.front(), a->lost() - b->lost(),
                     a->figures.refused - b->figures.refused, losing_more(*a, *b)});
      goes_on = true;
    }
  }
  return all;
}

}  // namespace moshimo::scenarios
