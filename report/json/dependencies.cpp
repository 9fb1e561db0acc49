// Who is reached, and the graph this is read from.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {
namespace {

Json blast_rows(const BlastView& view) {
  const System& system = view.compiled->system;
  Json reached = Json::array();
  for (const Reached& r : view.reached) {
    Json edge = nullptr;
    if (r.via.is_set()) {
      edge = {{"kind", r.hop.is_set() ? "feeds" : "needs"},
              {"condition", label_or_null(system, r.because)},
              {"hop", name_or_null(system.hops, r.hop)}};
    }
    reached.push_back({{"component", name_or_null(system.components, r.component)},
                       {"type", system.components[r.component].type},
                       {"distance", r.distance},
                       {"via", name_or_null(system.components, r.via)},
                       {"breaks", r.breaks},
                       {"edge", std::move(edge)}});
  }
  return reached;
}

}  // namespace

std::string blast_json(const BlastView& view, const Style& style) {
  Json json = tool(style, "blast");
  json["direction"] = view.reverse ? "dependencies" : "dependents";
  json["starts"] = Json::array();
  for (const ComponentId c : view.starts) json["starts"].push_back(view.compiled->system.components[c].name);
  json["reached"] = blast_rows(view);
  json["assumptions"] = assumptions(*view.compiled);
  return printed(json);
}

std::string graph_json(const models::Compiled& compiled, const Dependencies& dependencies, const Style& style) {
  const System& system = compiled.system;
  Json json = tool(style, "graph");
  json["components"] = Json::array();
  for (std::uint32_t c = 0; c < system.components.size(); ++c) {
    const Component& row = system.components[ComponentId(c)];
    json["components"].push_back({{"component", row.name}, {"type", row.type}, {"is_principal", row.is_principal}});
  }
  json["edges"] = Json::array();
  for (const Dependency& d : dependencies.edges()) {
    json["edges"].push_back({{"from", system.components[d.on].name},
                             {"to", system.components[d.dependent].name},
                             {"kind", d.kind == DependencyKind::needs ? "needs" : "feeds"}});
  }
  return printed(json);
}

}  // namespace moshimo::report
