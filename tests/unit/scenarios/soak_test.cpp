// How long a trial has to last so that everybody has complained.
#include "scenarios/soak.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "input/document.hpp"

namespace moshimo::scenarios {
namespace {

Soak soaked(std::string_view yaml, const std::vector<std::string>& names, input::Diagnostics& diagnostics) {
  models::Inventory read;
  models::read_inventory(
      input::Document::parse("small.yaml", "version: 1\n" + std::string(yaml), input::Format::yaml, diagnostics), read,
      diagnostics);
  diagnostics.throw_if_errors();
  const auto inventory = std::make_shared<const models::Inventory>(std::move(read));
  const models::Compiled compiled = models::compile(inventory, models::embedded_catalogue(), {}, diagnostics);
  diagnostics.throw_if_errors();
  std::vector<ComponentId> components;
  for (const std::string& name : names) components.push_back(compiled.component(name));
  return soak(inventory, compiled, components, models::embedded_catalogue(), SimTime::after_start(Duration::days(400)),
              diagnostics);
}

const Complaint& complaint_of(const Soak& s, std::string_view name) {
  const auto found = std::find_if(s.complaints.begin(), s.complaints.end(), [&](const Complaint& c) {
    return s.answer.system().components[c.component].name == name;
  });
  REQUIRE(found != s.complaints.end());
  return *found;
}

TEST_CASE("a monthly job outlives a soak of two weeks", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  user: { type: iam:user }
  key: { type: iam:access-key, user: user }
  queue: { type: sqs:queue }
  site: { type: outside:client, key: key, to: queue }
  books: { type: outside:client, key: key, to: queue, every: 30d }
)",
                        {"key"}, diagnostics);
  REQUIRE(s.trials.size() == 1);
  CHECK(s.trials.front().verb == "deactivate");
  CHECK(complaint_of(s, "books").fails_at == SimTime::after_start(Duration::days(30)));
  CHECK(complaint_of(s, "site").fails_at < SimTime::after_start(Duration::minutes(1)));
  CHECK(s.enough >= SimTime::after_start(Duration::days(30)));
  CHECK(s.enough < SimTime::after_start(Duration::days(31)));
}

TEST_CASE("a role that tasks need to start with is missed when the last of them has ended", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  exec: { type: iam:role }
  web: { type: ecs:service, execution_role: exec, tasks: 4, task_lifetime: 8d }
)",
                        {"exec"}, diagnostics);
  const Complaint& web = complaint_of(s, "web");
  CHECK(web.only_when_started);
  CHECK(web.fails_at >= SimTime::after_start(Duration::days(8)));
}

TEST_CASE("what has no trial is refused, with what can be tried", "[soak]") {
  input::Diagnostics diagnostics;
  soaked("resources: { bucket: { type: s3:bucket } }\n", {"bucket"}, diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors().front().message.find("bucket (s3:bucket) cannot be switched off for a while") == 0);
  CHECK(diagnostics.errors().front().message.find("iam:access-key") != std::string::npos);
}

}  // namespace
}  // namespace moshimo::scenarios
