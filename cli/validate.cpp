#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <iostream>
#include <sstream>

#include "cli/answering.hpp"
#include "cli/command.hpp"
#include "input/cursor.hpp"
#include "models/file_kind.hpp"
#include "models/inventory.hpp"
#include "models/policy_files.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::cli {
namespace {

std::string counted(std::size_t n, const char* one) { return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s"); }

// Says what the file is; throws InputError with all that is wrong with it.
std::string checked(const std::string& path, const Common& common) {
  input::Diagnostics diagnostics;
  const auto shared = std::make_shared<const input::Document>(input::read_document(path, diagnostics));
  const input::Document& document = *shared;
  if (!document.is_whole()) diagnostics.throw_if_errors();
  std::string what;
  using models::FileKind;
  switch (models::kind_of(document)) {
    case FileKind::inventory: {
      const auto inventory = std::make_shared<models::Inventory>();
      models::read_inventory(document, *inventory, diagnostics);
      models::read_policy_files(*inventory, common.catalogue(), diagnostics);
      compile(inventory, common.catalogue(), diagnostics);
      diagnostics.throw_if_errors();
      what = fmt::format("an inventory of {}", counted(inventory->resources.size(), "resource"));
      break;
    }
    case FileKind::scenario: {
      auto scenario = std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(shared, path, diagnostics));
      if (scenario->inventories.empty()) diagnostics.throw_if_errors();
      const scenarios::Answer answer = scenarios::answer(scenario, common.catalogue(), diagnostics);
      diagnostics.throw_if_errors();
      what = fmt::format("a scenario with {}", counted(answer.faults.size(), "fault"));
      break;
    }
    case FileKind::catalogue: {
      if (path == "-") throw input::InputError("standard input: a catalogue file is read by its path; name the file");
      std::vector<std::string> together = {path};
      if (!common.models_dir.empty()) together.insert(together.begin(), common.models_dir);
      const models::Catalogue catalogue = models::embedded_catalogue_with(together, diagnostics);
      diagnostics.throw_if_errors();
      const std::size_t types = input::Cursor(document, diagnostics).find("types").size();
      what = fmt::format("a catalogue file with {}", counted(types, "type"));
      break;
    }
    case FileKind::plan:
    case FileKind::state:
    case FileKind::report:
    case FileKind::stack: models::is_another_kind(document, FileKind::inventory, diagnostics); break;
    case FileKind::unknown:
      throw input::InputError(fmt::format(
          "{}:1:1: this is no inventory (no `resources`), no scenario (no `faults`) and no catalogue file (no `types`)",
          path));
  }
  diagnostics.throw_if_errors();
  common.print_warnings(diagnostics);
  return what;
}

}  // namespace

Job declare_validate(CLI::App& app) {
  auto files = std::make_shared<std::vector<std::string>>();
  app.add_option("files", *files, "inventories, scenarios and catalogue files")->required();
  return [files](const Common& common) {
    std::vector<report::CheckedFile> found;
    bool wrong = false;
    for (const std::string& path : *files) {
      report::CheckedFile file{path == "-" ? "standard input" : path, "", {}};
      try {
        file.what = checked(path, common);
      } catch (const input::InputError& e) {
        std::istringstream lines(e.what());
        for (std::string line; std::getline(lines, line);) file.mistakes.push_back(line);
        if (common.form != "json") tell(e);
        wrong = true;
      }
      found.push_back(std::move(file));
    }
    common.write(report::checked_report(found, common.style()));
    return wrong ? wrong_input : done;
  };
}

}  // namespace moshimo::cli
