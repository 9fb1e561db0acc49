// The way back from the library's first scenario, and runbooks that people wrote themselves.
#include "scenarios/recover.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/catalogue.hpp"
#include "report/report.hpp"
#include "tests/unit/scenarios/asking.hpp"
#include "tests/unit/scenarios/by_hand.hpp"
#include "tests/unit/support/system_text.hpp"

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
    return answer_of("drill.scenario.yaml");
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }
  Answer answer_of(const std::string& file) const {
    input::Diagnostics diagnostics;
    const auto scenario = std::make_shared<const Scenario>(read_scenario((folder_ / file).string(), diagnostics));
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

// The apply has made the role of the replication after 5 min 15 s, and goes on; its new ID takes 10 min to be named in
// the policy of the bucket, and to replicate again an hour.
TEST_CASE("the longest chain has what an apply makes possible before it is done", "[scenarios][recover]") {
  const Answer a = flagship();
  const Recovery r = recover(a, 20);
  std::vector<std::string> chain;
  for (const std::size_t i : r.graph.critical) {
    const Step& s = r.plan.response.steps[i];
    chain.push_back(s.is_apply ? std::string(apply_step) : name_of(a.system(), s.repairs.front()));
  }
  CHECK(chain == std::vector<std::string>{"apply", "dr-archive/policy/replication/renew-id",
                                          "log-archive/replication/to-dr/batch-replicate"});
  CHECK(r.graph.critical_time == Duration::seconds(5 * 60 + 15 + 10 * 60 + 3600));
}

// Log events can be put in again for 14 days after they came; doing that takes 10 minutes.
TEST_CASE("the last moment of the backfill is the point of no return less its duration", "[scenarios][recover]") {
  const Answer a = flagship();
  const Recovery r = recover(a, 20);
  bool is_there = false;
  for (std::size_t i = 0; i < r.worth.size(); ++i) {
    const Step& s = r.plan.response.steps[i];
    if (!s.is_release() ||
        a.system().hops[s.releases.front().task.hop].name != "/ecs/web/subscriptions/archive/deliver")
      continue;
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

// With every run of white space as one space.
std::string told(const Recovery& r) {
  report::Style style;
  style.width = 120;
  std::istringstream words(report::recover_report(r, style));
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
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
  const std::string text = told(recover(a, 5));
  const std::size_t own = text.find("Your runbook:");
  REQUIRE(own != std::string::npos);
  CHECK(text.substr(own, 300).find("nobody fetches the backlog of /ecs/web/subscriptions/archive") !=
        std::string::npos);
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

// Rate × what people have spent when it is done. By the greater rate: 30 × 60 min + 20 × 70 + 12 × 74 = 4,088 (× 60 s).
// c first: 12 × 4 + 30 × 64 + 20 × 74 = 3,448, and then b before a as well: 12 × 4 + 20 × 14 + 30 × 74 = 2,548.
TEST_CASE("each swap of a better order has a sentence of its own, with what it saves", "[scenarios][recover]") {
  ByHand town(
      "condition a as denied\ncondition b as denied\ncondition c as denied\n"
      "hop to-a from 30/s to outside needs a\nhop to-b from 20/s to outside needs b\n"
      "hop to-c from 12/s to outside needs c\n");
  town.happens({}, {"a", "b", "c"});
  town.mends("a", Duration::minutes(60));
  town.mends("b", Duration::minutes(10));
  town.mends("c", Duration::minutes(4));
  const Recovery r = town.recovered({}, Duration::days(1));
  CHECK(r.search.by_rule.lost == Approx(4088 * 60));
  CHECK(r.search.best.lost == Approx(2548 * 60));
  REQUIRE(r.search.moves.size() == 2);
  CHECK(r.search.moves[0].saves == Approx((4088 - 3448) * 60));
  CHECK(r.search.moves[1].saves == Approx((3448 - 2548) * 60));
  const std::string text = told(r);
  CHECK(has(text, "• c/mend before a/mend: 38,400 fewer requests are refused, mostly of to-c."));
  CHECK(has(text, "• b/mend before a/mend: 54,000 fewer requests are refused, mostly of to-b."));
  CHECK(has(text,
            "earliest point of no return, 245,280 requests are refused; in this order 152,880 requests are refused."));
}

// The consumer is gone from the start, and its receiver from 1 h to 3 h by itself. Mended after 4 h 5 min the consumer
// loses nothing. Noticed after 2 h or 1 h it loses all that came until 3 h, 10,800 events; sooner only from 1 h to 3 h.
TEST_CASE("an earlier notice that would lose more is told", "[scenarios][recover]") {
  ByHand chain(
      "condition consumer as denied\ncondition receiver as denied\nport middle\n"
      "hop first from 1/s to middle needs consumer buffer limit 10h\n"
      "hop second from middle to outside needs receiver\n");
  chain.happens({}, {"consumer"});
  chain.happens(Duration::hours(1), {"receiver"});
  chain.happens(Duration::hours(3), {}, {"receiver"});
  chain.mends("consumer", Duration::minutes(5));
  const Recovery late = chain.recovered(Duration::hours(4), Duration::days(1));
  CHECK(toll_of(chain.system(), late.plan.response).lost == Approx(0).margin(1e-6));
  REQUIRE(late.earlier);
  CHECK(late.earlier->after == Duration::hours(2));
  CHECK(late.earlier->more == Approx(10800));
  CHECK(has(told(late),
            "Noticed after 2 h instead of 4 h, and with every step begun as soon as it can be, 10,800 more events"));

  // Noticed after 2 h the plan itself waits until the receiver is back.
  const Recovery waits = chain.recovered(Duration::hours(2), Duration::days(1));
  REQUIRE(waits.waits.size() == 1);
  CHECK((waits.waits[0].until - SimTime{}).in_seconds() == Approx(3 * 3600 - 300).margin(1.5));
  CHECK(waits.waits[0].saves == Approx(10800).margin(1));
  CHECK(toll_of(chain.system(), waits.plan.response).lost < 1);
  CHECK(has(told(waits),
            "consumer/mend not before 2 h 55 min after the fault: begun as soon as it can be, "
            "10,800 more events are lost, mostly of second."));
  CHECK(has(told(waits), "Not before 2 h 55 min after the fault: sooner it loses more."));
}

TEST_CASE("noticed beyond the horizon there is no way back to tell", "[scenarios][recover]") {
  ByHand town("condition a as denied\nhop to-a from 1/s to outside needs a\n");
  town.happens({}, {"a"});
  town.mends("a", Duration::minutes(5));
  const Recovery r = town.recovered(Duration::days(2), Duration::days(1));
  CHECK(r.plan.response.steps.empty());
  CHECK(r.worth.empty());
  CHECK_FALSE(r.search.tried > 0);
  CHECK(has(told(r), "It is noticed after 2 d, beyond the 1 d looked at: nobody does anything in them."));
}

TEST_CASE("noticed in the very moment at which the run ends there is none either", "[scenarios][recover]") {
  ByHand town("condition a as denied\nhop to-a from 1/s to outside needs a\n");
  town.happens({}, {"a"});
  town.mends("a", Duration::minutes(5));
  const Recovery r = town.recovered(Duration::days(1), Duration::days(1));
  CHECK(has(told(r), "It is noticed after 1 d, beyond the 1 d looked at"));
  CHECK_FALSE(has(told(r), "Timeline"));
}

// Requests are refused for an hour and five minutes; of the events an hour is kept, and five minutes are lost.
TEST_CASE("objectives stand at the top, and what a step saves is told in events and requests", "[scenarios][recover]") {
  ByHand shop(
      "condition a as denied\nhop visits from 2/s to outside needs a\nhop orders from 1/s to outside needs a buffer "
      "limit 1h\n");
  Component component;
  component.name = "shop";
  component.rto = Duration::hours(1);
  const ComponentId owner = shop.system().components.add(component);
  for (const char* hop : {"visits", "orders"}) shop.system().hops[hop_named(shop.system(), hop)].component = owner;
  shop.happens({}, {"a"});
  shop.mends("a", Duration::minutes(5));
  const Recovery r = shop.recovered(Duration::hours(1), Duration::hours(24));
  REQUIRE(r.worth.size() == 1);
  // Without it 24 h of requests are refused, and of the events all but the last hour is lost.
  const double requests = 2 * (24 * 3600 - 3900), events = 23 * 3600 - 300;
  REQUIRE(is_request(shop.system().hops[hop_named(shop.system(), "visits")]));
  CHECK(r.worth[0].saves_requests == Approx(requests));
  CHECK(r.worth[0].saves - r.worth[0].saves_requests == Approx(events));
  const std::string text = told(r);
  CHECK(has(text, "82,500 events and 165,000 requests"));
  REQUIRE(r.plan.findings.objectives.size() == 1);
  CHECK_FALSE(r.plan.findings.objectives[0].met);  // 1 h 5 min
  CHECK(has(text, "✗"));
}

// A release before its hop is open sends into what still fails; what needs another step is in vain before it.
TEST_CASE("what must not be done first is told with the reason", "[scenarios][recover]") {
  ByHand chain(
      "condition role as denied\ncondition grant as key follows role rises repair\n"
      "hop send from 1/s to outside needs role:denied,grant:key buffer limit 10d by-action\n");
  chain.happens({}, {"role"});
  chain.mends("role", Duration::minutes(5));
  chain.mends("grant", Duration::minutes(5));
  const Recovery r = chain.recovered(Duration::hours(1), Duration::days(5));
  REQUIRE(r.plan.response.steps.size() == 3);
  const std::string text = told(r);
  const std::size_t at = text.find("What must not be done first");
  REQUIRE(at != std::string::npos);
  const std::string section = text.substr(at);
  CHECK(has(section, "2 grant/mend before 1: in vain while"));
  CHECK(has(section, "before 2: it would send into what still fails, while"));
}

// For five hours nothing takes log lines: a service that waits for them refuses requests, one that does not drops the
// lines, five for each request.
TEST_CASE("a brake that gives log lines for requests is left to people to weigh", "[scenarios][recover]") {
  const auto trades = [](const std::string& requests) {
    ScenarioFault outage;
    outage.verb = "outage";
    outage.components = {"lines"};
    outage.component_at.resize(1);
    outage.over_after = Duration::hours(5);
    Responders people;
    people.time_to_detect = Duration::minutes(20);
    const Answer a = ask(R"(
resources:
  role: { type: iam:role }
  lines: { type: logs:log-group }
  web: { type: ecs:service, execution_role: role, tasks: 4, calls: [], logs: { group: lines, rate: 100/s, mode: blocking } }
traffic: [{ to: web, rate: )" +
                             requests + " }]\n",
                         {outage}, people, Duration::days(2));
    const Recovery r = recover(a, 5);
    CHECK(r.plan.response.steps.empty() != r.trades.empty());
    return r.trades;
  };
  const std::vector<Trade> few = trades("20/s");
  REQUIRE(few.size() == 1);
  CHECK(few.front().requests_served ==
        Approx(20 * few.front().events_lost / 100).epsilon(0.1));  // some lines fit into buffers
  CHECK(few.front().events_lost > 100 * 3600 * 4);
  CHECK(trades("500/s").empty());  // worth it by the count alone: the plan pulls it
}

// What runs again sends into an endpoint that is out for two hours, so the apply had better wait; what a dead-letter
// queue catches comes to it after six hours. Neither is brought about by another step, so the list has to say when.
TEST_CASE("a runbook that recover writes waits where its plan does", "[scenarios][recover]") {
  const Drill drill("waiting");
  drill.write("sends.inventory.yaml", R"(
version: 1
name: sends
resources:
  r: { type: iam:role }
  q: { type: sqs:queue, retention: 4d }
  f: { type: lambda:function, role: r, calls: [{ name: hand, to: api, essential: no }] }
  m: { type: "lambda:event-source-mapping", source: q, function: f }
  api: { type: "outside:endpoint" }
traffic: [{ to: q, rate: 10/s }]
)");
  drill.write("caught.inventory.yaml", R"(
version: 1
name: caught
resources:
  r: { type: iam:role }
  f: { type: lambda:function, role: r, max_age: 6h, max_retries: 0, calls: [{ name: put, to: table }] }
  table: { type: "dynamodb:table" }
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: f }] }
traffic: [{ to: topic, rate: 10/s }]
)");
  const auto scenario = [](const std::string& name, const std::string& faults, const std::string& strategy) {
    return "version: 1\nname: " + name + "\ninventory: " + name + ".inventory.yaml\nhorizon: 10d\nfaults: " + faults +
           "\nresponse: { detect: 30m, responders: 2, strategy: " + strategy + " }\n";
  };
  const std::vector<std::pair<std::string, std::string>> all = {
      {"sends", "[{ at: 0s, delete: r }, { at: 0s, outage: api, for: 2h }]"},
      {"caught", "[{ at: 0s, outage: table, for: 9h }]"}};
  for (const auto& [name, faults] : all) {
    INFO(name);
    drill.write(name + ".scenario.yaml", scenario(name, faults, "full"));
    const Answer a = drill.answer_of(name + ".scenario.yaml");
    const Recovery r = recover(a, 20);
    report::Style style;
    style.form = report::Form::markdown;
    const std::string text = report::recover_report(r, style);
    CHECK(text.find(", not before ") != std::string::npos);
    drill.write(name + ".md", text);
    drill.write(name + ".scenario.yaml", scenario(name, faults, "{ runbook: " + name + ".md }"));
    const Answer followed = drill.answer_of(name + ".scenario.yaml");
    const Response& response = followed.main_run().response;
    REQUIRE(response.steps.size() == r.plan.response.steps.size());
    for (std::size_t i = 0; i < response.steps.size(); ++i) {
      CHECK_FALSE(response.steps[i].in_vain);
      CHECK((response.steps[i].start - r.plan.response.steps[i].start).in_seconds() == Approx(0).margin(1));
    }
    CHECK(toll_of(followed.system(), response).lost == Approx(toll_of(a.system(), r.plan.response).lost).margin(20));
    CHECK(response.unreleased == r.plan.response.unreleased);
  }
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
  drill.write("when.md", "- [ ] `apply`, not before 6 lunches\n");
  CHECK(mistakes(drill, "when.md").find("when.md:1:8: this does not say how long after the first fault") !=
        std::string::npos);
}

TEST_CASE("a step of a runbook may say when", "[scenarios][recover]") {
  const Drill drill("when");
  const auto times = [&](const std::string& file, const std::string& text) {
    drill.write(file, text);
    input::Diagnostics diagnostics;
    std::vector<Duration> all;
    for (const Runbook::Item& item : read_runbook(drill.path(file), diagnostics).items) all.push_back(item.not_before);
    diagnostics.throw_if_errors();
    return all;
  };
  const Duration late = Duration::hours(1) + Duration::minutes(51) + Duration::seconds(46);
  CHECK(times("a.md",
              "- [ ] **1.** `apply`  2 h \u2013 3 h, not before 1 h 51 min 46 s\n- [ ] `x/y`: not before lunch\n") ==
        std::vector<Duration>{late, {}});
  CHECK(times("a.yaml", "steps: [{ step: apply, not_before: 1h51m46s }, x/y]") == std::vector<Duration>{late, {}});
}

}  // namespace
}  // namespace moshimo::scenarios
