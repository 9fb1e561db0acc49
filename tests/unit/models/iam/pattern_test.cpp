// Wildcards against a matcher that tries everything, and the values of conditions.
#include "models/iam/pattern.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "models/iam/values.hpp"

using namespace moshimo::models::iam;

namespace {

// Slow and obviously right: `part` counts the colons of the pattern so far.
bool matches_slowly(std::string_view pattern, std::string_view value, PatternKind kind, int part = 0) {
  const bool inside = kind != PatternKind::like && part < 5;
  if (pattern.empty()) return value.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern.front() == '*') {
    const bool ends_part = rest.empty() || rest.front() == ':';
    const bool stays = inside && !(kind == PatternKind::resource && ends_part);
    for (std::size_t n = 0;; ++n) {
      if (matches_slowly(rest, value.substr(n), kind, part)) return true;
      if (n == value.size() || (stays && value[n] == ':')) return false;
    }
  }
  if (value.empty()) return false;
  const bool same = pattern.front() == '?' ? !(inside && value.front() == ':') : pattern.front() == value.front();
  return same && matches_slowly(rest, value.substr(1), kind, part + (pattern.front() == ':' ? 1 : 0));
}

std::string random_text(std::mt19937& random, std::string_view letters, std::size_t most) {
  std::string text(random() % (most + 1), ' ');
  for (char& c : text) c = letters[random() % letters.size()];
  return text;
}

}  // namespace

TEST_CASE("patterns match what a slow matcher matches", "[iam]") {
  std::mt19937 random(7);
  const Caller nobody = anonymous();
  const Request request{.caller = &nobody, .action = {}, .resource_account = {}, .keys = {}};
  const Facts facts(request);
  int matched = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string pattern = random_text(random, "ab:*?*:", 9);
    const std::string value = random_text(random, "ab::", 9);
    for (const PatternKind kind : {PatternKind::like, PatternKind::arn, PatternKind::resource}) {
      if (pattern == "*") continue;  // alone it stands for everything
      std::string mistake;
      const bool fast = Pattern::compile(pattern, kind, false, mistake).matches(value, facts);
      INFO(pattern << " against " << value << ", kind " << static_cast<int>(kind));
      REQUIRE(fast == matches_slowly(pattern, value, kind));
      matched += fast ? 1 : 0;
    }
  }
  CHECK(matched > 1000);
}

TEST_CASE("many stars cost no time", "[iam]") {
  const Caller nobody = anonymous();
  const Request request{.caller = &nobody, .action = {}, .resource_account = {}, .keys = {}};
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  std::string mistake;
  const Pattern stars = Pattern::compile(pattern + "b", PatternKind::like, false, mistake);
  CHECK_FALSE(stars.matches(std::string(20000, 'a'), Facts(request)));
}

TEST_CASE("dates in the W3C forms and in seconds", "[iam]") {
  constexpr std::int64_t second = 1'000'000;
  CHECK(parse_date("1970-01-01T00:00:00Z") == 0);
  constexpr std::int64_t day = 86400 * second;
  CHECK(parse_date("1970-01-02") == day);
  CHECK(parse_date("1970-02") == 31 * day);
  CHECK(parse_date("1971") == 365 * day);
  CHECK(parse_date("86400") == day);
  CHECK(parse_date("1970-01-01T01:00:00+01:00") == 0);
  CHECK(parse_date("1970-01-01T00:00:00.000001Z") == 1);
  CHECK(parse_date("1969-12-31T23:00-01:00") == 0);
  for (const char* wrong : {"", "1970-13-01", "1970-02-29", "1970-01-01T", "1970-01-01T25:00Z", "1970-01-01T00:00:00",
                            "1970-01-01T00:00:00.Z", "noon", "1970-1-1", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(parse_date(wrong));
  }
}

TEST_CASE("addresses of both families", "[iam]") {
  for (const char* right : {"0.0.0.0/0", "255.255.255.255", "::", "::/0", "::1", "2001:db8::", "1:2:3:4:5:6:7:8",
                            "::ffff:192.0.2.1", "1::8/128"}) {
    INFO(right);
    CHECK(parse_address(right));
  }
  for (const char* wrong :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.999", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/x", ":", ":::", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::/129", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:", "g::"}) {
    INFO(wrong);
    CHECK_FALSE(parse_address(wrong));
  }
  CHECK(parse_address("10.0.0.0/8")->contains(*parse_address("10.1.0.0/16")));
  CHECK_FALSE(parse_address("10.1.0.0/16")->contains(*parse_address("10.1.0.0/8")));
  CHECK(parse_address("::ffff:192.0.2.1")->bytes == parse_address("::ffff:c000:201")->bytes);
}

TEST_CASE("base64", "[iam]") {
  CHECK(parse_base64("TWFu") == "Man");
  CHECK(parse_base64("TWE=") == "Ma");
  CHECK(parse_base64("TQ==") == "M");
  CHECK(parse_base64("") == "");
  CHECK_FALSE(parse_base64("TWF"));
  CHECK_FALSE(parse_base64("TW*u"));
}
