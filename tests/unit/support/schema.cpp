#include "tests/unit/support/schema.hpp"

#include <catch2/catch.hpp>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
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

// The file at `path` with everything in the place of what refers to it. A file is named from its own folder.
json schema_text(const std::string& path);

json written_out(const json& part, const json& whole, const std::string& folder) {
  if (part.is_array()) {
    json all = json::array();
    for (const json& item : part) all.push_back(written_out(item, whole, folder));
    return all;
  }
  if (!part.is_object()) return part;
  if (part.contains("$ref") && part["$ref"].is_string()) {
    const auto reference = part["$ref"].get<std::string>();
    const std::size_t sign = reference.find('#');
    const json::json_pointer pointer(reference.substr(sign + 1));
    if (sign == 0) return written_out(whole.at(pointer), whole, folder);
    return schema_text(folder + reference.substr(0, sign)).at(pointer);
  }
  json all = json::object();
  for (const auto& [key, child] : part.items()) all[key] = written_out(child, whole, folder);
  return all;
}

json schema_text(const std::string& path) {
  static std::map<std::string, json> known;
  const auto found = known.find(path);
  if (found != known.end()) return found->second;
  const json whole = json::parse(source_text(path));
  return known[path] = written_out(whole, whole, path.substr(0, path.rfind('/') + 1));
}

void populate(valijson::Schema& schema, const json& text) {
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
}

std::string mistakes_in(const json& value, const valijson::Schema& schema, const std::string& name) {
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

std::string source_text(const std::string& path) {
  std::ifstream file(MOSHIMO_SOURCE_DIR "/" + path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string schema_mistakes(const std::string& schema_name, const std::string& name, const std::string& text) {
  valijson::Schema schema;
  populate(schema, json::parse(source_text("schemas/" + schema_name)));
  input::Diagnostics diagnostics;
  const input::Document document = input::Document::parse(name, text, input::Format::yaml, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  return mistakes_in(json_of(document, document.root()), schema, name);
}

std::string output_mistakes(const std::string& text) {
  static std::map<std::string, std::unique_ptr<valijson::Schema>> schemas;
  const json value = json::parse(text);
  const auto kind = value.at("kind").get<std::string>();
  std::unique_ptr<valijson::Schema>& schema = schemas[kind];
  if (!schema) {
    schema = std::make_unique<valijson::Schema>();
    populate(*schema, schema_text("schemas/output/" + kind + ".schema.json"));
  }
  return mistakes_in(value, *schema, kind);
}

}  // namespace moshimo
