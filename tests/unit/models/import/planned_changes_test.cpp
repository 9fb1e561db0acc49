// What a plan does: deletions, replacements, updates, and what is only told.
#include <algorithm>
#include <catch2/catch.hpp>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("A policy that loses a statement for somebody who stays is broken; for somebody who goes it is not") {
  const auto plan = [](const std::string& role_action) {
    const std::string before =
        R"("{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/r\"}}]}")";
    return R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":[")" +
           role_action + R"("],"before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":)" +
           (role_action == "delete" ? "null" : R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r"})") + R"(}},
      {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["update"],
        "before":{"name":"q","url":"u","policy":)" +
           before + R"(},"after":{"name":"q","url":"u","policy":"{\"Statement\":[]}"}}}]})";
  };
  CHECK(faults(import_text(plan("no-op"))) == Texts{"break-policy q"});
  const ImportResult both = import_text(plan("delete"));
  CHECK(faults(both) == Texts{"delete r"});
  CHECK(both.changes.not_simulated == Texts{"q: its policy no longer names r, which goes as well"});
}

TEST_CASE("A queue cannot be made again under its name for a minute") {
  const auto replaced = [](const std::string& name_after) {
    const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["delete","create"],
        "before":{"name":"q","url":"u"},"after":{"name":")" +
                                       name_after + R"("}}}]})");
    REQUIRE(r.changes.replacements.size() == 1);
    return r.changes.replacements.front();
  };
  CHECK(replaced("q").name_held_for == Duration::seconds(60));
  CHECK(replaced("p").name_held_for == Duration{});
}

TEST_CASE("What a plan switches off is a fault of its own") {
  const auto fault = [](const std::string& type, const std::string& before, const std::string& after) {
    return faults(import_text(R"({"format_version":"1.2","resource_changes":[{"address":")" + type +
                              R"(.x","mode":"managed","type":")" + type +
                              R"(","name":"x","change":{"actions":["update"],"before":{"name":"x",)" + before +
                              R"(},"after":{"name":"x",)" + after + "}}}]}"));
  };
  CHECK(fault("aws_scheduler_schedule", R"("state":"ENABLED")", R"("state":"DISABLED")") == Texts{"disable x"});
  CHECK(fault("aws_pipes_pipe", R"("desired_state":"RUNNING")", R"("desired_state":"STOPPED")") == Texts{"stop x"});
  CHECK(fault("aws_ecs_service", R"("desired_count":3)", R"("desired_count":0)") == Texts{"scale-to-zero x"});
  CHECK(fault("aws_ecs_service", R"("desired_count":3)", R"("desired_count":2)").empty());
}

TEST_CASE("A login profile that goes takes the user's password for the console") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_user.ann","mode":"managed","type":"aws_iam_user","name":"ann","change":{"actions":["no-op"],
      "before":{"name":"ann","arn":"arn:aws:iam::111111111111:user/ann"},"after":{"name":"ann","arn":"arn:aws:iam::111111111111:user/ann"}}},
    {"address":"aws_iam_user_login_profile.ann","mode":"managed","type":"aws_iam_user_login_profile","name":"ann",
      "change":{"actions":["delete"],"before":{"user":"ann","password_length":20},"after":null}}]})");
  CHECK(faults(r) == Texts{"disable-console ann"});
  CHECK(r.changes.not_simulated.empty());
}

TEST_CASE("An attachment that goes without its role takes the role's policies") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"}}},
    {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
      "change":{"actions":["delete"],"before":{"role":"r","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"},"after":null}}]})");
  CHECK(faults(r) == Texts{"detach r"});
}

TEST_CASE("A permission that goes takes the callers of its function, and says how many others stay") {
  const auto permission = [](const std::string& name, const std::string& action) {
    const std::string values =
        R"({"function_name":"f","principal":"sns.amazonaws.com","statement_id":")" + name + "\"}";
    return R"(,{"address":"aws_lambda_permission.)" + name +
           R"(","mode":"managed","type":"aws_lambda_permission","name":")" + name + R"(","change":{"actions":[")" +
           action + R"("],"before":)" + values + R"(,"after":)" + (action == "delete" ? "null" : values) + "}}";
  };
  const std::string function = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})";
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
      "before":)" + function + R"(,"after":)" +
                                     function + "}}" + permission("one", "delete") + permission("two", "no-op") + "]}");
  CHECK(r.coverage.folded == 2);
  CHECK(faults(r) == Texts{"break-policy f"});
  CHECK(r.changes.deletions.front().why == "1 more of its kind stays");
}

TEST_CASE("An event target that goes without its rule is deleted by its own name") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_cloudwatch_event_rule.r","mode":"managed","type":"aws_cloudwatch_event_rule","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r"},"after":{"name":"r"}}},
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["no-op"],
      "before":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q"},"after":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q"}}},
    {"address":"aws_cloudwatch_event_target.t","mode":"managed","type":"aws_cloudwatch_event_target","name":"t",
      "change":{"actions":["delete"],"before":{"rule":"r","target_id":"t","arn":"arn:aws:sqs:eu-west-1:111111111111:q"},"after":null}}]})");
  CHECK(faults(r) == Texts{"delete r/targets/t"});
  input::Diagnostics diagnostics;
  CompileOptions options;
  options.actions.push_back({"r/targets/t", "delete", {}, {}});
  const Compiled compiled =
      compile(std::make_shared<const Inventory>(r.inventory), embedded_catalogue(), options, diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  CHECK(compiled.component("r/targets/t").is_set());
  CHECK(edges(r) == Texts{"r targets[0].target -> q"});
}

TEST_CASE("A replaced policy that stays the same is no loss for good") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["no-op"],
      "before":{"name":"q","url":"https://q"},"after":{"name":"q","url":"https://q"}}},
    {"address":"aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","change":{"actions":["delete","create"],
      "before":{"queue_url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"},
      "after":{"queue_url":"https://q","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"}}}]})");
  CHECK(faults(r).empty());
  CHECK(r.changes.not_simulated ==
        Texts{"aws_sqs_queue_policy.p is replaced: q is without that part of its policy until the new one is made"});
}

TEST_CASE("A plan that says it is not complete is passed on as such") {
  const ImportResult r = import_text(R"({"format_version":"1.2","complete":false,"resource_changes":[]})");
  CHECK(r.is_partial);
  REQUIRE_FALSE(r.inventory.unknowns.empty());
  CHECK(r.inventory.unknowns.front().find("not complete") != std::string::npos);
}

TEST_CASE("A part of something outside the files is read into that") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
      "change":{"actions":["delete"],"before":{"role":"shared","policy_arn":"arn:aws:iam::111111111111:policy/p"},"after":null}},
    {"address":"aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","change":{"actions":["delete"],
      "before":{"queue_url":"https://sqs.eu-west-1.amazonaws.com/222222222222/elsewhere",
                "policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"}}]}"},"after":null}}]})");
  CHECK(faults(r) == Texts{"break-policy elsewhere", "detach shared"});
  CHECK(r.coverage.folded == 2);
  CHECK(r.coverage.unmodelled.empty());
  REQUIRE(find(r, "elsewhere"));
  CHECK(find(r, "elsewhere")->account == "222222222222");
  CHECK(find(r, "elsewhere")->region == "eu-west-1");
  CHECK(edges(r) == Texts{"shared policies -> p"});
}

TEST_CASE("Created under another address under the same name it is replaced, not lost") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.old","mode":"managed","type":"aws_iam_role","name":"old","change":{"actions":["delete"],
      "before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":null}},
    {"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new","change":{"actions":["create"],
      "before":null,"after":{"name":"r"},"after_unknown":{"arn":true}}}]})");
  CHECK(faults(r).empty());
  REQUIRE(r.changes.replacements.size() == 1);
  CHECK(r.changes.replacements.front().name == "r");
  CHECK_FALSE(r.changes.replacements.front().creates_first);
  CHECK(r.changes.replacements.front().why == "created again as aws_iam_role.new; a moved block would keep it");
}

// A function that names a role, in a plan that says in which Region its provider works, as real ones do.
std::string plan_of_one_region(const std::string& roles, const std::string& role_after, const std::string& drift = "") {
  return R"({"format_version":"1.2","resource_drift":[)" + drift + R"(],"resource_changes":[)" + roles + R"(,
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["update"],
      "before":{"function_name":"f","arn":"arn:aws:lambda:us-east-1:111111111111:function:f","role":"arn:aws:iam::111111111111:role/r"},
      "after":{"function_name":"f","arn":"arn:aws:lambda:us-east-1:111111111111:function:f")" +
         (role_after.empty() ? R"(},"after_unknown":{"role":true})" : R"(,"role":")" + role_after + R"("})") +
         R"(}}],"configuration":{"provider_config":{"aws":{"name":"aws","expressions":{"region":{"constant_value":"us-east-1"}}}},
    "root_module":{"resources":[
      {"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new","provider_config_key":"aws","expressions":{}},
      {"address":"aws_iam_role.old","mode":"managed","type":"aws_iam_role","name":"old","provider_config_key":"aws","expressions":{}},
      {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","provider_config_key":"aws",
        "expressions":{"role":{"references":["aws_iam_role.new.arn","aws_iam_role.new"]}}}]}}})";
}

TEST_CASE("A role has no Region, whichever its provider works in") {
  const std::string moved = R"(
    {"address":"aws_iam_role.old","mode":"managed","type":"aws_iam_role","name":"old","change":{"actions":["delete"],
      "before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":null}},
    {"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new","change":{"actions":["create"],
      "before":null,"after":{"name":"r"},"after_unknown":{"arn":true}}})";
  for (const char* role_after : {"", "arn:aws:iam::111111111111:role/r"}) {
    const ImportResult r = import_text(plan_of_one_region(moved, role_after));
    CHECK(faults(r).empty());
    REQUIRE(r.changes.replacements.size() == 1);
    CHECK(r.changes.replacements.front().name == "r");
    CHECK_FALSE(r.changes.replacements.front().moves_users);
  }
}

TEST_CASE("Who is to get the ARN of a role that drift deleted gets the old one again, and not a new one") {
  const std::string made = R"({"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new",
    "change":{"actions":["create"],"before":null,"after":{"name":")";
  const std::string drift = R"({"address":"aws_iam_role.new","mode":"managed","type":"aws_iam_role","name":"new",
    "change":{"actions":["delete"],"before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r"},"after":null}})";
  for (const char* role_after : {"", "arn:aws:iam::111111111111:role/r"}) {
    const ImportResult same =
        import_text(plan_of_one_region(made + R"(r"},"after_unknown":{"arn":true}}})", role_after, drift));
    REQUIRE(same.changes.replacements.size() == 1);
    CHECK(same.changes.replacements.front().was_gone);
    CHECK_FALSE(same.changes.replacements.front().moves_users);
  }
  const ImportResult other = import_text(plan_of_one_region(made + R"(s"},"after_unknown":{"arn":true}}})", "", drift));
  REQUIRE(other.changes.replacements.size() == 1);
  CHECK(other.changes.replacements.front().moves_users);
}

TEST_CASE("A role that is replaced with what is attached to it, and a function that goes over to the new one") {
  const auto plan = [](const std::string& actions, const std::string& attachment, const std::string& after_role,
                       const std::string& unknown) {
    const std::string role = R"({"name":"r","path":"/","arn":"arn:aws:iam::111111111111:role/r"})";
    const std::string attached = R"({"role":"r","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"})";
    const std::string function = R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})";
    return R"({"format_version":"1.2","resource_changes":[
      {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":[)" +
           actions + R"(],"before":)" + role + R"(,"after":)" + after_role + R"(,"after_unknown":{"arn":true}}},
      {"address":"aws_iam_role_policy_attachment.a","mode":"managed","type":"aws_iam_role_policy_attachment","name":"a",
        "change":{"actions":[)" +
           attachment + R"(],"before":)" + attached + R"(,"after":)" + attached + R"(}},
      {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["update"],
        "before":)" +
           function + R"(,"after":{"function_name":"f"},"after_unknown":{)" + unknown + R"(}}}],
      "configuration":{"root_module":{"resources":[
        {"address":"aws_iam_role_policy_attachment.a","expressions":{"role":{"references":["aws_iam_role.r.name","aws_iam_role.r"]}}},
        {"address":"aws_lambda_function.f","expressions":{"role":{"references":["aws_iam_role.r.arn","aws_iam_role.r"]}}}]}}})";
  };
  const std::string again = R"("delete","create")";
  const std::string first = R"("create","delete")";
  const auto replacement = [](const ImportResult& r) {
    REQUIRE(r.changes.replacements.size() == 1);
    return r.changes.replacements.front();
  };
  // The same name and path: the same ARN, so the function stays with what it had.
  const auto same = replacement(import_text(plan(again, again, R"({"name":"r","path":"/"})", R"("role":true)")));
  CHECK(same.restores_parts);
  CHECK_FALSE(same.moves_users);
  // Its attachment is left alone, and so is lost with the old role.
  CHECK_FALSE(replacement(import_text(plan(again, R"("no-op")", R"({"name":"r","path":"/"})", R"("role":true)")))
                  .restores_parts);
  // Another name: another ARN, to which the function goes over.
  CHECK(replacement(import_text(plan(first, first, R"({"name":"r2","path":"/"})", R"("role":true)"))).moves_users);
  CHECK(replacement(import_text(plan(again, again, R"({"name":"r2","path":"/"})", R"("role":true)"))).moves_users);
  // A function that is told nothing stays with the old one.
  CHECK_FALSE(replacement(import_text(plan(first, first, R"({"name":"r2","path":"/"})", ""))).moves_users);
}

TEST_CASE("What goes although nothing in the files uses it is named, with whom it lets in") {
  const auto plan = [](const std::string& more) {
    return R"({"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r",
      "change":{"actions":["delete"],"before":{"name":"r","arn":"arn:aws:iam::111111111111:role/r","assume_role_policy":
      "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"}}]}"},"after":null}})" +
           more + "]}";
  };
  const ImportResult alone = import_text(plan(""));
  REQUIRE(alone.changes.unseen_users.size() == 1);
  CHECK(alone.changes.unseen_users.front().name == "r");
  CHECK(alone.changes.unseen_users.front().trusted == Texts{"ecs-tasks.amazonaws.com"});
  const ImportResult used = import_text(plan(R"(,{"address":"aws_lambda_function.f","mode":"managed",
    "type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
    "before":{"function_name":"f","role":"arn:aws:iam::111111111111:role/r"},"after":{}}})"));
  CHECK(used.changes.unseen_users.empty());
}

TEST_CASE("A reference that the model does not follow is told when what it names goes") {
  const ImportResult r = import_text(R"({"resource_changes":[
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["delete"],
      "before":{"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q","url":"https://q"},"after":null}},
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["no-op"],
      "before":{"function_name":"f","role":"arn:aws:iam::111111111111:role/r",
                "environment":[{"variables":{"QUEUE":"arn:aws:sqs:eu-west-1:111111111111:q","OTHER":"q"}}]},"after":{}}}]})");
  REQUIRE(r.changes.mentions.size() == 1);
  CHECK(r.changes.mentions.front().name == "q");
  CHECK(r.changes.mentions.front().by == "f");
  CHECK(r.changes.mentions.front().attribute == "environment[].variables");
  CHECK(r.coverage.stated == 2);  // and the role
  CHECK(r.coverage.unfollowed == 1);
  CHECK(coverage_line(r.coverage) ==
        "2 resources: 2 modelled, 0 part of those, 0 not modelled; 2 references stated (1 of them not followed), 0 "
        "inferred, 0 unresolved; 1 thing outside these files");
}

TEST_CASE("A role that is forgotten keeps its trust, and the policies attached to it") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","change":{"actions":["forget"],
     "before":{"name":"a","arn":"arn:aws:iam::111111111111:role/a","path":"/","assume_role_policy":
       "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"},
     "after":null}},
    {"address":"aws_iam_role.b","mode":"managed","type":"aws_iam_role","name":"b","change":{"actions":["no-op"],
     "before":{"name":"b","arn":"arn:aws:iam::111111111111:role/b"},"after":{"name":"b","arn":"arn:aws:iam::111111111111:role/b"}}},
    {"address":"aws_iam_role_policy_attachment.p","mode":"managed","type":"aws_iam_role_policy_attachment","name":"p",
     "change":{"actions":["forget"],"before":{"role":"b","policy_arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"},"after":null}}]})");
  CHECK(faults(r).empty());
  CHECK(r.changes.updates.empty());
  CHECK(r.changes.not_simulated.empty());
  CHECK(r.changes.forgotten == Texts{"aws_iam_role.a", "aws_iam_role_policy_attachment.p"});
}

TEST_CASE("What only leaves or enters the state is no fault: forget, import, moved") {
  const auto change = [](const std::string& name, const std::string& actions, const std::string& more) {
    const std::string values = R"({"name":")" + name + R"(","arn":"arn:aws:iam::111111111111:role/)" + name + "\"}";
    return R"({"address":"aws_iam_role.)" + name + R"(","mode":"managed","type":"aws_iam_role","name":")" + name +
           "\"" + (more.starts_with("\"previous") ? "," + more : "") + R"(,"change":{"actions":[)" + actions +
           R"(],"before":)" + values + R"(,"after":)" + (actions == "\"forget\"" ? "null" : values) +
           (more.starts_with("\"importing") ? "," + more : "") + "}}";
  };
  const ImportResult r = import_text(
      R"({"format_version":"1.2","resource_changes":[)" + change("a", "\"forget\"", "") + "," +
      change("b", "\"no-op\"", R"("importing":{"id":"b"})") + "," + change("c", "\"create\",\"forget\"", "") + "," +
      change("d", "\"no-op\"", R"("previous_address":"module.x.aws_iam_role.d")") + "]}");
  CHECK(faults(r).empty());
  CHECK(r.changes.replacements.empty());
  CHECK(r.changes.forgotten == Texts{"aws_iam_role.a", "aws_iam_role.c"});
  CHECK(r.changes.imported == Texts{"aws_iam_role.b"});
  REQUIRE(r.changes.moves.size() == 1);
  CHECK(r.changes.moves.front().from == "module.x.aws_iam_role.d");
}

TEST_CASE("Drift says what changed and what is gone") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[],"resource_drift":[
    {"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","change":{"actions":["update"],"before":{},"after":{}}},
    {"address":"aws_iam_role.b","mode":"managed","type":"aws_iam_role","name":"b","change":{"actions":["delete"],"before":{},"after":null}},
    {"address":"aws_iam_role.c","mode":"managed","type":"aws_iam_role","name":"c","change":{"actions":["no-op"],"before":{},"after":{}}}]})");
  CHECK(r.changes.drifted == Texts{"aws_iam_role.a"});
  CHECK(r.changes.vanished == Texts{"aws_iam_role.b"});
}

TEST_CASE("A deposed object goes under its own name; the current one stays") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","change":{"actions":["no-op"],
      "before":{"name":"r-2","arn":"arn:aws:iam::111111111111:role/r-2"},"after":{"name":"r-2"}}},
    {"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","deposed":"abcd1234","change":{"actions":["delete"],
      "before":{"name":"r-1","arn":"arn:aws:iam::111111111111:role/r-1"},"after":null}}]})");
  CHECK(faults(r) == Texts{"delete r-1"});
  CHECK(r.changes.deletions.front().address == "aws_iam_role.r (deposed abcd1234)");
  CHECK(find(r, "r-2"));
}

TEST_CASE("A bucket that goes without force_destroy is told to go only when it is empty") {
  const auto bucket = [](const std::string& name, const std::string& beside) {
    return R"({"address":"aws_s3_bucket.)" + name + R"(","mode":"managed","type":"aws_s3_bucket","name":")" + name +
           R"(","change":{"actions":["delete"],"before":{"bucket":")" + name + "\"" + beside + R"(},"after":null}})";
  };
  const ImportResult r = import_text(R"({"resource_changes":[)" + bucket("kept", R"(,"force_destroy":false)") + "," +
                                     bucket("old", "") + "," + bucket("emptied", R"(,"force_destroy":true)") + "]}");
  CHECK(faults(r) == Texts{"delete emptied", "delete kept", "delete old"});  // the worse of the two
  REQUIRE(r.changes.not_simulated.size() == 2);
  CHECK(has(r.changes.not_simulated,
            "aws_s3_bucket.kept goes without force_destroy = true: AWS refuses that while kept "
            "holds anything, and the apply stops there; here it goes with all it holds"));
  CHECK(has(r.changes.not_simulated, "aws_s3_bucket.old goes without force_destroy = true"));
}

namespace {

// One change of a plan. `before` and `after` are objects, or null.
std::string change(const std::string& address, const std::string& actions, const std::string& before,
                   const std::string& after, const std::string& unknown = "{}") {
  const std::size_t dot = address.find('.');
  return R"({"address":")" + address + R"(","mode":"managed","type":")" + address.substr(0, dot) + R"(","name":")" +
         address.substr(dot + 1) + R"(","change":{"actions":[)" + actions + R"(],"before":)" + before + R"(,"after":)" +
         after + R"(,"after_unknown":)" + unknown + "}}";
}
std::string plan_of(const std::string& changes, const std::string& configuration = "{}") {
  return R"({"resource_changes":[)" + changes + R"(],"configuration":)" + configuration + "}";
}
std::string role(const std::string& name) {
  return R"({"name":")" + name + R"(","arn":"arn:aws:iam::111111111111:role/)" + name + "\"}";
}
std::string function(const std::string& role) {
  return R"({"function_name":"f","arn":"arn:aws:lambda:eu-west-1:111111111111:function:f",)"
         R"("role":"arn:aws:iam::111111111111:role/)" +
         role + "\"}";
}
Texts updates(const ImportResult& r) {
  Texts all;
  for (const auto& u : r.changes.updates) {
    all.push_back(u.name + " " + u.attribute + ": " + u.before + " -> " + u.after + (u.is_simulated ? " first" : ""));
  }
  return sorted(all);
}
std::string met(const ImportResult& r, const std::string& name, const std::string& attribute) {
  for (const Resource& resource : r.met_by_faults().resources) {
    const Value* value = resource.name == name ? resource.attributes.find(attribute) : nullptr;
    if (value) return value->text;
  }
  return "nothing";
}

}  // namespace

TEST_CASE("Who goes over to another role before its own is deleted is not hurt by that") {
  const ImportResult r =
      import_text(plan_of(change("aws_iam_role.a", "\"delete\"", role("a"), "null") + "," +
                          change("aws_iam_role.b", "\"no-op\"", role("b"), role("b")) + "," +
                          change("aws_lambda_function.f", "\"update\"", function("a"), function("b"))));
  CHECK(faults(r) == Texts{"delete a"});
  CHECK(attribute(r, "f", "role") == "a");  // the world before
  CHECK(met(r, "f", "role") == "b");        // what the deletion finds
  CHECK(updates(r) == Texts{"f role: a -> b first"});
}

TEST_CASE("Who goes over to a role that the plan makes meets it there") {
  const std::string f = R"({"function_name":"f","arn":"arn:aws:lambda:eu-west-1:111111111111:function:f"})";
  const ImportResult r = import_text(
      plan_of(change("aws_iam_role.a", "\"delete\"", role("a"), "null") + "," +
                  change("aws_iam_role.n", "\"create\"", "null", R"({"name":"n"})", R"({"arn":true})") + "," +
                  change("aws_lambda_function.f", "\"update\"", function("a"), f, R"({"role":true})"),
              R"({"root_module":{"resources":[)"
              R"({"address":"aws_iam_role.n","mode":"managed","type":"aws_iam_role","name":"n","expressions":{}},)"
              R"({"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f",)"
              R"("expressions":{"role":{"references":["aws_iam_role.n.arn","aws_iam_role.n"]}}}]}})"));
  CHECK(met(r, "f", "role") == "n");
  const auto& found = r.met_by_faults().resources;
  CHECK(std::count_if(found.begin(), found.end(), [](const Resource& one) { return one.name == "n"; }) == 1);
  CHECK(find(r, "n") == nullptr);
}

TEST_CASE("Who goes over to a role that goes as well, or is told by nobody, stays where it is") {
  const ImportResult r =
      import_text(plan_of(change("aws_iam_role.a", "\"delete\"", role("a"), "null") + "," +
                          change("aws_iam_role.b", "\"delete\"", role("b"), "null") + "," +
                          change("aws_lambda_function.f", "\"update\"", function("a"), function("b"))));
  CHECK(met(r, "f", "role") == "a");
  CHECK(updates(r) == Texts{"f role: a -> b"});
}

TEST_CASE("A retention that the plan changes counts for what else it does, and a switch is told once") {
  const auto queue = [](const std::string& seconds) {
    return R"({"name":"q","arn":"arn:aws:sqs:eu-west-1:111111111111:q","message_retention_seconds":)" + seconds + "}";
  };
  const auto mapping = [](const std::string& enabled) {
    return R"({"uuid":"m","event_source_arn":"arn:aws:sqs:eu-west-1:111111111111:q",)"
           R"("function_name":"arn:aws:lambda:eu-west-1:111111111111:function:f","enabled":)" +
           enabled + "}";
  };
  const ImportResult r =
      import_text(plan_of(change("aws_sqs_queue.q", "\"update\"", queue("345600"), queue("60")) + "," +
                          change("aws_lambda_event_source_mapping.m", "\"update\"", mapping("true"), mapping("false")) +
                          "," + change("aws_lambda_function.f", "\"no-op\"", function("a"), function("a"))));
  CHECK(faults(r) == Texts{"disable m"});
  CHECK(updates(r) == Texts{"q retention: 4d -> 1m first"});
  CHECK(met(r, "q", "retention") == "1m");
  CHECK(attribute(r, "q", "retention") == "4d");
}

TEST_CASE("A function that may no longer run is throttled") {
  const auto limited = [](const std::string& limit) {
    std::string f = function("a");
    return f.insert(1, R"("reserved_concurrent_executions":)" + limit + ",");
  };
  const ImportResult r =
      import_text(plan_of(change("aws_lambda_function.f", "\"update\"", limited("-1"), limited("0"))));
  CHECK(faults(r) == Texts{"throttle f"});
  CHECK(r.changes.not_simulated.empty());
}

TEST_CASE("A policy that is replaced with its attachment is attached again") {
  const std::string policy = R"({"name":"P","arn":"arn:aws:iam::111111111111:policy/P"})";
  const std::string attached = R"({"role":"a","policy_arn":"arn:aws:iam::111111111111:policy/P","id":"a-1"})";
  const std::string again = "\"delete\",\"create\"";
  const ImportResult r = import_text(plan_of(
      change("aws_iam_policy.P", again, policy, R"({"name":"P"})", R"({"arn":true})") + "," +
          change("aws_iam_role_policy_attachment.x", again, attached, R"({"role":"a"})", R"({"policy_arn":true})") +
          "," + change("aws_iam_role.a", "\"no-op\"", role("a"), role("a")),
      R"({"root_module":{"resources":[)"
      R"({"address":"aws_iam_policy.P","mode":"managed","type":"aws_iam_policy","name":"P","expressions":{}},)"
      R"({"address":"aws_iam_role_policy_attachment.x","mode":"managed","type":"aws_iam_role_policy_attachment","name":"x",)"
      R"("expressions":{"policy_arn":{"references":["aws_iam_policy.P.arn","aws_iam_policy.P"]}}}]}})"));
  REQUIRE(r.changes.replacements.size() == 1);
  CHECK(r.changes.replacements.front().moves_users);
  CHECK(faults(r).empty());
}

TEST_CASE("An attachment that goes from one policy to another is no loss of all policies") {
  const auto attached = [](const std::string& policy) {
    return R"({"role":"a","policy_arn":"arn:aws:iam::aws:policy/)" + policy + R"(","id":"a-1"})";
  };
  const ImportResult r = import_text(
      plan_of(change("aws_iam_role_policy_attachment.x", "\"delete\",\"create\"", attached("X"), attached("Y")) + "," +
              change("aws_iam_role.a", "\"no-op\"", role("a"), role("a"))));
  CHECK(faults(r).empty());
  CHECK(has(r.changes.not_simulated, "a is without that part of its policies until the new one is made"));
}

TEST_CASE("A user that is not modelled is named, and not left out") {
  const ImportResult r =
      import_text(plan_of(change("aws_iam_role.a", "\"delete\"", role("a"), "null") + "," +
                          change("aws_sagemaker_model.c", "\"no-op\"",
                                 R"({"name":"c","execution_role_arn":"arn:aws:iam::111111111111:role/a"})",
                                 R"({"name":"c","execution_role_arn":"arn:aws:iam::111111111111:role/a"})")));
  CHECK(r.changes.unseen_users.empty());
  REQUIRE(r.changes.mentions.size() == 1);
  CHECK(r.changes.mentions.front().name == "a");
  CHECK(r.changes.mentions.front().by == "aws_sagemaker_model.c");
  CHECK(r.changes.mentions.front().attribute == "execution_role_arn");
}

TEST_CASE("What becomes of something sensitive is told as sensitive, and not printed") {
  const ImportResult r = import_text(R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_lambda_function.f","mode":"managed","type":"aws_lambda_function","name":"f","change":{"actions":["update"],
      "before":{"function_name":"f","reserved_concurrent_executions":7},
      "after":{"function_name":"f","reserved_concurrent_executions":4711},
      "after_sensitive":{"reserved_concurrent_executions":true}}},
    {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["update"],
      "before":{"name":"q","message_retention_seconds":60},
      "after":{"name":"q","message_retention_seconds":4711},"after_sensitive":{"message_retention_seconds":true}}}]})");
  const Texts& told = r.changes.not_simulated;
  CHECK(std::find(told.begin(), told.end(),
                  "q: what its retention becomes is marked as sensitive, so it is not read") != told.end());
  for (const std::string& text : told) {
    CHECK(text.find("after apply") == std::string::npos);
    CHECK(text.find("4711") == std::string::npos);
  }
}

namespace {

const std::string again = R"("delete","create")";
const std::string first = R"("create","delete")";

// Role a becomes a2. The function is given as its change.
ImportResult with_a_renamed(const std::string& actions, const std::string& functions) {
  return import_text(plan_of(
      change("aws_iam_role.a", actions, role("a"), R"({"name":"a2"})", R"({"arn":true})") + "," + functions,
      R"({"root_module":{"resources":[{"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","expressions":{}},)"
      R"({"address":"aws_lambda_function.g","mode":"managed","type":"aws_lambda_function","name":"g",)"
      R"("expressions":{"role":{"references":["aws_iam_role.a.arn","aws_iam_role.a"]}}}]}})"));
}
const std::string goes_over = change(
    "aws_lambda_function.g", "\"update\"",
    R"({"function_name":"g","arn":"arn:aws:lambda:eu-west-1:111111111111:function:g","role":"arn:aws:iam::111111111111:role/a"})",
    R"({"function_name":"g","arn":"arn:aws:lambda:eu-west-1:111111111111:function:g"})", R"({"role":true})");
const std::string stays = change("aws_lambda_function.f", "\"no-op\"", function("a"), function("a"));

}  // namespace

TEST_CASE("Who holds the ARN of what is made again under another stays with the old one, whichever goes first") {
  for (const std::string& actions : {again, first}) {
    const ImportResult r = with_a_renamed(actions, stays);
    CHECK(updates(r).empty());
    CHECK(met(r, "f", "role") == "a");
    REQUIRE(r.changes.replacements.size() == 1);
    CHECK(r.changes.replacements.front().name == "a");
    CHECK(r.changes.replacements.front().made_as == "a2");
    CHECK_FALSE(r.changes.replacements.front().moves_users);
  }
}

TEST_CASE("An update of something else leaves the ARN where it is") {
  std::string larger = function("a");
  larger.insert(1, R"("memory_size":512,)");
  const ImportResult r = with_a_renamed(again, change("aws_lambda_function.f", "\"update\"", function("a"), larger));
  CHECK_FALSE(has(updates(r), "role"));
  CHECK(met(r, "f", "role") == "a");
  CHECK(r.changes.replacements.front().made_as == "a2");
}

TEST_CASE("Of those who use what gets another ARN each goes where the plan takes it") {
  const ImportResult r = with_a_renamed(again, stays + "," + goes_over);
  CHECK(met(r, "f", "role") == "a");
  CHECK(met(r, "g", "role") == "a2");
  CHECK(updates(r) == Texts{"g role: a -> a2 first"});
  const ImportResult all = with_a_renamed(again, goes_over);
  CHECK(all.changes.replacements.front().made_as.empty());
  CHECK(all.changes.replacements.front().moves_users);
  CHECK(updates(all).empty());
}

TEST_CASE("A key that is made again is another, and who holds its ARN has the old one") {
  const std::string arn = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555";
  const std::string queue = R"({"name":"q","url":"https://q","kms_master_key_id":")" + arn + "\"}";
  const ImportResult r = import_text(plan_of(
      change("aws_kms_key.k", again, R"({"key_id":"11111111-2222-3333-4444-555555555555","arn":")" + arn + "\"}", "{}",
             R"({"key_id":true,"arn":true})") +
      "," + change("aws_sqs_queue.q", "\"no-op\"", queue, queue)));
  CHECK(r.changes.replacements.front().made_as == "aws_kms_key.k (new)");
  CHECK(updates(r).empty());
}

TEST_CASE("A function under another name is not the one that a mapping names") {
  const auto named = [](const std::string& name, const std::string& more) {
    return R"({"function_name":")" + name + R"(","role":"arn:aws:iam::111111111111:role/a")" + more + "}";
  };
  const std::string arn = "arn:aws:lambda:eu-west-1:111111111111:function:w";
  const std::string mapping =
      R"({"uuid":"m","function_name":")" + arn + R"(","event_source_arn":"arn:aws:sqs:eu-west-1:111111111111:q"})";
  for (const std::string& what : {std::string("\"no-op\""), std::string("\"update\"")}) {
    std::string more = mapping;
    if (what != "\"no-op\"") more.insert(1, R"("batch_size":7,)");
    const ImportResult r =
        import_text(plan_of(change("aws_lambda_function.w", again, named("w", R"(,"arn":")" + arn + "\""),
                                   named("w2", ""), R"({"arn":true})") +
                            "," + change("aws_lambda_event_source_mapping.m", what, mapping, more) + "," +
                            change("aws_iam_role.a", "\"no-op\"", role("a"), role("a"))));
    CHECK(r.changes.replacements.front().made_as == "w2");
    CHECK_FALSE(has(updates(r), "function:"));
    compiled_from(r);
  }
}

TEST_CASE("A target inside its rule goes over before the old one is deleted") {
  const auto queue = [](const std::string& name) {
    return R"({"name":")" + name + R"(","arn":"arn:aws:sqs:eu-west-1:111111111111:)" + name + "\"}";
  };
  const auto target = [](const std::string& name) {
    return R"({"rule":"r","target_id":"t","arn":"arn:aws:sqs:eu-west-1:111111111111:)" + name + "\"}";
  };
  const ImportResult r =
      import_text(plan_of(change("aws_cloudwatch_event_rule.r", "\"no-op\"", R"({"name":"r"})", R"({"name":"r"})") +
                          "," + change("aws_cloudwatch_event_target.t", "\"update\"", target("old"), target("new")) +
                          "," + change("aws_sqs_queue.old", "\"delete\"", queue("old"), "null") + "," +
                          change("aws_sqs_queue.new", "\"no-op\"", queue("new"), queue("new"))));
  CHECK(faults(r) == Texts{"delete old"});
  REQUIRE(r.changes.updates.size() == 1);
  CHECK(r.changes.updates.front().is_simulated);
  for (const Resource& one : r.met_by_faults().resources) {
    const Value* targets = one.name == "r" ? one.attributes.find("targets") : nullptr;
    if (targets) CHECK(targets->children.front().find("target")->text == "new");
  }
}

TEST_CASE("When the indexes of a list shift, each role is followed by its name and not by its place") {
  const auto function = [](const std::string& at, const std::string& actions, const std::string& was,
                           const std::string& is) {
    const auto values = [&](const std::string& name) {
      return name.empty()
                 ? "null"
                 : R"({"function_name":"f)" + at + R"(","role":"arn:aws:iam::111111111111:role/)" + name + "\"}";
    };
    return change("aws_lambda_function.f" + at, actions, values(was), values(is));
  };
  const auto named = [](const std::string& name) { return R"({"name":")" + name + "\"}"; };
  // a, b, c becomes b, c.
  const ImportResult r = import_text(
      plan_of(change("aws_iam_role.r0", again, role("a"), named("b"), R"({"arn":true})") + "," +
              change("aws_iam_role.r1", again, role("b"), named("c"), R"({"arn":true})") + "," +
              change("aws_iam_role.r2", "\"delete\"", role("c"), "null") + "," + function("0", "\"update\"", "a", "b") +
              "," + function("1", "\"update\"", "b", "c") + "," + function("2", "\"delete\"", "c", "")));
  CHECK(faults(r) == Texts{"delete f2"});
  Texts replaced;
  for (const auto& one : r.changes.replacements)
    replaced.push_back(one.name + (one.made_as.empty() ? "" : " for good"));
  CHECK(sorted(replaced) == Texts{"a for good", "b", "c"});
  CHECK(met(r, "f0", "role") == "b");
  CHECK(met(r, "f1", "role") == "c");
}

TEST_CASE("An alias that is led to another key takes its users there before the old key goes") {
  const auto key = [](const std::string& digit) {
    const std::string id = digit + "1111111-2222-3333-4444-555555555555";
    return R"({"key_id":")" + id + R"(","arn":"arn:aws:kms:eu-west-1:111111111111:key/)" + id + "\"}";
  };
  const auto alias = [](const std::string& digit) {
    return R"({"name":"alias/orders","target_key_id":")" + digit + R"(1111111-2222-3333-4444-555555555555"})";
  };
  const std::string queue = R"({"name":"q","url":"https://q","kms_master_key_id":"alias/orders"})";
  const ImportResult r = import_text(plan_of(change("aws_kms_key.old", "\"delete\"", key("1"), "null") + "," +
                                             change("aws_kms_key.new", "\"no-op\"", key("2"), key("2")) + "," +
                                             change("aws_kms_alias.a", "\"update\"", alias("1"), alias("2")) + "," +
                                             change("aws_sqs_queue.q", "\"no-op\"", queue, queue)));
  CHECK(faults(r) == Texts{"delete aws_kms_key.old"});
  CHECK(met(r, "alias/orders", "target") == "aws_kms_key.new");
}

TEST_CASE("What the plan switches on again was off until then, and that is told") {
  const auto key = [](const std::string& enabled) {
    return R"({"key_id":"k","arn":"arn:aws:kms:eu-west-1:111111111111:key/k","is_enabled":)" + enabled + "}";
  };
  const ImportResult r = import_text(plan_of(change("aws_kms_key.k", "\"update\"", key("false"), key("true"))));
  CHECK(faults(r).empty());
  CHECK(r.changes.not_simulated ==
        Texts{"aws_kms_key.k: is_enabled goes from false to true; that it is false until then is not looked at: here "
              "it works from the start"});
}

TEST_CASE("In the world after a plan it is told what stands there only because something still names it") {
  const ImportResult r =
      import_text(plan_of(change("aws_iam_role.a", "\"delete\"", role("a"), "null") + "," + stays), World::after);
  CHECK(has(r.inventory.unknowns, "a goes with the plan; it stands here because something still names it"));
}
