// Steps that had better wait, by hand arithmetic.
#include "core/waits.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

bool always() { return true; }

// What the first hop keeps for ten hours while its consumer is away goes on to the second, which loses all that it
// cannot hand over.
struct Chain {
  System system;
  ActionId fault;
  RepairId consumer, receiver;
  Responders who;

  explicit Chain(const std::string& more = "") {
    system = system_from(
        "condition consumer as denied\ncondition receiver as denied\nport middle\n"
        "hop first from 1/s to middle needs consumer buffer limit 10h\n"
        "hop second from middle to outside needs receiver\n" +
        more);
    who.time_to_detect = {};
    Action action;
    action.name = "both/fall";
    for (const char* name : {"consumer", "receiver"}) action.breaks.push_back(condition_named(system, name));
    fault = system.actions.add(action);
    consumer = repair("consumer", Duration::minutes(5));
    receiver = repair("receiver", Duration::minutes(60));
  }
  RepairId repair(const std::string& restores, Duration takes) {
    Repair r;
    r.label = written(restores + "/mend");
    r.restores = {condition_named(system, restores)};
    r.takes = takes;
    return system.repairs.add(r);
  }
  Waits waits(std::uint32_t people) {
    who.count = people;
    Simulation simulation(system);
    const DoAgain again = [&](const PlanRules& rules) {
      return respond(simulation, {{SimTime{}, fault}}, who, SimTime::after_start(Duration::days(1)), nullptr, rules);
    };
    const Response plan = again({});
    by_rule = toll_of(system, plan).lost;
    return waits_of(system, who, plan, {}, again, always);
  }
  double by_rule = 0;
};

}  // namespace

// The consumer works after 5 min, its receiver after an hour: all that came in that hour is lost, 3,600 events. The
// consumer begun at 55 min works when the receiver does.
TEST_CASE("who would send into what still fails had better wait", "[core][waits]") {
  Chain chain;
  const Waits w = chain.waits(2);
  CHECK(chain.by_rule == Approx(3600));
  REQUIRE(w.waits.size() == 1);
  CHECK(w.waits[0].step == Task{chain.consumer});
  CHECK((w.waits[0].until - SimTime{}).in_seconds() == Approx(55 * 60).margin(1.5));
  CHECK(w.waits[0].saves == Approx(3600).margin(1));
  CHECK(w.waits[0].mostly == hop_named(chain.system, "second"));
  CHECK(toll_of(chain.system, w.response).lost < 1);
  for (const Step& s : w.response.steps) {
    if (s.repairs.front() == chain.consumer) CHECK(s.start == w.waits[0].until);
  }
}

// One person: while nobody acts only the first hop loses, so the consumer comes first. 5 min of backlog and an hour are
// lost; put off until the receiver is mended, nothing.
TEST_CASE("one person does first what has to be there first", "[core][waits]") {
  Chain chain;
  const Waits w = chain.waits(1);
  for (const Wait& wait : w.waits) CHECK(wait.step == Task{chain.consumer});
  CHECK(toll_of(chain.system, w.response).lost < 1);
}

// The same, but half an hour without its consumer destroys something for good: no number of events is worth that. To
// wait for less saves nothing, since what the consumer then fetches at once is lost just so.
TEST_CASE("nobody waits while something goes for good", "[core][waits]") {
  Chain chain("condition content follows consumer falls 30m rises never\n");
  const Waits w = chain.waits(2);
  CHECK(chain.by_rule == Approx(3600));
  CHECK(w.waits.empty());
  const Toll toll = toll_of(chain.system, w.response);
  CHECK(toll.gone == 0);
  CHECK(toll.lost == Approx(3600));
}

// One person. The receiver loses 1/s from the start and takes an hour; the consumer takes 5 min, and half an hour
// without it destroys something for good: so it comes first, and the receiver works 5 min later than it might.
TEST_CASE("what would be gone for good comes before what loses events", "[core][response]") {
  Chain chain(
      "condition content follows consumer falls 30m rises never\nhop other from 9/s to outside needs receiver\n");
  Simulation simulation(chain.system);
  const Response r =
      respond(simulation, {{SimTime{}, chain.fault}}, chain.who, SimTime::after_start(Duration::days(1)));
  REQUIRE(r.steps.size() == 2);
  CHECK(r.steps[0].repairs.front() == chain.consumer);
  CHECK(toll_of(chain.system, r).gone == 0);
  CHECK(r.outcome.hops[hop_named(chain.system, "other").value].lost == Approx(9 * 65 * 60));
}

TEST_CASE("where nothing is lost nobody waits", "[core][waits]") {
  Chain chain;
  chain.system.conditions[condition_named(chain.system, "receiver")].initially = true;
  chain.system.actions[chain.fault].breaks = {condition_named(chain.system, "consumer")};
  CHECK(chain.waits(2).waits.empty());
}
