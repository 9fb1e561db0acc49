#include "models/import/state_machines.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/arn.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {
namespace {

// `${Orders}` of a template that gives a value for it.
void substitute(Value substitutions, std::string& text) {
  for (Value value = substitutions.first(); value; value = value.next()) {
    const std::string written = "${" + std::string(value.key()) + "}";
    for (std::size_t at = text.find(written); at != std::string::npos; at = text.find(written, at)) {
      text.replace(at, written.size(), value.text());
      at += value.text().size();
    }
  }
}

}  // namespace

std::vector<int> StateMachines::called_by(const StateTask& task, const Component& machine) {
  AttributeDef of_service;
  AttributeDef of_any;
  of_service.kind = of_any.kind = AttributeDef::Kind::refers_to;
  for (const TypeDef* type : catalogue_.types()) {
    if (type->name.starts_with("outside:") || !can_be_called(*type, catalogue_)) continue;
    of_any.types.push_back(type->name);
    if (type->name.starts_with(task.service + ":")) of_service.types.push_back(type->name);
  }
  std::vector<int> called;
  for (const std::string& name : task.names) {
    // A bare name says nothing where the service is not known by this name.
    if (of_service.types.empty() && !is_whole_identity(name) && !has_placeholder(name)) continue;
    const int target = links_.find_or_external(name, of_service.types.empty() ? of_any : of_service, machine);
    if (target >= 0 && std::find(called.begin(), called.end(), target) == called.end()) called.push_back(target);
  }
  return called;
}

void StateMachines::add(const std::string& name, int target, const StateTask& task, ImportedEdge::How how,
                        const Component& machine, const std::string& where, models::Value& calls,
                        std::vector<ImportedEdge>& edges) {
  components_.want(target);
  const Component& called = components_[target];
  models::Value call = models::Value::map();
  const bool is_taken = std::any_of(calls.children.begin(), calls.children.end(), [&](const models::Value& other) {
    const models::Value* known = other.find("name");
    return known && known->text == name;
  });
  if (!is_taken && !name.empty()) call.set("name", name);
  call.set("to", called.name);
  if (const std::string via = port_of(*called.type, task); via != "in") call.set("via", via);
  if (task.is_caught) call.set("essential", "no");
  edges.push_back({machine.name, fmt::format("{}[{}].to", where, calls.children.size()), called.name, how});
  calls.add(std::move(call));
}

bool StateMachines::read(const Place& place, const Component& machine, const std::string& where, models::Value& calls,
                         std::vector<ImportedEdge>& edges, std::vector<std::string>& unknowns) {
  place.mark_read();
  if (!place.value) {
    // A definition that is not known before apply names what it is made of.
    links_.mark_unknown(machine, where, place);
    const Resolution resolution =
        places_.references(place.source).resolve(place.expression, places_.instance(place.source, place.instance));
    std::vector<int> called;
    for (const Target& target : resolution.targets) {
      const int meant = components_.of(place.source, target.instance);
      const bool is_new = std::find(called.begin(), called.end(), meant) == called.end();
      if (meant >= 0 && is_new && can_be_called(*components_[meant].type, catalogue_)) called.push_back(meant);
    }
    for (const int target : called) {
      add(components_[target].name, target, {}, ImportedEdge::How::reference, machine, where, calls, edges);
    }
    if (!called.empty()) {
      unknowns.push_back(fmt::format(
          "the definition of {} is not known before apply; it is taken to call what it is made of", machine.name));
    }
    return !called.empty();
  }
  if (!place.value.member("States").is_map()) {
    links_.unresolved(machine, where, "its definition is no document of states, so what it calls is not known");
    return false;
  }
  std::vector<StateTask> tasks = tasks_of(place.value);
  const Value substitutions = place.enclosing ? place.enclosing->value.member("DefinitionSubstitutions") : Value();
  for (StateTask& task : tasks) {
    for (std::string& name : task.names) substitute(substitutions, name);
  }
  std::size_t untold = 0;
  for (const StateTask& task : tasks) {
    const std::vector<int> called = called_by(task, machine);
    for (const int target : called) {
      const bool is_reference = std::any_of(task.names.begin(), task.names.end(),
                                            [](const std::string& name) { return has_placeholder(name); });
      add(task.name, target, task, is_reference ? ImportedEdge::How::reference : ImportedEdge::How::value, machine,
          where, calls, edges);
    }
    if (!called.empty()) continue;
    links_.unresolved(machine, where,
                      fmt::format("{}, {}", told(task),
                                  task.is_told_later ? "and what with is told only when it runs"
                                                     : "which is nothing that is modelled here"));
    ++untold;
  }
  return untold == 0 || untold < tasks.size();
}

}  // namespace moshimo::models::importing
