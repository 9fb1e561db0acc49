// docs/formats.md names every key of the JSON outputs.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "models/import/importer.hpp"
#include "report/report.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;
using nlohmann::json;

namespace {

// Keys of objects that are looked up by the name of something are names, not keys.
const std::set<std::string> by_name = {"conditions", "running", "hop_states", "facts", "when", "at", "lost_by_hop"};

void collect_keys(const json& value, const std::string& under, std::set<std::string>& keys) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) {
      if (by_name.count(under) == 0) keys.insert(key);
      collect_keys(child, key, keys);
    }
  } else if (value.is_array()) {
    for (const json& child : value) collect_keys(child, "", keys);
  }
}

std::string not_described(const std::string& text) {
  static const std::string page = source_text("docs/formats.md");
  std::set<std::string> keys;
  collect_keys(json::parse(text), "", keys);
  std::string missing;
  for (const std::string& key : keys) {
    if (page.find("`" + key + "`") == std::string::npos) missing += key + "\n";
  }
  return missing;
}

report::Style in_json() {
  report::Style style;
  style.form = report::Form::json;
  return style;
}

scenarios::Answer flagship() {
  input::Diagnostics diagnostics;
  auto scenario = std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(
      MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/as-it-happened.scenario.yaml", diagnostics));
  scenarios::Answer answer = scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  return answer;
}

}  // namespace

TEST_CASE("every key of run and inspect is described", "[docs]") {
  const scenarios::Answer answer = flagship();
  CHECK(not_described(report::run_report(answer, in_json())) == "");
  CHECK(not_described(report::inspect_json(answer, in_json())) == "");
}

TEST_CASE("every key of recover is described", "[docs]") {
  const scenarios::Answer answer = flagship();
  CHECK(not_described(report::recover_report(scenarios::recover(answer, 5), in_json())) == "");
}

TEST_CASE("every key of blast is described", "[docs]") {
  const scenarios::Answer answer = flagship();
  Dependencies dependencies(answer.system());
  report::BlastView view;
  view.compiled = answer.compiled.get();
  view.starts = {answer.compiled->component("orders-role")};
  view.reached = dependencies.dependents_of(view.starts);
  CHECK(not_described(report::blast_report(view, in_json())) == "");
}

TEST_CASE("every key of a review and of a coverage is described", "[docs]") {
  input::Diagnostics diagnostics;
  const models::ImportResult import =
      models::import_files({MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json"},
                           models::embedded_catalogue(), diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  report::ReviewView view;
  view.import = &import;
  CHECK(not_described(report::review_report(view, in_json())) == "");
  CHECK(not_described(report::coverage_report(import, in_json())) == "");
}

TEST_CASE("every key of types and facts is described", "[docs]") {
  const models::Catalogue& catalogue = models::embedded_catalogue();
  CHECK(not_described(report::explain_type(*catalogue.find_type("sqs:queue"), catalogue, in_json())) == "");
  CHECK(not_described(report::explain_fact(*catalogue.find_fact("lambda.role-missing"), catalogue, in_json())) == "");
  CHECK(not_described(report::list_types(catalogue, in_json())) == "");
  CHECK(not_described(report::list_facts(catalogue, in_json())) == "");
}
