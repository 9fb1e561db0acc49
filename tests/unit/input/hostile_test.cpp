// Input made to cost time or memory ends soon, with a sentence.
#include <catch2/catch.hpp>
#include <chrono>
#include <fmt/format.h>

#include "input/cursor.hpp"

using namespace moshimo::input;

namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// The messages; fails when reading takes as long as only a runaway would.
std::string errors_of(std::string text, const ReadLimits& limits = {}) {
  const auto begin = std::chrono::steady_clock::now();
  Diagnostics diagnostics;
  const Format format = format_of(text);
  const Document document = Document::parse("f", std::move(text), format, diagnostics, limits);
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took < std::chrono::seconds(20));
  try {
    diagnostics.throw_if_errors(3);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

constexpr std::size_t million = 1'000'000;
const std::string too_long =
    "more than 2 MB without an end begin here, too long for one value of YAML; write the file as JSON, or its lists "
    "and "
    "maps in lines without brackets";

}  // namespace

TEST_CASE("brackets without end stop at the depth limit, in JSON and in YAML") {
  CHECK(errors_of(repeated("[", 100 * million)) == "f:1:201: nested deeper than 200 levels");
  CHECK(errors_of(repeated("{\"a\":", 10 * million)) == "f:1:1001: nested deeper than 200 levels");
  CHECK(errors_of("a: " + repeated("[", 20 * million)) == "f:1:203: nested deeper than 200 levels");
  CHECK(errors_of("a: " + repeated("{a: ", 5 * million)) == "f:1:800: nested deeper than 200 levels");
  CHECK(errors_of(repeated("[a, ", 5 * million)) == "f:1:801: nested deeper than 200 levels");
  CHECK(errors_of(repeated("- ", 5 * million)) == "f:1:401: nested deeper than 200 levels");
  CHECK(errors_of("- [\"x]\", 'y''[', z: " + repeated("[", 5 * million)) == "f:1:219: nested deeper than 200 levels");
}

TEST_CASE("brackets in a text are no nesting") {
  CHECK(errors_of("a: \"" + repeated("[", million) + "\"").empty());
  CHECK(errors_of("a: |\n  " + repeated("[", million)).empty());
  CHECK(errors_of("a: x" + repeated("[", million)).empty());
  CHECK(errors_of("a: [\"" + repeated("[", million) + "\"]").empty());
  CHECK(errors_of("a: [x # " + repeated("[", million) + "\n]").empty());
}

TEST_CASE("what YAML cannot tell the end of is refused before it fills the memory") {
  CHECK(errors_of("a: [[" + repeated("1,", 2 * million) + "]]") == "f:1:4: " + too_long);
  CHECK(errors_of("a: \"" + repeated("x", 3 * million)) == "f:1:1: " + too_long);
  CHECK(errors_of(repeated("\"", 4 * million)) == "f:1:1: " + too_long);
  CHECK(errors_of(repeated("&a ", million)) == "f:1:1: " + too_long);
  CHECK(errors_of("- [" + repeated("a: b, ", million)) == "f:1:3: " + too_long);
  CHECK(errors_of("a: [[" + repeated("1,", million / 2) + "]]").empty());
}

TEST_CASE("aliases of aliases stop at a million values") {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = fmt::format("*a{}", i - 1);
    text += fmt::format("a{}: &a{} [{}]\n", i, i, repeated(alias + " ,", 9) + alias);
  }
  // a0 has 11 values, so a1 copies 110, a2 10 x 111, a3 10 x 1111, a4 10 x 11111: 123,440 in all. a5 copies 111,111 a
  // time: 7 times make 901,217, the 8th is too much.
  CHECK(errors_of(text) ==
        "f:6:45: the aliases of this file expand to more than 1000000 values; write it with fewer aliases");
}

TEST_CASE("aliases that nest stop at the depth limit") {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 1000; ++i) text += fmt::format("a{}: &a{} [*a{} ]\n", i, i, i - 1);
  // a0 has one level, a198 has 199, and with the root that makes 200.
  CHECK(errors_of(text) == "f:200:14: nested deeper than 200 levels, counting what aliases stand for");
}

TEST_CASE("merge keys of merge keys stop at a million values") {
  std::string text = "a0: &a0 {x: 1}\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = fmt::format("*a{}", i - 1);
    text += fmt::format("a{}: &a{} {{<<: [{}]}}\n", i, i, repeated(alias + " ,", 9) + alias);
  }
  CHECK_THAT(errors_of(text), Catch::Contains("expand to more than 1000000 values"));
}

TEST_CASE("a flood of duplicate keys is reported without taking longer for it") {
  const std::string errors = errors_of("{" + repeated("\"a\": 1,\n", million) + "\"a\": 1}");
  CHECK(errors ==
        "f:2:1: key 'a' appears twice; first at line 1\n"
        "f:3:1: key 'a' appears twice; first at line 1\n"
        "f:4:1: key 'a' appears twice; first at line 1\n"
        "and 999997 more");
}

TEST_CASE("of a key that appears twice the first stays, and every other is reported") {
  Diagnostics diagnostics;
  const Document document =
      Document::parse("f", "a: 1\nb: {x: 1, y: 2, x: 3}\na: {z: 1}\na: 2\n", Format::yaml, diagnostics);
  CHECK(document.is_whole());
  const Cursor root(document, diagnostics);
  CHECK(root.size() == 2);
  CHECK(root.find("a").text() == "1");
  CHECK(root.find("b").size() == 2);
  CHECK_THROWS_WITH(diagnostics.throw_if_errors(),
                    "f:2:17: key 'x' appears twice; first at line 2\n"
                    "f:3:1: key 'a' appears twice; first at line 1\n"
                    "f:4:1: key 'a' appears twice; first at line 1");
  // More keys than are compared with each other one by one.
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += fmt::format("\"k{}\": {},\n", i % 98, i);
  Diagnostics of_many;
  const Document all = Document::parse("f", many + "\"end\": 0}", Format::json, of_many);
  CHECK(Cursor(all, of_many).size() == 99);
  CHECK(Cursor(all, of_many).find("k1").text() == "1");
  CHECK(of_many.errors().size() == 2);
}

TEST_CASE("more values than there is room for are refused, and a text longer than any") {
  // Of 1,000,000 bytes the text takes 6 + 200,000 + 3; what is left holds so many values, the map and the list first.
  const ReadLimits narrow{.most_memory = 1'000'000};
  const std::size_t room = (1'000'000 - 200'009) / sizeof(Node);
  CHECK(errors_of("{\"a\":[" + repeated("1,", million / 10) + "1]}", narrow) ==
        fmt::format("f:1:{}: the file holds more than {} values; split it", 7 + 2 * (room - 2), room));
  const ReadLimits brief{.longest_token = 1000};
  const std::string refused = "f:1:8: a text or number of more than 1000 bytes begins here, which is too long";
  CHECK(errors_of("{\"a\":  \"" + repeated("x", 1000) + "\"}", brief) == refused);
  CHECK(errors_of("{\"a\":  \"" + repeated("\\\"", 500) + "\"}", brief) == refused);
  CHECK(errors_of("{\"a\":  " + repeated("1", 1001) + "}", brief) == refused);
  CHECK(errors_of("{\"a\":  [" + repeated("12, ", 2000) + "1]}", brief).empty());
  CHECK(errors_of("{\"a\":  [" + repeated("\"x, y\\\\\", ", 2000) + "1]}", brief).empty());
  CHECK(
      errors_of(repeated("a: 1\n", million), {.most_yaml_bytes = 2 * million}) ==
      "f:1:1: the file is larger than 2 MB, too large for YAML; write it as JSON, which is read twenty times as fast");
}

TEST_CASE("a place in one very long line is found") {
  const std::string errors = errors_of("[" + repeated("\"é\",", million) + "x]");
  CHECK(errors == "f:1:4000002: expected a JSON value, found 'x'; a text is written in double quotes");
}

TEST_CASE("truncated at any byte, a text gives a tree or a message and nothing else") {
  const std::string yaml =
      "a: &x {p: \"q\\n\", r: 's'}\nb: [1, *x, ~]\nc: |\n  text\n? d\n: !t e # f\n<<: *x\n'g': >-\n  h\n  i\n";
  const std::string json = "{\"a\": [1, -2.5e3, \"b\\u00e9\\\"\"], \"c\": {\"d\": null, \"e\": true}}";
  for (std::size_t n = 0; n < yaml.size(); ++n) errors_of(yaml.substr(0, n));
  for (std::size_t n = 0; n < json.size(); ++n) {
    INFO(json.substr(0, n));
    CHECK_FALSE(errors_of(json.substr(0, n)).empty());
  }
}
