#include "tests/unit/models/aws/small_world.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/simulation.hpp"
#include "input/document.hpp"

namespace moshimo::models {

const HopLedger& SmallWorld::ledger(std::string_view hop) const {
  for (std::uint32_t h = 0; h < compiled.system.hops.size(); ++h) {
    if (compiled.system.hops[HopId(h)].name == hop) return outcome.hops[h];
  }
  throw std::out_of_range("there is no hop " + std::string(hop));
}

bool SmallWorld::holds(std::string_view component, std::string_view condition) const {
  const ConditionId id = compiled.condition(compiled.component(component), condition);
  if (!id.is_set()) throw std::out_of_range("there is no condition " + std::string(condition));
  return outcome.timeline.conditions[id.value].back().value;
}

SmallWorld run(std::string_view inventory, const std::vector<Trouble>& troubles, Duration horizon,
               std::string_view start) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<Inventory>();
  read_inventory(
      input::Document::parse("small.yaml", "version: 1\n" + std::string(inventory), input::Format::yaml, diagnostics),
      *read, diagnostics);
  diagnostics.throw_if_errors();

  CompileOptions options;
  options.start = parse_moment(start);
  for (const Trouble& t : troubles) options.actions.push_back({t.component, t.verb, {}, {}});
  SmallWorld world{compile(read, embedded_catalogue(), options, diagnostics), {}};
  diagnostics.throw_if_errors();

  Script script;
  for (std::size_t i = 0; i < troubles.size(); ++i) {
    const Action& action = world.compiled.system.actions[world.compiled.requested[i]];
    for (const ConditionId c : action.breaks) {
      script.changes.push_back({SimTime::after_start(troubles[i].from), c, false});
      if (!troubles[i].to.is_forever()) script.changes.push_back({SimTime::after_start(troubles[i].to), c, true});
    }
  }
  std::stable_sort(script.changes.begin(), script.changes.end(),
                   [](const Script::Change& a, const Script::Change& b) { return a.at < b.at; });
  world.outcome = simulate(world.compiled.system, script, SimTime::after_start(horizon));
  return world;
}

}  // namespace moshimo::models
