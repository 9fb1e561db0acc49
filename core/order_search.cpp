#include "core/order_search.hpp"

#include <algorithm>
#include <optional>

namespace moshimo {
namespace {

using Order = std::vector<std::size_t>;  // positions in the rule's plan

class Search {
 public:
  Search(const System& system, const Responders& responders, const Response& plan, const StepGraph& graph,
         const DoAgain& again, const std::function<bool()>& may_go_on)
      : system_(system),
        again_(again),
        may_go_on_(may_go_on),
        tasks_(tasks_of(system, responders, plan.steps)),
        must_precede_(tasks_.size(), std::vector<bool>(tasks_.size(), false)) {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const std::vector<bool> earlier = before(graph, tasks_.size(), i);
      for (std::size_t b = 0; b < tasks_.size(); ++b) must_precede_[b][i] = earlier[b];
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) best_order_.push_back(i);
    result_.by_rule = result_.best = toll_of(system, plan);
    result_.order = tasks_;
    result_.response = plan;
  }

  OrderSearch run() {
    result_.is_exact = tasks_.size() <= most_steps_in_full;
    result_.is_finished = true;
    if (tasks_.size() > 1 && can_save()) result_.is_finished = result_.is_exact ? try_all() : improve();
    explain();
    return std::move(result_);
  }

 private:
  // What is lost before the first step is done no order saves, and what is done last decides only with people to spare.
  bool can_save() const {
    SimTime first = SimTime::never();
    for (const Step& s : result_.response.steps) first = std::min(first, s.done);
    if (result_.best.for_good() > 0) return true;
    for (const HopLedger& ledger : result_.response.outcome.hops) {
      for (const LossWindow& w : ledger.losses) {
        if (w.lost_to > first) return true;
      }
    }
    return false;
  }

  std::optional<Response> done_in(const Order& order) {
    if (!may_go_on_()) return std::nullopt;
    ++result_.tried;
    PlanRules rules;
    for (const std::size_t i : order) rules.order.push_back(tasks_[i]);
    return again_(rules);
  }

  // False: the time is up.
  bool consider(const Order& order) {
    std::optional<Response> response = done_in(order);
    if (!response) return false;
    const Toll toll = toll_of(system_, *response);
    if (!is_worse(result_.best, toll)) return true;
    result_.best = toll;
    result_.response = std::move(*response);
    best_order_ = order;
    return true;
  }

  // Every order in which each step comes after all that it needs.
  bool try_all() {
    Order order;
    std::vector<bool> is_used(tasks_.size(), false);
    const auto extend = [&](const auto& self) -> bool {
      if (order.size() == tasks_.size()) return consider(order);
      for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (is_used[i]) continue;
        const auto is_missing = [&](std::size_t b) { return !is_used[b] && must_precede_[b][i]; };
        bool is_ready = true;
        for (std::size_t b = 0; b < tasks_.size(); ++b) is_ready = is_ready && !is_missing(b);
        if (!is_ready) continue;
        is_used[i] = true;
        order.push_back(i);
        const bool goes_on = self(self);
        order.pop_back();
        is_used[i] = false;
        if (!goes_on) return false;
      }
      return true;
    };
    return extend(extend);
  }

  bool is_allowed(const Order& order) const {
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t j = i + 1; j < order.size(); ++j) {
        if (must_precede_[order[j]][order[i]]) return false;
      }
    }
    return true;
  }

  static Order moved(Order order, std::size_t from, std::size_t to) {
    const std::size_t step = order[from];
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), step);
    return order;
  }

  // The best of all single moves, again and again.
  bool improve() {
    while (true) {
      const Toll before = result_.best;
      const Order order = best_order_;
      for (std::size_t from = 0; from < order.size(); ++from) {
        for (std::size_t to = 0; to < order.size(); ++to) {
          if (to == from || to + 1 == from) continue;  // the neighbour moved the other way is the same
          const Order next = moved(order, from, to);
          if (is_allowed(next) && !consider(next)) return false;
        }
      }
      if (!is_worse(before, result_.best)) return true;
    }
  }

  // Of the best order, by position in it: the most steps that stand there one after another as they do in the rule's.
  std::vector<bool> staying() const {
    const std::size_t n = best_order_.size();
    std::vector<std::size_t> length(n, 1);  // of the longest such row that begins there
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = i + 1; j < n; ++j) {
        if (best_order_[j] > best_order_[i]) length[i] = std::max(length[i], length[j] + 1);
      }
    }
    std::vector<bool> stays(n, false);
    std::size_t wanted = *std::max_element(length.begin(), length.end());
    std::optional<std::size_t> last;
    while (wanted > 0) {
      std::size_t next = n;
      for (std::size_t i = last ? *last + 1 : 0; i < n; ++i) {
        if (length[i] == wanted && (!last || best_order_[i] > best_order_[*last])) next = i;
      }
      stays[next] = true;
      last = next;
      --wanted;
    }
    return stays;
  }

  // From the rule's order to the best by as few moves as there can be, what comes first there moved first.
  void explain() {
    result_.order.clear();
    for (const std::size_t i : best_order_) result_.order.push_back(tasks_[i]);
    if (!is_worse(result_.by_rule, result_.best)) return;
    Order order;
    for (std::size_t i = 0; i < tasks_.size(); ++i) order.push_back(i);
    const std::vector<bool> stays = staying();
    Toll so_far = result_.by_rule;
    std::optional<Response> last = again_(PlanRules{tasks_, {}});
    for (std::size_t i = 0; i < best_order_.size(); ++i) {
      if (stays[i]) continue;
      const auto place_of = [&](std::size_t step) {
        return static_cast<std::size_t>(std::find(order.begin(), order.end(), step) - order.begin());
      };
      const std::size_t from = place_of(best_order_[i]);
      const std::size_t behind = i == 0 ? 0 : place_of(best_order_[i - 1]) + 1;
      const std::size_t to = behind > from ? behind - 1 : behind;
      if (to == from) continue;
      order = moved(order, from, to);
      PlanRules rules;
      for (const std::size_t step : order) rules.order.push_back(tasks_[step]);
      Response response = again_(rules);
      const Toll toll = toll_of(system_, response);
      OrderSearch::Move move;
      move.moved = tasks_[best_order_[i]];
      move.is_later = to > from;
      move.beside = tasks_[order[move.is_later ? to - 1 : to + 1]];
      move.saves = so_far.lost - toll.lost;
      move.saves_requests = so_far.refused - toll.refused;
      move.keeps = so_far.for_good() > toll.for_good() ? so_far.for_good() - toll.for_good() : 0;
      move.works_sooner = so_far.works - toll.works;
      move.sooner = so_far.done - toll.done;
      double most = 0.5;
      for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
        const double saved = last->outcome.hops[h].lost - response.outcome.hops[h].lost;
        if (saved > most) {
          most = saved;
          move.mostly = HopId(h);
        }
      }
      result_.moves.push_back(move);
      so_far = toll;
      last = std::move(response);
    }
  }

  const System& system_;
  const DoAgain& again_;
  const std::function<bool()>& may_go_on_;
  std::vector<Task> tasks_;
  std::vector<std::vector<bool>> must_precede_;
  Order best_order_;
  OrderSearch result_;
};

}  // namespace

OrderSearch better_order(const System& system, const Responders& responders, const Response& plan,
                         const StepGraph& graph, const DoAgain& again, const std::function<bool()>& may_go_on) {
  return Search(system, responders, plan, graph, again, may_go_on).run();
}

}  // namespace moshimo
