#include "core/reach.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>

using namespace moshimo;

TEST_CASE("everybody downstream is counted once, the start itself is not", "[reach]") {
  // 0 → 1 → 3 and 0 → 2 → 3: three others, though there are two ways to 3.
  const std::vector<Graph::Edge> diamond = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  const std::vector<std::uint32_t> all = {0, 1, 2, 3};
  CHECK(reach_of_each(4, diamond, all) == std::vector<std::uint32_t>{3, 1, 1, 0});
}

TEST_CASE("in a circle everybody reaches everybody", "[reach]") {
  // 0 → 1 → 2 → 0, and 2 → 3: from each of the three the two others and 3.
  const std::vector<Graph::Edge> circle = {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 3}};
  const std::vector<std::uint32_t> all = {3, 2, 1, 0, 0};
  CHECK(reach_of_each(5, circle, all) == std::vector<std::uint32_t>{0, 3, 3, 3, 3});
}

TEST_CASE("nobody to start from is nobody reached", "[reach]") {
  CHECK(reach_of_each(3, {{0, 1}}, {}).empty());
  CHECK(reach_of_each(0, {}, {}).empty());
}

TEST_CASE("nodes that are only on the way do not count", "[reach]") {
  // 0 and 1 are on the way to 2 and 3, in a circle with one of them.
  const std::vector<Graph::Edge> edges = {{0, 1}, {1, 2}, {2, 1}, {1, 3}};
  const std::vector<std::uint32_t> starts = {0, 1, 2, 3};
  CHECK(reach_of_each(4, edges, starts, 2) == std::vector<std::uint32_t>{2, 2, 1, 0});
}

TEST_CASE("searches at once count what one search after the other finds", "[reach]") {
  std::mt19937_64 random(7);
  // From a few islands to nearly everything in one circle; more starts than fit into one pass of 512.
  for (const std::uint32_t edges : {100U, 800U, 1500U, 4000U}) {
    constexpr std::uint32_t nodes = 1300;
    std::vector<Graph::Edge> list(edges);
    for (Graph::Edge& e : list) {
      e.from = static_cast<std::uint32_t>(random() % nodes);
      e.to = static_cast<std::uint32_t>(random() % nodes);
    }
    std::vector<std::uint32_t> starts(nodes);
    std::iota(starts.begin(), starts.end(), 0U);
    const std::vector<std::uint32_t> reach = reach_of_each(nodes, list, starts);
    Graph graph(nodes, list);
    for (const std::uint32_t s : starts) {
      INFO(edges << " edges, from " << s);
      REQUIRE(reach[s] + 1 == graph.breadth_first({&s, 1}).size());
    }
  }
}
