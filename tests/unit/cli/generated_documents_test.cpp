// What documents show of the program is what it prints. When it changes on purpose: `./dev docs` writes them anew.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "cli/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

std::string printed(std::vector<const char*> words) {
  words.insert(words.begin(), "moshimo");
  std::ostringstream out;
  std::streambuf* const before = std::cout.rdbuf(out.rdbuf());
  const int status = cli::run(static_cast<int>(words.size()), words.data());
  std::cout.rdbuf(before);
  CHECK(status == 0);
  return out.str();
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t to = text.find(end, from + begin.size());
  REQUIRE(to != std::string::npos);
  return text.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

// The beginning of the report, up to where the details start.
TEST_CASE("the README shows the report as it is", "[docs]") {
  const std::string readme = source_text("README.md");
  const std::string shown =
      between(readme, "<!-- output: moshimo run state-key-mixup -->\n```text\n", "```\n<!-- end of output -->");
  const std::string report = printed({"run", "state-key-mixup", "--width", "80", "--no-color"});
  const std::string details = "\n\u2500\u2500 What breaks";
  REQUIRE(report.find(details) != std::string::npos);
  CHECK(shown == report.substr(0, report.find(details)));
}

TEST_CASE("the page on the catalogue has the facts as they are", "[docs]") {
  CHECK(source_text("docs/catalogue.md") == printed({"list", "facts", "--format", "markdown"}));
}
