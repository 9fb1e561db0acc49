// What has to come before what: the steps of a plan as a graph, from what each needs and what others bring about.
#pragma once

#include <cstddef>
#include <vector>

#include "core/response.hpp"

namespace moshimo {

struct StepGraph {
  // `after` needs what `before` brings about. Steps by position in the response.
  struct Edge {
    std::size_t before = 0;
    std::size_t after = 0;
    ConditionId brings;
    SimTime there = {};            // when all that is needed of `before` was: an apply may go on with something else
    bool is_one_way = false;       // another step brings something that does as well
    bool is_for_applying = false;  // `after` is an apply, which would act on what `before` puts right
  };
  std::vector<Edge> edges;  // by `after`, then `before`; without those that others imply
  // The chain of steps that takes longest, what each waits for included: however many people there are, the way back is
  // not shorter.
  std::vector<std::size_t> critical;
  Duration critical_time = {};  // from when people begin to the end of the last of them
};

// `response` is the outcome of doing the steps. A step needs another when something that must hold for it, directly or
// by way of other conditions, was missing until the other put it right.
StepGraph graph_of(const System& system, const Response& response);

// All steps that have to come before `step`, directly or not. An apply can leave out what others put right first.
std::vector<bool> before(const StepGraph& graph, std::size_t steps, std::size_t step);

// A release whose hop, or whose data, comes by itself, later than all that other steps bring about for it.
bool waits_for_no_step(const System& system, const Response& response, const StepGraph& graph, std::size_t step);

}  // namespace moshimo
