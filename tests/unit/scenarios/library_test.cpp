#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {
namespace {

TEST_CASE("every scenario of the library can be run and brings what it expects") {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(MOSHIMO_SOURCE_DIR) + "/scenarios/library")) {
    const std::string path = entry.path().string();
    if (path.size() > 14 && path.substr(path.size() - 14) == ".scenario.yaml") paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() >= 11);
  for (const std::string& path : paths) {
    INFO(path);
    input::Diagnostics diagnostics;
    const auto scenario = std::make_shared<const Scenario>(read_scenario(path, diagnostics));
    REQUIRE_NOTHROW(diagnostics.throw_if_errors());
    const Answer found = answer(scenario, models::embedded_catalogue(), diagnostics);
    REQUIRE_NOTHROW(diagnostics.throw_if_errors());
    CHECK_FALSE(found.faults.empty());
    for (const ExpectationResult& e : found.expectations) {
      INFO(e.expectation->text << ", found " << e.found);
      CHECK(e.met);
    }
  }
}

}  // namespace
}  // namespace moshimo::scenarios
