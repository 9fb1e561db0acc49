#include "core/single_points.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "core/brakes.hpp"
#include "core/control.hpp"
#include "core/flow_plan.hpp"

namespace moshimo {
namespace {

using Set = std::vector<std::uint32_t>;  // places of actions, ascending

void unite(Set& a, const Set& b) {
  if (b.empty()) return;
  if (a.empty()) {
    a = b;
    return;
  }
  Set both;
  both.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  a = std::move(both);
}

Set common(const Set& a, const Set& b) {
  Set both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

// Whether more than one has to do with something, and which is the only one: two of them are enough to know.
Set two_of(Set set) {
  if (set.size() > 2) set.resize(2);
  return set;
}

class Finder {
 public:
  Finder(const System& system, const std::vector<ActionId>& actions, bool with_pairs)
      : system_(system), plan_(system), control_(system), with_pairs_(with_pairs), fall_(system.conditions.size()) {
    for (std::uint32_t a = 0; a < actions.size(); ++a) note_breaks(a, actions[a]);
  }

  SinglePoints run() {
    conditions();
    ways();
    stores();
    std::stable_sort(found_.cut_off.begin(), found_.cut_off.end(), [](const CutOff& a, const CutOff& b) {
      return std::tie(a.component, a.action) < std::tie(b.component, b.action);
    });
    found_.pairs.assign(pairs_.begin(), pairs_.end());
    return std::move(found_);
  }

 private:
  void note_breaks(std::uint32_t place, ActionId first) {
    std::vector<ActionId> todo = {first};
    std::set<ActionId> done;
    while (!todo.empty()) {
      const ActionId id = todo.back();
      todo.pop_back();
      if (!done.insert(id).second) continue;
      const Action& action = system_.actions[id];
      if (!control_.holds(action.needs)) continue;  // a guard stops it
      for (const ConditionId c : action.breaks) unite(fall_[c.value], {place});
      todo.insert(todo.end(), action.cascade.begin(), action.cascade.end());
    }
  }

  // Those without any of which a need fails: what did not hold at the start stands in for nothing.
  Set fall_of(const Need& need) {
    std::vector<ConditionId> able;
    if (control_.holds(need.condition)) able.push_back(need.condition);
    for (const ConditionId c : need.alternatives) {
      if (control_.holds(c)) able.push_back(c);
    }
    if (able.empty()) return {};
    Set all = fall_[able.front().value];
    for (std::size_t i = 1; i < able.size() && !all.empty(); ++i) all = common(all, fall_[able[i].value]);
    if (collects_pairs_ && able.size() > 1) {
      std::vector<const Set*> ways;
      ways.reserve(able.size());
      for (const ConditionId c : able) ways.push_back(&fall_[c.value]);
      pair_up(ways);
    }
    return all;
  }
  Set fall_of(const Needs& needs) {
    Set all;
    for (const Need& need : needs) unite(all, fall_of(need));
    return all;
  }

  // Of ways beside each other: two that are on all of them together, none of which is on all of them alone.
  void pair_up(const std::vector<const Set*>& ways) {
    constexpr std::size_t most_ways = 16;
    if (ways.size() < 2 || ways.size() > most_ways) return;
    Set on_all = *ways.front();
    for (const Set* way : ways) on_all = common(on_all, *way);
    const auto alone = [&](std::uint32_t a) { return std::binary_search(on_all.begin(), on_all.end(), a); };
    for (const std::uint32_t one : *ways.front()) {
      if (alone(one)) continue;
      Set rest;
      bool is_first = true;
      for (const Set* way : ways) {
        if (std::binary_search(way->begin(), way->end(), one)) continue;
        rest = is_first ? *way : common(rest, *way);
        is_first = false;
      }
      for (const std::uint32_t other : rest) {
        if (!alone(other)) pairs_.insert({std::min(one, other), std::max(one, other)});
      }
    }
  }

  // Derived conditions come after those they follow. Processes may wait for what they themselves bring about: what
  // their workers need is taken from the pass before, until nothing is added any more.
  void conditions() {
    const std::vector<ConditionId> order = order_of_dependence();
    bool grows = true;
    while (grows) {
      grows = false;
      for (const ConditionId c : order) {
        const std::size_t before = fall_[c.value].size();
        unite(fall_[c.value], fall_of_dependences(system_.conditions[c]));
        grows = grows || fall_[c.value].size() != before;
      }
    }
    if (!with_pairs_) return;
    collects_pairs_ = true;
    for (const ConditionId c : order) fall_of_dependences(system_.conditions[c]);
  }

  Set fall_of_dependences(const Condition& row) {
    if (row.kind != Condition::Kind::staffed) return fall_of(row.follows);
    const Process& process = system_.processes[row.process];
    Set all;
    if (!process.lifetime.is_forever()) all = fall_of(process.start);
    if (!process.ends_when_unhealthy_for.is_forever()) unite(all, fall_of(process.healthy));
    return all;
  }

  std::vector<ConditionId> order_of_dependence() const {
    const auto n = static_cast<std::uint32_t>(system_.conditions.size());
    Adjacency followers;
    followers.reset(n);
    for (std::uint32_t c = 0; c < n; ++c) {
      for (const Need& need : system_.conditions[ConditionId(c)].follows) {
        followers.add(need.condition.value, c);
        for (const ConditionId on : need.alternatives) followers.add(on.value, c);
      }
    }
    followers.finish();
    std::vector<std::uint32_t> missing(n, 0);
    for (std::uint32_t c = 0; c < n; ++c) {
      for (const std::uint32_t d : followers.of(c)) ++missing[d];
    }
    std::vector<ConditionId> order;
    order.reserve(n);
    for (std::uint32_t c = 0; c < n; ++c) {
      if (missing[c] == 0) order.emplace_back(c);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (const std::uint32_t d : followers.of(order[i].value)) {
        if (--missing[d] == 0) order.emplace_back(d);
      }
    }
    return order;
  }

  // Those on every way of data to each port, along the flow.
  void ways() {
    on_all_.resize(system_.ports.size());
    on_some_.resize(system_.ports.size());
    std::vector<std::uint32_t> ways_into(system_.ports.size(), 0);
    std::vector<Set> of_hop(system_.hops.size());
    std::vector<std::vector<std::uint32_t>> into(with_pairs_ ? system_.ports.size() : 0);
    for (const std::uint32_t node : plan_.node_at_rank) {
      if (node >= plan_.hops) {
        if (with_pairs_) pair_up_ways(into[node - plan_.hops], of_hop);
        continue;
      }
      const Hop& hop = system_.hops[HopId(node)];
      if (hop.source == Hop::Source::signal || hop.source == Hop::Source::sign) continue;  // an alarm, no data
      Set& mine = of_hop[node];
      mine = fall_of(hop.needs);
      Set some = mine;
      if (hop.from.is_set()) {
        if (hop.source == Hop::Source::work) {
          unite(mine, fall_of(system_.ports[hop.from].needs));
          some = mine;
        } else {
          if (ways_into[hop.from.value] == 0) continue;  // nothing comes in that it could send on
          unite(mine, on_all_[hop.from.value]);
          unite(some, on_some_[hop.from.value]);
        }
      }
      if (with_pairs_) pair_with_fallbacks(hop, fall_of(hop.needs));
      if (!hop.to.is_set()) continue;
      Set& all = on_all_[hop.to.value];
      all = ways_into[hop.to.value]++ == 0 ? mine : common(all, mine);
      unite(on_some_[hop.to.value], two_of(std::move(some)));
      on_some_[hop.to.value] = two_of(std::move(on_some_[hop.to.value]));
      if (with_pairs_) into[hop.to.value].push_back(node);
    }
    cut_off_from_data(ways_into);
  }

  void pair_up_ways(const std::vector<std::uint32_t>& hops, const std::vector<Set>& of_hop) {
    std::vector<const Set*> ways;
    ways.reserve(hops.size());
    for (const std::uint32_t h : hops) ways.push_back(&of_hop[h]);
    pair_up(ways);
  }

  // One stops the delivery, the other closes the place the data would wait in.
  void pair_with_fallbacks(const Hop& hop, const Set& stops) {
    for (const Fallback& f : hop.fallbacks) {
      if (opening_of(system_, f).is_set()) continue;
      Set closes = fall_of(f.accepts);
      if (f.store.is_set()) {
        unite(closes, fall_of(system_.stores[f.store].readable));
        for (const ConditionId c : system_.stores[f.store].lost_with) unite(closes, fall_[c.value]);
      }
      for (const std::uint32_t one : stops) {
        for (const std::uint32_t other : closes) {
          if (one != other) pairs_.insert({std::min(one, other), std::max(one, other)});
        }
      }
    }
  }

  // A component with several ports is cut off when all of those are that data comes to, save those that only hand it on
  // to another of its own.
  void cut_off_from_data(const std::vector<std::uint32_t>& ways_into) {
    struct Way {
      std::uint32_t ways = 0;
      Set all;
      Set some;
    };
    std::vector<Way> of(system_.components.size());
    std::vector<std::uint8_t> hands_on(system_.ports.size(), 0);
    for (const Hop& hop : system_.hops) {
      if (!hop.from.is_set() || !hop.to.is_set() || hop.source != Hop::Source::port) continue;
      if (system_.ports[hop.from].component == system_.ports[hop.to].component) hands_on[hop.from.value] = 1;
    }
    for (std::uint32_t p = 0; p < system_.ports.size(); ++p) {
      const ComponentId c = system_.ports[PortId(p)].component;
      if (ways_into[p] == 0 || hands_on[p] != 0 || !c.is_set()) continue;
      Way& way = of[c.value];
      way.all = way.ways == 0 ? on_all_[p] : common(way.all, on_all_[p]);
      way.ways += ways_into[p];
      unite(way.some, on_some_[p]);
    }
    for (std::uint32_t c = 0; c < of.size(); ++c) {
      for (const std::uint32_t a : of[c].all) {
        found_.cut_off.push_back({ComponentId(c), a, of[c].ways, {}, is_other(of[c].some, a) || of[c].all.size() > 1});
      }
    }
  }

  static bool is_other(const Set& some, std::uint32_t a) {
    return std::any_of(some.begin(), some.end(), [a](std::uint32_t s) { return s != a; });
  }

  void stores() {
    for (std::uint32_t s = 0; s < system_.stores.size(); ++s) {
      const Store& store = system_.stores[StoreId(s)];
      if (!store.holds_data || !store.component.is_set()) continue;
      const Set all = fall_of(store.readable);
      for (const std::uint32_t a : all) {
        found_.cut_off.push_back({store.component, a, 0, StoreId(s), all.size() > 1});
      }
    }
  }

  const System& system_;
  const FlowPlan plan_;
  const ControlPlane control_;  // as at the start
  const bool with_pairs_;
  bool collects_pairs_ = false;
  std::vector<Set> fall_;              // condition -> those without any of which it falls
  std::vector<Set> on_all_, on_some_;  // port -> those on every way to it; two of those on any
  std::set<OnlyTogether> pairs_;
  SinglePoints found_;
};

}  // namespace

SinglePoints single_points(const System& system, const std::vector<ActionId>& actions, bool with_pairs) {
  return Finder(system, actions, with_pairs).run();
}

}  // namespace moshimo
