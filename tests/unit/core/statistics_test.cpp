// Counts that are joined in any order.
#include "core/statistics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/random.hpp"

using namespace moshimo;

namespace {

constexpr double none_over = std::numeric_limits<double>::infinity();

Tally tally_of(const std::vector<double>& amounts, double limit = none_over) {
  Tally tally;
  for (std::size_t i = 0; i < amounts.size(); ++i) tally.add(amounts[i], i, limit);
  return tally;
}

// Amounts over twelve powers of ten.
std::vector<double> scattered(std::size_t count) {
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(std::pow(10.0, 12 * drawn(1, i, 1) - 3));
  return all;
}

}  // namespace

TEST_CASE("a bucket's amount is off by no more than 1/256", "[statistics]") {
  for (const double amount : scattered(1000)) {
    CHECK(std::abs(amount_of(bucket_of(amount)) - amount) <= amount * bucket_error);
  }
  CHECK(amount_of(bucket_of(0)) == 0);
  CHECK(std::isinf(amount_of(bucket_of(none_over))));
  CHECK(bucket_of(1e-3) < bucket_of(1));
  CHECK(bucket_of(1e15) < bucket_of_infinity);
}

TEST_CASE("quantiles are off by no more than 1/256", "[statistics]") {
  std::vector<double> amounts = scattered(9973);
  const Tally tally = tally_of(amounts);
  std::sort(amounts.begin(), amounts.end());
  for (unsigned per_mille = 1; per_mille <= 1000; ++per_mille) {
    // the smallest amount that has so many of a thousand not above it
    const std::size_t rank = (amounts.size() * per_mille + 999) / 1000;
    const double exact = amounts[rank - 1];
    CHECK(std::abs(tally.quantile(per_mille) - exact) <= exact * bucket_error);
  }
  CHECK(tally.least == amounts.front());
  CHECK(tally.quantile(1000) == Approx(amounts.back()).epsilon(bucket_error));
}

TEST_CASE("of ten amounts the half is the fifth and 95 % the tenth", "[statistics]") {
  const Tally tally = tally_of({10, 1, 9, 2, 8, 3, 7, 4, 6, 5}, 8);
  CHECK(tally.quantile(500) == Approx(5).epsilon(bucket_error));
  CHECK(tally.quantile(510) == Approx(6).epsilon(bucket_error));
  CHECK(tally.quantile(950) == Approx(10).epsilon(bucket_error));
  CHECK(tally.mean() == Approx(5.5).epsilon(bucket_error));
  CHECK(tally.over == 2);  // 9 and 10
  CHECK(tally.most == 10);
  CHECK(tally.most_in == 0);
}

TEST_CASE("what never ends is the last of all", "[statistics]") {
  const Tally tally = tally_of({3, none_over, 1}, 2);
  CHECK(tally.quantile(500) == Approx(3).epsilon(bucket_error));
  CHECK(std::isinf(tally.quantile(900)));
  CHECK(std::isinf(tally.mean()));
  CHECK(tally.over == 2);
}

TEST_CASE("counts joined in any order are the same", "[statistics]") {
  const std::vector<double> amounts = scattered(1000);
  Tally whole;
  std::vector<Tally> parts(7);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const double amount = i % 10 == 0 ? 0 : amounts[i];
    whole.add(amount, i, 1e3);
    parts[i * i % 7].add(amount, i, 1e3);
  }
  Tally forward, backward;
  for (const Tally& part : parts) forward.add(part);
  std::for_each(parts.rbegin(), parts.rend(), [&](const Tally& part) { backward.add(part); });
  CHECK(forward == whole);
  CHECK(backward == whole);
}

TEST_CASE("room is taken by buckets, not by amounts", "[statistics]") {
  const std::vector<double> many = scattered(100'000);
  const Tally tally = tally_of(many);
  // 12 powers of ten are 40 powers of two with 128 buckets each.
  CHECK(tally.counts.size() <= std::size_t{40} * 128);
}

// Ranks 1, 2, 3, 4 against 10, 30, 20, 40, which have the ranks 1, 3, 2, 4: 1 - 6 (0 + 1 + 1 + 0) / (4 (16 - 1)) = 0.8.
TEST_CASE("a rank correlation is that of Spearman", "[statistics]") {
  const std::vector<double> figures = {10, 30, 20, 40};
  const auto correlation = [&](const std::vector<Rank>& inputs, const std::vector<double>& amounts) {
    Tally tally;
    RankSums ranks;
    std::uint64_t squares = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      tally.add(amounts[i], i, none_over);
      ranks.add(bucket_of(amounts[i]), std::vector<Rank>{inputs[i]});
      squares += std::uint64_t{inputs[i]} * inputs[i];
    }
    return rank_correlation(tally, ranks, 0, squares);
  };
  CHECK(correlation({1, 2, 3, 4}, figures) == Approx(0.8));
  CHECK(correlation({1, 2, 3, 4}, {1, 2, 4, 8}) == Approx(1));
  CHECK(correlation({4, 3, 2, 1}, {1, 2, 4, 8}) == Approx(-1));
  CHECK(correlation({1, 2, 3, 4}, {5, 5, 5, 5}) == 0);
  CHECK(correlation({7, 7, 7, 7}, figures) == 0);
  // Ties take the mean of their ranks: 1.5, 1.5, 3, 4 about 2.5 with -1.5, -0.5, 0.5, 1.5 gives 4.5 / sqrt(4.5 x 5).
  CHECK(correlation({1, 2, 3, 4}, {1, 1, 2, 4}) == Approx(4.5 / std::sqrt(4.5 * 5)));
}

// p = 0.5, n = 100: half the width is 1.96 sqrt(0.0025 + 1.96² / 40,000) / (1 + 1.96² / 100) = 0.0962.
TEST_CASE("the interval of a probability is that of Wilson", "[statistics]") {
  CHECK(wilson_interval(50, 100).low == Approx(0.4038).margin(1e-4));
  CHECK(wilson_interval(50, 100).high == Approx(0.5962).margin(1e-4));
  CHECK(wilson_interval(0, 100).low == 0);
  CHECK(wilson_interval(0, 100).high == Approx(0.0370).margin(1e-4));  // 1.96² / (100 + 1.96²)
  CHECK(wilson_interval(100, 100).high == 1);
}
