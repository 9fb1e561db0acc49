#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "models/catalogue/read.hpp"
#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

TypeDef TypeReader::read(const CatalogueTrees::Type& source) {
  const Tree& tree = source.tree;
  type_.service = source.service;
  type_.at = tree.key_at;
  allow_only(tree, {"says",          "terraform",      "cloudformation", "arn",           "identity",
                    "attributes",    "conditions",     "ports",          "stores",        "hops",
                    "processes",     "repairs",        "faults",         "guards",        "permissions",
                    "last_activity", "deleted_by",     "works_through",  "calls_seen_in", "impossible",
                    "doubtful",      "without_effect", "works_as",       "own_account"});
  collect_members(tree);
  if (const Tree* says = tree.find("says")) type_.says = says->text;
  if (const Tree* t = tree.find("terraform")) type_.terraform = import_sources(*t);
  if (const Tree* t = tree.find("cloudformation")) type_.cloudformation = import_sources(*t);
  words_.report = true;  // what only AWS knows of an ARN is asked for
  if (const Tree* t = tree.find("arn")) type_.arn = parser().text(*t);
  if (const Tree* t = tree.find("identity")) type_.identity = identity(*t);
  words_.report = false;
  section(tree, "attributes", [&](const Tree& t) { type_.attributes.push_back(attribute(t)); });
  section(tree, "conditions", [&](const Tree& t) { type_.conditions.push_back(condition(t)); });
  add_exists();
  section(tree, "ports", [&](const Tree& t) { type_.ports.push_back(port(t)); });
  section(tree, "stores", [&](const Tree& t) { type_.stores.push_back(store(t)); });
  section(tree, "hops", [&](const Tree& t) { type_.hops.push_back(hop(t)); });
  section(tree, "processes", [&](const Tree& t) { type_.processes.push_back(process(t)); });
  section(tree, "repairs", [&](const Tree& t) { type_.repairs.push_back(repair(t)); });
  add_recreate();
  faults(tree);
  if (const Tree* t = tree.find("guards")) type_.guards = guards(*t);
  if (const Tree* t = tree.find("permissions")) type_.permissions = permissions(*t);
  if (const Tree* t = tree.find("works_as")) {
    for (const Tree* item : one_or_many(*t)) type_.works_as.push_back(works_as(*item));
  }
  if (const Tree* t = tree.find("last_activity")) {
    for (const Tree* item : items(*t)) type_.last_activity.push_back(look_back(*item));
  }
  if (const Tree* t = tree.find("impossible")) {
    for (const Tree* item : items(*t)) type_.impossible.push_back(objection(*item));
  }
  if (const Tree* t = tree.find("doubtful")) {
    for (const Tree* item : items(*t)) type_.doubtful.push_back(objection(*item));
  }
  section(tree, "without_effect", [&](const Tree& t) {
    type_.without_effect.push_back({std::string(t.key), names_in(t)});
  });
  if (const Tree* t = tree.find("calls_seen_in")) type_.calls_seen_in = t->text;
  if (const Tree* t = tree.find("works_through")) type_.works_through = parser().text(*t);
  if (const Tree* t = tree.find("own_account")) type_.own_account = name_in(*t);
  return std::move(type_);
}

void TypeReader::collect_members(const Tree& tree) {
  std::map<std::string, std::string, std::less<>> seen;
  for (const std::string_view name : {"name", "arn", "account", "region", "ok", "exists"}) {
    words_.members.emplace_back(name);
    if (name != "exists") seen.emplace(name, "there is always one");
  }
  static const std::set<std::string_view> reserved{"self", "item", "outside", "forever", "unlimited",
                                                   "ask",  "gap",  "backlog", "now",     "step"};
  for (const std::string_view section :
       {"attributes", "conditions", "ports", "stores", "hops", "processes", "repairs"}) {
    const Tree* found = tree.find(section);
    if (found == nullptr) continue;
    for (const Tree& member : found->children) {
      check_name(member);
      if (reserved.count(member.key) != 0) {
        error(member.key_at,
              fmt::format("'{}' has a meaning of its own in this language; use another name", member.key));
      }
      const auto [earlier, is_new] = seen.emplace(member.key, fmt::format("it stands in `{}`", section));
      if (!is_new) {
        error(member.key_at,
              fmt::format("{} has two members named '{}' ({})", type_.name, member.key, earlier->second));
      }
      if (member.key != "exists") words_.members.push_back(member.key);
      if (section == "attributes") collect_options(member, member.key);
    }
  }
}

void TypeReader::collect_options(const Tree& attribute, const std::string& path) {
  if (const Tree* options = attribute.find("one_of"); options != nullptr) {
    for (const Tree& option : options->children) words_.options[path].push_back(option.text);
  }
  if (const Tree* members = attribute.find("object"); members != nullptr) {
    for (const Tree& member : members->children) collect_options(member, path + "." + member.key);
  }
}

void TypeReader::check_name(const Tree& member) const {
  const bool fine =
      !member.key.empty() &&
      std::all_of(member.key.begin(), member.key.end(),
                  [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }) &&
      member.key.front() >= 'a' && member.key.front() <= 'z';
  if (!fine) error(member.key_at, fmt::format("'{}' is no name: use small letters, digits, '_' and '-'", member.key));
}

TypeDef read_type(const std::string& name, const CatalogueTrees::Type& type,
                  const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
                  Diagnostics& diagnostics) {
  return TypeReader(name, groups, diagnostics).read(type);
}

}  // namespace moshimo::models
