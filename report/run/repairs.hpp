// Steps for telling: repairs that are alike together, and commands with their places filled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/response.hpp"
#include "core/system.hpp"
#include "report/numbers.hpp"

namespace moshimo::report {

// Repairs of one step that do the same thing to several components.
struct LikeRepairs {
  std::vector<RepairId> repairs;
};
std::vector<LikeRepairs> like_repairs(const System& system, const std::vector<RepairId>& repairs);

// The title of a release before there is a step of it, that is without its times and amounts.
std::string title_without_a_step(std::string title);

// `{gap.start}` and the like, filled in for a step.
std::string filled(std::string_view text, const System& system, const Step& step, std::size_t number,
                   const Clock& clock, SimTime first_fault);

}  // namespace moshimo::report
