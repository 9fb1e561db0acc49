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
};

Mapped map_world(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
                 const KnownNames& names = {});

}  // namespace moshimo::models::importing
