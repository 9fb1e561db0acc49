// Why something is reached from what goes.
#include "core/reasons.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

// The writer needs that the bucket is there, and that its key works; only the latter has to do with the key.
TEST_CASE("the reason is what leads back to what goes", "[core][reach]") {
  System system = system_from(
      "condition key/usable\n"
      "condition bucket/exists\n"
      "condition bucket/key_works follows key/usable\n"
      "port bucket.in\n"
      "hop writer/write from 1/s to bucket.in needs bucket/exists,bucket/key_works\n");
  std::map<std::string, ComponentId> components;
  for (const char* name : {"key", "bucket", "writer"}) {
    Component row;
    row.name = name;
    components[name] = system.components.add(row);
  }
  const auto component = [&](const std::string& name) { return components.at(name); };
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    const std::string name = name_of(system, ConditionId(c));
    system.conditions[ConditionId(c)].component = component(name.substr(0, name.find('/')));
  }
  system.ports[port_named(system, "bucket.in")].component = component("bucket");
  system.hops[hop_named(system, "writer/write")].component = component("writer");
  const std::vector<Reached> reached = Dependencies(system).dependents_of({component("key")});
  const std::vector<ConditionId> reasons = reasons_of(system, reached, false);
  const auto writer = std::find_if(reached.begin(), reached.end(),
                                   [&](const Reached& r) { return r.component == component("writer"); });
  REQUIRE(writer != reached.end());
  const ConditionId reason = reasons[static_cast<std::size_t>(writer - reached.begin())];
  REQUIRE(reason.is_set());
  CHECK(name_of(system, reason) == "bucket/key_works");

  const std::vector<Reached> back = Dependencies(system).dependencies_of({component("writer")});
  const std::vector<ConditionId> reasons_back = reasons_of(system, back, true);
  const auto key =
      std::find_if(back.begin(), back.end(), [&](const Reached& r) { return r.component == component("key"); });
  REQUIRE(key != back.end());
  CHECK(name_of(system, reasons_back[static_cast<std::size_t>(key - back.begin())]) == "key/usable");
}
