#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

TEST_CASE("every scenario of the library can be run and brings what it expects") {
  const std::vector<std::string> paths = library_files();
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
