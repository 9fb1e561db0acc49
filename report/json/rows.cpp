#include "report/json/rows.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/layout.hpp"
#include "report/run/stamp.hpp"

namespace moshimo::report {
namespace {

std::string_view text_of(models::Assumption::Kind kind) {
  using Kind = models::Assumption::Kind;
  switch (kind) {
    case Kind::fact: return "fact";
    case Kind::default_value: return "default_value";
    case Kind::default_traffic: return "default_traffic";
    case Kind::granted_policies: return "granted_policies";
    case Kind::denied_at_start: return "denied_at_start";
    case Kind::unknown: return "unknown";
    case Kind::cut_loop: return "cut_loop";
  }
  return "";
}

}  // namespace

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }
Json seconds(Duration d) { return d.is_forever() ? Json(nullptr) : Json(static_cast<double>(d.us()) / 1e6); }
Json seconds(SimTime t) { return t.is_never() ? Json(nullptr) : Json(static_cast<double>(t.us()) / 1e6); }
Json micro(Duration d) { return d.is_forever() ? Json(nullptr) : Json(d.us()); }
Json micro(SimTime t) { return t.is_never() ? Json(nullptr) : Json(t.us()); }

Json text_or_null(const std::string* text) { return text ? Json(*text) : Json(nullptr); }

std::string printed(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json tool(const Style& style, std::string_view kind) {
  return {{"format_version", 1}, {"kind", kind}, {"tool", {{"name", "moshimo"}, {"version", style.version}}}};
}

Json heading(const scenarios::Answer& answer, const Style& style, std::string_view kind) {
  const scenarios::Scenario& s = *answer.scenario;
  Json faults = Json::array();
  for (const scenarios::ScenarioFault& f : s.faults) {
    faults.push_back({{"at_s", seconds(f.at)},
                      {"verb", f.verb},
                      {"components", f.components},
                      {"by", f.call && !f.call->who.empty() ? Json(f.call->who) : Json(nullptr)}});
  }
  const Clock clock = clock_of(s);
  return {{"format_version", 1},
          {"kind", kind},
          {"tool", {{"name", "moshimo"}, {"version", style.version}}},
          {"input_digest", digest_of(answer)},
          {"scenario",
           {{"name", s.name},
            {"title", s.title},
            {"start", clock.is_set() ? Json(for_terminal(clock.iso(SimTime{}), false)) : Json(nullptr)},
            {"horizon_s", seconds(s.horizon)},
            {"first_fault_s", seconds(answer.first_fault)},
            {"faults", std::move(faults)},
            {"response",
             {{"detect_s", seconds(answer.noticed_after)},
              {"responders", s.response.count},
              {"through", s.response.by_hand ? "hand" : "terraform"},
              {"strategy", name_of(s.response.strategy)}}}}}};
}

Json assumptions(const models::Compiled& compiled) {
  Json list = Json::array();
  for (const models::Assumption& a : compiled.assumptions) {
    Json where = Json::array();
    for (const ComponentId c : a.where) where.push_back(name_or_null(compiled.system.components, c));
    list.push_back({{"kind", text_of(a.kind)},
                    {"says", a.says},
                    {"fact", fact(compiled.system, a.fact)},
                    {"where", std::move(where)}});
  }
  return list;
}

Json facts(const System& system) {
  Json map = Json::object();
  for (const Fact& f : system.facts) {
    map[f.id] = {{"says", f.says},
                 {"source", f.source.empty() ? Json(nullptr) : Json(f.source)},
                 {"confidence", name_of(f.confidence)}};
  }
  return map;
}

}  // namespace moshimo::report
