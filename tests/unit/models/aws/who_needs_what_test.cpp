// Who is hurt by what: policies, sessions, buffers and outages reach those who lean on them, and nobody else.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

const Hop& hop_of(const SmallWorld& world, std::string_view name) {
  for (const Hop& hop : world.compiled.system.hops) {
    if (hop.name == name) return hop;
  }
  throw std::out_of_range("there is no hop " + std::string(name));
}

TEST_CASE("a policy that is taken away stops those it names, not those with a role of their own") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  caller: { type: lambda:function, role: role, calls: [{ to: queue }] }
  queue: { type: sqs:queue, policy: [{ name: topic, allows: sns.amazonaws.com, by: service }] }
  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: queue }] }
traffic: [{ to: caller, rate: 1/s }, { to: topic, rate: 1/s }]
)",
                               {{"break-policy", "queue"}}, Duration::hours(1));
  CHECK(world.lost("caller/calls/0/call-from-function") == 0);
  const HopLedger& deliver = world.ledger("topic/subscriptions/s/deliver");
  CHECK(deliver.on_time == 0);
}

TEST_CASE("a key without a policy serves nobody") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  key: { type: kms:key, policy: [{ name: root, allows: someone }] }
  someone: { type: iam:role }
  queue: { type: sqs:queue, kms_key: key, reader: role }
traffic: [{ to: queue, rate: 1/s }]
)",
                               {{"break-policy", "key"}}, Duration::hours(1));
  CHECK_FALSE(world.holds("queue", "key_works"));
}

TEST_CASE("each container has a log buffer of its own") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  group: { type: logs:log-group }
  web: { type: ecs:service, execution_role: role, tasks: 2, logs: { group: group, rate: 100/s, size: 500B, mode: blocking } }
  web2: { type: ecs:service, execution_role: role, tasks: 3, logs: { group: group, mode: non-blocking, buffer: 1MiB } }
)",
                               {}, Duration::hours(1));
  const auto buffer = [&](const char* hop) {
    const std::vector<Fallback>& all = hop_of(world, hop).fallbacks;
    const auto is_buffer = [](const Fallback& f) { return f.kind == Fallback::Kind::buffer; };
    return std::find_if(all.rbegin(), all.rend(), is_buffer)->capacity.count();  // the one before may yet be opened
  };
  CHECK(buffer("web/log") == 2 * 4096 * 500);
  CHECK(buffer("web2/log") == 3 * 1024 * 1024);
  const ConditionId flowing = world.compiled.condition(world.compiled.component("web"), "flowing");
  CHECK(world.compiled.system.conditions[flowing].falls_after.least == Duration::seconds(81.92));  // 2 x 4096 / 100
}

TEST_CASE("the calls of tasks wait for new credentials, essential or not") {
  // The role is away from 4 s to 1 h 15 s; its credentials are renewed an hour later.
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  partner: { type: outside:endpoint }
  web: { type: ecs:service, task_role: role, calls: [{ to: partner, essential: no }] }
traffic: [{ to: web, rate: 1/s }]
)",
                               {{"delete", "role", {}, Duration::hours(1)}}, Duration::hours(4));
  const ConditionId session = world.compiled.condition(world.compiled.component("web"), "app_session");
  CHECK(world.outcome.timeline.conditions[session.value].back().at ==
        SimTime::after_start(Duration::seconds(3600 + 15 + 3600)));
  const Needs& needs = hop_of(world, "web/calls/0/call").needs;
  CHECK(std::any_of(needs.begin(), needs.end(), [&](const Need& n) { return n.condition == session; }));
}

TEST_CASE("without the role of their instance containers that log in blocking mode do not start") {
  // Two tasks that live a day end at 12 h and 18 h... of which none is replaced.
  const auto tasks_after = [](const char* mode) {
    const SmallWorld world = run(std::string(R"(
resources:
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  group: { type: logs:log-group }
  web: { type: ecs:service, launch_type: EC2, instance_profile: profile, tasks: 2, task_lifetime: 1d, logs: { group: group, mode: )") +
                                     mode + " } }\n",
                                 {{"delete", "role"}}, Duration::days(2));
    return world.outcome.timeline.running[0].back().value;
  };
  CHECK(tasks_after("blocking") == 0);
  CHECK(tasks_after("non-blocking") == 2);
}

TEST_CASE("a profile that is deleted and made again is not the one the container instances have") {
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  group: { type: logs:log-group }
  web: { type: ecs:service, launch_type: EC2, instance_profile: profile, logs: { group: group, rate: 1/s } }
)",
                               {{"delete", "profile", {}, Duration::hours(1)}}, Duration::hours(2));
  CHECK_FALSE(world.holds("web", "instance_association"));
  CHECK(world.lost("web/log") > 7000);
}

TEST_CASE("an outage of its target stops no pipe, a refusal does") {
  const auto is_running = [](const char* verb) {
    const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  topic: { type: sns:topic }
  pipe: { type: pipes:pipe, role: role, source: queue, target: topic }
traffic: [{ to: queue, rate: 1/s }]
)",
                                 {{verb, "topic", {}, Duration::hours(2)}}, Duration::hours(4));
    return world.holds("pipe", "running");
  };
  CHECK(is_running("outage"));
  CHECK_FALSE(is_running("delete"));
}

}  // namespace
}  // namespace moshimo::models
