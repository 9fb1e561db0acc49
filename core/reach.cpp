#include "core/reach.hpp"

#include <algorithm>
#include <array>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

namespace moshimo {
namespace {

constexpr std::size_t words = 8;  // of 64 searches each: a line of the cache
using Bits = std::array<std::uint64_t, words>;

bool any(const Bits& bits) {
  std::uint64_t all = 0;
  for (const std::uint64_t w : bits) all |= w;
  return all != 0;
}

// For every search at once a number in binary: one row of bits per digit.
class Counters {
 public:
  void add(const Bits& bits, std::uint32_t weight) {
    for (std::size_t digit = 0; weight != 0; ++digit, weight >>= 1) {
      if ((weight & 1U) != 0) add_at(digit, bits);
    }
  }
  std::uint32_t operator[](std::size_t search) const {
    std::uint32_t count = 0;
    for (std::size_t digit = 0; digit < digits_.size(); ++digit) {
      count |= static_cast<std::uint32_t>(digits_[digit][search / 64] >> (search % 64) & 1U) << digit;
    }
    return count;
  }

 private:
  void add_at(std::size_t digit, Bits carry) {
    for (; digit < digits_.size() && any(carry); ++digit) {
      Bits& row = digits_[digit];
      for (std::size_t w = 0; w < words; ++w) {
        const std::uint64_t both = row[w] & carry[w];
        row[w] ^= carry[w];
        carry[w] = both;
      }
    }
  }
  std::array<Bits, 32> digits_ = {};
};

// Rows of a graph one after the other.
struct Rows {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> to;
};

Rows rows_of(std::uint32_t nodes, const std::vector<Graph::Edge>& edges) {
  Rows rows;
  rows.begin.assign(nodes + 1, 0);
  rows.to.resize(edges.size());
  for (const Graph::Edge& e : edges) ++rows.begin[e.from + 1];
  for (std::uint32_t n = 0; n < nodes; ++n) rows.begin[n + 1] += rows.begin[n];
  std::vector<std::uint32_t> next(rows.begin.begin(), rows.begin.end() - 1);
  for (const Graph::Edge& e : edges) rows.to[next[e.from]++] = e.to;
  return rows;
}

// The nodes that are reached at all, with numbers of their own: the rest of a large graph costs nothing.
struct Reachable {
  std::vector<std::uint32_t> number;  // by node; `none` for those that are not
  std::uint32_t count = 0;
  std::vector<Graph::Edge> edges;
  static constexpr std::uint32_t none = 0xffffffff;
};

Reachable reachable(const Rows& rows, std::span<const std::uint32_t> starts) {
  Reachable found;
  found.number.assign(rows.begin.size() - 1, Reachable::none);
  std::vector<std::uint32_t> order;
  const auto visit = [&](std::uint32_t node) {
    if (found.number[node] != Reachable::none) return;
    found.number[node] = found.count++;
    order.push_back(node);
  };
  for (const std::uint32_t s : starts) visit(s);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::uint32_t e = rows.begin[order[i]]; e < rows.begin[order[i] + 1]; ++e) {
      visit(rows.to[e]);
      found.edges.push_back({static_cast<std::uint32_t>(i), found.number[rows.to[e]]});
    }
  }
  return found;
}

}  // namespace

std::vector<std::uint32_t> reach_of_each(std::uint32_t nodes, const std::vector<Graph::Edge>& edges,
                                         std::span<const std::uint32_t> starts, std::uint32_t first_counted) {
  const Reachable part = reachable(rows_of(nodes, edges), starts);

  using Csr = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, std::uint32_t, std::uint32_t>;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  pairs.reserve(part.edges.size());
  for (const Graph::Edge& e : part.edges) pairs.emplace_back(e.from, e.to);  // ascending by where they begin
  const Csr graph(boost::edges_are_sorted, pairs.begin(), pairs.end(), part.count);
  std::vector<std::uint32_t> circle(part.count);
  const std::uint32_t circles = boost::strong_components(
      graph, boost::make_iterator_property_map(circle.begin(), get(boost::vertex_index, graph)));

  // Boost numbers them in such a way that edges lead to lower numbers; from the highest on all that comes in is known.
  std::vector<std::uint32_t> size(circles, 0);
  for (std::uint32_t node = first_counted; node < nodes; ++node) {
    if (part.number[node] != Reachable::none) ++size[circle[part.number[node]]];
  }
  std::vector<Graph::Edge> between;
  for (const Graph::Edge& e : part.edges) {
    if (circle[e.from] != circle[e.to]) between.push_back({circle[e.from], circle[e.to]});
  }
  const Rows rows = rows_of(circles, between);

  std::vector<std::uint32_t> reach(starts.size());
  std::vector<Bits> seen(circles);
  for (std::size_t first = 0; first < starts.size(); first += 64 * words) {
    const std::size_t searches = std::min(64 * words, starts.size() - first);
    std::fill(seen.begin(), seen.end(), Bits{});
    for (std::size_t i = 0; i < searches; ++i) {
      seen[circle[part.number[starts[first + i]]]][i / 64] |= std::uint64_t{1} << (i % 64);
    }
    Counters counters;
    for (std::uint32_t c = circles; c-- > 0;) {
      const Bits mine = seen[c];
      if (!any(mine)) continue;
      counters.add(mine, size[c]);
      for (std::uint32_t e = rows.begin[c]; e < rows.begin[c + 1]; ++e) {
        Bits& next = seen[rows.to[e]];
        for (std::size_t w = 0; w < words; ++w) next[w] |= mine[w];
      }
    }
    for (std::size_t i = 0; i < searches; ++i) {
      reach[first + i] = counters[i] - (starts[first + i] >= first_counted ? 1 : 0);
    }
  }
  return reach;
}

}  // namespace moshimo
