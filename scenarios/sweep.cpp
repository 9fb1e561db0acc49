#include "scenarios/sweep.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/cliffs.hpp"
#include "scenarios/sweep_axis.hpp"
#include "scenarios/sweep_parameter.hpp"
#include "scenarios/sweep_verdicts.hpp"
#include "scenarios/sweeper.hpp"

namespace moshimo::scenarios {

double loss_of(const SweepResult& result, const std::string& hop) {
  const auto found = std::lower_bound(result.losses.begin(), result.losses.end(), std::pair(hop, 0.0),
                                      [](const auto& a, const auto& b) { return a.first < b.first; });
  return found != result.losses.end() && found->first == hop ? found->second : 0;
}

bool same_amount(double a, double b) { return std::abs(a - b) <= 0.5 + 1e-9 * std::max(std::abs(a), std::abs(b)); }

const SweepResult* SweepPoint::of(Strategy s) const {
  const auto found =
      std::find_if(results.begin(), results.end(), [s](const SweepResult& r) { return r.strategy == s; });
  return found == results.end() ? nullptr : &*found;
}

Sweep sweep(const Answer& base, const std::vector<Vary>& varied, const models::Catalogue& catalogue,
            const SweepOptions& options, input::Diagnostics& diagnostics) {
  Sweep sweep;
  sweep.base = &base;
  sweep.main = base.scenario->response.strategy;
  std::vector<Parameter> parameters;
  bool is_well = true;
  const std::size_t points = options.points > 0 ? options.points : varied.size() == 1 ? 25 : 9;
  for (const Vary& vary : varied) {
    const auto p = parameter_of(vary, base, diagnostics);
    if (!p) {
      is_well = false;
      continue;
    }
    const bool is_twice = std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& other) {
      return other.kind == p->kind && other.index == p->index && other.component == p->component && other.key == p->key;
    });
    if (is_twice) {
      diagnostics.error(vary.at, "'" + vary.name + "' is varied twice; write all of its values as one list");
      is_well = false;
      continue;
    }
    parameters.push_back(*p);
    sweep.axes.push_back(axis_of(vary, points));
    if (p->kind != Parameter::Kind::detect && p->kind != Parameter::Kind::responders) continue;
    sweep.axes.back().name = p->kind == Parameter::Kind::detect ? "detect" : "responders";
  }
  if (!is_well || sweep.axes.empty()) return sweep;
  if (options.compares) {
    for (const StrategyRun& run : base.runs) {
      const Strategy s = run.response.strategy;
      const bool was_asked = s == sweep.main || std::find(base.scenario->compare.begin(), base.scenario->compare.end(),
                                                          s) != base.scenario->compare.end();
      if (was_asked) sweep.strategies.push_back(s);
    }
  } else {
    sweep.strategies.push_back(sweep.main);
  }
  Sweeper sweeper(base, catalogue, sweep.axes, parameters, diagnostics);
  const std::vector<double> once = {0};
  const std::vector<double>& others = sweep.axes.size() > 1 ? sweep.axes[1].values : once;
  for (const double other : others) {
    const auto second = sweep.axes.size() > 1 ? std::optional(other) : std::nullopt;
    for (const double value : sweep.axes.front().values) {
      SweepPoint point;
      point.at = second ? std::vector<double>{value, other} : std::vector<double>{value};
      for (const Strategy s : sweep.strategies) {
        const SweepResult* result = sweeper.result(point.at, s);
        if (!result) return sweep;
        point.results.push_back(*result);
      }
      sweep.points.push_back(std::move(point));
    }
  }
  if (options.finds_cliffs) {
    for (const Strategy s : sweep.strategies) {
      for (const double other : others) {
        const auto second = sweep.axes.size() > 1 ? std::optional(other) : std::nullopt;
        Cliffs cliffs = find_cliffs(sweeper, sweep, s, second);
        for (Cliff& c : cliffs.found) sweep.cliffs.push_back(std::move(c));
        sweep.is_cut_short = sweep.is_cut_short || cliffs.is_cut_short;
      }
    }
    if (sweep.over_detection()) sweep.passed = passed_of(sweep);
  }
  sweep.comparing = comparing_of(sweep);
  sweep.inversions = inversions_of(sweep);
  sweep.runs = sweeper.runs();
  return sweep;
}

}  // namespace moshimo::scenarios
