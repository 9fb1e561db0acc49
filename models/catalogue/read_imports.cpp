#include <fmt/format.h>

#include "models/catalogue/import_path.hpp"
#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

std::vector<ImportSource> TypeReader::import_sources(const Tree& tree) const {
  std::vector<ImportSource> sources;
  if (!expect_map(tree, "what a type is imported from")) return sources;
  for (const Tree& child : tree.children) {
    if (!expect_map(child, fmt::format("`{}`", child.key))) continue;
    allow_only(child, {"named_by", "also", "parts", "faults", "mentions"});
    ImportSource source;
    source.type = child.key;
    source.at = child.key_at;
    if (const Tree* t = child.find("named_by")) {
      source.named_by = names_in(*t);
    } else {
      error(child.at, "key 'named_by' is missing: the attribute that gives a resource its name");
    }
    if (const Tree* t = child.find("also")) source.also = names_in(*t);
    if (const Tree* t = child.find("parts"); t != nullptr && expect_map(*t, "what else is part of it")) {
      for (const Tree& part : t->children) import_part(part, source);
    }
    if (const Tree* t = child.find("faults"); t != nullptr && expect_map(*t, "the updates that are faults")) {
      for (const Tree& fault : t->children) faults_by_update(fault, source);
    }
    if (const Tree* t = child.find("mentions"); t != nullptr && expect_map(*t, "what it names besides")) {
      for (const Tree& named : t->children) import_mention(named, source);
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

void TypeReader::import_part(const Tree& tree, ImportSource& source) const {
  std::string mistake;
  auto path = parse_import_path(tree.key, &mistake);
  if (!path || path->other_type.empty() || !path->steps.empty()) {
    error(tree.key_at, mistake.empty() ? "a part is written as TYPE(attribute that names this resource)" : mistake);
  } else {
    source.parts.push_back({std::move(*path), name_in(tree), tree.at});
  }
}

void TypeReader::import_mention(const Tree& tree, ImportSource& source) const {
  std::string mistake;
  auto path = parse_import_path(tree.key, &mistake);
  if (!path) {
    error(tree.key_at, mistake);
    return;
  }
  ImportSource::Mention mention;
  mention.path = std::move(*path);
  mention.at = tree.at;
  mention.types = types_named(tree, mention.any_type);
  source.mentions.push_back(std::move(mention));
}

void TypeReader::faults_by_update(const Tree& tree, ImportSource& source) const {
  for (const Tree* item : one_or_many(tree)) {
    const std::size_t equals = item->is_scalar() ? item->text.find(" = ") : std::string_view::npos;
    if (equals == std::string_view::npos) {
      error(item->at, "an update is written as `attribute = value`");
      continue;
    }
    source.faults.push_back({std::string(tree.key), std::string(item->text.substr(0, equals)),
                             std::string(item->text.substr(equals + 3)), item->at});
  }
}

std::vector<ImportPath> TypeReader::import_paths(const Tree& tree, std::string_view key) const {
  std::vector<ImportPath> paths;
  const Tree* found = tree.find(key);
  if (found == nullptr) return paths;
  for (const Tree* item : one_or_many(*found)) {
    std::string mistake;
    auto path = item->is_scalar() ? parse_import_path(item->text, &mistake) : std::nullopt;
    if (!path) {
      error(item->at, mistake.empty() ? "an import path is expected here, such as `rule[].role_arn`" : mistake);
      continue;
    }
    path->at = item->at;
    paths.push_back(std::move(*path));
  }
  return paths;
}

}  // namespace moshimo::models
