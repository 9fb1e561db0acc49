#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/import_path.hpp"
#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

IdentityDef TypeReader::identity(const Tree& tree) const {
  IdentityDef result;
  if (!expect_map(tree, "`identity`")) return result;
  allow_only(tree, {"written", "followed_by", "without", "stood_for_by", "of_aws"});
  const auto patterns = [this](const Tree& one_or_several) {
    std::vector<Text> found;
    for (const Tree* item : one_or_many(one_or_several)) found.push_back(identity_pattern(*item));
    return found;
  };
  if (const Tree* t = tree.find("written")) result.written = patterns(*t);
  if (const Tree* t = tree.find("followed_by")) result.followed_by = identity_texts(*t);
  if (const Tree* t = tree.find("without")) result.without = identity_texts(*t);
  if (const Tree* t = tree.find("stood_for_by")) {
    result.stood_for_by = names_in(*t);
    result.stood_for_by_at = t->at;
  }
  if (const Tree* t = tree.find("of_aws")) result.of_aws = patterns(*t);
  return result;
}

Text TypeReader::identity_pattern(const Tree& tree) const {
  Text pattern = parser().text(tree);
  std::size_t named = 0;
  bool after_place = false;
  for (const TextPart& part : pattern.parts) {
    const std::string_view place = part.kind == TextPart::Kind::path ? part.path.text : std::string_view();
    named += place == "name" || place == "arn" ? 1 : 0;
    const bool is_place = part.kind != TextPart::Kind::literal;
    if (is_place && after_place && place != "name") {
      error(tree.at, "two places stand side by side, so where the first ends cannot be told");
    }
    after_place = is_place;
  }
  if (tree.is_scalar() && tree.text.empty()) error(tree.at, "an empty text names nothing");
  if (named > 1) error(tree.at, "only one thing can be named; write `{name}` or `{arn}` once");
  return pattern;
}

std::vector<std::string> TypeReader::identity_texts(const Tree& tree) const {
  std::vector<std::string> texts = names_in(tree);
  if (std::find(texts.begin(), texts.end(), "") != texts.end()) error(tree.at, "an empty text stands in everything");
  return texts;
}

std::vector<ImportSource> TypeReader::import_sources(const Tree& tree) const {
  std::vector<ImportSource> sources;
  if (!expect_map(tree, "what a type is imported from")) return sources;
  for (const Tree& child : tree.children) {
    if (!expect_map(child, fmt::format("`{}`", child.key))) continue;
    allow_only(child, {"named_by", "also", "parts", "faults", "mentions", "refused_unless"});
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
    if (const Tree* t = child.find("refused_unless")) {
      if (const auto update = update_in(*t)) source.refused_unless = {update->first, update->second};
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

std::optional<std::pair<std::string, std::string>> TypeReader::update_in(const Tree& tree) const {
  const std::size_t equals = tree.is_scalar() ? tree.text.find(" = ") : std::string_view::npos;
  if (equals != std::string_view::npos) {
    return std::pair(std::string(tree.text.substr(0, equals)), std::string(tree.text.substr(equals + 3)));
  }
  error(tree.at, "an update is written as `attribute = value`");
  return std::nullopt;
}

void TypeReader::faults_by_update(const Tree& tree, ImportSource& source) const {
  for (const Tree* item : one_or_many(tree)) {
    const auto update = update_in(*item);
    if (update) source.faults.push_back({std::string(tree.key), update->first, update->second, item->at});
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
