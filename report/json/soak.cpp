// The complaints during a trial.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {

std::string soak_json(const scenarios::Soak& soak, const Style& style) {
  const System& system = soak.answer.system();
  Json json = tool(style, "soak");
  json["horizon_s"] = seconds(soak.answer.scenario->horizon);
  json["trials"] = Json::array();
  for (const auto& t : soak.trials) json["trials"].push_back({{"component", t.component}, {"verb", t.verb}});
  json["enough_s"] = seconds(soak.enough);
  json["heard_s"] = seconds(soak.heard);
  json["look_back_s"] = soak.looked_back.in_seconds();
  json["look_backs"] = Json::array();
  for (const scenarios::LookBack& look : soak.look_backs) {
    json["look_backs"].push_back({{"of", look.of},
                                  {"says", look.says},
                                  {"keeps_s", look.keeps.is_forever() ? Json(nullptr) : Json(look.keeps.in_seconds())},
                                  {"lag_s", look.lag.in_seconds()},
                                  {"shows", look.shows},
                                  {"command", look.look},
                                  {"fact", look.fact ? Json(look.fact->id) : Json(nullptr)}});
  }
  json["complaints"] = Json::array();
  for (const scenarios::Complaint& c : soak.complaints) {
    const auto told = [&](const Symptom* s) {
      if (!s) return Json(nullptr);
      return Json{{"kind", name_of(s->kind)}, {"text", s->text}, {"fact", fact(system, s->fact)}};
    };
    Json past = Json::array();
    for (const scenarios::PastUse p : c.past) past.push_back(name_of(p));
    json["complaints"].push_back({{"component", name_or_null(system.components, c.component)},
                                  {"type", system.components[c.component].type},
                                  {"distance", c.distance},
                                  {"fails_s", seconds(c.fails_at)},
                                  {"seen_s", seconds(c.seen_at)},
                                  {"sign", told(c.sign)},
                                  {"if_tried", told(c.if_tried)},
                                  {"only_when_started", c.only_when_started},
                                  {"calls", c.calls},
                                  {"gap_s", c.gap.is_forever() ? Json(nullptr) : Json(c.gap.in_seconds())},
                                  {"past", past}});
  }
  json["assumptions"] = assumptions(*soak.answer.compiled);
  return printed(json);
}

}  // namespace moshimo::report
