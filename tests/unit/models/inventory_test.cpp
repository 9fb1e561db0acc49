#include "models/inventory.hpp"

#include <catch2/catch.hpp>

namespace moshimo::models {
namespace {

struct Reading {
  Inventory inventory;
  std::string errors;  // a line each, in order
};

Reading read(std::vector<std::string> texts) {
  Reading result;
  input::Diagnostics diagnostics;
  int number = 0;
  for (std::string& text : texts) {
    const std::string name = texts.size() == 1 ? "inventory.yaml" : "part" + std::to_string(++number) + ".yaml";
    const auto format = input::format_of(text);
    read_inventory(input::Document::parse(name, std::move(text), format, diagnostics), result.inventory, diagnostics);
  }
  for (const auto& d : diagnostics.errors()) result.errors += to_string(d) + "\n";
  return result;
}

TEST_CASE("an inventory keeps what is written, with its position") {
  const auto [inventory, errors] = read({R"(version: 1
name: staging
account: "111122223333"
resources:
  orders-role: { type: iam:role }
  orders:
    type: lambda:function
    region: us-east-1
    role: orders-role
    environment: { kms_key: app-key }
)"});
  CHECK(errors.empty());
  CHECK(inventory.name == "staging");
  REQUIRE(inventory.resources.size() == 2);
  const Resource& orders = inventory.resources[1];
  CHECK(orders.name == "orders");
  CHECK(orders.type == "lambda:function");
  CHECK(orders.account == "111122223333");
  CHECK(orders.region == "us-east-1");
  REQUIRE(orders.attributes.children.size() == 2);
  const Value* role = orders.attributes.find("role");
  REQUIRE(role);
  CHECK(role->text == "orders-role");
  const auto place = role->at().file->line_column(role->at().offset);
  CHECK(place.line == 9);
  CHECK(place.column == 11);
  CHECK(orders.attributes.find("environment")->find("kms_key")->text == "app-key");
}

TEST_CASE("JSON reads as the same inventory as YAML") {
  const auto json =
      read({R"({"version": 1, "resources": {"q": {"type": "sqs:queue", "retention": "4d", "fifo": true}}})"});
  const auto yaml = read({"version: 1\nresources:\n  q: { type: sqs:queue, retention: 4d, fifo: true }\n"});
  CHECK(json.errors.empty());
  CHECK(to_yaml(json.inventory) == to_yaml(yaml.inventory));
}

TEST_CASE("traffic is constant, follows the day or the week, or is listed") {
  const auto [inventory, errors] = read({R"(version: 1
resources: {}
traffic:
  - { to: a, rate: 50/s, size: 2KB }
  - { to: b, via: invoke, rate: 120/s, profile: daily }
  - { to: c, profile: [[0h, 20/s], [8h, 200/s]] }
)"});
  CHECK(errors.empty());
  REQUIRE(inventory.traffic.size() == 3);
  CHECK(inventory.traffic[0].rate == Rate::per_second(50));
  CHECK(inventory.traffic[0].size == Bytes::count(2000));
  CHECK(inventory.traffic[1].via == "invoke");
  CHECK(inventory.traffic[1].pattern == Traffic::Pattern::daily);
  REQUIRE(inventory.traffic[2].steps.size() == 2);
  CHECK(inventory.traffic[2].steps[1].offset == Duration::hours(8));
}

TEST_CASE("a listed profile that begins in the middle of the day turns with it") {
  Traffic t;
  t.pattern = Traffic::Pattern::listed;
  t.steps = {{Duration{}, Rate::per_second(20)}, {Duration::hours(8), Rate::per_second(200)}};
  // A run from 10:00: 200/s for the 14 hours to midnight, 20/s for 8 hours, then 200/s again for the 2 that are left.
  const Profile p = profile_of(t, Duration::hours(10));
  REQUIRE(p.steps.size() == 3);
  CHECK(p.period == Duration::days(1));
  CHECK(p.steps[0].rate == Rate::per_second(200));
  CHECK(p.steps[1].offset == Duration::hours(14));
  CHECK(p.steps[1].rate == Rate::per_second(20));
  CHECK(p.steps[2].offset == Duration::hours(22));
}

TEST_CASE("a daily profile has the rate that was asked for on average") {
  Traffic t;
  t.pattern = Traffic::Pattern::daily;
  t.rate = Rate::per_second(120);
  double sum = 0;
  const Profile p = profile_of(t, Duration{});
  REQUIRE(p.steps.size() == 24);
  for (const ProfileStep& step : p.steps) sum += step.rate.per_second();
  CHECK(sum / 24 == Approx(120));
}

TEST_CASE("an inventory that was written reads back as itself") {
  Inventory inventory;
  inventory.name = "from a plan";
  inventory.region = "eu-west-1";
  Resource& role = inventory.add("orders, old: role", "iam:role");
  role.attributes.set("path", "/team/");
  Resource& bucket = inventory.add("b", "s3:bucket");
  Value& rules = bucket.attributes.set("replication", Value::list());
  Value rule = Value::map();
  rule.set("destination", "dr").set("x", Value::list());
  rule.set("text", "yes: \"no\"\n# two lines");
  rules.add(rule);
  bucket.attributes.set("empty", "");
  inventory.unknowns.push_back("3 resources of aws_foo are not modelled");
  Traffic t;
  t.to = "b";
  t.rate = Rate::per_second(0.5);
  inventory.traffic.push_back(t);

  const std::string once = to_yaml(inventory);
  const auto again = read({once});
  CHECK(again.errors.empty());
  CHECK(to_yaml(again.inventory) == once);
  CHECK(again.inventory.resources[0].name == "orders, old: role");
  CHECK(again.inventory.resources[1].attributes.find("replication")->children[0].find("text")->text ==
        "yes: \"no\"\n# two lines");
  CHECK(again.inventory.unknowns == inventory.unknowns);
  CHECK(again.inventory.traffic[0].rate == Rate::per_second(0.5));
}

TEST_CASE("mistakes of form are all named at once") {
  const auto [inventory, errors] = read({R"(version: 2
ressources: {}
resources:
  a: { role: x }
  b: nothing
  c: { type: [iam:role] }
traffic:
  - { to: a }
  - { rate: 5/s }
  - { to: a, rate: 5/s, profile: hourly }
  - { to: a, rate: fast }
  - { to: a, profile: [[8h, 1/s], [0h, 2/s]] }
  - { to: a, rate: unlimited }
)"});
  CHECK(errors ==
        "inventory.yaml:2:1: unknown key 'ressources'; did you mean 'resources'?\n"
        "inventory.yaml:1:10: this program reads version 1 of inventories\n"
        "inventory.yaml:4:3: 'a' does not say its type; add one, as in type: iam:role\n"
        "inventory.yaml:5:6: 'b' must be a map that names its type, as in b: { type: iam:role }\n"
        "inventory.yaml:6:14: the type of 'c' must be a word\n"
        "inventory.yaml:8:5: traffic needs a 'rate', as in rate: 50/s\n"
        "inventory.yaml:9:5: key 'to' is missing\n"
        "inventory.yaml:10:34: 'hourly' is no profile; write constant, daily, weekly or a list as in [[0h, 20/s], [8h, "
        "200/s]]\n"
        "inventory.yaml:11:20: expected a rate such as 400/s, 30/min, 5/h or unlimited, found 'fast'\n"
        "inventory.yaml:12:36: the steps of a profile go forward\n"
        "inventory.yaml:13:20: traffic needs a rate with an end\n");
}

TEST_CASE("names are unique over all files") {
  const auto [inventory, errors] = read(
      {"version: 1\nresources: { a: { type: iam:role } }\n", "version: 1\nresources: { a: { type: sqs:queue } }\n"});
  CHECK(errors == "part2.yaml:2:14: there is a resource 'a' in part1.yaml already; names are unique over all files\n");
  CHECK(inventory.resources.size() == 1);
}

TEST_CASE("an account or a region that cannot be one is warned of") {
  const auto warnings = [](const std::string& head) {
    input::Diagnostics diagnostics;
    const auto document =
        input::Document::parse("f", "version: 1\n" + head + "\nresources: {}\n", input::Format::yaml, diagnostics);
    Inventory inventory;
    read_inventory(document, inventory, diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    return diagnostics.warnings().size();
  };
  CHECK(warnings("account: 123") == 1);
  CHECK(warnings("account: 111122223333") == 0);
  CHECK(warnings("region: mars-1") == 1);
  CHECK(warnings("region: us-gov-west-1") == 0);
  CHECK(warnings("region: ap-northeast-1") == 0);
}

TEST_CASE("what a resource says of its account and region is looked at as well, and each text told once") {
  input::Diagnostics diagnostics;
  const auto document = input::Document::parse("f",
                                               "version: 1\n"
                                               "resources:\n"
                                               "  a: { type: iam:role, account: 12, region: mars-1 }\n"
                                               "  b: { type: iam:role, account: 12, region: eu-west-1 }\n",
                                               input::Format::yaml, diagnostics);
  Inventory inventory;
  read_inventory(document, inventory, diagnostics);
  const std::vector<input::Diagnostic>& told = diagnostics.warnings();
  REQUIRE(told.size() == 2);
  CHECK(told[0].message == "'12' is no AWS account; that is a number of 12 digits");
  CHECK(document.file().line_column(told[0].at.offset).line == 3);
  CHECK(told[1].message == "'mars-1' is no AWS region that is known here; is it ap-northeast-1 or the like?");
}

}  // namespace
}  // namespace moshimo::models
