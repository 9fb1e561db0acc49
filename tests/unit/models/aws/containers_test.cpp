#include <catch2/catch.hpp>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

TEST_CASE("a log router tries a chunk as often as it is told to, and once unless it is told") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  usual: { type: ecs:service, task_role: role, logs: { driver: firelens, group: group, rate: 1/s } }
  none: { type: ecs:service, task_role: role, logs: { driver: firelens, group: group, rate: 1/s, retries: 0 } }
  stubborn: { type: ecs:service, task_role: role, logs: { driver: firelens, group: group, rate: 1/s, retries: unlimited } }
)",
                               {{"freeze", "role", {}, Duration::hours(1)}}, Duration::hours(3));
  const double refused = 3600 + 15 - 4;
  CHECK(world.lost("usual/log-to-group-through-router") == Approx(refused - 5));
  CHECK(world.lost("none/log-to-group-through-router") == Approx(refused));
  CHECK(world.lost("stubborn/log-to-group-through-router") == 0);
}

TEST_CASE("the buffer of the log driver grew on EC2 before it did on Fargate") {
  const auto buffer_of = [](const char* launch_type, const char* start) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  web: { type: ecs:service, execution_role: role, logs: { group: group, mode: non-blocking }, launch_type: )") +
                                     launch_type + " }\n",
                                 {}, Duration::hours(1), start);
    for (const Hop& hop : world.compiled.system.hops) {
      for (const Fallback& f : hop.fallbacks) {
        if (hop.name == "web/log" && f.kind == Fallback::Kind::buffer) return f.capacity.count();
      }
    }
    return 0.0;
  };
  const double mebi = 1024 * 1024;
  CHECK(buffer_of("EC2", "2025-03-01") == mebi);
  CHECK(buffer_of("EC2", "2025-05-01") == 10 * mebi);
  CHECK(buffer_of("FARGATE", "2025-05-01") == mebi);
  CHECK(buffer_of("FARGATE", "2025-09-01") == 10 * mebi);
}

}  // namespace
}  // namespace moshimo::models
