// The schema of inventories accepts what the reader accepts, and refuses what it refuses.
#include <catch2/catch.hpp>
#include <filesystem>

#include "input/document.hpp"
#include "models/inventory.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

std::string mistakes(const std::string& name, const std::string& text) {
  return schema_mistakes("inventory.schema.json", name, text);
}

bool reader_accepts(const std::string& text) {
  input::Diagnostics diagnostics;
  auto document =
      std::make_shared<const input::Document>(input::Document::parse("t.yaml", text, input::Format::yaml, diagnostics));
  models::Inventory inventory;
  models::read_inventory(*document, inventory, diagnostics);
  return !diagnostics.has_errors();
}

const std::string head = "version: 1\nresources: { web: { type: ecs:service } }\n";

}  // namespace

TEST_CASE("the schema of inventories accepts every inventory of the library", "[schema]") {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MOSHIMO_SOURCE_DIR "/scenarios/library")) {
    const std::string name = entry.path().string();
    if (name.find(".inventory.yaml") == std::string::npos) continue;
    ++files;
    CHECK(mistakes(name, source_text(name.substr(sizeof(MOSHIMO_SOURCE_DIR)))) == "");
  }
  CHECK(files > 0);
}

TEST_CASE("what the reader of inventories accepts, the schema accepts", "[schema]") {
  for (const std::string& text : {
           head,
           head + "name: staging\naccount: 111122223333\nregion: ap-northeast-1\nunknowns: [a sentence]\n",
           head + "traffic: [{ to: web, rate: 50/s }]\n",
           head + "traffic: [{ to: web, via: in, rate: 1.5/min, size: 2 KB, profile: daily }]\n",
           head + "traffic: [{ to: web, profile: [[0h, 20/s], [8h30m, 200/s]] }]\n",
           head + "traffic:\n",
           std::string(
               "version: 1\nresources: { db: { type: outside:endpoint, rto: 15m, rpo: 0s, tags: { a: b } } }\n"),
       }) {
    INFO(text);
    CHECK(reader_accepts(text));
    CHECK(mistakes("t.yaml", text) == "");
  }
}

TEST_CASE("what the reader of inventories refuses, the schema refuses", "[schema]") {
  for (const std::string& text : {
           std::string("resources: {}\n"),
           std::string("version: 2\nresources: {}\n"),
           std::string("version: 1\n"),
           std::string("version: 1\nresources: { web: {} }\n"),
           std::string("version: 1\nresources: { web: ecs }\n"),
           std::string("version: 1\nresources: []\n"),
           head + "trafic: []\n",
           head + "traffic: [{ rate: 50/s }]\n",
           head + "traffic: [{ to: web }]\n",
           head + "traffic: [{ to: web, rate: 50 per second }]\n",
           head + "traffic: [{ to: web, rate: unlimited }]\n",
           head + "traffic: [{ to: web, rate: 50/s, size: 2 kilobytes }]\n",
           head + "traffic: [{ to: web, rate: 50/s, profile: hourly }]\n",
           head + "traffic: [{ to: web, rate: 50/s, profile: [[0h, 20/s]] }]\n",
           head + "traffic: [{ to: web, profile: [] }]\n",
           head + "traffic: [{ to: web, profile: [[0h, 20/s, 8h]] }]\n",
           head + "traffic: [{ to: web, rate: 50/s, burst: 3 }]\n",
       }) {
    INFO(text);
    CHECK_FALSE(reader_accepts(text));
    CHECK(mistakes("t.yaml", text) != "");
  }
}
