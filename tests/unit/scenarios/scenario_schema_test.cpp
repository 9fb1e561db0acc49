// The schema of scenarios accepts what the reader accepts, and refuses what it refuses.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "scenarios/scenario.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

std::string mistakes(const std::string& name, const std::string& text) {
  return schema_mistakes("scenario.schema.json", name, text);
}

bool reader_accepts(const std::string& text) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("moshimo-schema-test-" + std::to_string(getpid()));
  std::ofstream(file) << text;
  input::Diagnostics diagnostics;
  scenarios::read_scenario(file.string(), diagnostics);
  std::filesystem::remove(file);
  return !diagnostics.has_errors();
}

const std::string head = "version: 1\nname: n\ninventory: i.yaml\n";
const std::string faults = head + "faults: [{ at: 0s, delete: [role] }]\n";

}  // namespace

TEST_CASE("the schema of scenarios accepts every scenario of the library", "[schema]") {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MOSHIMO_SOURCE_DIR "/scenarios/library")) {
    const std::string name = entry.path().string();
    if (name.find(".scenario.yaml") == std::string::npos) continue;
    ++files;
    const std::string text = source_text(name.substr(sizeof(MOSHIMO_SOURCE_DIR)));
    CHECK(mistakes(name, text) == "");
    INFO(name);
    input::Diagnostics diagnostics;
    scenarios::read_scenario(name, diagnostics);  // where it is: it may name a runbook beside it
    CHECK_FALSE(diagnostics.has_errors());
  }
  CHECK(files > 0);
}

TEST_CASE("what the reader of scenarios accepts, the schema accepts", "[schema]") {
  for (const std::string& text : {
           faults,
           head + "faults: []\n",
           head + "faults: [{ delete: role }, { at: 1d12h, outage: [a, b] }]\n",
           head + "faults: [{ at: 0, delete: role, through: console }]\n",
           faults + "title: t\nstart: 2025-05-12\nhorizon: PT15M\n",
           faults + "start: 2025-05-12T10:00:00+09:00\n",
           faults + "response: { detect: 40m, responders: 2, strategy: restore_only }\n",
           faults + "response: { detect: { lognormal: { median: 40m, p95: 6h } } }\n",
           faults +
               "response: { detect: { triangular: [10m, 40m, 6h] } }\nuncertainty: { repairs: 1, propagation: 2.5 }\n",
           faults + "response: { detect: { uniform: [0s, 6h] } }\n",
           faults + "compare: [none, full]\nsweep: { detect: [5m, 1h] }\n",
           faults + "sweep: { responders: [1, 2], detect: 5m..40d }\n",
           faults + "sweep: { queue.retention: 1d..14d, a.ratio: 0.1..0.9 }\n",
           faults + "what_if: [{ name: w, set: { web: { logs.mode: non-blocking } } }]\n",
           faults + "what_if: [{ name: w, response: { detect: 5m } }]\n",
           faults + "expect: [lost(\"orders\") == 0, restored('a/b') <= 2h, first_loss() > 1d, \"waiting( )!=3.5\"]\n",
       }) {
    INFO(text);
    CHECK(reader_accepts(text));
    CHECK(mistakes("t.yaml", text) == "");
  }
}

TEST_CASE("what the reader of scenarios refuses, the schema refuses", "[schema]") {
  for (const std::string& text : {
           std::string("version: 1\nname: n\nfaults: []\n"),
           std::string("version: 2\nname: n\ninventory: i.yaml\nfaults: []\n"),
           std::string("version: 1\ninventory: i.yaml\nfaults: []\n"),
           head,
           head + "faults: [{ at: 0s }]\n",
           head + "faults: [{}]\n",
           head + "faults: [{ at: soon, delete: role }]\n",
           faults + "start: yesterday\n",
           faults + "horizon: 30 days\n",
           faults + "response: { detect: often }\n",
           faults + "response: { responders: 0 }\n",
           faults + "response: { people: 2 }\n",
           faults + "compare: [everything]\n",
           faults + "what_if: [{ name: w }]\n",
           faults + "what_if: [{ set: { web: { a: b } } }]\n",
           faults + "what_if: [{ name: w, set: { web: b } }]\n",
           faults + "compare: [full, full]\n",
           faults + "sweep: { detect: [1h, 1h] }\n",
           faults + "sweep: { detect: [soon] }\n",
           faults + "sweep: { detect: 1h, responders: 2, horizon: 5d }\n",
           faults + "sweep: {}\n",
           faults + "expect: [losses(\"orders\") == 0]\n",
           faults + "expect: [lost(\"orders\") = 0]\n",
           faults + "expect: [lost == 0]\n",
           faults + "expectations: []\n",
       }) {
    INFO(text);
    CHECK_FALSE(reader_accepts(text));
    CHECK(mistakes("t.yaml", text) != "");
  }
}
