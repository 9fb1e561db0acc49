// `detect: alarms`: what is asked of the built-in catalogue and of a scenario that goes by it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "scenarios/answer.hpp"

using namespace moshimo;
namespace fs = std::filesystem;

namespace {

scenarios::Answer answer_to(const std::string& resources, const std::string& fault, const std::string& response,
                            input::Diagnostics& diagnostics) {
  const fs::path folder = fs::temp_directory_path() / ("moshimo-alarms-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "i.inventory.yaml") << "version: 1\nname: i\naccount: \"111122223333\"\nregion: us-east-1\n"
                                             << "resources:\n"
                                             << resources;
  std::ofstream(folder / "s.scenario.yaml")
      << "version: 1\nname: s\ninventory: i.inventory.yaml\nhorizon: 2d\nfaults: [" << fault
      << "]\nresponse: " << response << "\n";
  auto scenario = std::make_shared<const scenarios::Scenario>(
      scenarios::read_scenario((folder / "s.scenario.yaml").string(), diagnostics));
  if (diagnostics.has_errors()) return {};
  return scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
}

scenarios::Answer answer_to(const std::string& resources, const std::string& fault,
                            const std::string& response = "{ detect: alarms }") {
  input::Diagnostics diagnostics;
  scenarios::Answer a = answer_to(resources, fault, response, diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

const Telling& telling(const scenarios::Answer& a, std::string_view watcher) {
  for (const Telling& t : a.detection.tellings) {
    if (a.system().components[a.system().hops[t.hop].component].name == watcher) return t;
  }
  throw std::runtime_error("nobody of that name watches anything");
}

const std::string queue_and_alarm =
    "  role: { type: iam:role }\n"
    "  jobs: { type: sqs:queue, reader: role }\n"
    "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n"
    "  old: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, threshold: 600, period: "
    "1m,\n"
    "         datapoints: 3, actions: [alerts] }\n";

}  // namespace

TEST_CASE("people begin when the first alarm is read", "[scenarios][alarms]") {
  const scenarios::Answer a = answer_to(queue_and_alarm, "{ at: 0s, delete: role }");
  const Telling& t = telling(a, "old");
  REQUIRE(t.fate == Telling::Fate::told);
  // The reader is shut out after 4 s; the oldest is ten minutes old; three periods of a minute.
  const double expected = 4 + 600 + 180;
  CHECK(t.told.in_seconds() == Approx(expected));
  CHECK(a.noticed_after.in_seconds() == Approx(expected));
  REQUIRE_FALSE(a.main_run().response.steps.empty());
  CHECK(a.main_run().response.steps.front().start.in_seconds() == Approx(expected));
}

TEST_CASE("without an alarm that is read nobody acts, unless people notice by themselves", "[scenarios][alarms]") {
  const std::string deaf =
      "  role: { type: iam:role }\n  jobs: { type: sqs:queue, reader: role }\n"
      "  alerts: { type: sns:topic }\n"
      "  depth: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, actions: [alerts] }\n";
  const scenarios::Answer a = answer_to(deaf, "{ at: 0s, delete: role }");
  CHECK(telling(a, "depth").fate == Telling::Fate::unaddressed);
  CHECK(a.noticed_after.is_forever());
  CHECK(a.main_run().response.steps.empty());
  const scenarios::Answer later =
      answer_to(deaf, "{ at: 0s, delete: role }", "{ detect: { alarms: { otherwise: 6h } } }");
  CHECK(later.noticed_after == Duration::hours(6));
  CHECK_FALSE(later.main_run().response.steps.empty());
}

TEST_CASE("a topic whose policy, or the policy of whose key, leaves the alarm out stays silent",
          "[scenarios][alarms]") {
  const auto with = [](const std::string& topic) {
    return "  role: { type: iam:role }\n  jobs: { type: sqs:queue, reader: role }\n"
           "  key: { type: kms:key, policy: [{ name: events, allows: events.amazonaws.com, by: service }] }\n"
           "  open: { type: kms:key, policy: [{ name: alarms, allows: cloudwatch.amazonaws.com, by: service }] }\n"
           "  alerts: { type: sns:topic, " +
           topic +
           ", subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n"
           "  depth: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, actions: [alerts] "
           "}\n";
  };
  const scenarios::Answer shut = answer_to(
      with("policy: [{ name: events, allows: events.amazonaws.com, by: service }]"), "{ at: 0s, delete: role }");
  CHECK(telling(shut, "depth").fate == Telling::Fate::blocked);
  CHECK(telling(shut, "depth").error == ErrorClass::denied);
  const scenarios::Answer locked = answer_to(with("kms_key: key"), "{ at: 0s, delete: role }");
  CHECK(telling(locked, "depth").fate == Telling::Fate::blocked);
  CHECK(telling(locked, "depth").error == ErrorClass::key);
  const scenarios::Answer opened = answer_to(with("kms_key: open"), "{ at: 0s, delete: role }");
  CHECK(telling(opened, "depth").fate == Telling::Fate::told);
}

TEST_CASE("an alarm or rule that is switched off is silent for that reason", "[scenarios][alarms]") {
  const std::string others =
      "  tr: { type: cloudtrail:trail, bucket: logs }\n  logs: { type: s3:bucket }\n"
      "  gone: { type: events:rule, calls: [DeleteRole], state: STATE, targets: [{ name: t, target: alerts }] }\n"
      "  quiet: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, enabled: SWITCH, "
      "actions: [alerts] }\n";
  const auto with = [&](const std::string& state, const std::string& enabled) {
    std::string text = queue_and_alarm + others;
    text.replace(text.find("STATE,"), 5, state);
    text.replace(text.find("SWITCH"), 6, enabled);
    return answer_to(text, "{ at: 0s, delete: role }");
  };
  const auto why = [](const scenarios::Answer& a, std::string_view watcher) {
    const Telling& t = telling(a, watcher);
    REQUIRE(t.fate == Telling::Fate::blocked);
    return says(a.system(), t.chain.at(0));
  };
  const scenarios::Answer off = with("DISABLED", "no");
  CHECK(why(off, "gone") == "the rule gone is not disabled");
  CHECK(why(off, "quiet") == "the actions of quiet are not switched off");
  const scenarios::Answer on = with("ENABLED", "yes");
  CHECK(telling(on, "gone").fate == Telling::Fate::told);
  CHECK(telling(on, "quiet").fate == Telling::Fate::told);
}

TEST_CASE("a rule on calls that are recorded in another Region is silent for that reason", "[scenarios][alarms]") {
  const auto with = [&](const std::string& region) {
    return answer_to(queue_and_alarm +
                         "  tr: { type: cloudtrail:trail, bucket: logs }\n  logs: { type: s3:bucket }\n"
                         "  gone: { type: events:rule, region: " +
                         region + ", calls: [DeleteRole], targets: [{ name: t, target: alerts }] }\n",
                     "{ at: 0s, delete: role }");
  };
  const scenarios::Answer away = with("eu-west-1");
  REQUIRE(telling(away, "gone").fate == Telling::Fate::elsewhere);
  CHECK(telling(away, "gone").place == std::vector<std::string>{"111122223333", "us-east-1"});
  CHECK(telling(away, "gone").sign == "iam:DeleteRole");
  CHECK(telling(with("us-east-1"), "gone").fate == Telling::Fate::told);
}

TEST_CASE("a metric filter counts only what arrives in its log group", "[scenarios][alarms]") {
  const std::string trail =
      "  trail: { type: cloudtrail:trail, bucket: files, log_group: log, log_role: writer }\n  files: { type: "
      "s3:bucket }\n"
      "  log: { type: logs:log-group }\n  writer: { type: iam:role }\n  other: { type: iam:role }\n"
      "  deletions: { type: logs:metric-filter, log_group: log, pattern: '{ $.eventName = DeleteRole }', makes: "
      "RoleGone }\n"
      "  role-gone: { type: cloudwatch:alarm, metric: RoleGone, period: 1m, actions: [alerts] }\n"
      "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n";
  // Seven minutes to the filter, one period.
  const scenarios::Answer seen = answer_to(trail, "{ at: 0s, delete: other }");
  REQUIRE(telling(seen, "deletions").fate == Telling::Fate::told);
  CHECK(telling(seen, "deletions").told.in_seconds() == Approx(480));
  // The trail writes its log with the very role that goes.
  const scenarios::Answer unseen = answer_to(trail, "{ at: 0s, delete: writer }");
  CHECK(telling(unseen, "deletions").fate == Telling::Fate::blocked);
}

TEST_CASE("a function forwards to the chat only while its role is there", "[scenarios][alarms]") {
  const std::string bridge =
      "  role: { type: iam:role }\n  jobs: { type: sqs:queue, reader: role }\n  bridge-role: { type: iam:role }\n"
      "  chat: { type: outside:person }\n"
      "  bridge: { type: lambda:function, role: bridge-role, calls: [{ name: post, to: chat }] }\n"
      "  alerts: { type: sns:topic, subscriptions: [{ name: bridge, endpoint: bridge }] }\n"
      "  depth: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, actions: [alerts] }\n";
  CHECK(telling(answer_to(bridge, "{ at: 0s, delete: role }"), "depth").fate == Telling::Fate::told);
  const scenarios::Answer gone = answer_to(bridge, "{ at: 0s, delete: [role, bridge-role] }");
  CHECK(telling(gone, "depth").fate == Telling::Fate::blocked);
}

TEST_CASE("a health check asks whether or not anybody else does", "[scenarios][alarms]") {
  const scenarios::Answer a = answer_to(
      "  shop: { type: outside:endpoint }\n"
      "  probe: { type: route53:health-check, watches: shop }\n"
      "  shop-down: { type: cloudwatch:alarm, watches: probe, metric: HealthCheckStatus, period: 1m, actions: [alerts] "
      "}\n"
      "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n",
      "{ at: 1h, outage: shop }");
  // Three failures, 30 s apart; a minute to the metric; one period.
  CHECK(telling(a, "shop-down").told.in_seconds() == Approx(3600 + 90 + 60 + 60));
}

TEST_CASE("a load balancer that does not get through answers 5xx, with one target group as with several",
          "[scenarios][alarms]") {
  const std::string balanced =
      "  out: { type: ec2:security-group, egress: [{ name: to-shop, peer: in, port: 80 }] }\n"
      "  in: { type: ec2:security-group, ingress: [{ name: from-front, peer: out, port: 80 }] }\n"
      "  front: { type: elbv2:load-balancer, security_group: out, targets: [targets] }\n"
      "  targets: { type: elbv2:target-group }\n"
      "  execution: { type: iam:role }\n"
      "  shop: { type: ecs:service, execution_role: execution, tasks: 4, security_group: in, target_group: targets }\n"
      "  errors: { type: cloudwatch:alarm, watches: front, metric: HTTPCode_ELB_5XX_Count, period: 1m, threshold: 10,\n"
      "            actions: [alerts] }\n"
      "  unhealthy: { type: cloudwatch:alarm, watches: targets, metric: UnHealthyHostCount, period: 1m, threshold: 1,\n"
      "               actions: [alerts] }\n"
      "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n"
      "traffic: [{ to: front, rate: 100/s }]\n";
  for (const char* fault : {"remove: out/egress/to-shop", "outage: shop"}) {
    INFO(fault);
    const scenarios::Answer a = answer_to(balanced, std::string("{ at: 1h, ") + fault + " }");
    CHECK(telling(a, "errors").told.in_seconds() == Approx(3600 + 60 + 60));
    // Two checks, 30 s apart, and the timeout of 5 s; then a period.
    CHECK(telling(a, "unhealthy").told.in_seconds() == Approx(3600 + 65 + 60));
  }
  const scenarios::Answer none = answer_to(balanced, "{ at: 1h, scale-to-zero: shop }");
  CHECK(telling(none, "errors").fate == Telling::Fate::told);
  CHECK(telling(none, "unhealthy").fate == Telling::Fate::unseen);  // there are no hosts
}

TEST_CASE("what `detect` may say", "[scenarios][alarms]") {
  input::Diagnostics diagnostics;
  answer_to(queue_and_alarm, "{ at: 0s, delete: role }", "{ detect: { alarms: { after: 6h } } }", diagnostics);
  REQUIRE(diagnostics.errors().size() == 2);
  CHECK(diagnostics.errors()[0].message.find("unknown key 'after'") == 0);
  CHECK(diagnostics.errors()[1].message.find("otherwise") != std::string::npos);
}

namespace {

// A queue whose reader is gone; ten messages a second come.
std::string with_alarms(const std::string& alarms) {
  return "  role: { type: iam:role }\n"
         "  jobs: { type: sqs:queue, reader: role }\n"
         "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n" +
         alarms + "traffic: [{ to: jobs, rate: 10/s }]\n";
}

const std::string two_alarms =
    "  old: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateAgeOfOldestMessage, threshold: 600, period: "
    "1m,\n"
    "         datapoints: 3 }\n"
    "  never: { type: cloudwatch:alarm, watches: jobs, metric: NumberOfEmptyReceives }\n";

std::string composite(const std::string& rule, const std::string& more = "") {
  return two_alarms + "  both: { type: cloudwatch:composite-alarm, rule: '" + rule + "', actions: [alerts]" + more +
         " }\n";
}

}  // namespace

TEST_CASE("a composite alarm tells when its rule begins to hold", "[scenarios][alarms]") {
  const auto told = [](const std::string& rule, const std::string& more = "") {
    const scenarios::Answer a = answer_to(with_alarms(composite(rule, more)), "{ at: 0s, delete: role }");
    const Telling& t = telling(a, "both");
    return t.fate == Telling::Fate::told ? t.told.in_seconds() : -1.0;
  };
  const double old = 4 + 600 + 180;  // as above
  CHECK(told("ALARM(old)") == Approx(old));
  CHECK(told("ALARM(old) OR ALARM(never)") == Approx(old));
  CHECK(told("ALARM(old) AND ALARM(never)") == -1);
  CHECK(told("ALARM(old) AND NOT ALARM(never)") == Approx(old));
  CHECK(told("ALARM(\"arn:aws:cloudwatch:us-east-1:111122223333:alarm:old\") AND (OK(never) OR FALSE)") == Approx(old));
  CHECK(told("NOT ALARM(old)") == -1);  // it holds while all is well
  CHECK(told("ALARM(old)", ", suppressor: never") == Approx(old));
  CHECK(told("ALARM(old)", ", suppressor: old") == -1);
}

TEST_CASE("a rule that cannot be read is a mistake, and an alarm that is not there never rings",
          "[scenarios][alarms]") {
  for (const char* rule : {"ALARM(old", "ALARM(old) AND", "ALARMS(old)", "ALARM(old) ALARM(never)", "(ALARM(old)"}) {
    INFO(rule);
    input::Diagnostics diagnostics;
    answer_to(with_alarms(composite(rule)), "{ at: 0s, delete: role }", "{ detect: alarms }", diagnostics);
    REQUIRE_FALSE(diagnostics.errors().empty());
    CHECK(diagnostics.errors().front().message.find("the rule of 'both'") == 0);
  }
  const scenarios::Answer a = answer_to(with_alarms(composite("ALARM(elsewhere)")), "{ at: 0s, delete: role }");
  CHECK(telling(a, "both").fate == Telling::Fate::unseen);
}

TEST_CASE("a threshold is compared with what waits", "[scenarios][alarms]") {
  const auto depth = [](const std::string& threshold) {
    const scenarios::Answer a = answer_to(with_alarms("  depth: { type: cloudwatch:alarm, watches: jobs, metric: "
                                                      "ApproximateNumberOfMessagesVisible, threshold: " +
                                                      threshold + ", period: 1m, actions: [alerts] }\n"),
                                          "{ at: 0s, delete: role }");
    return telling(a, "depth");
  };
  const Telling low = depth("1");
  REQUIRE(low.fate == Telling::Fate::told);
  const Telling high = depth("6000");  // at ten a second: ten minutes more
  REQUIRE(high.fate == Telling::Fate::told);
  CHECK(high.told.in_seconds() - low.told.in_seconds() == Approx(599.9));
}

TEST_CASE("what no longer comes does not wait", "[scenarios][alarms]") {
  const auto depth = [](const std::string& faults) {
    const scenarios::Answer a = answer_to(
        "  role: { type: iam:role }\n  srole: { type: iam:role }\n"
        "  sender: { type: lambda:function, role: srole, calls: [{ to: jobs }] }\n"
        "  jobs: { type: sqs:queue, reader: role }\n"
        "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n"
        "  depth: { type: cloudwatch:alarm, watches: jobs, metric: ApproximateNumberOfMessagesVisible, threshold: 600, "
        "period: 1m, actions: [alerts] }\n",
        faults);
    return telling(a, "depth").fate;
  };
  CHECK(depth("{ at: 0s, delete: role }") == Telling::Fate::told);
  CHECK(depth("{ at: 0s, delete: role }, { at: 5m, delete: srole }") == Telling::Fate::below);  // about 300 wait
}

TEST_CASE("what comes once a day is counted in the period in which it comes", "[scenarios][alarms]") {
  const scenarios::Answer a = answer_to(
      "  role: { type: iam:role }\n  frole: { type: iam:role }\n"
      "  nightly: { type: scheduler:schedule, every: 24h, role: role, target: job }\n"
      "  job: { type: lambda:function, role: frole }\n"
      "  alerts: { type: sns:topic, subscriptions: [{ name: mail, endpoint: on-call@example.org }] }\n"
      "  errors: { type: cloudwatch:alarm, watches: nightly, metric: TargetErrorCount, threshold: 1, period: 5m, "
      "actions: [alerts] }\n",
      "{ at: 1h, delete: role }");
  const Telling& t = telling(a, "errors");
  REQUIRE(t.fate == Telling::Fate::told);
  CHECK(t.told.in_seconds() >= 86400);
}

TEST_CASE("the depth of a dead-letter queue is told when so much lies in it", "[scenarios][alarms]") {
  const auto depth = [](const std::string& threshold, const std::string& faults) {
    const scenarios::Answer a = answer_to(
        "  role: { type: iam:role }\n  machines: { type: iam:role }\n"
        "  bus: { type: events:bus }\n"
        "  rule: { type: events:rule, bus: bus, matches: 0.5,\n"
        "          targets: [{ name: t, target: machine, role: role, dead_letter: dead }] }\n"
        "  machine: { type: states:state-machine, role: machines, calls: [] }\n"
        "  dead: { type: sqs:queue, retention: 14d }\n"
        "  alerts: { type: sns:topic, subscriptions: [{ name: bridge, endpoint: bridge }] }\n"
        "  bridge: { type: lambda:function, role: bridge-role, calls: [{ name: post, to: chat }] }\n"
        "  bridge-role: { type: iam:role }\n  chat: { type: outside:person }\n"
        "  depth: { type: cloudwatch:alarm, watches: dead, metric: ApproximateNumberOfMessagesVisible, threshold: " +
            threshold + ", period: 1m, actions: [alerts] }\n",
        faults);
    return telling(a, "depth");
  };
  const Telling few = depth("60", "{ at: 1h, delete: role }");
  REQUIRE(few.fate == Telling::Fate::told);
  const Telling many = depth("6000", "{ at: 1h, delete: role }");
  REQUIRE(many.fate == Telling::Fate::told);
  CHECK((many.told - few.told).in_seconds() == Approx((6000 - 60) / 0.5));
  CHECK(depth("1000000", "{ at: 1h, delete: role }").fate == Telling::Fate::below);

  // The role of the function that tells people went as well.
  const Telling blocked = depth("60", "{ at: 1h, delete: [role, bridge-role] }");
  CHECK(blocked.fate == Telling::Fate::blocked);
  CHECK(blocked.seen == few.seen);
}
