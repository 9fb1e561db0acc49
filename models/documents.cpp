#include "models/documents.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "models/import/json_text.hpp"

namespace moshimo::models {
namespace {

void append_json(const Value& value, std::string& out) {
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
    append_json(child, out);
  }
  out += is_map ? '}' : ']';
}

}  // namespace

const iam::Policy* Documents::read(const Value& value, iam::DocumentKind kind, std::string_view name,
                                   input::Diagnostics& diagnostics) {
  const auto [at, is_new] = read_.emplace(std::pair(&value, kind), nullptr);
  if (!is_new) return at->second.get();
  std::string json;
  if (value.kind == Value::Kind::scalar)
    json = value.text;
  else
    append_json(value, json);
  input::Diagnostics mistakes;
  auto policy = std::make_unique<iam::Policy>(iam::parse_policy(std::string(name), kind, std::move(json), mistakes));
  for (const input::Diagnostic& mistake : mistakes.errors()) {
    diagnostics.error(value.at(), fmt::format("the policy document of '{}': {}", name, mistake.message));
  }
  if (!mistakes.has_errors()) at->second = std::move(policy);
  return at->second.get();
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
