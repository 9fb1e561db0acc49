// Policy documents as statements: whom they name, and how, by value or by what an unknown document is made of.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/import/iam_principals.hpp"
#include "models/import/links.hpp"
#include "models/inventory.hpp"

namespace moshimo::models::importing {

class Statements {
 public:
  Statements(const Places& places, Components& components, Links& links, const Catalogue& catalogue,
             const KnownNames& names);

  // Adds a statement for everybody the document at `place` names to the list, once each.
  void read(const Place& place, const Component& c, const std::string& where, models::Value& list,
            std::vector<ImportedEdge>& edges);

 private:
  using Named = std::vector<std::pair<NamedPrincipal, ImportedEdge::How>>;
  Named principals_in(const Place& place, const Component& c, const std::string& where);
  bool is_service(const std::string& name);  // one of AWS that the catalogue names
  void by_expression(int source, int instance, Value expression, int depth, Named& named) const;

  const Places& places_;
  Components& components_;
  Links& links_;
  const Catalogue& catalogue_;
  const KnownNames& names_;
  AttributeDef principal_;
  std::set<std::string_view> services_;  // once they were asked for
};

}  // namespace moshimo::models::importing
