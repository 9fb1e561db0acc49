// A runbook: the steps somebody would do after a fault, in the order they are written.
//
// Markdown: every line with a check box is a step and names it in backticks, as in "- [ ] `orders/swap-role`: give it
// the new role". YAML or JSON: `steps: [apply, orders/swap-role]`. "not before 6 h" in the line, or `not_before: 6h`
// beside `step`, counts from the first fault. A step is a repair, by the name that reports give it, or `apply`:
// re-applying the infrastructure code, which does all that it can do at that time; `apply -target` does all but what
// would do harm then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/step_worth.hpp"
#include "input/document.hpp"

namespace moshimo::scenarios {

struct Runbook {
  struct Item {
    std::string step;
    input::Position at;
    Duration not_before = {};  // from the first fault
  };
  std::vector<Item> items;
  std::shared_ptr<const input::SourceFile> file;
};

// Whether a file is Markdown is told by its name (.md, .markdown).
Runbook read_runbook(const std::string& path, input::Diagnostics& diagnostics);

inline constexpr std::string_view apply_step = "apply";
inline constexpr std::string_view targeted_apply_step = "apply -target";
std::string step_name(const System& system, const Task& task);

// Names that no repair has are mistakes, told with the nearest.
std::vector<Task> tasks_of(const Runbook& runbook, const System& system, SimTime first_fault,
                           input::Diagnostics& diagnostics);

// What is wrong with a runbook, found by doing it as it is written.
struct RunbookCheck {
  struct InVain {
    std::size_t step = 0;  // of the response
    ConditionId misses;    // what was not there when its turn came; not set: there was nothing to do
    Task brought_by;       // the step that puts that right, where one does
    bool is_brought = false;
  };
  struct TooSoon {
    std::size_t step = 0;  // an apply
    RepairId before;       // which it does not wait for, though it acts on what that would have put right
  };
  std::vector<InVain> in_vain;
  std::vector<TooSoon> applied_too_soon;
  std::vector<std::size_t> saves_nothing;  // steps of the response: emergency brakes without which no more is lost
  std::vector<Task> missing;               // steps of the other plan that it does not do, an apply by what it does
};

// `done`: the runbook as it is written, which is what `again` gives under `rules`; `plan`: what it is held against.
RunbookCheck check_runbook(const System& system, const Responders& responders, const Response& done,
                           const PlanRules& rules, const DoAgain& again, const Response& plan);

}  // namespace moshimo::scenarios
