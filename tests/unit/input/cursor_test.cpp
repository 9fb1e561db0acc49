#include "input/cursor.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;
using namespace moshimo::input;

namespace {

// A document, and what a reader complained of.
struct Reading {
  explicit Reading(std::string text, Format format = Format::yaml)
      : document(Document::parse("f", std::move(text), format, diagnostics)), root(document, diagnostics) {}
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

}  // namespace

TEST_CASE("a place says where it is, from the root") {
  const Reading r("resources:\n  web: { logs: [a, { group: x }] }\n  db: {}\n");
  const Cursor web = r.root.find("resources").find("web");
  CHECK(r.root.where().empty());
  CHECK(web.where() == "resources.web");
  CHECK(web.find("logs").where() == "resources.web.logs");
  CHECK(web.find("logs").items()[1].find("group").where() == "resources.web.logs[1].group");
  CHECK(r.root.find("resources").find("db").where() == "resources.db");
  CHECK(web.key() == "web");
  CHECK(web.key_at().offset == 13);
  CHECK(web.at().offset == 18);
}

TEST_CASE("an empty cursor gives defaults and says nothing") {
  const Cursor none;
  CHECK_FALSE(none);
  CHECK_FALSE((none.is_map() || none.is_list() || none.is_scalar() || none.is_null()));
  CHECK(none.size() == 0);
  CHECK_FALSE(none.find("x"));
  CHECK_FALSE(none.require("x"));
  CHECK(none.items().empty());
  CHECK(none.entries().empty());
  CHECK(none.one_or_many().empty());
  CHECK_FALSE(none.first_child());
  CHECK_FALSE(none.next_sibling());
  CHECK_FALSE(none.text());
  CHECK_FALSE(none.yes_no());
  CHECK_FALSE(none.number());
  CHECK_FALSE(none.integer());
  CHECK_FALSE(none.duration());
  CHECK_FALSE(none.bytes());
  CHECK_FALSE(none.rate());
  CHECK_FALSE(none.expect_map("x"));
  CHECK_FALSE(none.expect_list("x"));
  CHECK(none.where().empty());
  CHECK(none.at().file == nullptr);
  none.error("nobody hears");
  none.allow_only({"x"});
}

TEST_CASE("a missing key is reported at the map that lacks it, an absent optional one is not") {
  const Reading r("a:\n  b: 1\n");
  CHECK_FALSE(r.root.find("a").find("c"));
  CHECK(r.errors().empty());
  CHECK_FALSE(r.root.find("a").require("c"));
  CHECK_FALSE(r.root.require("d"));
  CHECK_FALSE(r.root.find("a").find("b").require("e"));
  CHECK(r.errors() ==
        "f:1:1: key 'c' is missing\n"
        "f:1:1: key 'd' is missing\n"
        "f:2:6: expected a map with the key 'e', found '1'");
}

TEST_CASE("unknown keys are all reported, with the nearest or with what is known") {
  const Reading r("nmae: x\ntype: y\nzone: z\n");
  r.root.allow_only({"type", "name", "role"});
  CHECK(r.errors() ==
        "f:1:1: unknown key 'nmae'; did you mean 'name'?\n"
        "f:3:1: unknown key 'zone'; known here: name, role and type");
}

TEST_CASE("a list is not a map, and each says what was found") {
  const Reading r("l: [1]\nm: {a: 1}\ns: x\nn:\n");
  CHECK(r.root.find("l").entries().empty());
  CHECK(r.root.find("m").items().empty());
  CHECK_FALSE(r.root.find("s").expect_map("a resource"));
  CHECK_FALSE(r.root.find("n").expect_list("'faults'"));
  CHECK(r.root.find("m").expect_map("a resource"));
  CHECK(r.errors() ==
        "f:1:4: this must be a map, found a list\n"
        "f:2:4: this must be a list, found a map\n"
        "f:3:4: a resource must be a map, found 'x'\n"
        "f:4:1: 'faults' must be a list, found nothing");
}

TEST_CASE("one value may stand for a list of one") {
  const Reading r("one: a\nmany: [a, b]\nmap: {x: 1}\n");
  CHECK(r.root.find("one").one_or_many().size() == 1);
  CHECK(r.root.find("one").one_or_many()[0].text() == "a");
  CHECK(r.root.find("many").one_or_many()[1].text() == "b");
  CHECK(r.root.find("map").one_or_many()[0].is_map());
  CHECK(r.errors().empty());
}

TEST_CASE("children can be walked without a vector") {
  const Reading r("a: 1\nb: 2\nc: 3\n");
  std::string keys;
  for (Cursor c = r.root.first_child(); c; c = c.next_sibling()) keys += c.key();
  CHECK(keys == "abc");
  CHECK_FALSE(r.root.next_sibling());
}

TEST_CASE("text is any scalar as it is written") {
  const Reading r(
      "account: 012345678901\nport: 010\nyes: no\nquoted: 'x y'\nblock: |\n  one\n  two\nlist: []\nnone: ~\n");
  CHECK(r.root.find("account").text() == "012345678901");
  CHECK(r.root.find("port").text() == "010");
  CHECK(r.root.find("yes").text() == "no");
  CHECK(r.root.find("quoted").text() == "x y");
  CHECK(r.root.find("block").text() == "one\ntwo\n");
  CHECK(r.errors().empty());
  CHECK_FALSE(r.root.find("list").text());
  CHECK_FALSE(r.root.find("none").text());
  CHECK(r.errors() == "f:8:7: expected a text, found a list\nf:9:7: expected a text, found nothing");
}

TEST_CASE("true, false, yes and no are read without quotes only") {
  const Reading r("a: true\nb: false\nc: yes\nd: no\ne: 'true'\nf: maybe\ng: True\nh: 1\ni:\n");
  CHECK(r.root.find("a").yes_no() == true);
  CHECK(r.root.find("b").yes_no() == false);
  CHECK(r.root.find("c").yes_no() == true);
  CHECK(r.root.find("d").yes_no() == false);
  for (const char* key : {"e", "f", "g", "h", "i"}) CHECK_FALSE(r.root.find(key).yes_no());
  CHECK(r.errors() ==
        "f:5:4: expected true or false, found the text 'true'; remove the quotes\n"
        "f:6:4: expected true or false, found 'maybe'\n"
        "f:7:4: expected true or false, found 'True'\n"
        "f:8:4: expected true or false, found '1'\n"
        "f:9:1: expected true or false, found nothing");
}

TEST_CASE("numbers are decimal") {
  const Reading r("a: 010\nb: 1.5\nc: -2e3\nd: +7\ne: .5\nf: '5'\ng: 0x10\nh: .inf\ni: nan\nj: 1_000\nk: 1e999\n");
  CHECK(r.root.find("a").number() == 10.0);
  CHECK(r.root.find("b").number() == 1.5);
  CHECK(r.root.find("c").number() == -2000.0);
  CHECK(r.root.find("d").number() == 7.0);
  CHECK(r.root.find("e").number() == 0.5);
  for (const char* key : {"f", "g", "h", "i", "j", "k"}) CHECK_FALSE(r.root.find(key).number());
  CHECK(r.errors() ==
        "f:6:4: expected a number, found the text '5'; remove the quotes\n"
        "f:7:4: expected a number, found '0x10'\n"
        "f:8:4: expected a number, found '.inf'\n"
        "f:9:4: expected a number, found 'nan'\n"
        "f:10:4: expected a number, found '1_000'\n"
        "f:11:4: expected a number, found '1e999'");
}

TEST_CASE("whole numbers keep every digit and may be written with a point or exponent") {
  const Reading r("a: 010\nb: -5\nc: 9223372036854775807\nd: 5.0\ne: 2e3\nf: 5.5\ng: 9223372036854775808\nh: x\n");
  CHECK(r.root.find("a").integer() == 10);
  CHECK(r.root.find("b").integer() == -5);
  CHECK(r.root.find("c").integer() == 9223372036854775807LL);
  CHECK(r.root.find("d").integer() == 5);
  CHECK(r.root.find("e").integer() == 2000);
  for (const char* key : {"f", "g", "h"}) CHECK_FALSE(r.root.find(key).integer());
  CHECK(r.errors() ==
        "f:6:4: expected a whole number, found '5.5'\n"
        "f:7:4: expected a whole number, found '9223372036854775808'\n"
        "f:8:4: expected a whole number, found 'x'");
}

TEST_CASE("quantities are read with or without quotes, and a forgotten unit is named") {
  const Reading r(R"({"d": "1d12h", "b": "2KB", "bb": 600, "r": "30/min", "d0": 0,
"d1": 30, "d2": "-5", "d3": "soon", "b1": "much", "r1": 50, "r2": -1, "r3": [1]})",
                  Format::json);
  CHECK(r.root.find("d").duration() == Duration::hours(36));
  CHECK(r.root.find("b").bytes() == Bytes::count(2000));
  CHECK(r.root.find("bb").bytes() == Bytes::count(600));
  CHECK(r.root.find("r").rate() == Rate::per_second(0.5));
  CHECK(r.root.find("d0").duration() == Duration{});
  CHECK(r.errors().empty());
  for (const char* key : {"d1", "d2", "d3"}) CHECK_FALSE(r.root.find(key).duration());
  CHECK_FALSE(r.root.find("b1").bytes());
  for (const char* key : {"r1", "r2", "r3"}) CHECK_FALSE(r.root.find(key).rate());
  CHECK(r.errors() ==
        "f:2:7: '30' has no unit; write 30s, 30m, 30h or 30d\n"
        "f:2:17: a duration cannot be negative, found '-5'\n"
        "f:2:29: expected a duration such as 90s, 15m, 1d12h or forever, found 'soon'\n"
        "f:2:43: expected an amount of data such as 600B, 2KB, 1MiB or unlimited, found 'much'\n"
        "f:2:57: '50' has no unit; write 50/s, 50/min, 50/h or 50/d\n"
        "f:2:67: expected a rate such as 400/s, 30/min, 5/h or unlimited, found '-1'\n"
        "f:2:77: expected a rate such as 400/s, 30/min, 5/h or unlimited, found a list");
}
