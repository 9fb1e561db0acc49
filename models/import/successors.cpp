#include "models/import/successors.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace moshimo::models::importing {

namespace {

using Names = std::unordered_map<std::string, std::string>;  // of the new one -> of the old one

// By address: what stands there after the plan is another than before.
Names successors(const Mapped& before, const Mapped& after) {
  Names found;
  std::unordered_set<std::string_view> whole;
  for (const Resource& r : before.inventory.resources) whole.insert(r.name);
  for (const auto& [address, places] : before.placements) {
    const auto now = after.placements.find(address);
    if (now == after.placements.end() || places.empty() || now->second.empty()) continue;
    const Placement& was = places.front();
    const Placement& is = now->second.front();
    if (!was.attribute.empty() || !is.attribute.empty() || was.type != is.type || was.name == is.name) continue;
    // The new one may be what stood under another address before.
    if (whole.contains(was.name) && !whole.contains(is.name)) found.emplace(is.name, was.name);
  }
  return found;
}

// Old ones that somebody still uses. New users do not count: nothing of theirs breaks.
std::unordered_set<std::string> still_used(const Mapped& before, const Mapped& after, const Names& names) {
  std::unordered_set<std::string_view> known;
  for (const Resource& r : before.inventory.resources) known.insert(r.name);
  for (const auto& [now, was] : names) known.insert(now);
  std::unordered_set<std::string> used;
  for (const ImportedEdge& edge : after.edges) {
    const bool uses = edge.is_followed && !is_of_statement(edge);
    if (uses && known.contains(edge.from) && !after.formers.contains(edge.from)) used.insert(edge.to);
  }
  return used;
}

// N, or what stands inside it: N/targets/x.
std::string renamed(const std::string& name, const Names& names) {
  for (std::size_t end = name.size(); end != std::string::npos && end > 0; end = name.rfind('/', end - 1)) {
    const auto found = names.find(name.substr(0, end));
    if (found != names.end()) return found->second + name.substr(end);
  }
  return name;
}

void rename_in(models::Value& value, const std::string& from, const std::string& to) {
  if (value.kind == models::Value::Kind::scalar && value.text == from) value.text = to;
  for (models::Value& child : value.children) rename_in(child, from, to);
}

std::set<std::string> renamed_places(const std::set<std::string>& places, const Names& names) {
  std::set<std::string> all;
  for (const std::string& place : places) {
    const std::size_t end = place.find('\n');
    all.insert(renamed(place.substr(0, end), names) + place.substr(end));
  }
  return all;
}

void rename(Mapped& world, const Names& names) {
  std::unordered_map<std::string, Resource*> resources;
  std::unordered_set<std::string> old;
  for (const auto& [now, was] : names) old.insert(was);
  for (const std::string& was : old) world.formers.erase(was);
  std::erase_if(world.inventory.resources, [&](const Resource& r) { return old.contains(r.name); });
  for (Resource& r : world.inventory.resources) resources.emplace(r.name, &r);
  for (const ImportedEdge& edge : world.edges) {
    const std::string attribute = edge.attribute.substr(0, edge.attribute.find_first_of(".["));
    if (old.contains(edge.to)) world.left_behind.insert(renamed(edge.from, names) + "\n" + attribute);
    const auto to = names.find(edge.to);
    const auto user = resources.find(edge.from);
    if (to == names.end() || user == resources.end()) continue;
    if (models::Value* value = user->second->attributes.find(attribute)) rename_in(*value, to->first, to->second);
  }
  for (const auto& [now, was] : names) {
    const auto found = resources.find(now);
    if (found == resources.end()) continue;
    Resource& r = *found->second;
    if (r.aws_name.empty()) r.aws_name = now;
    if (r.aws_name == was) r.aws_name.clear();
    r.name = was;
  }
  for (ImportedEdge& edge : world.edges) {
    edge.from = renamed(edge.from, names);
    edge.to = renamed(edge.to, names);
  }
  for (auto& [address, places] : world.placements) {
    for (Placement& place : places) place.name = renamed(place.name, names);
  }
  world.unknown = renamed_places(world.unknown, names);
  world.hidden = renamed_places(world.hidden, names);
}

}  // namespace

void join_successors(const Mapped& before, Mapped& after) {
  Names names = successors(before, after);
  const std::unordered_set<std::string> used = still_used(before, after, names);
  std::erase_if(names, [&](const auto& pair) { return used.contains(pair.second); });
  if (!names.empty()) rename(after, names);
}

}  // namespace moshimo::models::importing
