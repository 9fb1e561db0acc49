// The ranking of principals and keys.
#include "report/rank.hpp"

#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

using scenarios::Ranked;
using scenarios::Toll;

Json names(const System& system, const std::vector<ComponentId>& components) {
  Json list = Json::array();
  for (const ComponentId c : components) list.push_back(system.components[c].name);
  return list;
}

Json toll(const System& system, const Ranked& row, const Toll& t) {
  if (!row.is_run) return nullptr;
  return {{"lost", number(t.lost)},
          {"refused", number(t.refused)},
          {"first_loss_s", seconds(t.first_point)},
          {"first_lost", name_or_null(system.components, t.first_lost)},
          {"gone", names(system, t.gone)},
          {"still_broken", t.still_broken}};
}

void add_tolls(Json& json, const System& system, const Ranked& row) {
  Json guard = nullptr;
  if (row.stopped_by)
    guard = {{"guard", name_of(system, *row.stopped_by)}, {"says", denied_sentence(says(system, *row.stopped_by))}};
  json["stopped_by"] = std::move(guard);
  json["nobody_acts"] = toll(system, row, row.nobody_acts);
  json["response"] = toll(system, row, row.response);
}

}  // namespace

std::string rank_json(const RankView& view, const Style& style) {
  const System& system = view.compiled->system;
  const scenarios::Rank& rank = *view.rank;
  Json json = tool(style, "rank");
  json["horizon_s"] = seconds(rank.horizon);
  json["response"] = {{"detect_s", seconds(rank.response.time_to_detect)},
                      {"responders", rank.response.count},
                      {"strategy", name_of(rank.response.strategy)}};
  json["sorted_by"] = name_of(rank.by);
  json["is_partial"] = rank.is_partial;
  json["principals"] = Json::array();
  for (const Ranked& row : rank.rows) {
    const Component& component = system.components[row.components.front()];
    Json one = {{"component", component.name}, {"type", component.type}, {"reach", row.reach}};
    add_tolls(one, system, row);
    json["principals"].push_back(std::move(one));
  }
  json["pairs_run"] = rank.pairs_run;
  json["pairs"] = Json::array();
  for (const Ranked& row : rank.pairs) {
    Json one = {{"components", names(system, row.components)}};
    add_tolls(one, system, row);
    json["pairs"].push_back(std::move(one));
  }
  json["single_points"] = Json::array();
  for (const CutOff& c : rank.single_points) {
    json["single_points"].push_back({{"component", system.components[c.component].name},
                                     {"without", system.components[rank.rows[c.action].components.front()].name},
                                     {"ways", c.ways},
                                     {"store", name_or_null(system.stores, c.store)},
                                     {"among_others", c.among_others}});
  }
  json["assumptions"] = assumptions(*view.compiled);
  return printed(json);
}

}  // namespace moshimo::report
