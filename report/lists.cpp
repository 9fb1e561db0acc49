#include <fmt/format.h>

#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"

namespace moshimo::report {

std::string list_types(const models::Catalogue& catalogue, const Style& style) {
  const std::vector<const models::TypeDef*> types = catalogue.types();
  if (style.form == Form::json) return types_json(types, style);
  Page page;
  page.title(fmt::format("{} that are modelled", counted(types.size(), "type", "types")));
  TextTable table;
  table.columns = {{"type", false}, {"faults", false, true}, {"read from", false, true}};
  for (const models::TypeDef* t : types) {
    std::vector<std::string> faults;
    for (const models::FaultDef& f : t->faults) faults.push_back(clean(f.name));
    std::vector<std::string> sources;
    for (const models::ImportSource& s : t->terraform) sources.push_back(clean(s.type));
    table.rows.push_back({strong(clean(t->name)), listing(faults, 6), dim(listing(sources, 2))});
  }
  page.table(std::move(table));
  page.gap();
  page.paragraph(fmt::format("Everything can also have an {}: each of its ports fails, to the end or for a duration.",
                             code("outage")));
  return page.render(style);
}

std::string list_facts(const models::Catalogue& catalogue, const Style& style) {
  const std::vector<const models::FactDef*> facts = catalogue.facts();
  if (style.form == Form::json) return facts_json(facts, style);
  Page page;
  page.title(counted(facts.size(), "fact", "facts"));
  TextTable table;
  table.columns = {{"fact", false, true}, {"confidence", false}, {"says", false, true}};
  for (const models::FactDef* f : facts)
    table.rows.push_back({strong(clean(f->id)), std::string(name_of(f->confidence)), clean(f->says)});
  page.table(std::move(table));
  return page.render(style);
}

std::string list_scenarios(const std::vector<ListedScenario>& scenarios, const Style& style) {
  if (style.form == Form::json) return scenarios_json(scenarios, style);
  Page page;
  page.title(counted(scenarios.size(), "scenario", "scenarios"));
  if (scenarios.empty()) {
    page.paragraph(
        "Scenarios are not built in. They are files beside the program: in share/moshimo/scenarios where it is "
        "installed, in scenarios/library where it was built. This program stands alone; `cmake --install` and the "
        "Debian package bring them along.");
    return page.render(style);
  }
  TextTable table;
  table.columns = {{"scenario", false}, {"about", false, true}};
  for (const ListedScenario& s : scenarios) table.rows.push_back({strong(clean(s.name)), clean(s.title)});
  page.table(std::move(table));
  return page.render(style);
}

}  // namespace moshimo::report
