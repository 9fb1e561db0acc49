#include "models/called_in_definitions.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/documents.hpp"
#include "models/import/arn.hpp"
#include "models/import/identity.hpp"
#include "models/import/state_definition.hpp"
#include "models/import/values.hpp"

namespace moshimo::models {
namespace {

// The calls of a type, and the name under which files give the definition that tells them.
struct CallsOf {
  const AttributeDef* calls = nullptr;
  std::string definition;
};

CallsOf calls_of(const TypeDef& type) {
  for (const AttributeDef& attribute : type.attributes) {
    if (attribute.kind != AttributeDef::Kind::contains || attribute.types.front() != "outside:call") continue;
    for (const ImportPath& path : attribute.terraform) {
      const bool is_definition = path.steps.size() == 2 && path.steps.back().kind == ImportStep::Kind::json;
      if (is_definition) return {&attribute, path.steps.front().name};
    }
  }
  return {};
}

class Reader {
 public:
  Reader(const Inventory& inventory, const Catalogue& catalogue) : inventory_(inventory), catalogue_(catalogue) {}

  // Null where nothing is known of what it calls.
  Value calls_in(importing::Value definition, const Resource& machine, std::vector<std::string>& unknowns) {
    Value calls = Value::list();
    const std::vector<importing::StateTask> tasks = importing::tasks_of(definition);
    for (const importing::StateTask& task : tasks) {
      const std::vector<const Resource*> called = called_by(task);
      for (const Resource* resource : called) add(task, *resource, *catalogue_.find_type(resource->type), calls);
      if (!called.empty()) continue;
      unknowns.push_back(fmt::format(
          "In {}, {}, {}.", machine.name, importing::told(task),
          task.is_told_later ? "and what with is told only when it runs" : "which is nothing that the inventory has"));
    }
    return calls.children.empty() && !tasks.empty() ? Value() : calls;
  }

 private:
  std::vector<const Resource*> called_by(const importing::StateTask& task) const {
    std::vector<const Resource*> called;
    for (const std::string& name : task.names) {
      for (const Resource& resource : inventory_.resources) {
        const TypeDef* const type = catalogue_.find_type(resource.type);
        if (!type || !importing::can_be_called(*type, catalogue_) || !is_meant(name, task, resource, *type)) continue;
        if (std::find(called.begin(), called.end(), &resource) == called.end()) called.push_back(&resource);
      }
    }
    return called;
  }

  static bool is_meant(const std::string& text, const importing::StateTask& task, const Resource& resource,
                       const TypeDef& type) {
    const std::string& own = resource.aws_name.empty() ? resource.name : resource.aws_name;
    const bool is_of_service = task.service.empty() || type.name.starts_with(task.service + ":");
    if (text == own || text == resource.name) return is_of_service;
    const std::optional<importing::Named> named = importing::named_by(type, text);
    return named && named->name == own && (is_of_service || importing::is_whole_identity(text));
  }

  static void add(const importing::StateTask& task, const Resource& called, const TypeDef& type, Value& calls) {
    Value call = Value::map();
    const bool is_taken = std::any_of(calls.children.begin(), calls.children.end(), [&](const Value& other) {
      const Value* known = other.find("name");
      return known && known->text == task.name;
    });
    if (!is_taken) call.set("name", task.name);
    call.set("to", called.name);
    if (const std::string via = importing::port_of(type, task); via != "in") call.set("via", via);
    if (task.is_caught) call.set("essential", "no");
    calls.add(std::move(call));
  }

  const Inventory& inventory_;
  const Catalogue& catalogue_;
};

}  // namespace

const AttributeDef* definition_of(const TypeDef& type) {
  const CallsOf found = calls_of(type);
  return found.calls ? type.find_attribute(found.definition) : nullptr;
}

std::shared_ptr<const Inventory> with_called_in_definitions(const std::shared_ptr<const Inventory>& inventory,
                                                            const Catalogue& catalogue,
                                                            input::Diagnostics& diagnostics) {
  std::shared_ptr<Inventory> changed;
  Reader reader(*inventory, catalogue);
  for (std::size_t i = 0; i < inventory->resources.size(); ++i) {
    const Resource& resource = inventory->resources[i];
    const TypeDef* const type = catalogue.find_type(resource.type);
    const AttributeDef* const attribute = type ? definition_of(*type) : nullptr;
    const Value* const definition = attribute ? resource.attributes.find(attribute->name) : nullptr;
    if (!definition || definition->kind == Value::Kind::null) continue;
    input::Diagnostics mistakes;
    const auto document = std::make_shared<const input::Document>(input::Document::parse(
        resource.name, definition->kind == Value::Kind::scalar ? definition->text : json_of(*definition),
        input::Format::json, mistakes));
    importing::Documents documents;
    const importing::Value read = mistakes.has_errors() ? importing::Value() : documents.add(document);
    if (!read.member("States").is_map()) {
      diagnostics.error(definition->at(),
                        fmt::format("the {} of '{}' has no `States`; write it as JSON or YAML as AWS takes it",
                                    attribute->name, resource.name));
      continue;
    }
    if (!changed) changed = std::make_shared<Inventory>(*inventory);
    Value& attributes = changed->resources[i].attributes;
    const std::string calls = calls_of(*type).calls->name;
    if (!attributes.find(calls)) {
      Value told = reader.calls_in(read, resource, changed->unknowns);
      if (told.kind != Value::Kind::null) {
        const Value at = *definition;
        Value& written = attributes.set(calls, std::move(told));
        written.file = at.file;
        written.offset = written.key_offset = at.offset;
      }
    }
    std::erase_if(attributes.children, [&](const Value& v) { return v.key == attribute->name; });
  }
  return changed ? changed : inventory;
}

}  // namespace moshimo::models
