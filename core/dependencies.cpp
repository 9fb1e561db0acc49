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

namespace {

ComponentId owner(const System& system, ConditionId c) {
  const Condition& row = system.conditions[c];
  return row.kind == Condition::Kind::staffed ? system.processes[row.process].component : row.component;
}

// Each need of something: what is needed, by which component, and by which condition of it, if by one.
template <class Use>
void for_each_need(const System& system, const Use& use) {
  const auto all = [&](const Needs& needs, ComponentId by, ConditionId whose = {}) {
    for (const Need& need : needs) {
      use(need.condition, by, whose);
      for (const ConditionId c : need.alternatives) use(c, by, whose);
    }
  };
  for (const Port& row : system.ports) all(row.needs, row.component);
  for (const Hop& row : system.hops) all(row.needs, row.component);
  for (const Process& row : system.processes) {
    for (const Needs* needs : {&row.start, &row.run, &row.healthy}) all(*needs, row.component, row.staffed);
  }
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    const Condition& row = system.conditions[ConditionId(c)];
    all(row.follows, row.component, ConditionId(c));
  }
  for (const Store& row : system.stores) {
    all(row.readable, row.component);
    for (const std::vector<ConditionId>* list : {&row.lost_with, &row.emptied_by}) {
      for (const ConditionId c : *list) use(c, row.component, ConditionId{});
    }
  }
}

// What is known of a node that a search has come to: of the last component on the way to it.
struct Along {
  ComponentId component;
  ComponentId via;
  ConditionId because;
  std::uint32_t distance = 0;
};

// A row for each component, the first time that it or a condition of it is come to.
std::vector<Reached> follow(std::span<const Graph::Visit> visits, const NeedGraph& layers, const System& system,
                            bool reverse) {
  std::vector<std::uint32_t> position(layers.nodes());
  std::vector<Along> along(visits.size());
  std::vector<bool> is_listed(layers.components, false);
  std::vector<Reached> reached;
  for (std::uint32_t i = 0; i < visits.size(); ++i) {
    const Graph::Visit& v = visits[i];
    position[v.node] = i;
    const bool is_condition = v.node < layers.conditions;
    const ComponentId component = is_condition ? owner(system, ConditionId(v.node))
                                               : ComponentId((v.node - layers.conditions) % layers.components);
    if (v.before == v.node) {
      along[i].component = component;
    } else {
      along[i] = along[position[v.before]];
      if (component.is_set() && component != along[i].component) {
        const std::uint32_t needed = reverse ? v.node : v.before;
        along[i] = {component, along[i].component, needed < layers.conditions ? ConditionId(needed) : ConditionId{},
                    along[i].distance + 1};
      }
    }
    if (!component.is_set() || is_listed[component.value]) continue;
    is_listed[component.value] = true;
    reached.push_back({component, along[i].via, along[i].distance, true, along[i].because, {}});
  }
  return reached;
}

}  // namespace

NeedGraph::NeedGraph(const System& system)
    : conditions(static_cast<std::uint32_t>(system.conditions.size())),
      components(static_cast<std::uint32_t>(system.components.size())) {
  // What a fault itself takes away comes first: a key is unusable long before it is destroyed.
  for (const bool is_free : {true, false}) {
    for (std::uint32_t c = 0; c < conditions; ++c) {
      const ComponentId of = owner(system, ConditionId(c));
      if (!of.is_set() || (system.conditions[ConditionId(c)].kind == Condition::Kind::free) != is_free) continue;
      edges.push_back({goes(of), c});
      edges.push_back({c, breaks(of)});
    }
  }
  for_each_need(system, [&](ConditionId needed, ComponentId by, ConditionId whose) {
    if (whose.is_set()) {
      edges.push_back({needed.value, whose.value});
    } else if (by.is_set()) {
      edges.push_back({needed.value, breaks(by)});
    }
  });
}

Dependencies::Dependencies(const System& system) : system_(system), layers_(system) {
  for_each_need(system, [&](ConditionId needed, ComponentId by, ConditionId) {
    const ComponentId on = owner(system, needed);
    if (on.is_set() && by.is_set() && on != by) edges_.push_back({on, by, DependencyKind::needs, HopId{}});
  });
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& row = system.hops[HopId(h)];
    const auto feed = [&](ComponentId on, ComponentId dependent) {
      if (on.is_set() && dependent.is_set() && on != dependent) {
        edges_.push_back({on, dependent, DependencyKind::feeds, HopId(h)});
      }
    };
    if (row.from.is_set()) feed(system.ports[row.from].component, row.component);
    if (row.to.is_set()) feed(row.component, system.ports[row.to].component);
  }
  const auto key = [](const Dependency& d) { return std::tie(d.on, d.dependent, d.kind); };
  std::stable_sort(edges_.begin(), edges_.end(),
                   [&](const Dependency& a, const Dependency& b) { return key(a) < key(b); });
  edges_.erase(std::unique(edges_.begin(), edges_.end(),
                           [&](const Dependency& a, const Dependency& b) { return key(a) == key(b); }),
               edges_.end());
  std::vector<Graph::Edge> back, feeds;
  back.reserve(layers_.edges.size());
  for (const Graph::Edge& e : layers_.edges) back.push_back({e.to, e.from});
  needs_ = std::make_unique<Graph>(layers_.nodes(), layers_.edges);
  needs_back_ = std::make_unique<Graph>(layers_.nodes(), back);
  for (const Dependency& d : edges_) {
    if (d.kind != DependencyKind::feeds) continue;
    feeds.push_back({layers_.breaks(d.on), layers_.breaks(d.dependent)});
    back.push_back({layers_.breaks(d.dependent), layers_.breaks(d.on)});
  }
  feeds_ = std::make_unique<Graph>(layers_.nodes(), feeds);
  all_back_ = std::make_unique<Graph>(layers_.nodes(), back);
}

HopId Dependencies::fed_by(ComponentId on, ComponentId dependent) const {
  const auto key = [](const Dependency& d) { return std::tie(d.on, d.dependent, d.kind); };
  const Dependency wanted{on, dependent, DependencyKind::feeds, {}};
  const auto at = std::lower_bound(edges_.begin(), edges_.end(), wanted,
                                   [&](const Dependency& a, const Dependency& b) { return key(a) < key(b); });
  return at != edges_.end() && key(*at) == key(wanted) ? at->hop : HopId{};
}

// What breaks before what starves, each the nearest first.
std::vector<Reached> Dependencies::in_order(std::vector<Reached> reached, bool reverse) const {
  for (Reached& r : reached) {
    if (!r.via.is_set() || r.because.is_set()) continue;
    r.hop = reverse ? fed_by(r.component, r.via) : fed_by(r.via, r.component);
  }
  std::sort(reached.begin(), reached.end(), [](const Reached& a, const Reached& b) {
    if (a.breaks != b.breaks) return a.breaks;
    return std::tie(a.distance, a.component) < std::tie(b.distance, b.component);
  });
  return reached;
}

std::vector<Reached> Dependencies::dependents_of(const std::vector<ComponentId>& starts) {
  std::vector<std::uint32_t> from;
  for (const ComponentId c : starts) from.push_back(layers_.goes(c));
  std::vector<Reached> reached = follow(needs_->breadth_first(from), layers_, system_, false);
  // What merely gets less breaks nothing that needs it.
  from.clear();
  std::vector<std::uint32_t> distance(layers_.components, 0);
  for (const Reached& r : reached) {
    from.push_back(layers_.breaks(r.component));
    distance[r.component.value] = r.distance;
  }
  for (Reached r : follow(feeds_->breadth_first(from), layers_, system_, false)) {
    if (!r.via.is_set()) continue;
    distance[r.component.value] = r.distance = distance[r.via.value] + 1;
    r.breaks = false;
    reached.push_back(r);
  }
  return in_order(std::move(reached), false);
}

std::vector<Reached> Dependencies::dependencies_of(const std::vector<ComponentId>& starts) {
  std::vector<std::uint32_t> from;
  for (const ComponentId c : starts) from.push_back(layers_.breaks(c));
  std::vector<Reached> reached = follow(needs_back_->breadth_first(from), layers_, system_, true);
  std::vector<bool> is_listed(layers_.components, false);
  for (const Reached& r : reached) is_listed[r.component.value] = true;
  for (Reached r : follow(all_back_->breadth_first(from), layers_, system_, true)) {
    if (is_listed[r.component.value]) continue;
    r.breaks = false;
    reached.push_back(r);
  }
  return in_order(std::move(reached), true);
}

}  // namespace moshimo
