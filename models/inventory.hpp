// An inventory: which resources exist, with their attributes as they were written, and the traffic that reaches them.
//
// It is built by reading YAML or JSON documents or by an importer, and says nothing about meaning: attributes are
// checked against the catalogue when the inventory is compiled. Every value remembers where it stands, if it stands
// anywhere.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/diagnostics.hpp"
#include "input/document.hpp"
#include "models/traffic.hpp"

namespace moshimo::models {

// What is written for an attribute: a scalar, a list or a map.
struct Value {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string key;              // in a map
  std::string text;             // of a scalar, as it is written
  std::vector<Value> children;  // of a list or map
  const input::SourceFile* file = nullptr;
  std::uint32_t offset = 0;
  std::uint32_t key_offset = 0;

  static Value scalar(std::string text);
  static Value list(std::vector<Value> items = {});
  static Value map();

  Value& set(std::string name, Value value);  // in a map: replaces or adds; the value set
  Value& set(std::string name, std::string word) { return set(std::move(name), scalar(std::move(word))); }
  Value& add(Value item);  // to a list

  const Value* find(std::string_view name) const;  // in a map; null when absent
  Value* find(std::string_view name);
  input::Position at() const { return {file, offset}; }
  input::Position key_at() const { return {file, key_offset}; }
};

// What a message says was found: 'a word', a map, a list, nothing.
std::string found(const Value& value);

// A node of a document, which must outlive it, as a value.
Value value_from(const input::Document& document, const input::Node& node);

struct Resource {
  std::string name;
  std::string type;      // `service:type`
  std::string aws_name;  // where AWS calls it otherwise; empty: its name
  std::string account;   // empty: not known
  std::string region;
  Value attributes = Value::map();  // all but type, aws_name, account and region
  input::Position at;               // of the name
  input::Position type_at;
};

struct Inventory {
  std::string name;
  std::string account;  // of all resources that do not say otherwise
  std::string region;
  bool imported = false;            // an import wrote it: nobody can be asked to mend a loop, so it is cut and listed
  std::vector<Resource> resources;  // names are unique
  std::vector<Traffic> traffic;
  std::vector<std::string> unknowns;  // what an import could not model or resolve, a sentence each
  bool is_whole = true;  // else a file was not read to its end, and names may be missing that stand behind its mistake

  // What positions point into.
  std::vector<std::shared_ptr<const input::SourceFile>> files;

  Resource& add(std::string resource_name, std::string type);
};

// Adds what a document says to `inventory`; mistakes of form and duplicate names go to `diagnostics`.
void read_inventory(const input::Document& document, Inventory& inventory, input::Diagnostics& diagnostics);

// Reads files ("-": standard input) into one inventory.
Inventory read_inventory(const std::vector<std::string>& paths, input::Diagnostics& diagnostics);

// The inventory as YAML that reads back as the same inventory.
std::string to_yaml(const Inventory& inventory);

}  // namespace moshimo::models
