// Imports of small files, and what came of them as texts, for tests.
#pragma once

#include <string>
#include <vector>

#include "models/import/importer.hpp"

namespace moshimo::models {

struct Compiled;

using Texts = std::vector<std::string>;
using World = ImportOptions::World;

// Fails the test with the messages where something cannot be read.
ImportResult import_file(const std::string& path, World world = World::automatic);
ImportResult import_text(const std::string& text, World world = World::automatic);
ImportResult import_together(std::vector<std::string> texts);

// What is said of a text that is refused, a message each.
Texts refusals(const std::string& text, const std::string& file = "test.json");

Texts sorted(Texts texts);
bool has(const Texts& texts, const std::string& part);
Texts edges(const ImportResult& r);   // "from attribute -> to (reference)", sorted
Texts faults(const ImportResult& r);  // "delete name", sorted
Texts unresolved(const ImportResult& r);
const Resource* find(const ImportResult& r, const std::string& name);
const Value& value(const ImportResult& r, const std::string& name, const std::string& attribute);  // null: none
std::string attribute(const ImportResult& r, const std::string& name, const std::string& attribute);
Texts texts(const Value& list);

// It is an inventory that can be simulated.
Compiled compiled_from(const ImportResult& r);

// A state of version 4, and one resource of it. `attributes` is an object.
std::string state(const std::string& resources);
std::string held(const std::string& type, const std::string& name, const std::string& attributes);

// Files that are kept beside the project; tests are skipped where they are not.
std::string beside_the_project(const std::string& path);
// The rows of a table of texts with tabs between them, without its heading.
std::vector<Texts> read_table(const std::string& path);

}  // namespace moshimo::models
