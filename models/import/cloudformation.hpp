// Reads CloudFormation templates as resources with the values that are known before a deployment.
//
// Parameters stand at their defaults, conditions are decided, and what only a deployment decides becomes a placeholder:
// a reference to another resource leads there whatever that will be called. SAM is expanded into what it stands for.
#pragma once

#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/import/world.hpp"
#include "models/inventory.hpp"

namespace moshimo::models::importing {

struct TemplateFile {
  Value root;
  int file = 0;  // the number that its placeholders carry
  World world;   // out
};

// All at once, so that what one exports is found where another imports it.
void read_templates(std::vector<TemplateFile>& templates, const Catalogue& catalogue, Documents& documents,
                    input::Diagnostics& diagnostics);

// A resource with its intrinsic functions carried out.
struct TemplateResource {
  std::string id;
  std::string type;
  models::Value properties = models::Value::map();
};

// Puts what SAM's types stand for in their place: functions with their roles, event sources and permissions. What has
// no expansion here is told in `unknowns`, a sentence each.
std::vector<TemplateResource> expand_serverless(std::vector<TemplateResource> resources, const models::Value& globals,
                                                int file, std::vector<std::string>& unknowns);

void append_json(const models::Value& tree, std::string& out);

// Makes instances of resources: their properties become a document of their own.
void add_instances(const std::vector<TemplateResource>& resources, Documents& documents, World& world);

}  // namespace moshimo::models::importing
