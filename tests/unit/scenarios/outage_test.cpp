#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "scenarios/answer.hpp"

using namespace moshimo;
namespace fs = std::filesystem;

namespace {

scenarios::Answer answer_to(const std::string& fault, input::Diagnostics& diagnostics) {
  const fs::path folder = fs::temp_directory_path() / ("moshimo-outage-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "i.inventory.yaml")
      << "version: 1\nname: i\nresources:\n  partner: { type: outside:endpoint }\n"
         "traffic: [{ to: partner, rate: 10/s }]\n";
  std::ofstream(folder / "s.scenario.yaml")
      << "version: 1\nname: s\ninventory: i.inventory.yaml\nhorizon: 6h\nfaults: [" << fault
      << "]\nresponse: { strategy: none }\n";
  auto scenario = std::make_shared<const scenarios::Scenario>(
      scenarios::read_scenario((folder / "s.scenario.yaml").string(), diagnostics));
  if (diagnostics.has_errors()) return {};
  return scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
}

}  // namespace

TEST_CASE("an outage ends when it says so, else with the run", "[scenarios]") {
  input::Diagnostics diagnostics;
  // 10/s for 30 min
  const scenarios::Answer brief = answer_to("{ at: 1h, outage: partner, for: 30m }", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  CHECK(brief.main_run().findings.lost == Approx(10 * 1800));
  // 10/s from 1 h to 6 h
  const scenarios::Answer endless = answer_to("{ at: 1h, outage: partner }", diagnostics);
  CHECK(endless.main_run().findings.lost == Approx(10 * 5 * 3600));
}

TEST_CASE("an outage takes no other parameters", "[scenarios]") {
  input::Diagnostics diagnostics;
  answer_to("{ at: 1h, outage: partner, through: console }", diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors()[0].message == "an outage has no 'through'; it takes `for`");
}
