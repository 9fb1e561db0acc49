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
  json["complaints"] = Json::array();
  for (const scenarios::Complaint& c : soak.complaints) {
    Json sign = nullptr;
    if (c.sign) {
      sign = {{"kind", name_of(c.sign->kind)}, {"text", c.sign->text}, {"fact", fact(system, c.sign->fact)}};
    }
    json["complaints"].push_back({{"component", name_or_null(system.components, c.component)},
                                  {"type", system.components[c.component].type},
                                  {"distance", c.distance},
                                  {"fails_s", seconds(c.fails_at)},
                                  {"seen_s", seconds(c.seen_at)},
                                  {"sign", std::move(sign)},
                                  {"only_when_started", c.only_when_started}});
  }
  json["assumptions"] = assumptions(*soak.answer.compiled);
  return printed(json);
}

}  // namespace moshimo::report
