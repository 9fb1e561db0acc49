// Who depends on whom, without time: the static form of the blast radius, in both directions.
//
// `needs`: of the one stands a condition among the needs of the other, or of one of its conditions. `feeds`: the one
// sends data to the other, which starves when it stops. What is reached is followed from condition to condition: who
// needs that something exists is not reached from what only makes it fail.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/system.hpp"

namespace moshimo {

enum class DependencyKind : std::uint8_t { needs, feeds };

struct Dependency {
  ComponentId on;
  ComponentId dependent;
  DependencyKind kind = DependencyKind::needs;
  HopId hop;  // of a feed: the first that makes the edge
};

// A component that was reached, the nearest first.
struct Reached {
  ComponentId component;
  ComponentId via;  // the component before it on the path; unset for a start
  std::uint32_t distance = 0;
  bool breaks = true;   // reached by needs alone; else it only starves
  ConditionId because;  // of needs: what the one of the two needs of the other
  HopId hop;            // of feeds: what carries the data
};

// A directed graph of 32-bit nodes for searches from many starts; nothing is allocated per search but the result.
class Graph {
 public:
  struct Edge {
    std::uint32_t from;
    std::uint32_t to;
  };
  Graph(std::uint32_t nodes, const std::vector<Edge>& edges);
  ~Graph();

  struct Visit {
    std::uint32_t node;
    std::uint32_t before;  // itself for a start
  };
  // Breadth first, in order of distance; valid until the next search.
  std::span<const Visit> breadth_first(std::span<const std::uint32_t> starts);

 private:
  struct Search;
  std::unique_ptr<Search> search_;
};

// Who needs what: a node for each condition, and two for each component. An edge leads from a component that goes to
// its conditions, from a condition to those that follow it, and from a condition to the component that breaks without
// it.
struct NeedGraph {
  explicit NeedGraph(const System& system);
  std::uint32_t goes(ComponentId c) const { return conditions + c.value; }
  std::uint32_t breaks(ComponentId c) const { return conditions + components + c.value; }
  std::uint32_t nodes() const { return conditions + 2 * components; }
  std::uint32_t conditions;
  std::uint32_t components;
  std::vector<Graph::Edge> edges;
};

class Dependencies {
 public:
  explicit Dependencies(const System& system);

  const std::vector<Dependency>& edges() const { return edges_; }  // by component, dependent, kind
  std::vector<Reached> dependents_of(const std::vector<ComponentId>& starts);
  std::vector<Reached> dependencies_of(const std::vector<ComponentId>& starts);

 private:
  std::vector<Reached> in_order(std::vector<Reached> reached, bool reverse) const;
  HopId fed_by(ComponentId on, ComponentId dependent) const;
  const System& system_;
  NeedGraph layers_;
  std::vector<Dependency> edges_;
  std::unique_ptr<Graph> needs_, feeds_, needs_back_, all_back_;
};

}  // namespace moshimo
