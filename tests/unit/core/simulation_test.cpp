#include "core/simulation.hpp"

#include <catch2/catch.hpp>

#include "core/schedule.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

struct Run {
  System system;
  Outcome outcome;
  const HopLedger& operator[](std::string_view hop) const { return outcome.hops[hop_named(system, hop).value]; }
};

Run run(std::string_view system_text, std::string_view script, Duration horizon) {
  Run r;
  r.system = system_from(system_text);
  r.outcome = simulate(r.system, script_from(r.system, script), SimTime::after_start(horizon));
  return r;
}

Approx events(double n) { return Approx(n).epsilon(1e-6).margin(0.05); }

}  // namespace

TEST_CASE("published schedules have their published lengths", "[core][schedule]") {
  // Three at once, two a second apart, ten from 1 s to 20 s, a hundred thousand every 20 s.
  const Schedule sns = {{3, {}, {}, Shape::constant},
                        {2, Duration::seconds(1), {}, Shape::constant},
                        {10, Duration::seconds(1), Duration::seconds(20), Shape::exponential},
                        {100000, Duration::seconds(20), {}, Shape::constant}};
  const AttemptTable table = attempt_table(sns, Duration::forever());
  CHECK(table.attempts == 100'015);
  // 2 + sum of 20^(i/9), i = 0..9 (68.1 s) + 2,000,000 s
  CHECK(table.effective_age.in_seconds() == Approx(2'000'070.1).margin(0.2));
  CHECK(table.steps.size() <= 12);

  // 1, 2, 4, ... 256 s, then 300 s each: 511 s + 70 x 300 s = 21,511 s is the last offset within six hours.
  const Schedule lambda = {{-1, Duration::seconds(1), Duration::minutes(5), Shape::exponential}};
  CHECK(attempt_table(lambda, Duration::hours(6)).effective_age == Duration::seconds(21'511));

  const Schedule eventbridge = {{185, Duration::microseconds(86'400'000'000 / 185), {}, Shape::constant}};
  CHECK(attempt_table(eventbridge, Duration::hours(24)).attempts == 185);
}

TEST_CASE("the next attempt is found without counting", "[core][schedule]") {
  const AttemptTable t =
      attempt_table({{-1, Duration::seconds(1), Duration::seconds(4), Shape::exponential}}, Duration::forever());
  // offsets 0, 1, 3, 7, 11, 15 ...
  CHECK(next_attempt(t, Duration{}) == Duration{});
  CHECK(next_attempt(t, Duration::seconds(1)) == Duration::seconds(1));
  CHECK(next_attempt(t, Duration::seconds(1.5)) == Duration::seconds(3));
  CHECK(next_attempt(t, Duration::seconds(7.1)) == Duration::seconds(11));
  CHECK(next_attempt(t, Duration::hours(1)) == Duration::seconds(3603));
}

TEST_CASE("a hop without a fallback loses exactly its outage", "[core][flow]") {
  const Run r = run("condition role\nport in\nhop a from 10/s to in needs role:denied\n",
                    "at 1h role falls\nat 3h role rises\n", Duration::hours(5));
  CHECK(r["a"].lost == events(2 * 3600 * 10));
  CHECK(r["a"].on_time == events(3 * 3600 * 10));
  REQUIRE(r["a"].losses.size() == 1);
  CHECK(r["a"].losses[0].arrived_from == SimTime::after_start(Duration::hours(1)));
  CHECK(r["a"].losses[0].arrived_to == SimTime::after_start(Duration::hours(3)));
  CHECK(r["a"].losses[0].why == LossWindow::Why::no_fallback);
}

TEST_CASE("a retry saves what is younger than its effective age", "[core][flow]") {
  // Outage W = 9 h, effective age E = 21,511 s: lost = rate x (W - E) = 2 x (32,400 - 21,511) = 21,778.
  const Run r =
      run("condition role\nport in\n"
          "hop a from 2/s to in needs role:unavailable retry exponential 1s..300s limit 6h\n",
          "at 1h role falls\nat 10h role rises\n", Duration::hours(20));
  CHECK(r["a"].lost == events(21'778));
  CHECK(r["a"].late == events(2.0 * 21'511));
  CHECK(r["a"].losses.front().arrived_from == SimTime::after_start(Duration::hours(1)));
  CHECK(r["a"].losses.front().lost_from == SimTime::after_start(Duration::hours(1) + Duration::seconds(21'511)));
}

TEST_CASE("a refusal that cannot be retried ends the retries of what still waits", "[core][flow]") {
  // Denied after an hour of being unavailable: 3600 events wait in retries and are lost at once, the rest one by one.
  const Run r =
      run("condition up\ncondition role\nport in\n"
          "hop a from 1/s to in needs role:denied,up:unavailable retry 60s limit 6h on unavailable\n",
          "at 1h up falls\nat 2h role falls\nat 3h up rises\nat 4h role rises\n", Duration::hours(6));
  CHECK(r["a"].lost == events(3600 + 7200));
  CHECK(r["a"].waiting == events(0));
}

TEST_CASE("a queue drains at its consumer's rate", "[core][flow]") {
  // 2 h without a consumer at 100/s leave 720,000; at 150/s against 100/s that takes 720,000 / 50 = 14,400 s.
  const Run r =
      run("condition consumer\nport in\nstore queue kept 4d ordered\n"
          "hop producer from 100/s to in\n"
          "hop consume from in to outside needs consumer:unavailable ordered drain 150/s store queue\n",
          "at 1h consumer falls\nat 3h consumer rises\n", Duration::hours(10));
  CHECK(r["consume"].lost == events(0));
  CHECK(r["consume"].waiting == events(0));
  // Late: what arrived during the outage and during the drain, 720,000 + 14,400 s x 100/s.
  CHECK(r["consume"].late == Approx(720'000 + 1'440'000).epsilon(1e-3));
  CHECK(r["consume"].longest_delay.in_seconds() == Approx(7200).epsilon(1e-3));
}

TEST_CASE("a queue forgets what is older than its retention", "[core][flow]") {
  // 5 days at 1/s into a queue that keeps 4 days: the first day is lost, hour by hour.
  const Run r =
      run("condition consumer\nport in\nstore queue kept 4d ordered\n"
          "hop producer from 1/s to in\n"
          "hop consume from in to outside needs consumer:unavailable ordered store queue\n",
          "at 0s consumer falls\nat 5d consumer rises\n", Duration::days(6));
  CHECK(r["consume"].lost == events(86'400));
  CHECK(r["consume"].losses.front().lost_from == SimTime::after_start(Duration::days(4)));
  CHECK(r["consume"].losses.front().why == LossWindow::Why::expired);
}

TEST_CASE("a consumer that is too slow loses the oldest once they are too old", "[core][flow]") {
  // 5/s into a queue that keeps 4 h; its consumer, which can do 4/s, is away for the first 11,355 s. What arrives a
  // seconds after the start is handled at 11,355 + 5a/4, so its age reaches 14,400 s at a = 12,180, which is at 26,580
  // s. From then on 4 of 5 leave just in time, and one is lost each second.
  const auto lose_one_a_second = [](const Run& r) {
    const HopLedger& l = r["read"];
    CHECK(l.lost == events(36'000 - 26'580));
    CHECK(l.late == events(4.0 * (36'000 - 11'355)));
    CHECK(l.waiting == events(5.0 * 14'400));
    CHECK(l.longest_delay.in_seconds() == Approx(14'400).margin(1));
    REQUIRE(l.losses.size() == 1);
    CHECK(l.losses[0].arrived_from.in_seconds() == Approx(12'180).margin(1));
    CHECK(l.losses[0].arrived_to.in_seconds() == Approx(36'000 - 14'400).margin(1));
    CHECK(l.losses[0].lost_from.in_seconds() == Approx(26'580).margin(1));
  };
  const char* away = "at 0s role falls\nat 11355s role rises";
  lose_one_a_second(
      run("condition role\nhop read from 5/s to outside ordered drain 4/s needs role:denied store kept 4h", away,
          Duration::hours(10)));
  lose_one_a_second(
      run("condition role\nport worker capacity 4/s\nhop read from 5/s to worker ordered needs "
          "role:denied store kept 4h",
          away, Duration::hours(10)));
}

TEST_CASE("a short opening thins the backlog by its share of the gap", "[core][flow]") {
  // 20 h outage, open for half a 600 s gap, 14 h more: half of what waited got through. What is older than 24 h is
  // lost. At 34 h 5 min the oldest 10 h 5 min of arrivals are over age; those of the first 20 h were halved: (10 h 5
  // min = 36,300 s) x 1/2 ... of which the last 300 s of the 24 h window are still there: 18,000 are lost.
  const Run r = run("condition up\nport in\nhop a from 1/s to in needs up:unavailable retry 600s limit 24h\n",
                    "at 0s up falls\nat 20h up rises\nat 20h5m up falls\nat 34h up rises\n", Duration::hours(60));
  CHECK(r["a"].lost == Approx(18'000).margin(600));
}

TEST_CASE("a pause lengthens the gap, but only after something was refused", "[core][flow]") {
  const std::string_view text =
      "condition role\nport in\n"
      "hop busy from 1/s to in needs role:denied pauses 10m on denied\n"
      "hop idle from 0/s to in needs role:denied pauses 10m on denied\n";
  const Run r = run(text, "at 1h role falls\nat 2h role rises\n", Duration::hours(3));
  CHECK(r["busy"].lost == events(3600 + 600));
  CHECK(r.outcome.hop_states[0].back().at == SimTime::after_start(Duration::minutes(130)));
  CHECK(r.outcome.hop_states[1].back().at == SimTime::after_start(Duration::minutes(120)));
}

TEST_CASE("data in an action fallback stays until it is released", "[core][flow]") {
  const std::string_view text =
      "condition role\nport in\nstore source kept 14d\n"
      "hop a from 1/s to in needs role:denied store source by-action\n";
  const Run kept = run(text, "at 0s role falls\nat 1h role rises\n", Duration::days(2));
  CHECK(kept["a"].waiting == events(3600));
  const Run released = run(text, "at 0s role falls\nat 1h role rises\nat 2h release a 0 10/s\n", Duration::days(2));
  CHECK(released["a"].waiting == events(0));
  CHECK(released["a"].recovered == events(3600));
}

TEST_CASE("what no port has room for is throttled", "[core][flow]") {
  // 30/s and 10/s into 20/s: each gets half.
  const Run r = run("port in capacity 20/s\nhop a from 30/s to in\nhop b from 10/s to in\n", "", Duration::hours(1));
  CHECK(r["a"].lost == events(15.0 * 3600));
  CHECK(r["b"].lost == events(5.0 * 3600));
}

TEST_CASE("a full buffer drops what the rule says", "[core][flow]") {
  const auto with = [](const char* rule) {
    return run(
        std::string("condition up\nport in\nhop a from 1/s to in needs up:unavailable buffer holds 600 overflow ") +
            rule + "\n",
        "at 1h up falls\nat 2h up rises\n", Duration::hours(3));
  };
  CHECK(with("drop_newest")["a"].lost == events(3000));
  CHECK(with("drop_newest")["a"].longest_delay.in_seconds() == Approx(3600).margin(2));
  CHECK(with("drop_oldest")["a"].lost == events(3000));
  CHECK(with("drop_oldest")["a"].longest_delay.in_seconds() == Approx(600).margin(2));
}

TEST_CASE("content goes with a key that goes for good, and not before", "[core][flow]") {
  const std::string_view text =
      "condition key\ncondition up\nport in\nstore queue kept 14d lost-with key readable key ordered\n"
      "hop producer from 1/s to in\n"
      "hop consume from in to outside needs up:unavailable ordered store queue\n";
  const Run away = run(text, "at 0s up falls\nat 1h key falls\nat 2h key rises\nat 3h up rises\n", Duration::hours(5));
  CHECK(away["consume"].lost == events(0));
  const Run gone = run(text, "at 0s up falls\nat 1h key falls\n", Duration::hours(5));
  CHECK(gone["consume"].losses.front().why == LossWindow::Why::destroyed);
  CHECK(gone["consume"].losses.front().events == events(3600));
}

TEST_CASE("workers that end while they cannot start leave their place empty", "[core][control]") {
  // Four workers that live 4 h have ages 30 min, 90 min, 150 min, 210 min: they end at 210, 150, 90, 30 min.
  const Run r = run("condition role\nprocess fleet count 4 lifetime 4h start role:denied starts 1m restart 10m\n",
                    "at 0s role falls\nat 2h role rises\n", Duration::hours(6));
  const StepFunction<std::uint32_t>& running = r.outcome.timeline.running[0];
  REQUIRE(running.size() == 4);
  CHECK(running[1].at == SimTime::after_start(Duration::minutes(30)));
  CHECK(running[2].at == SimTime::after_start(Duration::minutes(90)));
  // Attempts every 10 min from 30 and from 90 min: both at 120 min, running a minute later.
  CHECK(running[3].at == SimTime::after_start(Duration::minutes(121)));
  CHECK(running[3].value == 4);
}

TEST_CASE("what workers were handed comes back with each that is replaced", "[core][control][flow]") {
  // Four workers that live 336 h end at 42, 126, 210 and 294 h, and write 50 lines/s each. The role they were started
  // with is made again at 26 h: lost are 200/s for 42 h and 150, 100 and 50/s for 84 h each.
  const char* text =
      "condition role as denied\n"
      "process task count 4 lifetime 336h start role starts 0s restart 60s\n"
      "port app by task\n"
      "condition session follows role renewed-with task\n"
      "hop log from work 200/s at app to outside needs session:denied\n";
  const double all_old = 3600.0 * (200 * 42 + (150 + 100 + 50) * 84);
  const Duration horizon = Duration::days(20);
  const Run soon = run(text, "at 0s role falls\nat 26h role rises", horizon);
  CHECK(soon["log"].offered == events(200.0 * 20 * 86400));
  CHECK(soon["log"].lost == events(all_old));
  const StepFunction<bool>& session = soon.outcome.timeline.conditions[condition_named(soon.system, "session").value];
  CHECK(session.back().value);
  CHECK(session.back().at == SimTime::after_start(Duration::hours(294)));
  // A fleet that has gone by then has nothing old left.
  const Run late = run(text, "at 0s role falls\nat 300h role rises", horizon);
  CHECK(late["log"].lost == events(all_old));
  CHECK(late.outcome.timeline.conditions[condition_named(late.system, "session").value].back().at ==
        SimTime::after_start(Duration::hours(300)));
  // A restart replaces them all.
  const Run restarted = run(text, "at 0s role falls\nat 26h role rises\nat 27h restart task", horizon);
  CHECK(restarted["log"].lost == events(200.0 * 27 * 3600));
}

TEST_CASE("conditions propagate, and a newer change cancels an older one", "[core][control]") {
  const std::string_view text = "condition role falls 4s rises 15s\ncondition grant follows role rises repair\n";
  const Run r = run(text, "at 1m role falls\nat 2m role rises\nat 3m grant rises\n", Duration::hours(1));
  const auto& role = r.outcome.timeline.conditions[condition_named(r.system, "role").value];
  REQUIRE(role.size() == 3);
  CHECK(role[1].at == SimTime::after_start(Duration::seconds(64)));
  CHECK(role[2].at == SimTime::after_start(Duration::seconds(135)));
  const auto& grant = r.outcome.timeline.conditions[condition_named(r.system, "grant").value];
  REQUIRE(grant.size() == 3);
  CHECK(grant[1].at == SimTime::after_start(Duration::seconds(64)));
  CHECK(grant[2].at == SimTime::after_start(Duration::minutes(3)));
  const Run brief = run(text, "at 1m role falls\nat 1m2s role rises\n", Duration::hours(1));
  CHECK(brief.outcome.timeline.conditions[0].size() == 1);
}

TEST_CASE("a derived condition that is broken by hand comes back by itself where it can", "[core][control]") {
  const Run r =
      run("condition role\n"
          "condition session follows role falls 5m rises 10m\n"
          "condition grant follows role rises repair\n",
          "at 1h session falls\nat 1h grant falls\nat 2h session falls\nat 125m session falls\n", Duration::hours(5));
  const auto& session = r.outcome.timeline.conditions[condition_named(r.system, "session").value];
  REQUIRE(session.size() == 5);
  CHECK(session[1].at == SimTime::after_start(Duration::hours(1)));  // no grace: it is broken, not refused
  CHECK(session[2].at == SimTime::after_start(Duration::minutes(70)));
  CHECK(session[3].at == SimTime::after_start(Duration::hours(2)));
  CHECK(session[4].at == SimTime::after_start(Duration::minutes(135)));  // ten minutes after it was broken again
  CHECK_FALSE(r.outcome.timeline.conditions[condition_named(r.system, "grant").value].back().value);
}

TEST_CASE("a repair that cannot work changes nothing", "[core][control]") {
  const Run r = run("condition role\ncondition cached follows role falls 5m\n",
                    "at 1h role falls\nat 62m cached rises\n", Duration::hours(2));
  const auto& cached = r.outcome.timeline.conditions[condition_named(r.system, "cached").value];
  REQUIRE(cached.size() == 2);
  CHECK(cached[1].at == SimTime::after_start(Duration::minutes(65)));
}

TEST_CASE("a repair at the instant at which its requirement comes back works", "[core][control]") {
  const Run r = run("condition role\ncondition alias follows role\ncondition grant follows alias rises repair\n",
                    "at 1h role falls\nat 2h role rises\nat 2h grant rises\n", Duration::hours(3));
  const auto& grant = r.outcome.timeline.conditions[condition_named(r.system, "grant").value];
  REQUIRE(grant.size() == 3);
  CHECK(grant[2].at == SimTime::after_start(Duration::hours(2)));
}

TEST_CASE("ticks that pass straight through are counted up to the instant at which a hop behind them closes",
          "[core][flow]") {
  const Run r =
      run("condition role\nport relay\nhop often from timetable every 15m to relay\n"
          "hop hourly from timetable every 1h to relay\nhop send from relay to outside needs role:denied\n",
          "at 2h role falls\nat 3h role rises\n", Duration::hours(5));
  // 0, 15, ... 300 min: 21 ticks, and 6 on the hour. Those of 120, 135, 150, 165 min and of 2 h find the role gone;
  // those of 180 min and of 3 h find it back.
  CHECK(r["often"].offered == events(21));
  CHECK(r["often"].on_time == events(21));
  CHECK(r["hourly"].on_time == events(6));
  CHECK(r["send"].offered == events(27));
  CHECK(r["send"].lost == events(5));
  CHECK(r["send"].on_time == events(22));
  REQUIRE_FALSE(r["send"].losses.empty());
  CHECK(r["send"].losses.front().arrived_from == SimTime::after_start(Duration::hours(2)));
  CHECK(r["send"].losses.back().arrived_to == SimTime::after_start(Duration::minutes(165)));
}

TEST_CASE("a tick that meets a pause is lost, though all that is needed is back", "[core][flow]") {
  // Ticks every 10 min. That of 1 h 00 is refused; needs are back at 1 h 01, and the pause goes on until 1 h 11, so
  // that of 1 h 10 is lost too. Of the nine from 0 to 1 h 20 seven arrive.
  const System system = system_from(
      "condition up\nport sink\n"
      "hop job from timetable every 10m to sink needs up:unavailable pauses 10m\n");
  const Script script = script_from(system, "at 55m up falls\nat 61m up rises\n");
  const Outcome outcome = simulate(system, script, SimTime::after_start(Duration::minutes(85)));
  CHECK(outcome.hops[0].offered == 9);
  CHECK(outcome.hops[0].on_time == 7);
  CHECK(outcome.hops[0].lost == 2);
}

TEST_CASE("a tick goes past a place that refuses it to the next one", "[core][flow]") {
  // The tick of 0 h 30 finds the queue open, that of 1 h 30 finds it shut and waits in the buffer.
  const System system = system_from(
      "condition up\ncondition open\nport sink\nstore queue accepts open\n"
      "hop job from timetable every 1h first 30m to sink needs up:unavailable store queue buffer\n");
  const Script script = script_from(system, "at 0s up falls\nat 1h open falls\n");
  const Outcome outcome = simulate(system, script, SimTime::after_start(Duration::hours(2)));
  REQUIRE(outcome.hops[0].places.size() == 2);
  CHECK(outcome.hops[0].places[0].events == 1);
  CHECK(outcome.hops[0].places[1].events == 1);
  CHECK(outcome.hops[0].places[1].oldest_arrival == SimTime::after_start(Duration::minutes(90)));
}

TEST_CASE("loops are named", "[core][check]") {
  System loop = system_from("port x\nport y\nhop a from x to y\nhop b from y to outside\n");
  loop.hops[hop_named(loop, "b")].to = port_named(loop, "x");
  REQUIRE(check(loop).size() == 1);
  CHECK(check(loop)[0] == "Data would go round for ever: a -> b -> a.");
}

TEST_CASE("a full buffer that blocks holds its component up", "[core][flow]") {
  // 10/s into a service that logs each request; the buffer of 600 is full after a minute. From then on requests stall.
  const Run r =
      run("condition up\nport service.in\nport logs\n"
          "hop requests from 10/s to service.in\n"
          "hop service/log from service.in to logs needs up:unavailable buffer holds 600 overflow block\n",
          "at 1h up falls\nat 2h up rises\n", Duration::hours(3));
  CHECK(r["service/log"].lost == events(0));
  CHECK(r["requests"].lost == events(10.0 * (3600 - 60)));
  REQUIRE(r.outcome.stalls.size() == 1);
  CHECK(r.outcome.stalls[0].from == SimTime::after_start(Duration::minutes(61)));
  CHECK(r.outcome.stalls[0].to == SimTime::after_start(Duration::hours(2)));
}

TEST_CASE("more time for a store counts for what is in it, and only for what is still there",
          "[core][flow][settings]") {
  // 1/s for two hours of outage. At 40 min the queue, which keeps data for an hour, is set to three hours: nothing has
  // expired yet, nothing does.
  const char* system =
      "condition role as denied\nport in\nstore queue kept 1h\n"
      "hop send from 1/s to in\n"
      "hop receive from in to outside needs role ordered drain 10/s\n  store queue\n";
  const Run in_time = run(system, "at 0s role falls\nat 40m set queue kept 3h\nat 2h role rises\n", Duration::hours(4));
  CHECK(in_time["receive"].lost == events(0));
  // At 90 min the first 30 min are gone. What came later has until its own third hour.
  const Run late = run(system, "at 0s role falls\nat 90m set queue kept 3h\nat 2h role rises\n", Duration::hours(4));
  CHECK(late["receive"].lost == events(1800));
  CHECK(late["receive"].losses.size() == 1);
  CHECK(late["receive"].losses[0].arrived_to == SimTime::after_start(Duration::minutes(30)));
  CHECK(late["receive"].losses[0].lost_to == SimTime::after_start(Duration::minutes(90)));
  // A second run of the same system begins with the hour again.
  Simulation twice(late.system);
  const SimTime end = SimTime::after_start(Duration::hours(4));
  twice.run(script_from(late.system, "at 0s role falls\nat 40m set queue kept 3h\n"), end);
  const Outcome& plain = twice.run(script_from(late.system, "at 0s role falls\nat 2h role rises\n"), end);
  CHECK(plain.hops[hop_named(late.system, "receive").value].lost == events(3600));
}

TEST_CASE("less time for a store drops at once what is too old for it", "[core][flow][settings]") {
  // After an hour of outage the queue is set to ten minutes: fifty minutes of data go at once, to the dead letters.
  const Run r =
      run("condition role as denied\nport in\nstore queue kept 1d\nstore letters kept 20m\n"
          "hop send from 1/s to in\n"
          "hop receive from in to outside needs role ordered\n  store queue\n  store letters since-entry\n",
          "at 0s role falls\nat 1h set queue kept 10m\n", Duration::minutes(90));
  // At 90 min: ten minutes in the queue; the dead letters hold what moved in the last twenty minutes, that is what the
  // queue let go from 70 to 90 min; the 3000 of the first hour, and what moved from 60 to 70 min, are lost.
  CHECK(r["receive"].waiting == events(600 + 1200));
  CHECK(r["receive"].lost == events(3000 + 600));
  CHECK(r["receive"].losses.size() == 1);
}

TEST_CASE("a use's own limit stands, whatever is set for the store", "[core][flow][settings]") {
  const Run r =
      run("condition role as denied\nstore logs kept 1h\n"
          "hop filter from 1/s to outside needs role\n  store logs limit 2h by-action\n",
          "at 0s role falls\nat 30m set logs kept 30d\n", Duration::hours(5));
  CHECK(r["filter"].waiting == events(2 * 3600));
  CHECK(r["filter"].lost == events(3 * 3600));
}

TEST_CASE("what matches nothing is misdirected: neither waiting nor lost", "[core][simulation]") {
  // 5/s; from 1 h on the keys match no rule; 10 h are run.
  System system = system_from(
      "condition matches as failed\nport target\nstore source\n"
      "hop rule from 5/s to target needs matches:failed store source by-action misdirects\n");
  Script script;
  script.changes = {{SimTime::after_start(Duration::hours(1)), condition_named(system, "matches"), false}};
  const Outcome lost_sight = simulate(system, script, SimTime::after_start(Duration::hours(10)));
  const HopLedger& ledger = lost_sight.hops[0];
  CHECK(ledger.misdirected == Approx(5 * 9 * 3600));
  CHECK(ledger.on_time == Approx(5 * 3600));
  CHECK(ledger.waiting == 0);
  CHECK(ledger.lost == 0);
  // Renamed at 4 h and handed on from 5 h: what went by in three hours is late, and nothing is misdirected any more.
  script.changes.push_back({SimTime::after_start(Duration::hours(4)), condition_named(system, "matches"), true});
  script.releases = {{SimTime::after_start(Duration::hours(5)), HopId(0), 0, Rate::per_second(100)}};
  const HopLedger found = simulate(system, script, SimTime::after_start(Duration::hours(10))).hops[0];
  CHECK(found.misdirected == Approx(0).margin(1e-6));
  CHECK(found.recovered == Approx(5 * 3 * 3600));
}
