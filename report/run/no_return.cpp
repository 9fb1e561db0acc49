#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "report/run/fates.hpp"
#include "report/run/losses.hpp"
#include "report/run/page.hpp"
#include "report/run/repairs.hpp"
#include "report/words.hpp"

namespace moshimo::report {

namespace {

std::string amounts_from_then_on(const Loss& loss, SimTime first_fault, SimTime horizon) {
  const PointOfNoReturn& p = loss.point;
  const std::string_view one = loss.is_request ? "request" : loss.is_run ? "run" : "event";
  const std::string all = amount_text(p.events, one, fmt::format("{}s", one));
  const Duration lasts = p.until - p.at;
  if (loss.is_run) return fmt::format(" {} in all.", all);
  if (lasts.us() <= 0) return fmt::format(" {}.", all);
  const double mean = p.events / lasts.in_seconds();
  const double onset = p.onset_per_s > 0 ? p.onset_per_s : mean;
  const bool is_even = std::abs(onset - mean) <= 0.02 * std::max(onset, mean);
  return fmt::format(
      " From then on {}, {} {}.",
      is_even ? rate_text(onset) : fmt::format("{} at first and {} on average", rate_text(onset), rate_text(mean)), all,
      p.until >= horizon ? "by the end of the run" : "until " + minute_text(p.until - first_fault));
}

}  // namespace

std::string RunPage::told(const Loss& loss) {
  const PointOfNoReturn& p = loss.point;
  std::vector<std::string> list;
  for (const std::string& n : names_of(system_, loss)) list.push_back(code(n));
  std::string text = strong(listing(list, 6));
  if (p.hop.is_set()) {
    const Hop& hop = system_.hops[p.hop];
    const bool is_same = std::all_of(loss.hops.begin(), loss.hops.end(),
                                     [&](HopId other) { return system_.hops[other].says == hop.says; });
    text += loss.is_request ? ": requests from outside"
                            : fmt::format(": {}{}", clean(hop.says), is_same ? "" : likewise(loss.hops.size()));
  } else {
    text += fmt::format(
        ": {}", p.store.is_set() ? clean(system_.stores[p.store].says) : denied_sentence(says(system_, p.condition)));
  }
  text += "\n" + sentence(why_lost(system_, p)) + ".";
  if (p.hop.is_set()) text += amounts_from_then_on(loss, answer_.first_fault, answer_.scenario->horizon);
  if (p.fact.is_set()) text += " " + fact(p.fact);
  return text;
}

std::string RunPage::told(const TurningPoint& point) {
  const Condition& row = system_.conditions[point.condition];
  std::vector<std::string> ways;
  std::string facts;
  const auto cite = [&](FactId id) {
    if (id.is_set() && facts.find(fact(id)) == std::string::npos) facts += " " + fact(id);
  };
  cite(row.fact);
  for (const RepairId r : point.ways) {
    ways.push_back("“" + clean(title_without_a_step(text_of(system_, r).title)) + "”");
    cite(system_.repairs[r].fact);
  }
  return fmt::format("{}: {}\nFrom here on it is not enough that {}. It takes {}{}.{}",
                     strong(code(name_in(system_, row.component))), denied_sentence(says(system_, point.condition)),
                     clean(says(system_, point.cause)), ways.size() > 1 ? "one of " : "", listing(ways, 4), facts);
}

void RunPage::points_of_no_return() {
  if (answer_.faults.empty() || is_harmless()) return;
  page_.heading("Points of no return, if nobody acts");
  const Findings& findings = answer_.nobody_acts().findings;
  const std::vector<Loss> losses = losses_of(system_, findings);
  if (losses.empty()) {
    page_.paragraph(findings.turning.empty() ? "There are none: nothing is lost, however long it takes."
                                             : "Nothing is lost, however long it takes; but the way back changes.");
    if (findings.turning.empty()) return;
  }
  TextTable table;
  table.spaced = true;
  table.columns = {{"after", true},
                   {losses.empty()             ? "what takes more from then on"
                    : findings.turning.empty() ? "what can no longer be saved"
                                               : "what can no longer be saved, or takes more",
                    false, true}};
  if (clock_.is_set()) table.columns.insert(table.columns.begin() + 1, {fmt::format("at ({})", clock_.offset())});
  constexpr std::size_t most = 40;
  std::vector<std::pair<SimTime, std::string>> points;
  for (std::size_t i = 0; i < std::min(losses.size(), most); ++i)
    points.emplace_back(losses[i].point.at, told(losses[i]));
  for (std::size_t i = 0; i < std::min(findings.turning.size(), most); ++i)
    points.emplace_back(findings.turning[i].at, told(findings.turning[i]));
  std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [at, text] : points) {
    std::vector<std::string> row = {strong(minute_text(at - answer_.first_fault)), std::move(text)};
    if (clock_.is_set()) row.insert(row.begin() + 1, clock_.brief(at));
    table.rows.push_back(std::move(row));
  }
  page_.table(std::move(table));
  const std::size_t all = losses.size() + findings.turning.size();
  if (all > points.size()) page_.paragraph(fmt::format("And {} more.", all - points.size()), 1);
  std::vector<std::string> never;
  const Response& none = answer_.nobody_acts().response;
  for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
    for (const Waiting& w : none.outcome.hops[h].places) {
      if (!w.first_deadline.is_never() || w.events <= 1e-6) continue;
      const Hop& hop = system_.hops[HopId(h)];
      never.push_back(fmt::format("{} ({} in {})", code(name_in(system_, hop.component)),
                                  count_text(w.events) + hard_space + "events", clean(hop.fallbacks[w.fallback].says)));
    }
  }
  if (!never.empty()) {
    page_.gap();
    page_.paragraph(fmt::format("{} {}.", strong("Never:"), listing(never, 6)), 1);
  }
}

}  // namespace moshimo::report
