// Events of a bus that the inventory does not have: nothing is counted of them, and the report says so at its top.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/unit/report/told.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo {
namespace {

std::string inventory(std::string_view bus, std::string_view rule = "") {
  return fmt::format(
      "resources:\n{}  writer: {{ type: iam:role }}\n  uploads: {{ type: s3:bucket, eventbridge: yes }}\n"
      "  records: {{ type: kinesis:stream }}\n  reader: {{ type: iam:role }}\n"
      "  on-upload: {{ type: events:rule{}, targets: [{{ name: records, target: records, role: writer }}] }}\n"
      "traffic: [{{ to: uploads, rate: 1/s }}]\n",
      bus, rule);
}
constexpr std::string_view deleted = "horizon: 1d\nfaults: [{ delete: writer }]\nresponse: { detect: 1h }\n";

}  // namespace

TEST_CASE("a rule whose bus is not in the inventory is not taken for one that loses nothing") {
  const std::string without = told(inventory(""), deleted);
  CHECK(
      has(without, "Not known: The bus of on-upload is not in the inventory, so nothing reaches the rule from there"));
  const std::string with = told(inventory("  default: { type: events:bus }\n"), deleted);
  CHECK_FALSE(has(with, "Not known"));
  CHECK(has(with, "86,396 events are lost"));
}

TEST_CASE("an apply enables a rule again only where the code states that it is enabled") {
  using namespace scenarios;
  const auto ends = [](std::string_view rule) {
    Asked asked{{"on-upload"}};
    asked.verb = "disable";
    asked.strategy = Strategy::restore_only;
    return holds_at_the_end(ask(inventory("  default: { type: events:bus }\n", rule), asked), "on-upload", "enabled");
  };
  CHECK_FALSE(ends(""));
  CHECK(ends(", state: ENABLED"));
}

}  // namespace moshimo
