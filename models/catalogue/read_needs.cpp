#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

namespace {

Test both(Test a, Test b) {
  if (a.is_always()) return b;
  if (b.is_always()) return a;
  Test joined;
  joined.kind = Test::Kind::all_of;
  joined.at = a.at;
  joined.tests.push_back(std::move(a));
  joined.tests.push_back(std::move(b));
  return joined;
}

}  // namespace

NeedDefs TypeReader::needs_in(const Tree& tree, std::string_view key) const {
  NeedDefs needs;
  const Tree* found = tree.find(key);
  if (found == nullptr) return needs;
  for (const Tree* item : items(*found)) add_need(*item, Test{}, needs);
  return needs;
}

void TypeReader::add_need(const Tree& tree, const Test& outer, NeedDefs& needs) const {
  NeedDef need;
  need.at = tree.at;
  need.test = outer;
  if (tree.is_scalar()) {
    need.paths.push_back(parser().path(tree));
    needs.push_back(std::move(need));
    return;
  }
  if (tree.is_list()) {
    for (const Tree& child : tree.children) add_need(child, outer, needs);
    return;
  }
  if (!expect_map(tree, "a need")) return;
  if (const Tree* nested = tree.find("need")) {
    allow_only(tree, {"if", "as", "need"});
    const std::size_t first = needs.size();
    add_need(*nested, both(outer, test_in(tree)), needs);
    if (tree.find("as") == nullptr) return;
    for (std::size_t i = first; i < needs.size(); ++i) needs[i].as = principals_in(tree);
    return;
  }
  const Tree* any = tree.find("any");
  const Tree* all = tree.find("all");
  if (any != nullptr || all != nullptr) {
    allow_only(tree, {any != nullptr ? "any" : "all", "else", "if"});
    need.kind = any != nullptr ? NeedDef::Kind::any : NeedDef::Kind::all;
    need.paths = paths_in(tree, any != nullptr ? "any" : "all");
    need.test = both(outer, test_in(tree));
    if (const Tree* otherwise = tree.find("else")) need.shown_as = error_class(*otherwise);
    needs.push_back(std::move(need));
    return;
  }
  if (tree.find("refused_by") != nullptr) {
    allow_only(tree, {"refused_by", "if"});
    need.paths = paths_in(tree, "refused_by");
    need.test = both(outer, test_in(tree));
    need.only_refusals = true;
    needs.push_back(std::move(need));
    return;
  }
  if (tree.children.size() != 1) {
    error(
        tree.at,
        "a need is a path, `{ path: class }`, `{ any: path, else: class }`, `{ all: path }`, `{ refused_by: path }` or "
        "`{ if:, as:, need: }`");
    return;
  }
  const Tree& only = tree.children.front();
  Tree path;
  path.kind = input::NodeKind::scalar;
  path.text = only.key;
  path.at = only.key_at;
  need.paths.push_back(parser().path(path));
  need.shown_as = error_class(only);
  needs.push_back(std::move(need));
}

}  // namespace moshimo::models
