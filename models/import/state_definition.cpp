#include "models/import/state_definition.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

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

void names_in(Value arguments, StateTask& task, int depth) {
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

StateTask task_of(Value state) {
  StateTask task;
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

void collect(Value states, std::vector<StateTask>& tasks, int depth) {
  if (depth > deepest) return;
  for (Value state = states.first(); state; state = state.next()) {
    if (state.member("Type").text() == "Task") tasks.push_back(task_of(state));
    for (Value branch = state.member("Branches").first(); branch; branch = branch.next()) {
      collect(branch.member("States"), tasks, depth + 1);
    }
    for (const char* each : {"Iterator", "ItemProcessor"}) {
      collect(state.member(each).member("States"), tasks, depth + 1);
    }
  }
}

}  // namespace

std::vector<StateTask> tasks_of(Value definition) {
  std::vector<StateTask> tasks;
  collect(definition.member("States"), tasks, 0);
  return tasks;
}

bool can_be_called(const TypeDef& type, const Catalogue& catalogue) {
  return !catalogue.is_in_group(type.name, "principal") && has_port(type, "in");
}

std::string port_of(const TypeDef& type, const StateTask& task) {
  if (only_reads(task.action) && has_port(type, "read")) return "read";
  return has_port(type, "invoke") ? "invoke" : "in";  // it waits for the answer
}

std::string told(const StateTask& task) {
  const std::string names = shown(fmt::format("{}", fmt::join(task.names, " and ")));
  std::string what = task.service.empty() ? names : task.service + ":" + task.action;
  if (!task.service.empty() && !task.names.empty()) what += " of " + names;
  return fmt::format("the state {} does {}", task.name, what);
}

}  // namespace moshimo::models::importing
