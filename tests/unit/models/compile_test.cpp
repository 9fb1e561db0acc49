#include "models/compile.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "tests/unit/support/system_dump.hpp"

namespace moshimo::models {
namespace {

struct Result {
  std::shared_ptr<Catalogue> catalogue;
  std::shared_ptr<Inventory> inventory;
  std::shared_ptr<input::Diagnostics> diagnostics = std::make_shared<input::Diagnostics>();
  Compiled compiled;
  std::string errors;

  std::string rows(std::string_view start) const { return moshimo::rows(compiled.system, start); }
};

Result compile_text(std::string resources, const CompileOptions& options = {}) {
  static const auto document = [] {
    input::Diagnostics diagnostics;
    auto d = input::read_document(std::string(MOSHIMO_SOURCE_DIR) + "/tests/cases/compile/small.catalogue.yaml",
                                  diagnostics);
    diagnostics.throw_if_errors();
    return d;
  }();
  Result r;
  r.catalogue = std::make_shared<Catalogue>(load_catalogue({&document}, *r.diagnostics));
  r.diagnostics->throw_if_errors();
  r.inventory = std::make_shared<Inventory>();
  read_inventory(
      input::Document::parse("inv.yaml", "version: 1\n" + std::move(resources), input::Format::yaml, *r.diagnostics),
      *r.inventory, *r.diagnostics);
  r.diagnostics->throw_if_errors();
  r.compiled = compile(r.inventory, *r.catalogue, options, *r.diagnostics);
  try {
    r.diagnostics->throw_if_errors();
  } catch (const input::InputError& e) {
    r.errors = e.what();
  }
  return r;
}

TEST_CASE("a hop asks for its principal, then its own needs, then those of its target") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  k: { type: toy:key }
  source: { type: toy:queue }
  target: { type: toy:queue, key: k, policy: [{ allows: r }, { allows: other.amazonaws.com }] }
  reader: { type: toy:reader, source: source, role: r, target: target }
traffic: [{ to: source, rate: 5/s, size: 2KB }]
)");
  CHECK(r.errors.empty());
  // Only the statement that names the caller counts; what the target refuses is `failed` here.
  CHECK(r.rows("hop reader/read") ==
        "hop reader/read: carries source to target\n"
        "  from source.in to target.in, in order\n"
        "  ratio 1, 2000 B\n"
        "  needs reader/exists (missing), r/exists (denied), source/exists (missing), target/exists (failed), k/exists "
        "(failed), k/enabled "
        "(failed), target/policy/0/valid (failed)\n"
        "  0: store source/kept, for 4d [published]\n"
        "  when denied, key, missing, throttled, unavailable, unhealthy, stalled: 0 [published]\n"
        "  when failed: 0 [guess]\n");
}

TEST_CASE(
    "a queue with a dead-letter queue keeps a failed message for its tries, and takes it back when the class changes") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  source: { type: toy:queue, dead_letter: dead }
  dead: { type: toy:queue, retention: 14d }
  target: { type: toy:queue }
  reader: { type: toy:reader, source: source, role: r, target: target }
traffic: [{ to: source, rate: 5/s }]
)");
  CHECK(r.errors.empty());
  // 5 tries x 30 s = 150 s. Place 2 takes what comes back from place 1 when the role goes too.
  CHECK(r.rows("hop reader/read") ==
        "hop reader/read: carries source to target\n"
        "  from source.in to target.in, in order\n"
        "  ratio 1, 1000 B\n"
        "  needs reader/exists (missing), r/exists (denied), source/exists (missing), target/exists (failed)\n"
        "  0: store source/kept, for 4d [published]\n"
        "  1: store source/kept, for 2m30s from entry [guess]\n"
        "  2: store source/kept, for 4d [published]\n"
        "  3: store dead/kept, for 14d, released by reader/replay [guess]\n"
        "     accepts dead/exists (missing)\n"
        "  when denied, key, missing, throttled, unavailable, unhealthy, stalled: 0 2 [published]\n"
        "  when failed: 1 3 [guess]\n");
  CHECK(r.rows("repair reader/replay") ==
        "repair reader/replay: Move {backlog.events} messages back [published]\n"
        "  takes 10m, at 100/s\n"
        "  $ move --from arn:toy:<region>:<account>:dead --since {gap.start} --note <note>\n");
  // Nobody reads a dead-letter queue.
  CHECK(r.rows("hop dead/consume").empty());
  CHECK_FALSE(r.rows("hop target/consume").empty());
}

TEST_CASE("of the blocks of a hop the nearest one counts, key by key") {
  CompileOptions before;
  before.start = parse_moment("2025-05-12");
  const char* inventory = R"(
resources:
  sender: { type: toy:sender, targets: [work], spare: spare }
  work: { type: toy:queue }
  spare: { type: toy:queue }
traffic: [{ to: sender, rate: 1/s }]
)";
  const Result r = compile_text(inventory, before);
  CHECK(r.errors.empty());
  CHECK(r.rows("hop sender/send") ==
        "hop sender/send/work: sends to work\n"
        "  from sender.in to work.in\n"
        "  ratio 1, 200 B\n"
        "  needs sender/exists (missing), work/exists (missing)\n"
        "  0: retry 3 x 1s, then for ever 20s, for 1h [published]\n"
        "  1: store spare/kept, for 4d from entry, released by sender/resend [published]\n"
        "     accepts spare/exists (missing)\n"
        "  when denied, missing: 1, pause 0s..10m [published]\n"
        "  sees metric 'Failed' after 1m [published]\n"
        "  when key: 1, pause 0s..10m [published]\n"
        "  sees silent 'nothing tells' [published]\n"
        "  when throttled, unavailable, unhealthy, stalled: 0 1 [published]\n");

  // Since 2025-06-25 the other mode is the default, which keeps nothing.
  const Result later = compile_text(inventory);
  CHECK(later.rows("hop sender/send").find("0: store spare/kept") != std::string::npos);
  CHECK(later.rows("hop sender/send").find("retry") == std::string::npos);
}

TEST_CASE("a fallback into something that passes data on is handed on") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  sender: { type: toy:sender, role: r, targets: [work], spare: spare }
  work: { type: toy:queue }
  spare: { type: toy:queue }
  reader: { type: toy:reader, source: spare, role: r, target: work }
traffic: [{ to: sender, rate: 1/s }]
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("hop sender/send").find("0: hand on to spare.in, for forever from entry [published]") !=
        std::string::npos);
}

TEST_CASE("readers of one queue share what it gives out") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  q: { type: toy:queue }
  end: { type: toy:queue }
  a: { type: toy:reader, source: q, role: r, target: end }
  b: { type: toy:reader, source: q, role: r, target: end }
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("hop a/read").find("ratio 0.5") != std::string::npos);
  CHECK(r.rows("hop b/read").find("ratio 0.5") != std::string::npos);
}

TEST_CASE("a process serves ports, starts under needs and refreshes sessions when it is restarted") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  fleet: { type: toy:fleet, role: r, probe: q, sends_to: q, rto: 15m }
  q: { type: toy:queue }
traffic: [{ to: fleet, rate: 120/s }]
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("component fleet") == "component fleet: toy:fleet, rto 15m\n");
  CHECK(r.rows("process fleet/crew") ==
        "process fleet/crew: 2 x 3d [published]\n"
        "  start r/exists (denied)\n"
        "  healthy q/exists (missing)\n"
        "  ends when unhealthy for 90s\n"
        "  starts in 1m, restart for ever 1s exponential to 15m\n"
        "  sees event 'cannot start' [published]\n");
  CHECK(r.rows("port fleet.in") ==
        "port fleet.in: serve\n"
        "  needs fleet/exists (missing), fleet/session (denied), fleet/crew (unavailable)\n"
        "  served by fleet/crew\n");
  CHECK(r.rows("hop fleet/log") ==
        "hop fleet/log: writes\n"
        "  from work at fleet.work, from 0s 400/s to q.in\n"
        "  ratio 1, 600 B\n"
        "  needs fleet/exists (missing), r/exists (denied), q/exists (missing)\n"
        "  0: buffer 'the driver' of 2457600 B, for forever, overflow blocks [published]\n"
        "  when denied, key, missing, throttled, unavailable, unhealthy, stalled, failed: 0 [published]\n");
  CHECK(r.rows("repair fleet/restart") ==
        "repair fleet/restart: Start fleet afresh [published]\n"
        "  takes 3m\n"
        "  refreshes fleet/session\n"
        "  restarts fleet/crew\n"
        "  requires r/exists (denied)\n");
}

TEST_CASE("an alarm follows whether what it watches is well") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  fleet: { type: toy:fleet, role: r }
  page: { type: toy:queue }
  alarm: { type: toy:alarm, watches: [fleet], tells: page }
traffic: [{ to: fleet, rate: 120/s }]
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("condition alarm/quiet") ==
        "condition alarm/quiet (unavailable): alarm is quiet [published]\n"
        "  follows fleet.ok (missing)\n"
        "  falls after 5m\n");
  CHECK(r.rows("condition fleet.ok") ==
        "condition fleet.ok (missing): fleet is well\n"
        "  follows fleet/exists (missing), fleet/session (denied), fleet/crew (unavailable)\n");
  CHECK(r.rows("hop alarm/tell").find("from the fall of alarm/quiet to page.in") != std::string::npos);
}

TEST_CASE("what leads through an absent attribute is left out") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  q: { type: toy:queue }
  never: { type: toy:job, target: q, role: r }
  daily: { type: toy:job, target: q, role: r, every: 1d }
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("hop never").empty());
  CHECK(r.rows("hop daily/run").find("from a timetable every 1d to q.in") != std::string::npos);
  CHECK(r.rows("store q/kept") ==
        "store q/kept: the queue q, holds for 4d, ordered [published]\n"
        "  accepts q/exists (missing)\n"
        "  readable nothing\n"
        "  lost with q/exists\n");
}

TEST_CASE("without traffic every entry point gets an event a second, and the result says so") {
  const Result r = compile_text(R"(
resources:
  sender: { type: toy:sender, targets: [work], spare: spare }
  work: { type: toy:queue }
  spare: { type: toy:queue }
)");
  CHECK(r.errors.empty());
  REQUIRE(r.compiled.entry_points.size() == 1);
  CHECK(r.rows("hop sender/traffic").find("from outside, from 0s 1/s to sender.in") != std::string::npos);
  const auto& a = r.compiled.assumptions.front();
  CHECK(a.kind == Assumption::Kind::default_traffic);
  CHECK(
      a.says ==
      "The inventory gives no traffic, so one event a second is taken to reach each of 1 entry point: time windows are "
      "right, amounts only compare with each other.");
}

TEST_CASE("assumptions name defaults that nobody published, weak facts and what is not looked at") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  q: { type: toy:queue, dead_letter: d }
  d: { type: toy:queue }
  end: { type: toy:queue }
  a: { type: toy:reader, source: q, role: r, target: end }
traffic: [{ to: q, rate: 1/s }]
)");
  std::string says;
  for (const Assumption& a : r.compiled.assumptions) says += a.says + "\n";
  CHECK(says ==
        "tries of toy:reader is taken to be 5 (nobody says).\n"
        "It is taken to be so.\n"
        "applying the code of one resource takes five minutes\n"
        "Identity policies are not looked at: every principal is taken to be allowed what it does here while it "
        "exists.\n");
}

TEST_CASE("a fault is compiled with its parameters, and takes others along") {
  Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  p: { type: toy:profile, role: r }
  q: { type: toy:queue }
)");
  ActionRequest request;
  request.component = "r";
  request.verb = "delete";
  const ActionId plain = r.compiled.action(request, *r.diagnostics);
  request.parameters = {{"through", Value::scalar("console")}};
  const ActionId console = r.compiled.action(request, *r.diagnostics);
  CHECK(plain != console);
  CHECK(r.compiled.action(request, *r.diagnostics) == console);
  CHECK(r.rows("action") ==
        "action r/delete [published]\n  breaks r/exists\n"
        "action r/delete [published]\n  breaks r/exists\n  then p/delete\n"
        "action p/delete [published]\n  breaks p/exists\n");

  request.parameters = {{"through", Value::scalar("consul")}, {"thru", Value::scalar("api")}};
  CHECK_FALSE(r.compiled.action(request, *r.diagnostics).is_set());
  request = {};
  request.component = "rr";
  request.verb = "delete";
  r.compiled.action(request, *r.diagnostics);
  request.component = "q";
  request.verb = "burn";
  r.compiled.action(request, *r.diagnostics);
  std::string errors;
  for (const auto& d : r.diagnostics->errors()) errors += d.message + "\n";
  CHECK(errors ==
        "'consul' is none of the values of 'through', which are api, console; did you mean 'console'?\n"
        "'delete' of toy:role has no 'thru'; it takes `at` and `through`\n"
        "there is no 'rr' in the inventory; did you mean 'r'?\n"
        "'q' (toy:queue) knows no 'burn'; what can happen to it: outage, delete\n");
}

TEST_CASE("a fault may set an attribute, and any component may be out") {
  CompileOptions options;
  ActionRequest deletion;
  deletion.component = "k";
  deletion.verb = "schedule-deletion";
  deletion.parameters = {{"window", Value::scalar("7d")}};
  ActionRequest outage;
  outage.component = "q";
  outage.verb = "outage";
  options.actions = {deletion, outage};
  const Result r = compile_text("resources:\n  k: { type: toy:key }\n  q: { type: toy:queue, key: k }\n", options);
  CHECK(r.errors.empty());
  CHECK(r.rows("condition k/exists").find("falls after 7d..8d") != std::string::npos);
  CHECK(r.rows("action q/outage") == "action q/outage\n  breaks q/up\n");
  CHECK(r.rows("port q.read").find("needs q/exists (missing), q/up (unavailable), k/exists (key)") !=
        std::string::npos);
  REQUIRE(r.compiled.requested.size() == 2);
}

TEST_CASE("other values can be set for one compilation") {
  CompileOptions options;
  options.overrides = {{"sender", "options.mode", Value::scalar("safe"), {}},
                       {"sender", "targets[0]", Value::scalar("other"), {}},
                       {"work/policy/team", "allows", Value::scalar("r"), {}}};
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  sender: { type: toy:sender, targets: [work] }
  work: { type: toy:queue, policy: [{ name: team, allows: elsewhere }] }
  other: { type: toy:queue }
)",
                                options);
  CHECK(r.errors.empty());
  CHECK(r.rows("hop sender/send").find("retry 3 x 1s") != std::string::npos);
  CHECK(r.rows("hop sender/send/other").find("to other.in") != std::string::npos);
  CHECK(r.rows("condition work/policy/team/valid").find("follows r/exists (denied)") != std::string::npos);
}

TEST_CASE("mistakes in names are all named at once, where they stand") {
  const Result r = compile_text(R"(
resources:
  orders-role: { type: toy:role }
  a: { type: toy:reader, sorce: q, source: q, role: orders-role, target: q }
  b: { type: toy:quue }
  q: { type: toy:queue }
  c: { type: toy:sender, targets: [q], options: { mod: safe, zzzz: 1 } }
  e: { type: toy:reader, source: b, role: orders-role, target: q }
  f: { type: toy:queue, policy: [plain, { name: x }, { name: x }, { of: q }] }
)");
  // That 'b' is not there is said once.
  CHECK(r.errors ==
        "inv.yaml:5:26: toy:reader has no attribute 'sorce'; did you mean 'source'?\n"
        "inv.yaml:6:14: 'b' is of type 'toy:quue', which is not modelled; did you mean 'toy:queue'?\n"
        "inv.yaml:8:51: 'options' of toy:sender has no attribute 'mod'; did you mean 'mode'?\n"
        "inv.yaml:8:62: 'options' of toy:sender has no attribute 'zzzz'; it has `mode` and `size`\n"
        "inv.yaml:10:34: item 0 of policy of 'f' must be a map with the attributes of a toy:statement\n"
        "inv.yaml:10:62: policy of 'f' has two items named 'x'\n"
        "inv.yaml:10:69: 'of' of 'f/policy/3' follows from where it stands; remove it");
}

TEST_CASE("values are checked against what the attribute takes") {
  const Result r = compile_text(R"(
resources:
  orders-role: { type: toy:role }
  a: { type: toy:reader, role: order-role, target: q }
  q: { type: toy:queue, retention: 30d, dead_letter: orders-role, read_by_itself: perhaps }
  c: { type: toy:sender, targets: [q, nowhere], options: { mode: quik, size: big } }
  d: { type: toy:fleet, role: [orders-role], count: 2.5, rto: 15, prevent_destroy: perhaps }
  h: { type: toy:statement, allows: x }
traffic:
  - { to: qq, rate: 1/s }
  - { to: q, via: out, rate: 1/s }
)");
  CHECK(r.errors ==
        "inv.yaml:5:3: 'a' (toy:reader) needs 'source', the name of a toy:queue\n"
        "inv.yaml:5:32: role of 'a' names 'order-role', which does not exist; did you mean 'orders-role'?\n"
        "inv.yaml:6:36: retention of 'q' is 30d; it must be between 1m and 14d\n"
        "inv.yaml:6:54: dead_letter of 'q' names 'orders-role', a toy:role; it takes a toy:queue\n"
        "inv.yaml:6:83: read_by_itself of 'q' must be yes or no, not 'perhaps'\n"
        "inv.yaml:7:39: targets of 'c' names 'nowhere', which does not exist\n"
        "inv.yaml:7:66: options.mode of 'c' must be safe or quick, not 'quik'; did you mean 'quick'?\n"
        "inv.yaml:7:78: options.size of 'c' must be an amount of data, as in 600B, 2KB or 1MiB, not 'big'\n"
        "inv.yaml:8:31: role of 'd' takes one value, not a list\n"
        "inv.yaml:8:53: count of 'd' must be a whole number, as in 3, not '2.5'\n"
        "inv.yaml:8:63: rto of 'd' must be a duration, as in 15m, not '15'\n"
        "inv.yaml:8:84: prevent_destroy of 'd' must be yes or no, not 'perhaps'\n"
        "inv.yaml:9:3: 'h' (toy:statement) needs 'of', the name of what it is a part of\n"
        "inv.yaml:11:11: there is no 'qq' for traffic to reach; did you mean 'q'?\n"
        "inv.yaml:12:19: 'q' (toy:queue) has no port 'out'; it has in, read");
}

TEST_CASE("a part may stand on its own and name its parent") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  q: { type: toy:queue }
  own: { type: toy:statement, of: q, allows: r }
  s: { type: toy:sender, role: r, targets: [q] }
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("hop s/send").find("q/exists (missing), own/valid (denied)") != std::string::npos);
}

TEST_CASE("data that would go round is an error that names the loop, or is cut in what an import wrote") {
  const std::string inventory = R"(
resources:
  r: { type: toy:role }
  q1: { type: toy:queue }
  q2: { type: toy:queue }
  there: { type: toy:reader, source: q1, role: r, target: q2 }
  back: { type: toy:reader, source: q2, role: r, target: q1 }
traffic: [{ to: q1, rate: 1/s }]
)";
  CHECK(compile_text(inventory).errors ==
        "inv.yaml:7:3: data would go round for ever, from q2 to q1 to q2; take one of these connections out");
  const Result cut = compile_text("imported: true\n" + inventory);
  CHECK(cut.errors.empty());
  CHECK(cut.compiled.assumptions.front().says == "What there passes to q2 would come back to it; here it ends at q2.");
}

TEST_CASE("a hop into something that takes nothing in is an error") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  s: { type: toy:sender, targets: [r] }
)");
  CHECK(r.errors == "inv.yaml:5:3: 's' sends to r, but 'r' (toy:role) takes nothing in");
}

TEST_CASE("a fleet that is written with no workers is taken to have one") {
  const Result r = compile_text(R"(
resources:
  r: { type: toy:role }
  fleet: { type: toy:fleet, role: r, count: 0 }
traffic: [{ to: fleet, rate: 1/s }]
)");
  CHECK(r.errors.empty());
  CHECK(r.rows("process fleet/crew").find("fleet/crew: 1 x 3d") != std::string::npos);
  CHECK(r.compiled.assumptions.front().says ==
        "fleet is written with no workers; something else is taken to set their number, and one to run.");
}

TEST_CASE("types of every service compile together against the real catalogue") {
  input::Diagnostics diagnostics;
  const Inventory inventory = read_inventory(
      {std::string(MOSHIMO_SOURCE_DIR) + "/tests/cases/compile/every-service.inventory.yaml"}, diagnostics);
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(inventory), embedded_catalogue(), {}, diagnostics);
  CHECK_NOTHROW(diagnostics.throw_if_errors());
  // A queue keeps a failed message for 5 receives of 30 s, then it goes to the dead-letter queue.
  const std::string poll = rows(compiled.system, "hop map/poll-queue");
  CHECK(poll.find("1: store work/kept, for 2m30s from entry") != std::string::npos);
  CHECK(poll.find("3: store work-dlq/kept, for 14d, released by work/redrive") != std::string::npos);
  // The rule that lets the balancer reach the tasks is found through the service behind the target group.
  CHECK(rows(compiled.system, "port tg.probe")
            .find("sg-alb/egress/to-tasks/exists (unhealthy), sg-tasks/ingress/0/exists (unhealthy)") !=
        std::string::npos);
}

TEST_CASE("the library's flagship inventory compiles against the real catalogue") {
  input::Diagnostics diagnostics;
  const Inventory inventory = read_inventory(
      {std::string(MOSHIMO_SOURCE_DIR) + "/scenarios/library/state-key-mixup/staging.inventory.yaml"}, diagnostics);
  CompileOptions options;
  options.start = parse_moment("2025-05-12T10:00:00+09:00");
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(inventory), embedded_catalogue(), options, diagnostics);
  CHECK_NOTHROW(diagnostics.throw_if_errors());
  // The replication's target policy names the role by its ID; the subscription fails for good for want of its role.
  const std::string replicate = rows(compiled.system, "hop log-archive/replication/to-dr/replicate");
  CHECK(replicate.find("dr-archive/policy/replication/valid (denied)") != std::string::npos);
  CHECK(replicate.find("released by log-archive/replication/to-dr/batch-replicate") != std::string::npos);
  const std::string forward = rows(compiled.system, "hop /ecs/web/subscriptions/archive/deliver");
  CHECK(forward.find("store /ecs/web/kept, for 14d, released by /ecs/web/subscriptions/archive/reput") !=
        std::string::npos);
  CHECK(forward.find("pause 0s..10m") != std::string::npos);
}

}  // namespace
}  // namespace moshimo::models
