// A few resources, what happens to them and when somebody notices: the answer, and what of it tests ask for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

struct Mishap {
  Duration at = {};
  std::string verb;
  std::string component;
  std::string through = {};  // of a role: terraform, api or console
};

struct Incident {
  Answer answer;

  std::vector<std::string> steps() const;
  // When the content of a store is lost for good; `forever` when it is not. Nobody acts, or the response.
  Duration lost_if_nobody_acts(std::string_view store) const { return lost(answer.nobody_acts(), store); }
  Duration lost_with_response(std::string_view store) const { return lost(answer.main_run(), store); }
  // How long a store cannot be read, with the response.
  Duration unreadable(std::string_view store) const;
  double lost_events(std::string_view hop) const;
  double refused(std::string_view hop) const { return lost_events(hop); }
  bool holds_at_the_end(std::string_view component, std::string_view condition) const;

 private:
  Duration lost(const StrategyRun& run, std::string_view store) const;
  const AtRest* at_rest(const StrategyRun& run, std::string_view store) const;
};

// `inventory` begins with `resources:`.
Incident incident(std::string_view inventory, const std::vector<Mishap>& mishaps, Duration detect,
                  Duration horizon = Duration::days(40), Strategy strategy = Strategy::full);

}  // namespace moshimo::scenarios
