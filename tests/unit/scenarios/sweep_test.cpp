// Sweeps: the cliffs are where they are by hand, and over the time to detect they are the points of no return.
#include "scenarios/sweep.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>

#include "models/catalogue.hpp"
#include "scenarios/scenario.hpp"

namespace moshimo::scenarios {
namespace {

struct Swept {
  std::unique_ptr<Answer> base;  // the sweep refers to it
  Sweep sweep;
};

Swept swept(std::shared_ptr<const Scenario> scenario, std::shared_ptr<const models::Inventory> inventory,
            const std::vector<std::string>& varied, std::size_t points = 0, bool finds_cliffs = true) {
  input::Diagnostics diagnostics;
  Swept s;
  s.base = std::make_unique<Answer>(inventory ? answer(scenario, inventory, models::embedded_catalogue(), diagnostics)
                                              : answer(scenario, models::embedded_catalogue(), diagnostics));
  diagnostics.throw_if_errors();
  std::vector<Vary> list;
  for (const std::string& text : varied) list.push_back(parse_vary(text, diagnostics).value());
  SweepOptions options;
  options.points = points;
  options.finds_cliffs = finds_cliffs;
  s.sweep = sweep(*s.base, list, models::embedded_catalogue(), options, diagnostics);
  diagnostics.throw_if_errors();
  return s;
}

Swept flagship(const std::vector<std::string>& varied, bool finds_cliffs) {
  input::Diagnostics diagnostics;
  Scenario scenario =
      read_scenario(MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/as-it-happened.scenario.yaml", diagnostics);
  diagnostics.throw_if_errors();
  scenario.sweep.clear();
  scenario.what_if.clear();
  if (finds_cliffs) scenario.compare.clear();
  return swept(std::make_shared<const Scenario>(std::move(scenario)), nullptr, varied, 0, finds_cliffs);
}

// An inventory in which `role` is deleted.
Swept without_role(const std::string& yaml, const std::vector<std::string>& varied, std::size_t points = 0) {
  input::Diagnostics diagnostics;
  models::Inventory read;
  models::read_inventory(input::Document::parse("small.yaml", yaml, input::Format::yaml, diagnostics), read,
                         diagnostics);
  diagnostics.throw_if_errors();
  auto scenario = std::make_shared<Scenario>();
  scenario->name = "small";
  scenario->horizon = SimTime::after_start(Duration::days(10));
  ScenarioFault fault;
  fault.verb = "delete";
  fault.components = {"role"};
  fault.component_at = {input::Position{}};
  scenario->faults.push_back(fault);
  scenario->compare = {Strategy::none, Strategy::full};
  return swept(scenario, std::make_shared<const models::Inventory>(std::move(read)), varied, points);
}

// A consumer that loses its role: the queue keeps what comes for its retention.
Swept queue(const std::vector<std::string>& varied, const std::string& more = "", std::size_t points = 0) {
  return without_role("version: 1\nresources:\n" + more + R"(
  role: { type: iam:role }
  jobs: { type: sqs:queue, retention: 1d }
  worker: { type: lambda:function, role: role }
  jobs-to-worker: { type: lambda:event-source-mapping, source: jobs, function: worker }
traffic:
  - { to: jobs, rate: 10/s }
)",
                      varied, points);
}

const Cliff* begins(const Sweep& sweep, std::string_view hop, Strategy s = Strategy::full) {
  const auto found = std::find_if(sweep.cliffs.begin(), sweep.cliffs.end(), [&](const Cliff& c) {
    return c.kind == Cliff::Kind::begins && c.strategy == s && c.trait.kind == Trait::Kind::loses &&
           c.trait.what == hop;
  });
  return found == sweep.cliffs.end() ? nullptr : &*found;
}

double loss(const SweepPoint& p, Strategy s) { return p.of(s)->lost(); }

// By how much a cliff, moved by what its repair takes, misses the point of no return, in seconds.
double misses(const Swept& s, const Cliff& c) {
  const SimTime noticed = s.base->first_fault + Duration::seconds(c.below);
  const Duration lead = c.deciding->effective - noticed;
  const SimTime last_chance = noticed + lead;
  return (c.point->at - last_chance).in_seconds();
}

TEST_CASE("a queue loses data once its retention is over before the repair takes effect", "[sweep]") {
  const Swept s = queue({"detect=1h..5d"});
  const Cliff* c = begins(s.sweep, "jobs-to-worker/poll-queue");
  REQUIRE(c);
  REQUIRE(c->point);
  REQUIRE(c->deciding);
  CHECK(c->above - c->below == 1);  // to the second
  // The role is gone 4 s after the fault; what came right then is gone a day later, unless data flows by then.
  CHECK(c->point->at.in_seconds() == Approx(86400 + 4).margin(1));
  CHECK(misses(s, *c) >= 0);
  CHECK(misses(s, *c) <= 1);
  CHECK(s.sweep.passed.size() == 1);
  CHECK(s.sweep.passed.front().kind == Passed::Kind::at_a_cliff);
}

TEST_CASE("over the retention the cliff is where the first event just outlasts the repair", "[sweep]") {
  // Noticed after 40 min, the apply takes 7 min, the role is usable 15 s later; the first event came after 4 s.
  const Swept by_retention = queue({"jobs.retention=10m..1d"});
  const auto ends =
      std::find_if(by_retention.sweep.cliffs.begin(), by_retention.sweep.cliffs.end(), [](const Cliff& c) {
        return c.kind == Cliff::Kind::ends && c.strategy == Strategy::full && c.trait.kind == Trait::Kind::loses;
      });
  REQUIRE(ends != by_retention.sweep.cliffs.end());
  CHECK(ends->above == Approx(2400 + 420 + 15 - 4).margin(1.1));
}

// All that arrives is lost while the role is gone, since nothing is tried again; after six hours it would be too old,
// too, which loses nothing more.
TEST_CASE("where only one more reason comes up for what is lost already, there is no cliff", "[sweep]") {
  const Swept s = without_role(R"(
version: 1
resources:
  role: { type: iam:role }
  worker: { type: lambda:function, role: role, max_age: 6h, max_retries: 0, calls: [{ name: put, to: table }] }
  other: { type: iam:role }
  sender: { type: lambda:function, role: other, calls: [{ name: hand, to: worker }] }
  table: { type: dynamodb:table }
traffic:
  - { to: sender, rate: 10/s }
)",
                               {"detect=1m..10h"});
  const auto lost_to_age = [](const Cliff& c) { return c.strategy == Strategy::full && c.below > 5 * 3600; };
  REQUIRE(std::any_of(s.sweep.cliffs.begin(), s.sweep.cliffs.end(), lost_to_age));
  for (const Cliff& c : s.sweep.cliffs) {
    if (lost_to_age(c)) CHECK(c.kind == Cliff::Kind::reason);
  }
  REQUIRE(s.sweep.passed.size() == 1);
  CHECK(s.sweep.passed.front().kind == Passed::Kind::without_effect);
}

TEST_CASE("beyond the cliff each second of delay loses what comes in a second", "[sweep]") {
  const Swept s = queue({"detect=2d,3d,4d"});
  // 10 a second for a day: 864,000 more for each day of delay.
  CHECK(loss(s.sweep.points[1], Strategy::full) - loss(s.sweep.points[0], Strategy::full) == Approx(864000));
  CHECK(loss(s.sweep.points[2], Strategy::full) - loss(s.sweep.points[1], Strategy::full) == Approx(864000));
  CHECK(s.sweep.cliffs.empty());  // it is the same line all along
}

TEST_CASE("a surface is told by the second axis, then by the first, and has the cliffs of each row", "[sweep]") {
  const Swept s = queue({"detect=1h..5d", "jobs.retention=1d,2d"}, "", 5);
  REQUIRE(s.sweep.points.size() == 10);
  CHECK(s.sweep.points[4].at == std::vector<double>{5 * 86400.0, 86400.0});
  CHECK(s.sweep.points[5].at == std::vector<double>{3600.0, 2 * 86400.0});
  std::vector<double> cliffs;
  for (const Cliff& c : s.sweep.cliffs) {
    if (c.strategy == Strategy::full && c.kind == Cliff::Kind::begins) cliffs.push_back(c.below);
  }
  REQUIRE(cliffs.size() == 2);
  CHECK(cliffs[1] - cliffs[0] == Approx(86400).margin(1));  // a day more of retention gives a day more
}

TEST_CASE("the time of a fault, the horizon and the time a repair takes can be varied", "[sweep]") {
  const Swept later = queue({"faults[0].at=0s,1h"});
  CHECK(loss(later.sweep.points[0], Strategy::none) - loss(later.sweep.points[1], Strategy::none) ==
        Approx(36000).margin(1));  // an hour less of 10 a second
  const Swept longer = queue({"horizon=2d,3d"});
  CHECK(loss(longer.sweep.points[1], Strategy::none) - loss(longer.sweep.points[0], Strategy::none) == Approx(864000));
  const Swept more = queue({"traffic[0].rate=10/s,20/s"});
  CHECK(loss(more.sweep.points[1], Strategy::none) == Approx(2 * loss(more.sweep.points[0], Strategy::none)));
}

TEST_CASE("where nobody loses anything, that is why the strategies are equal", "[sweep]") {
  const Swept s = queue({"detect=1h,2h,3d"});
  const auto worse = std::find_if(s.sweep.comparing.begin(), s.sweep.comparing.end(),
                                  [](const Comparing& c) { return c.kind == Comparing::Kind::worse; });
  CHECK(worse == s.sweep.comparing.end());
  CHECK(loss(s.sweep.points[0], Strategy::full) == 0);
  CHECK(loss(s.sweep.points[0], Strategy::none) > 0);  // nobody ever comes
}

TEST_CASE("the cliffs of the flagship over the time to detect are its points of no return", "[sweep][flagship]") {
  const Swept s = flagship({"detect=1s..29d"}, true);
  CHECK_FALSE(s.sweep.is_cut_short);
  std::size_t at_cliffs = 0;
  for (const Passed& p : s.sweep.passed) {
    INFO(p.what << " at " << p.point.at.in_seconds());
    if (p.kind == Passed::Kind::before) {
      // Nobody is that quick: a role takes longer to come back than these places keep anything.
      CHECK(p.point.at - s.base->first_fault < Duration::minutes(20));
      continue;
    }
    CHECK(p.kind == Passed::Kind::at_a_cliff);
    const Cliff* c = begins(s.sweep, p.what);
    REQUIRE(c);
    REQUIRE(c->point);
    CHECK(c->point->at == p.point.at);
    REQUIRE(c->deciding);
    CHECK(c->above - c->below == 1);
    CHECK(misses(s, *c) >= -0.001);
    CHECK(misses(s, *c) <= 1.001);
    ++at_cliffs;
  }
  CHECK(at_cliffs >= 7);  // three functions, the stream, two queues, the log group, the tasks
  // And no loss begins without a point of no return.
  for (const Cliff& c : s.sweep.cliffs) {
    if (c.strategy != Strategy::full || c.kind != Cliff::Kind::begins || c.trait.kind != Trait::Kind::loses) continue;
    INFO(c.trait.what);
    CHECK(c.point);
  }
}

TEST_CASE("of the flagship every step loses less than re-applying only, and that less than doing nothing",
          "[sweep][flagship]") {
  const Swept s = flagship({"detect=1s..29d"}, false);
  for (const SweepPoint& p : s.sweep.points) {
    INFO(p.at.front());
    CHECK(loss(p, Strategy::full) < loss(p, Strategy::restore_only));
    CHECK(loss(p, Strategy::restore_only) < loss(p, Strategy::none));
  }
  CHECK(s.sweep.inversions.empty());
}

TEST_CASE("what cannot be varied is told with what can", "[sweep]") {
  input::Diagnostics diagnostics;
  CHECK_FALSE(parse_vary("detect", diagnostics));
  CHECK_FALSE(parse_vary("detect=soon", diagnostics));
  CHECK_FALSE(parse_vary("detect=2h..1h", diagnostics));
  CHECK_FALSE(parse_vary("detect=1h,5/s", diagnostics));
  REQUIRE(diagnostics.errors().size() == 4);
  CHECK(diagnostics.errors()[0].message.find("write NAME=LOW..HIGH") != std::string::npos);
  CHECK(diagnostics.errors()[1].message.find("'soon' is no value") == 0);
  CHECK(diagnostics.errors()[2].message.find("from a lower to a higher") != std::string::npos);
  CHECK(diagnostics.errors()[3].message.find("not of one kind") != std::string::npos);
  CHECK_THROWS_WITH(queue({"job.retention=1d,2d"}), Catch::Contains("there is nothing called 'job.retention' to vary"));
  CHECK_THROWS_WITH(queue({"detect=1h,2h", "detect=3h,4h"}),
                    Catch::Contains("'detect' is varied twice; write all of its values as one list"));
  CHECK_THROWS_WITH(queue({"responders=0..3"}), Catch::Contains("1 to 1000 responders"));
  CHECK_THROWS_WITH(queue({"detect=1..3"}), Catch::Contains("takes durations"));
  CHECK_THROWS_WITH(queue({"faults[1].at=1h,2h"}), Catch::Contains("the scenario has 1 fault"));
}

}  // namespace
}  // namespace moshimo::scenarios
