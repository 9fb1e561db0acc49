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

TEST_CASE("the log mode of the account counts where a service has none of its own") {
  const auto refused = [](const char* mode) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  web: { type: ecs:service, execution_role: role, logs: { group: group, rate: 10/s } )") +
                                     mode + " }\ntraffic: [{ to: web, rate: 1/s }]\n",
                                 {{"outage", "group", {}, Duration::hours(1)}}, Duration::hours(3), "2026-01-01");
    const auto& hops = world.compiled.system.hops;
    double stalled = 0;
    for (std::size_t h = 0; h < hops.size(); ++h) {
      if (hops[HopId(h)].name != "web/log") stalled += world.outcome.hops[h].lost;
    }
    return stalled;
  };
  CHECK(refused("") == 0);  // since June 2025 no program waits for its log
  CHECK(refused(", account_log_mode: blocking") > 1000);
}

TEST_CASE("a log router that never gives up keeps as much as its storage holds, the newest") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  small: { type: ecs:service, task_role: role, logs: { driver: firelens, group: group, rate: 1/s, size: 500B, retries: unlimited, storage: 1000000B } }
)",
                               {{"freeze", "role", {}, Duration::hours(1)}}, Duration::hours(3));
  // A million bytes are 2,000 lines; of 3,611 the oldest go.
  CHECK(world.lost("small/log-to-group-through-router") == Approx(3600 + 15 - 4 - 2000));
}

TEST_CASE("unhealthy tasks go on until others are healthy, unless there is no room for both") {
  const auto running = [](const char* order) {
    const SmallWorld world = run(std::string(R"(
resources:
  out: { type: ec2:security-group, egress: [{ name: to-shop, peer: in, port: 80 }] }
  in: { type: ec2:security-group, ingress: [{ name: from-front, peer: out, port: 80 }] }
  front: { type: elbv2:load-balancer, security_group: out, targets: [targets] }
  targets: { type: elbv2:target-group }
  shop: { type: ecs:service, tasks: 2, security_group: in, target_group: targets, grace_period: 1h)") +
                                     order + " }\n",
                                 {{"remove", "out/egress/to-shop"}}, Duration::minutes(10));
    return world.outcome.timeline.running.at(0);
  };
  CHECK(running("").size() == 1);
  // Both have run for longer than the grace period. Two checks 30 s apart, the timeout of 5 s, and 30 s to stop.
  const auto stopped_first = running(", start_first: no");
  REQUIRE(stopped_first.size() > 1);
  CHECK(stopped_first[1].value == 0);
  CHECK(stopped_first[1].at.in_seconds() == Approx(95));
}

TEST_CASE("a service that cannot start tasks waits longer and longer between its attempts") {
  const auto refused_from = [](const char* start) {
    const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  web: { type: ecs:service, execution_role: role, tasks: 1, task_lifetime: 4h, start_time: 60s }
traffic: [{ to: web, rate: 1/s }]
)",
                                 {{"freeze", "role", {}, Duration::hours(10)}}, Duration::hours(11), start);
    return world.lost("web/traffic");
  };
  // The one task is two hours old at the start and ends at 7,200 s. Attempts come after 0, 1, 3, ... 2,047 s, then
  // every 27 min. The role works at 36,015 s, 28,815 s after that end; the next attempt is at 2,047 + 17 x 1,620 =
  // 29,587 s, and the task runs a minute later.
  CHECK(refused_from("2026-01-01") == Approx(29587 + 60));
  // Before mid-2023: 0, 1, 3, ... 1,023 s, then every 15 min: 1,023 + 31 x 900 = 28,923 s.
  CHECK(refused_from("2023-01-01") == Approx(28923 + 60));
}

TEST_CASE("a task starts under a task role without policies, and not under such an execution role") {
  const auto refused_without_policies_of = [](const char* which) {
    return run(R"(
resources:
  execution: { type: iam:role }
  task: { type: iam:role }
  web: { type: ecs:service, execution_role: execution, task_role: task, tasks: 1, task_lifetime: 4h, start_time: 60s, calls: [] }
traffic: [{ to: web, rate: 1/s }]
)",
               {{"detach", which}}, Duration::hours(5))
        .lost("web/traffic");
  };
  // The one task ends after two hours. Its successor takes over, or there is none.
  CHECK(refused_without_policies_of("task") == 0);
  CHECK(refused_without_policies_of("execution") == Approx(3 * 3600));
}

TEST_CASE("on EC2 the role of the container instance logs where a service has no execution role") {
  const SmallWorld world = run(R"(
resources:
  instance: { type: iam:role }
  execution: { type: iam:role }
  profile: { type: iam:instance-profile, role: instance }
  group: { type: logs:log-group }
  plain: { type: ecs:service, launch_type: EC2, instance_profile: profile, logs: { group: group, rate: 1/s } }
  own: { type: ecs:service, launch_type: EC2, instance_profile: profile, execution_role: execution, logs: { group: group, rate: 1/s } }
)",
                               {{"freeze", "instance", {}, Duration::hours(1)}}, Duration::hours(2));
  CHECK(world.lost("plain/log") == Approx(3600 + 15 - 4));
  CHECK(world.lost("own/log") == 0);
}

TEST_CASE("container instances get credentials of the new role within an hour, as other instances do") {
  const std::string_view inventory = R"(
resources:
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  group: { type: logs:log-group }
  tasks: { type: ecs:service, launch_type: EC2, instance_profile: profile, logs: { group: group, rate: 10/s, size: 500B, mode: blocking } }
  host: { type: ec2:instance, profile: profile, logs: { group: group, rate: 10/s, keeps: 10s } }
)";
  const SmallWorld world = run(inventory, {{"delete", "role", {}, Duration::hours(2)}}, Duration::hours(6));
  CHECK(world.lost("tasks/log") == Approx(world.lost("host/log")).epsilon(0.01));
  CHECK(world.lost("tasks/log") > 10.0 * 3 * 3600 - 100);  // two hours, and one until the credentials are fetched
}

TEST_CASE("without its log group a task starts on EC2 if it does not block, and on Fargate not at all") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  blocking: { type: ecs:service, launch_type: EC2, execution_role: role, tasks: 1, task_lifetime: 4h, logs: { group: group, mode: blocking } }
  free: { type: ecs:service, launch_type: EC2, execution_role: role, tasks: 1, task_lifetime: 4h, logs: { group: group, mode: non-blocking } }
  fargate: { type: ecs:service, launch_type: FARGATE, execution_role: role, tasks: 1, task_lifetime: 4h, logs: { group: group, mode: non-blocking } }
  silent: { type: ecs:service, launch_type: FARGATE, execution_role: role, tasks: 1, task_lifetime: 4h, logs: { group: group, create_stream: no } }
)",
                               {{"delete", "group"}}, Duration::hours(5));
  const auto running_at_the_end = [&](std::string_view name) {
    for (std::uint32_t p = 0; p < world.compiled.system.processes.size(); ++p) {
      const Process& process = world.compiled.system.processes[ProcessId(p)];
      if (process.component == world.compiled.component(name)) return world.outcome.timeline.running[p].back().value;
    }
    return 99U;
  };
  CHECK(running_at_the_end("blocking") == 0);
  CHECK(running_at_the_end("free") == 1);
  CHECK(running_at_the_end("fargate") == 0);
  CHECK(running_at_the_end("silent") == 1);
}

TEST_CASE("a service that says it calls nothing leaves nothing unknown") {
  const auto unknowns_with = [](const char* calls) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  web: { type: ecs:service, task_role: role)") +
                                     calls + " }\n  fn: { type: lambda:function, role: role" + calls + " }\n",
                                 {}, Duration::hours(1));
    int unknowns = 0;
    for (const Assumption& a : world.compiled.assumptions) unknowns += a.kind == Assumption::Kind::unknown ? 1 : 0;
    return unknowns;
  };
  CHECK(unknowns_with("") == 2);
  CHECK(unknowns_with(", calls: []") == 0);
}

}  // namespace
}  // namespace moshimo::models
