// What infrastructure code does when it is applied makes no difference between what helps and what does harm; people
// do.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/crew.hpp"
#include "core/step_graph.hpp"
#include "models/catalogue.hpp"
#include "scenarios/recover.hpp"
#include "tests/unit/scenarios/incident.hpp"

namespace moshimo::scenarios {
namespace {

// A role is deleted and a key scheduled for deletion at once; noticed after an hour.
constexpr std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  key: { type: kms:key, pending_window: 7d }
  db: { type: rds:db-instance, kms_key: key }
traffic: [{ to: function, rate: 1/s, via: invoke }]
)";
const std::vector<Mishap> both = {{{}, "schedule-deletion", "key"}, {{}, "delete", "role"}};

struct Drill {
  Incident incident;
  Responders people;

  explicit Drill(const std::vector<Mishap>& mishaps = both, std::string_view of = inventory)
      : incident(scenarios::incident(of, mishaps, Duration::hours(1))), people(incident.answer.scenario->response) {}
  explicit Drill(Incident of) : incident(std::move(of)), people(incident.answer.scenario->response) {}
  const System& system() const { return incident.answer.system(); }
  Response with(std::uint32_t count) {
    people.count = count;
    people.strategy = Strategy::full;
    return run({});
  }
  PlanRules rules(const std::vector<std::string>& list) const {
    Runbook runbook;
    for (const std::string& step : list) runbook.items.push_back({step, {}});
    input::Diagnostics diagnostics;
    PlanRules rules{tasks_of(runbook, system(), SimTime{}, diagnostics), {}};
    diagnostics.throw_if_errors();
    return rules;
  }
  Response following(const std::vector<std::string>& list) {
    people.strategy = Strategy::runbook;
    return run(rules(list));
  }
  RunbookCheck check(const std::vector<std::string>& list) {
    const Response plan = with(1);
    const Response done = following(list);
    return check_runbook(
        system(), people, done, rules(list), [this](const PlanRules& r) { return run(r); }, plan);
  }
  Response run(const PlanRules& rules) {
    Simulation simulation(system());
    return respond(simulation, incident.answer.faults, people, incident.answer.scenario->horizon, nullptr, rules);
  }
  RepairId repair(const std::string& name) const {
    for (std::uint32_t r = 0; r < system().repairs.size(); ++r) {
      if (name_of(system(), RepairId(r)) == name) return RepairId(r);
    }
    throw std::out_of_range("there is no " + name);
  }
  std::vector<std::string> repairs(const Response& r) const {
    std::vector<std::string> names;
    for (const Step& s : r.steps) {
      for (const RepairId id : s.repairs) names.push_back(name_of(system(), id));
    }
    return names;
  }
  bool does(const Response& r, const std::string& repair) const {
    const std::vector<std::string> names = repairs(r);
    return std::find(names.begin(), names.end(), repair) != names.end();
  }
  // Whether the database was replaced by an empty one.
  bool is_replaced(const Response& r) const {
    for (std::uint32_t c = 0; c < system().conditions.size(); ++c) {
      if (name_of(system(), ConditionId(c)) == "db/not_replaced") return !r.outcome.timeline.conditions[c].back().value;
    }
    throw std::out_of_range("there is no db/not_replaced");
  }
};

Duration begun(const Response& r, std::size_t step) { return r.steps.at(step).start - SimTime{}; }

}  // namespace

// Both begin at 1 h: the one makes the role with an apply for that alone, the other cancels the deletion.
TEST_CASE("an apply before the deletion of a key is cancelled leaves out the new key", "[scenarios][applying]") {
  Drill drill;
  const Response plan = drill.with(2);
  REQUIRE(plan.steps.size() >= 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(begun(plan, i) == Duration::hours(1));
  const auto apply = std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& s) { return s.is_apply; });
  REQUIRE(apply != plan.steps.end());
  CHECK(apply->is_targeted);
  CHECK(std::any_of(apply->left_out.begin(), apply->left_out.end(),
                    [&](RepairId r) { return name_of(drill.system(), r) == "key/new-key"; }));
  CHECK_FALSE(drill.does(plan, "key/new-key"));
  CHECK_FALSE(drill.is_replaced(plan));
  CHECK(plan.still_broken.empty());
}

// Nothing is lost for want of the key, but requests are for want of the role.
TEST_CASE("one person does not keep what is being lost waiting for a deletion to be cancelled",
          "[scenarios][applying]") {
  Drill drill;
  const Response plan = drill.with(1);
  CHECK(plan.steps.at(0).is_targeted);
  CHECK(name_of(drill.system(), plan.steps.at(1).repairs[0]) == "key/cancel-deletion");
  CHECK_FALSE(drill.is_replaced(plan));
  CHECK(plan.still_broken.empty());
}

// What is cancelled by then a plain apply takes for what it is.
TEST_CASE("an apply after the deletion of a key is cancelled is a plain one, and comes after it",
          "[scenarios][applying]") {
  Drill drill;
  drill.people.count = 1;
  drill.people.strategy = Strategy::full;
  const Response plan = drill.run({{}, {{drill.repair("role/recreate"), SimTime::after_start(Duration::hours(2))}}});
  const auto apply = std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& s) { return s.is_apply; });
  REQUIRE(apply != plan.steps.end());
  CHECK_FALSE(apply->is_targeted);
  const StepGraph graph = graph_of(drill.system(), plan);
  const auto position = static_cast<std::size_t>(apply - plan.steps.begin());
  CHECK(std::count_if(graph.edges.begin(), graph.edges.end(), [&](const StepGraph::Edge& e) {
          return e.after == position && e.before == 0 && e.is_for_applying;
        }) == 1);
}

// The apply makes the role, 5 min, and a key in the place of the one that waits, 5 min; then it replaces the database.
TEST_CASE("a runbook that applies first gets all that the code says", "[scenarios][applying]") {
  Drill drill;
  const std::vector<std::string> list = {"apply", "key/cancel-deletion", "key/enable"};
  const Response done = drill.following(list);
  CHECK(drill.does(done, "key/new-key"));
  CHECK(drill.does(done, "db/replaced-by-apply"));
  CHECK(drill.is_replaced(done));
  const RunbookCheck check = drill.check(list);
  REQUIRE(check.applied_too_soon.size() == 1);
  CHECK(check.applied_too_soon[0].step == 0);
  CHECK(name_of(drill.system(), check.applied_too_soon[0].before) == "key/cancel-deletion");
}

// Two people: the one applies, 5 min, and the other cancels the deletion and enables the key meanwhile, 3 min.
TEST_CASE("an apply goes on with what it had seen when it began", "[scenarios][applying]") {
  Drill drill;
  drill.people.count = 2;
  const Response done = drill.following({"apply", "key/cancel-deletion", "key/enable"});
  CHECK(done.steps.at(1).start == done.steps.at(0).start);
  CHECK(drill.does(done, "db/replaced-by-apply"));
  CHECK(drill.is_replaced(done));
}

// Begun a minute before the key is destroyed, cancelling its deletion fails.
TEST_CASE("what is destroyed meanwhile is put right in vain", "[scenarios][applying]") {
  Drill drill(scenarios::incident(inventory, both, Duration::days(7) - Duration::minutes(1)));
  const std::vector<std::string> list = {"key/cancel-deletion", "key/enable"};
  CHECK(drill.following(list).steps.at(0).in_vain);
  const RunbookCheck check = drill.check(list);
  REQUIRE_FALSE(check.in_vain.empty());
  CHECK(name_of(drill.system(), check.in_vain[0].misses) == "key/exists");
}

// What waits in the queue has four days, which is time enough for an apply.
TEST_CASE("a runbook is told of the brake without which no more is lost", "[scenarios][applying]") {
  const auto saves_nothing = [](const std::vector<std::string>& list) {
    return Drill({{{}, "delete", "role"}}, R"(
resources:
  role: { type: iam:role }
  jobs: { type: sqs:queue, retention: 4d }
  worker: { type: lambda:function, role: role }
  mapping: { type: lambda:event-source-mapping, source: jobs, function: worker }
traffic: [{ to: jobs, rate: 1/s }]
)")
        .check(list)
        .saves_nothing;
  };
  CHECK(saves_nothing({"jobs/keep-longer", "apply"}) == std::vector<std::size_t>{0});
  CHECK(saves_nothing({"jobs/keep-longer"}).empty());
}

TEST_CASE("a runbook that cancels first, or applies with targets, keeps the database", "[scenarios][applying]") {
  Drill drill;
  const Response cancels = drill.following({"key/cancel-deletion", "apply", "key/enable"});
  CHECK_FALSE(drill.does(cancels, "key/new-key"));
  CHECK_FALSE(drill.is_replaced(cancels));
  const std::vector<std::string> list = {"apply -target", "key/cancel-deletion", "key/enable"};
  const Response targets = drill.following(list);
  CHECK(targets.steps.at(0).is_targeted);
  CHECK_FALSE(drill.does(targets, "key/new-key"));
  CHECK_FALSE(drill.is_replaced(targets));
  CHECK(drill.does(targets, "role/recreate"));
  CHECK(drill.check(list).applied_too_soon.empty());
}

// The state has the key no longer, so that cancelling its deletion is not enough.
TEST_CASE("an apply makes another key as long as its state does not know the one that was kept",
          "[scenarios][applying]") {
  Drill drill({{{}, "delete", "key"}, {{}, "delete", "role"}});
  CHECK(drill.is_replaced(drill.following({"key/cancel-deletion", "apply", "key/enable"})));
  CHECK_FALSE(drill.is_replaced(drill.following({"key/cancel-deletion", "key/take-back", "apply", "key/enable"})));
  const RunbookCheck check = drill.check({"key/cancel-deletion", "apply", "key/enable", "key/take-back"});
  REQUIRE(check.applied_too_soon.size() == 1);
  CHECK(name_of(drill.system(), check.applied_too_soon[0].before) == "key/take-back");
}

TEST_CASE("the engine gives an apply to wait what the catalogue says of it", "[scenarios][applying]") {
  const models::FactDef* fact = models::embedded_catalogue().find_fact("iam.propagation.cap");
  REQUIRE(fact != nullptr);
  CHECK(fact->says.find("gives IAM two minutes") != std::string::npos);
  CHECK(apply_waits == Duration::minutes(2));
}

constexpr std::string_view switched_off = R"(
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  queue: { type: sqs:queue }
  mapping: { type: lambda:event-source-mapping, source: queue, function: function }
traffic: [{ to: queue, rate: 1/s }]
)";

// The function fails until the apply has put its role back, so by hand one would still wait.
TEST_CASE("an apply of people who look leaves a mapping off whose function still fails", "[scenarios][applying]") {
  Drill drill({{{}, "disable", "mapping"}, {{}, "delete", "role"}}, switched_off);
  const Response plan = drill.with(1);
  REQUIRE(plan.steps.at(0).is_apply);
  REQUIRE(plan.steps[0].left_out.size() == 1);
  CHECK(name_of(drill.system(), plan.steps[0].left_out[0]) == "mapping/enabled-by-apply");
  CHECK(plan.steps[0].is_targeted);
  CHECK(drill.does(plan, "mapping/enable"));
  CHECK(step_name(drill.system(), tasks_of(drill.system(), drill.people, plan.steps).at(0)) == "apply -target");

  const Response done = drill.following({"apply"});
  CHECK(drill.does(done, "mapping/enabled-by-apply"));
  CHECK_FALSE(done.steps.at(0).is_targeted);
  CHECK(done.steps[0].left_out.empty());
}

// With its role there it does no harm, and one apply does both: a tag and the switch.
TEST_CASE("an apply switches on what works, but nobody applies for that alone", "[scenarios][applying]") {
  Drill alone({{{}, "disable", "mapping"}}, switched_off);
  CHECK(alone.repairs(alone.with(1)) == std::vector<std::string>{"mapping/enable"});
}

}  // namespace moshimo::scenarios
