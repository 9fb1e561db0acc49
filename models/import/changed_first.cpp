#include <algorithm>
#include <unordered_map>

#include "models/import/planned_changes.hpp"

namespace moshimo::models::importing {

namespace {

void add_texts(const models::Value& value, std::vector<std::string>& texts) {
  if (value.kind == models::Value::Kind::scalar) texts.push_back(value.text);
  for (const models::Value& child : value.children) add_texts(child, texts);
}

}  // namespace

Inventory with_changes(const Inventory& before, const Mapped& after, const std::vector<ChangedFirst>& changes) {
  Inventory inventory = before;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < inventory.resources.size(); ++i) known.emplace(inventory.resources[i].name, i);
  std::vector<std::string> open;
  for (const ChangedFirst& change : changes) {
    const auto found = known.find(change.name);
    if (found == known.end()) continue;
    inventory.resources[found->second].attributes.set(change.attribute, change.value);
    add_texts(change.value, open);
  }
  // What is named there may be new, and name more.
  std::unordered_map<std::string, const Resource*> made;
  for (const Resource& r : after.inventory.resources) made.emplace(r.name, &r);
  std::unordered_multimap<std::string, std::string> edges;
  for (const ImportedEdge& edge : after.edges) {
    if (edge.is_followed) edges.emplace(edge.from, edge.to);
  }
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    const auto one = made.find(name);
    if (one == made.end() || !known.emplace(name, inventory.resources.size()).second) continue;
    inventory.resources.push_back(*one->second);
    const auto [first, last] = edges.equal_range(name);
    for (auto edge = first; edge != last; ++edge) open.push_back(edge->second);
  }
  return inventory;
}

}  // namespace moshimo::models::importing
