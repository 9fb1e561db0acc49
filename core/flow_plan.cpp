#include "core/flow_plan.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <utility>

#include "core/brakes.hpp"

namespace moshimo {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void watch(Adjacency& watchers, const Needs& needs, std::uint32_t hop) {
  for (const Need& need : needs) {
    watchers.add(need.condition.value, hop);
    for (ConditionId other : need.alternatives) watchers.add(other.value, hop);
  }
}

// Sets that grow together; each is known by its least member.
class Union {
 public:
  explicit Union(std::size_t count) : above_(count) { std::iota(above_.begin(), above_.end(), 0U); }
  std::uint32_t find(std::uint32_t x) {
    while (above_[x] != x) x = above_[x] = above_[above_[x]];
    return x;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> above_;
};

}  // namespace

void Adjacency::finish() {
  for (const Pair& pair : pairs_) ++begin_[pair.key + 1];
  for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
  values_.resize(pairs_.size());
  std::vector<std::uint32_t> end(begin_.begin(), begin_.end() - 1);
  for (const Pair& pair : pairs_) values_[end[pair.key]++] = pair.value;
  pairs_ = {};
  auto out = values_.begin();
  for (std::size_t key = 0; key + 1 < begin_.size(); ++key) {
    const auto first = values_.begin() + begin_[key];
    const auto last = values_.begin() + end[key];
    if (!std::is_sorted(first, last)) std::sort(first, last);
    begin_[key] = static_cast<std::uint32_t>(out - values_.begin());
    out = std::unique_copy(first, last, out);
  }
  begin_.back() = static_cast<std::uint32_t>(out - values_.begin());
  values_.erase(out, values_.end());
}

PlaceRow FlowPlan::place_row(const System& system, const Hop& hop, const Fallback& fallback) {
  PlaceRow row;
  const Duration limit = place_limit(system, fallback);
  row.limit_us = limit.is_forever() ? infinity : static_cast<double>(limit.us());
  row.capacity = fallback.capacity.is_unlimited() ? infinity : fallback.capacity.count() / hop.size.count();
  if (fallback.kind == Fallback::Kind::retry) {
    row.attempts = attempts_of(fallback);
    const Duration age = attempts[row.attempts].effective_age;
    row.limit_us = age.is_forever() ? infinity : static_cast<double>(age.us());
  }
  return row;
}

std::uint32_t FlowPlan::attempts_of(const Fallback& fallback) {
  const auto [known, is_new] = known_attempts_.emplace(std::make_pair(fallback.schedule, fallback.limit),
                                                       static_cast<std::uint32_t>(attempts.size()));
  if (is_new) attempts.push_back(attempt_table(fallback.schedule, fallback.limit));
  return known->second;
}

FlowPlan::FlowPlan(const System& system)
    : hops(static_cast<std::uint32_t>(system.hops.size())), ports(static_cast<std::uint32_t>(system.ports.size())) {
  fed_by_port.reset(ports);
  into_port.reset(ports);
  needed_by.reset(system.conditions.size());
  watchers.reset(system.conditions.size());
  signals.reset(system.conditions.size());
  process_watchers.reset(system.processes.size());
  process_ports.reset(system.processes.size());

  std::vector<std::vector<std::uint32_t>> next(hops + ports);
  for (std::uint32_t h = 0; h < hops; ++h) {
    const Hop& hop = system.hops[HopId(h)];
    first_place.push_back(static_cast<std::uint32_t>(places.size()));
    watch(needed_by, hop.needs, h);
    if (hop.to.is_set()) {
      into_port.add(hop.to.value, h);
      next[h].push_back(hops + hop.to.value);
    }
    if (hop.source == Hop::Source::port) {
      fed_by_port.add(hop.from.value, h);
      next[hops + hop.from.value].push_back(h);
    }
    if (hop.source == Hop::Source::work) {
      const Port& port = system.ports[hop.from];
      watch(watchers, port.needs, h);
      if (port.process.is_set()) process_watchers.add(port.process.value, h);
    }
    if (hop.source == Hop::Source::signal) signals.add(hop.signal.value, h);
    for (const Fallback& fallback : hop.fallbacks) {
      places.push_back(place_row(system, hop, fallback));
      places.back().opened_by = opening_of(system, fallback);
      watch(watchers, fallback.accepts, h);
      if (fallback.store.is_set()) {
        const Store& store = system.stores[fallback.store];
        watch(watchers, store.readable, h);
        for (ConditionId c : store.lost_with) watchers.add(c.value, h);
        for (ConditionId c : store.emptied_by) watchers.add(c.value, h);
      }
      if (fallback.kind == Fallback::Kind::hand_on) {
        into_port.add(fallback.port.value, h);
        next[h].push_back(hops + fallback.port.value);
      }
    }
  }
  first_place.push_back(static_cast<std::uint32_t>(places.size()));
  for (std::uint32_t p = 0; p < ports; ++p) {
    const ProcessId process = system.ports[PortId(p)].process;
    if (process.is_set()) process_ports.add(process.value, p);
  }
  can_limit.assign(ports, 0);
  component_ports.reset(system.components.size());
  component_blockers.reset(system.components.size());
  std::vector<std::uint8_t> blocks(system.components.size(), 0);
  for (std::uint32_t h = 0; h < hops; ++h) {
    const Hop& hop = system.hops[HopId(h)];
    const bool has_block = std::any_of(hop.fallbacks.begin(), hop.fallbacks.end(),
                                       [](const Fallback& f) { return f.overflow == Overflow::block; });
    if (!has_block || !hop.component.is_set()) continue;
    blocks[hop.component.value] = 1;
    component_blockers.add(hop.component.value, h);
  }
  for (std::uint32_t p = 0; p < ports; ++p) {
    const Port& port = system.ports[PortId(p)];
    const bool held_up = port.component.is_set() && blocks[port.component.value] != 0;
    can_limit[p] = !port.capacity.is_unlimited() || held_up ? 1 : 0;
    if (held_up) component_ports.add(port.component.value, p);
  }
  component_ports.finish();
  component_blockers.finish();
  fed_by_port.finish();
  into_port.finish();
  needed_by.finish();
  watchers.finish();
  signals.finish();
  process_watchers.finish();
  process_ports.finish();

  find_islands(system);

  std::vector<std::uint32_t> missing(hops + ports, 0);
  for (const auto& targets : next) {
    for (std::uint32_t node : targets) ++missing[node];
  }
  for (std::uint32_t node = 0; node < hops + ports; ++node) {
    if (missing[node] == 0) node_at_rank.push_back(node);
  }
  for (std::size_t i = 0; i < node_at_rank.size(); ++i) {
    for (std::uint32_t node : next[node_at_rank[i]]) {
      if (--missing[node] == 0) node_at_rank.push_back(node);
    }
  }
  assert(node_at_rank.size() == hops + ports && "a loop of hops passed check()");
  node_rank.resize(hops + ports);
  for (std::uint32_t rank = 0; rank < node_at_rank.size(); ++rank) node_rank[node_at_rank[rank]] = rank;
}

void FlowPlan::find_islands(const System& system) {
  Union sets(hops + ports);
  for (std::uint32_t h = 0; h < hops; ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (hop.to.is_set()) sets.join(h, hops + hop.to.value);
    if (hop.from.is_set()) sets.join(h, hops + hop.from.value);
    for (const Fallback& fallback : hop.fallbacks) {
      if (fallback.kind == Fallback::Kind::hand_on) sets.join(h, hops + fallback.port.value);
    }
    if (!hop.component.is_set()) continue;
    for (std::uint32_t other : component_blockers.of(hop.component.value)) sets.join(h, other);
    for (std::uint32_t p : component_ports.of(hop.component.value)) sets.join(h, hops + p);
  }
  island_of_node.resize(hops + ports);
  for (std::uint32_t node = 0; node < hops + ports; ++node) {
    const std::uint32_t least = sets.find(node);
    island_of_node[node] = least == node ? islands++ : island_of_node[least];
  }
  island_nodes.reset(islands);
  for (std::uint32_t node = 0; node < hops + ports; ++node) island_nodes.add(island_of_node[node], node);
  island_nodes.finish();
}

}  // namespace moshimo
