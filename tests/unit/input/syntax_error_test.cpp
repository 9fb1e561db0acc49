#include <catch2/catch.hpp>

#include "input/document.hpp"

using namespace moshimo::input;

namespace {

struct Mistake {
  std::string text;
  std::string message;  // after "f:"
};

std::string errors_of(const std::string& text, Format format) {
  Diagnostics diagnostics;
  const Document document = Document::parse("f", text, format, diagnostics);
  try {
    diagnostics.throw_if_errors();
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a mistake in JSON is named in a sentence, at its place") {
  const std::string not_closed = " the file ends too early: the '{' of line 1 is not closed";
  const std::vector<Mistake> mistakes{
      {"{", "1:2:" + not_closed},
      {"{\"a\"", "1:5:" + not_closed},
      {"{\"a\":", "1:6:" + not_closed},
      {"{\"a\":1", "1:7:" + not_closed},
      {"{\"a\":1,", "1:8:" + not_closed},
      {"{\n\"a\":\n[1, 2", "3:6: the file ends too early: the '[' of line 3 is not closed"},
      {"[1, \"abc", "1:5: the text in quotes that begins here is not closed"},
      {"{\"a\":1,}", "1:7: a comma before '}'; remove it"},
      {"[1,\n]", "1:3: a comma before ']'; remove it"},
      {"[1,,2]", "1:4: a second comma; remove it or write a value before it"},
      {"[,1]", "1:2: expected a value before this comma"},
      {"{\"a\" 1}", "1:6: expected ':' after the key"},
      {"{\"a\"}", "1:5: expected ':' after the key"},
      {"{\"a\":}", "1:6: expected a value, found '}'"},
      {"{\"a\":,}", "1:6: expected a value, found ','"},
      {"{\"a\":1 \"b\":2}", "1:8: expected ',' or '}' after the value"},
      {"[1 2]", "1:4: expected ',' or ']' after the value"},
      {"[1}", "1:3: expected ',' or ']' after the value"},
      {"{\"a\":1]", "1:7: expected ',' or '}' after the value"},
      {"{\"a\":1,b:2}", "1:8: expected a key in double quotes"},
      {"{1:2}", "1:2: expected a key in double quotes"},
      {"{'a':2}", "1:2: a JSON key is written in double quotes"},
      {"[\"a\", 'b']", "1:7: a JSON text is written in double quotes"},
      {"{\"a\":True}", "1:6: expected a JSON value, found 'True'; a text is written in double quotes"},
      {"[01]", "1:2: '01' is no JSON number"},
      {"[1.5.5]", "1:2: '1.5.5' is no JSON number"},
      {"[1e999]", "1:2: this number is too large"},
      {"[1, // one\n2]", "1:5: JSON has no comments; remove this one"},
      {"{\"a\":1 # one\n}", "1:8: JSON has no comments; remove this one"},
      {"[\"a\\q\"]", "1:5: this is no JSON escape; a backslash itself is written \\\\"},
      {"[\"\\ud800\"]", "1:9: this is no JSON escape; a backslash itself is written \\\\"},
      {"[\"a\nb\"]", "1:4: a text in quotes cannot hold a line break or control character; write it as \\n or \\u00XX"},
      {"{} x", "1:4: something follows the end of the JSON value; a file holds one value"},
      {"{}\n{}", "2:1: something follows the end of the JSON value; a file holds one value"},
      {"[1]]", "1:4: something follows the end of the JSON value; a file holds one value"},
      {"", "1:1: the file is empty"},
      {" \n ", "1:1: the file is empty"},
  };
  for (const Mistake& m : mistakes) {
    INFO(m.text);
    CHECK(errors_of(m.text, Format::json) == "f:" + m.message);
  }
}

TEST_CASE("a mistake in YAML is named in a sentence, at its place") {
  const std::vector<Mistake> mistakes{
      {"a: b: c", "1:5: ': ' cannot stand here; put a text that holds it in quotes"},
      {"a: 1\n  b: 2", "2:4: ': ' cannot stand here; put a text that holds it in quotes"},
      {"\ta: b", "1:1: a tab in the indentation; use spaces"},
      {"a:\n\tb: c", "2:1: a tab in the indentation; use spaces"},
      {"a:\n  b: \"x\n  c: d\n", "2:6: the text in quotes that begins here is not closed"},
      {"a: 'it''s", "1:4: the text in quotes that begins here is not closed"},
      {"a: b\nc: [1, \"x]\nd: 1", "2:8: the text in quotes that begins here is not closed"},
      {"a: \"\\\"", "1:4: the text in quotes that begins here is not closed"},
      {"\"", "1:1: the text in quotes that begins here is not closed"},
      {"a: \"x\n---\n\"", "2:1: a line '---' or '...' stands inside a text in quotes; the text is not closed"},
      {"a: \"x\" y", "1:8: nothing can follow the closing quote on its line; put the whole text in quotes"},
      {"a: @x", "1:4: a text cannot begin with '@'; put it in quotes"},
      {"a: `x`", "1:4: a text cannot begin with '`'; put it in quotes"},
      {", a", "1:1: a text cannot begin with ','; put it in quotes"},
      {"a: %x", "1:4: a text cannot begin with '%'; put it in quotes"},
      {"a: [b\n", "2:1: expected ',' or ']' here: the '[' of line 1 is not closed"},
      {"a: [1, 2\nb: 3", "2:2: expected ',' or ']' here: the '[' of line 1 is not closed"},
      {"a: {b: 1", "1:9: expected ',' or '}' here: the '{' of line 1 is not closed"},
      {"[a, b", "1:1: the '[' that opens here is not closed"},
      {"a: ]", "1:4: this bracket closes nothing"},
      {"a: {b: 1]", "1:9: expected ',' or '}' here: the '{' of line 1 is not closed"},
      {"a:\n  - { at: 0s, delete: [orders-role }\n", "2:36: expected ',' or ']' here: the '[' of line 2 is not closed"},
      {"a:\n  b: 1\n c: 2",
       "3:2: this does not continue the map before it; check the indentation, and that the key ends in ': '"},
      {"a: 1\n- b",
       "2:1: this does not continue the map before it; check the indentation, and that the key ends in ': '"},
      {"- - a\n -b",
       "2:2: this does not continue the list before it; check the indentation, and that it begins with '- '"},
      {"- a\nb: c", "2:1: this does not continue what stands before it; check the indentation"},
      {"a: - b", "1:4: '- ' cannot begin a list here; put the list on lines of its own"},
      {"a: |0\n x", "1:6: the indentation of a block text cannot be 0"},
      {"a: | x\n y", "1:6: only a comment can follow '|' or '>' on its line"},
      {"a: \"\\q\"", "1:7: this is no YAML escape; write a backslash as \\\\, or the text in single quotes"},
      {"a: \"\\xzz\"", "1:9: the escape needs hexadecimal digits"},
      {"a: \"\\uD800\"", "1:11: the escape names no Unicode character"},
      {"a: *x", "1:4: no anchor of this name stands before the alias"},
      {"a: *", "1:5: a name is missing after '*'; put a text that begins with it in quotes"},
      {"a: & b", "1:5: a name is missing after '&'; put a text that begins with it in quotes"},
      {"a: !! b", "1:6: a name is missing after '!'; put a text that begins with it in quotes"},
      {"a: !<x", "1:7: the tag that begins with '!<' is not closed"},
      {"a: &x &y b", "1:7: a value has two anchors; remove one"},
      {"a: !x !y b", "1:7: a value has two tags; remove one"},
      {"a: &x 1\nb: *x c\n",
       "2:7: this does not continue the map before it; check the indentation, and that the key ends in ': '"},
      {"a: &x [*x]", "1:8: the alias '*x' stands inside the value it names"},
      {"? [a]\n: b", "1:3: a key must be a text, not a map or a list"},
      {"{a: b}: c", "1:1: a key must be a text, not a map or a list"},
      {"a: &x [1]\n*x : 2", "2:1: a key must be a text, not a map or a list"},
      {": a", "1:1: a key is missing before ':'"},
      {"<<: 1", "1:1: '<<' needs a map or a list of maps, such as an alias"},
      {"<<: [{a: 1}, 2]", "1:1: '<<' needs a map or a list of maps, such as an alias"},
      {"a: &x {a: 1}\n<<: *x\n<<: *x", "3:1: key '<<' appears twice; first at line 2"},
      {"a: b\n---\nc: d", "2:1: a second YAML document begins here; put each into a file of its own"},
      {"a: b\n...\nc: d", "3:1: a second YAML document begins here; put each into a file of its own"},
      {"%YAML 3.0\n---\na: 1", "1:1: the YAML cannot be read: YAML major version too large"},
      {"a: x\x04y", "1:5: the control character 0x04 cannot stand in YAML"},
      {"", "1:1: the file is empty"},
  };
  for (const Mistake& m : mistakes) {
    INFO(m.text);
    CHECK(errors_of(m.text, Format::yaml) == "f:" + m.message);
  }
}

TEST_CASE("an empty document before or after the one with content is no mistake") {
  CHECK(errors_of("---\na: 1\n---\n", Format::yaml).empty());
  CHECK(errors_of("%YAML 1.2\n---\na: 1\n...\n", Format::yaml).empty());
}

TEST_CASE("what a command printed around its JSON is named") {
  CHECK(errors_of("[command]/usr/bin/terraform-bin show -json plan\n{\"a\":1}", Format::yaml) ==
        "f:1:1: this line was printed by the wrapper of the setup-terraform action, before the JSON; set "
        "`terraform_wrapper: false` in the action, or delete everything before the first '{'");
  CHECK(errors_of("Refreshing state...\n\n{\"format_version\":\"1.2\"}\n", Format::yaml) ==
        "f:1:1: text stands before the JSON that begins at line 3; delete the lines before it");
  CHECK(errors_of("{\"@level\":\"info\",\"@message\":\"x\"}\n{\"@level\":\"info\"}\n", Format::json) ==
        "f:1:1: this is the log of a Terraform command with -json; save the plan and give the output of "
        "`terraform show -json FILE`");
  const std::string text =
      "Note: objects have changed\n{\"format_version\":\"1.2\",\"a\":\"" + std::string(3'000'000, 'x') + "\"}";
  CHECK(errors_of(text, Format::yaml) ==
        "f:1:1: text stands before the JSON that begins at line 2; delete the lines before it");
  CHECK(errors_of("a: [\n{\n\"b\": 1}\n ]", Format::yaml).empty());
  CHECK(errors_of("[command]", Format::yaml).empty());
  CHECK(errors_of("# a comment\n---\n{\"a\": 1}\n", Format::yaml).empty());
  CHECK(errors_of("[\n{\"a\": 1},\n{\"a\": 2}]", Format::yaml).empty());
}
