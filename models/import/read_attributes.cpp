#include "models/import/read_attributes.hpp"

#include <algorithm>

namespace moshimo::models::importing {

namespace {

void add_root(const ImportPath& path, AttributeNames& names) {
  const auto first = std::find_if(path.steps.begin(), path.steps.end(),
                                  [](const ImportStep& step) { return step.kind == ImportStep::Kind::member; });
  if (first != path.steps.end()) names.insert(first->name);
}

// `part_of` empty: paths of the component itself; else those into resources of that type.
void add(const std::vector<AttributeDef>& attributes, const std::string& part_of, Language language,
         const Catalogue* catalogue, AttributeNames& names) {
  for (const AttributeDef& attribute : attributes) {
    for (const ImportPath& path : import_paths(attribute, language)) {
      if (path.other_type != part_of) continue;
      add_root(path, names);
      // An item reads what stands beside its block, one level up.
      const TypeDef* item = catalogue && !attribute.types.empty() && attribute.kind == AttributeDef::Kind::contains
                                ? catalogue->find_type(attribute.types.front())
                                : nullptr;
      for (std::size_t i = 0; item && i < item->attributes.size(); ++i) {
        for (const ImportPath& inner : import_paths(item->attributes[i], language)) {
          if (!inner.steps.empty() && inner.steps.front().kind == ImportStep::Kind::up) add_root(inner, names);
        }
      }
    }
    add(attribute.members, part_of, language, catalogue, names);
  }
}

}  // namespace

AttributeNames read_from_component(const TypeDef& type, const std::string& resource_type, Language language,
                                   const Catalogue& catalogue) {
  AttributeNames names{"arn", "owner_id", "region"};
  add(type.attributes, "", language, &catalogue, names);
  for (const ImportSource& source : import_sources(type, language)) {
    if (source.type != resource_type) continue;
    names.insert(source.named_by.begin(), source.named_by.end());
    names.insert(source.also.begin(), source.also.end());
    if (source.refused_unless) names.insert(source.refused_unless->attribute);
    for (const ImportSource::FaultByUpdate& fault : source.faults) names.insert(fault.attribute);
    for (const ImportSource::Mention& mention : source.mentions) {
      if (mention.path.other_type.empty()) add_root(mention.path, names);
    }
  }
  return names;
}

AttributeNames read_from_part(const TypeDef& type, const std::string& resource_type) {
  AttributeNames names;
  for (const Language language : languages) add(type.attributes, resource_type, language, nullptr, names);
  return names;
}

}  // namespace moshimo::models::importing
