// Which principal or key would hurt most: each is deleted in turn, with nobody acting and with a standard response.
//
// Of the system only the part is run that a deletion and its repairs can change (core/cut.hpp). What is lost is told
// against the run in which nothing happens.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/findings.hpp"
#include "core/response.hpp"
#include "core/single_points.hpp"
#include "models/compile.hpp"

namespace moshimo::scenarios {

// What one run costs.
struct Toll {
  double lost = 0;                         // events; refused requests are not among them
  double refused = 0;                      // requests from outside
  SimTime first_point = SimTime::never();  // from which data cannot be saved any more; never(): none is lost
  ComponentId first_lost;                  // whose data it is
  std::vector<ComponentId> gone;           // what never comes back, and data at rest that is gone; ascending
  std::size_t still_broken = 0;            // conditions, at the horizon
  friend bool operator==(const Toll&, const Toll&) = default;
};
Toll toll_of(const System& system, const Response& response, const Findings& findings, const Outcome& healthy);

// A principal or a key, or two that are deleted together.
struct Ranked {
  std::vector<ComponentId> components;
  std::uint32_t reach = 0;  // how many others need it, by any chain of needs
  bool is_run = false;      // else only its reach is known
  Toll nobody_acts;
  Toll response;
  std::optional<ConditionId> stopped_by;  // the deletion does not happen: this guard does not hold
};

enum class RankBy : std::uint8_t { loss, reach, time };
std::string_view name_of(RankBy by);

struct RankOptions {
  std::vector<ComponentId> only;  // empty: every principal and key
  RankBy by = RankBy::loss;
  bool pairs = false;
  SimTime horizon = SimTime::after_start(Duration::days(30));
  Responders response{.time_to_detect = Duration::minutes(40), .count = 2, .strategy = Strategy::full};
  std::function<bool(std::size_t done, std::size_t all)> goes_on;  // asked before each; false: stop here
};

struct Rank {
  RankBy by = RankBy::loss;
  SimTime horizon;
  Responders response;
  std::vector<Ranked> rows;  // the worst first; those that were not run last
  bool with_pairs = false;
  std::size_t pairs_run = 0;          // two of which one is what the other falls back on
  std::vector<Ranked> pairs;          // of these, those that cost more together than one by one, the worst first
  std::vector<CutOff> single_points;  // `action` is the place of a row
  bool is_partial = false;            // it was stopped
};

// Adds the deletions to the system. Mistakes go to `diagnostics`: something named that is no principal and no key.
Rank rank(models::Compiled& compiled, const RankOptions& options, input::Diagnostics& diagnostics);

}  // namespace moshimo::scenarios
