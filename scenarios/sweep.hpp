// How the outcome of a scenario depends on one or two of its numbers, and where it changes in kind.
//
// A cliff lies between two neighbouring values, one second or one whole number apart: below it things go one way, above
// it another. Over the time to detect the cliffs are the points of no return of the run in which nobody acts, each
// earlier by what the repair that would have saved the data takes.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/answer.hpp"
#include "scenarios/deciding.hpp"
#include "scenarios/figures.hpp"

namespace moshimo::scenarios {

// A number that is varied, with its values in seconds, bytes, per second, or as they are; ascending.
struct Axis {
  std::string name;
  models::Unit unit = models::Unit::none;
  bool is_whole = false;
  bool is_range = false;
  bool is_logarithmic = false;
  std::vector<double> values;
};

// Something that is so in an outcome, or is not.
struct Trait {
  enum class Kind : std::uint8_t {
    loses,   // a hop, because of one thing
    gone,    // what never comes back: a store's content, or a condition
    broken,  // a condition that nobody put right
    left,    // a hop whose backlog nobody fetched
    misses,  // a component its objective
  };
  Kind kind = Kind::loses;
  std::string what;                                    // by name
  int fallback = -1;                                   // of `loses`: which ran out
  LossWindow::Why why = LossWindow::Why::no_fallback;  // of `loses`
  bool is_rto = false;                                 // of `misses`
  friend auto operator<=>(const Trait&, const Trait&) = default;
};

// What one strategy comes to at one point.
struct SweepResult {
  Strategy strategy = Strategy::none;
  Figures figures;
  std::vector<std::pair<std::string, double>> losses;  // by name of the hop; where anything is lost
  std::vector<Trait> traits;                           // sorted
  std::vector<std::string> steps;                      // names of the repairs that are done, sorted
  double lost() const { return figures.lost + figures.refused; }
};

// Events that one hop loses.
double loss_of(const SweepResult& result, const std::string& hop);

// Nobody can tell the two amounts apart: half an event, or a billionth.
bool same_amount(double a, double b);

struct SweepPoint {
  std::vector<double> at;  // of each axis
  std::vector<SweepResult> results;
  const SweepResult* of(Strategy s) const;
};

struct Cliff {
  enum class Kind : std::uint8_t {
    begins,      // a trait
    ends,        // a trait
    costs_more,  // from here on each further second costs more
    costs_less,
    jump,    // a hop loses more, or less, at once
    reason,  // a hop goes on losing as before, for one more thing: no cliff, but a point of no return may lie here
  };
  Kind kind = Kind::begins;
  Strategy strategy = Strategy::full;
  double below = 0;             // the last value at which it is as before
  double above = 0;             // the first at which it is otherwise
  std::optional<double> other;  // of a surface: the value of the second axis
  Trait trait;                  // of begins, ends and reason; else only `what`, the hop
  double before = 0;            // costs_more, costs_less: events lost per unit below and above; jump: events lost
  double after = 0;
  std::shared_ptr<const models::Compiled> compiled;  // in which what follows is meant
  std::optional<PointOfNoReturn> point;              // of the run in which nobody acts, that has been passed
  std::optional<Deciding> deciding;                  // in the run just below
};

// What became of a point of no return over the values of a time to detect.
struct Passed {
  enum class Kind : std::uint8_t {
    at_a_cliff,
    before,          // the first of the values
    beyond,          // the last
    without_effect,  // what would be lost from there on is lost already, for another reason
    in_no_reaction,
  };
  Kind kind = Kind::at_a_cliff;
  PointOfNoReturn point;
  std::string what;
};

// Values from which to which one strategy compares with another in one way.
struct Comparing {
  enum class Kind : std::uint8_t {
    nothing_lost,   // equal: by neither
    too_late,       // equal: both begin after the end
    same_steps,     // equal: they do the same
    saves_nothing,  // equal: what the one does beyond the other does not touch what is lost
    worse,          // the one that does more loses more
  };
  Kind kind = Kind::nothing_lost;
  Strategy more = Strategy::full;  // the one that does more
  Strategy less = Strategy::restore_only;
  double from = 0;
  double to = 0;
  std::vector<std::string> hops;  // worse: those that lose more, at the first of the values
};

// A span over which a smaller value loses more.
struct Inversion {
  Strategy strategy = Strategy::full;
  double from = 0;
  double to = 0;
  double more = 0;                // lost at `from` beyond what is lost at `to`
  double more_refused = 0;        // of these, requests
  std::vector<std::string> hops;  // those that lose more at `from`
};

struct Sweep {
  const Answer* base = nullptr;  // the scenario as it is; null in an answer, which is its own
  std::vector<Axis> axes;        // one or two
  std::vector<Strategy> strategies;
  Strategy main = Strategy::full;
  std::vector<SweepPoint> points;  // by the second axis, then by the first
  std::vector<Cliff> cliffs;       // by strategy, the second axis, the first
  std::vector<Passed> passed;      // of the main strategy, where `detect` alone is varied
  std::vector<Comparing> comparing;
  std::vector<Inversion> inversions;
  std::size_t runs = 0;
  bool is_cut_short = false;  // it would have taken too many runs to find every cliff
  bool over_detection() const { return axes.size() == 1 && axes.front().name == "detect"; }
};

struct SweepOptions {
  std::size_t points = 0;  // of a range; 0: as many as can be read
  bool compares = true;    // all strategies of the scenario, not its own alone
  bool finds_cliffs = true;
};

// `base` must outlive the result. Mistakes in names and values go to `diagnostics`.
Sweep sweep(const Answer& base, const std::vector<Vary>& varied, const models::Catalogue& catalogue,
            const SweepOptions& options, input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
