// docs/formats.md has every command.
#include <catch2/catch.hpp>

#include "cli/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

TEST_CASE("every command stands in the page on formats", "[docs]") {
  const std::string page = source_text("docs/formats.md");
  for (const cli::Command& command : cli::commands()) {
    INFO(command.name);
    CHECK(page.find(std::string("| `moshimo ") + command.name) != std::string::npos);
  }
}
