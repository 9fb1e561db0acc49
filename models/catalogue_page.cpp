#include <fmt/format.h>
#include <map>

#include "models/catalogue.hpp"

namespace moshimo::models {

namespace {

// In a table a bar would end the cell.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

std::string link(const std::string& source) {
  return source.compare(0, 4, "http") == 0 ? fmt::format("<{}>", source) : cell(source);
}

std::string names(const std::vector<ImportSource>& sources) {
  std::string list;
  for (const ImportSource& source : sources) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", source.type);
  return list;
}

struct Service {
  std::vector<const TypeDef*> types;
  std::vector<const FactDef*> facts;
};

}  // namespace

std::string catalogue_page(const Catalogue& catalogue) {
  std::map<std::string, Service> services;
  const std::vector<const TypeDef*> types = catalogue.types();
  const std::vector<const FactDef*> facts = catalogue.facts();
  for (const TypeDef* type : types) services[type->service].types.push_back(type);
  for (const FactDef* fact : facts) services[fact->service].facts.push_back(fact);
  std::string page = fmt::format(
      "# The catalogue\n\n"
      "{} kinds of resources and {} facts. Every number of a report leads to one of these facts; what is not\n"
      "*documented* stands among the assumptions of each report that names it.\n",
      types.size(), facts.size());
  for (const auto& [name, service] : services) {
    page += fmt::format("\n## {}\n", name.empty() ? "shared" : name);
    if (!service.types.empty()) {
      page += "\n| type | Terraform | CloudFormation |\n|---|---|---|\n";
      for (const TypeDef* type : service.types) {
        page += fmt::format("| `{}` | {} | {} |\n", type->name, names(type->terraform), names(type->cloudformation));
      }
    }
    if (!service.facts.empty()) {
      page += "\n| fact | says | confidence | source |\n|---|---|---|---|\n";
      for (const FactDef* fact : service.facts) {
        page += fmt::format("| `{}` | {} | {} | {} |\n", fact->id, cell(fact->says), name_of(fact->confidence),
                            link(fact->source));
      }
    }
  }
  return page;
}

}  // namespace moshimo::models
