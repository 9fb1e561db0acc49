#include "models/import/cloudformation_template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

constexpr std::size_t most_values = 300'000;  // of an evaluated template; functions can multiply what stands in it

const Names& template_keys() {
  static const Names keys{"AWSTemplateFormatVersion",
                          "Description",
                          "Metadata",
                          "Parameters",
                          "Rules",
                          "Mappings",
                          "Conditions",
                          "Transform",
                          "Resources",
                          "Outputs",
                          "Hooks",
                          "Globals"};
  return keys;
}
const Names& resource_keys() {
  static const Names keys{"Type",           "Properties",          "DependsOn",    "Condition",
                          "DeletionPolicy", "UpdateReplacePolicy", "Metadata",     "CreationPolicy",
                          "UpdatePolicy",   "Connectors",          "IgnoreGlobals"};
  return keys;
}
}  // namespace

bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Tree left_open(std::string_view what) { return Tree::scalar(open_text(what)); }

bool is_serverless(std::string_view type) { return type.starts_with("AWS::Serverless::"); }

Template::Template(Value root, int file, const Catalogue& catalogue, input::Diagnostics& diagnostics)
    : root_(root), file_(file), catalogue_(catalogue), diagnostics_(diagnostics) {
  check_keys(root_, template_keys(), "a template");
  const Value transform = root_.member("Transform");
  for (const Value& name : transform.is_list() ? transform.items() : std::vector<Value>{transform}) {
    if (!name) continue;
    if (name.text() == "AWS::Serverless-2016-10-31") {
      has_serverless_ = true;
    } else if (name.text() != "AWS::LanguageExtensions") {
      macros_.emplace_back(name.is_map() ? name.member("Name").text() : name.text());
    }
  }
  const Value resources = root_.member("Resources");
  if (!resources.is_map()) {
    error(resources ? resources : root_, "a template has `Resources`, a map of what it makes");
    return;
  }
  declare(resources);
}

void Template::collect(Exports& exports) {
  const Value outputs = root_.member("Outputs");
  for (Value output = outputs.first(); output; output = output.next()) {
    const Value name = output.member("Export").member("Name");
    if (!name || !output.member("Value")) continue;
    const auto known_as = eval(name);
    auto value = eval(output.member("Value"));
    if (known_as && value) exports.emplace(export_key(known_as->text), std::move(*value));
  }
}

void Template::read(const Exports& exports, Documents& documents, World& world) {
  exports_ = &exports;
  std::vector<TemplateResource> resources;
  for (const Declared& declared : resources_) {
    bindings_ = declared.bindings;
    check_order(declared);
    if (!is_created(declared)) {
      world.unknowns.push_back(fmt::format("{} is left out: condition {} does not hold", declared.id,
                                           declared.node.member("Condition").text()));
      continue;
    }
    TemplateResource resource{declared.id, declared.type, Tree::map()};
    if (auto properties = eval(declared.node.member("Properties")); properties && properties->kind == Tree::Kind::map) {
      resource.properties = std::move(*properties);
    }
    resources.push_back(std::move(resource));
  }
  bindings_.clear();
  if (has_serverless_) {
    const auto globals = eval(root_.member("Globals"));
    resources = expand_serverless(std::move(resources), globals ? *globals : Tree::map(), file_, world.unknowns);
  }
  world.language = Language::cloudformation;
  add_instances(resources, documents, world);
  tell(world);
}

void Template::error(Value at, std::string message) { diagnostics_.error(at.at(), std::move(message)); }

std::string Template::file_name() const {
  return root_.at().file ? root_.at().file->name() : std::string("the template");
}

bool Template::spend() {
  if (++spent_ <= most_values) return true;
  if (!std::exchange(has_overspent_, true)) {
    error(root_, fmt::format("the functions of this template make more than {} values of it", most_values));
  }
  return false;
}

void Template::check_keys(Value map, const Names& known, std::string_view what) {
  for (Value child = map.is_map() ? map.first() : Value(); child; child = child.next()) {
    if (is_one_of(known, child.key())) continue;
    error(child, fmt::format("{} has no key '{}'{}", what, child.key(), input::did_you_mean(child.key(), known)));
  }
}

void Template::declare(Value resources) {
  for (Value node = resources.first(); node; node = node.next()) {
    if (node.key().starts_with("Fn::ForEach::")) {
      for_each(node, [&](Value body) { declare(body); });
      continue;
    }
    const std::string id = filled_in(node.key());
    if (!node.is_map() || !node.member("Type").is_scalar()) {
      error(node, fmt::format("resource '{}' has no `Type`, such as AWS::SQS::Queue", id));
      continue;
    }
    check_keys(node, resource_keys(), fmt::format("resource '{}'", id));
    Declared declared{id, std::string(node.member("Type").text()), node, bindings_, false};
    declared.is_modelled = is_serverless(declared.type) || catalogue_.find_cloudformation(declared.type);
    if (!known_.emplace(id, resources_.size()).second) {
      if (twice_.insert(id).second) error(node, fmt::format("there is a resource '{}' already", id));
      continue;
    }
    resources_.push_back(std::move(declared));
  }
}

const Template::Declared* Template::find(std::string_view id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? nullptr : &resources_[known->second];
}

bool Template::is_created(const Declared& declared) {
  const Value condition = declared.node.member("Condition");
  return !condition || holds(condition, condition.text());
}

void Template::check_order(const Declared& declared) {
  const Value earlier = declared.node.member("DependsOn");
  for (const Value& name : earlier.is_list() ? earlier.items() : std::vector<Value>{earlier}) {
    if (!name.is_scalar() || !name.tag().empty()) continue;
    const std::string id = filled_in(name.text());
    if (!find(id) && !is_generated(id)) error(name, fmt::format("DependsOn: {}", no_such(id)));
  }
}

// What a transform may make: SAM's resources begin with the id of what they are made for.
bool Template::is_generated(std::string_view id) const {
  if (!macros_.empty()) return true;
  return has_serverless_ && std::any_of(resources_.begin(), resources_.end(), [&](const Declared& d) {
           return is_serverless(d.type) && id.starts_with(d.id) && id.size() > d.id.size();
         });
}

std::string Template::no_such(std::string_view id) const {
  Names known;
  for (const Declared& d : resources_) known.emplace_back(d.id);
  const Value parameters = root_.member("Parameters");
  for (Value p = parameters.first(); p; p = p.next()) known.push_back(p.key());
  return fmt::format("this template has no '{}'{}", id, input::did_you_mean(id, known));
}

void Template::tell(World& world) const {
  world.unknowns.insert(world.unknowns.end(), assumed_.begin(), assumed_.end());
  for (const std::string& macro : macros_) {
    world.unknowns.push_back(fmt::format("the transform {} of {} was not run, so what it makes is not here",
                                         macro.empty() ? "'AWS::Include'" : "'" + macro + "'", file_name()));
  }
  if (at_default_.empty()) return;
  std::string names;
  std::size_t n = 0;
  for (const std::string& name : at_default_) {
    if (n < 5) names += (n == 0 ? "" : ", ") + name;
    ++n;
  }
  if (n > 5) names += fmt::format(" and {} more", n - 5);
  world.unknowns.push_back(fmt::format("parameters of {} are taken at their defaults: {}", file_name(), names));
}

}  // namespace moshimo::models::importing
