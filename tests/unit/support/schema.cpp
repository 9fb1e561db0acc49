#include "tests/unit/support/schema.hpp"

#include <catch2/catch.hpp>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "input/document.hpp"

namespace moshimo {
namespace {

using nlohmann::json;

template <class Number>
bool is_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// As a YAML 1.2 editor sees it.
json json_of(const input::Document& document, const input::Node& node) {
  switch (node.kind) {
    case input::NodeKind::null: return nullptr;
    case input::NodeKind::scalar: {
      if (node.style == input::ScalarStyle::quoted) return std::string(node.text);
      if (node.text == "true" || node.text == "false") return node.text == "true";
      std::int64_t whole = 0;
      if (is_number(node.text, whole)) return whole;
      double number = 0;
      if (is_number(node.text, number)) return number;
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

}  // namespace

std::string source_text(const std::string& path) {
  std::ifstream file(MOSHIMO_SOURCE_DIR "/" + path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string schema_mistakes(const std::string& schema_name, const std::string& name, const std::string& text) {
  const json schema_text = json::parse(source_text("schemas/" + schema_name));
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

}  // namespace moshimo
