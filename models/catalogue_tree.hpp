// A catalogue file as a tree of its own that can be merged (traits), filled in (parameters) and packed into the binary.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "input/document.hpp"

namespace moshimo::models {

struct Tree {
  input::NodeKind kind = input::NodeKind::null;
  bool is_quoted = false;
  std::string text;  // of a scalar
  std::string key;   // when the parent is a map
  input::Position at;
  input::Position key_at;
  std::vector<Tree> children;

  bool is_map() const { return kind == input::NodeKind::map; }
  bool is_list() const { return kind == input::NodeKind::list; }
  bool is_scalar() const { return kind == input::NodeKind::scalar; }
  bool is_null() const { return kind == input::NodeKind::null; }
  const Tree* find(std::string_view name) const;
  Tree* find(std::string_view name);
  // Where the i-th character of a scalar stands in its file.
  input::Position inside(std::size_t i) const;
};

Tree tree_of(const input::Document& document);

// All catalogue files together: what is merged from them is still plain text in trees.
struct CatalogueTrees {
  struct Type {
    std::string service;
    Tree tree;  // `traits` are already merged in
  };
  struct Fact {
    std::string service;
    Tree tree;
  };
  std::map<std::string, Type, std::less<>> types;
  std::map<std::string, Fact, std::less<>> facts;
  std::map<std::string, std::vector<std::string>, std::less<>> groups;
  std::map<std::string, Tree, std::less<>> traits;
};

// Reads the outer shape of every document into `trees`, where a name that is there already is replaced, and merges the
// traits into the types. Two documents that define the same name are a mistake.
void read_trees(const std::vector<const input::Document*>& documents, CatalogueTrees& trees,
                input::Diagnostics& diagnostics);

// A form that can be opened without being read: an index, and one block per type, fact and trait.
std::string pack(const CatalogueTrees& trees);

// Reads packed trees where they lie; the bytes must outlive it.
class PackedTrees {
 public:
  struct Type {
    std::string_view name;
    std::string_view service;
    std::vector<std::string_view> terraform;
    std::vector<std::string_view> cloudformation;
    std::uint32_t offset = 0;
  };
  struct Fact {
    std::string_view id;
    std::string_view service;
    std::uint32_t offset = 0;
  };
  explicit PackedTrees(std::string_view bytes);
  const std::vector<Type>& types() const { return types_; }  // sorted by name
  const std::vector<Fact>& facts() const { return facts_; }  // sorted by id
  const Type* find_type(std::string_view name) const;
  const Fact* find_fact(std::string_view id) const;
  CatalogueTrees::Type read(const Type& type) const;
  CatalogueTrees::Fact read(const Fact& fact) const;
  void read_groups(CatalogueTrees& trees) const;
  void read_traits(CatalogueTrees& trees) const;

 private:
  Tree tree(std::uint32_t& offset) const;
  std::uint32_t number(std::uint32_t& offset) const;
  std::string_view text(std::uint32_t& offset) const;
  std::string_view bytes_;
  std::vector<Type> types_;
  std::vector<Fact> facts_;
  std::uint32_t groups_ = 0;
  std::uint32_t traits_ = 0;
};

}  // namespace moshimo::models
