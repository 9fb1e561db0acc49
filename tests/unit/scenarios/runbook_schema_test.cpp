// The schema of runbooks accepts what the reader accepts, and refuses what it refuses.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "scenarios/runbook.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

std::string mistakes(const std::string& text) { return schema_mistakes("runbook.schema.json", "r.yaml", text); }

bool reader_accepts(const std::string& text) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("moshimo-runbook-test-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << text;
  input::Diagnostics diagnostics;
  scenarios::read_runbook(file.string(), diagnostics);
  std::filesystem::remove(file);
  return !diagnostics.has_errors();
}

}  // namespace

TEST_CASE("what the reader of runbooks accepts, the schema accepts", "[schema]") {
  for (const std::string text : {
           "steps: [apply]\n",
           "version: 1\ntitle: by hand\nsteps: [apply -target, orders/swap-role]\n",
           "version: 1\nsteps:\n  - { step: apply, not_before: 6h }\n  - { step: orders/swap-role }\n",
           "version: 1\nsteps: [{ step: a, not_before: 0 }, { step: b, not_before: PT15M }]\n",
       }) {
    INFO(text);
    CHECK(reader_accepts(text));
    CHECK(mistakes(text) == "");
  }
}

TEST_CASE("what the reader of runbooks refuses, the schema refuses", "[schema]") {
  for (const std::string text : {
           "version: 1\n",
           "version: 2\nsteps: [apply]\n",
           "version: 1\nsteps: []\n",
           "version: 1\nsteps: apply\n",
           "version: 1\nsteps: [{ not_before: 6h }]\n",
           "version: 1\nsteps: [{ step: apply, not_before: soon }]\n",
           "version: 1\nsteps: [{ step: apply, after: 6h }]\n",
           "version: 1\nstep: [apply]\n",
       }) {
    INFO(text);
    CHECK_FALSE(reader_accepts(text));
    CHECK(mistakes(text) != "");
  }
}
