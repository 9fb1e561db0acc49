#include "input/document.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "input/cursor.hpp"

using namespace moshimo;
using namespace moshimo::input;

namespace {

struct Parsed {
  Parsed(std::string text, Format format, const ReadLimits& limits = {})
      : document(Document::parse("f", std::move(text), format, diagnostics, limits)), root(document, diagnostics) {}
  std::string errors() const {
    try {
      diagnostics.throw_if_errors();
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  }
  Diagnostics diagnostics;
  Document document;
  Cursor root;
};

Parsed yaml(std::string text) { return {std::move(text), Format::yaml}; }
Parsed json(std::string text) { return {std::move(text), Format::json}; }

// One line a value: where, what, and its place in the text.
std::string drawn(const Cursor& c) {
  const Node& n = c.node();
  std::string line = fmt::format("{}@{}", c.where().empty() ? "root" : c.where(), n.offset);
  if (c.key_at().offset != c.at().offset) line += fmt::format(" key@{}", c.key_at().offset);
  if (!n.tag.empty()) line += fmt::format(" {}", n.tag);
  switch (n.kind) {
    case NodeKind::null: line += " null"; break;
    case NodeKind::list: line += fmt::format(" list of {}", n.children); break;
    case NodeKind::map: line += fmt::format(" map of {}", n.children); break;
    case NodeKind::scalar:
      line += n.style == ScalarStyle::plain ? fmt::format(" {}", n.text) : fmt::format(" '{}'", n.text);
      break;
  }
  line += '\n';
  for (Cursor child = c.first_child(); child; child = child.next_sibling()) line += drawn(child);
  return line;
}

bool stands_in_the_file(const Cursor& c) {
  const std::string_view source = c.document().file().text();
  const std::string_view text = c.node().text;
  return text.data() >= source.data() && text.data() + text.size() <= source.data() + source.size();
}

}  // namespace

TEST_CASE("JSON becomes a tree with the place of every key and value") {
  const auto r = json("{\"a\" : [1, -2.5e3 , true,null],\n \"b\\n\":{\"\":\"\\u00e9\"}, \"c\":[],\"d\":{}}");
  CHECK(r.errors().empty());
  CHECK(drawn(r.root) ==
        "root@0 map of 4\n"
        "a@7 key@1 list of 4\n"
        "a[0]@8 1\n"
        "a[1]@11 -2.5e3\n"
        "a[2]@20 true\n"
        "a[3]@25 null\n"
        "b\n@39 key@33 map of 1\n"
        "b\n.@43 key@40 'é'\n"
        "c@58 key@54 list of 0\n"
        "d@65 key@61 map of 0\n");
}

TEST_CASE("a JSON text may be a single value") {
  CHECK(drawn(json(" 17").root) == "root@1 17\n");
  CHECK(drawn(json("\"x\"").root) == "root@0 'x'\n");
  CHECK(drawn(json("null").root) == "root@0 null\n");
}

TEST_CASE("YAML becomes the same kind of tree, with tags and styles") {
  const auto r = yaml(
      "é: ü\n"                 // 0; é and ü have two bytes each
      "\"k\": !Sub |\n"        // 7
      "  foo\n"                // 19
      "list:\n"                // 25
      "- a\n"                  // 31
      "-\n"                    // 35
      "- &z !t {p: , q: ~}\n"  // 37
      "many: a\n"              // 57
      "  b\n"                  // 65
      "s: !!str 5\n"           // 69
      "n: !!null ''\n"         // 80
      "e:\n");                 // 93
  CHECK(r.errors().empty());
  CHECK(drawn(r.root) ==
        "root@0 map of 7\n"
        "é@4 key@0 ü\n"
        "k@12 key@7 !Sub 'foo\n'\n"
        "list@31 key@25 list of 3\n"
        "list[0]@33 a\n"
        "list[1]@35 null\n"
        "list[2]@39 !t map of 2\n"
        "list[2].p@46 null\n"
        "list[2].q@54 key@51 null\n"
        "many@63 key@57 a b\n"
        "s@72 key@69 '5'\n"
        "n@83 key@80 null\n"
        "e@93 null\n");
}

TEST_CASE("every way to write nothing is null") {
  for (const char* text : {"a:", "a: ~", "a: null", "a: Null", "a: NULL", "a: # nothing\n", "{a: }", "{a}"}) {
    INFO(text);
    CHECK(yaml(text).root.find("a").is_null());
  }
  CHECK(yaml("a: 'null'").root.find("a").text() == "null");
  CHECK(yaml("a: \"\"").root.find("a").text() == "");
  CHECK(yaml("a: nULL").root.find("a").text() == "nULL");
  CHECK(yaml("# nothing but a comment\n").root.is_null());
}

TEST_CASE("text that stands in the file is not copied") {
  const auto y = yaml(
      "plain: some words\nsingle: 'x y'\ndouble: \"x y\"\nescaped: \"x\\ty\"\ndoubled: 'it''s'\ntagged: !t &a v\n");
  for (const char* key : {"plain", "single", "double", "tagged"}) CHECK(stands_in_the_file(y.root.find(key)));
  for (const char* key : {"escaped", "doubled"}) CHECK_FALSE(stands_in_the_file(y.root.find(key)));
  CHECK(y.root.find("escaped").text() == "x\ty");
  CHECK(y.root.find("doubled").text() == "it's");
  CHECK(y.root.find("tagged").text() == "v");
  const auto j =
      json(R"({"a": "x y", "b": "x\ty", "c": "\\", "d": "\"", "e": "a\"b", "f": 12, "g": "\\\"", "h": "z"})");
  for (const char* key : {"a", "f", "h"}) CHECK(stands_in_the_file(j.root.find(key)));
  for (const char* key : {"b", "c", "d", "e", "g"}) CHECK_FALSE(stands_in_the_file(j.root.find(key)));
  CHECK(j.root.find("c").text() == "\\");
  CHECK(j.root.find("d").text() == "\"");
  CHECK(j.root.find("e").text() == "a\"b");
  CHECK(j.root.find("g").text() == "\\\"");
  CHECK(j.root.find("h").text() == "z");
}

TEST_CASE("a moved document keeps its texts") {
  Diagnostics diagnostics;
  Document first = Document::parse("f", "{\"a\": \"x\\ty\", \"b\": \"plain\"}", Format::json, diagnostics);
  const Document second = std::move(first);
  const Cursor root(second, diagnostics);
  CHECK(root.find("a").text() == "x\ty");
  CHECK(root.find("b").text() == "plain");
}

TEST_CASE("duplicate keys are reported in few keys and in many, and the first is kept") {
  CHECK(yaml("a: 1\nb: 2\na: 3\na: 4\n").errors() ==
        "f:3:1: key 'a' appears twice; first at line 1\nf:4:1: key 'a' appears twice; first at line 1");
  CHECK(json("{\"a\": 1,\n \"\\u0061\": 2}").errors() == "f:2:2: key 'a' appears twice; first at line 1");
  CHECK(yaml("a: {x: 1}\nb: {x: 1, 'x': 2}").errors() == "f:2:11: key 'x' appears twice; first at line 2");
  CHECK(yaml("a: 1\na: 2").root.size() == 1);
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"k{}\": {},\n", i, i);
  CHECK(json(text + "\"last\": 0}").errors().empty());
  CHECK(json(text + "\"k998\": 0, \"k3\": 0,\n\"k3\": 1}").errors() ==
        "f:1001:1: key 'k998' appears twice; first at line 999\n"
        "f:1001:12: key 'k3' appears twice; first at line 4\n"
        "f:1002:1: key 'k3' appears twice; first at line 4");
}

TEST_CASE("an alias stands for a copy of what its anchor names, at the place of the alias") {
  const auto r = yaml("a: &x {p: [1, 2], q: 'z'}\nb: *x\nc: [*x, &y v, *y]\n&k key: 1\nd: *k\n*k : 2\n");
  CHECK(r.errors() == "f:6:1: key 'key' appears twice; first at line 4");
  CHECK(drawn(r.root.find("b")) ==
        "b@29 key@26 map of 2\n"
        "b.p@10 key@7 list of 2\n"
        "b.p[0]@11 1\n"
        "b.p[1]@14 2\n"
        "b.q@21 key@18 'z'\n");
  const auto items = r.root.find("c").items();
  REQUIRE(items.size() == 3);
  CHECK(items[0].find("p").items().at(1).text() == "2");
  CHECK(items[0].key().empty());
  CHECK(items[2].text() == "v");
  CHECK(r.root.find("d").text() == "key");
}

TEST_CASE("a merge key puts a map into another, which keeps its own keys") {
  const auto r = yaml(
      "base: &base {type: a, size: 1}\n"
      "more: &more {size: 2, zone: z}\n"
      "one: {<<: *base, size: 9}\n"
      "two: {own: 1, <<: [*base, *more], last: 2}\n"
      "written: {<<: {p: 1}, q: 2}\n"
      "none: {<<: {}}\n"
      "again: &again {<<: *base, r: 1}\n"
      "copy: {<<: *again}\n"
      "text: {'<<': 1}\n");
  CHECK(r.errors().empty());
  const auto keys = [&](const char* name) {
    std::string text;
    for (const Cursor& c : r.root.find(name).entries()) text += fmt::format("{}={} ", c.key(), *c.text());
    return text;
  };
  CHECK(keys("one") == "type=a size=9 ");
  CHECK(keys("two") == "own=1 type=a size=1 zone=z last=2 ");  // the first of the list that has a key gives it
  CHECK(keys("written") == "p=1 q=2 ");
  CHECK(keys("none").empty());
  CHECK(keys("copy") == "type=a size=1 r=1 ");
  CHECK(keys("text") == "<<=1 ");
  CHECK(r.root.find("two").find("zone").where() == "two.zone");
  CHECK(r.root.find("two").find("last").where() == "two.last");
}

TEST_CASE("a file that needs more than its limits is refused") {
  const auto errors = [](std::string text, Format format, const ReadLimits& limits) {
    return Parsed(std::move(text), format, limits).errors();
  };
  CHECK(errors("[[[1]]]", Format::json, {.deepest = 3}).empty());
  CHECK(errors("[[[[1]]]]", Format::json, {.deepest = 3}) == "f:1:4: nested deeper than 3 levels");
  CHECK(errors("- - - - 1", Format::yaml, {.deepest = 3}) == "f:1:7: nested deeper than 3 levels");
  CHECK(errors("[1, 2, 3]", Format::json, {.most_nodes = 4}).empty());
  CHECK(errors("[1, 2, 3, 4]", Format::json, {.most_nodes = 4}) ==
        "f:1:11: the file holds more than 4 values; split it");
  CHECK(errors("[1, 2, 3, 4]", Format::yaml, {.most_nodes = 4}) ==
        "f:1:11: the file holds more than 4 values; split it");
  CHECK(errors("a: &a [1, 2]\nb: *a\n", Format::yaml, {.most_nodes = 6}) ==
        "f:2:4: the file holds more than 6 values; split it");
  CHECK(errors("a: &a [1, 2]\nb: *a\n", Format::yaml, {.most_expanded = 3}).empty());
  CHECK(errors("a: &a [1, 2]\nb: *a\nc: *a\n", Format::yaml, {.most_expanded = 3}) ==
        "f:3:4: the aliases of this file expand to more than 3 values; write it with fewer aliases");
  CHECK(errors("[1, 2]", Format::json, {.most_bytes = 5}) == "f:1:1: the text is larger than 5 bytes");
  // [*a] at depth 2 with a map of one level in it: 3 levels.
  CHECK(errors("a: &a {x: 1}\nb: [*a]\n", Format::yaml, {.deepest = 3}).empty());
  CHECK(errors("a: &a {x: 1}\nb: [*a]\n", Format::yaml, {.deepest = 2}) ==
        "f:2:5: nested deeper than 2 levels, counting what aliases stand for");
}

TEST_CASE("what was read before a mistake is kept") {
  const auto r = json("{\"a\": 1, \"b\": [2, x]}");
  CHECK(r.errors() == "f:1:19: expected a JSON value, found 'x'; a text is written in double quotes");
  CHECK(r.root.find("a").text() == "1");
  CHECK(r.root.find("b").size() == 1);
  CHECK(yaml("a: 1\nb: [c").root.find("a").text() == "1");
  CHECK(json("").root.is_null());
}

TEST_CASE("JSON is told from YAML by its first characters") {
  for (const char* text : {"{\"a\": 1}", " \n{ \"a\"", "{}", "{", "[", "[1]", "[-1", "[]", "[[", "[{", "[\"a\"]",
                           "[true]", "[false, 1]", "[null", "\xef\xbb\xbf{\"a\": 1}"}) {
    INFO(text);
    CHECK(format_of(text) == Format::json);
  }
  for (const char* text :
       {"", " ", "a: 1", "{a: 1}", "[a]", "{'a': 1}", "[truth]", "[nullable: 1]", "- 1", "\"a\": 1", "# {"}) {
    INFO(text);
    CHECK(format_of(text) == Format::yaml);
  }
}
