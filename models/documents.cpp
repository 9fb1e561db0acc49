#include "models/documents.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "models/import/json_text.hpp"
#include "models/policy_files.hpp"

namespace moshimo::models {
namespace {

// Where each value of a document stands in the JSON that is written of it.
using Places = std::vector<std::pair<std::size_t, const Value*>>;

void append_json(const Value& value, std::string& out, Places& places) {
  places.emplace_back(out.size(), &value);
  switch (value.kind) {
    case Value::Kind::null: out += "null"; return;
    case Value::Kind::scalar: importing::append_json_text(value.text, out); return;
    case Value::Kind::list:
    case Value::Kind::map: break;
  }
  const bool is_map = value.kind == Value::Kind::map;
  out += is_map ? '{' : '[';
  for (const Value& child : value.children) {
    if (&child != &value.children.front()) out += ',';
    if (is_map) {
      importing::append_json_text(child.key, out);
      out += ':';
    }
    append_json(child, out, places);
  }
  out += is_map ? '}' : ']';
}

}  // namespace

bool is_document_in(const Value& value, const Resource& resource, const TypeDef& type, std::string_view attribute) {
  if (value.kind != Value::Kind::scalar || value.text.find('<') != std::string::npos) return false;
  iam::DocumentKind kind = iam::DocumentKind::identity;
  if (type.guards) {
    const Value* given = resource.attributes.find("kind");
    const bool is_of_resources = given && given->text == "RESOURCE_CONTROL_POLICY";
    kind = is_of_resources ? iam::DocumentKind::rcp : iam::DocumentKind::scp;
  } else if (type.permissions && attribute == type.permissions->own) {
    kind = type.permissions->is_of_principal() ? iam::DocumentKind::trust : iam::DocumentKind::resource;
  }
  input::Diagnostics mistakes;
  iam::parse_policy("document", kind, value.text, mistakes);
  return !mistakes.has_errors();
}

std::string json_of(const Value& value) {
  std::string json;
  Places places;
  append_json(value, json, places);
  return json;
}

const iam::Policy* Documents::read(const Value& value, iam::DocumentKind kind, std::string_view name,
                                   input::Diagnostics& diagnostics) {
  const auto [at, is_new] = read_.emplace(std::pair(&value, kind), nullptr);
  if (!is_new) return at->second.get();
  if (named_file(value)) {
    diagnostics.error(value.at(), "a policy document is read from a file in an inventory only; write it out here");
    return nullptr;
  }
  std::string json;
  Places places;
  if (value.kind == Value::Kind::scalar)
    json = value.text;
  else
    append_json(value, json, places);
  input::Diagnostics mistakes;
  auto policy = std::make_unique<iam::Policy>(iam::parse_policy(std::string(name), kind, std::move(json), mistakes));
  for (const input::Diagnostic& mistake : mistakes.errors()) {
    const auto behind = std::upper_bound(places.begin(), places.end(), std::size_t{mistake.at.offset},
                                         [](std::size_t offset, const auto& place) { return offset < place.first; });
    const Value& wrong = mistake.at.file && behind != places.begin() ? *std::prev(behind)->second : value;
    diagnostics.error(wrong.at().file ? wrong.at() : value.at(),
                      fmt::format("the policy document of '{}': {}", name, mistake.message));
  }
  if (!mistakes.has_errors()) at->second = std::move(policy);
  return at->second.get();
}

std::vector<std::string> condition_values(const iam::Policy& policy, std::size_t statement,
                                          std::string_view lower_key) {
  input::Diagnostics none;
  const auto document =
      input::Document::parse(policy.name, std::string(policy.file->text()), input::Format::json, none);
  const std::vector<input::Cursor> all = input::Cursor(document, none).find("Statement").one_or_many();
  std::vector<std::string> values;
  const input::Cursor condition = statement < all.size() ? all[statement].find("Condition") : input::Cursor();
  if (!condition) return values;
  for (const input::Cursor& compared : condition.entries()) {
    for (const input::Cursor& key : compared.entries()) {
      if (iam::lower_case(key.key()) != lower_key) continue;
      for (const input::Cursor& one : key.one_or_many()) values.emplace_back(one.node().text);
    }
  }
  return values;
}

std::vector<std::string> words_of(const iam::Policy& policy, std::size_t statement,
                                  std::initializer_list<std::string_view> keys) {
  input::Diagnostics none;
  const auto document =
      input::Document::parse(policy.name, std::string(policy.file->text()), input::Format::json, none);
  const std::vector<input::Cursor> all = input::Cursor(document, none).find("Statement").one_or_many();
  std::vector<std::string> words;
  if (statement >= all.size()) return words;
  for (const std::string_view key : keys) {
    const input::Cursor found = all[statement].find(key);
    if (!found) continue;
    for (const input::Cursor& one : found.is_map() ? found.entries() : found.one_or_many()) {
      if (one.is_scalar()) words.emplace_back(one.node().text);
      if (!one.is_map()) continue;
      for (const input::Cursor& compared : one.entries()) words.emplace_back(compared.key());
    }
  }
  return words;
}

}  // namespace moshimo::models
