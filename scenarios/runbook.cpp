#include "scenarios/runbook.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

#include "core/apply_order.hpp"
#include "core/findings.hpp"
#include "input/cursor.hpp"

namespace moshimo::scenarios {
namespace {

bool is_markdown(std::string_view path) { return path.ends_with(".md") || path.ends_with(".markdown"); }

// After the bullet or number of a list item its check box; where the text behind it begins, if it has one.
std::optional<std::size_t> behind_check_box(std::string_view line) {
  std::size_t i = line.find_first_not_of(" \t");
  if (i == std::string_view::npos) return std::nullopt;
  if (line[i] == '-' || line[i] == '*' || line[i] == '+') {
    ++i;
  } else {
    const std::size_t digits = i;
    while (i < line.size() && line[i] >= '0' && line[i] <= '9') ++i;
    if (i == digits || i == line.size() || (line[i] != '.' && line[i] != ')')) return std::nullopt;
    ++i;
  }
  while (i < line.size() && line[i] == ' ') ++i;
  const std::string_view box = line.substr(i, 3);
  if (box != "[ ]" && box != "[x]" && box != "[X]") return std::nullopt;
  return i + 3;
}

// What a line says behind its name: "not before 6 h 15 min", counted from the first fault. Prose that goes on without a
// number is not meant.
Duration not_before(std::string_view line, const input::Position& at, input::Diagnostics& diagnostics) {
  constexpr std::string_view words = "not before ";
  const std::size_t found = line.find(words);
  if (found == std::string_view::npos) return {};
  std::string_view text = line.substr(found + words.size());
  std::string compact;
  for (std::size_t digits = text.find_first_not_of("0123456789."); digits > 0 && digits < text.size();
       digits = text.find_first_not_of("0123456789.")) {
    std::string_view rest = text.substr(digits);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::size_t letters = std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), rest.size());
    const std::string_view unit = rest.substr(0, letters);
    compact += std::string(text.substr(0, digits)) + std::string(unit == "min" ? "m" : unit);
    text = rest.substr(letters);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (compact.empty()) return {};
  const std::optional<Duration> duration = input::parse_duration(compact);
  if (!duration)
    diagnostics.error(at, "this does not say how long after the first fault; write it as in not before 6 h");
  return duration.value_or(Duration{});
}

void read_markdown(Runbook& runbook, input::Diagnostics& diagnostics) {
  const std::string_view text = runbook.file->text();
  bool in_code = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line.substr(first, 3) == "```") in_code = !in_code;
    const std::optional<std::size_t> behind = in_code ? std::nullopt : behind_check_box(line);
    if (behind) {
      const std::size_t open = line.find('`', *behind);
      const std::size_t close = open == std::string_view::npos ? open : line.find('`', open + 1);
      const input::Position at{runbook.file.get(), static_cast<std::uint32_t>(begin + *behind)};
      if (close == std::string_view::npos) {
        diagnostics.error(at, "this line does not say which step it is; name it in backticks, as in - [ ] `apply`");
      } else {
        const input::Position name_at{runbook.file.get(), static_cast<std::uint32_t>(begin + open + 1)};
        runbook.items.push_back({std::string(line.substr(open + 1, close - open - 1)), name_at,
                                 not_before(line.substr(close), name_at, diagnostics)});
      }
    }
    begin = end + 1;
  }
}

}  // namespace

Runbook read_runbook(const std::string& path, input::Diagnostics& diagnostics) {
  Runbook runbook;
  if (is_markdown(path)) {
    input::Diagnostics reading;
    std::string text = input::read_file(path, reading);
    const bool is_read = !reading.has_errors();
    diagnostics.take(std::move(reading));
    runbook.file = std::make_shared<const input::SourceFile>(path, std::move(text));
    if (!is_read) return runbook;
    input::Diagnostics lines;
    read_markdown(runbook, lines);
    const bool has_lines = lines.has_errors() || !runbook.items.empty();
    diagnostics.take(std::move(lines));
    if (!has_lines) {
      diagnostics.error({runbook.file.get(), 0},
                        "this runbook has no steps; begin each with a check box and its name, as in - [ ] `apply`");
    }
    return runbook;
  }
  const auto document = std::make_shared<const input::Document>(input::read_document(path, diagnostics));
  runbook.file = document->shared_file();
  if (!document->is_whole()) return runbook;
  const input::Cursor root(*document, diagnostics);
  if (!root.expect_map("a runbook")) return runbook;
  root.allow_only({"version", "title", "steps"});
  if (const input::Cursor version = root.find("version"); version && version.text() != "1") {
    version.error("this program reads version 1 of runbooks");
  }
  const input::Cursor steps = root.require("steps");
  if (!steps) return runbook;
  for (const input::Cursor& step : steps.items()) {
    if (!step.is_map()) {
      if (const auto name = step.text()) runbook.items.push_back({*name, step.at()});
      continue;
    }
    step.allow_only({"step", "not_before"});
    const input::Cursor named = step.require("step"), when = step.find("not_before");
    const std::optional<Duration> after = when ? when.duration() : Duration{};
    if (!named || !after) continue;
    if (const auto name = named.text()) runbook.items.push_back({*name, named.at(), *after});
  }
  if (steps.is_list() && steps.size() == 0) steps.error("this runbook has no steps; name them, as in [apply]");
  return runbook;
}

std::string step_name(const System& system, const Task& task) {
  if (!task.is_apply()) return name_of(system, task.repair);
  return std::string(task.is_targeted ? targeted_apply_step : apply_step);
}

std::vector<Task> tasks_of(const Runbook& runbook, const System& system, SimTime first_fault,
                           input::Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, RepairId>> known;
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    known.emplace_back(name_of(system, RepairId(r)), RepairId(r));
  }
  std::stable_sort(known.begin(), known.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Task> tasks;
  for (const Runbook::Item& item : runbook.items) {
    const SimTime not_before = first_fault.is_never() ? first_fault : first_fault + item.not_before;
    if (item.step == apply_step || item.step == targeted_apply_step) {
      tasks.push_back({{}, item.step == targeted_apply_step, not_before});
      continue;
    }
    const auto found = std::lower_bound(known.begin(), known.end(), item.step,
                                        [](const auto& entry, const std::string& name) { return entry.first < name; });
    if (found != known.end() && found->first == item.step) {
      tasks.push_back({found->second, false, not_before});
      continue;
    }
    diagnostics.error(item.at, [&] {
      std::vector<std::string_view> names = {apply_step, targeted_apply_step};
      for (const auto& [name, id] : known) names.push_back(name);
      return fmt::format(
          "there is no step '{}'{}", item.step,
          input::did_you_mean(item.step, names, "`moshimo recover` lists those that this inventory has"));
    });
  }
  return tasks;
}

namespace {

class Checker {
 public:
  Checker(const System& system, const Responders& responders, const Response& done, const Response& plan)
      : system_(system), responders_(responders), done_(done), plan_(plan) {}

  RunbookCheck check(const PlanRules& rules, const DoAgain& again) const {
    RunbookCheck result;
    for (std::size_t i = 0; i < done_.steps.size(); ++i) {
      if (done_.steps[i].in_vain) result.in_vain.push_back(reason(i));
    }
    result.applied_too_soon = applied_too_soon();
    for (std::size_t i = 0; i < done_.steps.size(); ++i) {
      if (done_.steps[i].is_brake && !done_.steps[i].in_vain && saves_nothing(i, rules, again)) {
        result.saves_nothing.push_back(i);
      }
    }
    result.missing = missing();
    return result;
  }

 private:
  bool held(ConditionId c, SimTime at) const { return held_at(done_.outcome.timeline, c, at); }

  ConditionId first_missing(const auto& needs, SimTime at) const {
    for (const Need& n : needs) {
      const auto& others = n.alternatives;
      if (held(n.condition, at)) continue;
      if (std::any_of(others.begin(), others.end(), [&](ConditionId c) { return held(c, at); })) continue;
      return n.condition;
    }
    return {};
  }

  RunbookCheck::InVain reason(std::size_t i) const {
    RunbookCheck::InVain result;
    result.step = i;
    const Step& step = done_.steps[i];
    const RepairId id = step.repairs.front();
    const Repair& repair = system_.repairs[id];
    const bool is_apply = repair.by_apply && !responders_.by_hand;
    if (is_apply) return result;
    bool is_damaged = false;
    for (const ConditionId c : repair.restores) {
      if (held(c, step.start)) continue;
      is_damaged = true;
      if (!result.misses.is_set()) result.misses = first_missing(system_.conditions[c].follows, step.start);
    }
    const std::optional<HopId> hop = released_by(id);
    if (hop) {
      is_damaged = true;
      result.misses = first_missing(system_.hops[*hop].needs, step.start);
    }
    if (!is_damaged) return result;
    if (!result.misses.is_set()) result.misses = first_missing(repair.requirements, step.start);
    if (!result.misses.is_set()) result.misses = first_missing(repair.requirements, step.done);  // gone meanwhile
    find_who_brings(result);
    return result;
  }

  std::vector<RunbookCheck::TooSoon> applied_too_soon() const {
    std::vector<RunbookCheck::TooSoon> result;
    const std::vector<bool> comes_before = repairs_before_applying(system_);
    if (comes_before.empty()) return result;
    for (std::size_t i = 0; i < done_.steps.size(); ++i) {
      const Step& step = done_.steps[i];
      if (!step.is_apply || step.is_targeted || step.in_vain) continue;
      for (std::uint32_t r = 0; r < system_.repairs.size(); ++r) {
        if (!comes_before[r]) continue;
        const Repair& repair = system_.repairs[RepairId(r)];
        const ConditionId c = repair.restores.front();
        if (held(c, step.start) || !system_.conditions[c].initially ||
            first_missing(repair.requirements, step.start).is_set())
          continue;
        result.push_back({i, RepairId(r)});
      }
    }
    return result;
  }

  bool saves_nothing(std::size_t i, PlanRules rules, const DoAgain& again) const {
    const auto is_it = [&](const Task& t) { return t.repair == done_.steps[i].repairs.front(); };
    rules.order.erase(std::remove_if(rules.order.begin(), rules.order.end(), is_it), rules.order.end());
    const Response without = again(rules);
    return without.unreleased.size() <= done_.unreleased.size() &&
           !is_worse(toll_of(system_, without), toll_of(system_, done_));
  }

  std::optional<HopId> released_by(RepairId id) const {
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      for (const Fallback& f : system_.hops[HopId(h)].fallbacks) {
        if (f.release == id) return HopId(h);
      }
    }
    return std::nullopt;
  }

  void find_who_brings(RunbookCheck::InVain& result) const {
    if (!result.misses.is_set()) return;
    const Step& vain = done_.steps[result.step];
    std::set<RepairId> was_done;  // and did not bring it
    for (const Step& s : done_.steps) {
      if (!s.in_vain && s.done <= vain.start) was_done.insert(s.repairs.begin(), s.repairs.end());
    }
    for (const Response* response : {&done_, &plan_}) {
      for (const Step& s : response->steps) {
        if (s.in_vain || (response == &done_ && s.done <= vain.start)) continue;
        for (const RepairId r : s.repairs) {
          if (was_done.count(r) != 0 || !leads_to(r, result.misses)) continue;
          result.is_brought = true;
          const bool is_apply = system_.repairs[r].by_apply && !responders_.by_hand;
          result.brought_by = is_apply ? Task{} : Task{r};
          return;
        }
      }
    }
  }

  bool leads_to(RepairId r, ConditionId wanted) const {
    std::set<ConditionId> seen;
    std::vector<ConditionId> work = {wanted};
    while (!work.empty()) {
      const ConditionId c = work.back();
      work.pop_back();
      if (!seen.insert(c).second) continue;
      const std::vector<ConditionId>& restores = system_.repairs[r].restores;
      if (std::find(restores.begin(), restores.end(), c) != restores.end()) return true;
      for (const Need& n : system_.conditions[c].follows) work.push_back(n.condition);
    }
    return false;
  }

  // By hand what an apply would have done, or the other way round.
  bool is_restored_otherwise(RepairId id) const {
    const std::vector<ConditionId>& wanted = system_.repairs[id].restores;
    return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](ConditionId c) {
      return std::any_of(done_.steps.begin(), done_.steps.end(), [&](const Step& s) {
        return !s.in_vain && std::any_of(s.repairs.begin(), s.repairs.end(), [&](RepairId r) {
          const std::vector<ConditionId>& restored = system_.repairs[r].restores;
          return std::find(restored.begin(), restored.end(), c) != restored.end();
        });
      });
    });
  }

  std::vector<Task> missing() const {
    std::set<RepairId> is_done;
    for (const Step& s : done_.steps) is_done.insert(s.repairs.begin(), s.repairs.end());
    std::vector<Task> result;
    for (const Step& s : plan_.steps) {
      for (const RepairId r : s.repairs) {
        if (is_done.insert(r).second && !is_restored_otherwise(r)) result.push_back({r});
      }
    }
    return result;
  }

  const System& system_;
  const Responders& responders_;
  const Response& done_;
  const Response& plan_;
};

}  // namespace

RunbookCheck check_runbook(const System& system, const Responders& responders, const Response& done,
                           const PlanRules& rules, const DoAgain& again, const Response& plan) {
  return Checker(system, responders, done, plan).check(rules, again);
}

}  // namespace moshimo::scenarios
