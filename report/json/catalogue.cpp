#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {

std::string type_json(const models::TypeDef& type, const Style& style) {
  Json json = tool(style, "type");
  json["name"] = type.name;
  json["service"] = type.service;
  json["says"] = type.says;
  const auto members = [](const auto& list) {
    Json array = Json::array();
    for (const auto& m : list) array.push_back(m.name);
    return array;
  };
  json["attributes"] = members(type.attributes);
  json["conditions"] = members(type.conditions);
  json["ports"] = members(type.ports);
  json["stores"] = members(type.stores);
  json["hops"] = members(type.hops);
  json["processes"] = members(type.processes);
  json["repairs"] = members(type.repairs);
  json["faults"] = members(type.faults);
  return printed(json);
}

std::string facts_json(const std::vector<const models::FactDef*>& list, const Style& style) {
  Json json = tool(style, "facts");
  json["facts"] = Json::array();
  for (const models::FactDef* f : list) {
    json["facts"].push_back({{"id", f->id},
                             {"says", f->says},
                             {"source", f->source},
                             {"confidence", name_of(f->confidence)},
                             {"service", f->service}});
  }
  return printed(json);
}

std::string scenarios_json(const std::vector<ListedScenario>& list, const Style& style) {
  Json json = tool(style, "scenarios");
  json["scenarios"] = Json::array();
  for (const ListedScenario& s : list) json["scenarios"].push_back({{"name", s.name}, {"title", s.title}});
  return printed(json);
}

std::string types_json(const std::vector<const models::TypeDef*>& list, const Style& style) {
  Json json = tool(style, "types");
  json["types"] = Json::array();
  for (const models::TypeDef* t : list) {
    json["types"].push_back({{"name", t->name}, {"service", t->service}, {"says", t->says}});
  }
  return printed(json);
}

}  // namespace moshimo::report
