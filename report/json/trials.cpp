// What came of many trials, for programs; and what one shard of them counted, for `moshimo merge`.
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

using scenarios::TrialFigure;
using scenarios::TrialShard;

Json in_unit(const TrialFigure& figure, double amount) {
  return number(scenarios::is_time(figure.kind) ? amount / 1e6 : amount);
}

Json beginning(const scenarios::TrialStudy& study, std::string_view kind) {
  return {{"format_version", 1},
          {"kind", kind},
          {"tool", {{"name", "moshimo"}, {"version", study.version}}},
          {"input_digest", study.digest},
          {"name", study.name},
          {"title", study.title},
          {"strategy", name_of(study.strategy)},
          {"responders", study.responders}};
}

Json figure_row(const TrialShard& all, std::size_t f) {
  const TrialFigure& figure = all.study.figures[f];
  const Tally& tally = all.counts.figures[f];
  Json quantiles = Json::object();
  for (const unsigned per_mille : {50U, 250U, 500U, 750U, 900U, 950U, 990U}) {
    quantiles["p" + std::to_string(per_mille / 10)] = in_unit(figure, tally.quantile(per_mille));
  }
  Json over = nullptr;
  if (std::isfinite(figure.limit)) {
    const Interval within = wilson_interval(tally.over, all.study.trials);
    over = {{"limit", in_unit(figure, figure.limit)},
            {"trials", tally.over},
            {"probability", static_cast<double>(tally.over) / static_cast<double>(all.study.trials)},
            {"from", within.low},
            {"to", within.high}};
  }
  return {{"figure", name_of(figure.kind)},
          {"component", figure.component.empty() ? Json(nullptr) : Json(figure.component)},
          {"unit", scenarios::is_time(figure.kind)               ? "s"
                   : figure.kind == TrialFigure::Kind::destroyed ? "places"
                                                                 : "events"},
          {"plain", in_unit(figure, figure.plain)},
          {"least", in_unit(figure, tally.least)},
          {"quantiles", std::move(quantiles)},
          {"most", in_unit(figure, tally.most)},
          {"most_in_trial", tally.most_in},
          {"mean", in_unit(figure, tally.mean())},
          {"over", std::move(over)}};
}

Json expectation_row(const TrialShard& all, std::size_t f) {
  const Tally& tally = all.counts.figures[f];
  const Interval within = wilson_interval(tally.over, all.study.trials);
  return {{"text", all.study.figures[f].component},
          {"met", scenarios::is_expectation_met(all, f)},
          {"trials", tally.over},
          {"probability", static_cast<double>(tally.over) / static_cast<double>(all.study.trials)},
          {"from", within.low},
          {"to", within.high}};
}

}  // namespace

std::string trials_json(const TrialShard& all) {
  const scenarios::TrialStudy& study = all.study;
  Json json = beginning(study, "trials");
  json["horizon_s"] = seconds(study.horizon);
  json["seed"] = study.seed;
  json["trials"] = study.trials;
  json["quantile_error"] = bucket_error;
  json["figures"] = Json::array();
  json["expectations"] = Json::array();
  for (std::size_t f = 0; f < study.figures.size(); ++f) {
    if (study.figures[f].kind == TrialFigure::Kind::expected) {
      json["expectations"].push_back(expectation_row(all, f));
    } else {
      json["figures"].push_back(figure_row(all, f));
    }
  }
  json["inputs"] = Json::array();
  for (std::size_t i = 0; i < study.inputs.size(); ++i) {
    const scenarios::UncertainInput& input = study.inputs[i];
    Json correlations = Json::object();
    for (std::size_t f = 0; f < study.figures.size(); ++f) {
      if (!scenarios::is_ranked(study.figures[f].kind)) continue;
      correlations[std::string(name_of(study.figures[f].kind))] =
          rank_correlation(all.counts.figures[f], all.counts.ranks[f], i, all.counts.squares[i]);
    }
    const Distribution& d = input.distribution;
    json["inputs"].push_back({{"input", input.name},
                              {"kind", name_of(input.kind)},
                              {"distribution", name_of(d.kind)},
                              {"p5_s", seconds(quantile(d, 0.05))},
                              {"median_s", seconds(median(d))},
                              {"p95_s", seconds(quantile(d, 0.95))},
                              {"rank_correlation", std::move(correlations)}});
  }
  json["assumptions"] = study.assumptions;
  return printed(json);
}

std::string shard_json(const TrialShard& shard) {
  const scenarios::TrialStudy& study = shard.study;
  const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  Json json = beginning(study, "trials-shard");
  json["horizon_us"] = study.horizon.us();
  json["seed"] = study.seed;
  json["trials"] = study.trials;
  json["shard"] = shard.number;
  json["of"] = shard.of;
  json["inputs"] = Json::array();
  for (std::size_t i = 0; i < study.inputs.size(); ++i) {
    const scenarios::UncertainInput& input = study.inputs[i];
    const Distribution& d = input.distribution;
    json["inputs"].push_back({{"kind", name_of(input.kind)},
                              {"name", input.name},
                              {"distribution", name_of(d.kind)},
                              {"low_us", d.low.us()},
                              {"middle_us", d.middle.us()},
                              {"high_us", d.high.us()},
                              {"squares", shard.counts.squares[i]}});
  }
  json["figures"] = Json::array();
  for (std::size_t f = 0; f < study.figures.size(); ++f) {
    const TrialFigure& figure = study.figures[f];
    const Tally& tally = shard.counts.figures[f];
    Json buckets = Json::array(), ranks = Json::array();
    for (const auto& [bucket, count] : tally.counts) buckets.push_back({bucket, count});
    for (const auto& [bucket, sums] : shard.counts.ranks[f].sums) {
      Json row = {bucket};
      for (const std::uint64_t sum : sums) row.push_back(sum);
      ranks.push_back(std::move(row));
    }
    json["figures"].push_back({{"kind", name_of(figure.kind)},
                               {"component", figure.component},
                               {"plain", bits(figure.plain)},
                               {"limit", bits(figure.limit)},
                               {"least", bits(tally.least)},
                               {"most", bits(tally.most)},
                               {"most_in", tally.most_in},
                               {"over", tally.over},
                               {"buckets", std::move(buckets)},
                               {"ranks", std::move(ranks)}});
  }
  json["assumptions"] = study.assumptions;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace moshimo::report
