#include "models/import/schedule_gap.hpp"

#include <algorithm>
#include <vector>

namespace moshimo::models::importing {

std::optional<Duration> schedule_gap(std::string_view expression) {
  if (expression.starts_with("rate(") && expression.ends_with(")")) {
    std::string_view inside = expression.substr(5, expression.size() - 6);
    const std::size_t space = inside.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    double number = 0;
    for (const char digit : inside.substr(0, space)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      number = number * 10 + (digit - '0');
    }
    const std::string_view unit = inside.substr(space + 1);
    if (number <= 0) return std::nullopt;
    if (unit.starts_with("minute")) return Duration::minutes(number);
    if (unit.starts_with("hour")) return Duration::hours(number);
    if (unit.starts_with("day")) return Duration::days(number);
    return std::nullopt;
  }
  if (!expression.starts_with("cron(") || !expression.ends_with(")")) return std::nullopt;
  // Fields: minutes hours day-of-month month day-of-week [year]. The gap is that of the finest field that moves.
  std::vector<std::string_view> fields;
  std::string_view inside = expression.substr(5, expression.size() - 6);
  while (!inside.empty()) {
    const std::size_t space = inside.find(' ');
    if (space != 0) fields.push_back(inside.substr(0, space));
    if (space == std::string_view::npos) break;
    inside.remove_prefix(space + 1);
  }
  if (fields.size() < 5) return std::nullopt;
  // How many times a field fires in its range: `*`, `*/5`, `1,31`, `8-17`.
  const auto times = [](std::string_view field, int range) {
    if (field == "*" || field == "?") return range;
    const std::size_t slash = field.find('/');
    if (slash != std::string_view::npos) {
      int every = 0;
      for (const char digit : field.substr(slash + 1)) every = every * 10 + (digit - '0');
      return every > 0 ? std::max(1, range / every) : 1;
    }
    int count = 0;
    std::size_t at = 0;
    while (at <= field.size()) {
      const std::size_t comma = std::min(field.find(',', at), field.size());
      const std::string_view part = field.substr(at, comma - at);
      const std::size_t dash = part.find('-');
      int span = 1;
      if (dash != std::string_view::npos) {
        int from = 0;
        int to = 0;
        bool is_number = true;
        for (const char d : part.substr(0, dash))
          is_number = is_number && d >= '0' && d <= '9', from = from * 10 + (d - '0');
        for (const char d : part.substr(dash + 1))
          is_number = is_number && d >= '0' && d <= '9', to = to * 10 + (d - '0');
        span = is_number && to >= from ? to - from + 1 : 5;  // MON-FRI
      }
      count += span;
      at = comma + 1;
    }
    return std::min(count, range);
  };
  const int minutes = times(fields[0], 60);
  const int hours = times(fields[1], 24);
  double days_between = 1;
  if (fields[2] != "*" && fields[2] != "?") {
    days_between = 30.0 / times(fields[2], 30);
  } else if (fields[4] != "*" && fields[4] != "?") {
    days_between = 7.0 / times(fields[4], 7);
  }
  if (fields[3] != "*" && fields[3] != "?") days_between *= 12.0 / times(fields[3], 12);
  if (minutes > 1) return Duration::minutes(60.0 / minutes);
  if (hours > 1) return Duration::hours(24.0 / hours);
  return Duration::days(days_between);
}

}  // namespace moshimo::models::importing
