#include "core/dependencies.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <tuple>

namespace moshimo {
namespace {

using Csr = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                               boost::no_property, std::uint32_t, std::uint32_t>;

// Colours that are all white again when the epoch moves on, so that a search does not begin by clearing them.
struct EpochColours {
  using key_type = std::uint32_t;
  using value_type = boost::default_color_type;
  using reference = boost::default_color_type;
  using category = boost::read_write_property_map_tag;
  std::uint32_t* seen = nullptr;
  std::uint32_t epoch = 0;
};
inline boost::default_color_type get(const EpochColours& c, std::uint32_t node) {
  return c.seen[node] == c.epoch ? boost::black_color : boost::white_color;
}
inline void put(const EpochColours& c, std::uint32_t node, boost::default_color_type colour) {
  if (colour != boost::white_color) c.seen[node] = c.epoch;
}

// The list of visits is the queue of the search as well: what was reached and not yet left.
class VisitQueue {
 public:
  using value_type = std::uint32_t;
  using size_type = std::size_t;
  explicit VisitQueue(std::vector<Graph::Visit>& visits) : visits_(&visits) {}
  void push(std::uint32_t) {}  // the visitor has noted it
  void pop() { ++next_; }
  std::uint32_t top() const { return (*visits_)[next_].node; }
  bool empty() const { return next_ == visits_->size(); }
  size_type size() const { return visits_->size() - next_; }

 private:
  std::vector<Graph::Visit>* visits_;
  std::size_t next_ = 0;
};

class NotePredecessor : public boost::default_bfs_visitor {
 public:
  explicit NotePredecessor(std::vector<Graph::Visit>& visits) : visits_(&visits) {}
  template <class Edge>
  void tree_edge(const Edge& e, const Csr& g) {
    visits_->push_back({target(e, g), source(e, g)});
  }

 private:
  std::vector<Graph::Visit>* visits_;
};

}  // namespace

struct Graph::Search {
  Csr graph;
  std::vector<std::uint32_t> seen;
  std::uint32_t epoch = 0;
  std::vector<Visit> visits;
};

Graph::Graph(std::uint32_t nodes, const std::vector<Edge>& edges) : search_(std::make_unique<Search>()) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  pairs.reserve(edges.size());
  for (const Edge& e : edges) pairs.emplace_back(e.from, e.to);
  search_->graph = Csr(boost::edges_are_unsorted_multi_pass, pairs.begin(), pairs.end(), nodes);
  search_->seen.assign(nodes, 0);
}
Graph::~Graph() = default;

std::span<const Graph::Visit> Graph::breadth_first(std::span<const std::uint32_t> starts) {
  Search& s = *search_;
  if (++s.epoch == 0) {
    std::fill(s.seen.begin(), s.seen.end(), 0U);
    s.epoch = 1;
  }
  s.visits.clear();
  EpochColours colours{s.seen.data(), s.epoch};
  std::vector<std::uint32_t> fresh;
  for (std::uint32_t node : starts) {
    if (s.seen[node] == s.epoch) continue;
    s.seen[node] = s.epoch;
    fresh.push_back(node);
    s.visits.push_back({node, node});
  }
  VisitQueue queue(s.visits);
  boost::breadth_first_visit(s.graph, fresh.begin(), fresh.end(), queue, NotePredecessor(s.visits), colours);
  return s.visits;
}

Dependencies::Dependencies(const System& system) {
  const auto owner = [&](ConditionId c) {
    const Condition& row = system.conditions[c];
    return row.kind == Condition::Kind::staffed ? system.processes[row.process].component : row.component;
  };
  const auto add_needs = [&](const Needs& needs, ComponentId dependent) {
    const auto add = [&](ConditionId c) {
      const ComponentId on = owner(c);
      if (on.is_set() && dependent.is_set() && on != dependent) {
        edges_.push_back({on, dependent, DependencyKind::needs, c, HopId{}});
      }
    };
    for (const Need& need : needs) {
      add(need.condition);
      for (ConditionId c : need.alternatives) add(c);
    }
  };
  for (const Port& row : system.ports) add_needs(row.needs, row.component);
  for (const Hop& row : system.hops) add_needs(row.needs, row.component);
  for (const Process& row : system.processes) {
    add_needs(row.start, row.component);
    add_needs(row.run, row.component);
    add_needs(row.healthy, row.component);
  }
  for (const Condition& row : system.conditions) add_needs(row.follows, row.component);
  for (const Store& row : system.stores) {
    add_needs(row.readable, row.component);
    for (const std::vector<ConditionId>* list : {&row.lost_with, &row.emptied_by}) {
      for (ConditionId c : *list) {
        Need need;
        need.condition = c;
        add_needs({need}, row.component);
      }
    }
  }
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& row = system.hops[HopId(h)];
    const auto feed = [&](ComponentId on, ComponentId dependent) {
      if (on.is_set() && dependent.is_set() && on != dependent) {
        edges_.push_back({on, dependent, DependencyKind::feeds, ConditionId{}, HopId(h)});
      }
    };
    if (row.from.is_set()) feed(system.ports[row.from].component, row.component);
    if (row.to.is_set()) feed(row.component, system.ports[row.to].component);
  }
  const auto key = [](const Dependency& d) { return std::tie(d.on, d.dependent, d.kind); };
  // Of several reasons the first that a fault itself takes away is kept: a key is unusable long before it is destroyed.
  const auto follows_another = [&](const Dependency& d) {
    return d.condition.is_set() && system.conditions[d.condition].kind != Condition::Kind::free;
  };
  std::stable_sort(edges_.begin(), edges_.end(), [&](const Dependency& a, const Dependency& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    return follows_another(a) < follows_another(b);
  });
  edges_.erase(std::unique(edges_.begin(), edges_.end(),
                           [&](const Dependency& a, const Dependency& b) { return key(a) == key(b); }),
               edges_.end());
  std::vector<Graph::Edge> needs, feeds, needs_back, all_back;
  for (const Dependency& d : edges_) {
    const Graph::Edge forth{d.on.value, d.dependent.value};
    const Graph::Edge back{d.dependent.value, d.on.value};
    all_back.push_back(back);
    if (d.kind != DependencyKind::needs) {
      feeds.push_back(forth);
      continue;
    }
    needs.push_back(forth);
    needs_back.push_back(back);
  }
  const auto nodes = static_cast<std::uint32_t>(system.components.size());
  needs_ = std::make_unique<Graph>(nodes, needs);
  feeds_ = std::make_unique<Graph>(nodes, feeds);
  needs_back_ = std::make_unique<Graph>(nodes, needs_back);
  all_back_ = std::make_unique<Graph>(nodes, all_back);
}

std::vector<Reached> Dependencies::search(Graph& needs, Graph& further, const std::vector<ComponentId>& starts) {
  std::vector<Reached> reached;
  std::vector<std::uint32_t> from;
  from.reserve(starts.size());
  for (ComponentId c : starts) from.push_back(c.value);
  const auto collect = [&](std::span<const Graph::Visit> visits, bool breaks) {
    // The nodes before are looked up by number: distances grow along the visits.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> distance;
    distance.reserve(reached.size());
    for (const Reached& r : reached) distance.emplace_back(r.component.value, r.distance);
    std::sort(distance.begin(), distance.end());
    const auto known = [&](std::uint32_t node) {
      const auto at = std::lower_bound(distance.begin(), distance.end(), std::pair(node, 0U));
      return at != distance.end() && at->first == node ? &at->second : nullptr;
    };
    std::vector<std::uint32_t> depth_of_visit(visits.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> index;
    for (std::uint32_t i = 0; i < visits.size(); ++i) index.emplace_back(visits[i].node, i);
    std::sort(index.begin(), index.end());
    for (std::uint32_t i = 0; i < visits.size(); ++i) {
      const Graph::Visit& v = visits[i];
      if (const std::uint32_t* d = known(v.node)) {
        depth_of_visit[i] = *d;
        continue;
      }
      if (v.before == v.node) {
        reached.push_back({ComponentId(v.node), ComponentId{}, 0, breaks});
        continue;
      }
      const auto before = std::lower_bound(index.begin(), index.end(), std::pair(v.before, 0U));
      depth_of_visit[i] = depth_of_visit[before->second] + 1;
      reached.push_back({ComponentId(v.node), ComponentId(v.before), depth_of_visit[i], breaks});
    }
  };
  collect(needs.breadth_first(from), true);
  from.clear();
  for (const Reached& r : reached) from.push_back(r.component.value);
  collect(further.breadth_first(from), false);
  return reached;
}

std::vector<Reached> Dependencies::dependents_of(const std::vector<ComponentId>& starts) {
  return search(*needs_, *feeds_, starts);  // what merely gets less breaks nothing that needs it
}

std::vector<Reached> Dependencies::dependencies_of(const std::vector<ComponentId>& starts) {
  return search(*needs_back_, *all_back_, starts);
}

const Dependency* Dependencies::between(ComponentId on, ComponentId dependent, DependencyKind kind) const {
  const auto key = [](const Dependency& d) { return std::tie(d.on, d.dependent); };
  auto at = std::lower_bound(edges_.begin(), edges_.end(), std::tie(on, dependent),
                             [&](const Dependency& d, const auto& k) { return key(d) < k; });
  const Dependency* found = nullptr;
  for (; at != edges_.end() && at->on == on && at->dependent == dependent; ++at) {
    if (found == nullptr || at->kind == kind) found = &*at;
    if (at->kind == kind) break;
  }
  return found;
}

}  // namespace moshimo
