// The files shown in README.md and docs/formats.md are files the program takes, and do what the page says.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <vector>

#include "scenarios/answer.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> yaml_blocks(const std::string& page) {
  const std::string text = source_text(page);
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = text.find("```yaml\n", at)) != std::string::npos;) {
    at += 8;
    const std::size_t end = text.find("```", at);
    blocks.push_back(text.substr(at, end - at));
    at = end + 3;
  }
  return blocks;
}

std::string all_of(const input::Diagnostics& diagnostics) {
  std::string text;
  for (const input::Diagnostic& d : diagnostics.errors()) text += input::to_string(d) + "\n";
  return text;
}

// Writes the inventory and the scenario of a page into a folder of their own and runs them.
scenarios::Answer answer_of(const std::string& page) {
  const std::vector<std::string> blocks = yaml_blocks(page);
  REQUIRE(blocks.size() == 2);
  CHECK(schema_mistakes("inventory.schema.json", page, blocks[0]) == "");
  CHECK(schema_mistakes("scenario.schema.json", page, blocks[1]) == "");
  const fs::path folder = fs::temp_directory_path() / ("moshimo-example-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const std::size_t name_at = blocks[1].find("inventory: ") + 11;
  std::ofstream(folder / blocks[1].substr(name_at, blocks[1].find('\n', name_at) - name_at)) << blocks[0];
  std::ofstream(folder / "example.scenario.yaml") << blocks[1];
  input::Diagnostics diagnostics;
  auto scenario = std::make_shared<const scenarios::Scenario>(
      scenarios::read_scenario((folder / "example.scenario.yaml").string(), diagnostics));
  scenarios::Answer answer = scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
  fs::remove_all(folder);
  CHECK(all_of(diagnostics) == "");
  REQUIRE_FALSE(diagnostics.has_errors());
  return answer;
}

void check_expectations(const scenarios::Answer& answer) {
  for (const scenarios::ExpectationResult& r : answer.expectations) {
    INFO(r.expectation->text << " found " << r.found);
    CHECK(r.met);
  }
}

}  // namespace

TEST_CASE("the example of the README runs as it says", "[docs]") {
  const scenarios::Answer answer = answer_of("README.md");
  check_expectations(answer);
  // Making the role again is not enough.
  const scenarios::StrategyRun* applied = answer.run_of(Strategy::restore_only);
  REQUIRE(applied != nullptr);
  CHECK_FALSE(applied->response.still_broken.empty());
  CHECK(answer.main_run().response.still_broken.empty());
}

TEST_CASE("the examples of the page on formats are right", "[docs]") {
  check_expectations(answer_of("docs/formats.md"));
}
