// Which fault explains what is seen.
#include "scenarios/diagnose.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "input/document.hpp"
#include "models/catalogue.hpp"

namespace moshimo::scenarios {
namespace {

std::shared_ptr<models::Compiled> compiled(std::shared_ptr<const models::Inventory> inventory) {
  input::Diagnostics diagnostics;
  auto c = std::make_shared<models::Compiled>(
      models::compile(std::move(inventory), models::embedded_catalogue(), {}, diagnostics));
  diagnostics.throw_if_errors();
  return c;
}

std::shared_ptr<models::Compiled> of_library(const std::string& path) {
  input::Diagnostics diagnostics;
  const auto inventory = std::make_shared<const models::Inventory>(
      models::read_inventory({MOSHIMO_SOURCE_DIR "/scenarios/library/" + path}, diagnostics));
  diagnostics.throw_if_errors();
  return compiled(inventory);
}

struct Asked {
  std::vector<std::string> seen;
  std::vector<std::string> not_seen = {};
  std::vector<std::string> changed = {};
};

Diagnosis diagnosed(const std::shared_ptr<models::Compiled>& c, const Asked& asked) {
  DiagnosisInput input;
  input::Diagnostics diagnostics;
  for (const std::string& text : asked.seen) input.seen.push_back(sign_of(*c, text, diagnostics));
  for (const std::string& text : asked.not_seen) input.not_seen.push_back(sign_of(*c, text, diagnostics));
  diagnostics.throw_if_errors();
  for (const std::string& name : asked.changed) {
    input.changed.push_back(c->component(name));
    REQUIRE(input.changed.back().is_set());
  }
  return diagnose(c, input);
}

std::string name(const Diagnosis& d, std::size_t i) { return d.system().components[d.suspects.at(i).component].name; }

const Suspect* suspect(const Diagnosis& d, std::string_view component) {
  const auto found = std::find_if(d.suspects.begin(), d.suspects.end(), [&](const Suspect& s) {
    return d.system().components[s.component].name == component;
  });
  return found == d.suspects.end() ? nullptr : &*found;
}

const std::vector<std::string> loop = {"Task failed ELB health checks", "UnHealthyHostCount", "Target.Timeout"};

TEST_CASE("a sign that names almost a component, and one without words, is a mistake", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  input::Diagnostics diagnostics;
  const std::string component = c->system.components[ComponentId(0)].name;
  CHECK(sign_of(*c, component + ": gone", diagnostics).component.is_set());
  CHECK_FALSE(sign_of(*c, "AccessDenied: User is not authorized", diagnostics).component.is_set());
  CHECK_FALSE(diagnostics.has_errors());
  sign_of(*c, component + "x: gone", diagnostics);
  sign_of(*c, "  ", diagnostics);
  sign_of(*c, component + ":  ", diagnostics);
  REQUIRE(diagnostics.errors().size() == 3);
  CHECK(diagnostics.errors()[0].message ==
        "'" + component + "x: gone': there is no component '" + component + "x'; did you mean '" + component + "'?");
  CHECK(diagnostics.errors()[1].message ==
        "'  ' has no words of what is seen; write it as in \"failed health checks\"");
}

TEST_CASE("a sign may say when it first showed", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const std::string component = c->system.components[ComponentId(0)].name;
  input::Diagnostics diagnostics;
  const Sign sign = sign_of(*c, component + ": access denied @ 10m", diagnostics);
  CHECK(sign.text == "access denied");
  CHECK(sign.component == ComponentId(0));
  CHECK(sign.at == Duration::minutes(10));
  CHECK(sign_of(*c, "access denied @ 1h30m", diagnostics).at == Duration::minutes(90));
  CHECK(sign_of(*c, "mail of someone@example.org", diagnostics).text == "mail of someone@example.org");
  CHECK_FALSE(sign_of(*c, "mail @ someone", diagnostics).at);
  CHECK_FALSE(diagnostics.has_errors());
  sign_of(*c, "access denied @ 10", diagnostics);
  sign_of(*c, component + "x: gone @ 10m", diagnostics);
  REQUIRE(diagnostics.errors().size() == 2);
  CHECK(diagnostics.errors()[0].message ==
        "'access denied @ 10': '10' is no time after the first sign; write one as in \"orders: AccessDenied @ 10m\"");
  CHECK(diagnostics.errors()[1].message == "'" + component + "x: gone @ 10m': there is no component '" + component +
                                               "x'; did you mean '" + component + "'?");
}

TEST_CASE("a component before a colon is found without a space, and a slip of the pen in it told", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const std::string component = c->system.components[ComponentId(0)].name;
  input::Diagnostics diagnostics;
  const Sign sign = sign_of(*c, component + ":gone", diagnostics);
  CHECK(sign.component == ComponentId(0));
  CHECK(sign.text == "gone");
  CHECK_FALSE(sign_of(*c, "not authorized to perform: sts:AssumeRole", diagnostics).component.is_set());
  CHECK_FALSE(sign_of(*c, component + "x:AssumeRole", diagnostics).component.is_set());  // a call of a service
  CHECK_FALSE(diagnostics.has_errors());
  sign_of(*c, component + "x:gone", diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors()[0].message ==
        "'" + component + "x:gone': there is no component '" + component + "x'; did you mean '" + component + "'?");
}

// Asynchronous events of the function are given up after six hours of trying, whatever the key waits for.
TEST_CASE("a fault that shows a sign at another time than told explains it less", "[diagnose]") {
  const auto c = of_library("key-scheduled-for-deletion/variants/still-in-use.inventory.yaml");
  const auto of_key = [&](const std::string& dropped) {
    const Diagnosis d = diagnosed(c, {{"checkout: 502 KMSInvalidStateException @ 1h", dropped}});
    const Suspect* key = suspect(d, "key");
    REQUIRE(key);
    return *key;
  };
  const Suspect untimed = of_key("checkout: AsyncEventsDropped");
  const Suspect then = of_key("checkout: AsyncEventsDropped @ 7h");
  const Suspect too_soon = of_key("checkout: AsyncEventsDropped @ 1h10m");
  CHECK(untimed.mistimed.empty());
  CHECK(then.mistimed.empty());
  CHECK(then.score == untimed.score);
  CHECK(too_soon.mistimed == std::vector<std::size_t>{1});
  CHECK(too_soon.explains == then.explains);
  CHECK(too_soon.score < then.score);
}

TEST_CASE("words are found whatever their case, inside compound names and in another form", "[diagnose]") {
  CHECK(likeness("access denied", "AccessDeniedException: not authorized to perform: sts:AssumeRole") == 1);
  CHECK(likeness("AccessDenied", "AccessDeniedException") == 1);
  CHECK(likeness("failed the health check", "Task failed ELB health checks in (target-group …)") == 1);
  CHECK(likeness("unhealthy hosts", "AWS/ApplicationELB UnHealthyHostCount") == 1);
  CHECK(likeness("disk full", "AccessDeniedException") == 0);
  CHECK(likeness("the of", "anything") == 0);
  CHECK(likeness("throttled requests", "requests refused") == Approx(0.5));
}

TEST_CASE("the removed outbound rule is found among the intended drift", "[diagnose]") {
  // Drift detection shows four changes; the symptoms alone fit the outbound rule and the inbound rule alike.
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const Diagnosis d = diagnosed(c, {loop, {}, {"app-execution", "app", "app-targets", "sg-front"}});
  REQUIRE_FALSE(d.suspects.empty());
  CHECK(name(d, 0) == "sg-front/egress/to-tasks");
  const std::vector<std::string>& verbs = d.suspects[0].verbs;
  CHECK(std::find(verbs.begin(), verbs.end(), "remove") != verbs.end());
  CHECK(d.suspects[0].misses.empty());
  CHECK(d.suspects[0].is_changed);
  // Of what changed, the role explains nothing of it.
  const Suspect* role = suspect(d, "app-execution");
  CHECK((role == nullptr || role->explains.empty()));
  CHECK(d.unknown.empty());
}

TEST_CASE("without knowing what changed, the two rules explain it equally well", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const Diagnosis d = diagnosed(c, {loop});
  const Suspect* out = suspect(d, "sg-front/egress/to-tasks");
  const Suspect* in = suspect(d, "sg-tasks/ingress/from-front");
  REQUIRE(out);
  REQUIRE(in);
  CHECK(out->score == in->score);
  CHECK(out->misses.empty());
}

TEST_CASE("a role behind one function is likelier than one that would show elsewhere too", "[diagnose]") {
  const auto c = of_library("state-key-mixup/staging.inventory.yaml");
  const Diagnosis d = diagnosed(c, {{"log-stream: DeliveryToS3.Success falls"}});
  REQUIRE_FALSE(d.suspects.empty());
  CHECK(name(d, 0) == "firehose-s3");
  for (std::size_t i = 1; i < d.suspects.size(); ++i) CHECK(d.suspects[i].score <= d.suspects[0].score);
}

TEST_CASE("what is shown but was looked for in vain speaks against a fault", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const Diagnosis without = diagnosed(c, {{"UnHealthyHostCount"}});
  const Diagnosis with = diagnosed(c, {{"UnHealthyHostCount"}, {"Target.Timeout"}});
  const Suspect* before = suspect(without, "sg-front/egress/to-tasks");
  const Suspect* after = suspect(with, "sg-front/egress/to-tasks");
  REQUIRE(before);
  REQUIRE(after);
  CHECK(after->contradicts.size() == 1);
  CHECK(after->score < before->score);
}

// Made again under its name the role can be assumed; only the grant for the variables belonged to the old one.
TEST_CASE("a role that was deleted and made again is a candidate of its own", "[diagnose]") {
  input::Diagnostics diagnostics;
  models::Inventory read;
  models::read_inventory(input::Document::parse("small.yaml", R"(
version: 1
resources:
  role: { type: iam:role }
  orders: { type: lambda:function, role: role, environment: {} }
  jobs: { type: sqs:queue }
  jobs-to-orders: { type: lambda:event-source-mapping, source: jobs, function: orders }
traffic: [{ to: orders, rate: 1/s }, { to: jobs, rate: 1/s }]
)",
                                                input::Format::yaml, diagnostics),
                         read, diagnostics);
  diagnostics.throw_if_errors();
  const auto c = compiled(std::make_shared<const models::Inventory>(std::move(read)));
  const Diagnosis d = diagnosed(c, {{"orders: KMSAccessDeniedException"}, {"AssumeRole AccessDenied"}, {}});
  const auto found = std::find_if(d.suspects.begin(), d.suspects.end(), [&](const Suspect& s) {
    return std::count(s.verbs.begin(), s.verbs.end(), replaced) > 0;
  });
  REQUIRE(found != d.suspects.end());
  CHECK(d.system().components[found->component].name == "role");
  CHECK(found->misses.empty());
  // It has its policies again: a mapping that reads with it is not refused, and does not switch itself off.
  CHECK(std::none_of(found->shows.begin(), found->shows.end(),
                     [](const Shown& s) { return s.text.find("State: Disabled") != std::string::npos; }));
}

std::shared_ptr<models::Compiled> of_text(std::string_view resources) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(
      input::Document::parse("small.yaml", "version: 1\naccount: '111122223333'\n" + std::string(resources),
                             input::Format::yaml, diagnostics),
      *read, diagnostics);
  diagnostics.throw_if_errors();
  return compiled(read);
}

TEST_CASE("an error code that is known as it is written means no other that has its words", "[diagnose]") {
  const auto c = of_text(
      "resources:\n"
      "  role: { type: iam:role }\n"
      "  node-role: { type: iam:role }\n"
      "  cluster: { type: eks:cluster, role: role }\n"
      "  nodes: { type: eks:nodegroup, cluster: cluster, role: node-role }\n");
  const Diagnosis of_cluster = diagnosed(c, {{"IamRoleNotFound"}});
  CHECK(suspect(of_cluster, "role") != nullptr);
  CHECK(suspect(of_cluster, "node-role") == nullptr);
  const Diagnosis of_nodes = diagnosed(c, {{"IamNodeRoleNotFound"}});
  CHECK(suspect(of_nodes, "role") == nullptr);
  CHECK(suspect(of_nodes, "node-role") != nullptr);
}

TEST_CASE("streams say that their key does not answer, whether or not anybody writes", "[diagnose]") {
  const auto c = of_text(
      "resources:\n"
      "  key: { type: kms:key }\n"
      "  stream: { type: kinesis:stream, kms_key: key }\n"
      "  delivery: { type: firehose:delivery-stream, role: role, destination: bucket, kms_key: key }\n"
      "  role: { type: iam:role }\n"
      "  bucket: { type: s3:bucket }\n");
  for (const char* sign : {"stream: KMSDisabledException", "stream: KMSInvalidStateException",
                           "delivery: InvalidKMSResourceException", "delivery: KMSKeyDisabled"}) {
    INFO(sign);
    const Diagnosis d = diagnosed(c, {{sign}});
    CHECK(suspect(d, "key") != nullptr);
    CHECK(suspect(d, "role") == nullptr);
  }
}

TEST_CASE("what nothing shows is told", "[diagnose]") {
  const auto c = of_library("rule-of-a-load-balancer/loop.inventory.yaml");
  const Diagnosis d = diagnosed(c, {{"purple screen"}});
  CHECK(d.suspects.empty());
  CHECK(d.unknown == std::vector<std::size_t>{0});
}

TEST_CASE("what tells the best two apart is shown by one of them alone", "[diagnose]") {
  const auto c = of_library("state-key-mixup/staging.inventory.yaml");
  const Diagnosis d = diagnosed(c, {{"orders: cannot be assumed"}});
  REQUIRE_FALSE(d.tests.empty());
  for (const Test& t : d.tests) {
    const auto shows = [&](std::size_t i) {
      const std::vector<Shown>& all = d.suspects[i].shows;
      return std::any_of(all.begin(), all.end(),
                         [&](const Shown& s) { return s.component == t.what.component && s.text == t.what.text; });
    };
    CHECK(shows(t.shown_by));
    CHECK_FALSE(shows(t.not_by));
  }
}

}  // namespace
}  // namespace moshimo::scenarios
