// Reports: what a run, a plan or the catalogue tells, as text for a terminal, Markdown for a ticket, or JSON.
//
// Every function returns the whole report, ending in a line feed. The same input gives the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dependencies.hpp"
#include "models/catalogue.hpp"
#include "models/compile.hpp"
#include "models/import/importer.hpp"
#include "scenarios/answer.hpp"
#include "scenarios/recover.hpp"
#include "scenarios/review.hpp"
#include "scenarios/soak.hpp"
#include "scenarios/trials.hpp"

namespace moshimo::report {

enum class Form : std::uint8_t { text, json, markdown };

struct Style {
  Form form = Form::text;
  int width = 80;  // columns of the text form
  bool ascii = false;
  bool colour = false;
  std::string version;                                                  // of the program
  bool shows_code() const { return colour || form == Form::markdown; }  // else backticks stay as they are
};

// The answer to a scenario.
std::string run_report(const scenarios::Answer& answer, const Style& style);

// What came of all trials of a study; and what one shard of them counted, for `moshimo merge` to read.
std::string trials_report(const scenarios::TrialShard& all, const Style& style);
std::string shard_json(const scenarios::TrialShard& shard);

// The way back, as a runbook.
std::string recover_report(const scenarios::Recovery& recovery, const Style& style);

// Who is reached from some components, without time.
struct BlastView {
  const models::Compiled* compiled = nullptr;
  std::vector<ComponentId> starts;
  std::vector<Reached> reached;
  bool reverse = false;  // what they depend on, instead of who depends on them
};
std::string blast_report(const BlastView& view, const Style& style);

// How long something has to be switched off before it is deleted, so that all who use it complain.
std::string soak_report(const scenarios::Soak& soak, const Style& style);

// What a plan would do. `answer` is null when the plan deletes nothing that is modelled.
struct ReviewView {
  const models::ImportResult* import = nullptr;
  const scenarios::Answer* answer = nullptr;
  std::vector<scenarios::GateResult> gates;  // those that were asked about
};
std::string review_report(const ReviewView& view, const Style& style);

// What an import modelled, and what it did not.
std::string coverage_report(const models::ImportResult& import, const Style& style);

// What an import makes of its files, as an inventory in JSON.
std::string inventory_json(const models::Inventory& inventory);

// The compiled system, what was done to it and what came of it: enough to simulate it again. Always JSON.
std::string inspect_json(const scenarios::Answer& answer, const Style& style);

// The static dependencies as Graphviz dot or as Mermaid.
std::string graph_text(const models::Compiled& compiled, const Dependencies& dependencies, bool mermaid);
std::string graph_json(const models::Compiled& compiled, const Dependencies& dependencies, const Style& style);

// What was found in each of some files.
struct CheckedFile {
  std::string path;
  std::string what;                   // "an inventory of 12 resources"; empty when it has mistakes
  std::vector<std::string> mistakes;  // a line each
};
std::string checked_report(const std::vector<CheckedFile>& files, const Style& style);

// The catalogue.
std::string explain_type(const models::TypeDef& type, const models::Catalogue& catalogue, const Style& style);
std::string explain_fact(const models::FactDef& fact, const models::Catalogue& catalogue, const Style& style);
// A member of a type for which there is no fact, only an assumption.
std::string explain_member(const models::TypeDef& type, std::string_view member, const Style& style);
// The files people write: "scenario" and "inventory".
struct FileFormat {
  struct Key {
    std::string name;
    std::string takes;
    std::string does;
    bool required = false;
  };
  std::string name;
  std::string says;
  std::vector<Key> keys;
  std::vector<std::string> notes;
  std::string example;
};
const FileFormat* find_format(std::string_view name);  // null when there is none
std::string explain_format(const FileFormat& format, const Style& style);
std::string list_types(const models::Catalogue& catalogue, const Style& style);
std::string list_facts(const models::Catalogue& catalogue, const Style& style);

struct ListedScenario {
  std::string name;
  std::string title;
};
std::string list_scenarios(const std::vector<ListedScenario>& scenarios, const Style& style);

}  // namespace moshimo::report
