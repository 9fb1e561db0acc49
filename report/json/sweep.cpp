// A sweep: its points, its cliffs, and how the strategies compare.
#include "report/sweep.hpp"

#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

using scenarios::Cliff;
using scenarios::Comparing;
using scenarios::Passed;
using scenarios::Trait;

std::string_view unit_name(models::Unit u) {
  switch (u) {
    case models::Unit::seconds: return "s";
    case models::Unit::bytes: return "bytes";
    case models::Unit::per_second: return "per_s";
    case models::Unit::none: return "number";
  }
  return "";
}

std::string_view name_of(Trait::Kind k) {
  switch (k) {
    case Trait::Kind::loses: return "loses";
    case Trait::Kind::gone: return "gone";
    case Trait::Kind::broken: return "broken";
    case Trait::Kind::left: return "left";
    case Trait::Kind::misses: return "misses";
  }
  return "";
}

std::string_view name_of(Cliff::Kind k) {
  switch (k) {
    case Cliff::Kind::begins: return "begins";
    case Cliff::Kind::ends: return "ends";
    case Cliff::Kind::costs_more: return "costs_more";
    case Cliff::Kind::costs_less: return "costs_less";
    case Cliff::Kind::jump: return "jump";
    case Cliff::Kind::reason: return "reason";
  }
  return "";
}

std::string_view name_of(Passed::Kind k) {
  switch (k) {
    case Passed::Kind::at_a_cliff: return "at_a_cliff";
    case Passed::Kind::before: return "before";
    case Passed::Kind::beyond: return "beyond";
    case Passed::Kind::without_effect: return "without_effect";
    case Passed::Kind::in_no_reaction: return "not_reached";
  }
  return "";
}

std::string_view name_of(Comparing::Kind k) {
  switch (k) {
    case Comparing::Kind::nothing_lost: return "nothing_lost";
    case Comparing::Kind::too_late: return "too_late";
    case Comparing::Kind::same_steps: return "same_steps";
    case Comparing::Kind::saves_nothing: return "saves_nothing";
    case Comparing::Kind::worse: return "worse";
  }
  return "";
}

Json trait(const Trait& t) {
  Json json = {{"kind", name_of(t.kind)}, {"what", t.what}, {"objective", nullptr}};
  if (t.kind == Trait::Kind::misses) json["objective"] = t.is_rto ? "rto" : "rpo";
  return json;
}

Json cliff(const Cliff& c) {
  const bool is_slope = c.kind == Cliff::Kind::costs_more || c.kind == Cliff::Kind::costs_less;
  const bool is_bend = is_slope || c.kind == Cliff::Kind::jump;
  Json point = nullptr;
  Json decides = nullptr;
  if (c.point && c.compiled) {
    point = {{"at_s", seconds(c.point->at)}, {"fact", fact(c.compiled->system, c.point->fact)}};
  }
  if (c.deciding && c.compiled) {
    decides = {{"repair", moshimo::name_of(c.compiled->system, c.deciding->repair)},
               {"done_s", seconds(c.deciding->done)},
               {"effective_s", seconds(c.deciding->effective)}};
  }
  return {{"kind", name_of(c.kind)},
          {"strategy", moshimo::name_of(c.strategy)},
          {"below", number(c.below)},
          {"above", number(c.above)},
          {"other", c.other ? number(*c.other) : Json(nullptr)},
          {"about", is_bend ? Json{{"kind", "loses"}, {"what", c.trait.what}, {"objective", nullptr}} : trait(c.trait)},
          {"before", is_bend ? number(c.before) : Json(nullptr)},
          {"after", is_bend ? number(c.after) : Json(nullptr)},
          {"point_of_no_return", std::move(point)},
          {"decides", std::move(decides)}};
}

}  // namespace

std::string sweep_json(const scenarios::Sweep& sweep, const Style& style) {
  Json json = heading(*sweep.base, style, "sweep");
  json["main_strategy"] = moshimo::name_of(sweep.main);
  json["axes"] = Json::array();
  for (const scenarios::Axis& a : sweep.axes) {
    Json values = Json::array();
    for (const double v : a.values) values.push_back(number(v));
    json["axes"].push_back({{"name", a.name},
                            {"unit", unit_name(a.unit)},
                            {"logarithmic", a.is_logarithmic},
                            {"values", std::move(values)}});
  }
  json["points"] = Json::array();
  for (const scenarios::SweepPoint& p : sweep.points) {
    Json at = Json::array();
    for (const double v : p.at) at.push_back(number(v));
    Json results = Json::array();
    for (const scenarios::SweepResult& r : p.results) {
      Json lost = Json::object();
      for (const auto& [hop, events] : r.losses) lost[hop] = number(events);
      Json broken = Json::array();
      Json missed = Json::array();
      for (const Trait& t : r.traits) {
        if (t.kind == Trait::Kind::broken) broken.push_back(t.what);
        if (t.kind == Trait::Kind::misses)
          missed.push_back({{"component", t.what}, {"objective", t.is_rto ? "rto" : "rpo"}});
      }
      results.push_back({{"strategy", moshimo::name_of(r.strategy)},
                         {"figures", figures(r.figures)},
                         {"lost_by_hop", std::move(lost)},
                         {"still_broken", std::move(broken)},
                         {"missed", std::move(missed)}});
    }
    json["points"].push_back({{"at", std::move(at)}, {"results", std::move(results)}});
  }
  json["cliffs"] = Json::array();
  for (const Cliff& c : sweep.cliffs) json["cliffs"].push_back(cliff(c));
  json["points_of_no_return"] = Json::array();
  for (const Passed& p : sweep.passed) {
    json["points_of_no_return"].push_back({{"what", p.what}, {"at_s", seconds(p.point.at)}, {"is", name_of(p.kind)}});
  }
  json["comparing"] = Json::array();
  for (const Comparing& c : sweep.comparing) {
    json["comparing"].push_back({{"kind", name_of(c.kind)},
                                 {"more", moshimo::name_of(c.more)},
                                 {"less", moshimo::name_of(c.less)},
                                 {"from", number(c.from)},
                                 {"to", number(c.to)},
                                 {"hops", c.hops}});
  }
  json["earlier_loses_more"] = Json::array();
  for (const scenarios::Inversion& i : sweep.inversions) {
    json["earlier_loses_more"].push_back({{"strategy", moshimo::name_of(i.strategy)},
                                          {"from", number(i.from)},
                                          {"to", number(i.to)},
                                          {"more", number(i.more)},
                                          {"hops", i.hops}});
  }
  json["runs"] = sweep.runs;
  json["complete"] = !sweep.is_cut_short;
  return printed(json);
}

}  // namespace moshimo::report
