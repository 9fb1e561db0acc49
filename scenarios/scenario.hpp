// A scenario: which inventory, what goes wrong when, and who reacts. Read from YAML or JSON, checked, with positions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/response.hpp"
#include "input/document.hpp"
#include "models/compile.hpp"
#include "scenarios/expectation.hpp"
#include "scenarios/vary.hpp"

namespace moshimo::scenarios {

struct Runbook;

// One or more components, and what is done to them at one time.
struct ScenarioFault {
  SimTime at;
  std::string verb;
  std::vector<std::string> components;
  std::vector<input::Position> component_at;
  std::vector<std::pair<std::string, models::Value>> parameters;
  input::Position verb_at;
  std::shared_ptr<const models::CallBy> call;  // who does it; not set: an administrator
  std::optional<Duration> over_after;          // an outage: `for`
  bool with_parts = false;                     // a replacement whose apply also makes again what was attached to it
  bool with_users = false;  // a replacement whose apply also moves everything that uses it to the new one
  std::optional<Duration> made_again_after;  // a replacement: the same apply makes it again, with a new identity
};

// The same scenario with another inventory or another reaction.
struct WhatIf {
  std::string name;
  std::vector<models::Override> set;
  std::optional<Responders> response;
  std::shared_ptr<const Runbook> runbook;  // of its response, or of the scenario's
};

// How far what the catalogue tells in one figure may be off: 95 % take less than so many times as long.
struct Uncertainty {
  double repairs = 3;      // what people do
  double propagation = 2;  // until a change shows, where that is no more than five minutes
};

struct Scenario {
  std::string name;
  std::string title;
  std::vector<std::string> inventories;  // paths, as the program can open them
  std::vector<input::Position> inventory_at;
  std::optional<models::Moment> start;
  std::string start_text;               // as written, "" if there is none
  std::int32_t utc_offset_seconds = 0;  // of `start`, for printing times as the user writes them
  SimTime horizon = SimTime::after_start(Duration::days(30));
  std::vector<ScenarioFault> faults;
  bool is_in_code = false;  // the faults are what the code says: to undo them, it has to be put back as it was before
  Responders response;
  std::optional<Distribution> detection;  // where the time to detect is none but a distribution; its median counts
  Uncertainty uncertainty;
  std::shared_ptr<const Runbook> runbook;  // with Strategy::runbook
  std::vector<Strategy> compare;           // all of them unless written
  std::vector<WhatIf> what_if;
  std::vector<Vary> sweep;  // at most two
  std::vector<Expectation> expect;
  std::shared_ptr<const input::Document> document;
};

// Reads a scenario; every mistake goes to `diagnostics`. Inventory paths are relative to the scenario's own folder.
Scenario read_scenario(const std::string& path, input::Diagnostics& diagnostics);

// The same for a document that was read from `path`.
Scenario read_scenario(std::shared_ptr<const input::Document> document, const std::string& path,
                       input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
