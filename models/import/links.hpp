// What values of resources name: by the text where it is known, by the expression where it is not.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/import/components.hpp"
#include "models/import/importer.hpp"

namespace moshimo::models::importing {

// What an attribute's text was found to name.
struct Found {
  int component = -1;  // -1: nothing here, and `text` stays
  std::string text;
  ImportedEdge::How how = ImportedEdge::How::value;
};

class Links {
 public:
  Links(const Places& places, Components& components, const Catalogue& catalogue)
      : places_(places), components_(components), catalogue_(catalogue), all_types_(catalogue.types()) {}

  // ---- parts: resources that name the one they belong to, as aws_sqs_queue_policy its queue
  // Finds what every part belongs to, so that owners outside the files are known too. After this names are given.
  void join_parts();
  void make_owners();  // outside the files, for parts whose owner nothing describes; after names are given
  // Instances of `path.other_type` that name the component, by source and index.
  const std::vector<std::pair<int, int>>& parts_of(const Component& owner, const ImportPath& path) const;
  bool has_owner(int source, int instance) const { return owned_.contains({source, instance}); }

  // Where an attribute may stand: in the language of the place, and in parts written in the other.
  std::vector<const ImportPath*> paths_of(const AttributeDef& attribute, const Place& from) const;
  // Everything a path leads to from a place of the component.
  std::vector<Place> walk(const Place& from, const ImportPath& path, const Component& c) const;

  // ---- what texts and expressions name
  std::vector<Found> refer(const Place& place, const AttributeDef& attribute, const Component& user,
                           const std::string& where);
  // The same where the model makes nothing of it: what is not in the files is passed over.
  std::vector<Found> mentioned(const Place& place, const ImportSource::Mention& mention, const Component& user);
  int find(std::string_view text, const AttributeDef& attribute, const Component& user) const;
  int find_or_external(std::string_view text, const AttributeDef& attribute, const Component& user);
  std::vector<int> identified(std::string_view text, const AttributeDef& attribute) const;
  static bool fits(const Component& c, const AttributeDef& attribute);

  // ---- what is not known
  void unresolved(const Component& c, const std::string& attribute, std::string why);
  // The component cannot be without it: `stand_in_name` takes its place.
  void needed(const Component& c, const std::string& attribute, const std::string& stand_in_name);
  // What stands in `place` cannot be told: it is known only later, or not shown.
  void mark_unknown(const Component& c, const std::string& where, const Place& place) {
    unknown_.insert(c.name + "\n" + where);
    if (place.is_hidden) hidden_.insert(c.name + "\n" + where);
  }

  std::vector<Coverage::Unresolved> take_unresolved() { return std::move(unresolved_); }
  std::set<std::string> take_unknown() { return std::move(unknown_); }
  std::set<std::string> take_hidden() { return std::move(hidden_); }

 private:
  struct Join {
    const TypeDef* type = nullptr;
    ImportPath path;
    std::map<int, std::vector<std::pair<int, int>>> by_owner;
    struct Ownerless {
      std::pair<int, int> part;
      std::string text;  // what names the owner
      Component user;
    };
    std::vector<Ownerless> ownerless;
  };
  static std::string key_of(const TypeDef& type, const ImportPath& path);
  void join(const TypeDef& type, const ImportPath& path);
  void join(const TypeDef& type, const AttributeDef& attribute);
  Component stand_in(int source, int instance, const TypeDef& type) const;
  int find_by_name_in(std::string_view text, const TypeDef& type, const Component& user) const;
  int stood_for_by(const Component& other, const AttributeDef& attribute) const;
  std::vector<const TypeDef*> types_of(const AttributeDef& attribute) const;
  bool is_owned_by_aws(std::string_view text, const AttributeDef& attribute) const;
  bool can_mean(std::string_view text, const TypeDef& type, const std::vector<const TypeDef*>& among) const;
  int make_external(std::string_view text, const AttributeDef& attribute, const Component& user);
  void refer_by_text(std::string_view text, ImportedEdge::How how, const AttributeDef& attribute, const Component& user,
                     const std::string& where, std::vector<Found>& found);
  void refer_by_expression(const Place& place, Value expression, const AttributeDef& attribute, const Component& user,
                           const std::string& where, int depth, std::vector<Found>& found);

  const Places& places_;
  Components& components_;
  const Catalogue& catalogue_;
  std::vector<const TypeDef*> all_types_;
  std::map<std::string, Join> joins_;
  std::set<std::pair<int, int>> owned_;
  std::vector<Coverage::Unresolved> unresolved_;
  std::set<std::string> said_;
  std::set<std::string> unknown_;
  std::set<std::string> hidden_;  // those of them that are marked as sensitive
};

}  // namespace moshimo::models::importing
