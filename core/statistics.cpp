#include "core/statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace moshimo {
namespace {

constexpr unsigned kept_bits = 7;  // of the 52 after the leading one
constexpr unsigned dropped_bits = 52 - kept_bits;
constexpr double nothing = 0x1p-30;
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

Bucket bucket_of(double amount) {
  if (amount < nothing) return bucket_of_nothing;
  if (std::isinf(amount)) return bucket_of_infinity;
  return static_cast<Bucket>(std::bit_cast<std::uint64_t>(amount) >> dropped_bits);
}

double amount_of(Bucket bucket) {
  if (bucket == bucket_of_nothing) return 0;
  if (bucket == bucket_of_infinity) return infinity;
  const auto from = std::bit_cast<double>(std::uint64_t{bucket} << dropped_bits);
  const auto to = std::bit_cast<double>(std::uint64_t{bucket + 1} << dropped_bits);
  return from + (to - from) / 2;
}

void Tally::add(double amount, std::uint64_t trial, double limit) {
  const bool is_first = counts.empty();
  ++counts[bucket_of(amount)];
  least = is_first ? amount : std::min(least, amount);
  if (is_first || amount > most || (amount == most && trial < most_in)) {
    most = amount;
    most_in = trial;
  }
  if (amount > limit) ++over;
}

void Tally::add(const Tally& other) {
  if (other.counts.empty()) return;
  const bool is_first = counts.empty();
  for (const auto& [bucket, count] : other.counts) counts[bucket] += count;
  least = is_first ? other.least : std::min(least, other.least);
  if (is_first || other.most > most || (other.most == most && other.most_in < most_in)) {
    most = other.most;
    most_in = other.most_in;
  }
  over += other.over;
}

std::uint64_t Tally::count() const {
  std::uint64_t all = 0;
  for (const auto& [bucket, count] : counts) all += count;
  return all;
}

double Tally::quantile(unsigned per_mille) const {
  const std::uint64_t all = count();
  if (all == 0) return 0;
  // ceil(all x per_mille / 1000) without leaving the whole numbers
  const std::uint64_t rank = std::max<std::uint64_t>(all / 1000 * per_mille + (all % 1000 * per_mille + 999) / 1000, 1);
  std::uint64_t before = 0;
  for (const auto& [bucket, count] : counts) {
    before += count;
    if (before >= rank) return std::clamp(amount_of(bucket), least, most);
  }
  return most;
}

double Tally::mean() const {
  const std::uint64_t all = count();
  if (all == 0) return 0;
  double sum = 0;
  for (const auto& [bucket, count] : counts) sum += static_cast<double>(count) * amount_of(bucket);
  if (std::isinf(sum)) return sum;
  return std::clamp(sum / static_cast<double>(all), least, most);
}

void RankSums::add(Bucket bucket, std::span<const Rank> ranks) {
  std::vector<std::uint64_t>& row = sums[bucket];
  if (row.empty()) row.resize(ranks.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) row[i] += ranks[i];
}

void RankSums::add(const RankSums& other) {
  for (const auto& [bucket, theirs] : other.sums) {
    std::vector<std::uint64_t>& row = sums[bucket];
    if (row.empty()) row.resize(theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) row[i] += theirs[i];
  }
}

double rank_correlation(const Tally& tally, const RankSums& ranks, std::size_t input, std::uint64_t sum_of_squares) {
  const auto all = static_cast<double>(tally.count());
  if (all < 2) return 0;
  const double middle = (all + 1) / 2;
  double before = 0, spread_of_figure = 0, together = 0, sum = 0;
  for (const auto& [bucket, count] : tally.counts) {
    const auto here = static_cast<double>(count);
    const double rank = before + (here + 1) / 2 - middle;  // the mean rank of the bucket, from the middle of all
    before += here;
    const auto row = ranks.sums.find(bucket);
    if (row == ranks.sums.end()) continue;
    const auto of_input = static_cast<double>(row->second[input]);
    spread_of_figure += here * rank * rank;
    together += of_input * rank;
    sum += of_input;
  }
  const double spread_of_input = static_cast<double>(sum_of_squares) - sum * sum / all;
  if (spread_of_figure <= 0 || spread_of_input <= 0) return 0;
  return std::clamp(together / std::sqrt(spread_of_figure * spread_of_input), -1.0, 1.0);
}

Interval wilson_interval(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return {};
  constexpr double z = 1.9599639845400545;
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double middle = share + z * z / (2 * n);
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  const double whole = 1 + z * z / n;
  return {hits == 0 ? 0.0 : std::max((middle - half) / whole, 0.0),
          hits == trials ? 1.0 : std::min((middle + half) / whole, 1.0)};
}

}  // namespace moshimo
