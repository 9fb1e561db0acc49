// The sections of a report on a run, shared by the reports that contain one.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "report/page.hpp"
#include "report/run/breakages.hpp"
#include "report/run/figures.hpp"
#include "report/run/losses.hpp"
#include "report/run/stamp.hpp"

namespace moshimo::report {

class RunPage {
 public:
  RunPage(const scenarios::Answer& answer, const Style& style, Page& page);

  void title();
  void headline();
  void timeline();
  void what_breaks();
  void who_fails();  // the gist of what breaks, and of what re-applying the code does not fix
  void not_fixed_by_restoring();
  void points_of_no_return();
  void getting_back();
  void other_order();          // that there may be a better one
  bool fails_nothing() const;  // in the run in which nobody acts
  bool is_harmless() const;    // nothing fails in any run, nothing is lost, and an apply is all it takes to get back
  void strategies();
  void own_runbook();
  void what_ifs();
  void guards();
  void sweep();
  void who_is_told();
  void what_you_would_see();
  void objectives();
  void expectations();
  void assumptions();
  void footer();

 private:
  std::string when(SimTime t) const;  // since the first fault
  bool is_at_once(SimTime t) const;   // told as from the start
  std::string names(const std::vector<ComponentId>& components, std::size_t most = 100) const;
  std::string cause(const CauseChain& chain);
  std::string fact(FactId id);             // "[id]", and remembers that it was used
  std::set<ComponentId> affected() const;  // by any of the runs, with what they are part of
  std::vector<std::string> sooner_than_it_may_be();
  std::string span(SimTime from, SimTime to) const;
  std::string restoring() const;
  void what_happens();
  void denied_at_start();
  void if_nobody_acts();
  void what_never_comes_back();
  void with_the_response();
  // What stays broken and does harm after the last step, each with the moment from which on something else does for it:
  // every need that it is one choice of holds from then on. never() where it is missed to the end.
  struct LeftWrong {
    ConditionId condition;
    SimTime replaced_from;
  };
  std::vector<LeftWrong> left_wrong(const Response& response) const;
  void still_broken(const scenarios::StrategyRun& run, const std::vector<LeftWrong>& left);
  void still_unreleased(const scenarios::StrategyRun& run);
  std::string told(const Loss& loss);
  std::string told(const TurningPoint& point);
  std::string destroyed_text(const Figures& f) const;  // "what was in `a` is gone for good after 7 d"; "" if none is
  std::string destroyed_text(const Figures& f, const System& system) const;
  void breakage(const Breakage& b);
  std::string due_later(const Phase& p) const;
  std::vector<const models::GuardedRepair*> steps_denied() const;
  std::string way_of(const Telling& t) const;
  std::string why_silent(const Telling& t);
  void guarded(std::string_view name, const models::Compiled& compiled, const Response& response);
  void compare(TextTable table);

  const scenarios::Answer& answer_;
  const Style& style_;
  Page& page_;
  const System& system_;
  Clock clock_;
  std::set<ComponentId> faulted_;
  std::set<FactId> cited_;
};

// A sentence for each expectation that does not hold.
std::vector<std::string> unmet_expectations(const scenarios::Answer& answer);
// "RPO of `orders`: 2 h 10 min, missed with 2 h 11 min"
std::string objective_text(const System& system, const Objective& objective);

}  // namespace moshimo::report
