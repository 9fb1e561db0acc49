#include <catch2/catch.hpp>
#include <random>

#include "input/cursor.hpp"

using namespace moshimo;
using namespace moshimo::input;

TEST_CASE("a duration is read in every form people write it in") {
  CHECK(parse_duration("90s") == Duration::microseconds(90'000'000));
  CHECK(parse_duration("15m") == Duration::minutes(15));
  CHECK(parse_duration("15min") == Duration::minutes(15));
  CHECK(parse_duration("24h") == Duration::hours(24));
  CHECK(parse_duration("7d") == Duration::days(7));
  CHECK(parse_duration("2w") == Duration::days(14));
  CHECK(parse_duration("1d12h") == Duration::hours(36));
  CHECK(parse_duration("1d 12h") == Duration::hours(36));
  CHECK(parse_duration("1.5h") == Duration::minutes(90));
  CHECK(parse_duration(".5s") == Duration::microseconds(500'000));
  CHECK(parse_duration("500ms") == Duration::microseconds(500'000));
  CHECK(parse_duration("1.5ms") == Duration::microseconds(1500));
  CHECK(parse_duration("7us") == Duration::microseconds(7));
  CHECK(parse_duration("010s") == Duration::seconds(10));
  CHECK(parse_duration("0") == Duration{});
  CHECK(parse_duration("0s") == Duration{});
  CHECK(parse_duration("forever") == Duration::forever());
}

TEST_CASE("a duration may be written as in ISO 8601, without years and months") {
  CHECK(parse_duration("PT15M") == Duration::minutes(15));
  CHECK(parse_duration("P1DT2H") == Duration::hours(26));
  CHECK(parse_duration("P2W") == Duration::days(14));
  CHECK(parse_duration("PT1.5S") == Duration::microseconds(1'500'000));
  for (const char* text : {"P", "PT", "P1Y", "P1M", "P1H", "P1DT", "PT1D", "PT2M1H", "P-1D", "pt15m", "PT15M x"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("what is no duration is refused") {
  for (const char* text :
       {"",    " ",    "5",     "s",  "-5s",  "+5s",      "5x",    "5S",   "12h1d", "1h1h",  "1h1.s",
        "5.s", "1e3s", "1d,2h", "d1", "1d x", "infinite", "never", "1h30", "0x10s", "ten s", "5\ts"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration longer than time can count is refused, not wrapped") {
  // 2^63 - 1 microseconds are 106751991 d 4 h 0 min 54.775807 s, and that very value means forever.
  CHECK(parse_duration("106751991d") == Duration::microseconds(106'751'991LL * 86'400'000'000LL));
  CHECK(parse_duration("9223372036854775806us") == Duration::microseconds(9'223'372'036'854'775'806LL));
  for (const char* text :
       {"9223372036854775807us", "106751992d", "106751991d5h", "99999999999999999999s", "P99999999999D"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration is written the way people read it") {
  CHECK(to_text(Duration{}) == "0s");
  CHECK(to_text(Duration::hours(36)) == "1d12h");
  CHECK(to_text(Duration::seconds(90)) == "90s");
  CHECK(to_text(Duration::seconds(60)) == "1m");
  CHECK(to_text(Duration::seconds(120)) == "2m");
  CHECK(to_text(Duration::seconds(3661)) == "1h1m1s");
  CHECK(to_text(Duration::seconds(123.5)) == "2m3.5s");
  CHECK(to_text(Duration::days(30)) == "30d");
  CHECK(to_text(Duration::microseconds(250'000)) == "250ms");
  CHECK(to_text(Duration::microseconds(1'500'000)) == "1.5s");
  CHECK(to_text(Duration::microseconds(1'500)) == "1.5ms");
  CHECK(to_text(Duration::microseconds(15)) == "15us");
  CHECK(to_text(Duration::microseconds(1'000'001)) == "1.000001s");
  CHECK(to_text(Duration::forever()) == "forever");
  CHECK(to_text(Duration::seconds(-90)) == "-90s");
}

TEST_CASE("the text of a duration reads back as the same duration, to the microsecond") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto us = static_cast<std::int64_t>(random() >> (1 + random() % 62));
    const Duration d = Duration::microseconds(us);
    INFO(us << " " << to_text(d));
    REQUIRE(parse_duration(to_text(d)) == d);
  }
}

TEST_CASE("an amount of data counts KB as 1000 and KiB as 1024 bytes") {
  CHECK(parse_bytes("600B") == Bytes::count(600));
  CHECK(parse_bytes("600") == Bytes::count(600));
  CHECK(parse_bytes("2KB") == Bytes::count(2000));
  CHECK(parse_bytes("2kB") == Bytes::count(2000));
  CHECK(parse_bytes("1.5 KiB") == Bytes::count(1536));
  CHECK(parse_bytes("5MB") == Bytes::count(5e6));
  CHECK(parse_bytes("1MiB") == Bytes::count(1048576));
  CHECK(parse_bytes("1GiB") == Bytes::count(1073741824));
  CHECK(parse_bytes("1TB") == Bytes::count(1e12));
  CHECK(parse_bytes("unlimited") == Bytes::unlimited());
  for (const char* text :
       {"", "B", "-1B", "1 B B", "1b", "1Mb", "1K", "inf", "nan", "1e999", "0x10", "1e300PB PB", "1,000"}) {
    INFO(text);
    CHECK_FALSE(parse_bytes(text));
  }
}

TEST_CASE("an amount of data is written in units of 1024") {
  CHECK(to_text(Bytes::count(0)) == "0 B");
  CHECK(to_text(Bytes::count(600)) == "600 B");
  CHECK(to_text(Bytes::count(1023)) == "1023 B");
  CHECK(to_text(Bytes::count(1023.999)) == "1 KiB");
  CHECK(to_text(Bytes::count(1536)) == "1.5 KiB");
  CHECK(to_text(Bytes::count(1.5 * 1048576)) == "1.5 MiB");
  CHECK(to_text(Bytes::count(5e6)) == "4.77 MiB");  // 5,000,000 / 1,048,576 = 4.768...
  CHECK(to_text(Bytes::unlimited()) == "unlimited");
}

TEST_CASE("a rate names its unit of time") {
  CHECK(parse_rate("400/s") == Rate::per_second(400));
  CHECK(parse_rate("30/min") == Rate::per_second(0.5));
  CHECK(parse_rate("7200/h") == Rate::per_second(2));
  CHECK(parse_rate("86400/d") == Rate::per_second(1));
  CHECK(parse_rate("0.5 /s") == Rate::per_second(0.5));
  CHECK(parse_rate("0") == Rate{});
  CHECK(parse_rate("unlimited") == Rate::unlimited());
  for (const char* text : {"", "5", "5/", "/s", "-5/s", "5/m", "5/sec", "5s", "5/s/s", "inf/s", "1e999/s"}) {
    INFO(text);
    CHECK_FALSE(parse_rate(text));
  }
}

TEST_CASE("a rate is written per the shortest unit in which it reaches one") {
  CHECK(to_text(Rate{}) == "0/s");
  CHECK(to_text(Rate::per_second(400)) == "400/s");
  CHECK(to_text(Rate::per_second(1.25)) == "1.25/s");
  CHECK(to_text(Rate::per_second(0.5)) == "30/min");
  CHECK(to_text(Rate::per_second(5.0 / 3600)) == "5/h");
  CHECK(to_text(Rate::per_second(2.0 / 86400)) == "2/d");
  CHECK(to_text(Rate::per_second(0.25 / 86400)) == "0.25/d");
  CHECK(to_text(Rate::per_second(1e9)) == "1000000000/s");
  CHECK(to_text(Rate::unlimited()) == "unlimited");
}
