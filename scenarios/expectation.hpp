// A line of `expect`: a figure of the run compared with a value, such as `lost("orders") == 0`.
//
// Figures: lost, late, waiting, misdirected, offered (events, of a component with its parts, or of one of its hops);
// refused (requests from outside, which are not among the lost events); restored (the
// time from the first fault until nothing of the component is down or impaired any more); first_loss (the time from the
// first fault until the component's first loss; forever when there is none); told (the time from the first fault until
// somebody reads an alarm of the component; forever when nobody does); stopped (faults that a guard stopped).
// Without a name, of everything.
//
// `probability(lost("orders") > 0) < 5%` is of many trials: in what share of them something of a figure holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/detection.hpp"
#include "core/findings.hpp"
#include "core/response.hpp"
#include "core/system.hpp"
#include "input/diagnostics.hpp"

namespace moshimo::scenarios {

struct Expectation {
  enum class Figure : std::uint8_t {
    lost,
    refused,
    late,
    waiting,
    misdirected,
    offered,
    restored,
    first_loss,
    told,
    stopped
  };
  enum class Relation : std::uint8_t { equal, not_equal, less, at_most, more, at_least };
  Figure figure = Figure::lost;
  std::string of;  // "" for everything
  Relation relation = Relation::equal;
  double value = 0;  // events, or microseconds for a time (infinity: forever)
  struct Share {
    Relation relation = Relation::less;
    double value = 0;  // 0 to 1
  };
  std::optional<Share> share;  // of the trials in which the rest holds; not set: it is of the plain run
  std::string text;            // as written
  input::Position at;
};

std::optional<Expectation> parse_expectation(std::string_view text, input::Position at,
                                             input::Diagnostics& diagnostics);

struct ExpectationResult {
  const Expectation* expectation = nullptr;
  bool met = false;
  double found = 0;
};

// `first_fault` never(): no fault happened.
ExpectationResult check_expectation(const Expectation& e, const System& system, const Response& response,
                                    const Findings& findings, const Detection& detection, SimTime first_fault);

bool is_met(const Expectation::Share& share, double found);

bool is_time(Expectation::Figure figure);

}  // namespace moshimo::scenarios
