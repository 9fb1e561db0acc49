#include "report/numbers.hpp"

#include <catch2/catch.hpp>

#include "report/layout.hpp"

using namespace moshimo;
using namespace moshimo::report;

namespace {
std::string plain(const std::string& text) { return for_terminal(text, false); }
}  // namespace

TEST_CASE("durations are told in two units, rounded down") {
  CHECK(plain(duration_text(Duration::seconds(4))) == "4 s");
  CHECK(plain(duration_text(Duration::seconds(0.25))) == "250 ms");
  CHECK(plain(duration_text(Duration::minutes(40))) == "40 min");
  CHECK(plain(duration_text(Duration::seconds(21511))) == "5 h 58 min");  // 5 h 58 min 31 s
  CHECK(plain(duration_text(Duration::hours(66))) == "2 d 18 h");
  CHECK(plain(duration_text(Duration::days(14))) == "14 d");
  CHECK(plain(duration_text(Duration::forever())) == "for ever");
}

TEST_CASE("large counts are told in words, small ones in full") {
  CHECK(plain(count_text(3)) == "3");
  CHECK(plain(count_text(56620)) == "56,620");
  CHECK(plain(count_text(999499)) == "999,499");
  CHECK(plain(count_text(999500)) == "1 million");
  CHECK(plain(count_text(1.2284e6)) == "1.2 million");
  CHECK(plain(count_text(537483011)) == "537 million");
  CHECK(plain(count_text(1.8377e9)) == "1.8 billion");
  CHECK(plain(count_text(0.3)) == "0.3");
}

TEST_CASE("bytes are told in powers of a thousand") {
  CHECK(plain(bytes_text(600)) == "600 B");
  CHECK(plain(bytes_text(1.5e9)) == "1.5 GB");
}

TEST_CASE("moments are told by the clock of the scenario") {
  Clock clock;
  clock.start = models::Moment{1747011600};  // 2025-05-12T01:00:00Z
  clock.utc_offset_seconds = 9 * 3600;
  const SimTime at = SimTime::after_start(Duration::seconds(4.5));
  CHECK(clock.iso(at) == "2025-05-12T10:00:04+09:00");
  CHECK(plain(clock.full(at)) == "2025-05-12 10:00:04");
  CHECK(clock.milliseconds(at) == 1747011604500);
  clock.utc_offset_seconds = 0;
  CHECK(clock.iso(at) == "2025-05-12T01:00:04Z");
  CHECK(clock.offset() == "UTC");
}

TEST_CASE("the digest of a text is FNV-1a") {
  Digest digest;
  digest.add("a");
  CHECK(digest.text() == "af63dc4c8601ec8c");
}

TEST_CASE("the length of a window is rounded to the nearest, so that it agrees with where it ends") {
  // Lost from 4 s to 66 h: 65 h 59 min 56 s.
  const Duration window = Duration::hours(66) - Duration::seconds(4);
  CHECK(for_terminal(about_text(window), false) == "2 d 18 h");
  CHECK(for_terminal(duration_text(window), false) == "2 d 18 h");  // but for four seconds
  CHECK(for_terminal(duration_text(window - Duration::minutes(2)), false) == "2 d 17 h");
  CHECK(for_terminal(minute_text(window), false) == "2 d 17 h 59 min");
}

TEST_CASE("a step late in a long run is told to the second") {
  CHECK(plain(precise_text(Duration::days(24) + Duration::minutes(5) + Duration::seconds(15))) == "24 d 5 min 15 s");
  CHECK(plain(precise_text(Duration::minutes(40))) == "40 min");
}
