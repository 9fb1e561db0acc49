#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "report/run/fates.hpp"
#include "report/run/losses.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {

void RunPage::points_of_no_return() {
  if (answer_.faults.empty()) return;
  page_.heading("Points of no return, if nobody acts");
  const std::vector<Loss> losses = losses_of(system_, answer_.nobody_acts().findings);
  if (losses.empty()) {
    page_.paragraph("There are none: nothing is lost, however long it takes.");
    return;
  }
  const SimTime horizon = answer_.scenario->horizon;
  TextTable table;
  table.spaced = true;
  table.columns = {{"after", true}, {"what can no longer be saved", false, true}};
  if (clock_.is_set()) table.columns.insert(table.columns.begin() + 1, {fmt::format("at ({})", clock_.offset())});
  constexpr std::size_t most = 40;
  for (std::size_t i = 0; i < losses.size() && i < most; ++i) {
    const Loss& loss = losses[i];
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
    const Duration lasts = p.until - p.at;
    if (p.hop.is_set()) {
      const std::string_view one = loss.is_request ? "request" : loss.is_run ? "run" : "event";
      const std::string all = amount_text(p.events, one, fmt::format("{}s", one));
      if (loss.is_run) {
        text += fmt::format(" {} in all.", all);
      } else if (lasts.us() > 0) {
        const double mean = p.events / lasts.in_seconds();
        const double onset = p.onset_per_s > 0 ? p.onset_per_s : mean;
        const bool is_even = std::abs(onset - mean) <= 0.02 * std::max(onset, mean);
        text += fmt::format(
            " From then on {}, {} {}.",
            is_even ? rate_text(onset)
                    : fmt::format("{} at first and {} on average", rate_text(onset), rate_text(mean)),
            all, p.until >= horizon ? "by the end of the run" : "until " + minute_text(p.until - answer_.first_fault));
      } else {
        text += fmt::format(" {}.", all);
      }
    }
    if (p.fact.is_set()) text += " " + fact(p.fact);
    std::vector<std::string> row = {strong(minute_text(p.at - answer_.first_fault)), text};
    if (clock_.is_set()) row.insert(row.begin() + 1, clock_.brief(p.at));
    table.rows.push_back(std::move(row));
  }
  page_.table(std::move(table));
  if (losses.size() > most) page_.paragraph(fmt::format("And {} more.", losses.size() - most), 1);
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
