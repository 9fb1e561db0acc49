#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

void TypeReader::allow_only(const Tree& map, const Keys& keys) const {
  if (!map.is_map()) return;
  for (const Tree& child : map.children) {
    if (std::find(keys.begin(), keys.end(), child.key) != keys.end()) continue;
    error(child.key_at, fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, keys)));
  }
}

bool TypeReader::expect_map(const Tree& tree, std::string_view what) const {
  if (tree.is_map()) return true;
  error(tree.at, fmt::format("{} is a map", what));
  return false;
}

std::string TypeReader::what(std::string_view kind, const Tree& tree) { return fmt::format("{} '{}'", kind, tree.key); }

std::vector<const Tree*> TypeReader::items(const Tree& tree) const {
  std::vector<const Tree*> found;
  if (tree.is_list()) {
    for (const Tree& child : tree.children) found.push_back(&child);
  } else if (!tree.is_null()) {
    error(tree.at, "a list is expected here; put it in brackets");
  }
  return found;
}

std::vector<const Tree*> TypeReader::one_or_many(const Tree& tree) const {
  if (tree.is_list()) return items(tree);
  return {&tree};
}

bool TypeReader::yes_no(const Tree& tree) const {
  if (tree.text == "yes" || tree.text == "true") return true;
  if (tree.text != "no" && tree.text != "false") error(tree.at, "yes or no is expected here");
  return false;
}

bool TypeReader::says_yes(const Tree& tree, std::string_view key) const {
  const Tree* found = tree.find(key);
  return found != nullptr && yes_no(*found);
}

std::string TypeReader::name_in(const Tree& scalar) const {
  if (!scalar.is_scalar()) error(scalar.at, "a name is expected here");
  return scalar.text;
}

std::vector<std::string> TypeReader::names_in(const Tree& tree) const {
  std::vector<std::string> names;
  for (const Tree* item : one_or_many(tree)) names.push_back(name_in(*item));
  return names;
}

const Tree* TypeReader::map_in(const Tree& tree, std::string_view name) const {
  const Tree* found = tree.find(name);
  if (found == nullptr || found->is_null() || !expect_map(*found, fmt::format("`{}`", name))) return nullptr;
  return found;
}

}  // namespace moshimo::models
