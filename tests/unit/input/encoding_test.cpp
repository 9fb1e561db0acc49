#include "input/encoding.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace moshimo::input;
using namespace std::string_literals;

namespace {

std::string utf8(std::string bytes) {
  const auto problem = make_utf8(bytes);
  return problem ? "problem at " + std::to_string(problem->offset) + ": " + problem->message : bytes;
}

}  // namespace

TEST_CASE("a byte-order mark is skipped and UTF-16 becomes UTF-8") {
  CHECK(utf8("\xef\xbb\xbf{}") == "{}");
  CHECK(utf8("\xff\xfe\x61\x00\xe9\x00\x3d\xd8\x0e\xde"s) == "aé\xf0\x9f\x98\x8e");  // a pair of surrogates
  CHECK(utf8("\xfe\xff\x00\x61\x00\xe9\xd8\x3d\xde\x0e"s) == "aé\xf0\x9f\x98\x8e");
  CHECK(utf8("\xff\xfe"s).empty());
  CHECK(utf8("").empty());
}

TEST_CASE("broken UTF-16 is refused") {
  const std::string sentence = "the file is not valid UTF-16; save it as UTF-8";
  CHECK(utf8("\xff\xfe\x61\x00\x62"s) == "problem at 1: " + sentence);      // half a unit
  CHECK(utf8("\xff\xfe\x3d\xd8"s) == "problem at 0: " + sentence);          // half a pair
  CHECK(utf8("\xff\xfe\x3d\xd8\x61\x00"s) == "problem at 0: " + sentence);  // a pair with no second half
  CHECK(utf8("\xff\xfe\x61\x00\x0e\xde"s) == "problem at 1: " + sentence);  // a second half alone
}

TEST_CASE("well-formed UTF-8 passes, of every length and at every bound") {
  for (const std::string& text :
       {"plain"s, "é"s, "日本"s, "\xf0\x9f\x98\x8e"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s,
        "\xee\x80\x80"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s}) {
    CHECK(utf8(text) == text);
    CHECK(utf8("12345678" + text + "12345678") == "12345678" + text + "12345678");
  }
}

TEST_CASE("bytes that are no UTF-8 are refused where they stand") {
  for (const std::string& bad :
       {"\x80"s, "\xff"s, "\xc0\x80"s, "\xc1\xbf"s, "\xc3"s, "\xc3x"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s, "\xe2\x82"s,
        "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xf0\x9f\x98"s}) {
    const std::string sentence =
        fmt::format("the byte 0x{:02x} here is not UTF-8; save the file as UTF-8", static_cast<unsigned char>(bad[0]));
    CHECK(utf8("123456789" + bad) == "problem at 9: " + sentence);
    CHECK(utf8("1" + bad + " and more text after it") == "problem at 1: " + sentence);
  }
}

TEST_CASE("files that are no text are named for what they are") {
  CHECK(
      utf8("PK\x03\x04\x14\x00"s) ==
      "problem at 0: looks like a binary file; if it is a Terraform plan run `terraform show -json FILE` and give its "
      "output");
  CHECK(utf8("\x1f\x8b\x08\x00"s) == "problem at 0: is compressed with gzip; unpack it first");
  CHECK(utf8("ab\0c"s) == "problem at 2: looks like a binary file (it has zero bytes); give a YAML or JSON text");
  CHECK(utf8("\xff\xfe\0\0\x61\0\0\0"s) ==  // UTF-32
        "problem at 0: looks like a binary file (it has zero bytes); give a YAML or JSON text");
}
