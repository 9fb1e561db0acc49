#include "models/traffic.hpp"

#include <algorithm>
#include <array>

namespace moshimo::models {
namespace {

// Shares of the average rate by hour of the day; they add up to 24.
constexpr std::array<double, 24> share_of_hour = {0.5, 0.4, 0.3, 0.3, 0.3, 0.4, 0.6, 0.8, 1.1, 1.3, 1.4, 1.5,
                                                  1.5, 1.5, 1.6, 1.6, 1.5, 1.5, 1.4, 1.3, 1.1, 0.9, 0.7, 0.5};
// Shares of the average rate by day of the week from Monday; they add up to 7.
constexpr std::array<double, 7> share_of_day = {1.16, 1.16, 1.16, 1.16, 1.16, 0.6, 0.6};

const Duration day = Duration::days(1);
const Duration week = Duration::days(7);

Profile hourly(const Traffic& traffic, std::size_t days) {
  Profile profile;
  profile.period = Duration::hours(24.0 * static_cast<double>(days));
  for (std::size_t hour = 0; hour < 24 * days; ++hour) {
    const double share = share_of_hour[hour % 24] * (days == 1 ? 1.0 : share_of_day[hour / 24]);
    profile.steps.push_back(
        {Duration::hours(static_cast<double>(hour)), Rate::per_second(traffic.rate.per_second() * share)});
  }
  return profile;
}

// The same profile, for a run that begins `start` into its period.
Profile begin_at(const Profile& profile, Duration start) {
  const std::int64_t period = profile.period.us();
  const std::int64_t begin = start.us() % period;
  Profile turned;
  turned.period = profile.period;
  Rate at_begin = profile.steps.back().rate;
  for (const ProfileStep& step : profile.steps) {
    if (step.offset.us() <= begin)
      at_begin = step.rate;
    else
      turned.steps.push_back({Duration::microseconds(step.offset.us() - begin), step.rate});
  }
  turned.steps.insert(turned.steps.begin(), {Duration{}, at_begin});
  for (const ProfileStep& step : profile.steps) {
    if (step.offset.us() > begin) break;
    const Duration offset = Duration::microseconds(step.offset.us() + period - begin);
    if (offset < turned.period) turned.steps.push_back({offset, step.rate});
  }
  return turned;
}

}  // namespace

Profile profile_of(const Traffic& traffic, Duration since_monday) {
  switch (traffic.pattern) {
    case Traffic::Pattern::constant: break;
    case Traffic::Pattern::daily: return begin_at(hourly(traffic, 1), since_monday);
    case Traffic::Pattern::weekly: return begin_at(hourly(traffic, 7), since_monday);
    case Traffic::Pattern::listed: {
      if (traffic.steps.empty()) break;
      Profile profile;
      profile.steps = traffic.steps;
      profile.period = profile.steps.back().offset < day ? day : week;
      return begin_at(profile, since_monday);
    }
  }
  Profile profile;
  profile.steps.push_back({Duration{}, traffic.rate});
  return profile;
}

}  // namespace moshimo::models
