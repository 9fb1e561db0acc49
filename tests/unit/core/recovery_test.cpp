// What steps are worth, which have to come first, and in which order least is lost: by hand arithmetic and by trying
// everything.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <numeric>
#include <random>

#include "core/order_search.hpp"
#include "core/step_graph.hpp"
#include "core/step_worth.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

constexpr SimTime horizon = SimTime::after_start(Duration::days(2));
bool always() { return true; }

// Flows that each fail for want of a condition of their own, which one repair restores; all fall at the start.
struct Town {
  System system;
  Action fall;
  ActionId fault;
  std::vector<RepairId> repairs;
  Responders who;

  explicit Town(const std::string& text) : system(system_from(text)) {
    for (Hop& hop : system.hops) {
      Component c;
      c.name = hop.name;
      hop.component = system.components.add(std::move(c));
    }
    who.time_to_detect = {};
    who.count = 1;
  }
  // `required`: one of these is enough.
  RepairId repair(const std::string& restores, Duration takes, const std::vector<std::string>& required = {}) {
    Repair r;
    r.label = written(restores + "/mend");
    r.restores = {condition_named(system, restores)};
    r.takes = takes;
    if (!required.empty()) {
      Need need;
      need.condition = condition_named(system, required.front());
      for (std::size_t i = 1; i < required.size(); ++i)
        need.alternatives.push_back(condition_named(system, required[i]));
      r.requirements = {need};
    }
    fall.breaks.push_back(r.restores.front());
    repairs.push_back(system.repairs.add(r));
    return repairs.back();
  }
  void break_all() {
    fall.name = "all/fall";
    fault = system.actions.add(fall);
    simulation = std::make_unique<Simulation>(system);
    Responders nobody = who;
    nobody.strategy = Strategy::none;
    idle = respond(*simulation, {{SimTime{}, fault}}, nobody, horizon).outcome;
    again = [this](const PlanRules& rules) {
      return respond(*simulation, {{SimTime{}, fault}}, who, horizon, &idle, rules);
    };
  }
  OrderSearch search() const {
    const Response plan = again({});
    return better_order(system, who, plan, graph_of(system, plan), again, always);
  }
  Outcome healthy() const {
    Responders nobody = who;
    nobody.strategy = Strategy::none;
    return respond(*simulation, {}, nobody, horizon).outcome;
  }
  double lost(const Response& r) const { return toll_of(system, r).lost; }

  std::unique_ptr<Simulation> simulation;
  Outcome idle;
  DoAgain again;
};

std::string flow(const std::string& name, int per_second, const std::string& kept) {
  return "condition " + name + " as denied\nhop to-" + name + " from " + std::to_string(per_second) +
         "/s to outside needs " + name + (kept.empty() ? "" : " buffer limit " + kept) + "\n";
}

}  // namespace

// a is due after 60 min and takes 2 h, b after 61 min and takes 5 min; of b a hundred times as much is lost.
// a first: a loses (120 - 60) min, b (125 - 61) min * 100/s. b first: a loses (125 - 60) min, b nothing.
TEST_CASE("the step that is due first is not always the one to begin with", "[core][recovery]") {
  Town town(flow("a", 1, "60m") + flow("b", 100, "61m"));
  const RepairId a = town.repair("a", Duration::hours(2));
  const RepairId b = town.repair("b", Duration::minutes(5));
  town.break_all();
  const OrderSearch search = town.search();
  CHECK(search.is_exact);
  CHECK(search.is_finished);
  CHECK(search.tried == 2);
  CHECK(search.by_rule.lost == Approx(60 * 60 + 64 * 60 * 100));
  CHECK(search.best.lost == Approx(65 * 60));
  CHECK(search.order == std::vector<Task>{{b}, {a}});
  REQUIRE(search.moves.size() == 1);
  CHECK(search.moves[0].moved == Task{b});
  CHECK(search.moves[0].beside == Task{a});
  CHECK(search.moves[0].saves == Approx(60 * 60 + 64 * 60 * 100 - 65 * 60));
  CHECK(search.moves[0].mostly == hop_named(town.system, "to-b"));
  CHECK(town.lost(search.response) == Approx(search.best.lost));
}

// By the rule a comes first, 40/s, but it takes 100 min and the others 10 each: 40 × 100 + 30 × 110 + 20 × 120 + 10 ×
// 130 = 11,000 (× 60 s) against 30 × 10 + 20 × 20 + 10 × 30 + 40 × 130 = 6,200. What differs is one step, not three.
TEST_CASE("an order that differs by one step is told as one move", "[core][recovery]") {
  Town town(flow("a", 40, "") + flow("b", 30, "") + flow("c", 20, "") + flow("d", 10, ""));
  const RepairId a = town.repair("a", Duration::minutes(100));
  RepairId last;
  for (const char* name : {"b", "c", "d"}) last = town.repair(name, Duration::minutes(10));
  town.break_all();
  const OrderSearch search = town.search();
  CHECK(search.by_rule.lost == Approx(11000 * 60));
  CHECK(search.best.lost == Approx(6200 * 60));
  REQUIRE(search.moves.size() == 1);
  CHECK(search.moves[0].moved == Task{a});
  CHECK(search.moves[0].is_later);
  CHECK(search.moves[0].beside == Task{last});
  CHECK(search.moves[0].saves == Approx(4800 * 60));
}

// a is put off to 60 min. b, which takes 50 min, is done before; were it 90 min, nobody would be free for a at its
// time.
TEST_CASE("the last person keeps free for a step that is put off", "[core][recovery]") {
  for (const int minutes : {50, 90}) {
    INFO(minutes);
    Town town(flow("a", 1, "") + flow("b", 1, ""));
    const RepairId a = town.repair("a", Duration::minutes(5));
    const RepairId b = town.repair("b", Duration::minutes(minutes));
    town.break_all();
    const SimTime until = SimTime::after_start(Duration::minutes(60));
    const Response r = town.again({{{a}, {b}}, {{a, until}}});
    REQUIRE(r.steps.size() == 2);
    for (const Step& s : r.steps) {
      if (s.repairs.front() == a) CHECK(s.start == until);
      if (s.repairs.front() == b) CHECK((s.start - SimTime{}) == Duration::minutes(minutes == 50 ? 0 : 65));
    }
  }
}

// What is lost at once, at r a second, until a step of length t is done: least when r/t falls along the order.
TEST_CASE("with many steps single moves find the order of falling rate by length", "[core][recovery]") {
  struct Job {
    int rate;
    int minutes;
  };
  std::vector<Job> jobs = {{5, 30}, {90, 10}, {7, 3}, {40, 40}, {2, 1}, {11, 25}, {64, 5}, {30, 30}, {1, 12}};
  std::string text;
  for (std::size_t i = 0; i < jobs.size(); ++i) text += flow("c" + std::to_string(i), jobs[i].rate, "");
  Town town(text);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    town.repair("c" + std::to_string(i), Duration::minutes(jobs[i].minutes));
  }
  town.break_all();
  const OrderSearch search = town.search();
  CHECK_FALSE(search.is_exact);
  CHECK(search.is_finished);
  std::sort(jobs.begin(), jobs.end(), [](Job x, Job y) { return x.rate * y.minutes > y.rate * x.minutes; });
  double least = 0;
  int done = 0;
  for (const Job& j : jobs) least += 60.0 * j.rate * (done += j.minutes);
  CHECK(search.best.lost == Approx(least));
  CHECK(search.by_rule.lost > least);
}

// Every permutation, also those that the graph rules out. Some steps need another, or one of two others; some things
// show only a while after they are mended.
TEST_CASE("no order of up to seven steps is better than the one found", "[core][recovery]") {
  std::mt19937 random(7);
  const auto draw = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(std::max(high - low, 0) + 1));
  };
  for (int round = 0; round < 16; ++round) {
    INFO("round " << round);
    const int n = round < 13 ? draw(2, 5) : draw(6, 7);
    std::string text;
    for (int i = 0; i < n; ++i) {
      text += flow("c" + std::to_string(i), draw(1, 50), draw(0, 2) == 0 ? "" : std::to_string(draw(5, 200)) + "m");
    }
    Town town(text);
    town.who.count = static_cast<std::uint32_t>(draw(1, 2));
    const auto earlier = [&](int i) { return "c" + std::to_string(draw(0, i - 1)); };
    for (int i = 0; i < n; ++i) {
      std::vector<std::string> required;
      if (i > 0 && draw(0, 2) == 0) required = {earlier(i)};
      if (!required.empty() && draw(0, 1) == 0) required.push_back(earlier(i));
      town.repair("c" + std::to_string(i), Duration::minutes(draw(1, 90)), required);
      if (draw(0, 3) == 0) {
        town.system.conditions[ConditionId(static_cast<std::uint32_t>(i))].rises_after =
            Delay::exactly(Duration::minutes(draw(1, 20)));
      }
    }
    town.break_all();
    const OrderSearch search = town.search();
    REQUIRE(search.is_exact);
    std::vector<std::size_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    double least = 1e300;
    do {
      PlanRules rules;
      for (const std::size_t i : order) rules.order.push_back({town.repairs[i]});
      least = std::min(least, town.lost(town.again(rules)));
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(search.best.lost <= least + 0.5);
    CHECK(search.best.lost <= search.by_rule.lost);
  }
}

// c can be mended once a or b is. b is the more urgent by itself, but takes two hours; a takes five minutes. a, c, b: c
// loses 10 min, b 130 min; b, c, a: c loses 125 min.
TEST_CASE("of two steps either of which opens the way the better one goes first", "[core][recovery]") {
  Town town(flow("a", 1, "20h") + flow("b", 2, "") + flow("c", 1000, ""));
  const RepairId a = town.repair("a", Duration::minutes(5));
  const RepairId b = town.repair("b", Duration::hours(2));
  const RepairId c = town.repair("c", Duration::minutes(5), {"a", "b"});
  town.break_all();
  const OrderSearch search = town.search();
  CHECK(search.order == std::vector<Task>{{a}, {c}, {b}});
  CHECK(search.by_rule.lost == Approx(120 * 60 * 2 + 125 * 60 * 1000));
  CHECK(search.best.lost == Approx(10 * 60 * 1000 + 130 * 60 * 2));
}

// x is kept for 6 h at 10/s and mended after 20 min: begun at T it is done at T + 20 min, and loses what came more than
// 6 h before.
TEST_CASE("the worth of a step is the difference of two runs, and its last moment is found", "[core][recovery]") {
  Town town(flow("x", 10, "6h") + flow("y", 3, ""));
  const RepairId x = town.repair("x", Duration::minutes(20));
  const RepairId y = town.repair("y", Duration::minutes(10));
  town.who.count = 2;
  town.break_all();
  const Response plan = town.again({});
  REQUIRE(plan.steps.size() == 2);
  const PlanRules rules{tasks_of(town.system, town.who, plan.steps), {}};
  const std::vector<StepWorth> all =
      worth_of(town.system, plan, town.healthy(), rules, SimTime{}, horizon, town.again, always);
  REQUIRE(all.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    PlanRules without = rules;
    without.holds.push_back({plan.steps[i].repairs.front(), SimTime::never()});
    CHECK(all[i].saves == Approx(town.lost(town.again(without)) - town.lost(plan)));
  }
  const StepWorth& of_x = all[plan.steps[0].repairs.front() == x ? 0 : 1];
  const StepWorth& of_y = all[plan.steps[0].repairs.front() == y ? 0 : 1];
  // Nothing of y waits: that it is refused is the business of whoever asks.
  CHECK(of_x.mends == std::vector<ComponentId>{town.system.hops[hop_named(town.system, "to-x")].component});
  CHECK(of_y.mends.empty());
  // Without it all but the last 6 h of the two days are lost.
  CHECK(of_x.saves == Approx(10.0 * (48 - 6) * 3600));
  CHECK(of_x.mostly == std::vector<HopId>{hop_named(town.system, "to-x")});
  CHECK(of_x.no_later_than.since_start().in_seconds() == Approx(6 * 3600 - 20 * 60).margin(2));
  // What comes is lost until it is mended, so that it helps whenever it is done.
  CHECK(of_x.useless_from.is_never());
  // Nothing of y is kept: every second costs.
  CHECK(of_y.no_later_than.since_start().in_seconds() == Approx(0).margin(2));
}

// Only the first hour sends; what was kept for 6 h is gone at the latest 7 h after the start.
TEST_CASE("the moment from which a step saves nothing is found", "[core][recovery]") {
  Town town("condition x as denied\nhop to-x from 10/s 1h:0/s to outside needs x buffer limit 6h\n");
  town.repair("x", Duration::minutes(20));
  town.break_all();
  const Response plan = town.again({});
  const PlanRules rules{tasks_of(town.system, town.who, plan.steps), {}};
  const StepWorth worth =
      worth_of(town.system, plan, town.healthy(), rules, SimTime{}, horizon, town.again, always).at(0);
  CHECK(worth.saves == Approx(36000));
  CHECK(worth.no_later_than.since_start().in_seconds() == Approx(6 * 3600 - 20 * 60).margin(2));
  CHECK(worth.useless_from.since_start().in_seconds() == Approx(7 * 3600 - 20 * 60).margin(2));
  // The moment that is told is a useless one, to half an event, and a second before it is not.
  const auto lost_if_begun = [&](SimTime t) {
    PlanRules later = rules;
    later.holds.push_back({plan.steps[0].repairs.front(), t});
    return town.lost(town.again(later));
  };
  const double left_out = lost_if_begun(SimTime::never());
  CHECK(lost_if_begun(worth.useless_from) == Approx(left_out).margin(0.5));
  CHECK(lost_if_begun(worth.useless_from - Duration::seconds(1)) < left_out - 1);
}

// A switch goes off an hour after x has failed. Whoever begins x within 40 min never sees it; whoever begins later
// switches it on again in ten minutes after the twenty for x, and has time for both until 6 h.
TEST_CASE("what breaks only because a step begins later is put right as well", "[core][recovery]") {
  Town town(
      "condition x as denied\ncondition switch as denied follows x falls 1h rises repair\n"
      "hop to-x from 10/s to outside needs x,switch buffer limit 6h\n");
  town.repair("x", Duration::minutes(20));
  town.repair("switch", Duration::minutes(10), {"x"});
  town.fall.breaks = {condition_named(town.system, "x")};
  town.break_all();
  const Response plan = town.again({});
  REQUIRE(plan.steps.size() == 1);
  const PlanRules rules{tasks_of(town.system, town.who, plan.steps), {}};
  const StepWorth worth =
      worth_of(town.system, plan, town.healthy(), rules, SimTime{}, horizon, town.again, always).at(0);
  CHECK(worth.no_later_than.since_start().in_seconds() == Approx((360 - 30) * 60).margin(2));
  CHECK(worth.useless_from.is_never());
}

TEST_CASE("steps come after what they need, by way of other conditions, and the longest chain is told",
          "[core][recovery]") {
  Town town(
      "condition role as denied rises 15s\ncondition grant as key follows role rises repair\n"
      "condition other as denied\n"
      "hop call from 1/s to outside needs role:denied,grant:key\nhop write from 1/s to outside needs other\n");
  town.repair("role", Duration::minutes(5));
  town.repair("grant", Duration::minutes(2), {"role"});
  town.repair("other", Duration::minutes(6));
  town.fall.breaks = {condition_named(town.system, "role"), condition_named(town.system, "other")};
  town.who.count = 3;
  town.break_all();
  const Response plan = town.again({});
  REQUIRE(plan.steps.size() == 3);
  const StepGraph graph = graph_of(town.system, plan);
  REQUIRE(graph.edges.size() == 1);
  CHECK(name_of(town.system, plan.steps[graph.edges[0].before].repairs.front()) == "role/mend");
  CHECK(name_of(town.system, plan.steps[graph.edges[0].after].repairs.front()) == "grant/mend");
  CHECK(graph.edges[0].brings == condition_named(town.system, "role"));
  CHECK(graph.critical == std::vector<std::size_t>{graph.edges[0].before, graph.edges[0].after});
  CHECK(graph.critical_time == Duration::minutes(5) + Duration::seconds(15) + Duration::minutes(2));
}

// A step that needs another through a third needs only the third.
// The hop opens ten minutes after its role works, 15 s after the role is there; only then is the gap brought back.
TEST_CASE("the longest chain counts the pause before a release", "[core][recovery]") {
  Town town(
      "condition role as denied rises 15s\nstore source kept 14d\n"
      "hop filter from 100/s to outside needs role:denied pauses 10m on denied store source by-action\n");
  town.repair("role", Duration::minutes(5));
  town.who.count = 3;
  town.break_all();
  const Response plan = town.again({});
  REQUIRE(plan.steps.size() == 2);
  const Step& release = plan.steps[1];
  REQUIRE(release.is_release());
  const StepGraph graph = graph_of(town.system, plan);
  CHECK(graph.critical == std::vector<std::size_t>{0, 1});
  CHECK(graph.critical_time == Duration::minutes(15) + Duration::seconds(15) + (release.done - release.start));
}

TEST_CASE("what other steps imply is left out of the graph", "[core][recovery]") {
  Town town(
      "condition a\ncondition b follows a rises repair\ncondition c follows b,a rises repair\n"
      "hop h from 1/s to outside needs c\n");
  town.repair("a", Duration::minutes(1));
  town.repair("b", Duration::minutes(1), {"a"});
  town.repair("c", Duration::minutes(1), {"a"});
  town.fall.breaks = {condition_named(town.system, "a")};
  town.break_all();
  const Response plan = town.again({});
  REQUIRE(plan.steps.size() == 3);
  const StepGraph graph = graph_of(town.system, plan);
  REQUIRE(graph.edges.size() == 2);
  CHECK(graph.edges[0].before == 0);
  CHECK(graph.edges[0].after == 1);
  CHECK(graph.edges[1].before == 1);
  CHECK(graph.edges[1].after == 2);
  CHECK(before(graph, 3, 2) == std::vector<bool>{true, true, false});
}

TEST_CASE("a runbook is followed as it is written", "[core][recovery]") {
  Town town(flow("role", 1, "") +
            "condition grant as key follows role rises repair\n"
            "hop sign from 1/s to outside needs grant:key\n");
  const RepairId role = town.repair("role", Duration::minutes(5));
  const RepairId grant = town.repair("grant", Duration::minutes(2), {"role"});
  town.fall.breaks = {condition_named(town.system, "role")};
  town.who.strategy = Strategy::runbook;
  town.break_all();
  const auto follow = [&](std::vector<Task> order) { return town.again({std::move(order), {}}); };

  const Response right = follow({{role}, {grant}});
  REQUIRE(right.steps.size() == 2);
  CHECK(town.lost(right) == Approx(5 * 60 + 7 * 60));
  CHECK(right.still_broken.empty());

  // The grant cannot be made yet: two minutes for nothing, and then nobody makes it.
  const Response early = follow({{grant}, {role}});
  REQUIRE(early.steps.size() == 2);
  CHECK(early.steps[0].in_vain);
  CHECK_FALSE(early.steps[1].in_vain);
  CHECK(early.outcome.hops[hop_named(town.system, "to-role").value].lost == Approx(7 * 60));
  CHECK(early.outcome.hops[hop_named(town.system, "sign").value].lost == Approx(2 * 86400));
  CHECK(early.still_broken.size() == 1);

  // The second time there is nothing to do.
  const Response twice = follow({{role}, {role}, {grant}});
  REQUIRE(twice.steps.size() == 3);
  CHECK(twice.steps[1].in_vain);
  CHECK(town.lost(twice) == Approx(5 * 60 + 12 * 60));

  // What is not written is not done.
  const Response half = follow({{role}});
  CHECK(half.steps.size() == 1);
  CHECK(half.still_broken.size() == 1);
}

TEST_CASE("two people wait for each other's steps rather than do theirs in vain", "[core][recovery]") {
  Town town(flow("role", 1, "") +
            "condition grant as key follows role rises repair\n"
            "hop sign from 1/s to outside needs grant:key\n");
  const RepairId role = town.repair("role", Duration::minutes(5));
  const RepairId grant = town.repair("grant", Duration::minutes(2), {"role"});
  town.fall.breaks = {condition_named(town.system, "role")};
  town.who.strategy = Strategy::runbook;
  town.who.count = 2;
  town.break_all();
  const Response r = town.again({{{role}, {grant}}, {}});
  REQUIRE(r.steps.size() == 2);
  CHECK_FALSE(r.steps[1].in_vain);
  CHECK(r.steps[1].start == SimTime::after_start(Duration::minutes(5)));
}
