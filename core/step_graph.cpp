#include "core/step_graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dag_shortest_paths.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>
#include <set>

#include "core/apply_order.hpp"
#include "core/findings.hpp"

namespace moshimo {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    boost::property<boost::edge_weight_t, std::int64_t>>;

class Linker {
 public:
  Linker(const System& system, const Response& response)
      : system_(system), response_(response), is_known_(system.conditions.size(), false) {}

  std::vector<StepGraph::Edge> link() {
    find_what_steps_bring();
    std::vector<StepGraph::Edge> edges;
    for (std::size_t i = 0; i < response_.steps.size(); ++i) {
      if (response_.steps[i].in_vain) continue;
      std::map<std::size_t, StepGraph::Edge> all;
      for (const Required& required : what_must_hold(response_.steps[i])) {
        const auto found = brought_.find(required.condition);
        if (found == brought_.end()) continue;
        for (const Brought& brought : found->second) {
          if (brought.step == i || brought.done > response_.steps[i].start) continue;
          const StepGraph::Edge edge = {brought.step, i, required.condition, brought.there, required.is_one_way};
          StepGraph::Edge& known = all.emplace(brought.step, edge).first->second;
          known.is_one_way = known.is_one_way && edge.is_one_way;
          known.there = std::max(known.there, edge.there);
        }
      }
      for (const StepGraph::Edge& e : what_a_plain_apply_comes_after(i)) all[e.before] = e;
      for (const auto& [b, edge] : all) edges.push_back(edge);
    }
    return without_implied(edges);
  }

 private:
  struct Required {
    ConditionId condition;
    bool is_one_way = false;
  };
  struct Brought {
    std::size_t step = 0;
    SimTime done;   // the repair
    SimTime there;  // what it brings
  };

  // A plain apply in `full` comes after what has to be done by hand before it.
  std::vector<StepGraph::Edge> what_a_plain_apply_comes_after(std::size_t i) const {
    std::vector<StepGraph::Edge> edges;
    const Step& step = response_.steps[i];
    if (comes_before_.empty() || response_.strategy != Strategy::full || !step.is_apply || step.is_targeted)
      return edges;
    for (std::size_t b = 0; b < response_.steps.size(); ++b) {
      const Step& other = response_.steps[b];
      const RepairId first = other.repairs.front();
      if (other.in_vain || !comes_before_[first.value] || other.done > step.start) continue;
      edges.push_back({b, i, system_.repairs[first].restores.front(), other.done, false, true});
    }
    return edges;
  }

  // What was missing when the step began, and is put right by it.
  void find_what_steps_bring() {
    for (std::size_t i = 0; i < response_.steps.size(); ++i) {
      const Step& step = response_.steps[i];
      if (step.in_vain || step.is_release()) continue;
      for (std::size_t k = 0; k < step.repairs.size(); ++k) {
        const Repair& repair = system_.repairs[step.repairs[k]];
        const auto bring = [&](ConditionId c) {
          if (held_at(response_.outcome.timeline, c, step.start)) return;
          brought_[c].push_back({i, step.repair_done[k], there_from(c, step.repair_done[k])});
        };
        for (const ConditionId c : repair.restores) bring(c);
        for (const ConditionId c : repair.refreshes) bring(c);
        if (!repair.restarts.is_set()) continue;
        const ConditionId staffed = system_.processes[repair.restarts].staffed;
        if (staffed.is_set()) bring(staffed);
      }
    }
  }

  // The first moment from `done` on at which it holds; `done` where there is none.
  SimTime there_from(ConditionId c, SimTime done) const {
    for (const ChangeTo<bool>& change : response_.outcome.timeline.conditions[c.value]) {
      if (change.value && change.at >= done) return change.at;
    }
    return done;
  }

  // Since when it holds without a break at `at`; never() where it does not.
  SimTime there_since(ConditionId c, SimTime at) const {
    SimTime since = SimTime::never();
    for (const ChangeTo<bool>& change : response_.outcome.timeline.conditions[c.value]) {
      if (change.at > at) break;
      since = change.value ? change.at : SimTime::never();
    }
    return since;
  }

  // Everything that a step waits for, by way of derived conditions and of the workers behind them.
  std::vector<Required> what_must_hold(const Step& step) {
    std::vector<Required> all;
    const auto add = [&](ConditionId c, bool is_one_way = false) {
      if (is_known_[c.value]) return;
      is_known_[c.value] = true;
      all.push_back({c, is_one_way});
    };
    // Of several that are enough, the one counts that was there first when the step began; all where none was.
    const auto add_needs = [&](const auto& needs, bool is_one_way = false) {
      for (const Need& n : needs) {
        std::vector<ConditionId> any = n.alternatives;
        any.insert(any.begin(), n.condition);
        const bool has_others =
            std::count_if(any.begin(), any.end(), [this](ConditionId c) { return brought_.count(c) != 0; }) > 1;
        const auto first = std::min_element(any.begin(), any.end(), [&](ConditionId a, ConditionId b) {
          return there_since(a, step.start) < there_since(b, step.start);
        });
        if (!there_since(*first, step.start).is_never()) {
          add(*first, is_one_way || has_others);
        } else {
          for (const ConditionId c : any) add(c, is_one_way || has_others);
        }
      }
    };
    for (const RepairId r : step.repairs) {
      const Repair& repair = system_.repairs[r];
      add_needs(repair.requirements);
      for (const ConditionId c : repair.restores) add_needs(system_.conditions[c].follows);
      if (!repair.restarts.is_set()) continue;
      add_needs(system_.processes[repair.restarts].start);
      add_needs(system_.processes[repair.restarts].healthy);
    }
    for (const auto& [task, events] : step.releases) {
      const Hop& hop = system_.hops[task.hop];
      add_needs(hop.needs);
      const Fallback& fallback = hop.fallbacks[task.fallback];
      if (fallback.store.is_set()) add_needs(system_.stores[fallback.store].readable);
      for (const Need& n : fallback.accepts) {  // what had to be opened first holds nothing that came before
        if (!held_at(response_.outcome.timeline, n.condition, SimTime{})) add(n.condition);
      }
    }
    std::size_t looked_at = 0;
    while (looked_at < all.size()) {  // to look at one may add others
      const Required required = all[looked_at++];
      const Condition& row = system_.conditions[required.condition];
      const bool is_one_way = required.is_one_way;
      add_needs(row.follows, is_one_way);
      if (row.process.is_set()) add_needs(system_.processes[row.process].start, is_one_way);
    }
    for (const Required& required : all) is_known_[required.condition.value] = false;
    return all;
  }

  static std::vector<StepGraph::Edge> without_implied(const std::vector<StepGraph::Edge>& edges) {
    std::map<std::size_t, std::set<std::size_t>> all_before;  // edges come in order of `after`, and go forward in time
    std::map<std::size_t, std::vector<std::size_t>> befores;
    for (const StepGraph::Edge& e : edges) befores[e.after].push_back(e.before);
    std::vector<StepGraph::Edge> kept;
    const auto close = [&](const auto& self, std::size_t step) -> const std::set<std::size_t>& {
      const auto [at, is_new] = all_before.try_emplace(step);
      if (!is_new) return at->second;
      std::set<std::size_t> mine;
      for (const std::size_t b : befores[step]) {
        mine.insert(b);
        const std::set<std::size_t>& further = self(self, b);
        mine.insert(further.begin(), further.end());
      }
      return all_before[step] = std::move(mine);
    };
    for (const StepGraph::Edge& e : edges) {
      const auto implies = [&](std::size_t other) { return other != e.before && close(close, other).count(e.before); };
      const std::vector<std::size_t>& others = befores[e.after];
      if (std::none_of(others.begin(), others.end(), implies)) kept.push_back(e);
    }
    return kept;
  }

  const System& system_;
  const Response& response_;
  const std::vector<bool> comes_before_ = repairs_before_applying(system_);  // by repair: a plain apply
  std::map<ConditionId, std::vector<Brought>> brought_;
  std::vector<bool> is_known_;
};

// When the last hop of a release last opened before it: a pause is over.
SimTime opened_before(const Response& response, const Step& release) {
  SimTime opened;
  for (const auto& [task, events] : release.releases) {
    for (const ChangeTo<HopState>& change : response.outcome.hop_states[task.hop.value]) {
      if (change.at <= release.start && change.value.open) opened = std::max(opened, change.at);
    }
  }
  return opened;
}

// When the first of what a release brings back had come to wait for it.
SimTime waits_since(const Response& response, const Step& release) {
  SimTime since = SimTime::never();
  for (const auto& [task, events] : release.releases) {
    for (const Stay& stay : response.outcome.hops[task.hop.value].stays) {
      if (stay.fallback == task.fallback && stay.released > 0) since = std::min(since, stay.from);
    }
  }
  return since.is_never() ? SimTime{} : since;
}

void find_critical(StepGraph& graph, const Response& response) {
  const std::size_t n = response.steps.size();
  if (n == 0) return;
  // Edges lead from a node before all steps; what a path weighs is the time at which its last step is done.
  Graph g(n + 1);
  const auto takes = [&](std::size_t i) { return (response.steps[i].done - response.steps[i].start).us(); };
  SimTime begin = SimTime::never();
  for (const Step& step : response.steps) begin = std::min(begin, step.start);
  for (std::size_t i = 0; i < n; ++i) {
    const Step& step = response.steps[i];
    const SimTime from = step.is_release() && !step.in_vain ? waits_since(response, step) : begin;
    add_edge(n, i, -(std::max(from - begin, Duration{}).us() + takes(i)), g);
  }
  std::vector<SimTime> last(n);  // when the last is there of what each waits for; a pause begins with it
  for (const StepGraph::Edge& e : graph.edges) last[e.after] = std::max(last[e.after], e.there);
  for (const StepGraph::Edge& e : graph.edges) {
    const Step& after = response.steps[e.after];
    Duration wait = e.there - response.steps[e.before].done;  // less than nothing where an apply goes on meanwhile
    if (after.is_release()) wait += std::max(opened_before(response, after) - last[e.after], Duration{});
    add_edge(e.before, e.after, -(wait.us() + takes(e.after)), g);
  }
  std::vector<std::int64_t> distance(n + 1);
  std::vector<Graph::vertex_descriptor> previous(n + 1);
  dag_shortest_paths(g, n, boost::distance_map(distance.data()).predecessor_map(previous.data()));
  std::size_t step = static_cast<std::size_t>(std::min_element(distance.begin(), distance.end()) - distance.begin());
  graph.critical_time = Duration::microseconds(-distance[step]);
  for (; step != n; step = previous[step]) graph.critical.push_back(step);
  std::reverse(graph.critical.begin(), graph.critical.end());
}

}  // namespace

bool waits_for_no_step(const System& system, const Response& response, const StepGraph& graph, std::size_t step) {
  const Step& release = response.steps[step];
  if (!release.is_release() || release.in_vain) return false;
  SimTime ready;  // when what its hops need held again
  for (const auto& [task, events] : release.releases) {
    for (const FailureSpan& span : failures(system.hops[task.hop].needs, response.outcome.timeline)) {
      if (span.to <= release.start) ready = std::max(ready, span.to);
    }
  }
  ready = std::max(ready, waits_since(response, release));
  return std::none_of(graph.edges.begin(), graph.edges.end(), [&](const StepGraph::Edge& e) {
    if (e.after != step) return false;
    const SimTime done = response.steps[e.before].done;
    for (const ChangeTo<bool>& change : response.outcome.timeline.conditions[e.brings.value]) {
      if (change.value && change.at >= done && change.at <= release.start && change.at >= ready) return true;
    }
    return done >= ready;
  });
}

StepGraph graph_of(const System& system, const Response& response) {
  StepGraph graph;
  graph.edges = Linker(system, response).link();
  find_critical(graph, response);
  return graph;
}

std::vector<bool> before(const StepGraph& graph, std::size_t steps, std::size_t step) {
  std::vector<bool> result(steps, false);
  std::vector<std::size_t> work = {step};
  while (!work.empty()) {
    const std::size_t i = work.back();
    work.pop_back();
    for (const StepGraph::Edge& e : graph.edges) {
      if (e.after != i || e.is_one_way || e.is_for_applying || result[e.before]) continue;
      result[e.before] = true;
      work.push_back(e.before);
    }
  }
  return result;
}

}  // namespace moshimo
