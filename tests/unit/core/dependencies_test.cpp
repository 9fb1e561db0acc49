// Who is reached from what goes, and why.
#include "core/dependencies.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// Conditions, ports and hops belong to the component that their name begins with.
struct Owned {
  System system;
  std::map<std::string, ComponentId, std::less<>> components;

  explicit Owned(const std::string& text) : system(system_from(text)) {
    for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
      system.conditions[ConditionId(c)].component = of(name_of(system, ConditionId(c)), '/');
    }
    for (std::uint32_t p = 0; p < system.ports.size(); ++p) {
      system.ports[PortId(p)].component = of(name_of(system, PortId(p)), '.');
    }
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      system.hops[HopId(h)].component = of(system.hops[HopId(h)].name, '/');
    }
  }
  ComponentId of(const std::string& name, char until) {
    const auto [at, is_new] = components.try_emplace(name.substr(0, name.find(until)));
    if (is_new) {
      Component row;
      row.name = at->first;
      at->second = system.components.add(row);
    }
    return at->second;
  }
  std::vector<Reached> dependents(std::string_view name) { return Dependencies(system).dependents_of({id(name)}); }
  std::vector<Reached> dependencies(std::string_view name) { return Dependencies(system).dependencies_of({id(name)}); }
  ComponentId id(std::string_view name) const { return components.find(name)->second; }
  const Reached* find(const std::vector<Reached>& reached, std::string_view name) const {
    const auto is_it = [&](const Reached& r) { return r.component == id(name); };
    const auto found = std::find_if(reached.begin(), reached.end(), is_it);
    return found == reached.end() ? nullptr : &*found;
  }
};

}  // namespace

// The writer needs that the bucket is there, and that its key works; only the latter has to do with the key.
TEST_CASE("the reason is what leads back to what goes", "[core][reach]") {
  Owned world(
      "condition key/usable\n"
      "condition bucket/exists\n"
      "condition bucket/key_works follows key/usable\n"
      "port bucket.in\n"
      "hop writer/write from 1/s to bucket.in needs bucket/exists,bucket/key_works\n");
  const std::vector<Reached> reached = world.dependents("key");
  const Reached* writer = world.find(reached, "writer");
  REQUIRE(writer);
  CHECK(name_of(world.system, writer->because) == "bucket/key_works");
  CHECK(writer->distance == 2);
  CHECK(writer->via == world.id("bucket"));

  const std::vector<Reached> back = world.dependencies("writer");
  const Reached* key = world.find(back, "key");
  REQUIRE(key);
  CHECK(name_of(world.system, key->because) == "key/usable");
  CHECK(key->distance == 2);
}

// Without the key the stream does not deliver, but it is there, and who puts into it does not notice.
TEST_CASE("who only needs that something is there is not reached from what makes it fail", "[core][reach]") {
  Owned world(
      "condition key/usable\n"
      "condition stream/exists\n"
      "port stream.in\n"
      "hop stream/deliver from stream.in to outside needs key/usable,stream/exists\n"
      "hop filter/put from 1/s to stream.in needs stream/exists\n");
  const std::vector<Reached> reached = world.dependents("key");
  REQUIRE(world.find(reached, "stream"));
  CHECK(world.find(reached, "filter") == nullptr);
  REQUIRE(world.find(world.dependents("stream"), "filter"));

  const std::vector<Reached> back = world.dependencies("filter");
  REQUIRE(world.find(back, "stream"));
  CHECK(world.find(back, "key") == nullptr);
}

TEST_CASE("what gets its data from what breaks is reached, and breaks nothing further", "[core][reach]") {
  Owned world(
      "condition role/exists\n"
      "condition sink/exists\n"
      "port middle.in\nport sink.in\n"
      "hop first/send from 1/s to middle.in needs role/exists\n"
      "hop middle/pass from middle.in to sink.in needs sink/exists\n"
      "hop watcher/ask from 1/s to outside needs sink/exists\n");
  const std::vector<Reached> reached = world.dependents("role");
  REQUIRE(world.find(reached, "first"));
  CHECK(world.find(reached, "first")->breaks);
  for (const auto& [name, distance] : {std::pair("middle", 2U), std::pair("sink", 3U)}) {
    const Reached* r = world.find(reached, name);
    REQUIRE(r);
    CHECK_FALSE(r->breaks);
    CHECK(r->hop.is_set());
    CHECK(r->distance == distance);
  }
  CHECK(world.find(reached, "watcher") == nullptr);

  const std::vector<Reached> back = world.dependencies("sink");
  const Reached* role = world.find(back, "role");
  REQUIRE(role);
  CHECK_FALSE(role->breaks);
}
