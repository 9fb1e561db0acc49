// What lies under a key, and until when it can be saved: each service in its own time.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/scenarios/incident.hpp"

namespace moshimo::scenarios {
namespace {

constexpr Duration hours(double n) { return Duration::hours(n); }
constexpr Duration days(double n) { return Duration::days(n); }
constexpr Duration minutes(double n) { return Duration::minutes(n); }

constexpr std::string_view databases = R"(
resources:
  key: { type: kms:key, pending_window: 30d }
  backed-up: { type: rds:db-instance, kms_key: key }
  bare: { type: rds:db-instance, kms_key: key, backups: no }
  plain: { type: rds:db-instance }
  aurora: { type: rds:cluster, kms_key: key }
  writer: { type: rds:db-instance, cluster: aurora, kms_key: key }
  final: { type: rds:db-snapshot, kms_key: key }
  aurora-final: { type: rds:cluster-snapshot, of: aurora }
traffic: [{ to: backed-up, rate: 1/s }, { to: bare, rate: 1/s }, { to: plain, rate: 1/s }, { to: writer, rate: 1/s }]
)";

TEST_CASE("a database dies after seven days, whatever the waiting period of its key; its backups live as long as that",
          "[scenarios]") {
  const Incident i = incident(databases, {{{}, "schedule-deletion", "key"}}, days(3));
  CHECK(i.lost_if_nobody_acts("bare/only_copy") == Duration::forever());  // it runs on without its key
  CHECK(i.lost_events("bare/traffic") == 0);
  CHECK(i.lost_if_nobody_acts("backed-up/data") == days(30));
  CHECK(i.lost_if_nobody_acts("aurora/data") == days(30));
  CHECK(i.lost_if_nobody_acts("final/data") == days(30));
  CHECK(i.lost_if_nobody_acts("aurora-final/data") == days(30));
  CHECK(i.lost_if_nobody_acts("plain/data") == Duration::forever());
}

TEST_CASE("within seven days a database is started again, once its key is enabled", "[scenarios]") {
  const Incident i = incident(databases, {{{}, "schedule-deletion", "key"}}, days(3));
  CHECK(i.lost_with_response("bare/only_copy") == Duration::forever());
  CHECK(i.lost_with_response("final/data") == Duration::forever());
  // Stopped after 2 h; cancelled 2 min, enabled 1 min, two databases one after the other 15 min each, in the order of
  // their names.
  CHECK(i.unreadable("aurora/data") == days(3) - hours(2) + minutes(3 + 15));
  CHECK(i.unreadable("final/data") == days(3) + minutes(3));
  CHECK(i.lost_events("plain/traffic") == 0);
  CHECK(i.lost_events("writer/traffic") == Approx(i.unreadable("aurora/data").in_seconds()));
  for (const std::string& step : i.steps()) CHECK(step.find("restore") == std::string::npos);
}

TEST_CASE("after seven days a database is restored from its backup, or lost if it has none", "[scenarios]") {
  const Incident i = incident(databases, {{{}, "disable", "key"}}, days(8));
  CHECK(i.lost_with_response("bare/only_copy") == Duration::forever());
  CHECK(i.lost_events("bare/traffic") == 0);
  CHECK(i.lost_with_response("backed-up/data") == Duration::forever());
  CHECK(i.holds_at_the_end("backed-up", "started"));
  CHECK(i.holds_at_the_end("aurora", "started"));
  CHECK(i.steps() == std::vector<std::string>{"key/enable", "aurora/restore-to-point-in-time",
                                              "backed-up/restore-to-point-in-time"});
}

TEST_CASE("a database without backups is lost when it is stopped while its key does not work", "[scenarios]") {
  const Mishap disabled{{}, "disable", "key"};
  const Incident lost = incident(databases, {disabled, {days(2), "stop", "bare"}}, days(3));
  CHECK(lost.lost_if_nobody_acts("bare/only_copy") == days(2));
  CHECK(lost.lost_with_response("bare/only_copy") == days(2));
  const std::vector<std::string> steps = lost.steps();
  CHECK(std::count(steps.begin(), steps.end(), "bare/create-empty") == 1);
  CHECK(lost.holds_at_the_end("bare", "running"));
  // Its key works: it is only started again.
  const Incident stopped = incident(databases, {{{}, "stop", "bare"}}, days(3));
  CHECK(stopped.lost_if_nobody_acts("bare/only_copy") == Duration::forever());
  CHECK(stopped.steps() == std::vector<std::string>{"bare/start-again"});
  CHECK(stopped.unreadable("bare/only_copy") == days(3) + minutes(15));
  // The key has been destroyed: what runs runs on, and what is stopped is gone.
  const Incident destroyed =
      incident(databases, {{{}, "schedule-deletion", "key"}, {days(31), "stop", "bare"}}, days(35), days(40));
  CHECK(destroyed.lost_if_nobody_acts("bare/only_copy") == days(31));
  CHECK(destroyed.lost_if_nobody_acts("backed-up/data") == days(30));
}

constexpr std::string_view under_one_key = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  other: { type: kms:key }
  bare: { type: rds:db-instance, kms_key: key }
  copied: { type: rds:db-instance, kms_key: key }
  copy: { type: rds:db-snapshot, of: copied, kms_key: other }
  same: { type: rds:cluster, kms_key: key }
  writer: { type: rds:db-instance, cluster: same, kms_key: key }
  copy-of-same: { type: rds:cluster-snapshot, of: same }
  table: { type: dynamodb:table, kms_key: key }
traffic: [{ to: bare, rate: 1/s }, { to: copied, rate: 1/s }, { to: writer, rate: 1/s }, { to: table, rate: 1/s }]
)";

TEST_CASE("after its key is destroyed a database is made anew, or comes from a snapshot under another key",
          "[scenarios]") {
  const Incident i = incident(under_one_key, {{{}, "schedule-deletion", "key"}}, days(9));
  // One person. The snapshot first, as nothing else can be begun with sooner: 2 h. Then a new key 5 min, and under it
  // the databases, 15 min each, and the table, 10 min, in the order of their names.
  CHECK(i.steps() == std::vector<std::string>{"copied/restore-other-snapshot", "key/new-key", "bare/make-anew",
                                              "same/make-anew", "table/make-anew"});
  const double nine_days = days(9).in_seconds() - 2 * 3600;  // stopped after 2 h
  CHECK(i.refused("copied/traffic") == Approx(nine_days + 2 * 3600));
  CHECK(i.refused("bare/traffic") == Approx(nine_days + 2 * 3600 + 300 + 900));
  CHECK(i.refused("writer/traffic") == Approx(nine_days + 2 * 3600 + 300 + 2 * 900));
  // 5 min of the table go by with the key it has in memory.
  CHECK(i.refused("table/traffic") == Approx(nine_days + 4 * 3600 + 300 + 2 * 900 + 600));
  for (const char* store : {"bare/data", "same/data", "table/items", "copy-of-same/data"}) {
    INFO(store);
    CHECK(i.lost_with_response(store) == days(7));  // empty, or nothing
  }
  CHECK_FALSE(i.holds_at_the_end("copy-of-same", "key_works"));
}

TEST_CASE("an apply replaces a database whose key waits for deletion, unless it is protected", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  open: { type: rds:db-instance, kms_key: key }
  protected: { type: rds:db-instance, kms_key: key, deletion_protection: yes }
  files: { type: elasticfilesystem:file-system, kms_key: key }
  table: { type: dynamodb:table, kms_key: key }
)",
                              {{{}, "schedule-deletion", "key"}}, days(3), days(40), Strategy::restore_only);
  // An apply makes a key, 5 min; the next one the rest, 15 min. Nobody cancels the deletion, and the key goes after 7
  // d.
  CHECK(i.lost_with_response("open/data") == days(3) + minutes(5 + 15));
  CHECK(i.lost_with_response("files/data") == days(3) + minutes(5 + 15));
  CHECK(i.lost_with_response("protected/data") == days(7));
  CHECK(i.lost_with_response("table/items") == days(7));
  CHECK(i.holds_at_the_end("open", "started"));
  CHECK_FALSE(i.holds_at_the_end("protected", "started"));
}

TEST_CASE("a cluster with its key in memory is left alone, and one that is paused made anew", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  paused: { type: redshift:cluster, kms_key: key }
  running: { type: redshift:cluster, kms_key: key }
)",
                              {{{}, "schedule-deletion", "key"}, {{}, "pause", "paused"}}, days(9));
  CHECK(i.steps() == std::vector<std::string>{"key/new-key", "paused/make-anew"});
}

TEST_CASE("a database that is deleted takes its data along, unless a final snapshot is taken or protection refuses",
          "[scenarios]") {
  const Incident i = incident(R"(
resources:
  bare: { type: rds:db-instance }
  careful: { type: rds:db-instance, final_snapshot: careful-final }
  protected: { type: rds:db-instance, deletion_protection: yes }
  shop: { type: rds:cluster }
  reader: { type: rds:db-instance, cluster: shop }
  kept: { type: rds:db-instance, final_snapshot: kept-final }
  kept-final: { type: rds:db-snapshot, of: kept }
)",
                              {{{}, "delete", "bare"},
                               {{}, "delete", "careful"},
                               {{}, "delete", "protected"},
                               {{}, "delete", "shop"},
                               {{}, "delete", "kept"}},
                              hours(1));
  CHECK(i.lost_if_nobody_acts("bare/data") == Duration());
  CHECK(i.lost_if_nobody_acts("shop/data") == Duration());
  CHECK(i.lost_if_nobody_acts("careful/data") == Duration::forever());
  CHECK(i.lost_if_nobody_acts("kept/data") == Duration::forever());
  CHECK(i.holds_at_the_end("protected", "exists"));
  const std::vector<std::string> steps = i.steps();
  CHECK(std::find(steps.begin(), steps.end(), "kept/restore-snapshot") != steps.end());
  CHECK(std::find(steps.begin(), steps.end(), "kept/recreate") == steps.end());
}

constexpr std::string_view volumes = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  running: { type: ec2:instance }
  stopped: { type: ec2:instance }
  on-running: { type: ec2:volume, kms_key: key, instance: running }
  on-stopped: { type: ec2:volume, kms_key: key, instance: stopped }
  loose: { type: ec2:volume, kms_key: key }
  copy: { type: ec2:snapshot, of: loose }
)";

TEST_CASE("an attached volume outlives its key until its instance stops", "[scenarios]") {
  // The key is destroyed after 7 d.
  const Incident i =
      incident(volumes, {{{}, "schedule-deletion", "key"}, {days(10), "stop", "stopped"}}, days(9), days(30));
  CHECK(i.lost_if_nobody_acts("loose/data") == days(7));
  CHECK(i.lost_if_nobody_acts("copy/data") == days(7));
  CHECK(i.lost_if_nobody_acts("on-stopped/data") == days(10));
  CHECK(i.lost_if_nobody_acts("on-running/data") == Duration::forever());
  // Noticed after 9 d: a day is enough to copy both, at four hours each.
  CHECK(i.lost_with_response("on-stopped/data") == Duration::forever());
  CHECK(i.lost_with_response("on-running/data") == Duration::forever());
  CHECK(i.lost_with_response("loose/data") == days(7));
  const std::vector<std::string> steps = i.steps();
  CHECK(std::find(steps.begin(), steps.end(), "on-stopped/rescue") != steps.end());
}

TEST_CASE("a stopped instance does not start without the keys of its volumes", "[scenarios]") {
  const std::vector<Mishap> mishaps = {{{}, "disable", "key"}, {hours(1), "stop", "stopped"}};
  const Incident nobody = incident(volumes, mishaps, hours(2), days(30), Strategy::none);
  CHECK_FALSE(nobody.holds_at_the_end("on-stopped", "live"));
  CHECK(nobody.holds_at_the_end("on-running", "live"));
  const Incident i = incident(volumes, mishaps, hours(2), days(30));
  CHECK(i.steps() == std::vector<std::string>{"key/enable", "stopped/restart"});
  CHECK(i.holds_at_the_end("on-stopped", "live"));
}

TEST_CASE("the volumes an instance was launched with outlive their key until it stops, and then an empty one is left",
          "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  running: { type: ec2:instance, kms_key: key }
  stopped: { type: ec2:instance, kms_key: key }
  stopped-early: { type: ec2:instance, kms_key: key }
)";
  // The key is destroyed after 7 d.
  const Incident i = incident(
      inventory, {{{}, "schedule-deletion", "key"}, {days(6), "stop", "stopped-early"}, {days(10), "stop", "stopped"}},
      days(9), days(30));
  CHECK(i.lost_if_nobody_acts("running/volumes") == Duration::forever());
  CHECK(i.lost_if_nobody_acts("stopped/volumes") == days(10));
  CHECK(i.lost_if_nobody_acts("stopped-early/volumes") == days(7));
  CHECK(i.unreadable("running/volumes") == Duration{});
  CHECK(i.lost_with_response("stopped/volumes") == Duration::forever());
  const std::vector<std::string> steps = i.steps();
  const auto taken = [&](std::string_view step) { return std::find(steps.begin(), steps.end(), step) != steps.end(); };
  CHECK(taken("stopped/rescue"));
  CHECK(taken("running/rescue"));
  CHECK_FALSE(taken("running/make-anew"));
  CHECK(taken("stopped-early/make-anew"));
  CHECK(taken("stopped-early/restart"));
}

TEST_CASE("file systems, warehouses and search domains keep their data as long as the key can come back",
          "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  role: { type: iam:role }
  backups: { type: s3:bucket }
  files: { type: elasticfilesystem:file-system, kms_key: key }
  warehouse: { type: redshift:cluster, kms_key: key }
  paused: { type: redshift:cluster, kms_key: key }
  search: { type: es:domain, kms_key: key }
  copied: { type: es:domain, kms_key: key, snapshots: backups, snapshot_role: role }
)";
  const std::vector<Mishap> mishaps = {{{}, "schedule-deletion", "key"}, {{}, "pause", "paused"}};
  const Incident late = incident(inventory, mishaps, days(9));
  CHECK(late.lost_with_response("files/data") == days(7));
  CHECK(late.lost_with_response("search/data") == days(7));
  CHECK(late.lost_with_response("paused/data") == days(7));
  CHECK(late.lost_with_response("warehouse/data") == Duration::forever());  // runs on with the key in memory
  CHECK(late.lost_with_response("copied/data") == Duration::forever());     // a new domain from the bucket
  const Incident early = incident(inventory, mishaps, days(6));
  for (const char* store : {"files/data", "search/data", "paused/data", "copied/data"}) {
    INFO(store);
    CHECK(early.lost_with_response(store) == Duration::forever());
  }
  CHECK(early.unreadable("files/data") == days(6) + minutes(3));
  CHECK(early.holds_at_the_end("paused", "running"));
}

TEST_CASE("what is restored is looked at, and not what it takes the place of", "[scenarios]") {
  const Incident i = incident(databases, {{{}, "disable", "key"}}, days(8));
  const models::Compiled& compiled = *i.answer.compiled;
  const auto looks = [&](const char* component, const char* repair) {
    return text_of(i.answer.system(), compiled.repair(compiled.component(component), repair)).verify;
  };
  CHECK(looks("backed-up", "restore-to-point-in-time").find("--db-instance-identifier backed-up-restored ") !=
        std::string::npos);
  CHECK(looks("aurora", "make-anew").find("--db-cluster-identifier aurora-anew ") != std::string::npos);
}

TEST_CASE("a warehouse that runs on without its key is said to do so", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key }
  warehouse: { type: redshift:cluster, kms_key: key }
)",
                              {{{}, "disable", "key"}}, days(10), days(40));
  const auto& effects = i.answer.nobody_acts().findings.effects;
  CHECK(std::any_of(effects.begin(), effects.end(), [&](const Effect& e) {
    return e.kind == EffectKind::latent && i.answer.system().components[e.component].name == "warehouse";
  }));
  CHECK(i.holds_at_the_end("warehouse", "opens"));
}

TEST_CASE("a copy of a global table is made in the Region of its key", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key, region: us-east-1 }
  table: { type: dynamodb:table, replicas: [{ name: far, kms_key: key }] }
  somewhere: { type: dynamodb:table, replicas: [{ name: far }] }
)",
                              {{{}, "disable", "key"}}, days(2));
  const models::Compiled& compiled = *i.answer.compiled;
  const auto command = [&](const char* replica) {
    return text_of(i.answer.system(), compiled.repair(compiled.component(replica), "add-again")).commands.front();
  };
  CHECK(command("table/replicas/far").find("--region us-east-1") != std::string::npos);
  CHECK(command("somewhere/replicas/far").find("--region <region>") != std::string::npos);
  CHECK(i.steps() == std::vector<std::string>{"key/enable", "table/replicas/far/add-again"});
}

TEST_CASE("a cluster or a search domain whose grant is revoked is made again, and empty", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  cluster: { type: eks:cluster, role: role, kms_key: key }
  search: { type: es:domain, kms_key: key }
)";
  const std::vector<Mishap> mishaps = {{{}, "revoke-grant", "cluster"}, {{}, "revoke-grant", "search"}};
  const Incident applied = incident(inventory, mishaps, hours(1), days(30), Strategy::restore_only);
  CHECK_FALSE(applied.holds_at_the_end("cluster", "granted"));
  const Incident i = incident(inventory, mishaps, hours(1));
  CHECK(i.lost_with_response("cluster/secrets") == Duration{});
  CHECK(i.lost_with_response("search/data") == Duration{});
  CHECK(i.steps() == std::vector<std::string>{"search/make-anew", "cluster/start-over"});
  CHECK(i.holds_at_the_end("cluster", "granted"));
  CHECK(i.holds_at_the_end("search", "recoverable"));
}

TEST_CASE("requests fail without the key of a file system, its tasks go on, and none starts", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key }
  files: { type: elasticfilesystem:file-system, kms_key: key }
  web: { type: ecs:service, tasks: 1, task_lifetime: 4h, start_time: 60s, file_systems: [files] }
  long: { type: ecs:service, tasks: 1, task_lifetime: 30d, file_systems: [files] }
traffic: [{ to: web, rate: 1/s }, { to: long, rate: 1/s }]
)",
                              {{{}, "disable", "key"}}, hours(5), days(1));
  // The one task is two hours old at the start and ends at 2 h. After 5 h the key is enabled (1 min), then the service
  // deployed anew (3 min), and its task starts (1 min).
  CHECK(i.refused("web/traffic") == Approx(5 * 3600 + 60 + 180 + 60));
  CHECK(i.refused("long/traffic") == Approx(5 * 3600 + 60));
}

TEST_CASE("a domain whose grants are revoked is lost at once, though its key is well", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key }
  search: { type: es:domain, kms_key: key }
)",
                              {{hours(1), "revoke-grant", "search"}}, hours(1));
  CHECK(i.lost_with_response("search/data") == hours(1));
}

TEST_CASE(
    "a table is archived after seven days and restored from that backup; a replica is left out after twenty hours",
    "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key }
  far: { type: kms:key }
  table: { type: dynamodb:table, kms_key: key }
  global: { type: dynamodb:table, replicas: [{ name: us, in_region: us-east-1, kms_key: far }] }
traffic: [{ to: table, rate: 1/s }, { to: global, rate: 1/s }]
)";
  const std::vector<Mishap> mishaps = {{{}, "disable", "key"}, {{}, "disable", "far"}};
  const Incident soon = incident(inventory, mishaps, hours(19));
  CHECK(soon.steps() == std::vector<std::string>{"key/enable", "far/enable"});
  CHECK(soon.lost_events("global/replicas/us/replicate") == 0);
  const Incident next_day = incident(inventory, mishaps, hours(21));
  const std::vector<std::string> steps = next_day.steps();
  CHECK(std::find(steps.begin(), steps.end(), "global/replicas/us/add-again") != steps.end());
  CHECK(next_day.lost_events("global/replicas/us/replicate") == 0);  // adding it again copies the table
  CHECK(std::find(steps.begin(), steps.end(), "table/restore") == steps.end());
  const std::vector<std::string> late = incident(inventory, mishaps, days(8)).steps();
  CHECK(std::find(late.begin(), late.end(), "table/restore") != late.end());
}

TEST_CASE("a primary key waits for its replicas before its own waiting period begins", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  primary: { type: kms:key, pending_window: 7d }
  replica: { type: kms:key, pending_window: 10d, replica_of: primary }
  here: { type: s3:bucket, kms_key: primary }
  there: { type: s3:bucket, kms_key: replica }
)";
  const Incident both =
      incident(inventory, {{{}, "schedule-deletion", "primary"}, {{}, "schedule-deletion", "replica"}}, days(30));
  CHECK(both.lost_if_nobody_acts("here/kept") == days(10 + 7));
  const Incident alone = incident(inventory, {{{}, "schedule-deletion", "primary"}}, days(30));
  CHECK(alone.lost_if_nobody_acts("here/kept") == Duration::forever());
}

TEST_CASE("what a replica key encrypted is lost with its primary key, not before", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  primary: { type: kms:key, pending_window: 7d }
  replica: { type: kms:key, pending_window: 7d, replica_of: primary }
  there: { type: s3:bucket, kms_key: replica }
)";
  const std::vector<Mishap> both = {{{}, "schedule-deletion", "primary"}, {{}, "schedule-deletion", "replica"}};
  // The replica goes after 7 d; then the window of the primary begins.
  const Incident late = incident(inventory, both, days(9));
  CHECK(late.lost_if_nobody_acts("there/kept") == days(7 + 7));
  CHECK(late.steps() ==
        std::vector<std::string>{"primary/cancel-deletion", "primary/enable", "replica/replicate-again"});
  CHECK(late.lost_with_response("there/kept") == Duration::forever());
  CHECK(incident(inventory, both, days(15)).lost_with_response("there/kept") == days(14));
}

TEST_CASE("a replica key is made again from its primary, so nothing is lost with it", "[scenarios]") {
  constexpr std::string_view inventory = R"(
resources:
  primary: { type: kms:key, pending_window: 7d }
  replica: { type: kms:key, pending_window: 7d, replica_of: primary }
  there: { type: ec2:snapshot, kms_key: replica }
)";
  const Incident in_time = incident(inventory, {{{}, "schedule-deletion", "replica"}}, days(3));
  CHECK(in_time.steps() == std::vector<std::string>{"replica/cancel-deletion", "replica/enable"});
  const Incident late = incident(inventory, {{{}, "schedule-deletion", "replica"}}, days(9));
  CHECK(late.steps() == std::vector<std::string>{"replica/replicate-again"});
  CHECK(late.lost_if_nobody_acts("there/data") == Duration::forever());
  CHECK(late.unreadable("there/data") == days(9) + minutes(5));
}

TEST_CASE("imported material that expires is gone at once, and back when it is imported again", "[scenarios]") {
  const Incident i = incident(R"(
resources:
  key: { type: kms:key, origin: EXTERNAL }
  bucket: { type: s3:bucket, kms_key: key }
traffic: [{ to: bucket, rate: 1/s }]
)",
                              {{days(1), "expire-material", "key"}}, hours(1));
  CHECK(i.refused("bucket/traffic") == Approx(3600 + 1800));  // an hour, and the half hour the import takes
  CHECK(i.lost_if_nobody_acts("bucket/kept") == Duration::forever());
}

TEST_CASE("a key without its material is not enabled before that is imported", "[scenarios]") {
  const Incident i = incident(
      R"(
resources:
  key: { type: kms:key, origin: EXTERNAL }
  bucket: { type: s3:bucket, kms_key: key }
traffic: [{ to: bucket, rate: 1/s }]
)",
      {{{}, "delete-material", "key"}, {minutes(5), "schedule-deletion", "key"}}, hours(1));
  CHECK(i.steps() == std::vector<std::string>{"key/cancel-deletion", "key/import-material", "key/enable"});
}

}  // namespace
}  // namespace moshimo::scenarios
