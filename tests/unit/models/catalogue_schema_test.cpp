// The schema that editors complete from accepts what the reader accepts.
#include <catch2/catch.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "input/document.hpp"

using namespace moshimo;
using nlohmann::json;

namespace {

// As a YAML 1.2 editor sees it.
json json_of(const input::Document& document, const input::Node& node) {
  switch (node.kind) {
    case input::NodeKind::null:
      return nullptr;
    case input::NodeKind::scalar: {
      if (node.style == input::ScalarStyle::quoted) return std::string(node.text);
      if (node.text == "true" || node.text == "false") return node.text == "true";
      double number = 0;
      const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
      if (error == std::errc() && end == node.text.data() + node.text.size()) return number;
      return std::string(node.text);
    }
    case input::NodeKind::list:
    case input::NodeKind::map: {
      json all = node.kind == input::NodeKind::list ? json::array() : json::object();
      for (std::uint32_t i = node.first_child; i != 0; i = document.node(i).next_sibling) {
        const input::Node& child = document.node(i);
        if (all.is_array()) {
          all.push_back(json_of(document, child));
        } else {
          all[std::string(child.key)] = json_of(document, child);
        }
      }
      return all;
    }
  }
  return nullptr;
}

std::string mistakes(const std::string& name, const std::string& text) {
  std::ifstream file(MOSHIMO_SOURCE_DIR "/schemas/catalogue.schema.json");
  const json schema_text = json::parse(file);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_text), schema);
  input::Diagnostics diagnostics;
  const input::Document document = input::Document::parse(name, text, input::Format::yaml, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  const json value = json_of(document, document.root());
  valijson::Validator validator;
  valijson::ValidationResults results;
  std::string all;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(value), &results)) return all;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    all += name + " ";
    for (const std::string& part : error.context) all += part;
    all += ": " + error.description + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("the schema of the catalogue accepts every file of models/aws") {
  for (const auto& entry : std::filesystem::directory_iterator(MOSHIMO_SOURCE_DIR "/models/aws")) {
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK(mistakes(entry.path().filename().string(), text) == "");
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
