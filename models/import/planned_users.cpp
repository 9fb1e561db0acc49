#include <string_view>

#include "models/import/plan_comparison.hpp"

namespace moshimo::models::importing {

// Things that only others make use of, and that go although none of those is in the files.
void Comparison::tell_unseen_users() {
  std::unordered_map<std::string_view, const Resource*> resources;
  for (const Resource& r : before_.inventory.resources) resources.emplace(r.name, &r);
  std::unordered_set<std::string_view> used;
  for (const ImportedEdge& edge : before_.edges) {
    if (!is_of_statement(edge)) used.insert(edge.to);
    if (!edge.is_followed && gone_.contains(edge.to) && !gone_.contains(edge.from)) {
      result_.mentions.push_back({edge.to, edge.from, edge.attribute});
    }
  }
  std::vector<PlannedChanges::UnseenUsers> unseen;
  const auto tell = [&](const std::string& name) {
    const auto found = resources.find(name);
    const TypeDef* type = found == resources.end() ? nullptr : type_of(found->second->type);
    if (!type || !type->hops.empty() || !type->processes.empty() || type->find_port("in") || used.contains(name))
      return;
    std::vector<std::string> trusted;
    if (const models::Value* trust = found->second->attributes.find("trust")) {
      for (const models::Value& statement : trust->children) {
        if (const models::Value* whom = statement.find("allows")) trusted.push_back(whom->text);
      }
    }
    unseen.push_back({name, std::move(trusted)});
  };
  for (const auto& d : result_.deletions) {
    if (d.verb == "delete") tell(d.name);
  }
  for (const auto& r : result_.replacements) {
    if (!r.was_gone) tell(r.name);
  }
  std::unordered_set<std::string> names;
  for (const PlannedChanges::UnseenUsers& u : unseen) names.insert(u.name);
  const std::unordered_set<std::string> named = tell_unmodelled_users(names);
  std::erase_if(unseen, [&](const PlannedChanges::UnseenUsers& u) { return named.contains(u.name); });
  result_.unseen_users = std::move(unseen);
}

namespace {

template <class See>
void for_each_text(Value value, const See& see) {
  if (value.is_scalar()) see(value.text());
  for (Value part = value.first(); part; part = part.next()) for_each_text(part, see);
}

}  // namespace

// Which of these are named by something that stays and is not modelled: a project that builds with the role.
std::unordered_set<std::string> Comparison::tell_unmodelled_users(const std::unordered_set<std::string>& names) {
  std::unordered_set<std::string> named;
  if (names.empty()) return named;
  std::unordered_set<std::string> going;
  for (const Change& change : plan_.changes) {
    if (change.action == Action::remove) going.insert(address_of(change));
  }
  for (const Instance& instance : plan_.instances) {
    const std::string address = full_address(instance);
    if (instance.is_data || before_.placements.contains(address) || going.contains(address)) continue;
    for (Value attribute = instance.values.first(); attribute; attribute = attribute.next()) {
      for_each_text(attribute, [&](std::string_view text) {
        const auto known = before_.identities.find(std::string(text));
        if (known == before_.identities.end() || !names.contains(known->second)) return;
        named.insert(known->second);
        result_.mentions.push_back({known->second, address, std::string(attribute.key())});
      });
    }
  }
  return named;
}

}  // namespace moshimo::models::importing
