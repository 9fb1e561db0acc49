// Statistics that are gathered piece by piece and joined in any order, always with the same result to the last bit.
//
// Everything kept is a count or a sum of whole numbers. An amount is counted in a bucket as wide as 1/128 of a power of
// two, so a quantile is off by no more than 1/256 of itself, and room is taken by buckets, not by amounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace moshimo {

// Which bucket an amount falls into; the buckets are in the order of their amounts. Less than 2^-30 counts as nothing.
using Bucket = std::uint32_t;
inline constexpr Bucket bucket_of_nothing = 0;
inline constexpr Bucket bucket_of_infinity = 0xffffffff;
Bucket bucket_of(double amount);  // 0 or more, or infinity
double amount_of(Bucket bucket);  // its middle
inline constexpr double bucket_error = 1.0 / 256;

// A rank as a whole number: where in its distribution a draw lies.
using Rank = std::uint16_t;
inline Rank rank_of(double probability) { return static_cast<Rank>(probability * 65536.0); }

// The amounts of a figure over all trials.
struct Tally {
  std::map<Bucket, std::uint64_t> counts;
  double least = 0;  // exactly; of no amounts 0
  double most = 0;
  std::uint64_t most_in = 0;  // the first trial with the most
  std::uint64_t over = 0;     // amounts above `limit`, which is not part of the tally

  void add(double amount, std::uint64_t trial, double limit);
  void add(const Tally& other);
  std::uint64_t count() const;
  double quantile(unsigned per_mille) const;  // of `count()` amounts the smallest with so many not above it
  double mean() const;                        // as far as the buckets tell; infinity if any amount is
  friend bool operator==(const Tally&, const Tally&) = default;
};

// How the ranks of some inputs go with a figure.
struct RankSums {
  std::map<Bucket, std::vector<std::uint64_t>> sums;  // of the ranks of each input, over the amounts of a bucket

  void add(Bucket bucket, std::span<const Rank> ranks);
  void add(const RankSums& other);
  friend bool operator==(const RankSums&, const RankSums&) = default;
};

// Spearman's rank correlation of an input with a figure, -1 to 1; 0 where the figure is always the same. Of the ranks
// of the input the sum of squares is needed as well.
double rank_correlation(const Tally& tally, const RankSums& ranks, std::size_t input, std::uint64_t sum_of_squares);

// Between which bounds a probability lies of which `hits` of `trials` are a sample, with 95 % confidence (Wilson).
struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson_interval(std::uint64_t hits, std::uint64_t trials);

}  // namespace moshimo
