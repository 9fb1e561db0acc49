#include <catch2/catch.hpp>

#include "models/inventory.hpp"
#include "report/report.hpp"

namespace moshimo {

TEST_CASE("an inventory written as JSON reads as the one written as YAML") {
  input::Diagnostics diagnostics;
  const auto read = [&](std::string text, input::Format format) {
    models::Inventory inventory;
    models::read_inventory(input::Document::parse("i", std::move(text), format, diagnostics), inventory, diagnostics);
    diagnostics.throw_if_errors();
    return inventory;
  };
  const models::Inventory inventory = read(R"(
version: 1
name: shop
account: "012345678901"
resources:
  role: { type: iam:role, aws_name: "shop: role" }
  queue: { type: sqs:queue, keeps: 4d, tags: { team: "1", on: "yes" }, policy: [{ allows: [role, "*"] }] }
traffic: [{ to: queue, rate: 5/s }]
)",
                                           input::Format::yaml);
  const models::Inventory again = read(report::inventory_json(inventory), input::Format::json);
  CHECK(models::to_yaml(again) == models::to_yaml(inventory));
}

}  // namespace moshimo
