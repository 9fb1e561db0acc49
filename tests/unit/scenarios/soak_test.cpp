// How long a trial has to last so that everybody has complained.
#include "scenarios/soak.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "input/document.hpp"

namespace moshimo::scenarios {
namespace {

Soak soaked(std::string_view yaml, const std::vector<std::string>& names, input::Diagnostics& diagnostics,
            Duration look_back = Duration::days(90)) {
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
              diagnostics, look_back);
}

const Complaint& complaint_of(const Soak& s, std::string_view name) {
  const auto found = std::find_if(s.complaints.begin(), s.complaints.end(), [&](const Complaint& c) {
    return s.answer.system().components[c.component].name == name;
  });
  REQUIRE(found != s.complaints.end());
  return *found;
}

// The key of the bucket is off at once, the access key after some seconds; from then on that is what is answered.
TEST_CASE("of two things that are off it is the lasting one that is reported", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  user: { type: iam:user }
  key: { type: iam:access-key, user: user }
  lock: { type: kms:key }
  reports: { type: s3:bucket, kms_key: lock }
  put: { type: outside:client, key: key, to: reports, rate: 6/h }
)",
                        {"key", "lock"}, diagnostics);
  const Complaint& put = complaint_of(s, "put");
  REQUIRE(put.sign);
  CHECK(put.sign->text.find("InvalidAccessKeyId") != std::string::npos);
  const Complaint& reports = complaint_of(s, "reports");
  REQUIRE(reports.sign);
  CHECK(reports.sign->text.find("KMS.DisabledException") != std::string::npos);
}

// Each role has a look back of its own, and tells nothing of who uses the other.
TEST_CASE("of two roles each is asked about its own users", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  one: { type: iam:role }
  other: { type: iam:role }
  store: { type: s3:bucket }
  a: { type: lambda:function, role: one, calls: [{ to: store }] }
  b: { type: lambda:function, role: other, calls: [{ to: store }] }
traffic: [{ to: a, rate: 1/s }, { to: b, rate: 1/s }]
)",
                        {"one", "other"}, diagnostics);
  const Complaint& a = complaint_of(s, "a");
  REQUIRE(a.past.size() == s.look_backs.size());
  bool has_own = false, has_other = false;
  for (std::size_t i = 0; i < a.past.size(); ++i) {
    (s.look_backs[i].of == "one" ? has_own : has_other) = true;
    CHECK((a.past[i] == PastUse::not_used) == (s.look_backs[i].of == "other"));
  }
  CHECK(has_own);
  CHECK(has_other);
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

TEST_CASE("no soak is long enough for whom nothing is heard of within it", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  user: { type: iam:user }
  key: { type: iam:access-key, user: user }
  queue: { type: sqs:queue }
  books: { type: outside:client, key: key, to: queue, every: 30d }
  audit: { type: outside:client, key: key, to: queue, every: 500d }
)",
                        {"key"}, diagnostics);
  CHECK(complaint_of(s, "audit").fails_at.is_never());
  CHECK(s.enough.is_never());
  CHECK(s.heard >= SimTime::after_start(Duration::days(30)));
  CHECK(s.heard < SimTime::after_start(Duration::days(31)));
}

// Only whoever restores it finds out that its key is off, and nobody does.
TEST_CASE("what only somebody who tried it would see is no complaint", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  key: { type: kms:key }
  backup: { type: rds:db-snapshot, kms_key: key }
)",
                        {"key"}, diagnostics);
  const Complaint& backup = complaint_of(s, "backup");
  CHECK(backup.sign == nullptr);
  REQUIRE(backup.if_tried);
  CHECK(backup.if_tried->text.find("when it is restored or copied") != std::string::npos);
  CHECK(s.enough.is_never());
}

// The plan's jobs fail and somebody may see that; what lies in the vault has nobody who restores it.
TEST_CASE("what waits for somebody to try it is not heard of by the error of what it needs", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  vault: { type: backup:vault, kms_key: key }
  plan: { type: backup:plan, vault: vault, every: 1d }
  nightly: { type: backup:selection, plan: plan, role: role }
)",
                        {"key"}, diagnostics);
  const Complaint& vault = complaint_of(s, "vault");
  CHECK(vault.sign == nullptr);
  REQUIRE(vault.if_tried);
  CHECK(vault.if_tried->text.find("writes to it or restores from it") != std::string::npos);
  CHECK(complaint_of(s, "nightly").sign);
  CHECK(s.heard == SimTime::after_start(Duration::days(1)));
  CHECK(s.enough.is_never());
}

// While its role is gone the function calls nothing, which says nothing about how often it does otherwise.
TEST_CASE("how often a consumer calls is told as it is while nothing fails", "[soak]") {
  input::Diagnostics diagnostics;
  const Soak s = soaked(R"(
resources:
  role: { type: iam:role }
  worker: { type: lambda:function, role: role, calls: [{ name: put, to: bucket }] }
  queue: { type: sqs:queue }
  mapping: { type: lambda:event-source-mapping, source: queue, function: worker }
  bucket: { type: s3:bucket }
traffic:
  - { to: queue, rate: 10/s }
)",
                        {"role"}, diagnostics);
  CHECK(complaint_of(s, "worker/calls/put").gap.in_seconds() == Approx(0.1));
  CHECK(complaint_of(s, "mapping").gap.in_seconds() == Approx(0.1));
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

PastUse past(const Soak& s, std::string_view consumer, std::string_view look) {
  for (std::size_t i = 0; i < s.look_backs.size(); ++i) {
    if (s.look_backs[i].says == look) return complaint_of(s, consumer).past[i];
  }
  throw std::out_of_range("there is no such look at the past");
}

TEST_CASE("a last use knows every call, the event history no data events, and neither a rare job", "[soak]") {
  const std::string resources = R"(
resources:
  user: { type: iam:user }
  key: { type: iam:access-key, user: user }
  files: { type: s3:bucket }
  secret: { type: secretsmanager:secret }
  site: { type: outside:client, key: key, to: files, via: read, rate: 6/h }
  start: { type: outside:client, key: key, to: secret, via: read, rate: 1/h }
  books: { type: outside:client, key: key, to: files, every: 120d }
  audit: { type: outside:client, key: key, to: secret, via: read, every: 120d }
)";
  input::Diagnostics diagnostics;
  const Soak s = soaked(resources, {"key"}, diagnostics);
  REQUIRE(s.look_backs.size() == 2);  // without a trail
  CHECK(past(s, "site", "last use") == PastUse::shown);
  CHECK(past(s, "site", "event history") == PastUse::not_recorded);
  CHECK(past(s, "start", "event history") == PastUse::shown);
  CHECK(past(s, "books", "last use") == PastUse::not_asked);      // 120 days between, asked about 90
  CHECK(past(s, "audit", "event history") == PastUse::too_rare);  // of 90 days
  const Soak longer = soaked(resources, {"key"}, diagnostics, Duration::days(180));
  CHECK(past(longer, "books", "last use") == PastUse::shown);
  CHECK(past(longer, "audit", "event history") == PastUse::too_rare);
  const Soak with_trail = soaked(resources +
                                     "  logs: { type: s3:bucket }\n  trail: { type: cloudtrail:trail, bucket: logs, "
                                     "data_events: ['AWS::S3::Object'] }\n",
                                 {"key"}, diagnostics);
  CHECK(past(with_trail, "site", "trails") == PastUse::shown);
  const Soak without_data =
      soaked(resources + "  logs: { type: s3:bucket }\n  trail: { type: cloudtrail:trail, bucket: logs }\n", {"key"},
             diagnostics);
  CHECK(past(without_data, "site", "trails") == PastUse::not_recorded);
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
