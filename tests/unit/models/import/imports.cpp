#include "tests/unit/models/import/imports.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/compile.hpp"

namespace moshimo::models {

namespace {

void fail_on_errors(const input::Diagnostics& diagnostics) {
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
}

}  // namespace

ImportResult import_file(const std::string& path, World world) {
  input::Diagnostics diagnostics;
  ImportResult result = import_files({path}, embedded_catalogue(), diagnostics, {world});
  fail_on_errors(diagnostics);
  return result;
}

ImportResult import_text(const std::string& text, World world) {
  input::Diagnostics diagnostics;
  ImportResult result = import_texts({{"test.json", text}}, embedded_catalogue(), diagnostics, {world});
  fail_on_errors(diagnostics);
  return result;
}

ImportResult import_together(std::vector<std::string> texts) {
  input::Diagnostics diagnostics;
  std::vector<ImportText> files;
  for (std::string& text : texts) files.push_back({"t" + std::to_string(files.size()), std::move(text)});
  ImportResult result = import_texts(std::move(files), embedded_catalogue(), diagnostics);
  fail_on_errors(diagnostics);
  return result;
}

Texts refusals(const std::string& text, const std::string& file) {
  input::Diagnostics diagnostics;
  const ImportResult result = import_texts({{file, text}}, embedded_catalogue(), diagnostics);
  CHECK(result.inventory.resources.empty());
  Texts all;
  for (const auto& e : diagnostics.errors()) all.push_back(input::to_string(e));
  return all;
}

Texts sorted(Texts texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

bool has(const Texts& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

Texts edges(const ImportResult& r) {
  Texts all;
  for (const ImportedEdge& e : r.edges) {
    const char* how = e.how == ImportedEdge::How::value       ? ""
                      : e.how == ImportedEdge::How::reference ? " (reference)"
                                                              : " (inferred)";
    all.push_back(e.from + " " + e.attribute + " -> " + e.to + how);
  }
  return sorted(all);
}

Texts faults(const ImportResult& r) {
  Texts all;
  for (const auto& d : r.changes.deletions) all.push_back(d.verb + " " + d.name);
  return sorted(all);
}

Texts unresolved(const ImportResult& r) {
  Texts all;
  for (const auto& u : r.coverage.unresolved) all.push_back(u.address + " " + u.attribute + ": " + u.why);
  return sorted(all);
}

const Resource* find(const ImportResult& r, const std::string& name) {
  for (const Resource& resource : r.inventory.resources) {
    if (resource.name == name) return &resource;
  }
  return nullptr;
}

const Value& value(const ImportResult& r, const std::string& name, const std::string& attribute) {
  static const Value nothing;
  const Resource* resource = find(r, name);
  const Value* value = resource ? resource->attributes.find(attribute) : nullptr;
  return value ? *value : nothing;
}

std::string attribute(const ImportResult& r, const std::string& name, const std::string& attribute) {
  return value(r, name, attribute).text;
}

Texts texts(const Value& list) {
  Texts all;
  for (const Value& item : list.children) all.push_back(item.text);
  return all;
}

Compiled compiled_from(const ImportResult& r) {
  input::Diagnostics diagnostics;
  Compiled compiled = compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), {}, diagnostics);
  fail_on_errors(diagnostics);
  return compiled;
}

std::string state(const std::string& resources) {
  return R"({"version":4,"lineage":"x","resources":[)" + resources + "]}";
}

std::string held(const std::string& type, const std::string& name, const std::string& attributes) {
  return R"({"mode":"managed","type":")" + type + R"(","name":")" + name + R"(","instances":[{"attributes":)" +
         attributes + "}]}";
}

std::string beside_the_project(const std::string& path) {
  const char* shared = std::getenv("MOSHIMO_SHARED");
  const std::filesystem::path folder =
      shared ? std::filesystem::path(shared) : std::filesystem::path(MOSHIMO_SOURCE_DIR) / "../shared";
  return (folder / path).string();
}

std::vector<Texts> read_table(const std::string& path) {
  std::ifstream file(path);
  std::vector<Texts> rows;
  std::string line;
  std::getline(file, line);  // the heading
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    Texts row;
    for (std::string field; std::getline(fields, field, '\t');) row.push_back(field);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace moshimo::models
