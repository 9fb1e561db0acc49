#include "core/cut.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/response.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// Two that have nothing in common but the port where their data ends; a third shares a limited port with the first.
struct World {
  System system = system_from(
      "condition role-a as denied\ncondition role-b as denied\n"
      "port archive\nport a\nport b\nport gate capacity 30/s\n"
      "hop in-a from 10/s to a\nhop in-b from 10/s to b\n"
      "hop a-out from a to archive needs role-a:denied retry 60s limit 6h\n"
      "hop b-out from b to archive needs role-b:denied retry 60s limit 6h\n"
      "hop a-gate from a to gate needs role-a:denied retry 60s limit 6h\n"
      "hop c-gate from 25/s to gate retry 60s limit 1h\n");
  ActionId delete_a, delete_b;
  World() {
    const auto add = [&](const char* role) {
      Action action;
      action.name = role;
      action.breaks = {condition_named(system, role)};
      return system.actions.add(action);
    };
    delete_a = add("role-a");
    delete_b = add("role-b");
    Repair r;
    r.label = written("make role-a");
    r.restores = {condition_named(system, "role-a")};
    r.takes = Duration::minutes(5);
    system.repairs.add(r);
  }
};

std::vector<std::string> hops_of(const Cut& cut) {
  std::vector<std::string> names;
  for (const Hop& h : cut.system.hops) names.push_back(h.name);
  return names;
}

}  // namespace

TEST_CASE("a part holds what shares its data, and not who only ends in the same place", "[cut]") {
  World w;
  Cutter cutter(w.system);
  CHECK(hops_of(cutter.cut(std::vector{w.delete_a})) == std::vector<std::string>{"in-a", "a-out", "a-gate", "c-gate"});
  CHECK(hops_of(cutter.cut(std::vector{w.delete_b})) == std::vector<std::string>{"in-b", "b-out"});
  const Cut both = cutter.cut(std::vector{w.delete_b, w.delete_a});
  CHECK(both.system.hops.size() == 6);
  CHECK(both.system.actions[both.actions.front()].name == "role-b");
  CHECK(both.system.repairs.size() == 1);
}

TEST_CASE("a part comes to the same as the whole, to the last bit", "[cut]") {
  World w;
  Cutter cutter(w.system);
  const SimTime horizon = SimTime::after_start(Duration::days(3));
  Responders who;
  who.time_to_detect = Duration::hours(8);  // 2 h of what waited for 6 h are lost
  const auto run = [&](const System& system, ActionId action) {
    Simulation simulation(system);
    return respond(simulation, {{SimTime::after_start(Duration::hours(1)), action}}, who, horizon);
  };
  for (const ActionId action : {w.delete_a, w.delete_b}) {
    const Response whole = run(w.system, action);
    const Cut cut = cutter.cut(std::vector{action});
    const Response part = run(cut.system, cut.actions.front());
    CHECK(part.steps.size() == whole.steps.size());
    CHECK(part.still_broken.size() == whole.still_broken.size());
    for (std::uint32_t h = 0; h < cut.hops.size(); ++h) {
      const HopLedger& a = part.outcome.hops[h];
      const HopLedger& b = whole.outcome.hops[cut.hops[h].value];
      INFO(cut.system.hops[HopId(h)].name);
      CHECK(a.offered == b.offered);
      CHECK(a.on_time == b.on_time);
      CHECK(a.late == b.late);
      CHECK(a.lost == b.lost);
      CHECK(a.waiting == b.waiting);
    }
  }
  // role-a is away from 1 h to 9 h 5 min; what arrived in the first 2 h 5 min had waited 6 h by then: 10/s × 7,500 s.
  const Response whole = run(w.system, w.delete_a);
  CHECK(whole.outcome.hops[hop_named(w.system, "a-out").value].lost == Approx(75'000).epsilon(0.01));
}
