// What reaches a component from outside: a rate that is constant, follows the time of day or week, or is listed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/system.hpp"
#include "input/diagnostics.hpp"

namespace moshimo::models {

struct Traffic {
  enum class Pattern : std::uint8_t {
    constant,
    daily,   // `rate` on average; least at night, most in the afternoon
    weekly,  // daily, and less at the weekend
    listed,  // `steps`, by time of day, or of the week if they go beyond a day
  };
  std::string to;          // a component
  std::string via = "in";  // one of its ports
  Rate rate = Rate::per_second(1);
  Pattern pattern = Pattern::constant;
  std::vector<ProfileStep> steps;
  std::optional<Bytes> size;  // of one event
  input::Position at;
  input::Position to_at;
  input::Position via_at;
};

// As the engine wants it, for a run that begins `since_monday` after midnight on a Monday.
Profile profile_of(const Traffic& traffic, Duration since_monday);

}  // namespace moshimo::models
