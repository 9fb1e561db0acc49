// The schema that editors complete from accepts what the reader accepts.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

std::string mistakes(const std::string& name, const std::string& text) {
  return schema_mistakes("catalogue.schema.json", name, text);
}

}  // namespace

TEST_CASE("the schema of the catalogue accepts every file of models/aws") {
  for (const auto& entry : std::filesystem::directory_iterator(MOSHIMO_SOURCE_DIR "/models/aws")) {
    const std::string name = entry.path().filename().string();
    CHECK(mistakes(name, source_text("models/aws/" + name)) == "");
  }
}

TEST_CASE("the schema of the catalogue refuses what the reader refuses") {
  const std::string head = "version: 1\nservice: s\ntypes:\n  a:b:\n";
  CHECK(mistakes("t.yaml", head + "    conditions: { up: { says: x, class: denied } }\n") == "");
  CHECK(mistakes("t.yaml", head + "    conditions: { up: { says: x, class: denyed } }\n") != "");
  CHECK(mistakes("t.yaml", head + "    condition: {}\n") != "");
  CHECK(mistakes("t.yaml", head + "    ports: { in: { needs: [{ any: x, als: denied }] } }\n") != "");
  CHECK(mistakes("t.yaml", head + "    hops: { go: { says: x, from: in, to: outside, when: { ever: {} } } }\n") != "");
  CHECK(mistakes("t.yaml", "version: 2\n") != "");
}
