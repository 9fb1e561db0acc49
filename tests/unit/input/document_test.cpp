#include <catch2/catch.hpp>

#include "input/cursor.hpp"

using namespace moshimo;
using namespace moshimo::input;

namespace {

std::string errors_of(std::string text, Format format, const ReadLimits& limits = {}) {
  Diagnostics diagnostics;
  const Document document = Document::parse("f", std::move(text), format, diagnostics, limits);
  try {
    diagnostics.throw_if_errors();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a YAML map gives its keys, values and positions") {
  Diagnostics diagnostics;
  const Document document =
      Document::parse("f.yaml", "name: staging\nlist: [a, 'b c']\nempty:\n", Format::yaml, diagnostics);
  diagnostics.throw_if_errors();
  const Cursor root(document, diagnostics);
  REQUIRE(root.size() == 3);
  CHECK(root.find("name").text() == "staging");
  CHECK(root.find("name").node().offset == 6);
  CHECK(root.find("list").items().at(1).text() == "b c");
  CHECK(root.find("list").items().at(1).where() == "list[1]");
  CHECK(root.find("empty").is_null());
  CHECK(root.find("empty").at().offset == 31);
}

TEST_CASE("a JSON text gives the same tree") {
  Diagnostics diagnostics;
  const Document document = Document::parse(
      "f.json", R"({"name" : "a\u0041b", "n": [1, -2.5e3, true, null, {"x": {}}], "":"" })", Format::json, diagnostics);
  diagnostics.throw_if_errors();
  const Cursor root(document, diagnostics);
  CHECK(root.find("name").text() == "aAb");
  CHECK(root.find("name").at().offset == 10);
  const auto n = root.find("n").items();
  REQUIRE(n.size() == 5);
  CHECK(n[0].integer() == 1);
  CHECK(n[1].number() == -2500.0);
  CHECK(n[2].yes_no() == true);
  CHECK(n[3].is_null());
  CHECK(n[4].find("x").is_map());
  CHECK(root.find("").text() == "");
}

TEST_CASE("a duplicate key is reported with the line of the first") {
  CHECK(errors_of("a: 1\nb: 2\na: 3\n", Format::yaml) == "f:3:1: key 'a' appears twice; first at line 1");
  CHECK(errors_of("{\"a\": 1,\n \"a\": 2}", Format::json) == "f:2:2: key 'a' appears twice; first at line 1");
}
