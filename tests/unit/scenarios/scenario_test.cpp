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

TEST_CASE("code can stop Terraform alone") {
  CHECK(read("faults: [{ delete: a, code: kept, through: console }]\n").errors.find("leave `code: kept` out") !=
        std::string::npos);
  CHECK(read("faults: [{ delete: a, code: kept, through: terraform }]\n").errors == "");
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

TEST_CASE("a horizon ends") {
  const std::string faults = "faults: [{ delete: a }]\n";
  CHECK(read(faults + "horizon: 11y\n").errors ==
        "the horizon must lie between 1s and 3660d, as in 12h or 30d; found '11y'\n");
  CHECK(read(faults + "horizon: forever\n").errors ==
        "the horizon must lie between 1s and 3660d, as in 12h or 30d; found 'forever'\n");
  // Nothing is said to lie beyond what is no horizon.
  CHECK(read("faults: [{ at: 40d, delete: a }]\nhorizon: 11y\n").errors ==
        "the horizon must lie between 1s and 3660d, as in 12h or 30d; found '11y'\n");
}

TEST_CASE("what is asked for twice is a mistake") {
  const std::string faults = "faults: [{ delete: a }]\n";
  CHECK(read(faults + "compare: [full, none, full]\n").errors == "'full' is compared already; remove it\n");
  CHECK(read(faults + "sweep: { detect: [1h, 2h, 60m] }\n").errors == "1h is in the sweep already; remove it\n");
  CHECK(
      read(faults + "what_if:\n  - { name: a, response: { detect: 1h } }\n  - { name: a, response: { detect: 2h } }\n")
          .errors == "there is a what-if named 'a' already; give this one another name\n");
}

TEST_CASE("who notices after the end does nothing, which is said of the response, of a what-if and of a sweep") {
  const std::string said =
      "it is noticed after 3d, when the run of 2d is over, so nobody does anything; make the "
      "horizon longer\n";
  const std::string head = "horizon: 2d\nfaults: [{ at: 1h, delete: a }]\n";
  CHECK(read(head + "response: { detect: 3d }\n").warnings == said);
  CHECK(read(head + "what_if: [{ name: a, response: { detect: 3d } }]\n").warnings == said);
  CHECK(read(head + "sweep: { detect: [1d, 3d] }\n").warnings == said);
  CHECK(read(head + "response: { detect: 3d, strategy: none }\n").warnings == "");
  CHECK(read(head + "response: { detect: forever }\n").warnings == "");
  CHECK(read("horizon: 30m\nfaults: [{ delete: a }]\n").warnings ==
        "it is noticed after 40m, when the run of 30m is over, so nobody does anything; make the horizon longer\n");
}

TEST_CASE("a scenario asks for no more runs than a machine can hold") {
  std::string what_if = "faults: [{ delete: a }]\nwhat_if:\n";
  for (int i = 0; i < 101; ++i) what_if += "  - { name: n" + std::to_string(i) + ", response: { responders: 2 } }\n";
  CHECK(read(what_if).errors.find("a scenario has at most 100 what-ifs") == 0);
  std::string sweep = "faults: [{ delete: a }]\nsweep: { detect: [0s";
  for (int i = 1; i < 1001; ++i) sweep += ", " + std::to_string(i) + "s";
  CHECK(read(sweep + "] }\n").errors.find("a sweep has at most 1000 values") == 0);
  CHECK(read("faults: [{ delete: a }]\nsweep: {}\n").errors ==
        "a sweep names what it varies, as in { detect: [5m, 1h, 1d] }\n");
}
