// The order of steps that loses least: people by themselves begin what serves the earliest point of no return, which is
// a good rule and not always the best one.
//
// Up to `most_steps_in_full` steps every order is tried that the graph allows. With more, steps are moved one at a
// time, each time to where most is saved, until no single move helps.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/step_graph.hpp"
#include "core/step_worth.hpp"

namespace moshimo {

inline constexpr std::size_t most_steps_in_full = 7;

struct OrderSearch {
  struct Move {  // a difference between the rule's order and the best one found
    Task moved;
    Task beside;                 // what it is done before,
    bool is_later = false;       // or after
    double saves = 0;            // events; what this move adds to those above it
    double saves_requests = 0;   // of these, requests that would be refused
    HopId mostly;                // the hop of which most is saved; not set when none is
    std::size_t keeps = 0;       // things that are no longer gone for good
    Duration works_sooner = {};  // by how much the last hop that had failed is open earlier
    Duration sooner = {};        // by how much the last step is done earlier
  };
  std::vector<Task> order;  // the best found; that of the rule when none is better
  Response response;        // of doing it
  Toll by_rule, best;
  std::vector<Move> moves;   // as few as there can be; empty: the rule's order is the best found
  std::size_t tried = 0;     // orders simulated
  bool is_exact = false;     // every order was tried
  bool is_finished = false;  // else the time was up
};

// `plan` is what the rule gives, `graph` its graph. `may_go_on` is asked before each simulation.
OrderSearch better_order(const System& system, const Responders& responders, const Response& plan,
                         const StepGraph& graph, const DoAgain& again, const std::function<bool()>& may_go_on);

}  // namespace moshimo
