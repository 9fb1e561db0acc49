// From what files say exists to an inventory, as the catalogue's `terraform:` and `cloudformation:` keys say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/import/components.hpp"
#include "models/import/importer.hpp"

namespace moshimo::models::importing {

// Where a resource of the files ended up.
struct Placement {
  std::string name;       // of the component in the inventory; empty: nowhere
  std::string type;       // its catalogue type
  std::string attribute;  // empty: the resource is the component; else it is part of this attribute of it
};

struct Mapped {
  Inventory inventory;
  Coverage coverage;
  std::vector<ImportedEdge> edges;
  // By address: where each managed resource is; a part may serve several attributes.
  std::map<std::string, std::vector<Placement>> placements;
  std::map<std::string, std::string> identities;  // ARNs and unique IDs, with the name here
  // "name\nattribute" whose value is not told: known only after apply, or, those among `hidden`, marked as sensitive.
  std::set<std::string> unknown;
  std::set<std::string> hidden;
  std::set<std::string> left_behind;  // "name\nattribute" of statements that name what was replaced, not the new one
  std::set<std::string> formers;  // they go with the plan, and are in this inventory because something still names them
};

// It says who is let in; the rest says what is used.
bool is_of_statement(const ImportedEdge& edge);

Mapped map_world(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
                 const KnownNames& names = {});

}  // namespace moshimo::models::importing
