#include "core/random.hpp"

#include <Random123/philox.h>
#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace moshimo {
namespace {

constexpr double z_of_p95 = 1.6448536269514722;  // 95 % of a normal distribution lie below so many deviations
constexpr Duration longest = Duration::days(36'525);

// How many deviations above its middle a normal distribution has this share below it.
double normal_quantile(double probability) {
  using namespace boost::math::policies;
  return std::sqrt(2.0) * boost::math::erf_inv(2 * probability - 1, policy<promote_double<false>>());
}

double in_us(Duration d) { return static_cast<double>(d.us()); }

double triangular_us(const Distribution& d, double p) {
  const double low = in_us(d.low), mode = in_us(d.middle), high = in_us(d.high);
  if (high <= low) return low;
  const double below_mode = (mode - low) / (high - low);
  if (p < below_mode) return low + std::sqrt(p * (high - low) * (mode - low));
  return high - std::sqrt((1 - p) * (high - low) * (high - mode));
}

}  // namespace

std::string_view name_of(Distribution::Kind kind) {
  switch (kind) {
    case Distribution::Kind::exact: return "exact";
    case Distribution::Kind::uniform: return "uniform";
    case Distribution::Kind::triangular: return "triangular";
    case Distribution::Kind::lognormal: return "lognormal";
  }
  return "";
}

Duration quantile(const Distribution& d, double probability) {
  double us = 0;
  switch (d.kind) {
    case Distribution::Kind::exact: return d.middle;
    case Distribution::Kind::uniform: us = in_us(d.low) + probability * (in_us(d.high) - in_us(d.low)); break;
    case Distribution::Kind::triangular: us = triangular_us(d, probability); break;
    case Distribution::Kind::lognormal: {
      if (d.middle <= Duration{}) return d.middle;
      const double deviation = std::log(in_us(d.high) / in_us(d.middle)) / z_of_p95;
      us = in_us(d.middle) * std::exp(deviation * normal_quantile(probability));
      break;
    }
  }
  return std::min(Duration::microseconds(std::llround(std::min(us, in_us(longest)))), longest);
}

Duration median(const Distribution& d) { return d.kind == Distribution::Kind::lognormal ? d.middle : quantile(d, 0.5); }

// FNV-1a over 64 bits.
Stream stream_of(std::string_view name) {
  Stream hash = 14695981039346656037ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

double drawn(std::uint64_t seed, std::uint64_t trial, Stream stream) {
  using Generator = r123::Philox4x32;
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); };
  const Generator::ctr_type counter = {{low(trial), high(trial), low(stream), high(stream)}};
  const Generator::key_type key = {{low(seed), high(seed)}};
  const Generator::ctr_type bits = Generator()(counter, key);
  const std::uint64_t together = (std::uint64_t{bits[0]} << 32U) | bits[1];
  return (static_cast<double>(together >> 12U) + 0.5) * 0x1p-52;
}

}  // namespace moshimo
