// A planned change as a scenario: what it deletes and replaces are the faults, and nobody notices for a while.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/import/importer.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

enum class Gate : std::uint8_t {
  blast,         // anything else than what goes is hurt
  loss,          // data is lost, on its way or at rest, although people put everything right
  irreversible,  // after that something stays broken, or data at rest is gone or cannot be read
};
std::string_view name_of(Gate gate);

struct ReviewOptions {
  Duration time_to_detect = Duration::hours(1);
  std::uint32_t responders = 1;
  SimTime horizon = SimTime::after_start(Duration::days(30));
};

// Null when the plan deletes and replaces nothing that is modelled.
std::shared_ptr<const Scenario> review_scenario(const models::ImportResult& import, const ReviewOptions& options);

struct GateResult {
  Gate gate = Gate::blast;
  bool is_met = false;  // the plan does what the gate is about
  std::string says;     // "loss: 4,496 events are lost although every repair is done"
};
// The queues, streams and archives that go, of which nobody knows what lies in them: "the queue dead".
std::vector<std::string> unknown_content(const Answer& answer);

// `answer` is null when the plan deletes nothing that is modelled.
std::vector<GateResult> gate_results(const Answer* answer, const models::ImportResult& import,
                                     const std::vector<Gate>& gates);

}  // namespace moshimo::scenarios
