// The plan of every scenario of the library, done again by people who follow it as a list and do nothing else.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/foresight.hpp"
#include "scenarios/recover.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

class Follower {
 public:
  Follower(const Answer& a, const Recovery& r) : a_(a), responders_(r.responders), simulation_(a.system()) {
    responders_.strategy = Strategy::runbook;
  }
  Response follow(const std::vector<Task>& list) {
    return respond(simulation_, a_.faults, responders_, a_.scenario->horizon, nullptr, {list, {}});
  }

 private:
  const Answer& a_;
  Responders responders_;
  Simulation simulation_;
};

TEST_CASE("the plan of every library scenario, followed as a list, does and loses the same", "[scenarios][recover]") {
  for (const std::string& file : library_files()) {
    INFO(file);
    const Answer a = plain_answer(file);
    const Recovery r = recover(a, 0.2);
    const Response followed = Follower(a, r).follow(tasks_of(a.system(), r.responders, r.plan.response.steps));
    CHECK(followed.steps.size() == r.plan.response.steps.size());
    for (const Step& s : followed.steps) {
      INFO(name_of(a.system(), s.repairs.front()));
      CHECK_FALSE(s.in_vain);
    }
    const Toll plan = toll_of(a.system(), r.plan.response);
    const Toll list = toll_of(a.system(), followed);
    CHECK(list.lost == Approx(plan.lost).margin(0.5));
    CHECK(list.for_good() == plan.for_good());
    CHECK(list.still_broken == plan.still_broken);
  }
}

// Trials follow such plans; what they count is the same figures, without the words.
TEST_CASE("what was foreseen for a library scenario comes about where nothing is drawn", "[scenarios][foresight]") {
  for (const std::string& file : library_files()) {
    INFO(file);
    const Answer a = plain_answer(file);
    const Scenario& s = *a.scenario;
    Responders responders = s.response;
    responders.time_to_detect = a.noticed_after;
    Simulation simulation(a.system());
    const Foresight foresight =
        foresee(simulation, a.faults, responders, s.horizon, a.nobody_acts().response.outcome, a.rules);
    const Response followed = respond_as_foreseen(simulation, a.faults, responders, s.horizon, a.rules, foresight);
    CHECK(followed.script == a.main_run().response.script);
    const Findings& planned = a.main_run().findings;
    const Findings figures = findings_of(a.system(), followed.outcome, a.healthy, Detail::figures);
    CHECK(figures.lost == planned.lost);
    CHECK(figures.refused == planned.refused);
    CHECK(figures.points.size() == planned.points.size());
    REQUIRE(figures.objectives.size() == planned.objectives.size());
    for (std::size_t i = 0; i < planned.objectives.size(); ++i) {
      CHECK(figures.objectives[i].achieved == planned.objectives[i].achieved);
    }
  }
}

// No step is held back by a rule here: the list just does not have it.
TEST_CASE("what a step saves is what a list without it loses more", "[scenarios][recover]") {
  for (const char* name :
       {"state-key-mixup/as-it-happened", "state-key-mixup/variants/dead-letters", "state-key-mixup/undetected-25h"}) {
    INFO(name);
    const Answer a = plain_answer(std::string(MOSHIMO_SOURCE_DIR "/scenarios/library/") + name + ".scenario.yaml");
    const Recovery r = recover(a, 20);
    REQUIRE(r.worth.size() == r.plan.response.steps.size());
    Follower follower(a, r);
    const std::vector<Task> list = tasks_of(a.system(), r.responders, r.plan.response.steps);
    const double with = toll_of(a.system(), follower.follow(list)).lost;
    double most = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::vector<Task> without = list;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      INFO("step " << i + 1);
      CHECK(r.worth[i].saves == Approx(toll_of(a.system(), follower.follow(without)).lost - with).margin(0.5));
      most = std::max(most, r.worth[i].saves);
    }
    CHECK(most > 0);
  }
}

TEST_CASE("a step that keeps what lies somewhere says so, though no event depends on it", "[scenarios][recover]") {
  const Answer a =
      plain_answer(MOSHIMO_SOURCE_DIR "/scenarios/library/key-scheduled-for-deletion/as-it-happened.scenario.yaml");
  const Recovery r = recover(a, 20);
  REQUIRE(r.worth.size() == r.plan.response.steps.size());
  std::size_t keeping = 0;
  for (std::size_t i = 0; i < r.worth.size(); ++i) {
    if (r.worth[i].keeps_content.empty()) continue;
    ++keeping;
    CHECK(name_of(a.system(), r.plan.response.steps[i].repairs.front()) == "preview-key/cancel-deletion");
    // The key goes 30 days after the first fault; the call takes two minutes.
    CHECK((r.worth[i].no_later_than - a.first_fault).in_seconds() == Approx(30 * 86400 - 120).margin(2));
  }
  CHECK(keeping == 1);
}

}  // namespace
}  // namespace moshimo::scenarios
