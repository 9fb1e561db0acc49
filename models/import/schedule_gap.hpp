// A schedule expression as the time between events: `rate(5 minutes)`, `cron(0 12 * * ? *)`.
#pragma once

#include <optional>
#include <string_view>

#include "core/quantity.hpp"

namespace moshimo::models::importing {

std::optional<Duration> schedule_gap(std::string_view expression);  // empty when it is none

}  // namespace moshimo::models::importing
