// What a review says of a plan: what goes, who is hurt, what stands in commands, and what nobody looked at.
#include "scenarios/review.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "report/report.hpp"

using namespace moshimo;

namespace {

struct Review {
  models::ImportResult import;
  scenarios::Answer answer;
  bool has_answer = false;
  std::vector<scenarios::GateResult> gates;  // blast, loss, irreversible
  std::string text;
};

Review review(std::vector<models::ImportText> files) {
  Review r;
  input::Diagnostics diagnostics;
  r.import = models::import_texts(std::move(files), models::embedded_catalogue(), diagnostics);
  if (auto scenario = scenarios::review_scenario(r.import, {})) {
    r.answer = scenarios::answer(scenario, std::make_shared<const models::Inventory>(r.import.met_by_faults()),
                                 models::embedded_catalogue(), diagnostics);
    r.has_answer = true;
  }
  r.gates = scenarios::gate_results(r.has_answer ? &r.answer : nullptr, r.import,
                                    {scenarios::Gate::blast, scenarios::Gate::loss, scenarios::Gate::irreversible});
  for (const auto& e : diagnostics.errors()) FAIL(input::to_string(e));
  report::ReviewView view;
  view.import = &r.import;
  view.gates = r.gates;
  if (r.has_answer) view.answer = &r.answer;
  report::Style style;
  style.width = 200;
  r.text = report::review_report(view, style);
  return r;
}

Review review(std::string plan) {
  std::vector<models::ImportText> files;
  files.push_back({"plan.json", std::move(plan)});
  return review(std::move(files));
}

std::string change(const std::string& type, const std::string& name, const std::string& action,
                   const std::string& before) {
  return R"({"address":")" + type + "." + name + R"(","mode":"managed","type":")" + type + R"(","name":")" + name +
         R"(","change":{"actions":[")" + action + R"("],"before":)" + before + R"(,"after":)" +
         (action == "delete" ? "null" : before) + "}}";
}

std::string plan(const std::string& changes) {
  return R"({"format_version":"1.2","resource_changes":[)" + changes + "]}";
}

const std::string execution_role = R"({"name":"exec","path":"/","arn":"arn:aws:iam::111111111111:role/exec"})";
const std::string task_definition =
    R"({"family":"web","arn":"arn:aws:ecs:eu-west-1:111111111111:task-definition/web:3",
        "execution_role_arn":"arn:aws:iam::111111111111:role/exec"})";
const std::string service = R"({"name":"web","cluster":"arn:aws:ecs:eu-west-1:111111111111:cluster/main",
    "task_definition":"arn:aws:ecs:eu-west-1:111111111111:task-definition/web:3"})";

bool says(const Review& r, const std::string& words) {  // wherever its lines end
  std::string text = r.text;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.find(words) != std::string::npos;
}

std::vector<std::string> entry_points(const Review& r) {
  std::vector<std::string> names;
  for (const models::EntryPoint& e : r.answer.compiled->entry_points) {
    names.push_back(r.answer.system().components[r.answer.system().ports[e.port].component].name);
  }
  return names;
}

}  // namespace

TEST_CASE("a task definition is neither an entry point nor down; its service is", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                               change("aws_ecs_task_definition", "web", "no-op", task_definition) + "," +
                               change("aws_ecs_service", "web", "no-op", service)));
  REQUIRE(r.has_answer);
  CHECK(entry_points(r) == std::vector<std::string>{"aws_ecs_service.web"});
  for (const Effect& e : r.answer.nobody_acts().findings.effects) {
    CHECK(r.answer.system().components[e.component].name != "aws_ecs_task_definition.web");
  }
  CHECK(r.gates.front().says == "blast: 1 component is hurt: aws_ecs_service.web");
  // The service and its task definition share a name: the inventory has addresses, commands have the name.
  const System& system = r.answer.system();
  std::string redeploy;
  for (std::uint32_t i = 0; i < system.repairs.size(); ++i) {
    if (name_of(system, RepairId(i)) != "aws_ecs_service.web/redeploy") continue;
    redeploy = text_of(system, RepairId(i)).commands.front();
  }
  CHECK(redeploy == "aws ecs update-service --cluster main --service web --force-new-deployment");
}

TEST_CASE("a function nobody in the files calls is called from outside", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                               change("aws_lambda_function", "f", "no-op",
                                      R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec"})")));
  CHECK(entry_points(r) == std::vector<std::string>{"f"});
}

TEST_CASE("a dead-letter queue without traffic is no entry point", "[report][review]") {
  const Review r =
      review(plan(change("aws_sqs_queue", "jobs", "delete",
                         R"({"name":"jobs","arn":"arn:aws:sqs:eu-west-1:111111111111:jobs","url":"https://jobs",
                 "redrive_policy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:111111111111:dead\"}"})") +
                  "," +
                  change("aws_sqs_queue", "dead", "no-op",
                         R"({"name":"dead","arn":"arn:aws:sqs:eu-west-1:111111111111:dead","url":"https://dead"})")));
  CHECK(entry_points(r) == std::vector<std::string>{"jobs"});
}

TEST_CASE("a bucket that the plan deletes is down from the start, and never comes back by itself", "[report][review]") {
  const Review r = review(plan(change("aws_s3_bucket", "b", "delete", R"({"bucket":"b","arn":"arn:aws:s3:::b"})")));
  const auto& effects = r.answer.nobody_acts().findings.effects;
  REQUIRE(effects.size() > 0);
  CHECK(effects.front().kind == EffectKind::down);
  CHECK(effects.front().to.is_never());
  CHECK_FALSE(r.answer.nobody_acts().response.still_broken.empty());
  CHECK(says(r, "What happens: delete b."));
}

TEST_CASE("a rule's commands name the default bus, and its schedule", "[report][review]") {
  const Review r =
      review(plan(change("aws_cloudwatch_event_rule", "r", "delete",
                         R"j({"name":"r","event_bus_name":"default","schedule_expression":"rate(1 hour)"})j")));
  CHECK(says(r, "aws events put-rule --name r --event-bus-name default --schedule-expression <expression>"));
  CHECK(says(r, "aws events list-targets-by-rule --rule r --event-bus-name default"));
}

TEST_CASE("nobody in the files uses it: the review says that this is no safety", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role)));
  CHECK(says(r, "Nothing in these files uses exec: who is hurt without it is not known."));
}

TEST_CASE("what goes without being known is told, and so are changes in place, once", "[report][review]") {
  const std::string before = R"({"name":"q","url":"https://q","message_retention_seconds":345600})";
  const std::string after = R"({"name":"q","url":"https://q","message_retention_seconds":86400})";
  const Review r = review(plan(change("aws_made_up", "x", "delete", "{}") + R"(,{"address":"aws_sqs_queue.q",
      "mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["update"],"before":)" +
                               before + R"(,"after":)" + after + "}}"));
  CHECK_FALSE(r.has_answer);
  CHECK(says(r, "Deleted, and not modelled (1): aws_made_up.x."));
  CHECK(says(r, "aws_sqs_queue.q retention: 4d → 1d"));
  CHECK_FALSE(says(r, "its retention changes"));
}

TEST_CASE("two plans are told apart by the digest of what was read", "[report][review]") {
  const auto digest = [](const Review& r) {
    const std::size_t at = r.text.find("input ");
    return r.text.substr(at, 22);
  };
  const Review one = review(plan(change("aws_iam_role", "exec", "delete", execution_role)));
  const Review other = review(plan(change("aws_iam_role", "exec2", "delete", execution_role)));
  CHECK(digest(one) != digest(other));
}

TEST_CASE("a replacement is called one", "[report][review]") {
  const Review r = review(R"({"format_version":"1.2","resource_changes":[{"address":"aws_iam_role.r","mode":"managed",
    "type":"aws_iam_role","name":"r","change":{"actions":["delete","create"],"before":)" +
                          execution_role + R"(,"after":)" + execution_role + "}}]}");
  CHECK(says(r, "What happens: replace exec."));
}

TEST_CASE("an attachment that is made again with its role hurts nobody for good", "[report][review]") {
  const std::string attached = R"({"role":"exec","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"})";
  const auto replaced = [](const std::string& type, const std::string& values) {
    return R"({"address":")" + type + R"(.x","mode":"managed","type":")" + type +
           R"(","name":"x","change":{"actions":["delete","create"],"before":)" + values + R"(,"after":)" + values +
           "}}";
  };
  const Review r = review(plan(replaced("aws_iam_role", execution_role) + "," +
                               replaced("aws_iam_role_policy_attachment", attached) + "," +
                               change("aws_lambda_function", "f", "no-op",
                                      R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec"})")));
  CHECK(r.answer.nobody_acts().response.still_broken.empty());
  CHECK(r.answer.nobody_acts().findings.lost < 1e-6);  // retried over the gap of 30 s and what IAM takes to spread it
}

TEST_CASE("a replacement that nobody notices is said to be one", "[report][review]") {
  const Review r = review(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":["create","delete"],
      "before":)" + execution_role +
                          R"(,"after":{"path":"/"},"after_unknown":{"name":true,"arn":true}}},
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["update"],
      "before":{"function_name":"f","role":"arn:aws:iam::111111111111:role/exec"},"after":{"function_name":"f"},
      "after_unknown":{"role":true}}}],"configuration":{"root_module":{"resources":[
      {"address":"aws_lambda_function.f","expressions":{"role":{"references":["aws_iam_role.r.arn","aws_iam_role.r"]}}}]}}})");
  CHECK_FALSE(r.has_answer);
  CHECK(says(r, "What the plan replaces is made again before the old one goes"));
  CHECK(says(r, "the new one is made first, and what uses it goes over to the new one"));
}

TEST_CASE("a review that cannot know everything says so before the rest", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                               change("aws_made_up", "x", "delete", "{}")));
  CHECK(says(r,
             "The result may be too good: 1 thing that goes is not modelled and 1 thing that goes is used by "
             "nothing in these files."));
}

TEST_CASE("the coverage counts what is inferred apart from what is stated", "[report][review]") {
  models::Coverage c;
  c.modelled = 3;
  c.folded = 2;
  c.unmodelled = {{"aws_x", "aws_x.y"}};
  c.stated = 7;
  c.unfollowed = 2;
  c.inferred = 1;
  CHECK(models::coverage_line(c) ==
        "6 resources: 3 modelled, 2 part of those, 1 not modelled; 7 references stated (2 of them not followed), 1 "
        "inferred, 0 unresolved; 0 things outside these files");
  c.modelled = 0;
  CHECK(models::coverage_line(c).starts_with(
      "3 resources: 0 modelled, 2 part of something outside these files, 1 not modelled;"));
}

TEST_CASE("a part of a resource that the files do not tell is named without a word too many", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                               change("aws_sqs_queue_policy", "p", "no-op", R"({"policy":"{}"})")));
  CHECK(says(r, "aws_sqs_queue_policy.p: it is part of a resource, and the files do not tell of which"));
}

namespace {

const std::string jobs = R"({"name":"jobs","arn":"arn:aws:sqs:eu-west-1:111111111111:jobs","url":"https://jobs",
    "policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}]}"})";

}  // namespace

TEST_CASE("refused requests are told and are no lost data", "[report][review]") {
  // Nothing sends to the queue but requests from outside, one a second as no traffic is given; nothing lies in it for
  // longer than its readers take. It is gone for an hour and the time of the repair.
  const Review r = review(plan(change("aws_sqs_queue", "jobs", "delete", jobs)));
  REQUIRE(r.has_answer);
  INFO(r.text);
  CHECK(r.gates[1].says.find(" requests are refused") != std::string::npos);
  CHECK(r.gates[1].says.find("events are lost") == std::string::npos);
  CHECK_FALSE(r.gates[1].is_met);
  CHECK_FALSE(r.gates[2].is_met);
  CHECK(says(r, "✓ loss: nothing is lost once every repair is done; "));
  CHECK(says(r, "one event a second is assumed"));
}

TEST_CASE("runs of a schedule that goes are not missed, those of one that stays are", "[report][review]") {
  const std::string every_hour = R"j({"name":"hourly","schedule_expression":"rate(1 hour)"})j";
  const std::string to_jobs = R"({"rule":"hourly","arn":"arn:aws:sqs:eu-west-1:111111111111:jobs","target_id":"t"})";
  const Review goes = review(plan(change("aws_sqs_queue", "jobs", "no-op", jobs) + "," +
                                  change("aws_cloudwatch_event_rule", "hourly", "delete", every_hour) + "," +
                                  change("aws_cloudwatch_event_target", "t", "delete", to_jobs)));
  REQUIRE(goes.has_answer);
  INFO(goes.text);
  CHECK_FALSE(goes.gates[1].is_met);
  CHECK(goes.gates[1].says == "loss: nothing but runs of what goes is lost once every repair is done");
  const Review stays = review(plan(change("aws_sqs_queue", "jobs", "delete", jobs) + "," +
                                   change("aws_cloudwatch_event_rule", "hourly", "no-op", every_hour) + "," +
                                   change("aws_cloudwatch_event_target", "t", "no-op", to_jobs)));
  INFO(stays.text);
  CHECK(stays.gates[1].is_met);
}

TEST_CASE("who fails, and what putting the code back does not mend, is told at the top", "[report][review]") {
  const std::string function = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec",
      "kms_key_arn":"arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-1111-1111-111111111111",
      "environment":[{"variables":{"A":"b"}}]})";
  const std::string key = R"({"arn":"arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-1111-1111-111111111111",
      "key_id":"11111111-1111-1111-1111-111111111111"})";
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                               change("aws_kms_key", "k", "no-op", key) + "," +
                               change("aws_lambda_function", "f", "no-op", function)));
  INFO(r.text);
  CHECK(says(r, "What fails: at once f. Putting the code back does not mend f."));
}

TEST_CASE("a bucket that goes with what is in it is lost data in every summary", "[report][review]") {
  const Review r = review(plan(change("aws_s3_bucket", "archive", "delete", R"({"bucket":"archive"})")));
  REQUIRE(r.has_answer);
  INFO(r.text);
  CHECK(r.gates[1].is_met);
  CHECK(r.gates[2].is_met);
  CHECK(r.gates[1].says.starts_with("loss: what was in archive is gone for good although every repair is done"));
  CHECK(says(r, "what was in archive is gone for good"));
  CHECK(r.text.find("nothing is lost") == std::string::npos);
  CHECK(r.text.find("no data that was accepted is lost") == std::string::npos);
  CHECK(r.text.find("puts everything right") == std::string::npos);
}

TEST_CASE("nobody knows what lies in a queue that goes, and the gates that let it pass say so", "[report][review]") {
  const Review r =
      review(plan(change("aws_sqs_queue", "dead", "delete",
                         R"({"name":"dead","arn":"arn:aws:sqs:eu-west-1:111111111111:dead","url":"https://dead"})")));
  REQUIRE(r.gates.size() == 3);
  for (std::size_t gate : {1U, 2U}) {
    CHECK_FALSE(r.gates[gate].is_met);
    CHECK(r.gates[gate].says.ends_with("; but what lies in the queue dead is not known"));
  }
  CHECK(says(r, "The result may be too good: what lies in the queue dead is not known"));
  CHECK(says(r, "What lay in the queue dead before the start is not known"));
}

TEST_CASE("the targets of a rule go with it, and are not hurt by that", "[report][review]") {
  const Review r = review(plan(
      change(
          "aws_cloudwatch_event_rule", "r", "delete",
          R"({"name":"r","arn":"arn:aws:events:eu-west-1:111111111111:rule/r","event_pattern":"{}","event_bus_name":"shop"})") +
      "," +
      change("aws_cloudwatch_event_target", "t", "delete",
             R"({"rule":"r","arn":"arn:aws:sqs:eu-west-1:111111111111:q","target_id":"t"})") +
      "," + change("aws_cloudwatch_event_bus", "shop", "no-op", R"({"name":"shop"})") + "," +
      change("aws_sqs_queue", "q", "no-op",
             R"({"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q","url":"https://q"})")));
  REQUIRE(r.has_answer);
  CHECK_FALSE(says(r, "blast: 1 component is hurt: r/targets"));
  for (const Effect& e : r.answer.nobody_acts().findings.effects) {
    INFO(r.answer.system().components[e.component].name);
    CHECK(r.gates.front().says.find(r.answer.system().components[e.component].name + ",") == std::string::npos);
  }
  INFO(r.gates.front().says);
  CHECK(r.gates.front().says.find("targets") == std::string::npos);
}

TEST_CASE("a replication rule that is switched off replicates nothing, as if it were gone", "[report][review]") {
  const auto replication = [](const std::string& status) {
    return R"({"bucket":"from","id":"from","role":"arn:aws:iam::111111111111:role/copy",
        "rule":[{"id":"all","status":")" +
           status + R"(","destination":[{"bucket":"arn:aws:s3:::to"}]}]})";
  };
  const auto plan_to = [&](const std::string& status) {
    return plan(change("aws_s3_bucket", "from", "no-op", R"({"bucket":"from","id":"from","arn":"arn:aws:s3:::from"})") +
                "," + change("aws_s3_bucket", "to", "no-op", R"({"bucket":"to","id":"to","arn":"arn:aws:s3:::to"})") +
                R"(,{"address":"aws_s3_bucket_replication_configuration.r","mode":"managed",
                "type":"aws_s3_bucket_replication_configuration","name":"r",
                "change":{"actions":["update"],"before":)" +
                replication("Enabled") + R"(,"after":)" + replication(status) + "}}");
  };
  const Review off = review(plan_to("Disabled"));
  REQUIRE(off.has_answer);
  REQUIRE(off.answer.faults.size() == 1);
  CHECK(says(off, "its status becomes Disabled"));
  CHECK_FALSE(review(plan_to("Enabled")).has_answer);
}

TEST_CASE("who keeps the ARN of what is made again under another is hurt for good", "[report][review]") {
  const auto renamed = [](const std::string& actions, const std::string& more) {
    return R"({"format_version":"1.2","resource_changes":[{"address":"aws_iam_role.r","mode":"managed",
      "type":"aws_iam_role","name":"r","change":{"actions":[)" +
           actions + R"(],"before":)" + execution_role +
           R"(,"after":{"name":"other","path":"/"},"after_unknown":{"arn":true}}})" + more +
           R"(],"configuration":{"root_module":{"resources":[{"address":"aws_iam_role.r","expressions":{}},
      {"address":"aws_lambda_function.g","expressions":{"role":{"references":["aws_iam_role.r.arn","aws_iam_role.r"]}}}]}}})";
  };
  const std::string stays = "," + change("aws_lambda_function", "f", "no-op",
                                         R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec"})");
  const std::string goes_over = R"(,{"address":"aws_lambda_function.g","mode":"managed","type":"aws_lambda_function",
      "name":"g","change":{"actions":["update"],"before":{"function_name":"g",
      "role":"arn:aws:iam::111111111111:role/exec"},"after":{"function_name":"g"},"after_unknown":{"role":true}}})";
  const auto hurt = [](const Review& r, const std::string& name, bool for_good) {
    const auto& effects = r.answer.nobody_acts().findings.effects;
    return std::any_of(effects.begin(), effects.end(), [&](const Effect& e) {
      return r.answer.system().components[e.component].name == name && e.to.is_never() == for_good;
    });
  };
  for (const char* actions : {R"("delete","create")", R"("create","delete")"}) {
    INFO(actions);
    const Review alone = review(renamed(actions, stays));
    REQUIRE(alone.has_answer);
    CHECK(alone.gates.front().says == "blast: 1 component is hurt: f");
    CHECK(hurt(alone, "f", true));
    CHECK_FALSE(says(alone, "Changed in place"));
    CHECK(says(alone, "What happens: delete exec."));
    const Review both = review(renamed(actions, stays + goes_over));
    CHECK(hurt(both, "f", true));
    CHECK_FALSE(hurt(both, "g", true));
    CHECK(says(both, "aws_lambda_function.g role: exec → other"));
  }
}

TEST_CASE("what was deleted outside Terraform and is made again is not what its users were bound to",
          "[report][review]") {
  const auto drifted = [](const std::string& type, const std::string& before, const std::string& users) {
    const std::string address =
        R"({"address":")" + type + R"(.x","mode":"managed","type":")" + type + R"(","name":"x","change":{"actions":[)";
    return R"({"format_version":"1.2","resource_drift":[)" + address + R"("delete"],"before":)" + before +
           R"(,"after":null}}],"resource_changes":[)" + address + R"("create"],"before":null,"after":)" + before +
           R"(,"after_unknown":{}}})" + users + "]}";
  };
  const Review r = review(drifted("aws_iam_role", R"({"name":"exec","path":"/"})",
                                  "," + change("aws_lambda_function", "f", "no-op",
                                               R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec",
                       "environment":[{"variables":{"A":"b"}}],"kms_key_arn":"arn:aws:kms:eu-west-1:111111111111:key/k"})")));
  REQUIRE(r.has_answer);
  CHECK(r.gates.front().says == "blast: 1 component is hurt: f");
  CHECK(says(r, "deleted outside Terraform, and only made again: with a new identity"));
  CHECK(r.import.coverage.modelled == 1);  // the function: the role is not there
  // What lay in a queue is gone already.
  const Review queue = review(drifted("aws_sqs_queue", R"({"name":"q"})", ""));
  CHECK_FALSE(queue.has_answer);
  CHECK(says(queue,
             "aws_sqs_queue.x was deleted outside Terraform, with what was in it; the plan makes it again, empty"));
}

TEST_CASE("a plan is what the code says, so the code has to be put back; where nothing fails that is all",
          "[report][review]") {
  const std::string user = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/exec"})";
  const Review hurt = review(plan(change("aws_iam_role", "exec", "delete", execution_role) + "," +
                                  change("aws_lambda_function", "f", "no-op", user)));
  CHECK(says(hurt, "What putting the code back does not fix"));
  CHECK(says(hurt, "Putting the infrastructure code back as it was before, and applying that, puts everything right"));
  CHECK(says(hurt, "Put the infrastructure code back as it was before, and apply it"));
  CHECK_FALSE(says(hurt, "e-apply the infrastructure code"));
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role)));
  CHECK_FALSE(says(r, "does not fix"));
  CHECK_FALSE(says(r, "Getting back"));
  CHECK(says(r, "nothing is lost, and nothing that is modelled fails."));
  CHECK_FALSE(says(r, "everything works again after"));
  CHECK_FALSE(says(r, "Everything works again"));
}

TEST_CASE("an address in a reason stands there as it is", "[report][review]") {
  const Review r = review(plan(change("aws_iam_role", "exec", "delete", execution_role) +
                               R"(,{"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new",
      "change":{"actions":["create"],"before":null,"after":{"name":"exec","path":"/"},"after_unknown":{"arn":true}}})"));
  CHECK(says(r, "created again as aws_iam_role.new; a moved block would keep it"));
}
