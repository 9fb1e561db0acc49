#include "models/import/state_machines.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/import/arn.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {
namespace {

constexpr int deepest = 32;

bool has_port(const TypeDef& type, std::string_view name) {
  return std::any_of(type.ports.begin(), type.ports.end(), [&](const PortDef& p) { return p.name == name; });
}

bool only_reads(std::string_view action) {
  constexpr std::array<std::string_view, 7> words = {"get", "batchGet", "query", "scan", "list", "describe", "receive"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return action.starts_with(word); });
}

// `QueueUrl`, `TableName`, `TopicArn`, and not the message itself.
bool names_something(std::string_view key) {
  constexpr std::array<std::string_view, 6> words = {"Name", "Arn", "Url", "Bucket", "Id", "Definition"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return key.ends_with(word); });
}

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

void StateMachines::names_in(Value arguments, Task& task, int depth) {
  if (depth > deepest) return;
  for (Value part = arguments.first(); part; part = part.next()) {
    if (!part.is_scalar()) {
      names_in(part, task, depth + 1);
      continue;
    }
    const std::string_view key = part.key();
    const bool is_path = key.ends_with(".$");
    if (!names_something(is_path ? key.substr(0, key.size() - 2) : key)) continue;
    if (is_path || part.text().starts_with("{%")) {
      task.is_told_later = true;
    } else {
      task.names.emplace_back(part.text());
    }
  }
}

StateMachines::Task StateMachines::task(Value state) {
  Task task;
  task.name = std::string(state.key());
  task.is_caught = state.member("Catch").size() > 0;
  const std::string resource(state.member("Resource").text());
  constexpr std::string_view integration = ":states:::";
  const std::size_t at = resource.find(integration);
  if (at == std::string::npos) {
    task.names.push_back(resource);
    return task;
  }
  std::string_view rest = std::string_view(resource).substr(at + integration.size());
  constexpr std::string_view by_sdk = "aws-sdk:";
  if (rest.starts_with(by_sdk)) rest.remove_prefix(by_sdk.size());
  const std::size_t colon = rest.find(':');
  task.service = std::string(rest.substr(0, colon));
  if (colon != std::string_view::npos) {
    rest.remove_prefix(colon + 1);
    task.action = std::string(rest.substr(0, rest.find('.')));  // without .sync or .waitForTaskToken
  }
  for (const char* arguments : {"Parameters", "Arguments"}) names_in(state.member(arguments), task, 0);
  return task;
}

void StateMachines::tasks_of(Value states, std::vector<Task>& tasks, int depth) {
  if (depth > deepest) return;
  for (Value state = states.first(); state; state = state.next()) {
    if (state.member("Type").text() == "Task") tasks.push_back(task(state));
    for (Value branch = state.member("Branches").first(); branch; branch = branch.next()) {
      tasks_of(branch.member("States"), tasks, depth + 1);
    }
    for (const char* each : {"Iterator", "ItemProcessor"}) {
      tasks_of(state.member(each).member("States"), tasks, depth + 1);
    }
  }
}

bool StateMachines::can_be_called(const TypeDef& type) const {
  return !catalogue_.is_in_group(type.name, "principal") && has_port(type, "in");
}

std::string StateMachines::port_of(const TypeDef& type, const std::string& action) {
  if (only_reads(action) && has_port(type, "read")) return "read";
  return has_port(type, "invoke") ? "invoke" : "in";  // it waits for the answer
}

std::vector<int> StateMachines::called_by(const Task& task, const Component& machine) {
  AttributeDef of_service;
  AttributeDef of_any;
  of_service.kind = of_any.kind = AttributeDef::Kind::refers_to;
  for (const TypeDef* type : catalogue_.types()) {
    if (type->name.starts_with("outside:") || !can_be_called(*type)) continue;
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

void StateMachines::add(const std::string& name, int target, const Task& task, ImportedEdge::How how,
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
  if (const std::string via = port_of(*called.type, task.action); via != "in") call.set("via", via);
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
      if (meant >= 0 && is_new && can_be_called(*components_[meant].type)) called.push_back(meant);
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
  std::vector<Task> tasks;
  tasks_of(place.value.member("States"), tasks, 0);
  const Value substitutions = place.enclosing ? place.enclosing->value.member("DefinitionSubstitutions") : Value();
  for (Task& task : tasks) {
    for (std::string& name : task.names) substitute(substitutions, name);
  }
  std::size_t untold = 0;
  for (const Task& task : tasks) {
    const std::vector<int> called = called_by(task, machine);
    for (const int target : called) {
      const bool is_reference = std::any_of(task.names.begin(), task.names.end(),
                                            [](const std::string& name) { return has_placeholder(name); });
      add(task.name, target, task, is_reference ? ImportedEdge::How::reference : ImportedEdge::How::value, machine,
          where, calls, edges);
    }
    if (!called.empty()) continue;
    std::string what = task.service.empty() ? shown(fmt::format("{}", fmt::join(task.names, " and ")))
                                            : task.service + ":" + task.action;
    if (!task.service.empty() && !task.names.empty()) {
      what += " of " + shown(fmt::format("{}", fmt::join(task.names, " and ")));
    }
    links_.unresolved(machine, where,
                      fmt::format("the state {} does {}, {}", task.name, what,
                                  task.is_told_later ? "and what with is told only when it runs"
                                                     : "which is nothing that is modelled here"));
    ++untold;
  }
  return untold == 0 || untold < tasks.size();
}

}  // namespace moshimo::models::importing
