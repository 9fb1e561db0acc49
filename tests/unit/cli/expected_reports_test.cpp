// The report of every library scenario, word for word: beside `x.scenario.yaml` stands `x.expected.txt`, and beside an
// inventory `x.inventory.yaml` in `x.y.soak.txt` how long y has to be switched off. `./dev docs` writes them anew; what
// changed then shows in the diff, to be read like one of code.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "tests/unit/support/command.hpp"

using namespace moshimo;

namespace {

// The lines that only one of the two has, each group below the line before it; the longest common part stays.
std::string difference(const std::string& expected, const std::string& found) {
  const std::vector<std::string> a = lines_of(expected), b = lines_of(found);
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t k = b.size(); k-- > 0;) {
      common[i][k] = a[i] == b[k] ? common[i + 1][k + 1] + 1 : std::max(common[i + 1][k], common[i][k + 1]);
    }
  }
  constexpr std::size_t most = 60;
  std::vector<std::string> told;
  bool in_group = false;
  std::size_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    if (i < a.size() && k < b.size() && a[i] == b[k]) {
      ++i;
      ++k;
      in_group = false;
      continue;
    }
    if (!in_group && i > 0) told.push_back("line " + std::to_string(i) + "\n  " + a[i - 1]);
    in_group = true;
    const bool is_gone = i < a.size() && (k == b.size() || common[i + 1][k] >= common[i][k + 1]);
    told.push_back(is_gone ? "- " + a[i++] : "+ " + b[k++]);
  }
  std::string text;
  for (std::size_t n = 0; n < std::min(most, told.size()); ++n) text += told[n] + "\n";
  if (told.size() > most) text += "and more\n";
  return text;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the report of every library scenario is the expected one", "[reports]") {
  const std::filesystem::path library = MOSHIMO_SOURCE_DIR "/scenarios/library";
  std::size_t expected = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(library)) {
    if (entry.path().string().ends_with(".expected.txt")) ++expected;
  }
  const std::vector<std::string> names = cli::library_scenarios();
  INFO("an .expected.txt belongs to no scenario, or a scenario has none; `./dev docs` writes them");
  CHECK(expected == names.size());
  for (const std::string& name : names) {
    const std::string found = command({"run", name.c_str(), "--width", "80", "--no-color"}).out;
    const std::filesystem::path file = library / (name + ".expected.txt");
    const std::string unlike = difference(file_text(file), found);
    INFO("`./dev docs` writes " << file.string() << " anew; - was expected, + is found\n" << unlike);
    CHECK(unlike.empty());
  }
}

TEST_CASE("how long something of the library has to be switched off is as expected", "[reports]") {
  constexpr std::string_view ending = ".soak.txt";
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MOSHIMO_SOURCE_DIR "/scenarios/library")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(ending)) continue;
    ++seen;
    const std::string stem = path.substr(0, path.size() - ending.size());
    const std::size_t dot = stem.rfind('.');
    const std::string inventory = stem.substr(0, dot) + ".inventory.yaml", name = stem.substr(dot + 1);
    const std::string found = command({"soak", inventory.c_str(), name.c_str(), "--width", "80", "--no-color"}).out;
    const std::string unlike = difference(file_text(path), found);
    INFO("`./dev docs` writes " << path << " anew; - was expected, + is found\n" << unlike);
    CHECK(unlike.empty());
  }
  CHECK(seen >= 2);
}

TEST_CASE("a difference is told line by line", "[reports]") {
  CHECK(difference("a\nb\nc\n", "a\nb\nc\n") == "");
  CHECK(difference("a\nb\nc\n", "a\nx\nc\nd\n") == "line 1\n  a\n- b\n+ x\nline 3\n  c\n+ d\n");
  CHECK(difference("", "a\n") == "+ a\n");
}
