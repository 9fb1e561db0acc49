// Who is reached without time holds for what happens over time: nothing fails that is not reached.
#include <catch2/catch.hpp>
#include <set>

#include "core/dependencies.hpp"
#include "tests/unit/scenarios/asking.hpp"

namespace moshimo::scenarios {
namespace {

// Those of which an action changes something itself, by what it brings along as well.
void add_changed(const System& system, ActionId action, std::set<ComponentId>& changed) {
  const Action& row = system.actions[action];
  changed.insert(row.component);
  for (const ConditionId c : row.breaks) changed.insert(system.conditions[c].component);
  for (const ActionId further : row.cascade) add_changed(system, further, changed);
}

TEST_CASE("what fails in a scenario of the library is reached from what its faults change", "[scenarios][reach]") {
  for (const std::string& file : library_files()) {
    INFO(file);
    const Answer a = plain_answer(file);
    const System& system = a.system();
    std::set<ComponentId> changed;
    for (const Fault& f : a.faults) add_changed(system, f.action, changed);
    std::set<ComponentId> reached, breaking;
    for (const Reached& r : Dependencies(system).dependents_of({changed.begin(), changed.end()})) {
      reached.insert(r.component);
      if (r.breaks) breaking.insert(r.component);
    }
    for (const Effect& e : a.nobody_acts().findings.effects) {
      INFO(system.components[e.component].name << ": " << name_of(e.kind));
      const bool only_gets_less = e.kind == EffectKind::starved || e.kind == EffectKind::stalled;
      CHECK((only_gets_less ? reached : breaking).count(e.component) == 1);
    }
  }
}

}  // namespace
}  // namespace moshimo::scenarios
