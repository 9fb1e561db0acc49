#include "models/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "models/catalogue/check.hpp"
#include "models/catalogue/read.hpp"
#include "models/catalogue_tree.hpp"

namespace moshimo::models {

using input::Diagnostics;

// ---- definitions ----------------------------------------------------------------------------------------------------

std::string_view name_of(AttributeDef::Kind k) {
  switch (k) {
    case AttributeDef::Kind::refers_to: return "refers_to";
    case AttributeDef::Kind::contains: return "contains";
    case AttributeDef::Kind::object: return "object";
    case AttributeDef::Kind::text: return "text";
    case AttributeDef::Kind::count: return "count";
    case AttributeDef::Kind::duration: return "duration";
    case AttributeDef::Kind::bytes: return "bytes";
    case AttributeDef::Kind::rate: return "rate";
    case AttributeDef::Kind::ratio: return "ratio";
    case AttributeDef::Kind::yes_no: return "yes_no";
    case AttributeDef::Kind::one_of: return "one_of";
    case AttributeDef::Kind::map: return "map";
    case AttributeDef::Kind::policy: return "policy";
    case AttributeDef::Kind::port: return "port";
    case AttributeDef::Kind::parent: return "parent";
    case AttributeDef::Kind::fixed: return "fixed";
  }
  return "";
}

std::vector<const ReactionDef*> reactions_to(const HopDef& hop, ErrorClass error) {
  std::vector<const WhenDef*> found;
  for (const WhenDef& when : hop.when) {
    if (when.classes.has(error)) found.push_back(&when);
  }
  const auto width = [](const WhenDef* when) { return __builtin_popcount(when->classes.bits); };
  std::stable_sort(found.begin(), found.end(), [&](const WhenDef* a, const WhenDef* b) { return width(a) < width(b); });
  std::vector<const ReactionDef*> blocks;
  for (const WhenDef* when : found) {
    for (const ReactionDef& block : when->blocks) blocks.push_back(&block);
  }
  return blocks;
}

namespace {

template <class Definition>
const Definition* find_in(const std::vector<Definition>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [name](const Definition& d) { return d.name == name; });
  return found == list.end() ? nullptr : &*found;
}

template <class Definition>
bool find_index(const std::vector<Definition>& list, std::string_view name, std::size_t& index) {
  const Definition* found = find_in(list, name);
  if (found == nullptr) return false;
  index = static_cast<std::size_t>(found - list.data());
  return true;
}

}  // namespace

const AttributeDef* TypeDef::find_attribute(std::string_view n) const { return find_in(attributes, n); }
const ConditionDef* TypeDef::find_condition(std::string_view n) const { return find_in(conditions, n); }
const PortDef* TypeDef::find_port(std::string_view n) const { return find_in(ports, n); }
const StoreDef* TypeDef::find_store(std::string_view n) const { return find_in(stores, n); }
const HopDef* TypeDef::find_hop(std::string_view n) const { return find_in(hops, n); }
const ProcessDef* TypeDef::find_process(std::string_view n) const { return find_in(processes, n); }
const RepairDef* TypeDef::find_repair(std::string_view n) const { return find_in(repairs, n); }
const FaultDef* TypeDef::find_fault(std::string_view n) const { return find_in(faults, n); }

Member find_member(const TypeDef& type, std::string_view name) {
  Member member;
  if (find_index(type.attributes, name, member.index)) {
    member.kind = MemberKind::attribute;
  } else if (find_index(type.conditions, name, member.index)) {
    member.kind = MemberKind::condition;
  } else if (find_index(type.ports, name, member.index)) {
    member.kind = MemberKind::port;
  } else if (find_index(type.stores, name, member.index)) {
    member.kind = MemberKind::store;
  } else if (find_index(type.hops, name, member.index)) {
    member.kind = MemberKind::hop;
  } else if (find_index(type.processes, name, member.index)) {
    member.kind = MemberKind::process;
  } else if (find_index(type.repairs, name, member.index)) {
    member.kind = MemberKind::repair;
  } else if (name == "name" || name == "arn" || name == "account" || name == "region" || name == "ok") {
    member.kind = MemberKind::builtin;
  }
  return member;
}

// ---- the catalogue --------------------------------------------------------------------------------------------------

struct Catalogue::Contents {
  CatalogueTrees trees;  // what is not packed, and all groups
  std::optional<PackedTrees> packed;
  std::vector<input::Document> documents;  // what the positions refer to, when this catalogue has read it itself
  mutable std::recursive_mutex mutex;
  mutable std::map<std::string, std::unique_ptr<TypeDef>, std::less<>> types;
  mutable std::map<std::string, std::unique_ptr<FactDef>, std::less<>> facts;
  mutable bool has_import_index = false;
  mutable std::unordered_map<std::string, std::string> terraform;
  mutable std::unordered_map<std::string, std::string> cloudformation;
  mutable bool has_part_index = false;
  mutable std::set<std::string, std::less<>> terraform_parts;
  mutable std::set<std::string, std::less<>> cloudformation_parts;

  const TypeDef* type(std::string_view name, Diagnostics& diagnostics) const {
    const std::lock_guard<std::recursive_mutex> lock(mutex);
    const auto known = types.find(name);
    if (known != types.end()) return known->second.get();
    std::unique_ptr<TypeDef> read;
    const auto own = trees.types.find(name);
    if (own != trees.types.end()) {
      read = std::make_unique<TypeDef>(read_type(own->first, own->second, trees.groups, diagnostics));
    } else if (const PackedTrees::Type* found = packed ? packed->find_type(name) : nullptr) {
      read = std::make_unique<TypeDef>(read_type(std::string(name), packed->read(*found), trees.groups, diagnostics));
    } else {
      return nullptr;
    }
    return types.emplace(name, std::move(read)).first->second.get();
  }

  const FactDef* fact(std::string_view id, Diagnostics& diagnostics) const {
    const std::lock_guard<std::recursive_mutex> lock(mutex);
    const auto known = facts.find(id);
    if (known != facts.end()) return known->second.get();
    std::unique_ptr<FactDef> read;
    const auto own = trees.facts.find(id);
    if (own != trees.facts.end()) {
      read = std::make_unique<FactDef>(read_fact(own->second, diagnostics));
    } else if (const PackedTrees::Fact* found = packed ? packed->find_fact(id) : nullptr) {
      read = std::make_unique<FactDef>(read_fact(packed->read(*found), diagnostics));
    } else {
      return nullptr;
    }
    return facts.emplace(id, std::move(read)).first->second.get();
  }

  void index_imports() const {
    const std::lock_guard<std::recursive_mutex> lock(mutex);
    if (has_import_index) return;
    has_import_index = true;
    for (const auto& entry : trees.types) {
      const auto note = [&entry](std::string_view key, auto& index) {
        const Tree* sources = entry.second.tree.find(key);
        if (sources == nullptr) return;
        for (const Tree& source : sources->children) index.emplace(source.key, entry.first);
      };
      note("terraform", terraform);
      note("cloudformation", cloudformation);
    }
    if (!packed) return;
    for (const PackedTrees::Type& type : packed->types()) {
      if (trees.types.find(type.name) != trees.types.end()) continue;
      for (const std::string_view key : type.terraform) terraform.emplace(key, type.name);
      for (const std::string_view key : type.cloudformation) cloudformation.emplace(key, type.name);
    }
  }
};

Catalogue::Catalogue() : contents_(std::make_unique<Contents>()) {}
Catalogue::Catalogue(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Catalogue::~Catalogue() = default;
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;

// What is read late was checked before, when it was loaded or built in: nothing is left to be reported.
const TypeDef* Catalogue::find_type(std::string_view name) const {
  Diagnostics none;
  return contents_->type(name, none);
}

const FactDef* Catalogue::find_fact(std::string_view id) const {
  Diagnostics none;
  return contents_->fact(id, none);
}

const TypeDef* Catalogue::find_terraform(std::string_view resource_type) const {
  contents_->index_imports();
  const auto found = contents_->terraform.find(std::string(resource_type));
  return found == contents_->terraform.end() ? nullptr : find_type(found->second);
}

const TypeDef* Catalogue::find_cloudformation(std::string_view resource_type) const {
  contents_->index_imports();
  const auto found = contents_->cloudformation.find(std::string(resource_type));
  return found == contents_->cloudformation.end() ? nullptr : find_type(found->second);
}

namespace {

void collect_parts(const AttributeDef& attribute, std::set<std::string, std::less<>>& terraform,
                   std::set<std::string, std::less<>>& cloudformation) {
  for (const ImportPath& path : attribute.terraform) {
    if (!path.other_type.empty()) terraform.insert(path.other_type);
  }
  for (const ImportPath& path : attribute.cloudformation) {
    if (!path.other_type.empty()) cloudformation.insert(path.other_type);
  }
  for (const AttributeDef& member : attribute.members) collect_parts(member, terraform, cloudformation);
}

void index_parts(const Catalogue& catalogue, const Catalogue::Contents& contents) {
  const std::lock_guard<std::recursive_mutex> lock(contents.mutex);
  if (contents.has_part_index) return;
  contents.has_part_index = true;
  for (const TypeDef* type : catalogue.types()) {
    for (const AttributeDef& attribute : type->attributes) {
      collect_parts(attribute, contents.terraform_parts, contents.cloudformation_parts);
    }
    for (const ImportSource& source : type->terraform) {
      for (const ImportSource::Part& part : source.parts) contents.terraform_parts.insert(part.path.other_type);
      for (const ImportSource::Mention& mention : source.mentions) {
        if (!mention.path.other_type.empty()) contents.terraform_parts.insert(mention.path.other_type);
      }
    }
    for (const ImportSource& source : type->cloudformation) {
      for (const ImportSource::Part& part : source.parts) contents.cloudformation_parts.insert(part.path.other_type);
      for (const ImportSource::Mention& mention : source.mentions) {
        if (!mention.path.other_type.empty()) contents.cloudformation_parts.insert(mention.path.other_type);
      }
    }
  }
}

}  // namespace

bool Catalogue::is_part_in_terraform(std::string_view resource_type) const {
  index_parts(*this, *contents_);
  return contents_->terraform_parts.count(resource_type) != 0;
}

bool Catalogue::is_part_in_cloudformation(std::string_view resource_type) const {
  index_parts(*this, *contents_);
  return contents_->cloudformation_parts.count(resource_type) != 0;
}

std::vector<std::string_view> Catalogue::type_names() const {
  std::vector<std::string_view> names;
  for (const auto& entry : contents_->trees.types) names.push_back(entry.first);
  if (contents_->packed) {
    for (const PackedTrees::Type& type : contents_->packed->types()) names.push_back(type.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<const TypeDef*> Catalogue::types() const {
  std::vector<const TypeDef*> all;
  for (const std::string_view name : type_names()) all.push_back(find_type(name));
  return all;
}

std::vector<const FactDef*> Catalogue::facts() const {
  std::vector<std::string_view> ids;
  for (const auto& entry : contents_->trees.facts) ids.push_back(entry.first);
  if (contents_->packed) {
    for (const PackedTrees::Fact& fact : contents_->packed->facts()) ids.push_back(fact.id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<const FactDef*> all;
  all.reserve(ids.size());
  for (const std::string_view id : ids) all.push_back(find_fact(id));
  return all;
}

const std::vector<std::string>* Catalogue::find_group(std::string_view name) const {
  const auto found = contents_->trees.groups.find(name);
  return found == contents_->trees.groups.end() ? nullptr : &found->second;
}

bool Catalogue::is_in_group(std::string_view type, std::string_view group) const {
  const std::vector<std::string>* members = find_group(group);
  return members != nullptr && std::binary_search(members->begin(), members->end(), type);
}

// ---- loading --------------------------------------------------------------------------------------------------------

namespace {

// Reads everything that is not packed, then checks all of it together, where all of it is there.
Catalogue read_all(std::unique_ptr<Catalogue::Contents> contents, bool is_whole, Diagnostics& diagnostics) {
  for (const auto& entry : contents->trees.types) contents->type(entry.first, diagnostics);
  for (const auto& entry : contents->trees.facts) contents->fact(entry.first, diagnostics);
  Catalogue catalogue(std::move(contents));
  if (is_whole) check(catalogue, diagnostics);
  return catalogue;
}

}  // namespace

Catalogue load_catalogue(const std::vector<const input::Document*>& documents, Diagnostics& diagnostics) {
  auto contents = std::make_unique<Catalogue::Contents>();
  read_trees(documents, contents->trees, diagnostics);
  return read_all(std::move(contents), true, diagnostics);
}

// Written by moshimo_embed at build time.
std::string_view embedded_models();

namespace {

std::unique_ptr<Catalogue::Contents> embedded_contents() {
  auto contents = std::make_unique<Catalogue::Contents>();
  contents->packed.emplace(embedded_models());
  contents->packed->read_groups(contents->trees);
  return contents;
}

}  // namespace

const Catalogue& embedded_catalogue() {
  static const Catalogue catalogue(embedded_contents());
  return catalogue;
}

namespace {

// A file itself, or the catalogue files of a directory by name; none, and an error, where there are none.
std::vector<std::string> files_at(const std::string& path, Diagnostics& diagnostics) {
  std::error_code problem;
  if (!std::filesystem::is_directory(path, problem)) return {path};  // what is wrong with it is told on reading
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, problem)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") files.push_back(entry.path().string());
  }
  if (problem) {
    diagnostics.error({}, fmt::format("cannot read {}: {}", input::in_quotes(path), problem.message()));
  } else if (files.empty()) {
    diagnostics.error({}, fmt::format("there is no .yaml or .json file in {}", path));
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_among(const std::string& file, const std::vector<std::string>& files) {
  return std::any_of(files.begin(), files.end(), [&](const std::string& other) {
    std::error_code problem;
    return std::filesystem::equivalent(file, other, problem);
  });
}

}  // namespace

Catalogue embedded_catalogue_with(const std::vector<std::string>& paths, Diagnostics& diagnostics) {
  std::vector<std::string> files;
  bool is_whole = true;
  for (const std::string& path : paths) {
    const std::vector<std::string> here = files_at(path, diagnostics);
    is_whole = is_whole && !here.empty();
    std::copy_if(here.begin(), here.end(), std::back_inserter(files),
                 [&](const std::string& file) { return !is_among(file, files); });
  }
  auto contents = embedded_contents();
  contents->documents.reserve(files.size());
  std::vector<const input::Document*> documents;
  for (const std::string& file : files) {
    contents->documents.push_back(input::read_document(file, diagnostics));
    if (contents->documents.back().is_whole()) documents.push_back(&contents->documents.back());
  }
  contents->packed->read_traits(contents->trees);
  read_trees(documents, contents->trees, diagnostics);
  return read_all(std::move(contents), is_whole && documents.size() == files.size(), diagnostics);
}

}  // namespace moshimo::models
