// The catalogue: types with what they do and the facts it rests on, lists, and the scenarios that ship.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "report/attribute_words.hpp"
#include "report/json/rows.hpp"
#include "report/layout.hpp"
#include "report/resting.hpp"

namespace moshimo::report {

std::string type_json(const models::TypeDef& type, const models::Catalogue& catalogue, const Style& style) {
  std::map<std::string, std::set<std::string>> facts_of;
  std::set<std::string> all;
  for (const Resting& r : resting(type)) {
    facts_of[r.member].insert(r.facts.begin(), r.facts.end());
    all.insert(r.facts.begin(), r.facts.end());
  }
  Json json = tool(style, "type");
  json["name"] = type.name;
  json["service"] = type.service;
  json["says"] = type.says;
  const auto sources = [](const std::vector<models::ImportSource>& list) {
    Json names = Json::array();
    for (const models::ImportSource& s : list) names.push_back(s.type);
    return names;
  };
  json["terraform"] = sources(type.terraform);
  json["cloudformation"] = sources(type.cloudformation);
  json["attributes"] = Json::array();
  const auto add = [&](const std::string& name, const models::AttributeDef& a) {
    if (!is_written_by_hand(a)) return;
    json["attributes"].push_back(
        {{"name", name},
         {"says", a.says.empty() ? Json(nullptr) : Json(a.says)},
         {"written", for_terminal(kind_of(a), false)},
         {"unless_written", is_required(a) ? Json(nullptr) : Json(for_terminal(default_of(a), false))},
         {"required", is_required(a)},
         {"facts", facts_of["attribute " + name]}});
  };
  for (const models::AttributeDef& a : type.attributes) {
    add(a.name, a);
    for (const models::AttributeDef& m : a.members) add(a.name + "." + m.name, m);
  }
  json["conditions"] = Json::array();
  for (const models::ConditionDef& c : type.conditions) {
    json["conditions"].push_back({{"name", c.name},
                                  {"says", shown(c.says)},
                                  {"error", name_of(c.error)},
                                  {"facts", facts_of["condition " + c.name]}});
  }
  const auto members = [&](const std::string& kind, const auto& list) {
    Json array = Json::array();
    for (const auto& m : list) {
      array.push_back({{"name", m.name}, {"says", shown(m.says)}, {"facts", facts_of[kind + " " + m.name]}});
    }
    return array;
  };
  json["ports"] = members("port", type.ports);
  json["stores"] = members("store", type.stores);
  json["hops"] = members("hop", type.hops);
  json["processes"] = members("process", type.processes);
  json["repairs"] = Json::array();
  for (const models::RepairDef& r : type.repairs) {
    Json commands = Json::array();
    for (const models::CommandDef& c : r.commands) commands.push_back(shown(c.text));
    json["repairs"].push_back({{"name", r.name},
                               {"says", shown(r.title)},
                               {"commands", std::move(commands)},
                               {"facts", facts_of["repair " + r.name]}});
  }
  json["faults"] = Json::array();
  for (const models::FaultDef& f : type.faults) {
    json["faults"].push_back({{"name", f.name}, {"actions", f.actions}, {"facts", facts_of["fault " + f.name]}});
  }
  json["facts"] = Json::object();
  for (const std::string& id : all) {
    const models::FactDef* f = catalogue.find_fact(id);
    if (!f) continue;
    json["facts"][id] = {{"says", f->says},
                         {"source", f->source.empty() ? Json(nullptr) : Json(f->source)},
                         {"confidence", name_of(f->confidence)}};
  }
  return printed(json);
}

std::string member_json(const models::TypeDef& type, std::string_view member, const std::vector<AssumedMember>& found,
                        const Style& style) {
  Json json = tool(style, "member");
  json["type"] = type.name;
  json["name"] = member;
  json["members"] = Json::array();
  for (const AssumedMember& m : found) {
    json["members"].push_back({{"kind", m.kind}, {"says", m.says}, {"assumed", m.assumed}});
  }
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

std::string format_json(const FileFormat& format, const Style& style) {
  Json json = tool(style, "format");
  json["name"] = format.name;
  json["says"] = format.says;
  json["keys"] = Json::array();
  for (const FileFormat::Key& k : format.keys) {
    json["keys"].push_back({{"name", k.name}, {"takes", k.takes}, {"does", k.does}, {"required", k.required}});
  }
  json["notes"] = format.notes;
  json["example"] = format.example;
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
