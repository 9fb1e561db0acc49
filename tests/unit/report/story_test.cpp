// How a run is told: sentences, fates, losses, who breaks, the rows of the timeline, and steps.
#include <catch2/catch.hpp>

#include "report/layout.hpp"
#include "report/run/breakages.hpp"
#include "report/run/fates.hpp"
#include "report/run/losses.hpp"
#include "report/run/repairs.hpp"
#include "report/run/rows.hpp"
#include "report/words.hpp"

using namespace moshimo;
using namespace moshimo::report;

TEST_CASE("a sentence that was true is told as one that is not") {
  CHECK(denied_sentence("role orders-role exists") == "role orders-role no longer exists");
  CHECK(denied_sentence("the KMS grant of orders belongs to the present role") ==
        "the KMS grant of orders does not belong to the present role");
  CHECK(denied_sentence("pipe refunds has not stopped") == "pipe refunds has stopped");
  CHECK(denied_sentence("something of web runs") == "nothing of web runs");
  CHECK(denied_sentence("no policy denies orders everything") == "a policy denies orders everything");
  CHECK(denied_sentence("nobody has revoked the grant of orders") == "somebody has revoked the grant of orders");
  CHECK(denied_sentence("db has no deletion protection") == "db has deletion protection");
  CHECK(denied_sentence("somebody may administer key k") == "nobody may administer key k");
  CHECK(denied_sentence("the sun shines") == "no longer: the sun shines");
}

TEST_CASE("the places of a command are filled in from the step") {
  System system;
  Step step;
  step.gap_from = SimTime::after_start(Duration::seconds(4));
  step.gap_to = SimTime::after_start(Duration::minutes(57));
  step.released = 487100;
  Clock clock;
  clock.start = models::Moment{1747011600};
  clock.utc_offset_seconds = 9 * 3600;
  const std::string text =
      filled("read --start-time {gap.start_ms} --end {gap.end} # {backlog.events} in {step}, {\"a\":{}}", system, step,
             9, clock, SimTime{});
  CHECK(text == "read --start-time 1747011604000 --end 2025-05-12T10:57:00+09:00 # 487,100 in 9, {\"a\":{}}");
}

TEST_CASE("without a clock the places of a command say what they count from") {
  Step step;
  step.gap_from = SimTime::after_start(Duration::seconds(64));
  CHECK(filled("since {gap.start}", System{}, step, 1, Clock{}, SimTime::after_start(Duration::seconds(4))) ==
        "since <first fault + 1m>");
}

TEST_CASE("runs of a timetable lost one after another are one point of no return") {
  System system;
  Hop hop;
  hop.name = "reminders/invoke";
  hop.source = Hop::Source::timetable;
  hop.every = Duration::minutes(15);
  hop.component = system.components.add({.name = "reminders", .type = "scheduler:schedule", .parent = {}});
  const HopId id = system.hops.add(hop);
  Findings findings;
  for (int i = 1; i <= 4; ++i) {
    PointOfNoReturn p;
    p.at = p.until = p.arrived_from = p.arrived_to = SimTime::after_start(Duration::minutes(15 * i));
    p.hop = id;
    p.events = 1;
    findings.points.push_back(p);
  }
  const auto losses = losses_of(system, findings);
  REQUIRE(losses.size() == 1);
  CHECK(losses[0].is_run);
  CHECK(losses[0].point.events == 4);
  CHECK(losses[0].point.at == SimTime::after_start(Duration::minutes(15)));
  CHECK(losses[0].point.until == SimTime::after_start(Duration::hours(1)));
}

TEST_CASE("functions with the same fate are told together") {
  System system;
  Findings findings;
  for (const char* name : {"orders", "ping"}) {
    Hop hop;
    hop.name = std::string(name) + "/run";
    hop.says = "runs the events it accepted";
    hop.component = system.components.add({.name = name, .type = "lambda:function", .parent = {}});
    PointOfNoReturn p;
    p.hop = system.hops.add(hop);
    p.at = SimTime::after_start(Duration::hours(6));
    p.until = SimTime::after_start(Duration::days(1));
    p.events = 10;
    findings.points.push_back(p);
  }
  const auto losses = losses_of(system, findings);
  REQUIRE(losses.size() == 1);
  CHECK(names_of(system, losses[0]) == std::vector<std::string>{"orders", "ping"});
  CHECK(losses[0].point.events == 20);
}

TEST_CASE("what becomes of data is told place by place, and a place that takes nothing is told as such") {
  System system;
  Condition exists;
  exists.label = written("role/exists");
  const ConditionId role = system.conditions.add(exists);
  Hop hop;
  hop.name = "worker/run";
  Fallback retry;
  retry.kind = Fallback::Kind::retry;
  retry.says = "retries";
  retry.schedule = {{.attempts = -1, .gap = Duration::minutes(5), .last = Duration::minutes(5)}};
  retry.limit = Duration::hours(6);
  Fallback dead;
  dead.says = "the queue worker-dead";
  dead.limit = Duration::days(14);
  dead.accepts = {{.error = ErrorClass::denied, .condition = role, .alternatives = {}}};
  hop.fallbacks = {retry, dead};
  hop.when[static_cast<std::size_t>(ErrorClass::denied)].fallbacks = {0, 1};

  Timeline timeline;
  timeline.horizon = SimTime::after_start(Duration::days(1));
  timeline.conditions = {{{SimTime{}, true}}};
  const auto told = [&](ErrorClass error) {
    return for_terminal(what_becomes_of_data(system, hop, error, &timeline, SimTime::after_start(Duration::minutes(1))),
                        false);
  };
  CHECK(told(ErrorClass::denied) == "is tried again for 6 h, then waits in the queue worker-dead for 14 d");
  CHECK(told(ErrorClass::failed) == "is lost at once: nothing keeps what is refused as failed");

  timeline.conditions = {{{SimTime{}, true}, {SimTime::after_start(Duration::seconds(4)), false}}};
  CHECK(told(ErrorClass::denied) ==
        "is tried again for 6 h, then is lost: it cannot be put into the queue worker-dead");
}

TEST_CASE("one place that is used twice is told once") {
  System system;
  Store jobs;
  jobs.name = "jobs/kept";
  jobs.holds_for = Duration::days(4);
  const StoreId store = system.stores.add(jobs);
  Fallback waits;
  waits.says = "the queue jobs";
  waits.store = store;
  Hop hop;
  hop.name = "worker/poll";
  hop.fallbacks = {waits, waits};
  hop.when[static_cast<std::size_t>(ErrorClass::denied)].fallbacks = {0, 1};
  CHECK(for_terminal(what_becomes_of_data(system, hop, ErrorClass::denied, nullptr, SimTime{}), false) ==
        "waits in the queue jobs for 4 d");
}

TEST_CASE("what is gone itself is down, and stays so to the end of the drawing") {
  System system;
  const ComponentId orders = system.components.add({.name = "orders", .type = "lambda:function", .parent = {}});
  Condition exists;
  exists.label = written("orders/exists");
  exists.component = orders;
  const ConditionId gone = system.conditions.add(exists);
  Hop traffic;
  traffic.name = "orders/traffic";
  traffic.component = orders;
  traffic.source = Hop::Source::profile;
  const HopId hop = system.hops.add(traffic);
  const SimTime horizon = SimTime::after_start(Duration::days(30));
  Findings findings;
  Effect effect{.component = orders, .kind = EffectKind::impaired, .from = SimTime{}, .to = SimTime::never()};
  effect.error = ErrorClass::missing;
  effect.chain = {gone};
  effect.hop = hop;
  findings.effects.push_back(effect);
  PointOfNoReturn p;
  p.hop = hop;
  p.until = horizon;
  p.events = 10;
  findings.points.push_back(p);
  const auto rows = timeline_of(system, findings, SimTime{}, horizon, {orders}, true, 10);
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].bars.size() == 1);  // not a second one for what comes after the horizon
  CHECK(rows[0].bars[0].shade == Shade::down);
  CHECK(breakages_of(system, findings, {orders}).broken[0].phases[0][0].kind == EffectKind::down);
}

TEST_CASE("a row that several share names those its label only counts") {
  System system;
  Findings findings;
  for (const char* name : {"first-long-name", "second-long-name"}) {
    const ComponentId c = system.components.add({.name = name, .type = "lambda:function", .parent = {}});
    findings.effects.push_back({.component = c, .kind = EffectKind::down, .from = SimTime{}, .to = SimTime::never()});
  }
  const auto rows = timeline_of(system, findings, SimTime{}, SimTime::after_start(Duration::days(1)), {}, true, 10);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].label == "first-long-name + 1");
  CHECK(rows[0].hidden == std::vector<std::string>{"second-long-name"});
}

TEST_CASE("where one class of error is retried and this one is not, both are told") {
  System system;
  Hop hop;
  hop.name = "rule/deliver";
  Fallback retry;
  retry.kind = Fallback::Kind::retry;
  retry.says = "retries";
  retry.schedule = {{.attempts = -1, .gap = Duration::minutes(5), .last = Duration::minutes(5)}};
  retry.limit = Duration::hours(24);
  hop.fallbacks = {retry};
  hop.when[static_cast<std::size_t>(ErrorClass::unavailable)].fallbacks = {0};
  CHECK(for_terminal(fate_if_unavailable(system, hop, ErrorClass::denied), false) ==
        "What is unavailable, not denied, is tried again for 1 d.");
  CHECK(fate_if_unavailable(system, hop, ErrorClass::unavailable) == "");
  hop.when[static_cast<std::size_t>(ErrorClass::denied)].fallbacks = {0};
  CHECK(fate_if_unavailable(system, hop, ErrorClass::denied) == "");
}
