// What was collected about AWS beside the project stands in the catalogue, or on the page that says why not.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "models/catalogue.hpp"
#include "tests/unit/models/import/imports.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// `**id**` or **`id`** at the beginning of a statement, and the first column of the table of other users of roles.
std::set<std::string> collected_in(const std::string& text) {
  std::set<std::string> ids;
  const auto find = [&](const std::string& part, const std::regex& form) {
    for (std::sregex_iterator at(part.begin(), part.end(), form), end; at != end; ++at) ids.insert((*at)[1].str());
  };
  find(text, std::regex(R"(\*\*`?([a-z0-9]+(?:\.[A-Za-z0-9/-]+)+)`?\*\*)"));
  const std::size_t table = text.find("| id | role |");
  if (table == std::string::npos) return ids;
  find(text.substr(table, text.find("\n\n", table) - table), std::regex(R"(\n\| ([a-z0-9-]+(?:\.[a-z0-9/-]+)*) \|)"));
  return ids;
}

}  // namespace

TEST_CASE("every fact that was collected is used, or listed with a reason", "[docs]") {
  const std::string page = source_text("docs/facts-not-used.md");
  std::size_t seen = 0;
  for (const char* name : {"facts/identity.md", "facts/dataplane.md"}) {
    std::ifstream file(beside_the_project(name));
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    for (const std::string& id : collected_in(text.str())) {
      ++seen;
      INFO(name << ": " << id);
      CHECK((embedded_catalogue().find_fact(id) != nullptr || page.find("`" + id + "`") != std::string::npos));
    }
  }
  if (seen == 0) WARN("the facts are not beside the project; nothing was compared");
}
