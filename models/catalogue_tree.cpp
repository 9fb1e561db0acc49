#include "models/catalogue_tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace moshimo::models {

using input::Diagnostics;
using input::NodeKind;

const Tree* Tree::find(std::string_view name) const {
  if (!is_map()) return nullptr;
  for (const Tree& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

Tree* Tree::find(std::string_view name) {
  const Tree* found = std::as_const(*this).find(name);
  return found ? &children[static_cast<std::size_t>(found - children.data())] : nullptr;
}

input::Position Tree::inside(std::size_t i) const {
  if (at.file == nullptr || i == 0) return at;
  const std::string_view source = at.file->text();
  const std::size_t skip = is_quoted ? 1 : 0;
  if (source.substr(std::min<std::size_t>(at.offset + skip, source.size()), text.size()) != text) return at;
  return {at.file, static_cast<std::uint32_t>(at.offset + skip + i)};
}

// ---- from documents -------------------------------------------------------------------------------------------------

namespace {

Tree tree_of(const input::Document& document, const input::Node& node) {
  Tree tree;
  tree.kind = node.kind;
  tree.is_quoted = node.style == input::ScalarStyle::quoted;
  tree.text = node.text;
  tree.key = node.key;
  tree.at = document.position(node);
  tree.key_at = {&document.file(), node.key_offset};
  tree.children.reserve(node.children);
  for (std::uint32_t i = node.first_child; i != 0; i = document.node(i).next_sibling) {
    tree.children.push_back(tree_of(document, document.node(i)));
  }
  return tree;
}

bool expect_map(const Tree& tree, std::string_view what, Diagnostics& diagnostics) {
  if (tree.is_map()) return true;
  diagnostics.error(tree.at, fmt::format("{} is a map of names", what));
  return false;
}

void allow_only(const Tree& map, const std::vector<std::string_view>& keys, Diagnostics& diagnostics) {
  for (const Tree& child : map.children) {
    if (std::find(keys.begin(), keys.end(), child.key) != keys.end()) continue;
    diagnostics.error(child.key_at, fmt::format("unknown key '{}'{}", child.key, input::did_you_mean(child.key, keys)));
  }
}

std::vector<std::string_view> names_of(const std::map<std::string, Tree, std::less<>>& map) {
  std::vector<std::string_view> names;
  names.reserve(map.size());
  for (const auto& entry : map) names.push_back(entry.first);
  return names;
}

// ---- traits ---------------------------------------------------------------------------------------------------------

using Parameters = std::map<std::string, const Tree*, std::less<>>;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// `$name` as a whole scalar becomes the parameter whatever it is; inside a longer text, its text.
void fill_in(Tree& tree, const Parameters& parameters, Diagnostics& diagnostics) {
  for (Tree& child : tree.children) fill_in(child, parameters, diagnostics);
  if (!tree.is_scalar()) return;
  for (std::size_t from = tree.text.find('$'); from != std::string::npos; from = tree.text.find('$', from)) {
    std::size_t to = from + 1;
    while (to < tree.text.size() && is_name_char(tree.text[to])) ++to;
    const std::string name = tree.text.substr(from + 1, to - from - 1);
    const auto found = parameters.find(name);
    if (found == parameters.end()) {
      if (!name.empty()) {
        std::vector<std::string_view> known;
        for (const auto& entry : parameters) known.push_back(entry.first);
        diagnostics.error(tree.inside(from),
                          fmt::format("the trait has no parameter '{}'{}", name, input::did_you_mean(name, known)));
      }
      from = to;
      continue;
    }
    const Tree& value = *found->second;
    if (from == 0 && to == tree.text.size()) {
      Tree filled = value;
      filled.key = tree.key;
      filled.key_at = tree.key_at;
      tree = std::move(filled);
      return;
    }
    if (!value.is_scalar()) {
      diagnostics.error(value.at, fmt::format("parameter '{}' stands inside a text and has to be a text", name));
      return;
    }
    tree.text.replace(from, to - from, value.text);
    from += value.text.size();
  }
}

// The children of `over` win; `levels` says how deep maps are merged rather than replaced.
void merge(Tree& base, const Tree& over, int levels) {
  if (levels == 0 || !base.is_map() || !over.is_map()) {
    const std::string key = base.key;
    base = over;
    base.key = key;
    return;
  }
  for (const Tree& child : over.children) {
    if (Tree* mine = base.find(child.key)) {
      mine->key_at = child.key_at;
      merge(*mine, child, levels - 1);
    } else {
      base.children.push_back(child);
    }
  }
  base.at = over.at;
}

// Section, member, key: a type's `attributes: { kms_key: { terraform: x } }` adds to what the trait says of kms_key.
constexpr int merged_levels = 3;

void merge_traits(const std::string& name, Tree& type, const CatalogueTrees& trees, Diagnostics& diagnostics) {
  const Tree* uses = type.find("traits");
  if (uses == nullptr) return;
  if (!expect_map(*uses, fmt::format("`traits` of {}", name), diagnostics)) return;
  Tree merged;
  merged.kind = NodeKind::map;
  merged.at = type.at;
  merged.key = type.key;
  merged.key_at = type.key_at;
  for (const Tree& use : uses->children) {
    const auto found = trees.traits.find(use.key);
    if (found == trees.traits.end()) {
      diagnostics.error(use.key_at, fmt::format("there is no trait '{}'{}", use.key,
                                                input::did_you_mean(use.key, names_of(trees.traits))));
      continue;
    }
    const Tree& trait = found->second;
    Parameters parameters;
    std::vector<std::string_view> known;
    if (const Tree* declared = trait.find("parameters")) {
      for (const Tree& parameter : declared->children) {
        known.push_back(parameter.key);
        if (const Tree* given = use.find(parameter.key)) {
          parameters[parameter.key] = given;
        } else if (!parameter.is_null() && !(parameter.is_scalar() && parameter.text == "text")) {
          parameters[parameter.key] = &parameter;
        } else {
          diagnostics.error(use.key_at, fmt::format("trait '{}' needs its parameter '{}'", use.key, parameter.key));
          parameters[parameter.key] = &parameter;
        }
      }
    }
    if (use.is_map()) allow_only(use, known, diagnostics);
    Tree filled = trait;
    filled.children.erase(std::remove_if(filled.children.begin(), filled.children.end(),
                                         [](const Tree& child) { return child.key == "parameters"; }),
                          filled.children.end());
    fill_in(filled, parameters, diagnostics);
    merge(merged, filled, merged_levels);
  }
  Tree own = type;
  own.children.erase(
      std::remove_if(own.children.begin(), own.children.end(), [](const Tree& child) { return child.key == "traits"; }),
      own.children.end());
  merge(merged, own, merged_levels);
  merged.at = type.at;
  type = std::move(merged);
}

// ---- words ----------------------------------------------------------------------------------------------------------

// What attributes mean, by name: `role`, `logs.group`.
using Words = std::map<std::string, Tree, std::less<>>;

// What an attribute means stands with it, or in the `words` of its file or of a shared one.
void put_words(Tree& attributes, const std::string& prefix, const Words& own, const Words& shared,
               std::set<std::string>& used) {
  for (Tree& attribute : attributes.children) {
    const std::string name = prefix + attribute.key;
    if (Tree* members = attribute.find("object")) put_words(*members, name + ".", own, shared, used);
    if (!attribute.is_map()) continue;
    used.insert(name);
    if (attribute.find("says") != nullptr) continue;
    for (const Words* words : {&own, &shared}) {
      const auto found = words->find(name);
      if (found == words->end()) continue;
      attribute.children.push_back(found->second);
      attribute.children.back().key = "says";
      break;
    }
  }
}

}  // namespace

Tree tree_of(const input::Document& document) { return tree_of(document, document.root()); }

void read_trees(const std::vector<const input::Document*>& documents, CatalogueTrees& trees, Diagnostics& diagnostics) {
  std::set<std::string> new_types;
  std::set<std::string> new_facts;
  std::set<std::string> new_groups;
  std::set<std::string> new_traits;
  const auto define = [&diagnostics](std::set<std::string>& seen, const Tree& definition, std::string_view what) {
    if (seen.insert(definition.key).second) return true;
    diagnostics.error(definition.key_at, fmt::format("{} '{}' is defined twice", what, definition.key));
    return false;
  };
  Words shared;
  std::vector<std::pair<Words, std::vector<std::string>>> files;  // what each says, and of which types
  for (const input::Document* document : documents) {
    Tree file = tree_of(*document);
    if (!expect_map(file, "a catalogue file", diagnostics)) continue;
    allow_only(file, {"version", "service", "facts", "types", "groups", "traits", "words"}, diagnostics);
    const Tree* version = file.find("version");
    if (version == nullptr) {
      diagnostics.error(file.at, "key 'version' is missing; write `version: 1`");
    } else if (version->text != "1") {
      diagnostics.error(version->at,
                        fmt::format("version {} is not known; this program reads version 1", version->text));
    }
    const Tree* named = file.find("service");
    const std::string service = named != nullptr ? named->text : "";
    if (named == nullptr && file.find("types") != nullptr) {
      diagnostics.error(file.at, "key 'service' is missing");
    }
    const auto each = [&](std::string_view section, const auto& take) {
      Tree* found = file.find(section);
      if (found == nullptr || found->is_null()) return;
      if (!expect_map(*found, fmt::format("`{}`", section), diagnostics)) return;
      for (Tree& definition : found->children) take(definition);
    };
    each("facts", [&](Tree& definition) {
      if (define(new_facts, definition, "fact")) trees.facts[definition.key] = {service, definition};
    });
    each("groups", [&](Tree& definition) {
      if (!define(new_groups, definition, "group")) return;
      std::vector<std::string>& members = trees.groups[definition.key];
      members.clear();
      for (const Tree& member : definition.children) members.push_back(member.text);
      std::sort(members.begin(), members.end());
      if (members.empty()) {
        diagnostics.error(definition.at, fmt::format("group '{}' is a list of types", definition.key));
      }
    });
    each("traits", [&](Tree& definition) {
      if (!define(new_traits, definition, "trait")) return;
      if (!expect_map(definition, fmt::format("trait '{}'", definition.key), diagnostics)) return;
      trees.traits[definition.key] = definition;
    });
    files.emplace_back();
    each("words", [&](Tree& definition) {
      Words& words = file.find("types") == nullptr ? shared : files.back().first;
      words.emplace(definition.key, definition);
    });
    each("types", [&](Tree& definition) {
      if (!define(new_types, definition, "type")) return;
      if (definition.is_null()) definition.kind = NodeKind::map;
      if (!expect_map(definition, fmt::format("type '{}'", definition.key), diagnostics)) return;
      if (definition.key.find(':') == std::string::npos) {
        diagnostics.error(definition.key_at,
                          fmt::format("type '{}' needs a name of the form `service:type`", definition.key));
      }
      trees.types[definition.key] = {service, definition};
      files.back().second.push_back(definition.key);
    });
  }
  for (const std::string& name : new_types) {
    merge_traits(name, trees.types[name].tree, trees, diagnostics);
  }
  for (const auto& [words, types] : files) {
    std::set<std::string> used;
    for (const std::string& name : types) {
      Tree* attributes = trees.types[name].tree.find("attributes");
      if (attributes != nullptr) put_words(*attributes, "", words, shared, used);
    }
    for (const auto& [name, says] : words) {
      if (used.count(name) == 0) {
        diagnostics.error(says.key_at, fmt::format("no type of this file has an attribute '{}'", name));
      }
    }
  }
}

// ---- packed ---------------------------------------------------------------------------------------------------------

namespace {

void put_number(std::string& out, std::size_t n) {
  while (n >= 0x80) {
    out += static_cast<char>(0x80 | (n & 0x7f));
    n >>= 7;
  }
  out += static_cast<char>(n);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

void put_tree(std::string& out, const Tree& tree) {
  out += static_cast<char>(static_cast<unsigned>(tree.kind) | (tree.is_quoted ? 4U : 0U));
  put_text(out, tree.key);
  if (tree.is_scalar()) {
    put_text(out, tree.text);
  } else {
    put_number(out, tree.children.size());
    for (const Tree& child : tree.children) put_tree(out, child);
  }
}

void put_keys(std::string& out, const Tree* map) {
  put_number(out, map == nullptr ? 0 : map->children.size());
  if (map == nullptr) return;
  for (const Tree& child : map->children) put_text(out, child.key);
}

}  // namespace

std::string pack(const CatalogueTrees& trees) {
  std::string index;
  std::string blocks;
  put_number(index, trees.types.size());
  for (const auto& [name, type] : trees.types) {
    put_text(index, name);
    put_text(index, type.service);
    put_keys(index, type.tree.find("terraform"));
    put_keys(index, type.tree.find("cloudformation"));
    put_number(index, blocks.size());
    put_tree(blocks, type.tree);
  }
  put_number(index, trees.facts.size());
  for (const auto& [id, fact] : trees.facts) {
    put_text(index, id);
    put_text(index, fact.service);
    put_number(index, blocks.size());
    put_tree(blocks, fact.tree);
  }
  put_number(index, blocks.size());
  put_number(blocks, trees.groups.size());
  for (const auto& [name, members] : trees.groups) {
    put_text(blocks, name);
    put_number(blocks, members.size());
    for (const std::string& member : members) put_text(blocks, member);
  }
  put_number(index, blocks.size());
  put_number(blocks, trees.traits.size());
  for (const auto& [name, trait] : trees.traits) put_tree(blocks, trait);
  std::string out;
  put_number(out, index.size());
  return out + index + blocks;
}

PackedTrees::PackedTrees(std::string_view bytes) : bytes_(bytes) {
  std::uint32_t at = 0;
  const std::uint32_t index_size = number(at);
  const std::uint32_t blocks = at + index_size;
  types_.resize(number(at));
  for (Type& type : types_) {
    type.name = text(at);
    type.service = text(at);
    type.terraform.resize(number(at));
    for (std::string_view& key : type.terraform) key = text(at);
    type.cloudformation.resize(number(at));
    for (std::string_view& key : type.cloudformation) key = text(at);
    type.offset = blocks + number(at);
  }
  facts_.resize(number(at));
  for (Fact& fact : facts_) {
    fact.id = text(at);
    fact.service = text(at);
    fact.offset = blocks + number(at);
  }
  groups_ = blocks + number(at);
  traits_ = blocks + number(at);
}

const PackedTrees::Type* PackedTrees::find_type(std::string_view name) const {
  const auto found = std::lower_bound(types_.begin(), types_.end(), name,
                                      [](const Type& t, std::string_view n) { return t.name < n; });
  return found != types_.end() && found->name == name ? &*found : nullptr;
}

const PackedTrees::Fact* PackedTrees::find_fact(std::string_view id) const {
  const auto found =
      std::lower_bound(facts_.begin(), facts_.end(), id, [](const Fact& f, std::string_view n) { return f.id < n; });
  return found != facts_.end() && found->id == id ? &*found : nullptr;
}

CatalogueTrees::Type PackedTrees::read(const Type& type) const {
  std::uint32_t at = type.offset;
  return {std::string(type.service), tree(at)};
}

CatalogueTrees::Fact PackedTrees::read(const Fact& fact) const {
  std::uint32_t at = fact.offset;
  return {std::string(fact.service), tree(at)};
}

void PackedTrees::read_groups(CatalogueTrees& trees) const {
  std::uint32_t at = groups_;
  for (std::uint32_t n = number(at); n > 0; --n) {
    std::vector<std::string>& members = trees.groups[std::string(text(at))];
    members.resize(number(at));
    for (std::string& member : members) member = text(at);
  }
}

void PackedTrees::read_traits(CatalogueTrees& trees) const {
  std::uint32_t at = traits_;
  for (std::uint32_t n = number(at); n > 0; --n) {
    Tree trait = tree(at);
    const std::string name = trait.key;
    trees.traits[name] = std::move(trait);
  }
}

std::uint32_t PackedTrees::number(std::uint32_t& offset) const {
  std::uint32_t n = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_[offset++]);
    n |= static_cast<std::uint32_t>(byte & 0x7fU) << shift;
    if (byte < 0x80) return n;
  }
}

std::string_view PackedTrees::text(std::uint32_t& offset) const {
  const std::uint32_t size = number(offset);
  const std::string_view found = bytes_.substr(offset, size);
  offset += size;
  return found;
}

Tree PackedTrees::tree(std::uint32_t& offset) const {
  Tree result;
  const auto head = static_cast<unsigned char>(bytes_[offset++]);
  result.kind = static_cast<NodeKind>(head & 3U);
  result.is_quoted = (head & 4U) != 0;
  result.key = text(offset);
  if (result.is_scalar()) {
    result.text = text(offset);
  } else {
    result.children.resize(number(offset));
    for (Tree& child : result.children) child = tree(offset);
  }
  return result;
}

}  // namespace moshimo::models
