// The way back from the library's first scenario, and runbooks that people wrote themselves.
#include "scenarios/recover.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "models/catalogue.hpp"
#include "report/report.hpp"

namespace moshimo::scenarios {
namespace {

const std::string folder = std::string(MOSHIMO_SOURCE_DIR) + "/scenarios/library/state-key-mixup/";

// The first scenario of the library with another strategy, in a folder of its own.
class Drill {
 public:
  explicit Drill(const std::string& name) : folder_(std::filesystem::temp_directory_path() / ("moshimo-" + name)) {
    std::filesystem::create_directories(folder_);
  }
  ~Drill() { std::filesystem::remove_all(folder_); }
  void write(const std::string& file, const std::string& text) const { std::ofstream(folder_ / file) << text; }

  Answer answer_with(const std::string& runbook) const {
    std::ifstream in(folder + "as-it-happened.scenario.yaml");
    std::string text(std::istreambuf_iterator<char>(in), {});
    const auto change = [&](const std::string& from, const std::string& to) {
      const std::size_t at = text.find(from);
      REQUIRE(at != std::string::npos);
      text.replace(at, from.size(), to);
    };
    const std::size_t inventory = text.find("inventory: ") + 11;
    text.insert(inventory, folder);
    change("strategy: full", "strategy: { runbook: " + runbook + " }");
    if (const std::size_t expect = text.find("\nexpect:"); expect != std::string::npos) text.resize(expect + 1);
    write("drill.scenario.yaml", text);
    input::Diagnostics diagnostics;
    const auto scenario =
        std::make_shared<const Scenario>(read_scenario((folder_ / "drill.scenario.yaml").string(), diagnostics));
    Answer a = answer(scenario, models::embedded_catalogue(), diagnostics);
    diagnostics.throw_if_errors();
    return a;
  }

 private:
  std::filesystem::path folder_;
};

Answer flagship() {
  input::Diagnostics diagnostics;
  const auto scenario =
      std::make_shared<const Scenario>(read_scenario(folder + "as-it-happened.scenario.yaml", diagnostics));
  Answer a = answer(scenario, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

// In that world a step is done when what makes it possible is; each number is a difference of two simulations.
TEST_CASE("what each step of the way back saves is the difference of two runs", "[scenarios][recover]") {
  const Answer a = flagship();
  const Recovery r = recover(a, 20);
  REQUIRE(r.worth.size() == r.plan.response.steps.size());
  CHECK(r.search.is_finished);
  CHECK(r.search.best.lost <= r.search.by_rule.lost);
  Simulation simulation(a.system());
  const auto lost_with = [&](const PlanRules& rules) {
    const Response response =
        respond(simulation, a.faults, r.responders, a.scenario->horizon, &a.nobody_acts().response.outcome, rules);
    return toll_of(a.system(), response).lost;
  };
  const PlanRules plan{r.search.order, {}};
  const double with = lost_with(plan);
  CHECK(with == Approx(r.search.best.lost));
  for (std::size_t i = 0; i < r.worth.size(); ++i) {
    INFO("step " << i + 1);
    PlanRules without = plan;
    for (const RepairId id : r.plan.response.steps[i].repairs) without.holds.push_back({id, SimTime::never()});
    CHECK(r.worth[i].saves == Approx(lost_with(without) - with).margin(0.5));
    const SimTime last = r.worth[i].no_later_than;
    if (last.is_never()) continue;
    const auto begun_at = [&](SimTime t) {
      PlanRules later = plan;
      for (const RepairId id : r.plan.response.steps[i].repairs) later.holds.push_back({id, t});
      return lost_with(later);
    };
    CHECK(begun_at(last) <= with + 0.5);
    CHECK(begun_at(last + Duration::seconds(2)) > with);
  }
}

// Log events can be put in again for 14 days after they came; doing that takes 10 minutes.
TEST_CASE("the last moment of the backfill is the point of no return less its duration", "[scenarios][recover]") {
  const Answer a = flagship();
  const Recovery r = recover(a, 20);
  bool is_there = false;
  for (std::size_t i = 0; i < r.worth.size(); ++i) {
    const Step& s = r.plan.response.steps[i];
    if (!s.hop.is_set() || a.system().hops[s.hop].name != "/ecs/web/subscriptions/archive/deliver") continue;
    is_there = true;
    const double last = (r.worth[i].no_later_than - a.first_fault).in_seconds();
    CHECK(last == Approx(14 * 86400 - 600 + 4).margin(2));
  }
  CHECK(is_there);
}

TEST_CASE("the runbook that recover writes does what its plan does", "[scenarios][recover]") {
  const Answer a = flagship();
  const Recovery r = recover(a, 20);
  report::Style style;
  style.form = report::Form::markdown;
  const Drill drill("round-trip");
  drill.write("runbook.md", report::recover_report(r, style));
  const Answer followed = drill.answer_with("runbook.md");
  const Response& response = followed.main_run().response;
  CHECK(response.strategy == Strategy::runbook);
  REQUIRE(response.steps.size() == r.plan.response.steps.size());
  for (std::size_t i = 0; i < response.steps.size(); ++i) {
    CHECK_FALSE(response.steps[i].in_vain);
    CHECK(response.steps[i].repairs == r.plan.response.steps[i].repairs);
    CHECK(response.steps[i].start == r.plan.response.steps[i].start);
  }
  CHECK(toll_of(followed.system(), response).lost == Approx(r.search.best.lost));
  REQUIRE(followed.runbook);
  CHECK(followed.runbook->in_vain.empty());
  CHECK(followed.runbook->missing.empty());
}

TEST_CASE("a runbook with its steps in the wrong order is told what comes too early", "[scenarios][recover]") {
  const Drill drill("wrong-order");
  drill.write("mine.yaml", "steps:\n  - orders/swap-role\n  - apply\n  - web/redeploy\n  - web/redeploy\n");
  const Answer a = drill.answer_with("mine.yaml");
  const Response& response = a.main_run().response;
  REQUIRE(response.steps.size() == 4);
  REQUIRE(a.runbook);
  REQUIRE(a.runbook->in_vain.size() == 2);
  const auto& early = a.runbook->in_vain[0];
  CHECK(early.step == 0);
  CHECK(early.misses.is_set());
  CHECK(early.is_brought);
  CHECK(early.brought_by.is_apply());
  const auto& twice = a.runbook->in_vain[1];
  CHECK(twice.step == 3);
  CHECK_FALSE(twice.misses.is_set());
  std::vector<std::string> missing;
  for (const Task& t : a.runbook->missing) missing.push_back(step_name(a.system(), t));
  CHECK(std::count(missing.begin(), missing.end(), "receipts/publish") == 1);
  CHECK(std::count(missing.begin(), missing.end(), "web/redeploy") == 0);
  CHECK(a.main_run().findings.lost > a.run_of(Strategy::full)->findings.lost);
  CHECK(a.main_run().findings.lost < a.nobody_acts().findings.lost);
}

std::string mistakes(const Drill& drill, const std::string& runbook) {
  try {
    drill.answer_with(runbook);
  } catch (const input::InputError& e) {
    return e.what();
  }
  return "";
}

TEST_CASE("mistakes in a runbook are told with their places", "[scenarios][recover]") {
  const Drill drill("mistakes");
  drill.write("names.md", "# Mine\n\n- [ ] `aply`\n1. [x] `orders/swap-rol` first\n- [ ] call somebody\n");
  const std::string names = mistakes(drill, "names.md");
  CHECK(names.find("names.md:5:6: this line does not say which step it is") != std::string::npos);
  drill.write("names.md", "# Mine\n\n- [ ] `aply`\n1. [x] `orders/swap-rol` first\n");
  const std::string unknown = mistakes(drill, "names.md");
  CHECK(unknown.find("names.md:3:8: there is no step 'aply'; did you mean 'apply'?") != std::string::npos);
  CHECK(unknown.find("names.md:4:9: there is no step 'orders/swap-rol'; did you mean 'orders/swap-role'?") !=
        std::string::npos);
  drill.write("empty.md", "# Mine\n\nCall somebody.\n\n```\n- [ ] `apply`\n```\n");
  CHECK(mistakes(drill, "empty.md").find("empty.md:1:1: this runbook has no steps") != std::string::npos);
  drill.write("list.yaml", "steps: []\nstep: [apply]\n");
  CHECK(mistakes(drill, "list.yaml").find("list.yaml:1:8: this runbook has no steps") != std::string::npos);
  CHECK(mistakes(drill, "list.yaml").find("list.yaml:2:1") != std::string::npos);
  CHECK(mistakes(drill, "gone.md").find("there is no file") != std::string::npos);
}

}  // namespace
}  // namespace moshimo::scenarios
