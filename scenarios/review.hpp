// A planned change as a scenario: what it deletes and replaces are the faults, and nobody notices for a while.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/import/importer.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

enum class Gate : std::uint8_t {
  blast,         // anything is hurt
  loss,          // data is lost before people have put everything right
  irreversible,  // something cannot be put right or saved any more, whatever is done
};

struct ReviewOptions {
  Duration time_to_detect = Duration::hours(1);
  std::uint32_t responders = 1;
  SimTime horizon = SimTime::after_start(Duration::days(30));
};

// Null when the plan deletes and replaces nothing that is modelled.
std::shared_ptr<const Scenario> review_scenario(const models::ImportResult& import, const ReviewOptions& options);

// A sentence for each gate that is met.
std::vector<std::string> failed_gates(const Answer& answer, const std::vector<Gate>& gates);

}  // namespace moshimo::scenarios
