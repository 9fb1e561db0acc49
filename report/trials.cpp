// What came of many trials: how much is lost how often, which objectives are missed, and what that hangs on most.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::TrialFigure;
using scenarios::TrialShard;
using Kind = TrialFigure::Kind;

constexpr std::size_t most_inputs = 6;
constexpr std::size_t most_components = 20;

// "12.3 %": so many digits that it is neither none nor all unless it is.
std::string percent(double share) {
  const double x = share * 100;
  if (x == 0 || x == 100) return fmt::format("{:.0f}{}%", x, hard_space);
  const double from_end = std::min(x, 100 - x);
  const int digits = from_end >= 10 ? 0 : from_end >= 1 ? 1 : from_end >= 0.1 ? 2 : from_end >= 0.01 ? 3 : 4;
  return fmt::format("{:.{}f}{}%", x, digits, hard_space);
}

std::string bounds(const Interval& within) {
  return fmt::format("{} to {}", percent(within.low), percent(within.high));
}

std::string amount(const TrialFigure& figure, double value) {
  if (!scenarios::is_time(figure.kind)) return count_text(value);
  if (std::isinf(value)) return "never";
  return value == 0 ? "–" : about_text(Duration::microseconds(std::llround(value)));
}

class TrialsPage {
 public:
  explicit TrialsPage(const TrialShard& all) : all_(all), study_(all.study) {}

  std::string render(const Style& style) {
    ascii_ = style.ascii;
    page_.title(study_.title.empty() ? clean(study_.name)
                                     : fmt::format("{}: {}", clean(study_.name), clean(study_.title)));
    headline();
    amounts();
    objectives();
    expectations();
    components();
    for (std::size_t f = 0; f < study_.figures.size(); ++f) {
      if (scenarios::is_ranked(study_.figures[f].kind)) what_matters(f);
    }
    page_.heading("Taken to be so");
    for (const std::string& says : study_.assumptions) page_.item(prose(says, style.shows_code()));
    page_.heading("About this report");
    page_.paragraph(dim(fmt::format(
        "moshimo {}; input {}; {} with seed {}, {} simulated in each. Quantiles are those of these trials, off by at "
        "most 0.4{}% of themselves; bounds are those of 95{}% confidence. The plain run takes every distribution at "
        "its "
        "median and every delay at the end that hurts.",
        study_.version, study_.digest, counted(study_.trials, "trial", "trials"), study_.seed,
        duration_text(study_.horizon.since_start()), hard_space, hard_space)));
    return page_.render(style);
  }

 private:
  const Tally& tally(std::size_t f) const { return all_.counts.figures[f]; }
  std::string share_over(std::size_t f) const {
    return percent(static_cast<double>(tally(f).over) / static_cast<double>(study_.trials));
  }
  Interval share_bounds(std::size_t f) const { return wilson_interval(tally(f).over, study_.trials); }

  void headline() {
    const std::string trials = count_text(static_cast<double>(study_.trials));
    page_.paragraph(fmt::format(
        "{} {}, in each of which {} drawn anew; {}.", trials, study_.trials == 1 ? "trial" : "trials",
        study_.inputs.empty() ? "nothing is"
                              : amount_text(static_cast<double>(study_.inputs.size()), "thing is", "things are"),
        strategy_text(study_.strategy)));
    const std::uint64_t lossy = tally(0).over;
    const std::string how_many = lossy == 0               ? good("in none")
                                 : lossy == study_.trials ? bad("in all")
                                                          : bad(fmt::format("in {}", share_over(0)));
    page_.paragraph(fmt::format("Events are lost {} of them (95{}% confidence: {}).", how_many, hard_space,
                                bounds(share_bounds(0))));
    if (lossy > 0) {
      const double half = tally(0).quantile(500), most_of_them = tally(0).quantile(950);
      const auto no_more = [](double lost) {
        return lost < 0.5 ? good("nothing") : fmt::format("no more than {}", events_text(lost, strong));
      };
      const std::string usual =
          most_of_them < 0.5
              ? fmt::format("95{}% of them lose {}", hard_space, no_more(most_of_them))
              : fmt::format("Half of them lose {}, 95{}% {}", no_more(half), hard_space, no_more(most_of_them));
      page_.paragraph(fmt::format("{}; the worst, trial {}, loses {}.", usual, tally(0).most_in,
                                  events_text(tally(0).most, strong)));
    }
    if (tally(3).over > 0) {
      page_.paragraph(fmt::format("In {} of them what lies in a place is gone for good (95{}% confidence: {}).",
                                  bad(share_over(3)), hard_space, bounds(share_bounds(3))));
    }
    const auto never = tally(2).counts.find(bucket_of_infinity);
    if (never == tally(2).counts.end()) return;
    page_.paragraph(fmt::format("In {} something is still hurt at the end.",
                                bad(percent(static_cast<double>(never->second) / static_cast<double>(study_.trials)))));
  }

  void amounts() {
    page_.heading("How much, and how long");
    TextTable table;
    table.columns = {{"", false, true}, {"plain run", true}, {"5 %", true}, {"half", true},
                     {"95 %", true},    {"99 %", true},      {"most", true}};
    for (std::size_t f = 0; f < study_.figures.size(); ++f) {
      const TrialFigure& figure = study_.figures[f];
      const char* what = figure.kind == Kind::lost        ? "events lost"
                         : figure.kind == Kind::refused   ? "requests refused"
                         : figure.kind == Kind::restored  ? "until nothing is hurt"
                         : figure.kind == Kind::destroyed ? "places gone for good"
                                                          : nullptr;
      const bool is_rare = figure.kind == Kind::refused || figure.kind == Kind::destroyed;
      if (what == nullptr || (is_rare && tally(f).most == 0)) continue;
      table.rows.push_back({what, amount(figure, figure.plain), amount(figure, tally(f).quantile(50)),
                            strong(amount(figure, tally(f).quantile(500))), amount(figure, tally(f).quantile(950)),
                            amount(figure, tally(f).quantile(990)), amount(figure, tally(f).most)});
    }
    page_.table(std::move(table));
  }

  void objectives() {
    TextTable table;
    table.columns = {{"objective", false, true}, {"missed in", true}, {"95 % confidence", true},
                     {"plain run", true},        {"half", true},      {"95 %", true}};
    for (std::size_t f = 0; f < study_.figures.size(); ++f) {
      const TrialFigure& figure = study_.figures[f];
      if (figure.kind != Kind::rto && figure.kind != Kind::rpo) continue;
      const std::uint64_t missed = tally(f).over;
      const std::string share = missed == 0 ? good(share_over(f)) : bad(share_over(f));
      table.rows.push_back(
          {fmt::format("{} of {}: {}", figure.kind == Kind::rto ? "RTO" : "RPO", code(clean(figure.component)),
                       precise_text(Duration::microseconds(std::llround(figure.limit)))),
           share, bounds(share_bounds(f)), amount(figure, figure.plain), amount(figure, tally(f).quantile(500)),
           amount(figure, tally(f).quantile(950))});
    }
    if (table.rows.empty()) return;
    page_.heading("Objectives");
    page_.table(std::move(table));
  }

  void expectations() {
    TextTable table;
    table.columns = {{"met"}, {"expectation", false, true}, {"found", true}, {"95 % confidence", true}};
    for (std::size_t f = 0; f < study_.figures.size(); ++f) {
      if (study_.figures[f].kind != Kind::expected) continue;
      const bool is_met = scenarios::is_expectation_met(all_, f);
      table.rows.push_back({is_met ? good("✓") : bad("✗"), code(clean(study_.figures[f].component)), share_over(f),
                            bounds(share_bounds(f))});
    }
    if (table.rows.empty()) return;
    page_.heading("Expectations");
    page_.table(std::move(table));
  }

  void components() {
    std::vector<std::size_t> losing;
    for (std::size_t f = 0; f < study_.figures.size(); ++f) {
      if (study_.figures[f].kind == Kind::lost_of && tally(f).over > 0) losing.push_back(f);
    }
    if (losing.empty()) return;
    std::stable_sort(losing.begin(), losing.end(), [&](std::size_t a, std::size_t b) {
      if (tally(a).over != tally(b).over) return tally(a).over > tally(b).over;
      return tally(a).quantile(950) > tally(b).quantile(950);
    });
    page_.heading("Who loses");
    TextTable table;
    table.columns = {{"component", false, true}, {"loses in", true}, {"half", true}, {"95 %", true}, {"most", true}};
    for (std::size_t i = 0; i < std::min(losing.size(), most_components); ++i) {
      const std::size_t f = losing[i];
      const TrialFigure& figure = study_.figures[f];
      table.rows.push_back({code(clean(figure.component)), share_over(f), amount(figure, tally(f).quantile(500)),
                            amount(figure, tally(f).quantile(950)), amount(figure, tally(f).most)});
    }
    page_.table(std::move(table));
    if (losing.size() <= most_components) return;
    page_.gap();
    page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", losing.size() - most_components), 1);
  }

  // Correlations that chance alone would hardly make among so many inputs are left out.
  void what_matters(std::size_t f) {
    struct Ranked {
      const scenarios::UncertainInput* input;
      double correlation;
    };
    std::vector<Ranked> list;
    const double least = std::max(0.05, 3.5 / std::sqrt(static_cast<double>(study_.trials)));
    for (std::size_t i = 0; i < study_.inputs.size(); ++i) {
      const double c = rank_correlation(tally(f), all_.counts.ranks[f], i, all_.counts.squares[i]);
      if (std::abs(c) >= least) list.push_back({&study_.inputs[i], c});
    }
    const bool is_loss = study_.figures[f].kind == Kind::lost;
    page_.heading(is_loss ? "What the loss hangs on most" : "What the time to recover hangs on most");
    if (list.empty()) {
      page_.paragraph(tally(f).counts.size() <= 1 ? "It is the same in every trial."
                                                  : "On nothing that is drawn more than chance would have it.");
      return;
    }
    std::stable_sort(list.begin(), list.end(), [](const Ranked& a, const Ranked& b) {
      return std::abs(a.correlation) > std::abs(b.correlation);
    });
    TextTable table;
    table.columns = {
        {"rank correlation", true}, {""}, {"what is drawn", false, true}, {"half below", true}, {"95 % below", true}};
    for (std::size_t i = 0; i < std::min(list.size(), most_inputs); ++i) {
      constexpr double cells = 16;
      const auto length = static_cast<std::size_t>(std::lround(std::abs(list[i].correlation) * cells));
      std::string bar;
      for (std::size_t k = 0; k < std::max<std::size_t>(length, 1); ++k) bar += ascii_ ? "#" : "█";
      const Distribution& d = list[i].input->distribution;
      table.rows.push_back({fmt::format("{:+.2f}", list[i].correlation), list[i].correlation > 0 ? bad(bar) : good(bar),
                            code(clean(list[i].input->name)), about_text(median(d)), about_text(quantile(d, 0.95))});
    }
    page_.table(std::move(table));
    if (list.size() <= most_inputs) return;
    page_.gap();
    page_.paragraph(dim(fmt::format("{} further with less.", list.size() - most_inputs)), 1);
  }

  bool ascii_ = false;
  const TrialShard& all_;
  const scenarios::TrialStudy& study_;
  Page page_;
};

}  // namespace

std::string trials_report(const TrialShard& all, const Style& style) {
  if (style.form == Form::json) return trials_json(all);
  return TrialsPage(all).render(style);
}

}  // namespace moshimo::report
