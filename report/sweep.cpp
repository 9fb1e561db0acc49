#include "report/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>

#include "report/curve.hpp"
#include "report/layout.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/run/figures.hpp"
#include "report/sweep_cliffs.hpp"
#include "report/timeline.hpp"
#include "report/words.hpp"

namespace moshimo::report {

using scenarios::Axis;
using scenarios::Cliff;
using scenarios::Sweep;
using scenarios::SweepPoint;
using scenarios::SweepResult;
using scenarios::Trait;

std::string value_text(const Axis& axis, double value) {
  if (std::isinf(value)) return fmt::format("for{}ever", hard_space);
  switch (axis.unit) {
    case models::Unit::seconds: return precise_text(Duration::seconds(value));
    case models::Unit::bytes: return bytes_text(value);
    case models::Unit::per_second: return value > 0 ? rate_text(value) : "0";
    case models::Unit::none: break;
  }
  return axis.is_whole ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string precise_value_text(const Axis& axis, double value) {
  if (axis.unit == models::Unit::bytes && !std::isinf(value)) return fmt::format("{:.0f}{}B", value, hard_space);
  return value_text(axis, value);
}

namespace {

class SweepPage {
 public:
  SweepPage(const Sweep& sweep, const Style& style, Page& page)
      : sweep_(sweep), style_(style), page_(page), axis_(sweep.axes.front()), cliffs_(sweep) {}

  void title() {
    std::vector<std::string> names;
    for (const Axis& a : sweep_.axes) names.push_back(code(clean(a.name)));
    page_.title(fmt::format("{}: what depends on {}", clean(sweep_.base->scenario->name), listing(names)));
    const SweepResult* first = sweep_.points.front().of(sweep_.main);
    const SweepResult* last = sweep_.points.back().of(sweep_.main);
    if (sweep_.axes.size() > 1) {
      const SweepResult *least = first, *most = first;
      for (const SweepPoint& p : sweep_.points) {
        const SweepResult* here = p.of(sweep_.main);
        if (here->lost() < least->lost()) least = here;
        if (here->lost() > most->lost()) most = here;
      }
      page_.paragraph(
          fmt::format("With {}, at best {}, at worst {}.", strategy_text(sweep_.main), told(*least), told(*most)));
      return;
    }
    const std::string from = value_text(axis_, axis_.values.front());
    const std::string to = value_text(axis_, axis_.values.back());
    page_.paragraph(fmt::format("With {}, {} {}, and {} {}.", strategy_text(sweep_.main), told(*first),
                                sweep_.over_detection() ? "if it is noticed after " + from : "at " + from,
                                told(*last) == told(*first) ? std::string("as much") : told(*last),
                                sweep_.over_detection() ? "if after " + to : "at " + to));
    std::set<double> places;
    for (const Cliff& c : sweep_.cliffs) {
      if (c.strategy == sweep_.main && is_in_kind(c)) places.insert(c.below);
    }
    page_.paragraph(places.empty() ? std::string("Nothing changes in kind in between.")
                                   : fmt::format("In between something changes in kind at {} {}.", places.size(),
                                                 places.size() == 1 ? "value" : "values"));
  }

  void curve() {
    if (sweep_.axes.size() != 1 || sweep_.points.size() < 3 || std::isinf(axis_.values.back())) return;
    page_.heading(sweep_.over_detection() ? fmt::format("{}, by the time until it is noticed", what_is_counted())
                                          : fmt::format("{}, by {}", what_is_counted(), code(clean(axis_.name))));
    page_.drawing([this](std::size_t width, bool ascii) { return drawn(width, ascii); });
  }

  void surface() {
    if (sweep_.axes.size() != 2) return;
    const Axis& down = sweep_.axes[1];
    for (const Strategy s : in_order()) {
      page_.heading(fmt::format("{}: {}", what_is_counted(), strategy_text(s)));
      Surface surface;
      surface.across = clean(axis_.name);
      surface.down = clean(down.name);
      for (const double v : axis_.values) surface.columns.push_back(tick_text(axis_, v));
      for (std::size_t r = 0; r < down.values.size(); ++r) {
        surface.rows.push_back(value_text(down, down.values[r]));
        std::vector<double> row;
        for (std::size_t c = 0; c < axis_.values.size(); ++c) {
          row.push_back(sweep_.points[r * axis_.values.size() + c].of(s)->lost());
        }
        surface.values.push_back(std::move(row));
      }
      page_.drawing([surface](std::size_t width, bool ascii) { return draw_surface(surface, width, ascii); });
    }
  }

  void table() {
    if (sweep_.axes.size() != 1) return;
    page_.heading("Value by value");
    TextTable table;
    // A long name would leave no room for what it changes; the heading of the page has it.
    constexpr std::size_t widest_name = 14;
    const std::string name = axis_.name.size() > widest_name ? "value" : clean(axis_.name);
    table.columns = {{sweep_.over_detection() ? "noticed after" : name, true}};
    const std::string counted = counts_events() ? "lost" : "refused";
    for (const Strategy s : in_order()) table.columns.push_back({counted + ": " + strategy_text(s), true});
    for (const char* column : {"works again after", "still failing", "objectives missed"}) {
      table.columns.push_back({column, true});
    }
    bool none_misses = true;
    for (const SweepPoint& p : sweep_.points) {
      std::vector<std::string> row = {value_text(axis_, p.at.front())};
      for (const Strategy s : in_order()) row.push_back(count_text(p.of(s)->lost()));
      const SweepResult& main = *p.of(sweep_.main);
      const Figures& f = main.figures;
      row.push_back(f.restored == Duration{} ? "–" : f.restored.is_forever() ? "never" : minute_text(f.restored));
      row.push_back(std::to_string(f.still_failing));
      const auto missed = std::count_if(main.traits.begin(), main.traits.end(),
                                        [](const Trait& t) { return t.kind == Trait::Kind::misses; });
      none_misses = none_misses && missed == 0;
      row.push_back(std::to_string(missed));
      table.rows.push_back(std::move(row));
    }
    if (none_misses) {
      table.columns.pop_back();
      for (auto& row : table.rows) row.pop_back();
    }
    std::string same = told_once(table, {"still failing", "objectives missed"});
    if (!same.empty()) same += " ";
    page_.table(std::move(table));
    page_.paragraph(
        dim(fmt::format("{}{}The last columns are of {}.", same,
                        counts_events() && counts_requests() ? "Requests that are refused count as lost. " : "",
                        strategy_text(sweep_.main))),
        1);
  }

  void cliffs() {
    for (const Strategy s : in_order()) {
      std::vector<CliffRow> rows = cliffs_.cliffs(s);
      if (rows.empty()) continue;
      std::stable_sort(rows.begin(), rows.end(),
                       [](const CliffRow& a, const CliffRow& b) { return a.cliff->below < b.cliff->below; });
      page_.heading(s == sweep_.main ? fmt::format("Cliffs, with {}", strategy_text(s))
                                     : fmt::format("Cliffs, if {}", in_a_clause(s)));
      TextTable table;
      table.spaced = true;
      table.columns = {{sweep_.over_detection() ? "noticed up to" : "up to", true}, {"later than that", false, true}};
      if (!sweep_.over_detection()) table.columns[1].header = "beyond that";
      if (sweep_.axes.size() > 1) table.columns.insert(table.columns.begin(), {clean(sweep_.axes[1].name), true, true});
      // Of a surface, values of the second axis with the same cliff share a row.
      std::map<std::pair<double, std::string>, std::size_t> known;
      std::vector<std::vector<std::string>> others;
      for (const CliffRow& r : rows) {
        const auto [at, is_new] = known.emplace(std::pair(r.cliff->below, cliffs_.told(r)), table.rows.size());
        if (is_new) {
          table.rows.push_back({strong(precise_value_text(axis_, r.cliff->below)), at->first.second});
          others.emplace_back();
        }
        if (r.cliff->other) others[at->second].push_back(value_text(sweep_.axes[1], *r.cliff->other));
      }
      if (sweep_.axes.size() > 1) {
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
          const bool is_everywhere = others[i].size() == sweep_.axes[1].values.size();
          table.rows[i].insert(table.rows[i].begin(), is_everywhere ? "all" : listing(others[i], 4));
        }
      }
      page_.table(std::move(table));
    }
    if (sweep_.is_cut_short) {
      page_.gap();
      page_.paragraph(
          warn("Finding every cliff would have taken too many runs; some may be missing. Take a narrower "
               "range."));
    }
  }

  void bends() {
    if (sweep_.axes.size() > 1) return;
    const std::vector<CliffRow> rows = cliffs_.bends(sweep_.main);
    if (rows.empty()) return;
    page_.heading("Where a delay costs more or less than before");
    TextTable table;
    table.columns = {{"from", false, true}, {"what", false, true}, {"costs", false, true}};
    // Where it changes again and again within a short span, only what it comes to is told.
    struct Bend {
      const CliffRow* first;
      const Cliff* last;
    };
    std::vector<Bend> bends;
    for (const CliffRow& row : rows) {
      const auto same = std::find_if(bends.begin(), bends.end(), [&](const Bend& b) {
        return b.first->cliff->trait.what == row.cliff->trait.what &&
               row.cliff->below - b.last->below <= row.cliff->below / 50;
      });
      if (same == bends.end())
        bends.push_back({&row, row.cliff});
      else
        same->last = row.cliff;
    }
    constexpr std::size_t most = 15;
    for (std::size_t i = 0; i < bends.size() && i < most; ++i) {
      const Cliff& c = *bends[i].first->cliff;
      const Cliff& last = *bends[i].last;
      std::string from = precise_value_text(axis_, c.below);
      std::string costs;
      if (&c != &last) {
        from += fmt::format(" to {}", precise_value_text(axis_, last.below));
        costs = "changes several times";
      } else if (c.kind == Cliff::Kind::jump) {
        costs = fmt::format("{} {} at once", count_text(std::abs(c.after - c.before)),
                            c.after > c.before ? "more" : "fewer");
      } else {
        costs = fmt::format("{} instead of {}", per_unit(c.after), per_unit(c.before));
      }
      table.rows.push_back({from, CliffWords::told_of_hop(*bends[i].first), costs});
    }
    page_.table(std::move(table));
    if (bends.size() > most)
      page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", bends.size() - most), 1);
  }

  // Every point of no return is a cliff, or lies outside what was varied.
  void passed() {
    if (sweep_.passed.empty()) return;
    std::size_t at_cliffs = 0;
    for (const scenarios::Passed& p : sweep_.passed)
      at_cliffs += p.kind == scenarios::Passed::Kind::at_a_cliff ? 1U : 0U;
    page_.heading("The points of no return");
    if (sweep_.passed.size() == 1) {
      page_.paragraph(fmt::format("The one point of no return when nobody acts is {}among these cliffs.",
                                  at_cliffs == 1 ? "" : "not "));
    } else {
      page_.paragraph(fmt::format(
          "Of {} points of no return when nobody acts, {} {} among these cliffs.", sweep_.passed.size(),
          at_cliffs == sweep_.passed.size() ? "all" : std::to_string(at_cliffs), at_cliffs == 1 ? "is" : "are"));
    }
    const auto tell = [&](scenarios::Passed::Kind kind, const std::string& why) {
      std::vector<std::string> names;
      for (const scenarios::Passed& p : sweep_.passed) {
        if (p.kind != kind) continue;
        names.push_back(fmt::format("{} ({})", code(cliffs_.name_of_point(p.point)),
                                    duration_text(p.point.at - sweep_.base->first_fault)));
      }
      if (!names.empty()) page_.item(fmt::format("{}: {}.", why, listing(names, 12)));
    };
    tell(scenarios::Passed::Kind::before,
         fmt::format("Passed even when it is noticed after {}", value_text(axis_, axis_.values.front())));
    tell(scenarios::Passed::Kind::beyond, "Later than what was varied");
    tell(scenarios::Passed::Kind::without_effect,
         "Nothing more is lost from there on than before, only for one more reason");
    tell(scenarios::Passed::Kind::in_no_reaction, "Not reached, however late of these it is noticed");
  }

  void comparing() {
    std::vector<std::string> said;
    for (const scenarios::Comparing& c : sweep_.comparing) {
      const bool between = sweep_.strategies.size() > 2 && c.more == Strategy::full && c.less == Strategy::none;
      if (between) continue;
      const std::string span = span_text(c.from, c.to);
      const std::string two = fmt::format("{} and {}", strategy_text(c.more), strategy_text(c.less));
      std::string text;
      switch (c.kind) {
        case scenarios::Comparing::Kind::nothing_lost:
          text = fmt::format("{}: {} lose the same, nothing.", span, two);
          break;
        case scenarios::Comparing::Kind::too_late:
          text = fmt::format(
              "{}: {} lose the same, because whoever begins then finds the run over or nothing left to do.", span, two);
          break;
        case scenarios::Comparing::Kind::same_steps:
          text = fmt::format("{}: {} lose the same, because they do the same.", span, two);
          break;
        case scenarios::Comparing::Kind::saves_nothing:
          text = fmt::format(
              "{}: {} lose the same, because what the former does beyond the latter puts things right "
              "but saves none of the data that is lost.",
              span, two);
          break;
        case scenarios::Comparing::Kind::worse:
          text = fmt::format(
              "{}: {} {} than {} ({}), because what runs again sends into what still fails, "
              "or people are busy with something else when it matters.",
              span, strategy_text(c.more), bad("loses more"), strategy_text(c.less), cliffs_.hop_names(c.hops));
          break;
      }
      said.push_back(sentence(text));
    }
    for (const scenarios::Inversion& i : sweep_.inversions) {
      said.push_back(fmt::format(
          "With {}, noticing it after {} {} than after {}: {} ({}). What is repaired early "
          "sends into what still fails, or people are busy with something else when it matters.",
          strategy_text(i.strategy), value_text(axis_, i.from), bad("loses more"), value_text(axis_, i.to),
          difference_text(i.more - i.more_refused, i.more_refused, "more", plain_text), cliffs_.hop_names(i.hops)));
    }
    const std::vector<Strategy>& all = sweep_.strategies;
    const bool compares = all.size() > 1 && sweep_.axes.size() == 1;
    if (said.empty() && !compares) return;
    page_.heading("One way of reacting against another");
    if (said.empty()) {
      std::vector<std::string> names;
      for (const Strategy s : in_order()) names.push_back(strategy_text(s));
      page_.paragraph(fmt::format("At every value, {} loses less than what follows it: {}.", names.front(),
                                  listing({names.begin() + 1, names.end()})));
    }
    for (std::string& text : said) page_.item(std::move(text));
  }

  void footer() {
    page_.gap();
    std::string exact = "one part in a million";
    if (axis_.unit == models::Unit::seconds) exact = "a second";
    if (axis_.unit == models::Unit::bytes) exact = "a byte";
    if (axis_.is_whole) exact = "one";
    page_.paragraph(dim(fmt::format("{} runs; cliffs are exact to {}. moshimo {}.",
                                    count_text(static_cast<double>(sweep_.runs)), exact, style_.version)));
  }

 private:
  using Strategy = moshimo::Strategy;

  // The scenario's own first, then those that do more before those that do less.
  std::vector<Strategy> in_order() const {
    std::vector<Strategy> all = sweep_.strategies;
    std::sort(all.begin(), all.end(), [this](Strategy a, Strategy b) {
      if ((a == sweep_.main) != (b == sweep_.main)) return a == sweep_.main;
      return a > b;
    });
    return all;
  }

  static std::string in_a_clause(Strategy s) {
    return s == Strategy::none ? "nobody acts" : fmt::format("the reaction is: {}", strategy_text(s));
  }

  static std::string told(const SweepResult& r) { return lost_and_refused(r.figures.lost, r.figures.refused, strong); }
  template <class Amount>
  bool counts(const Amount& amount) const {
    return std::any_of(sweep_.points.begin(), sweep_.points.end(), [&](const SweepPoint& p) {
      return std::any_of(p.results.begin(), p.results.end(),
                         [&](const SweepResult& r) { return amount(r.figures) >= 0.5; });
    });
  }
  bool counts_requests() const {
    return counts([](const Figures& f) { return f.refused; });
  }
  bool counts_events() const {
    return !counts_requests() || counts([](const Figures& f) { return f.lost; });
  }
  std::string what_is_counted() const {
    if (!counts_requests()) return "Events lost";
    return counts_events() ? "Events lost and requests refused" : "Requests refused";
  }

  static std::string tick_text(const Axis& axis, double value) {
    if (std::isinf(value)) return "ever";
    if (axis.unit == models::Unit::seconds) {
      const Duration d = Duration::seconds(value);
      const std::int64_t us = d.us();
      constexpr std::int64_t second = 1'000'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
      if (us >= day && us % day == 0) return fmt::format("{}d", us / day);
      if (us >= day) return fmt::format("{:.1f}d", static_cast<double>(us) / static_cast<double>(day));
      if (us >= hour && us % hour == 0) return fmt::format("{}h", us / hour);
      if (us >= hour) return fmt::format("{:.1f}h", static_cast<double>(us) / static_cast<double>(hour));
      if (us >= minute) return fmt::format("{}m", us / minute);
      return fmt::format("{}s", us / second);
    }
    if (axis.is_whole) return fmt::format("{:.0f}", value);
    return short_count(value);
  }

  std::vector<std::string> drawn(std::size_t width, bool ascii) const {
    std::vector<Curve> curves;
    std::vector<Strategy> order = in_order();
    std::reverse(order.begin(), order.end());
    for (const Strategy s : order) {
      Curve curve;
      curve.label = strategy_text(s);
      for (const SweepPoint& p : sweep_.points) curve.points.emplace_back(p.at.front(), p.of(s)->lost());
      curves.push_back(std::move(curve));
    }
    CurveAxis axis;
    axis.low = axis_.values.front();
    axis.high = axis_.values.back();
    axis.is_logarithmic = axis_.is_logarithmic;
    if (axis_.unit == models::Unit::seconds && axis_.is_logarithmic) {
      axis.ticks.emplace_back(axis.low, tick_text(axis_, axis.low));
      for (const Duration d : timeline_ticks(Duration::seconds(axis.high), 9)) {
        if (d.in_seconds() > axis.low && d.in_seconds() < axis.high) {
          axis.ticks.emplace_back(d.in_seconds(), tick_text(axis_, d.in_seconds()));
        }
      }
      axis.ticks.emplace_back(axis.high, tick_text(axis_, axis.high));
    } else {
      const std::size_t every = std::max<std::size_t>(axis_.values.size() / 6, 1);
      for (std::size_t i = 0; i < axis_.values.size(); i += every) {
        if (i + every >= axis_.values.size()) break;
        axis.ticks.emplace_back(axis_.values[i], tick_text(axis_, axis_.values[i]));
      }
      axis.ticks.emplace_back(axis.high, tick_text(axis_, axis.high));
    }
    for (const Cliff& c : sweep_.cliffs) {
      if (c.strategy == sweep_.main && is_in_kind(c)) axis.marks.push_back(c.above);
    }
    return draw_curves(curves, axis, width - 1, ascii);
  }

  // What a further second, or unit, costs.
  std::string per_unit(double slope) const {
    const std::string sign = slope < 0 ? "-" : "";
    if (axis_.unit == models::Unit::seconds) {
      return std::abs(slope) < 1e-9 ? "nothing" : fmt::format("{}{}", sign, rate_text(std::abs(slope)));
    }
    return fmt::format("{}{} each", sign, count_text(std::abs(slope)));
  }

  std::string span_text(double from, double to) const {
    if (from == to)
      return sweep_.over_detection() ? "noticed after " + value_text(axis_, from) : "at " + value_text(axis_, from);
    return fmt::format("{} {} to {}", sweep_.over_detection() ? "noticed after" : "from", value_text(axis_, from),
                       value_text(axis_, to));
  }

  const Sweep& sweep_;
  const Style& style_;
  Page& page_;
  const Axis& axis_;
  CliffWords cliffs_;
};

}  // namespace

std::string sweep_report(const Sweep& sweep, const Style& style) {
  if (style.form == Form::json) return sweep_json(sweep, style);
  Page page;
  SweepPage told(sweep, style, page);
  told.title();
  told.curve();
  told.surface();
  told.cliffs();
  told.passed();
  told.bends();
  told.comparing();
  told.table();
  told.footer();
  return page.render(style);
}

}  // namespace moshimo::report
