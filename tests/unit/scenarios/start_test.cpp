// The wall-clock start of a scenario, as people write it.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "scenarios/scenario.hpp"

namespace moshimo::scenarios {
namespace {

Scenario started_at(const std::string& start) {
  const std::string path = (std::filesystem::temp_directory_path() / "moshimo-start.scenario.yaml").string();
  std::ofstream(path) << "version: 1\nname: s\ninventory: i.yaml\nstart: " << start << "\nfaults: []\n";
  input::Diagnostics diagnostics;
  Scenario s = read_scenario(path, diagnostics);
  std::remove(path.c_str());
  diagnostics.throw_if_errors();
  return s;
}

TEST_CASE("the offset of a start is read in all its spellings", "[scenarios]") {
  const std::int64_t noon = models::parse_moment("2025-05-12T12:00:00Z")->seconds;
  struct Case {
    const char* text;
    std::int32_t offset;
  };
  for (const Case& c : {Case{"2025-05-12T12:00:00Z", 0}, Case{"2025-05-12T21:00:00+09:00", 9 * 3600},
                        Case{"2025-05-12T21:00:00+0900", 9 * 3600}, Case{"2025-05-12T07:00:00-05:00", -5 * 3600},
                        Case{"2025-05-12T17:30:00.250+05:30", 5 * 3600 + 1800},
                        Case{"2025-05-12T08:30:00.5-0330", -(3 * 3600 + 1800)}, Case{"2025-05-12T12:00", 0}}) {
    INFO(c.text);
    const Scenario s = started_at(c.text);
    REQUIRE(s.start);
    CHECK(s.start->seconds == noon);
    CHECK(s.utc_offset_seconds == c.offset);
  }
}

}  // namespace
}  // namespace moshimo::scenarios
