// Any bytes, read as a document: no crash, a sound tree, and every message at a place in the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "input/cursor.hpp"

namespace {

using namespace moshimo::input;

void demand(bool holds) {
  if (!holds) std::abort();
}

void check_tree(const Cursor& c, std::size_t depth, std::size_t deepest, std::size_t size) {
  const Node& n = c.node();
  demand(n.offset <= size && n.key_offset <= size && depth <= deepest);
  demand(n.children == 0 || n.kind == NodeKind::list || n.kind == NodeKind::map);
  std::size_t children = 0;
  for (Cursor child = c.first_child(); child; child = child.next_sibling()) {
    demand(&child.node() > &n);
    check_tree(child, depth + 1, deepest, size);
    ++children;
  }
  demand(children == n.children);
}

void read_everything(const Cursor& c) {
  c.text();
  c.yes_no();
  c.number();
  c.integer();
  if (const auto d = c.duration()) demand(parse_duration(to_text(*d)) == *d);
  if (const auto b = c.bytes()) to_text(*b);
  if (const auto r = c.rate()) to_text(*r);
  c.require("a");
  c.allow_only({"name", "type", "role"});
  for (Cursor child = c.first_child(); child; child = child.next_sibling()) read_everything(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ReadLimits limits{.deepest = 40, .most_nodes = 20'000, .most_expanded = 2'000};
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::yaml, Format::json}) {
    Diagnostics diagnostics;
    const Document document = Document::parse("f", text, format, diagnostics, limits);
    const Cursor root(document, diagnostics);
    check_tree(root, 0, limits.deepest, document.file().text().size());
    root.where();
    if (document.root().children < 200) read_everything(root);
    for (const Diagnostic& d : diagnostics.errors()) demand(d.at.offset <= document.file().text().size());
    try {
      diagnostics.throw_if_errors();
    } catch (const InputError&) {
    }
  }
  return 0;
}
