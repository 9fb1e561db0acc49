#include "core/waits.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace moshimo {
namespace {

constexpr std::size_t most_moments = 12;  // to which a step is put off

PlanRules with_wait(PlanRules rules, const Step& step, SimTime until) {
  for (const RepairId r : step.repairs) rules.holds.push_back({r, until});
  return rules;
}

class Search {
 public:
  Search(const System& system, const Responders& responders, Response plan, PlanRules rules, const DoAgain& again,
         const std::function<bool()>& may_go_on)
      : system_(system), responders_(responders), again_(again), may_go_on_(may_go_on), toll_(toll_of(system, plan)) {
    result_.response = std::move(plan);
    result_.rules = std::move(rules);
  }

  Waits run() {
    constexpr std::size_t most_waits = 4;
    while (result_.waits.size() < most_waits && (toll_.lost >= 0.5 || toll_.for_good() > 0)) {
      if (!find_one()) break;
    }
    return std::move(result_);
  }

 private:
  struct Found {
    std::size_t step = 0;
    SimTime until;
    Toll toll;
    Response response;
  };

  // When something else is done or works again, after the step has begun.
  std::vector<SimTime> moments(const Step& step) const {
    std::set<SimTime> all;
    for (const Step& other : result_.response.steps) {
      if (other.done > step.start && &other != &step) all.insert(other.done);
    }
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      for (const ChangeTo<HopState>& change : result_.response.outcome.hop_states[h]) {
        if (change.value.open && change.at > step.start) all.insert(change.at);
      }
    }
    std::vector<SimTime> some(all.begin(), all.end());
    if (some.size() <= most_moments) return some;
    std::vector<SimTime> thinned;
    for (std::size_t i = 0; i < most_moments; ++i) thinned.push_back(some[i * (some.size() - 1) / (most_moments - 1)]);
    return thinned;
  }

  bool find_one() {
    std::optional<Found> best;
    const std::vector<Step>& steps = result_.response.steps;
    for (std::size_t i = steps.size(); i-- > 0;) {  // of several that save as much the last one waits
      for (const SimTime until : moments(steps[i])) {
        if (!may_go_on_()) return false;
        Response response = again_(with_wait(result_.rules, steps[i], until));
        const Toll toll = toll_of(system_, response);
        if (loses_more(best ? best->toll : toll_, toll)) best = Found{i, until, toll, std::move(response)};
      }
    }
    if (!best) return false;
    shorten(*best);
    adopt(std::move(*best));
    return true;
  }

  // No longer than needed.
  void shorten(Found& found) {
    const Step& step = result_.response.steps[found.step];
    SimTime low = step.start, high = found.until;
    while (high - low > Duration::seconds(1) && may_go_on_()) {
      const SimTime middle = low + Duration::microseconds((high - low).us() / 2);
      Response response = again_(with_wait(result_.rules, step, middle));
      const Toll toll = toll_of(system_, response);
      if (loses_more(toll, found.toll)) {
        low = middle;
        continue;
      }
      high = middle;
      found.until = middle;
      found.toll = toll;
      found.response = std::move(response);
    }
  }

  void adopt(Found found) {
    const Step& step = result_.response.steps[found.step];
    Wait wait;
    wait.step = tasks_of(system_, responders_, {step}).front();
    wait.until = found.until;
    wait.saves = toll_.lost - found.toll.lost;
    double most = 0.5;
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const double saved = result_.response.outcome.hops[h].lost - found.response.outcome.hops[h].lost;
      if (saved <= most) continue;
      most = saved;
      wait.mostly = HopId(h);
    }
    result_.rules = with_wait(std::move(result_.rules), step, found.until);
    result_.response = std::move(found.response);
    result_.waits.push_back(wait);
    toll_ = found.toll;
  }

  const System& system_;
  const Responders& responders_;
  const DoAgain& again_;
  const std::function<bool()>& may_go_on_;
  Toll toll_;
  Waits result_;
};

}  // namespace

Waits waits_of(const System& system, const Responders& responders, Response plan, PlanRules rules, const DoAgain& again,
               const std::function<bool()>& may_go_on) {
  return Search(system, responders, std::move(plan), std::move(rules), again, may_go_on).run();
}

}  // namespace moshimo
