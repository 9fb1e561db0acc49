#include "models/expression.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("a quantity is read with its unit") {
  CHECK(parse_quantity("5m") == Quantity{300, Unit::seconds});
  CHECK(parse_quantity("14d") == Quantity{14 * 86400, Unit::seconds});
  CHECK(parse_quantity("600B") == Quantity{600, Unit::bytes});
  CHECK(parse_quantity("1MiB") == Quantity{1048576, Unit::bytes});
  CHECK(parse_quantity("400/s") == Quantity{400, Unit::per_second});
  CHECK(parse_quantity("30/min") == Quantity{0.5, Unit::per_second});
  CHECK(parse_quantity("0.5") == Quantity{0.5, Unit::none});
  CHECK(parse_quantity("unlimited")->is_infinite());
  CHECK_FALSE(parse_quantity("soon"));
  CHECK_FALSE(parse_quantity("5 apples"));
}

TEST_CASE("arithmetic keeps units apart") {
  const Quantity hour{3600, Unit::seconds};
  const Quantity kilobyte{1000, Unit::bytes};
  const Quantity ten_a_second{10, Unit::per_second};
  const Quantity three{3, Unit::none};
  CHECK(add(hour, hour) == Quantity{7200, Unit::seconds});
  CHECK_FALSE(add(hour, kilobyte));
  CHECK(multiply(three, kilobyte) == Quantity{3000, Unit::bytes});
  CHECK(multiply(ten_a_second, hour) == Quantity{36000, Unit::none});
  CHECK_FALSE(multiply(hour, hour));
  CHECK(divide(hour, hour) == Quantity{1, Unit::none});
  CHECK(divide(hour, three) == Quantity{1200, Unit::seconds});
  CHECK(divide(three, ten_a_second) == Quantity{0.3, Unit::seconds});
  CHECK_FALSE(divide(kilobyte, hour));
}

TEST_CASE("forever fits every unit and absorbs what is added to it") {
  const Quantity day{86400, Unit::seconds};
  CHECK(add(Quantity::infinite(), day)->is_infinite());
  CHECK(subtract(Quantity::infinite(), day)->is_infinite());
  CHECK(least_of(Quantity::infinite(), day) == day);
  CHECK(most_of(Quantity::infinite(), day)->is_infinite());
  CHECK(multiply({0, Unit::none}, Quantity::infinite()) == Quantity{0, Unit::none});
  CHECK(as_duration(Quantity::infinite()) == Duration::forever());
  CHECK(as_rate(Quantity::infinite()) == Rate::unlimited());
  CHECK_FALSE(as_duration({5, Unit::bytes}));
}

TEST_CASE("a moment is a date or a time with its offset from UTC") {
  // 2025-06-25: 55 years since 1970 with 14 leap days, then 31+28+31+30+31 days and 24: 20089 + 175 = 20264 days.
  CHECK(parse_moment("2025-06-25")->seconds == 20264LL * 86400);
  CHECK(parse_moment("2025-06-25T10:00:00+09:00")->seconds == 20264LL * 86400 + 3600);
  CHECK(parse_moment("2025-06-25T01:00Z")->seconds == 20264LL * 86400 + 3600);
  CHECK(parse_moment("2024-02-29"));
  CHECK_FALSE(parse_moment("2025-02-29"));
  CHECK_FALSE(parse_moment("2025-6-25"));
  CHECK_FALSE(parse_moment("yesterday"));
}
