// Faults that meet the same thing: the first has its way, and what it set is not changed by one that is stopped.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "scenarios/answer.hpp"

using namespace moshimo;
namespace fs = std::filesystem;

namespace {

scenarios::Answer answer_to(const std::string& resources, const std::string& rest) {
  const fs::path folder = fs::temp_directory_path() / ("moshimo-faults-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "i.inventory.yaml") << "version: 1\nname: i\nresources:\n" << resources;
  std::ofstream(folder / "s.scenario.yaml") << "version: 1\nname: s\ninventory: i.inventory.yaml\n" << rest;
  input::Diagnostics diagnostics;
  auto scenario = std::make_shared<const scenarios::Scenario>(
      scenarios::read_scenario((folder / "s.scenario.yaml").string(), diagnostics));
  diagnostics.throw_if_errors();
  scenarios::Answer a = scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

}  // namespace

TEST_CASE("a second schedule of a key's deletion is stopped and changes no window", "[scenarios]") {
  const scenarios::Answer a = answer_to("  key: { type: kms:key }\n  bucket: { type: s3:bucket, kms_key: key }\n",
                                        "horizon: 40d\nresponse: { strategy: none }\n"
                                        "faults: [{ at: 2h, schedule-deletion: [key], window: 30d }, { at: 1h, "
                                        "schedule-deletion: [key], window: 7d }]\n");
  REQUIRE(a.main_run().findings.at_rest.size() == 1);
  const SimTime lost = a.main_run().findings.at_rest[0].lost_at;
  CHECK(lost >= SimTime::after_start(Duration::days(7)));
  CHECK(lost <= SimTime::after_start(Duration::days(8) + Duration::hours(1)));
}

TEST_CASE("a schedule of a key's deletion that a guard denies changes no window", "[scenarios]") {
  // `other` is denied 7 d, and `tf` has its 30 d a day later: until 31 d, and up to a day more.
  const std::string resources =
      "  key: { type: kms:key }\n  bucket: { type: s3:bucket, kms_key: key }\n  tf: { type: iam:role }\n  other: { "
      "type: "
      "iam:role }\n"
      "  guard: { type: organizations:policy, attached: ATTACHED, document: { Statement: { Effect: Deny, Action: "
      "'kms:ScheduleKeyDeletion', Resource: '*', Condition: { ArnNotLike: { 'aws:PrincipalArn': "
      "'arn:aws:iam::*:role/tf' } } } } }\n";
  const std::string rest =
      "horizon: 40d\nresponse: { strategy: none }\n"
      "faults: [{ at: 0s, schedule-deletion: key, window: 7d, by: other }, { at: 1d, schedule-deletion: key, by: tf "
      "}]\n"
      "what_if: [{ name: other way, set: { guard: { attached: OTHER } } }]\n";
  const auto put = [](std::string text, const std::string& place, const std::string& word) {
    return text.replace(text.find(place), place.size(), word);
  };
  const auto days_until_lost = [](const scenarios::StrategyRun& run) {
    REQUIRE(run.findings.at_rest.size() == 1);
    return run.findings.at_rest[0].lost_at.since_start().in_seconds() / 86400;
  };
  const scenarios::Answer guarded = answer_to(put(resources, "ATTACHED", "yes"), put(rest, "OTHER", "no"));
  CHECK(days_until_lost(guarded.main_run()) >= 31);
  CHECK(days_until_lost(guarded.what_ifs[0].run) <= 8);
  const scenarios::Answer free = answer_to(put(resources, "ATTACHED", "no"), put(rest, "OTHER", "yes"));
  CHECK(days_until_lost(free.main_run()) <= 8);
  CHECK(days_until_lost(free.what_ifs[0].run) >= 31);
}

TEST_CASE("what is at rest in something that is deleted is lost, although it is made again", "[scenarios]") {
  const scenarios::Answer a = answer_to(
      "  table: { type: dynamodb:table }\n  bucket: { type: s3:bucket }\n  group: { type: logs:log-group }\n",
      "horizon: 1d\nresponse: { strategy: full, detect: 1h }\nfaults: [{ at: 30m, delete: [table, bucket, group] }]\n");
  REQUIRE(a.main_run().findings.at_rest.size() == 3);
  for (const AtRest& rest : a.main_run().findings.at_rest) {
    CHECK(rest.lost_at == SimTime::after_start(Duration::minutes(30)));
  }
  CHECK(a.main_run().response.still_broken.empty());
}

TEST_CASE("the runs of a rule's schedule that its targets miss are counted", "[scenarios]") {
  // Every hour from the start to 1 d: 25 runs, each refused at once.
  const scenarios::Answer a = answer_to(
      "  role: { type: iam:role }\n  stream: { type: kinesis:stream }\n"
      "  rule: { type: events:rule, schedule: 1h, targets: [{ name: s, target: stream, role: role }] }\n",
      "horizon: 1d\nresponse: { strategy: none }\nfaults: [{ at: 0s, delete: [role] }]\n");
  REQUIRE(a.main_run().findings.jobs.size() == 1);
  CHECK(a.main_run().findings.jobs[0].missed == Approx(a.main_run().findings.jobs[0].due).margin(1));
  CHECK(a.main_run().findings.jobs[0].missed >= 23);
}
