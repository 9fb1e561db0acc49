#include "tests/unit/scenarios/asking.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "input/document.hpp"

namespace moshimo::scenarios {

Answer ask(std::string_view inventory, std::vector<ScenarioFault> faults, const Responders& response,
           Duration horizon) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(
      input::Document::parse("small.yaml", "version: 1\n" + std::string(inventory), input::Format::yaml, diagnostics),
      *read, diagnostics);
  diagnostics.throw_if_errors();
  Scenario s;
  s.name = "small";
  s.start = models::parse_moment("2026-01-01");
  s.horizon = SimTime::after_start(horizon);
  s.faults = std::move(faults);
  s.response = response;
  Answer a = answer(std::make_shared<const Scenario>(s), read, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

Answer ask(std::string_view inventory, const Asked& asked) {
  ScenarioFault fault;
  fault.verb = asked.verb;
  fault.components = asked.components;
  fault.component_at.resize(asked.components.size());
  fault.made_again_after = asked.made_again_after;
  Responders response;
  response.time_to_detect = asked.detect;
  response.count = asked.people;
  response.strategy = asked.strategy;
  response.by_hand = asked.by_hand;
  return ask(inventory, {fault}, response, asked.horizon);
}

bool holds_at_the_end(const Answer& a, std::string_view component, std::string_view condition) {
  const ConditionId c = a.compiled->condition(a.compiled->component(component), condition);
  REQUIRE(c.is_set());
  return a.main_run().response.outcome.timeline.conditions[c.value].back().value;
}

std::vector<std::string> steps(const Answer& a) {
  std::vector<std::string> names;
  for (const Step& step : a.main_run().response.steps) {
    for (const RepairId r : step.repairs) names.push_back(name_of(a.system(), r));
  }
  return names;
}

std::vector<std::string> library_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MOSHIMO_SOURCE_DIR "/scenarios/library")) {
    const std::string path = entry.path().string();
    if (path.ends_with(".scenario.yaml")) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Answer plain_answer(const std::string& file) {
  input::Diagnostics diagnostics;
  Scenario s = read_scenario(file, diagnostics);
  s.expect.clear();
  s.what_if.clear();
  s.sweep.clear();
  s.compare = {Strategy::none};
  s.response.strategy = Strategy::full;
  s.runbook = nullptr;
  Answer a = answer(std::make_shared<const Scenario>(std::move(s)), models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

}  // namespace moshimo::scenarios
