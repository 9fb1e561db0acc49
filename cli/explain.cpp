#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "cli/command.hpp"
#include "models/type_names.hpp"
#include "scenarios/scenario.hpp"

namespace moshimo::cli {

namespace {

bool is_member(const models::TypeDef& type, std::string_view name) {
  return models::find_member(type, name).kind != models::MemberKind::none || type.find_fault(name) != nullptr;
}

}  // namespace

Job declare_explain(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("what", *name,
                 "a resource type such as sqs:queue, the id of a fact, or a file people write: scenario, inventory")
      ->required();
  return [name](const Common& common) {
    const models::Catalogue& catalogue = common.catalogue();
    if (const models::TypeDef* type = catalogue.find_type(*name)) {
      common.write(report::explain_type(*type, catalogue, common.style()));
      return done;
    }
    if (const report::FileFormat* format = report::find_format(*name)) {
      common.write(report::explain_format(*format, common.style()));
      return done;
    }
    if (const models::FactDef* fact = catalogue.find_fact(*name)) {
      common.write(report::explain_fact(*fact, catalogue, common.style()));
      return done;
    }
    // `ecs:service.log`: a member of a type, as reports name what is only assumed.
    if (const std::size_t dot = name->find('.'); dot != std::string::npos) {
      const models::TypeDef* type = catalogue.find_type(name->substr(0, dot));
      if (type && is_member(*type, name->substr(dot + 1))) {
        common.write(report::explain_member(*type, name->substr(dot + 1), common.style()));
        return done;
      }
    }
    if (const models::TypeDef* type = models::type_called(catalogue, *name)) {
      common.write(report::explain_type(*type, catalogue, common.style()));
      return done;
    }
    std::vector<std::string_view> known = catalogue.type_names();
    known.insert(known.end(), {"scenario", "inventory"});
    for (const models::FactDef* fact : catalogue.facts()) known.push_back(fact->id);
    throw input::InputError(fmt::format(
        "there is no type or fact '{}'{}", *name,
        input::did_you_mean(*name, known, "`moshimo list types` and `moshimo list facts` show what there is")));
  };
}

Job declare_list(CLI::App& app) {
  auto what = std::make_shared<std::string>();
  app.add_option("what", *what, "types, facts or scenarios")->required();
  return [what](const Common& common) {
    const std::vector<std::string_view> known = {"types", "facts", "scenarios"};
    if (std::find(known.begin(), known.end(), *what) == known.end()) {
      throw input::InputError(
          fmt::format("there is no list of '{}'{}", *what,
                      input::did_you_mean(*what, known, "there are lists of types, facts and scenarios")));
    }
    if (*what != "scenarios" && common.style().form == report::Form::markdown) {
      common.write(models::catalogue_page(common.catalogue()));
    } else if (*what == "types") {
      common.write(report::list_types(common.catalogue(), common.style()));
    } else if (*what == "facts") {
      common.write(report::list_facts(common.catalogue(), common.style()));
    } else {
      std::vector<report::ListedScenario> scenarios;
      for (const std::string& name : library_scenarios()) {
        input::Diagnostics ignored;
        scenarios.push_back({name, scenarios::read_scenario(find_scenario(name), ignored).title});
      }
      common.write(report::list_scenarios(scenarios, common.style()));
    }
    return done;
  };
}

}  // namespace moshimo::cli
