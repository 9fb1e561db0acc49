#include "tests/unit/support/system_text.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;

TEST_CASE("a system written as text reads back as the same text") {
  const std::string text =
      "condition role falls 4s rises 0s..15s\n"
      "condition key false as key\n"
      "condition grant follows role|key:denied falls 5m rises repair\n"
      "process task count 4 lifetime 6h start role:denied run key:key starts 30s restart 3 x exponential 1s..5m then "
      "5m\n"
      "port queue.in capacity 100/s needs grant:denied\n"
      "port app by task\n"
      "store spare kept 4d accepts key:key readable key:key lost-with role,key\n"
      "hop a from 100/s 1h:5/s every 1d to queue.in needs role:denied drain 150/s pauses 10m on denied\n"
      "  retry exponential 1s..5m limit 6h on throttled,unavailable\n"
      "  store spare limit 4d holds 500 overflow drop_oldest by-action\n"
      "hop b from queue.in to outside ratio 0.5 ordered\n"
      "  buffer\n"
      "hop c from work 10/s at app to outside\n"
      "hop d from timetable every 1h first 5m to outside\n"
      "hop e from signal role to outside\n";
  CHECK(text_of(system_from(text)) == text);
}

TEST_CASE("a hop's needs end with those of the port and its workers") {
  const System system = system_from(R"(
condition role
condition key
condition db
process task run db:unavailable
port app needs key:key by task
hop a from 1/s to app needs role:denied
)");
  const Hop& hop = system.hops[hop_named(system, "a")];
  REQUIRE(hop.needs.size() == 4);
  CHECK(hop.needs[0].condition == condition_named(system, "role"));
  CHECK(hop.needs[1].condition == condition_named(system, "key"));
  CHECK(hop.needs[2].condition == condition_named(system, "db"));
  CHECK(hop.needs[3].condition == condition_named(system, "task"));
}

TEST_CASE("a name that stands for nothing is an error") {
  CHECK_THROWS_WITH(system_from("port a needs role"), "port a: there is no condition named 'role'");
  CHECK_THROWS_WITH(system_from("condition a flies"), "condition a: 'flies' says nothing about a condition");
}
