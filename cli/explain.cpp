#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"

namespace moshimo::cli {

Job declare_explain(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("what", *name, "a resource type such as sqs:queue, or the id of a fact")->required();
  return [name](const Common& common) {
    const models::Catalogue& catalogue = common.catalogue();
    if (const models::TypeDef* type = catalogue.find_type(*name)) {
      common.write(report::explain_type(*type, catalogue, common.style()));
      return done;
    }
    if (const models::FactDef* fact = catalogue.find_fact(*name)) {
      common.write(report::explain_fact(*fact, catalogue, common.style()));
      return done;
    }
    std::vector<std::string_view> known = catalogue.type_names();
    for (const models::FactDef* fact : catalogue.facts()) known.push_back(fact->id);
    throw input::InputError(
        fmt::format("there is no type or fact '{}'{}; `moshimo list types` and `moshimo list facts` show what there is",
                    *name, input::did_you_mean(*name, known)));
  };
}

Job declare_list(CLI::App& app) {
  auto what = std::make_shared<std::string>();
  app.add_option("what", *what, "types, facts or scenarios")
      ->required()
      ->check(CLI::IsMember({"types", "facts", "scenarios"}));
  return [what](const Common& common) {
    if (*what != "scenarios" && common.style().form == report::Form::markdown) {
      common.write(models::catalogue_page(common.catalogue()));
    } else if (*what == "types") {
      common.write(report::list_types(common.catalogue(), common.style()));
    } else if (*what == "facts") {
      common.write(report::list_facts(common.catalogue(), common.style()));
    } else {
      std::string text;
      for (const std::string& name : library_scenarios()) text += name + "\n";
      common.write(text);
    }
    return done;
  };
}

}  // namespace moshimo::cli
