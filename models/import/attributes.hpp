// Reads the attributes of a component from the values of its files, along the import paths of the catalogue.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "models/import/links.hpp"
#include "models/import/mapping.hpp"
#include "models/import/state_machines.hpp"
#include "models/import/statements.hpp"
#include "models/inventory.hpp"

namespace moshimo::models::importing {

class Attributes {
 public:
  Attributes(const Places& places, Components& components, Links& links, const Catalogue& catalogue,
             const KnownNames& names, Mapped& out)
      : places_(places),
        components_(components),
        links_(links),
        catalogue_(catalogue),
        statements_(places, components, links, catalogue, names),
        state_machines_(places, components, links, catalogue),
        out_(out) {}

  // Everything the catalogue's type has, with what it cannot be without.
  models::Value of(const Component& c);
  // Notes what else the component names, without the model making anything of it.
  void note_mentions(const Component& c);
  // Notes that a resource is part of an attribute of the component.
  void fold(int source, int instance, const Component& c, const std::string& attribute);
  bool is_folded(int source, int instance) const { return folded_.contains({source, instance}); }

 private:
  models::Value read_all(const TypeDef& type, const Place& from, const Component& c, const std::string& where);
  std::optional<models::Value> read(const AttributeDef& attribute, const Place& from, const Component& c,
                                    const std::string& where);
  std::optional<models::Value> read_reference(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where);
  std::optional<models::Value> read_contained(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where);
  models::Value read_item(const AttributeDef& attribute, const ImportPath& path, const TypeDef& part,
                          const Place& place, const Component& c, const std::string& where, const models::Value& list);
  std::optional<models::Value> read_object(const AttributeDef& attribute, const Place& from, const Component& c,
                                           const std::string& where);
  std::optional<models::Value> read_scalar(const AttributeDef& attribute, const Place& from, const Component& c,
                                           const std::string& where);
  std::optional<models::Value> read_map(const AttributeDef& attribute, const Place& from, const Component& c);
  std::optional<models::Value> read_documents(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where);
  int named_by_default(const AttributeDef& attribute, const Component& c) const;
  void require_references(const TypeDef& type, const Component& c, const std::string& where, models::Value& attributes);
  std::vector<Place> first_known(const AttributeDef& attribute, const Place& from, const Component& c) const;

  const Places& places_;
  Components& components_;
  Links& links_;
  const Catalogue& catalogue_;
  Statements statements_;
  StateMachines state_machines_;
  Mapped& out_;
  std::set<std::pair<int, int>> folded_;
};

}  // namespace moshimo::models::importing
