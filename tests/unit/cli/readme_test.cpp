// The commands of README.md that name things of the library work as they stand.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/unit/support/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

// A line of a shell, with "words in quotes"; a file of the library by its full path.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  for (const char c : line + " ") {
    if (c == '"') {
      quoted = !quoted;
    } else if (c != ' ' || quoted) {
      word += c;
    } else if (!word.empty()) {
      words.push_back((word.starts_with("scenarios/library/") ? MOSHIMO_SOURCE_DIR "/" : "") + word);
      word.clear();
    }
  }
  return words;
}

}  // namespace

TEST_CASE("the commands of the README that name things of the library work as written", "[docs]") {
  std::istringstream page(source_text("README.md"));
  int inventories = 0;
  for (std::string line, more; std::getline(page, line);) {
    while (line.ends_with(" \\") && std::getline(page, more)) line = line.substr(0, line.size() - 1) + more;
    if (!line.starts_with("moshimo ") || line.find(" scenarios/library/") == std::string::npos) continue;
    ++inventories;
    const std::vector<std::string> written = words_of(line);
    std::vector<const char*> words;
    for (std::size_t i = 1; i < written.size(); ++i) words.push_back(written[i].c_str());
    const Result r = command(words);
    INFO(line << '\n' << r.err);
    CHECK(r.status == 0);
    CHECK(r.err == "");
  }
  CHECK(inventories == 3);
}
