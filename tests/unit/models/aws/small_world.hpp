// A few resources with the built-in catalogue, and what is done to them: shows where the data of each hop went.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.hpp"
#include "models/compile.hpp"

namespace moshimo::models {

// Somebody does `verb` to `component` at `from`; what it broke is put right at `to`.
struct Trouble {
  std::string verb;
  std::string component;
  Duration from = {};
  Duration to = Duration::forever();
};

struct SmallWorld {
  Compiled compiled;
  Outcome outcome;

  const HopLedger& ledger(std::string_view hop) const;
  double lost(std::string_view hop) const { return ledger(hop).lost; }
  double waiting(std::string_view hop) const { return ledger(hop).waiting; }
  bool holds(std::string_view component, std::string_view condition) const;  // at the end
};

// `inventory` begins with `resources:`.
SmallWorld run(std::string_view inventory, const std::vector<Trouble>& troubles, Duration horizon,
               std::string_view start = "2026-01-01");

}  // namespace moshimo::models
