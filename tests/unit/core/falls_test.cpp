#include "core/falls.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

bool falls(const System& system, std::string_view what, std::string_view with) {
  return Falls(system).with(condition_named(system, with))[condition_named(system, what).value];
}

}  // namespace

TEST_CASE("what follows a condition goes with it, unless something else is enough", "[core]") {
  const System system = system_from(
      "condition key\ncondition spare\ncondition disk follows key\ncondition files follows disk\n"
      "condition either follows key|spare\ncondition both follows spare|key,key\n");
  CHECK(falls(system, "key", "key"));
  CHECK(falls(system, "files", "key"));
  CHECK_FALSE(falls(system, "key", "files"));
  CHECK_FALSE(falls(system, "either", "key"));
  CHECK_FALSE(falls(system, "either", "spare"));
  CHECK(falls(system, "both", "key"));
}

TEST_CASE("many ways from one condition to another are looked at once", "[core]") {
  // Two conditions a level, each after both of the one before: two to the hundredth power of ways.
  std::string text = "condition a0\ncondition b0 follows a0\n";
  for (int level = 1; level <= 100; ++level) {
    const std::string before = std::to_string(level - 1), here = std::to_string(level);
    for (const char* side : {"a", "b"}) {
      text += "condition " + (side + here) + " follows a" + before + ",b" + before + "\n";
    }
  }
  const System system = system_from(text + "condition other\n");
  CHECK(falls(system, "b100", "a0"));
  CHECK_FALSE(falls(system, "b100", "other"));
}
