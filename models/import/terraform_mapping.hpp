// From Terraform's world to an inventory, as the catalogue's `terraform:` keys say.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/import/importer.hpp"
#include "models/import/terraform_references.hpp"
#include "models/import/terraform_world.hpp"

namespace moshimo::models::terraform {

struct Source {
  World world;
  std::unique_ptr<References> references;
};

// Where a Terraform resource ended up.
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
  // "name\nattribute" whose value is known only after apply.
  std::set<std::string> unknown;
};

// Names of the world before, so that the same thing has the same name in the world after.
struct KnownNames {
  std::map<std::string, std::string> by_address;
  std::map<std::string, std::string> by_identity;  // ARNs and unique IDs, of what is deleted too
};

Mapped map_world(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
                 const KnownNames& names = {});

// An address that is unique over all sources, deposed objects included.
std::string full_address(const Instance& instance);

// A schedule expression as the time between events: `rate(5 minutes)`, `cron(0 12 * * ? *)`; empty when it is none.
std::optional<Duration> schedule_gap(std::string_view expression);

}  // namespace moshimo::models::terraform
