// What an inventory cannot mean: texts that name nothing, what AWS refuses, what leads back to itself.
#include <catch2/catch.hpp>
#include <memory>

#include "models/compile.hpp"
#include "models/inventory.hpp"
#include "models/text_form.hpp"
#include "tests/unit/models/catalogue_texts.hpp"

namespace moshimo::models {
namespace {

struct Told {
  std::string errors;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

Told told(const std::string& resources, const std::string& top = "") {
  input::Diagnostics diagnostics;
  auto inventory = std::make_shared<Inventory>();
  const auto document = std::make_shared<input::Document>(input::Document::parse(
      "i.yaml", "version: 1\n" + top + "resources:\n" + resources, input::Format::yaml, diagnostics));
  read_inventory(*document, *inventory, diagnostics);
  const Compiled compiled = compile(inventory, embedded_catalogue(), {}, diagnostics);
  Told result;
  try {
    diagnostics.throw_if_errors();
  } catch (const input::InputError& e) {
    result.errors = e.what();
  }
  for (const input::Diagnostic& d : diagnostics.warnings()) result.warnings.push_back(to_string(d));
  for (const Assumption& a : compiled.assumptions) {
    if (a.kind == Assumption::Kind::unknown) result.notes.push_back(a.says);
  }
  return result;
}

bool has(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return t.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("a text fits a form place by place") {
  const auto fits = [](std::string_view text, std::vector<TextPart> parts) {
    Text form;
    form.parts = std::move(parts);
    return has_form(text, form);
  };
  const auto literal = [](std::string text) { return TextPart{TextPart::Kind::literal, std::move(text), {}}; };
  const TextPart any{TextPart::Kind::ask, "any", {}};
  TextPart account{TextPart::Kind::path, "", {}};
  account.path.text = "account";
  CHECK(fits("a@b.c@d", {any, literal("@"), any, literal("@"), any}));
  CHECK_FALSE(fits("a@", {any, literal("@"), any}));
  CHECK_FALSE(fits("a b@c", {any, literal("@"), any}));
  CHECK(fits("111122223333", {account}));
  CHECK_FALSE(fits("11112222333", {account}));
  CHECK_FALSE(fits("11112222333x", {account}));
}

TEST_CASE("A text that names nothing here has to look like what stands outside") {
  const std::string queue =
      "  orders: { type: sqs:queue }\n  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: ";
  CHECK(told(queue + "order }] }\n").errors ==
        "i.yaml:4:66: endpoint of 'topic/subscriptions/s' names 'order', which does not exist; did you mean 'orders'?");
  CHECK(
      told(queue + "somewhere }] }\n").errors ==
      "i.yaml:4:66: endpoint of 'topic/subscriptions/s' names 'somewhere', which does not exist; something outside the "
      "inventory is written as <name>@<domain>, https://<url>, http://<url>, +<number> or arn:<arn>");
  for (const char* outside : {"on-call@example.org", "https://example.org/hook", "'+4915112345678'",
                              "arn:aws:sqs:eu-west-1:111122223333:theirs"}) {
    INFO(outside);
    CHECK(told(queue + outside + " }] }\n").errors.empty());
  }
  const std::string bucket = "  writer: { type: iam:role }\n  store: { type: s3:bucket, policy: [{ name: p, allows: ";
  CHECK(told(bucket + "writter }] }\n").errors ==
        "i.yaml:4:57: allows of 'store/policy/p' names 'writter', which does not exist; did you mean 'writer'?");
  for (const char* outside : {"'*'", "'111122223333'", "lambda.amazonaws.com", "AROAEXAMPLEEXAMPLE123",
                              "arn:aws:iam::111122223333:role/theirs"}) {
    INFO(outside);
    CHECK(told(bucket + outside + " }] }\n").errors.empty());
  }
  CHECK(told("  limit: { type: iam:policy }\n  r: { type: iam:role, boundary: limits }\n").errors ==
        "i.yaml:4:34: boundary of 'r' names 'limits', which does not exist; did you mean 'limit'?");
  CHECK(told("  alerts: { type: sns:topic }\n  a: { type: cloudwatch:alarm, metric: Errors, actions: [alert] }\n")
            .errors == "i.yaml:4:58: actions of 'a' names 'alert', which does not exist; did you mean 'alerts'?");
}

TEST_CASE("Where any word may stand outside, one that is nearly the name of something is a warning") {
  const auto in = [](const std::string& cluster) {
    return told("  staging: { type: ecs:cluster }\n  web: { type: ecs:service, cluster: " + cluster + " }\n");
  };
  const Told near = in("stagin");
  CHECK(near.errors.empty());
  REQUIRE(near.warnings.size() == 1);
  CHECK(near.warnings.front().find("i.yaml:4:38: ") != std::string::npos);
  CHECK(near.warnings.front().find(
            "cluster of 'web' names 'stagin', which is not in the inventory, so it is taken to stand "
            "outside; did you mean 'staging'?") != std::string::npos);
  CHECK(in("elsewhere").warnings.empty());
}

TEST_CASE("What an import says is AWS's own, and no mistake") {
  const Told imported =
      told("  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: anything }] }\n", "imported: true\n");
  CHECK(imported.errors.empty());
}

TEST_CASE("Who carries data needs the role that AWS asks for") {
  const std::string world =
      "  r: { type: iam:role }\n  stream: { type: kinesis:stream }\n  fire: { type: firehose:delivery-stream, role: r, "
      "destination: store }\n  store: { type: s3:bucket }\n  run: { type: states:state-machine, role: r }\n"
      "  logs: { type: logs:log-group }\n";
  const auto error = [&](const std::string& more) { return told(world + more).errors; };
  const auto rule = [&](const std::string& target) {
    return "  rule: { type: events:rule, schedule: 1h, targets: [{ name: t, target: " + target + " }] }\n";
  };
  CHECK(error(rule("stream")) ==
        "i.yaml:9:73: 'rule/targets/t': EventBridge reaches stream with a role only; say which, as in role: "
        "events-to-stream");
  CHECK(error(rule("fire")).find("reaches fire with a role only") != std::string::npos);
  CHECK(error(rule("run")).find("reaches run with a role only") != std::string::npos);
  CHECK(error(rule("stream, role: r")).empty());
  CHECK(error("  f: { type: logs:subscription-filter, log_group: logs, destination: fire }\n") ==
        "i.yaml:9:70: 'f': CloudWatch Logs writes to fire with a role only; say which, as in role: logs-to-fire");
  CHECK(
      error("  topic: { type: sns:topic, subscriptions: [{ name: s, endpoint: fire }] }\n").find("with a role only") !=
      std::string::npos);
  CHECK(error("  flows: { type: ec2:flow-log, to: logs }\n").find("with a role only") != std::string::npos);
  // Files of AWS may keep it to themselves, so the report says what is taken.
  const Told imported = told(world + rule("stream"), "imported: true\n");
  CHECK(imported.errors.empty());
  CHECK(has(imported.notes, "'rule/targets/t': EventBridge reaches stream with a role only"));
}

TEST_CASE("What AWS refuses is refused, each where it is written") {
  struct Example {
    const char *resources, *says;
  };
  for (const Example& c : {
           Example{"  t: { type: sns:topic, archive: { retention: 7d } }\n",
                   "i.yaml:3:34: 't': only a FIFO topic has an archive; write fifo: yes, or take `archive` off"},
           Example{"  d: { type: sqs:queue }\n  q: { type: sqs:queue, fifo: yes, dead_letter: d }\n",
                   "i.yaml:4:49: 'q': the dead-letter queue of a FIFO queue is a FIFO queue, and d is none"},
           Example{"  d: { type: sqs:queue, fifo: yes }\n  q: { type: sqs:queue, dead_letter: d }\n",
                   "i.yaml:4:38: 'q': the dead-letter queue of a standard queue is a standard queue, and d is a FIFO "
                   "queue"},
           Example{
               "  d: { type: sqs:queue, fifo: yes }\n  r: { type: iam:role }\n  f: { type: lambda:function, role: r, "
               "dead_letter: d }\n",
               "i.yaml:5:53: 'f': Lambda puts aside what it gives up in a standard queue, and d is a FIFO queue"},
           Example{
               "  d: { type: sqs:queue, fifo: yes }\n  q: { type: sqs:queue }\n  rule: { type: events:rule, schedule: "
               "1h, "
               "targets: [{ name: t, target: q, dead_letter: d }] }\n",
               "i.yaml:5:89: 'rule/targets/t': EventBridge puts aside what failed in a standard queue, and d is a FIFO "
               "queue"},
           Example{
               "  q: { type: sqs:queue, fifo: yes }\n  t: { type: sns:topic, subscriptions: [{ name: s, endpoint: q }] "
               "}\n",
               "i.yaml:4:62: 't/subscriptions/s': a FIFO queue can only follow a FIFO topic, and t is a standard one"},
           Example{
               "  t: { type: sns:topic, subscriptions: [{ name: s, endpoint: https://example.org, protocol: https, "
               "retries: "
               "3, retries_at_once: 5 }] }\n",
               "i.yaml:3:109: 't/subscriptions/s': it has fewer `retries` than `retries_at_once`, `retries_at_min` and "
               "`retries_at_max` together"},
           Example{"  t: { type: sns:topic, subscriptions: [{ name: s, endpoint: https://example.org, protocol: https, "
                   "min_delay: "
                   "1m, max_delay: 30s }] }\n",
                   "i.yaml:3:111: 't/subscriptions/s': its `min_delay` is longer than its `max_delay`"},
           Example{"  b: { type: events:bus }\n  rule: { type: events:rule, bus: b, schedule: 1h }\n",
                   "i.yaml:4:48: 'rule': only rules of the default bus have a schedule, and rule is one of b"},
           Example{
               "  q: { type: sqs:queue, fifo: yes }\n  b: { type: s3:bucket, notifications: [{ name: n, target: q }] "
               "}\n",
               "i.yaml:4:60: 'b/notifications/n': S3 tells standard queues about new objects, and q is a FIFO queue"},
       }) {
    CHECK(told(c.resources).errors == c.says);
  }
  CHECK(told("  t: { type: sns:topic, fifo: yes, archive: { retention: 7d } }\n").errors.empty());
}

TEST_CASE("Dead-letter queues that lead back to where they began are told, since AWS lets them") {
  const Told two = told("  a: { type: sqs:queue, dead_letter: b }\n  b: { type: sqs:queue, dead_letter: a }\n");
  CHECK(two.errors.empty());
  REQUIRE(two.warnings.size() == 2);
  CHECK(two.warnings.front().find("i.yaml:3:38: ") != std::string::npos);
  CHECK(has(two.notes, "'a': its dead-letter queue leads back to it"));
  CHECK(told("  a: { type: sqs:queue, dead_letter: a }\n").warnings.size() == 1);
  CHECK(told("  a: { type: sqs:queue, dead_letter: b }\n  b: { type: sqs:queue }\n").warnings.empty());
}

TEST_CASE("Objections and forms are checked with the rest of the catalogue") {
  const auto mistakes = [](const std::string& type) {
    return load({std::string(small_world) + "  a:thing:\n" + type}).mistakes();
  };
  const std::string at =
      mistakes("    attributes: { to: { refers_to: sqs:queue, or_text: [\"x:{account}{region}\"] } }\n");
  CHECK(at.find("two places stand side by side") != std::string::npos);
  CHECK(mistakes("    impossible: [{ says: no }]\n").find("an objection needs `if`: when it is made") !=
        std::string::npos);
  CHECK(mistakes("    attributes: { n: { count: true } }\n    doubtful: [{ if: n, says: no, where: m, fact: f.doc }]\n")
            .find("a:thing has no attribute 'm'") != std::string::npos);
  CHECK(mistakes("    attributes: { n: { count: true } }\n    impossible: [{ if: n, says: no }]\n")
            .find("an objection needs a `fact`, or the reason it is `assumed`") != std::string::npos);
}

}  // namespace moshimo::models
