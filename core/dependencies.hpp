// Who depends on whom, without time: the static form of the blast radius, in both directions.
//
// An edge leads from a component to a dependent. `needs`: a condition of the one stands among the needs of the other
// (or of one of its conditions). `feeds`: the one sends data to the other, which starves when it stops.
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
  ConditionId condition;  // of a need: the first that makes the edge
  HopId hop;              // of a feed: the first that makes the edge
};

// A component that was reached, the nearest first.
struct Reached {
  ComponentId component;
  ComponentId via;  // the component before it on a shortest path; unset for a start
  std::uint32_t distance = 0;
  bool breaks = true;  // reached by needs alone; else it only starves
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

class Dependencies {
 public:
  explicit Dependencies(const System& system);

  const std::vector<Dependency>& edges() const { return edges_; }  // by component, dependent, kind
  std::vector<Reached> dependents_of(const std::vector<ComponentId>& starts);
  std::vector<Reached> dependencies_of(const std::vector<ComponentId>& starts);
  // The edge of that kind, else any; nullptr: none.
  const Dependency* between(ComponentId on, ComponentId dependent, DependencyKind kind = DependencyKind::needs) const;

 private:
  static std::vector<Reached> search(Graph& needs, Graph& further, const std::vector<ComponentId>& starts);
  std::vector<Dependency> edges_;
  std::unique_ptr<Graph> needs_, feeds_, needs_back_, all_back_;
};

}  // namespace moshimo
