#include "tests/reference/reference.hpp"

#include <catch2/catch.hpp>
#include <string_view>

#include "tests/reference/schedule.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;
using reference::simulate_by_message;

namespace {

SimTime hours(double h) { return SimTime::after_start(Duration::hours(h)); }

struct Run {
  System system;
  reference::ReferenceResult result;
  Run(std::string_view system_text, std::string_view script_text, SimTime horizon)
      : system(system_from(system_text)),
        result(simulate_by_message(system, script_from(system, script_text), horizon)) {}
  const HopLedger& hop(std::string_view name) const { return result.hops[hop_named(system, name).value]; }
  const StepFunction<bool>& condition(std::string_view name) const {
    return result.timeline.conditions[condition_named(system, name).value];
  }
  const StepFunction<std::uint32_t>& running(std::string_view name) const {
    return result.timeline.running[process_named(system, name).value];
  }
};

template <class Value>
std::vector<std::pair<double, Value>> steps(const StepFunction<Value>& function) {
  std::vector<std::pair<double, Value>> pairs;
  for (const auto& step : function) pairs.emplace_back(step.at.in_seconds(), step.value);
  return pairs;
}

using Bools = std::vector<std::pair<double, bool>>;
using Counts = std::vector<std::pair<double, std::uint32_t>>;

}  // namespace

// ---- schedules ----

TEST_CASE("a published schedule gives its published length") {
  const System system = system_from(R"(
hop topic from 1/s to outside retry 3 x 0s then 2 x 1s then 10 x exponential 1s..20s then 100000 x 20s
hop async from 1/s to outside retry exponential 1s..300s limit 6h
hop rule from 1/s to outside retry 185 x 467027027us limit 24h
)");
  const auto age = [&](std::string_view name) {
    const Fallback& f = system.hops[hop_named(system, name)].fallbacks[0];
    return reference::effective_age(f.schedule, f.limit).in_seconds();
  };
  // 2 x 1 s, ten gaps from 1 s to 20 s by a factor of 20^(1/9): 68.1 s, 100,000 x 20 s
  CHECK(age("topic") == Approx(2'000'070.1).margin(0.1));
  // 1 + 2 + 4 + ... + 256 = 511 s, then (21,600 - 511) / 300 = 70.3: 70 gaps of 300 s
  CHECK(age("async") == Approx(21'511));
  CHECK(age("rule") == Approx(86'400).margin(0.001));

  reference::Gaps gaps(system.hops[hop_named(system, "topic")].fallbacks[0].schedule);
  int attempts = 0;
  while (gaps.next()) ++attempts;
  CHECK(attempts == 100'015);
}

// ---- conditions ----

TEST_CASE("a free condition changes after its delay, at the end that hurts") {
  const Run run("condition role falls 0s..4s rises 0s..15s", "at 100s role falls\nat 200s role rises", hours(1));
  CHECK(steps(run.condition("role")) == Bools{{0, true}, {100, false}, {215, true}});
}

TEST_CASE("a newer change cancels one that has not propagated") {
  const Run run("condition role falls 4s rises 15s", "at 10s role falls\nat 20s role rises\nat 30s role falls",
                hours(1));
  CHECK(steps(run.condition("role")) == Bools{{0, true}, {14, false}});  // the rise of 35 s never came
}

TEST_CASE("a derived condition falls when its needs have failed without a break") {
  const Run run("condition role\ncondition cached follows role falls 5m rises 1m",
                "at 100s role falls\nat 200s role rises\nat 1000s role falls\nat 2000s role rises", hours(1));
  CHECK(steps(run.condition("cached")) == Bools{{0, true}, {1300, false}, {2060, true}});
}

TEST_CASE("a derived condition that rises by repair waits for one that comes while its needs hold") {
  const Run run("condition role rises 10s\ncondition grant follows role rises repair",
                "at 100s role falls\nat 150s grant rises\nat 200s role rises\nat 500s grant rises", hours(1));
  CHECK(steps(run.condition("grant")) == Bools{{0, true}, {100, false}, {500, true}});
  // at the very moment the role is back: a repair of that instant counts
  const Run at_once("condition role rises 10s\ncondition grant follows role rises repair",
                    "at 100s role falls\nat 200s role rises\nat 210s grant rises", hours(1));
  CHECK(steps(at_once.condition("grant")) == Bools{{0, true}, {100, false}, {210, true}});
}

TEST_CASE("derived conditions are settled after those they follow") {
  // a and b change places at 100 s; what follows any of them notices nothing
  const Run run(R"(
condition x
condition y false
condition a follows x
condition b false follows y
condition any follows a|b rises never
)",
                "at 100s x falls\nat 100s y rises", hours(1));
  CHECK(steps(run.condition("any")) == Bools{{0, true}});
}

// ---- processes ----

TEST_CASE("workers end one by one when their role is gone, and start again on their schedule") {
  // lifetime 4 h, 4 workers of ages 0.5, 1.5, 2.5, 3.5 h: they end at 0.5, 1.5, ... h
  const Run run("condition role\nprocess task count 4 lifetime 4h start role:denied starts 60s restart 10m",
                "at 1h role falls\nat 3h role rises", hours(5));
  // 0.5 h: replaced without a gap. 1.5 h and 2.5 h: empty. Attempts every 600 s from then: at 3 h the needs hold again;
  // 1.5 h + 9 x 600 s = 3 h and 2.5 h + 3 x 600 s = 3 h, both run at 3 h + 60 s.
  CHECK(steps(run.running("task")) == Counts{{0, 4}, {5400, 3}, {9000, 2}, {10860, 4}});
}

TEST_CASE("a restart is rolling, and ages count from it") {
  const Run run("condition role\nprocess task count 2 lifetime 4h start role starts 60s",
                "at 30m restart task\nat 31m role falls", hours(4));
  // without the restart they would end at 1 h and 3 h, with it at 1.5 h and 3.5 h
  CHECK(steps(run.running("task")) == Counts{{0, 2}, {5400, 1}, {12600, 0}});
}

TEST_CASE("unhealthy workers are ended again and again") {
  const Run run("condition db\nprocess web healthy db:unhealthy ends 5m starts 60s",
                "at 1000s db falls\nat 1500s db rises", hours(1));
  // ended at 1300 s, runs at 1360 s, healthy again at 1500 s before 1660 s
  CHECK(steps(run.running("web")) == Counts{{0, 1}, {1300, 0}, {1360, 1}});
}

// ---- one hop ----

TEST_CASE("a hop without faults delivers everything on time") {
  const Run run("port queue capacity 100/s\nhop a from 10/s to queue retry exponential 1s..300s limit 6h", "",
                hours(1));
  CHECK(run.hop("a").offered == Approx(36'000).margin(1));
  CHECK(run.hop("a").on_time == run.hop("a").offered);
}

TEST_CASE("a single hop loses rate x (outage - effective age)") {
  // 8 h without the role, effective age 21,511 s: 28,800 - 21,511 = 7,289 s of 2/s
  const Run run(
      "condition role\nport queue\nhop a from 2/s to queue needs role:denied retry exponential 1s..300s limit 6h",
      "at 1h role falls\nat 9h role rises", hours(12));
  CHECK(run.hop("a").lost == Approx(2 * 7289).margin(4));
  CHECK(run.hop("a").late == Approx(2 * 21'511).margin(4));
  CHECK(run.hop("a").waiting == 0);
  REQUIRE(run.hop("a").losses.size() == 1);
  CHECK(run.hop("a").losses[0].why == LossWindow::Why::expired);
  CHECK(run.hop("a").losses[0].fallback == 0);
  CHECK(run.hop("a").losses[0].error == ErrorClass::denied);
  CHECK(run.hop("a").losses[0].arrived_from.in_seconds() == Approx(3600).margin(1));
  CHECK(run.hop("a").losses[0].arrived_to.in_seconds() == Approx(3600 + 7289).margin(1));
}

TEST_CASE("an outage shorter than the effective age loses nothing") {
  const Run run("condition role\nhop a from 2/s to outside needs role:denied retry exponential 1s..300s limit 6h",
                "at 1h role falls\nat 5h role rises", hours(8));
  CHECK(run.hop("a").lost == 0);
  CHECK(run.hop("a").late == Approx(2 * 14'400).margin(4));
}

TEST_CASE("half a gap open lets half of the backlog through") {
  // Down for 20 h, open for 300 s of a 600 s gap, down again until 34 h; given up after 24 h. What arrived in the first
  // 34 - 24 = 10 h is lost unless it attempted in the 300 s: half of 36,000.
  const Run run("condition role\nhop a from 1/s to outside needs role:denied retry 600s limit 24h",
                "at 0s role falls\nat 20h role rises\nat 20h5m role falls\nat 34h role rises", hours(40));
  CHECK(run.hop("a").lost == Approx(18'000).margin(40));
}

TEST_CASE("each opening thins what the one before left") {
  // Three openings of half a gap each leave an eighth of what arrived before the first.
  const Run run("condition role\nhop a from 0/s 1h:10/s 2h:0/s to outside needs role:denied retry 600s limit 24h",
                R"(
at 1h role falls
at 4h role rises
at 4h5m role falls
at 8h17m role rises
at 8h22m role falls
at 11h7m role rises
at 11h12m role falls
)",
                hours(20));
  CHECK(run.hop("a").waiting == Approx(36'000 / 8).epsilon(0.02));
}

TEST_CASE("a backlog drains in backlog / (drain - arrival)") {
  // 2 h of 10/s wait: 72,000. Drained at 15/s against 10/s: 14,400 s, until 3 h + 4 h.
  const Run run(
      "condition role\nport queue\nhop a from 10/s to outside needs role:denied ordered store kept 4d drain 15/s",
      "at 1h role falls\nat 3h role rises", hours(9));
  CHECK(run.hop("a").late == Approx(10 * (7200 + 14'400)).epsilon(0.001));
  CHECK(run.hop("a").on_time == Approx(10 * 3 * 3600).epsilon(0.001));
  CHECK(run.hop("a").longest_delay.in_seconds() == Approx(7200).margin(1));
}

TEST_CASE("without a fallback for its class data is lost at once") {
  const Run run(R"(
condition role
condition net
hop a from 5/s to outside needs role:denied,net:unavailable
  retry 60s limit 1h on unavailable
)",
                "at 1h net falls\nat 2h role falls\nat 3h role rises\nat 3h net rises", hours(4));
  // the 3600 s before 2 h were lost at their age of an hour or when the class changed, the next hour at once
  CHECK(run.hop("a").lost == Approx(5 * 7200).margin(2));
  CHECK(run.hop("a").late == 0);
}

TEST_CASE("a change of class moves data on to the next place the new class lists") {
  const Run run(R"(
condition role
condition net
store spare
hop a from 5/s to outside needs role:denied,net:unavailable
  retry 60s limit 6h on unavailable
  store spare by-action
)",
                "at 1h net falls\nat 2h role falls\nat 3h role rises\nat 3h net rises\nat 5h release a 1 100/s",
                hours(6));
  CHECK(run.hop("a").lost == 0);
  CHECK(run.hop("a").recovered == Approx(5 * 7200).margin(2));
  CHECK(run.hop("a").longest_delay.in_seconds() == Approx(4 * 3600).margin(1));
}

TEST_CASE("a full buffer drops the oldest or the newest or passes on") {
  const auto lost_from = [](std::string_view overflow) {
    const Run run(std::string("condition role\nhop a from 1/s to outside needs role buffer holds 1000 overflow ") +
                      std::string(overflow),
                  "at 1h role falls\nat 2h role rises", hours(3));
    CHECK(run.hop("a").lost == Approx(3600 - 1000).margin(2));
    REQUIRE(run.hop("a").losses.size() == 1);
    CHECK(run.hop("a").losses[0].why == LossWindow::Why::full);
    return run.hop("a").losses[0].arrived_from.in_seconds();
  };
  CHECK(lost_from("drop_oldest") == Approx(3600).margin(2));
  CHECK(lost_from("drop_newest") == Approx(4600).margin(2));
  CHECK(lost_from("next") == Approx(4600).margin(2));
}

TEST_CASE("a full buffer that blocks holds the upstream up") {
  const Run run(R"(
condition role
port app
hop in from 2/s to app retry 10s limit 1000s on stalled
hop logs from app to outside needs role ordered buffer holds 1000 overflow block
)",
                "at 1h role falls\nat 2h role rises", hours(3));
  CHECK(run.hop("logs").lost == 0);
  // 500 s fill the buffer; what came in the first 3100 - 1000 s after that was given up
  CHECK(run.hop("in").lost == Approx(2 * 2100).margin(25));
  REQUIRE(run.hop("in").losses.size() == 1);
  CHECK(run.hop("in").losses[0].error == ErrorClass::stalled);
}

TEST_CASE("a hop that refused something pauses, one that was offered nothing does not") {
  const std::string_view script = "at 1h role falls\nat 2h role rises";
  const Run busy("condition role\nhop a from 1/s to outside needs role pauses 10m", script, hours(3));
  CHECK(busy.hop("a").lost == Approx(3600 + 600).margin(2));
  const Run idle("condition role\nhop a from 1/s 1h:0/s 2h:1/s to outside needs role pauses 10m", script, hours(3));
  CHECK(idle.hop("a").lost == 0);
}

TEST_CASE("data in a store that is destroyed is lost at that moment") {
  const Run run(R"(
condition role
condition queue
store spare lost-with queue accepts queue
hop a from 1/s to outside needs role store spare
)",
                "at 1h role falls\nat 2h queue falls\nat 3h role rises", hours(4));
  CHECK(run.hop("a").lost == Approx(7200).margin(2));
  REQUIRE(run.hop("a").losses.size() == 2);  // what waited, and what it refused afterwards
}

TEST_CASE("a store that cannot be read neither drains nor releases") {
  const Run run(
      "condition role\ncondition key\nstore spare readable key\nhop a from 1/s to outside needs role store spare",
      "at 1h role falls\nat 1h key falls\nat 2h role rises\nat 3h key rises", hours(4));
  CHECK(run.hop("a").late == Approx(3600).margin(2));
  CHECK(run.hop("a").longest_delay.in_seconds() == Approx(7200).margin(2));
}

// ---- several hops ----

TEST_CASE("what is handed on enters the port") {
  const Run run(R"(
condition role
port letters
hop a from 1/s to outside needs role retry 60s limit 30m hand-on letters
hop b from letters to outside ratio 0.5
)",
                "at 1h role falls\nat 2h role rises", hours(3));
  CHECK(run.hop("a").handed_on == Approx(1800).margin(2));
  CHECK(run.hop("b").offered == Approx(900).margin(2));
}

TEST_CASE("a port over capacity cuts fresh arrivals in proportion") {
  const Run run(R"(
port api capacity 30/s
hop a from 20/s to api
hop b from 40/s to api
)",
                "", hours(1));
  CHECK(run.hop("a").on_time == Approx(36'000).epsilon(0.002));
  CHECK(run.hop("b").on_time == Approx(72'000).epsilon(0.002));
  CHECK(run.hop("a").losses.at(0).error == ErrorClass::throttled);
}

TEST_CASE("what waits comes after fresh arrivals, releases come last") {
  const Run run(R"(
condition role
port api capacity 30/s
hop fresh from 20/s to api
hop queue from 5/s to api ordered needs role store
hop dead from 0/s 1h:5/s 2h:0/s to api needs role store by-action
)",
                "at 1h role falls\nat 2h role rises\nat 2h release dead 0", hours(5));
  CHECK(run.hop("fresh").on_time == Approx(run.hop("fresh").offered));
  // 18,000 wait in the queue: 10/s are left, 5/s flow in, so it is empty after 3600 s; then 5/s are left for the
  // release
  CHECK(run.hop("queue").late == Approx(18'000 + 18'000).epsilon(0.01));
  CHECK(run.hop("dead").recovered == Approx(5 * 3600).epsilon(0.01));
  CHECK(run.hop("dead").longest_delay.in_seconds() > 2 * 3600 - 60);
}

TEST_CASE("a timetable and a signal give single events") {
  const Run run(R"(
condition role
hop backup from timetable every 1h first 30m to outside needs role retry 60s limit 5m
hop alarm from signal role to outside
)",
                "at 1h role falls\nat 3h role rises\nat 4h role falls", hours(5));
  CHECK(run.hop("backup").offered == 5);  // 0.5, 1.5, 2.5, 3.5, 4.5 h
  CHECK(run.hop("backup").lost == 3);
  CHECK(run.hop("alarm").offered == 2);
}

TEST_CASE("work is done by the workers that run") {
  const Run run(R"(
condition role
process task count 2 lifetime 4h start role restart 10m
port app by task
hop logs from work 10/s at app to outside
)",
                "at 0s role falls", hours(5));
  // two workers until 1 h, one until 3 h, none after
  CHECK(run.hop("logs").offered == Approx(10 * 3600 + 5 * 7200).margin(2));
}
