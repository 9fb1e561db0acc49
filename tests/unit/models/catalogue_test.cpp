#include "models/catalogue.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "input/cursor.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("every file of models/aws is right") {
  input::Diagnostics diagnostics;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(MOSHIMO_SOURCE_DIR "/models/aws")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<input::Document> documents;
  for (const std::string& file : files) documents.push_back(input::read_document(file, diagnostics));
  std::vector<const input::Document*> all;
  for (const input::Document& document : documents) all.push_back(&document);
  const Catalogue catalogue = load_catalogue(all, diagnostics);
  std::string problems;
  try {
    diagnostics.throw_if_errors(1000);
  } catch (const input::InputError& error) {
    problems = error.what();
  }
  CHECK(problems == "");
  CHECK(catalogue.types().size() > 10);
}
