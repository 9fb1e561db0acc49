#include "models/named_in_documents.hpp"

#include <map>

#include "models/documents.hpp"
#include "models/import/iam_principals.hpp"
#include "models/import/values.hpp"

namespace moshimo::models {
namespace {

std::string attribute_of(const Resource& resource, const TypeDef& type, const std::string& name) {
  const Value* given = resource.attributes.find(name);
  if (given) return given->text;
  const AttributeDef* attribute = type.find_attribute(name);
  if (!attribute) return {};
  return std::string(attribute->default_value.text.plain().value_or(""));
}

std::string arn_of(const Resource& resource, const TypeDef& type, const Inventory& inventory) {
  if (resource.aws_name.starts_with("arn:")) return resource.aws_name;
  std::string arn;
  for (const TextPart& part : type.arn.parts) {
    if (part.kind == TextPart::Kind::literal) {
      arn += part.text;
      continue;
    }
    if (part.kind != TextPart::Kind::path) return {};
    const std::string& what = part.path.text;
    if (what == "account") {
      arn += resource.account.empty() ? inventory.account : resource.account;
    } else if (what == "region") {
      arn += resource.region.empty() ? inventory.region : resource.region;
    } else if (what == "name") {
      arn += resource.aws_name.empty() ? resource.name : resource.aws_name;
    } else {
      arn += attribute_of(resource, type, what);
    }
  }
  return arn;
}

const Value* document_alone(const Resource& resource, const TypeDef* type) {
  if (!type || !type->permissions || type->permissions->own.empty()) return nullptr;
  const Value* own = resource.attributes.find(type->permissions->own);
  return own && own->kind != Value::Kind::null && !resource.attributes.find(type->permissions->statements) ? own
                                                                                                           : nullptr;
}

std::map<std::string, std::string> principals(const Inventory& inventory, const Catalogue& catalogue) {
  std::map<std::string, std::string> names;  // by ARN and ID
  for (const Resource& r : inventory.resources) {
    const TypeDef* type = catalogue.find_type(r.type);
    if (!type || !catalogue.is_in_group(r.type, "principal")) continue;
    names.emplace(arn_of(r, *type, inventory), r.name);
    if (const Value* id = r.attributes.find("unique_id")) names.emplace(id->text, r.name);
  }
  return names;
}

}  // namespace

std::shared_ptr<const Inventory> with_named_in_documents(const std::shared_ptr<const Inventory>& inventory,
                                                         const Catalogue& catalogue) {
  std::shared_ptr<Inventory> changed;
  std::map<std::string, std::string> names;
  for (std::size_t i = 0; i < inventory->resources.size(); ++i) {
    const Resource& resource = inventory->resources[i];
    const TypeDef* type = catalogue.find_type(resource.type);
    const Value* document = document_alone(resource, type);
    if (!document) continue;
    input::Diagnostics told_elsewhere;
    std::string json = document->kind == Value::Kind::scalar ? document->text : json_of(*document);
    auto read = std::make_shared<const input::Document>(
        input::Document::parse(resource.name, std::move(json), input::Format::json, told_elsewhere));
    if (told_elsewhere.has_errors()) continue;
    if (!changed) {
      changed = std::make_shared<Inventory>(*inventory);
      names = principals(*inventory, catalogue);
    }
    importing::Documents documents;
    Value statements = Value::list();
    for (const importing::NamedPrincipal& named : importing::principals_of(documents.add(read))) {
      const auto known = names.find(named.named_as);
      if (named.is_spared && known == names.end()) continue;  // a Deny can only spare a principal that is known
      Value statement = Value::map();
      statement.set(named.is_spared ? "only" : "allows", known == names.end() ? named.named_as : known->second);
      if (named.by != importing::NamedPrincipal::By::arn) statement.set("by", std::string(name_of(named.by)));
      statement.file = document->file;
      statement.offset = document->offset;
      statements.add(std::move(statement));
    }
    Value& written = changed->resources[i].attributes.set(type->permissions->statements, std::move(statements));
    written.file = document->file;
    written.offset = written.key_offset = document->offset;
  }
  return changed ? changed : inventory;
}

}  // namespace moshimo::models
