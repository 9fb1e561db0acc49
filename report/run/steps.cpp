#include "report/run/steps.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/findings.hpp"
#include "report/run/repairs.hpp"
#include "report/run/stamp.hpp"
#include "report/words.hpp"

namespace moshimo::report {

StepPage::StepPage(const scenarios::Answer& answer, const Style& style, Page& page,
                   std::function<std::string(FactId)> cite)
    : answer_(answer),
      system_(answer.system()),
      style_(style),
      page_(page),
      cite_(std::move(cite)),
      clock_(clock_of(*answer.scenario)) {}

std::string StepPage::time_of(const Step& s) const {
  std::string text =
      fmt::format("{} – {}", precise_text(s.start - answer_.first_fault), precise_text(s.done - answer_.first_fault));
  if (clock_.is_set()) text = fmt::format("{} – {}  ({})", clock_.brief(s.start), clock_.brief(s.done).substr(6), text);
  if (answer_.scenario->response.count > 1) text += fmt::format("  person{}{}", hard_space, s.responder + 1);
  return dim(text);
}

std::string StepPage::brake_text(const Step& s) const {
  Duration counts_after;
  for (const RepairId r : s.repairs) {
    const Repair& repair = system_.repairs[r];
    for (const Repair::Setting& x : repair.sets) counts_after = std::max(counts_after, x.after.most);
    for (const ConditionId c : repair.restores) {
      counts_after = std::max(counts_after, system_.conditions[c].rises_after.most);
    }
    for (const ConditionId c : repair.breaks) {
      counts_after = std::max(counts_after, system_.conditions[c].falls_after.most);
    }
  }
  const std::string delay = counts_after > Duration{} && !counts_after.is_forever()
                                ? fmt::format(", and that counts within {} of being done", duration_text(counts_after))
                                : "";
  return fmt::format(
      "An emergency brake: it puts nothing right, it buys time{}. The next apply takes it back unless the code has it, "
      "too.",
      delay);
}

// A fact on what holds a repair up; where that is about one of the conditions it restores, only if that one has fallen.
bool StepPage::is_limited(const Step& s, const std::vector<RepairId>& repairs) const {
  const FactId limits = system_.repairs[repairs.front()].limits;
  if (!limits.is_set()) return false;
  bool is_about_one = false;
  for (const RepairId r : repairs) {
    for (const ConditionId c : system_.repairs[r].restores) {
      if (system_.conditions[c].fact != limits) continue;
      is_about_one = true;
      if (!held_at(answer_.nobody_acts().response.outcome.timeline, c, s.start)) return true;
    }
  }
  return !is_about_one;
}

// One sentence on what the apply is to do, and what a plain one would do besides.
std::string StepPage::apply_text(const Step& s) const {
  const std::string apply = answer_.scenario->is_in_code
                                ? "Put the infrastructure code back as it was before, and apply it"
                                : "Re-apply the infrastructure code";
  if (s.left_out.empty()) {
    return apply + (s.repairs.size() > 1 ? ": that does all of this at once." : ".");
  }
  std::vector<std::string> titles;
  for (const LikeRepairs& g : like_repairs(system_, s.left_out)) {
    for (const RepairId r : g.repairs) titles.push_back("“" + clean(text_of(system_, r).title) + "”");
  }
  return fmt::format("{}, with {} for this alone. {} a plain apply would do more, and too early: {}.", apply,
                     code("-target"), bad("Mind:"), listing(titles, 8));
}

void StepPage::write(const Step& s, std::size_t number) const {
  bool is_first = true;
  if (s.is_brake) page_.detail(dim(brake_text(s)), 2);
  if (s.is_apply) page_.detail(apply_text(s), 2);
  for (const LikeRepairs& g : like_repairs(system_, s.repairs)) {
    if (!is_first) page_.gap();
    is_first = false;
    const Repair& repair = system_.repairs[g.repairs.front()];
    const auto fill = [&](const std::string& text) {
      return clean(filled(text, system_, s, number, clock_, answer_.first_fault));
    };
    const RepairText words = text_of(system_, g.repairs.front());
    std::string title = strong(fill(words.title));
    if (g.repairs.size() > 1) {
      std::vector<std::string> others;
      for (std::size_t i = 1; i < g.repairs.size(); ++i) {
        others.push_back(code(name_in(system_, system_.repairs[g.repairs[i]].component)));
      }
      title += fmt::format("; likewise {}", listing(others, 20));
    }
    title += ".";
    if (repair.fact.is_set()) title += fmt::format(" {}", cite_(repair.fact));
    page_.detail(title, 2);
    if (!words.who.empty()) page_.detail(fmt::format("Who: {}.", fill(words.who)), 2);
    if (repair.by_apply && !answer_.scenario->response.by_hand) {
      const std::string by_hand = g.repairs.size() > 1 ? fmt::format("By hand, {} each:", duration_text(repair.takes))
                                                       : std::string("By hand:");
      page_.detail(s.is_apply ? by_hand : applying(*answer_.scenario) + " would do this, too. " + by_hand, 2);
    }
    if (!words.commands.empty()) {
      std::vector<std::string> lines;
      for (const std::string& c : words.commands) lines.push_back(fill(c));
      page_.commands(std::move(lines), 2);
    }
    if (!words.verify.empty()) {
      page_.detail("Check:", 2);
      page_.commands({fill(words.verify)}, 2);
    }
    if (is_limited(s, g.repairs)) {
      page_.detail(fmt::format("Mind: {} {}", prose(system_.facts[repair.limits].says, style_.shows_code()),
                               cite_(repair.limits)),
                   2);
    }
  }
  if (s.released > 0) {
    std::string text =
        fmt::format("Brings back {} that arrived from {} to {} after the fault", events_text(s.released, plain_text),
                    precise_text(s.gap_from - answer_.first_fault), precise_text(s.gap_to - answer_.first_fault));
    double most = 0;  // they are fetched side by side
    for (const auto& [task, events] : s.releases) most = std::max(most, events);
    for (const RepairId r : s.repairs) {
      const std::optional<Rate> rate = system_.repairs[r].rate;
      if (!rate || rate->is_unlimited() || rate->per_second() <= 0) continue;
      text += fmt::format(", over {}", duration_text(Duration::seconds(most / rate->per_second())));
      break;
    }
    page_.detail(text + ".", 2);
  }
}

}  // namespace moshimo::report
