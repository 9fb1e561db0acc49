// An answer for whoever goes on to vary something in it.
#pragma once

#include <memory>
#include <vector>

#include "scenarios/answer.hpp"
#include "scenarios/vary.hpp"

namespace moshimo::scenarios {

// The answer without a sweep of its own. What cannot be varied so is a mistake, told with all others before anything is
// run.
Answer answer_to_vary(std::shared_ptr<const Scenario> scenario, const std::vector<Vary>& varied,
                      const models::Catalogue& catalogue, input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
