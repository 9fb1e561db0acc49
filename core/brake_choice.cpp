#include "core/brake_choice.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "core/brakes.hpp"
#include "core/failures.hpp"

namespace moshimo {
namespace {

constexpr double no_difference = 0.5;  // of events

double sum_of(const std::vector<double>& list) { return std::accumulate(list.begin(), list.end(), 0.0); }

class BrakeChoice {
 public:
  explicit BrakeChoice(PlanDraft& draft) : draft_(draft) {}

  // One after the other, the most urgent first: pulling one keeps people from something else. What is left of very many
  // is tried together.
  void choose() {
    constexpr std::size_t most_tried = 16;
    std::vector<std::pair<RepairId, Urgency>> found = find_brakes();
    if (found.empty()) return;
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      const Urgency &x = a.second, &y = b.second;
      return x.deadline != y.deadline ? x.deadline < y.deadline : x.rate > y.rate;
    });
    std::vector<double> lost = draft_.lost_by_hop();
    for (std::size_t i = 0; i < std::min(found.size(), most_tried); ++i) {
      const RepairId id = found[i].first;
      if (saves_at_most(id) < worth_a_step(lost)) continue;
      std::set<HopId> own;
      add_hops_of(id, own);
      // In its turn it may come too late, but perhaps not before the repairs of its data, or before everything.
      const Urgency in_turn = found[i].second, before_its_own = {draft_.detected(), 0}, before_all = {SimTime{}, 0};
      std::optional<Urgency> best;
      for (const Urgency& urgency : {in_turn, before_its_own, before_all}) {
        draft_.opportunities.brakes[id] = urgency;
        const bool saves = saves_as_planned_anew(own, lost);
        if (saves) best = urgency;
        if (!began_late(id, saves ? draft_.steps : tried_)) break;
      }
      if (best) {
        draft_.opportunities.brakes[id] = *best;
      } else {
        draft_.opportunities.brakes.erase(id);
      }
    }
    if (found.size() > most_tried) consider_together({found.begin() + most_tried, found.end()}, lost);
    drop_superfluous_brakes();
  }

 private:
  bool began_late(RepairId brake, const std::vector<Step>& steps) const {
    return std::none_of(steps.begin(), steps.end(), [&](const Step& s) {
      return s.repairs.front() == brake && !s.is_release() && s.start <= draft_.detected();
    });
  }

  // Of what anybody could save so little is not worth a step in the middle of an outage.
  double worth_a_step(const std::vector<double>& lost) const {
    return std::max(no_difference, 0.01 * (sum_of(lost) - lost_unnoticed()));
  }

  // Markedly less is lost, of the hops that the brakes bear on and in all. Where it is not so, the plan stays as it
  // was.
  bool saves_as_planned_anew(const std::set<HopId>& own, std::vector<double>& lost) {
    const PlanDraft::Plan known = draft_.plan();
    draft_.plan_until_settled();
    std::vector<double> now = draft_.lost_by_hop();
    const double least = worth_a_step(lost);
    double saved_there = 0;
    for (const HopId h : own) saved_there += lost[h.value] - now[h.value];
    const bool saves = saved_there >= least && sum_of(lost) - sum_of(now) >= least;
    if (saves) {
      lost = std::move(now);
    } else {
      tried_ = std::move(draft_.steps);
      draft_.go_back_to(known);
    }
    return saves;
  }

  void add_hops_of(RepairId brake, std::set<HopId>& hops) const {
    for (const Brake::Place& place : draft_.brakes().find(brake)->places) hops.insert(place.hop);
  }

  void consider_together(const std::vector<std::pair<RepairId, Urgency>>& all, std::vector<double> lost) {
    const std::vector<double> without = lost;
    draft_.opportunities.brakes.insert(all.begin(), all.end());
    std::set<HopId> own;
    for (const auto& [id, urgency] : all) add_hops_of(id, own);
    const bool saves = saves_as_planned_anew(own, lost);
    std::size_t left_out = 0;
    for (const auto& [id, urgency] : all) {
      if (!saves || !has_saved(id, without, lost)) left_out += draft_.opportunities.brakes.erase(id);
    }
    if (!saves) return;
    if (left_out > 0) draft_.plan_until_settled();
  }

  std::vector<std::pair<RepairId, Urgency>> find_brakes() {
    constexpr double gives_way = 0.999;  // to a repair that serves the same data
    std::vector<std::pair<RepairId, Urgency>> found;
    if (draft_.lost() <= 0) return found;
    for (const Brake& brake : draft_.brakes().all()) {
      Urgency urgency;
      for_each_chance(brake, [&](const LossWindow& w, SimTime soonest) {
        const double seconds = std::max((w.lost_to - w.lost_from).in_seconds(), 1.0);
        urgency = more_urgent(urgency, {std::max(w.lost_from, soonest), w.events / seconds});
      });
      urgency.rate *= gives_way;
      if (!urgency.deadline.is_never()) found.emplace_back(brake.repair, urgency);
    }
    return found;
  }

  // What is lost in the plan as it is that the brake might save, with the soonest that it could make itself felt there.
  template <class Use>
  void for_each_chance(const Brake& brake, const Use& use) const {
    std::optional<SimTime> done;  // at the soonest
    for (const Brake::Place& place : brake.places) {
      for (const LossWindow& w : draft_.outcome().hops[place.hop.value].losses) {
        if (w.lost_to <= draft_.detected() || !might_save(place, w)) continue;
        const Repair& repair = draft_.system().repairs[brake.repair];
        if (!done) done = hold_from(repair.requirements, draft_.detected()) + repair.takes;
        const SimTime soonest = *done + place.after;
        if (w.lost_to <= soonest || !takes_data(place, soonest, w.lost_to)) continue;
        use(w, soonest);
      }
    }
  }

  double saves_at_most(RepairId brake) const {
    double events = 0;
    for_each_chance(*draft_.brakes().find(brake), [&](const LossWindow& w, SimTime soonest) {
      events += w.events * share_of(w, soonest, w.lost_to);
    });
    return events;
  }

  // Of what is lost in a window, as if it went evenly.
  static double share_of(const LossWindow& w, SimTime from, SimTime to) {
    const double all = (w.lost_to - w.lost_from).in_seconds();
    if (all <= 0) return 1;
    return (std::min(w.lost_to, to) - std::max(w.lost_from, from)).in_seconds() / all;
  }

  // When they hold in the plan as it is, from `at` on.
  SimTime hold_from(const Needs& needs, SimTime at) const {
    for (const FailureSpan& span : failures(needs, draft_.outcome().timeline)) {
      if (span.from <= at && at < span.to) at = span.to;
    }
    return at;
  }

  // Whether what is opened would take anything before it is too late.
  bool takes_data(const Brake::Place& place, SimTime from, SimTime to) const {
    if (place.does != Brake::Does::opens) return true;
    Needs others;
    for (const Need& need : draft_.system().hops[place.hop].fallbacks[place.fallback].accepts) {
      if (need.condition != place.opening) others.push_back(need);
    }
    return hold_from(others, from) < to;
  }

  // Whether it would have been of any use to what was lost so, had it been pulled in time.
  bool might_save(const Brake::Place& place, const LossWindow& w) const {
    if (w.why == LossWindow::Why::destroyed) return false;
    const Hop& hop = draft_.system().hops[place.hop];
    const std::vector<std::uint8_t>& used = hop.reaction(w.error).fallbacks;
    switch (place.does) {
      case Brake::Does::stops: return true;
      case Brake::Does::lets_by: return w.error == place.error;
      case Brake::Does::opens: return std::find(used.begin(), used.end(), place.fallback) != used.end();
      case Brake::Does::gives_time: {
        if (w.why != LossWindow::Why::expired || w.fallback != place.fallback) return false;
        const Fallback& f = hop.fallbacks[place.fallback];
        return std::min(f.limit, place.holds_for) > place_limit(draft_.system(), f);
      }
    }
    return false;
  }

  // Of several that save the same data one may be enough.
  void drop_superfluous_brakes() {
    constexpr std::size_t most_tried = 8;
    std::map<HopId, std::set<RepairId>> of_hop;
    for (const auto& [id, urgency] : draft_.opportunities.brakes) {
      for (const Brake::Place& place : draft_.brakes().find(id)->places) of_hop[place.hop].insert(id);
    }
    std::set<RepairId> shared;
    for (const auto& [hop, ids] : of_hop) {
      if (ids.size() > 1) shared.insert(ids.begin(), ids.end());
    }
    std::vector<RepairId> tried(shared.begin(), shared.end());
    if (tried.size() > most_tried) return;
    std::stable_sort(tried.begin(), tried.end(), [&](RepairId a, RepairId b) {
      return draft_.system().repairs[a].takes > draft_.system().repairs[b].takes;
    });
    const double lost = draft_.lost();
    for (const RepairId id : tried) {
      if (draft_.opportunities.brakes.size() == 1) break;
      auto left_out = draft_.opportunities.brakes.extract(id);
      const PlanDraft::Plan known = draft_.plan();
      draft_.plan_until_settled();
      if (draft_.lost() <= lost * (1 + 1e-9)) continue;
      draft_.opportunities.brakes.insert(std::move(left_out));
      draft_.go_back_to(known);
    }
  }

  // Before anybody could do anything about it.
  double lost_unnoticed() const {
    double sum = 0;
    for (const HopLedger& ledger : draft_.outcome().hops) {
      for (const LossWindow& w : ledger.losses) {
        if (w.lost_from <= draft_.detected()) sum += w.events * share_of(w, w.lost_from, draft_.detected());
      }
    }
    return sum;
  }

  bool has_saved(RepairId id, const std::vector<double>& without, const std::vector<double>& with) const {
    const std::vector<Brake::Place>& places = draft_.brakes().find(id)->places;
    return std::any_of(places.begin(), places.end(), [&](const Brake::Place& place) {
      return with[place.hop.value] < without[place.hop.value] * (1 - 1e-9);
    });
  }

  PlanDraft& draft_;
  std::vector<Step> tried_;  // of the last plan that was given up again
};

}  // namespace

void choose_brakes(PlanDraft& draft) { BrakeChoice(draft).choose(); }

}  // namespace moshimo
