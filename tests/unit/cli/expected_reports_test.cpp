// The reports of the library scenarios, word for word, as they stand in tests/cases/reports. `./dev docs` writes them
// anew; the change then shows in the diff.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "tests/unit/support/command.hpp"

using namespace moshimo;

namespace {

const std::filesystem::path folder = MOSHIMO_SOURCE_DIR "/tests/cases/reports";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Lines that only one of the two has, with a line around them; the longest common part stays.
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
  std::size_t i = 0, k = 0, told_up_to = 0;
  while ((i < a.size() || k < b.size()) && told.size() < most) {
    if (i < a.size() && k < b.size() && a[i] == b[k]) {
      ++i;
      ++k;
      continue;
    }
    if (i > 0 && (told.empty() || i > told_up_to)) told.push_back("line " + std::to_string(i) + "\n  " + a[i - 1]);
    if (i < a.size() && (k == b.size() || common[i + 1][k] >= common[i][k + 1])) {
      told.push_back("- " + a[i++]);
    } else {
      told.push_back("+ " + b[k++]);
    }
    told_up_to = i;
  }
  std::string text;
  for (const std::string& line : told) text += line + "\n";
  if (told.size() >= most) text += "and more\n";
  if (text.empty() && expected != found) text = "they differ in how they end\n";
  return text;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "state-key-mixup/variants/log-mode-role" → "state-key-mixup.variants.log-mode-role"
std::string file_name(std::string scenario) {
  std::replace(scenario.begin(), scenario.end(), '/', '.');
  return scenario;
}

}  // namespace

TEST_CASE("the report of every library scenario is the expected one", "[reports]") {
  std::size_t files = 0;
  for (const std::string& name : cli::library_scenarios()) {
    const std::filesystem::path file = folder / (file_name(name) + ".txt");
    INFO("./dev docs writes " << file << " anew; - was expected, + is found");
    const std::string report = command({"run", name.c_str(), "--width", "80", "--no-color"}).out;
    const std::string unlike = difference(file_text(file), report);
    INFO(unlike);
    CHECK(unlike.empty());
    CHECK(report == command({"run", name.c_str(), "--width", "80", "--no-color"}).out);
    ++files;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") --files;
  }
  INFO("a report in tests/cases/reports belongs to no scenario of the library");
  CHECK(files == 0);
}

TEST_CASE("the Markdown report of the flagship scenario is the expected one", "[reports]") {
  const std::string name = "state-key-mixup/as-it-happened";
  const std::filesystem::path file = folder / (file_name(name) + ".md");
  const std::string unlike = difference(file_text(file), command({"run", name.c_str(), "--format", "markdown"}).out);
  INFO("./dev docs writes " << file << " anew; - was expected, + is found\n" << unlike);
  CHECK(unlike.empty());
}

TEST_CASE("a difference is told line by line", "[reports]") {
  CHECK(difference("a\nb\nc\n", "a\nb\nc\n") == "");
  CHECK(difference("a\nb\nc\n", "a\nx\nc\nd\n") == "line 1\n  a\n- b\n+ x\nline 3\n  c\n+ d\n");
}
