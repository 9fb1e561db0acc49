#include "scenarios/sweep_axis.hpp"

#include <algorithm>
#include <cmath>

namespace moshimo::scenarios {

namespace {

double rounded(double value, const Axis& axis) {
  if (axis.is_whole) return std::round(value);
  if (axis.unit == models::Unit::seconds) {
    const double grain = value < 120 ? 1 : value < 7200 ? 60 : value < 2 * 86400 ? 600 : 3600;
    return std::round(value / grain) * grain;
  }
  if (axis.unit == models::Unit::bytes) return std::round(value);
  if (value <= 0) return value;
  const double grain = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::round(value / grain) * grain;
}

}  // namespace

Axis axis_of(const Vary& vary, std::size_t points) {
  Axis axis;
  axis.name = vary.name;
  axis.is_range = vary.is_range;
  axis.is_whole = vary.is_whole;
  for (const models::Quantity& v : vary.values) {
    if (v.unit != models::Unit::none) axis.unit = v.unit;
    axis.values.push_back(v.value);
  }
  if (axis.unit != models::Unit::none) axis.is_whole = false;
  std::sort(axis.values.begin(), axis.values.end());
  const double low = axis.values.front();
  const double high = axis.values.back();
  const bool is_time = axis.unit == models::Unit::seconds;
  const double least = low > 0 ? low : is_time ? std::min(60.0, high / 20) : high / 1000;
  constexpr double large = 20;
  axis.is_logarithmic = high / least >= large && !std::isinf(high) && (low > 0 || is_time);
  if (!vary.is_range) return axis;
  axis.values = {low};
  for (std::size_t i = low > 0 ? 1 : 0; i + 1 < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    const double value = axis.is_logarithmic ? least * std::pow(high / least, share) : low + (high - low) * share;
    const double round = rounded(value, axis);
    if (round > axis.values.back() && round < high) axis.values.push_back(round);
  }
  if (high > axis.values.back()) axis.values.push_back(high);
  return axis;
}

double grain_of(const Axis& axis) {
  if (axis.is_whole || axis.unit == models::Unit::seconds || axis.unit == models::Unit::bytes) return 1;
  return std::max((axis.values.back() - axis.values.front()) * 1e-6, 1e-9);
}

double halfway(double low, double high, const Axis& axis) {
  const double grain = grain_of(axis);
  const double middle = low + (high - low) / 2;
  if (grain < 1) return middle;
  return std::clamp(std::floor(middle), low + grain, high - grain);
}

}  // namespace moshimo::scenarios
