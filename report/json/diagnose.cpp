// The candidates of a diagnosis, the likeliest first.
#include "report/diagnose.hpp"

#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

using scenarios::Diagnosis;

Json sign(const System& system, const scenarios::Sign& s) {
  return {{"text", s.text},
          {"component", name_or_null(system.components, s.component)},
          {"at_s", s.at ? Json(s.at->in_seconds()) : Json(nullptr)}};
}

Json shown(const System& system, const scenarios::Shown& s) {
  return {{"at_s", seconds(s.at)},
          {"component", name_or_null(system.components, s.component)},
          {"kind", s.symptom ? Json(name_of(s.symptom->kind)) : Json(nullptr)},
          {"text", s.text}};
}

}  // namespace

std::string diagnosis_json(const Diagnosis& d, const Style& style) {
  const System& system = d.system();
  Json json = tool(style, "diagnosis");
  json["horizon_s"] = seconds(d.horizon);
  for (const auto& [key, list] : {std::pair("seen", &d.seen), std::pair("not_seen", &d.not_seen)}) {
    json[key] = Json::array();
    for (const scenarios::Sign& s : *list) json[key].push_back(sign(system, s));
  }
  json["changed"] = Json::array();
  for (const ComponentId c : d.changed) json["changed"].push_back(system.components[c].name);
  json["candidates"] = Json::array();
  for (const scenarios::Suspect& s : d.suspects) {
    Json shows = Json::array();
    for (std::size_t k = 0; k < s.shows.size(); ++k) {
      Json one = shown(system, s.shows[k]);
      one["reported"] = static_cast<bool>(s.is_reported[k]);
      shows.push_back(std::move(one));
    }
    Json breaks = Json::array();
    for (const ConditionId c : s.breaks) breaks.push_back(says(system, c));
    json["candidates"].push_back({{"component", name_or_null(system.components, s.component)},
                                  {"type", system.components[s.component].type},
                                  {"verbs", s.verbs},
                                  {"score", number(s.score)},
                                  {"has_changed", s.is_changed},
                                  {"explains", s.explains},
                                  {"misses", s.misses},
                                  {"mistimed", s.mistimed},
                                  {"contradicts", s.contradicts},
                                  {"breaks", std::move(breaks)},
                                  {"shows", std::move(shows)}});
  }
  json["unknown"] = d.unknown;
  json["tests"] = Json::array();
  for (const scenarios::Test& t : d.tests) {
    json["tests"].push_back({{"shown_by", t.shown_by}, {"not_by", t.not_by}, {"what", shown(system, t.what)}});
  }
  json["components"] = d.components;
  json["reaching"] = d.reaching;
  json["simulated"] = d.simulated;
  return printed(json);
}

}  // namespace moshimo::report
