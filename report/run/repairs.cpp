#include "report/run/repairs.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <tuple>
#include <utility>

#include "input/cursor.hpp"
#include "report/layout.hpp"
#include "report/run/fates.hpp"
#include "report/words.hpp"

namespace moshimo::report {

std::vector<LikeRepairs> like_repairs(const System& system, const std::vector<RepairId>& repairs) {
  std::vector<LikeRepairs> groups;
  std::map<std::tuple<std::string, std::string, FactId, std::string>, std::size_t> known;
  for (const RepairId r : repairs) {
    const Repair& repair = system.repairs[r];
    const std::string type = repair.component.is_set() ? system.components[repair.component].type : "";
    const auto [at, is_new] = known.emplace(
        std::tuple(type, member_name(name_of(system, r)), repair.fact, text_of(system, r).who), groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].repairs.push_back(r);
  }
  return groups;
}

std::string filled(std::string_view text, const System& system, const Step& step, std::size_t number,
                   const Clock& clock, SimTime first_fault) {
  const auto moment = [&](SimTime t) {
    if (clock.is_set()) return clock.iso(t);
    return fmt::format("<first fault + {}>",
                       input::to_text(Duration::seconds(std::floor((t - first_fault).in_seconds()))));
  };
  const auto milliseconds = [&](SimTime t) {
    return clock.is_set() ? std::to_string(clock.milliseconds(t)) : moment(t);
  };
  const auto value_of = [&](std::string_view place) -> std::string {
    if (place == "gap.start") return moment(step.gap_from);
    if (place == "gap.end") return moment(step.gap_to);
    if (place == "gap.start_ms") return milliseconds(step.gap_from);
    if (place == "gap.end_ms") return milliseconds(step.gap_to);
    if (place == "now") return moment(step.done);
    if (place == "step") return std::to_string(number);
    if (place == "backlog.events") return for_terminal(count_text(step.released), false);
    if (place == "backlog.bytes") {
      double bytes = 0;
      for (const auto& [task, events] : step.releases) bytes += events * system.hops[task.hop].size.count();
      return fmt::format("{:.0f}", bytes);
    }
    if (place.starts_with("ask.")) return fmt::format("<{}>", place.substr(4));
    return "";
  };
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const std::string value = close == std::string_view::npos ? "" : value_of(text.substr(1, close - 1));
    if (value.empty()) {  // braces of a JSON argument
      result += '{';
      text.remove_prefix(1);
    } else {
      result += value;
      text.remove_prefix(close + 1);
    }
  }
  return result;
}

std::string title_without_a_step(std::string title) {
  constexpr std::pair<std::string_view, std::string_view> without[] = {{" of {gap.start} to {gap.end}", ""},
                                                                       {" from {gap.start} to {gap.end}", ""},
                                                                       {"{gap.start} to {gap.end}", "what was missed"},
                                                                       {" since {gap.start}", ""},
                                                                       {"{backlog.events} ", ""}};
  for (const auto& [part, instead] : without) {
    const std::size_t at = title.find(part);
    if (at != std::string::npos) title.replace(at, part.size(), instead);
  }
  return title;
}

}  // namespace moshimo::report
