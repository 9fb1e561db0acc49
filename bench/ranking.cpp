// How far each of a thousand nodes reaches in a million of them, at once and one search after the other.
#include <benchmark/benchmark.h>
#include <cstdint>
#include <random>
#include <vector>

#include "core/reach.hpp"

namespace {

using moshimo::Graph;

constexpr std::uint32_t node_count = 1'000'000;
constexpr std::uint32_t edge_count = 2'500'000;
constexpr std::uint32_t start_count = 1'000;

// Edges lead to nodes not far on, as those of an account do to what was set up at the same time; a start reaches
// hundreds of thousands all the same.
std::vector<Graph::Edge> edges_onward() {
  constexpr std::uint32_t far = 1'000;
  std::mt19937_64 random(1);
  std::vector<Graph::Edge> edges(edge_count);
  for (Graph::Edge& e : edges) {
    e.from = static_cast<std::uint32_t>(random() % (node_count - far));
    e.to = e.from + 1 + static_cast<std::uint32_t>(random() % far);
  }
  return edges;
}

std::vector<std::uint32_t> starts() {
  std::mt19937_64 random(2);
  std::vector<std::uint32_t> all(start_count);
  for (std::uint32_t& s : all) s = static_cast<std::uint32_t>(random() % node_count);
  return all;
}

void reach_at_once(benchmark::State& state) {
  const std::vector<Graph::Edge> edges = edges_onward();
  const std::vector<std::uint32_t> from = starts();
  double reached = 0;
  for (auto _ : state) {
    reached = 0;
    for (const std::uint32_t count : moshimo::reach_of_each(node_count, edges, from)) reached += count;
  }
  state.counters["reached"] = reached;
}

// Every fiftieth of them; the graph is there already.
void reach_one_by_one(benchmark::State& state) {
  Graph graph(node_count, edges_onward());
  const std::vector<std::uint32_t> from = starts();
  double reached = 0;
  for (auto _ : state) {
    reached = 0;
    for (std::size_t i = 0; i < from.size(); i += 50) {
      reached += static_cast<double>(graph.breadth_first({&from[i], 1}).size() - 1);
    }
  }
  state.counters["reached"] = reached;
}

BENCHMARK(reach_at_once)->Unit(benchmark::kMillisecond);
BENCHMARK(reach_one_by_one)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
