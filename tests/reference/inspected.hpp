// What `moshimo inspect` wrote, read again by somebody who has nothing but docs/formats.md and the file.
#pragma once

#include <string>
#include <vector>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo::reference {

struct InspectedRun {
  std::string strategy;
  SimTime horizon;
  Script script;
  std::vector<StepFunction<bool>> conditions;  // by ConditionId; empty: keeps its first value
  std::vector<HopLedger> ledger;               // by HopId; amounts only
};

struct Inspected {
  System system;
  std::vector<InspectedRun> runs;
};

Inspected read_inspected(const std::string& json);

// The ledgers of a run with that strategy in the output of `moshimo run`.
std::vector<HopLedger> read_ledgers(const std::string& json, const std::string& strategy);

}  // namespace moshimo::reference
