// What depends on a component, in a million of them, beside the shortest search one would write by hand.
#include <benchmark/benchmark.h>
#include <cstdint>
#include <random>
#include <vector>

#include "core/dependencies.hpp"

namespace {

using moshimo::Graph;

constexpr std::uint32_t node_count = 1'000'000;
constexpr std::uint32_t edge_count = 5'000'000;

// Edges lead anywhere, so that nearly everything is reached from the first node and memory is met in no order.
std::vector<Graph::Edge> random_edges() {
  std::mt19937_64 random(1);
  std::vector<Graph::Edge> edges(edge_count);
  for (Graph::Edge& e : edges) {
    e.from = static_cast<std::uint32_t>(random() % node_count);
    e.to = static_cast<std::uint32_t>(random() % node_count);
  }
  return edges;
}

// The same answer as the graph's: each node that is reached, and the one before it.
class ByHand {
 public:
  explicit ByHand(const std::vector<Graph::Edge>& edges)
      : begin_(node_count + 1), to_(edges.size()), seen_(node_count) {
    for (const Graph::Edge& e : edges) ++begin_[e.from + 1];
    for (std::uint32_t n = 0; n < node_count; ++n) begin_[n + 1] += begin_[n];
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (const Graph::Edge& e : edges) to_[next[e.from]++] = e.to;
  }

  const std::vector<Graph::Visit>& breadth_first(std::uint32_t start) {
    ++epoch_;
    visits_.assign(1, {start, start});
    seen_[start] = epoch_;
    for (std::size_t i = 0; i < visits_.size(); ++i) {
      const std::uint32_t node = visits_[i].node;
      for (std::uint32_t e = begin_[node]; e < begin_[node + 1]; ++e) {
        const std::uint32_t to = to_[e];
        if (seen_[to] == epoch_) continue;
        seen_[to] = epoch_;
        visits_.push_back({to, node});
      }
    }
    return visits_;
  }

 private:
  std::vector<std::uint32_t> begin_, to_, seen_;
  std::uint32_t epoch_ = 0;
  std::vector<Graph::Visit> visits_;
};

void breadth_first(benchmark::State& state) {
  Graph graph(node_count, random_edges());
  const std::uint32_t start = 0;
  std::size_t reached = 0;
  for (auto _ : state) reached = graph.breadth_first({&start, 1}).size();
  state.counters["reached"] = static_cast<double>(reached);
}

void breadth_first_by_hand(benchmark::State& state) {
  ByHand graph(random_edges());
  std::size_t reached = 0;
  for (auto _ : state) reached = graph.breadth_first(0).size();
  state.counters["reached"] = static_cast<double>(reached);
}

BENCHMARK(breadth_first)->Unit(benchmark::kMillisecond);
BENCHMARK(breadth_first_by_hand)->Unit(benchmark::kMillisecond);

}  // namespace
