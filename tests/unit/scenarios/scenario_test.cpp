// Scenarios as people write them: times, files that are not there, faults that do nothing.
#include "scenarios/scenario.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "models/catalogue.hpp"
#include "scenarios/answer.hpp"

using namespace moshimo;

namespace {

struct Read {
  scenarios::Scenario scenario;
  std::string errors;
  std::string warnings;
};

std::string path_of(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "moshimo-scenario-test";
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

// What stands after the head, with its positions counted from there.
Read read(const std::string& rest) {
  const std::string path = path_of("read.scenario.yaml");
  std::ofstream(path) << "version: 1\nname: n\ninventory: some.inventory.yaml\n" << rest;
  input::Diagnostics diagnostics;
  Read r;
  r.scenario = scenarios::read_scenario(path, diagnostics);
  for (const auto& e : diagnostics.errors()) r.errors += e.message + "\n";
  for (const auto& w : diagnostics.warnings()) r.warnings += w.message + "\n";
  return r;
}

}  // namespace

TEST_CASE("a fault happens at a duration from the start, or at a moment after it") {
  const std::string start = "start: 2025-05-12T10:00:00+09:00\n";
  const auto at = [&](const std::string& when) {
    const Read r = read(start + "faults: [{ at: \"" + when + "\", delete: a }]\n");
    CHECK(r.errors == "");
    return r.scenario.faults.front().at;
  };
  CHECK(at("5m") == SimTime::after_start(Duration::minutes(5)));
  CHECK(at("2025-05-12T10:05:00+09:00") == SimTime::after_start(Duration::minutes(5)));
  CHECK(at("2025-05-12T01:05Z") == SimTime::after_start(Duration::minutes(5)));    // 01:05 UTC is 10:05 there
  CHECK(at("2025-05-12 10:05:00") == SimTime::after_start(Duration::minutes(5)));  // by the clock of the start
}

TEST_CASE("a time that cannot be meant says from where times are counted") {
  CHECK(read("faults: [{ at: -5m, delete: a }]\n").errors.find("it is counted from the start, as in 0s, 5m") !=
        std::string::npos);
  CHECK(read("faults: [{ at: 2025-05-12T10:05:00Z, delete: a }]\n").errors.find("no `start` to count from") !=
        std::string::npos);
  CHECK(read("start: 2025-05-12T10:00:00Z\nfaults: [{ at: 2025-05-12T09:00:00Z, delete: a }]\n")
            .errors.find("lies before the start") != std::string::npos);
}

TEST_CASE("a start without a time zone is taken as UTC, and that is said") {
  CHECK(read("start: 2025-05-12T10:00:00\nfaults: [{ delete: a }]\n").warnings.find("taken as UTC") !=
        std::string::npos);
  CHECK(read("start: 2025-05-12T10:00:00Z\nfaults: [{ delete: a }]\n").warnings == "");
}

TEST_CASE("a fault that names nothing is a mistake") {
  CHECK(read("faults: [{ at: 0s, delete: [] }]\n").errors.find("this fault names nothing") != std::string::npos);
}

TEST_CASE("whoever notices after the end is warned that nobody does anything") {
  CHECK(read("horizon: 1d\nfaults: [{ delete: a }]\nresponse: { detect: 2d }\n")
            .warnings.find("so nobody does anything") != std::string::npos);
  CHECK(read("horizon: 3d\nfaults: [{ delete: a }]\nresponse: { detect: 2d }\n").warnings == "");
}

TEST_CASE("without `compare` every strategy is run; an empty one runs none besides") {
  CHECK(read("faults: [{ delete: a }]\n").scenario.compare ==
        std::vector<Strategy>{Strategy::none, Strategy::restore_only, Strategy::full});
  CHECK(read("faults: [{ delete: a }]\ncompare: []\n").scenario.compare.empty());
}

TEST_CASE("an inventory that is not there is said where the scenario names it, with the nearest") {
  std::ofstream(path_of("staging.inventory.yaml")) << "version: 1\nresources: {}\n";
  const std::string path = path_of("lost.scenario.yaml");
  std::ofstream(path) << "version: 1\nname: n\ninventory: stagign.inventory.yaml\nfaults: [{ delete: a }]\n";
  input::Diagnostics diagnostics;
  auto scenario = std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(path, diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  const std::string said = input::to_string(diagnostics.errors().front());
  CHECK(said.find(path + ":3:12: there is no file '") == 0);
  CHECK(said.find("did you mean 'staging.inventory.yaml'?") != std::string::npos);
}
