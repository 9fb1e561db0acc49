// Trials of small worlds whose distributions of outcomes are known in closed form.
#include "scenarios/trials.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/scenarios/asking.hpp"
#include "tests/unit/scenarios/by_hand.hpp"
#include "tests/unit/support/system_text.hpp"

namespace moshimo::scenarios {
namespace {

// A role is deleted at once, noticed after anything between 0 and 2 h, and made again in 5 min. Until then a hop fails
// that gets 10 events a second.
Answer world(std::string_view hop, const Uncertainty& uncertainty,
             std::optional<Distribution> detection = Distribution::uniform(Duration{}, Duration::hours(2)),
             std::string_view delays = "") {
  Answer a;
  auto compiled = std::make_shared<models::Compiled>();
  System& system = compiled->system;
  system = system_from(std::string("condition role as denied ") + std::string(delays) +
                       "\nport middle\nport sink\nhop feed from 10/s to middle\nhop send from middle to sink needs "
                       "role:denied " +
                       std::string(hop) + "\n");
  const ConditionId role = condition_named(system, "role");
  Component component;
  component.name = "sender";
  component.rto = Duration::hours(1);
  const ComponentId sender = system.components.add(component);
  system.hops[hop_named(system, "send")].component = sender;
  Action action;
  action.name = "role/delete";
  action.component = sender;
  action.breaks = {role};
  a.faults = {{SimTime{}, system.actions.add(action)}};
  Repair repair;
  repair.label = written("role/recreate");
  repair.restores = {role};
  repair.takes = Duration::minutes(5);
  repair.by_apply = true;
  system.repairs.add(repair);

  auto scenario = std::make_shared<Scenario>();
  scenario->name = "small";
  scenario->horizon = SimTime::after_start(Duration::days(1));
  scenario->detection = detection;
  if (detection) scenario->response.time_to_detect = median(*detection);
  a.noticed_after = scenario->response.time_to_detect;
  scenario->uncertainty = uncertainty;
  a.scenario = scenario;
  a.first_fault = SimTime{};
  a.compiled = compiled;
  Simulation simulation(system);
  a.healthy = simulation.run({}, scenario->horizon);
  for (const Strategy strategy : {Strategy::none, Strategy::full}) {
    Responders responders = scenario->response;
    responders.strategy = strategy;
    StrategyRun run;
    run.response = respond(simulation, a.faults, responders, scenario->horizon);
    run.findings = findings_of(system, run.response.outcome, a.healthy);
    a.runs.push_back(std::move(run));
  }
  a.main = 1;
  return a;
}

constexpr Uncertainty certain = {1, 1};

TrialOptions options(std::uint64_t trials) {
  TrialOptions o;
  o.trials = trials;
  o.threads = 1;
  return o;
}

std::size_t figure_of(const TrialStudy& study, TrialFigure::Kind kind) {
  const auto found =
      std::find_if(study.figures.begin(), study.figures.end(), [kind](const TrialFigure& f) { return f.kind == kind; });
  REQUIRE(found != study.figures.end());
  return static_cast<std::size_t>(found - study.figures.begin());
}

const Tally& tally_of(const TrialShard& all, TrialFigure::Kind kind) {
  return all.counts.figures[figure_of(all.study, kind)];
}

}  // namespace

// Lost is 10/s x (time to detect + 300 s): 3,000 to 75,000 events, all equally likely. A quantile of 4,000 draws is off
// by no more than 5 standard errors of sqrt(0.25 / 4,000) of the range, 2,850 events, and 1/256 of itself.
TEST_CASE("without a place to wait, what is lost is distributed as the time to detect", "[trials]") {
  const Answer a = world("", certain);
  const TrialShard all = run_trials(a, options(4000), "v", "d");
  REQUIRE(all.study.inputs.size() == 1);
  CHECK(all.study.inputs.front().name == "time to detect");
  const Tally& lost = tally_of(all, TrialFigure::Kind::lost);
  CHECK(all.study.figures.front().plain == Approx(10 * (3600 + 300)));
  CHECK(lost.over == 4000);
  CHECK(lost.quantile(500) == Approx(39'000).margin(2'850 + 39'000.0 / 256));
  CHECK(lost.quantile(50) == Approx(6'600).margin(2'850 + 6'600.0 / 256));
  CHECK(lost.quantile(950) == Approx(71'400).margin(2'850 + 71'400.0 / 256));
  CHECK(lost.least >= 3'000);
  CHECK(lost.most <= 75'000);
  CHECK(rank_correlation(lost, all.counts.ranks.front(), 0, all.counts.squares.front()) > 0.999);
}

// 60 attempts a minute apart reach 1 h, so events are lost when the outage is longer: noticed after more than 55 min.
// P = 65 / 120 = 0.5417; five standard errors of 4,000 trials are 0.039. The objective of 1 h is missed just as often.
TEST_CASE("how likely a loss is depends on what the retries bridge", "[trials]") {
  const Answer a = world("retry 60s limit 1h", certain);
  const TrialShard all = run_trials(a, options(4000), "v", "d");
  CHECK(static_cast<double>(tally_of(all, TrialFigure::Kind::lost).over) / 4000 == Approx(65.0 / 120).margin(0.039));
  CHECK(static_cast<double>(tally_of(all, TrialFigure::Kind::rto).over) / 4000 == Approx(65.0 / 120).margin(0.039));
  CHECK(tally_of(all, TrialFigure::Kind::lost_of) == tally_of(all, TrialFigure::Kind::lost));
}

// Lost is 10/s x (3,600 s + repair): with a repair of 300 s in the middle and 900 s in one of twenty.
TEST_CASE("a repair takes its figure half the time, and three times as long in one of twenty", "[trials]") {
  const Answer a = world("", {3, 1}, Distribution::exactly(Duration::hours(1)));
  const TrialShard all = run_trials(a, options(4000), "v", "d");
  const Tally& lost = tally_of(all, TrialFigure::Kind::lost);
  CHECK(lost.quantile(500) == Approx(39'000).epsilon(0.01));
  CHECK(lost.quantile(950) == Approx(45'000).epsilon(0.02));
  const TrialShard certainly = run_trials(world("", certain, {}), options(50), "v", "d");
  CHECK(certainly.study.inputs.empty());
  CHECK(tally_of(certainly, TrialFigure::Kind::lost).counts.size() == 1);
  CHECK(tally_of(certainly, TrialFigure::Kind::lost).most == Approx(10 * (2400 + 300)));
}

// Noticed after 40 min and made again after 45 min; the role works again up to 10 min later, its fall shows 4 s late.
TEST_CASE("of a delay up to D a plain run takes D, and trials anything", "[trials]") {
  const Answer a = world("", certain, std::nullopt, "falls 4s rises 0s..10m");
  const TrialShard all = run_trials(a, options(2000), "v", "d");
  const Tally& lost = tally_of(all, TrialFigure::Kind::lost);
  CHECK(all.study.figures.front().plain == Approx(10 * (2700 + 600 - 4)));
  CHECK(lost.least >= 10 * (2700 - 4));
  CHECK(lost.most <= 10 * (2700 + 600 - 4));
  CHECK(lost.quantile(500) == Approx(10 * (2700 + 300 - 4)).epsilon(0.02));
  REQUIRE(all.study.inputs.size() == 1);  // the fall is a figure of its own, and certain here
  CHECK(all.study.inputs.front().name == "role rises after");
  const TrialShard both = run_trials(world("", {1, 2}, {}, "falls 4s rises 0s..10m"), options(10), "v", "d");
  CHECK(both.study.inputs.size() == 2);
}

// An apply that makes two things, in 5 and in 10 min, is slow as a whole: what the one loses, 10/s, is half of what the
// other loses, in the quickest trial and in the slowest. Were each drawn by itself, it would not be.
TEST_CASE("one apply is drawn once, for all that it does", "[trials]") {
  ByHand world(
      "condition a as denied\ncondition b as denied\nport middle\nhop feed from 10/s to middle\n"
      "hop to-a from middle to outside needs a\nhop to-b from middle to outside needs b\n");
  for (const char* name : {"to-a", "to-b"}) {
    Component component;
    component.name = std::string("owner of ") + name;
    const ComponentId owner = world.system().components.add(component);
    world.system().hops[hop_named(world.system(), name)].component = owner;
  }
  world.happens({}, {"a", "b"});
  world.mends("a", Duration::minutes(5), true);
  world.mends("b", Duration::minutes(10), true);
  world.scenario->uncertainty = {3, 1};
  const Answer& a = world.answered({}, Duration::days(1));
  REQUIRE(a.main_run().response.steps.size() == 1);
  const TrialShard all = run_trials(a, options(200), "v", "d");
  REQUIRE(all.study.inputs.size() == 1);
  CHECK(all.study.inputs[0].name == "apply takes");
  const std::size_t first = figure_of(all.study, TrialFigure::Kind::lost_of);
  const Tally& of_a = all.counts.figures.at(first);
  const Tally& of_b = all.counts.figures.at(first + 1);
  CHECK(all.study.figures[first].plain == Approx(10 * 300));
  CHECK(of_a.most / of_b.most == Approx(0.5).epsilon(1e-6));
  CHECK(of_a.least / of_b.least == Approx(0.5).epsilon(1e-6));
  CHECK(of_a.most_in == of_b.most_in);
  CHECK(of_a.most > 2 * of_a.least);
}

// Noticed after anything from 6 to 8 days: the key is destroyed after 7, so in half of the trials what lay under it is
// gone. Five standard errors of 400 trials are 0.125.
TEST_CASE("trials count the places whose content is gone for good", "[trials]") {
  Asked asked;
  asked.components = {"key"};
  asked.verb = "schedule-deletion";
  asked.horizon = Duration::days(20);
  asked.detect = Duration::days(7);
  asked.people = 1;
  Answer a = ask(
      "resources:\n  key: { type: kms:key, pending_window: 7d }\n  bucket: { type: s3:bucket, kms_key: key }\n", asked);
  auto scenario = std::make_shared<Scenario>(*a.scenario);
  scenario->detection = Distribution::uniform(Duration::days(6), Duration::days(8));
  scenario->uncertainty = certain;
  a.scenario = scenario;
  const TrialShard all = run_trials(a, options(400), "v", "d");
  const Tally& destroyed = tally_of(all, TrialFigure::Kind::destroyed);
  CHECK(static_cast<double>(destroyed.over) / 400 == Approx(0.25).margin(0.108));
  CHECK(destroyed.most == 1);
  CHECK(destroyed.least == 0);
}

TEST_CASE("any split over shards and threads gives the same counts", "[trials]") {
  const Answer a = world("retry 60s limit 1h", {3, 2},
                         Distribution::lognormal(Duration::minutes(40), Duration::hours(6)), "falls 4s rises 15s");
  TrialOptions o = options(301);
  const TrialShard whole = run_trials(a, o, "v", "d");
  o.threads = 2;
  CHECK(run_trials(a, o, "v", "d").counts == whole.counts);
  for (const std::uint64_t shards : {2, 3, 7, 301}) {
    TrialCounts together;
    for (std::uint64_t s = shards; s >= 1; --s) {
      o.shard = s;
      o.shards = shards;
      together.add(run_trials(a, o, "v", "d").counts);
    }
    INFO(shards);
    CHECK(together == whole.counts);
  }
  o = options(301);
  o.seed = 2;
  CHECK_FALSE(run_trials(a, o, "v", "d").counts == whole.counts);
}

TEST_CASE("shards leave no trial out", "[trials]") {
  CHECK(first_trial(1, 3, 10) == 0);  // 4, 3 and 3
  CHECK(first_trial(2, 3, 10) == 4);
  CHECK(first_trial(3, 3, 10) == 7);
  CHECK(first_trial(4, 3, 10) == 10);
}

}  // namespace moshimo::scenarios
