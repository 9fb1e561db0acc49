// Drawing durations that are not known exactly.
#include "core/random.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

using namespace moshimo;

TEST_CASE("quantiles of distributions are those of the books", "[random]") {
  const auto minutes = [](double m) { return Duration::minutes(m); };
  CHECK(quantile(Distribution::exactly(minutes(5)), 0.9) == minutes(5));
  CHECK(quantile(Distribution::uniform(minutes(10), minutes(30)), 0.25) == minutes(15));
  // Of [0, 10, 30] a third lies below 10. Below it p = x²/(30 x 10), above it 1 - p = (30 - x)²/(30 x 20).
  const Distribution triangle = Distribution::triangular(minutes(0), minutes(10), minutes(30));
  CHECK(quantile(triangle, 1.0 / 3) == minutes(10));
  CHECK(quantile(triangle, 1.0 / 12) == minutes(5));
  CHECK(quantile(triangle, 5.0 / 6) == minutes(20));
  // Half are shorter than 40 min, 95 % than 6 h, and by symmetry of the logarithm 5 % than 40 x 40 / 360 min.
  const Distribution skewed = Distribution::lognormal(minutes(40), minutes(360));
  CHECK(quantile(skewed, 0.5) == minutes(40));
  CHECK(quantile(skewed, 0.95).in_seconds() == Approx(21'600));
  CHECK(quantile(skewed, 0.05).in_seconds() == Approx(40.0 * 40 / 360 * 60));
  CHECK(median(triangle) == quantile(triangle, 0.5));
  CHECK(median(skewed) == minutes(40));
}

TEST_CASE("a distribution without width is its figure", "[random]") {
  const Duration d = Duration::minutes(7);
  for (const double p : {0.001, 0.5, 0.999}) {
    CHECK(quantile(Distribution::uniform(d, d), p) == d);
    CHECK(quantile(Distribution::triangular(d, d, d), p) == d);
    CHECK(quantile(Distribution::lognormal(d, d), p) == d);
  }
  CHECK(quantile(Distribution::lognormal(Duration::days(30'000), Duration::days(36'000'000)), 1 - 0x1p-53) ==
        Duration::days(36'525));
}

// The first words of Philox 4x32-10 with a counter and a key of zeros are 6627e8d5 and e169c58d, says its test vector.
TEST_CASE("draws are those of Philox, keyed by seed, trial and name", "[random]") {
  CHECK(drawn(0, 0, 0) == Approx((0x6627e8d5 + 0xe169c58d / 0x1p32) / 0x1p32).epsilon(1e-14));
  const Stream a = stream_of("time to detect"), b = stream_of("orders/redeploy takes");
  CHECK(drawn(1, 7, a) == drawn(1, 7, a));
  const std::set<double> all = {drawn(1, 7, a), drawn(2, 7, a), drawn(1, 8, a), drawn(1, 7, b)};
  CHECK(all.size() == 4);
}

TEST_CASE("draws lie evenly between 0 and 1", "[random]") {
  const Stream stream = stream_of("anything");
  constexpr int count = 10'000;
  double sum = 0;
  std::vector<double> all;
  for (std::uint64_t trial = 0; trial < count; ++trial) all.push_back(drawn(3, trial, stream));
  std::sort(all.begin(), all.end());
  CHECK(all.front() > 0);
  CHECK(all.back() < 1);
  for (int i = 0; i < count; ++i) sum = std::max(sum, std::abs(all[static_cast<std::size_t>(i)] - (i + 0.5) / count));
  CHECK(sum < 1.95 / std::sqrt(count));  // Kolmogorov and Smirnov: more in one of a thousand samples
}
