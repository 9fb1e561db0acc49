// What is not known exactly: distributions of durations, and numbers drawn from them.
//
// A draw depends on a seed, the number of a trial and the name of what is drawn, and on nothing else: not on threads,
// not on the order of draws, not on what else is drawn.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/quantity.hpp"

namespace moshimo {

struct Distribution {
  enum class Kind : std::uint8_t {
    exact,       // always `middle`
    uniform,     // anything from `low` to `high`
    triangular,  // from `low` to `high`, most often about `middle`
    lognormal,   // half of them are shorter than `middle`, 95 % shorter than `high`
  };
  Kind kind = Kind::exact;
  Duration low = {};
  Duration middle = {};
  Duration high = {};

  static constexpr Distribution exactly(Duration d) { return {Kind::exact, d, d, d}; }
  static constexpr Distribution uniform(Duration low, Duration high) {
    return {Kind::uniform, low, Duration::microseconds(low.us() / 2 + high.us() / 2), high};
  }
  static constexpr Distribution triangular(Duration low, Duration mode, Duration high) {
    return {Kind::triangular, low, mode, high};
  }
  static constexpr Distribution lognormal(Duration median, Duration p95) {
    return {Kind::lognormal, Duration{}, median, p95};
  }
  friend bool operator==(const Distribution&, const Distribution&) = default;
};

std::string_view name_of(Distribution::Kind kind);

// What is undercut with this probability, 0 < probability < 1. Never longer than a hundred years.
Duration quantile(const Distribution& distribution, double probability);
Duration median(const Distribution& distribution);

// A stream of draws, one for every trial.
using Stream = std::uint64_t;
Stream stream_of(std::string_view name);
double drawn(std::uint64_t seed, std::uint64_t trial, Stream stream);  // evenly between 0 and 1, neither of them

}  // namespace moshimo
