// What a decision says beside its verdict: the sentence, the place in the file, the level of the organisation.
#include "models/iam/evaluate.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;
using namespace moshimo::models::iam;

namespace {

Policy policy(std::string name, DocumentKind kind, std::string statements) {
  input::Diagnostics diagnostics;
  Policy read = parse_policy(std::move(name), kind, R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}",
                             diagnostics);
  diagnostics.throw_if_errors();
  return read;
}

const Policy everything = policy("everything", DocumentKind::identity,
                                 R"({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})");
const Policy no_deletion = policy("guard", DocumentKind::scp, R"({"Effect": "Allow", "Action": "*", "Resource": "*"},
  {"Sid": "Keep", "Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"})");
const Policy only_s3 =
    policy("only-s3", DocumentKind::scp, R"({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})");

}  // namespace

TEST_CASE("a decision as a sentence", "[iam]") {
  const Caller ann = user("arn:aws:iam::111111111111:user/ann");
  Request request{.caller = &ann, .action = "sqs:SendMessage", .resource = "*", .resource_account = {}, .keys = {}};
  AppliedPolicies policies;
  CHECK(to_text(evaluate(request, policies)) == "denied, because nothing allows it in: identity policy");
  policies.identity = {&everything};
  CHECK(to_text(evaluate(request, policies)) == "allowed by the identity policy 'everything', statement 'All'");
  policies.scps.levels = {{&no_deletion}};
  CHECK(to_text(evaluate(request, policies)) ==
        "allowed by the service control policy 'guard', statement '#1'; the identity policy 'everything', statement "
        "'All'");
  request.action = "kms:ScheduleKeyDeletion";
  const Decision denied = evaluate(request, policies);
  CHECK(to_text(denied) == "denied by the service control policy 'guard', statement 'Keep'");
  REQUIRE(denied.because.size() == 1);
  const input::Position at = denied.because.front().it().at;
  CHECK(at.file->line_column(at.offset).line == 2);
}

TEST_CASE("the first level of the organisation that does not allow", "[iam]") {
  const Caller ann = user("arn:aws:iam::111111111111:user/ann");
  Request request{.caller = &ann, .action = "sqs:SendMessage", .resource = "*", .resource_account = {}, .keys = {}};
  AppliedPolicies policies;
  policies.identity = {&everything};
  policies.scps.levels = {{&everything}, {&only_s3}, {&everything}, {&only_s3}};
  CHECK(evaluate(request, policies).scp_level == 1);
  request.action = "s3:ListAllMyBuckets";
  CHECK_FALSE(evaluate(request, policies).scp_level);
}

TEST_CASE("policies are read once and asked about many callers", "[iam]") {
  AppliedPolicies policies;
  policies.identity = {&everything};
  for (const char* account : {"111111111111", "222222222222"}) {
    const Caller role = role_session(std::string("arn:aws:iam::") + account + ":role/app", "x");
    const Request request{.caller = &role,
                          .action = "s3:GetObject",
                          .resource = "arn:aws:s3:::b/x",
                          .resource_account = "111111111111",
                          .keys = {}};
    const bool is_own = role.account == "111111111111";
    CHECK((evaluate(request, policies).verdict == Verdict::allowed) == is_own);
  }
}

TEST_CASE("a document that was saved for a role means that role, not one made again", "[iam]") {
  const std::string arn = "arn:aws:iam::111111111111:role/app";
  Policy bucket = policy("bucket", DocumentKind::resource,
                         R"({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": {"AWS": [")" + arn +
                             R"(", "arn:aws:iam::111111111111:role/other"]}})");
  AppliedPolicies policies;
  policies.resource = {&bucket};
  const auto verdict = [&](const Caller& caller) {
    const Request request{.caller = &caller,
                          .action = "s3:GetObject",
                          .resource = "arn:aws:s3:::b/x",
                          .resource_account = {},
                          .keys = {}};
    return evaluate(request, policies).verdict;
  };
  const Caller first = role_session(arn, "x", "AROAFIRSTFIRST123456");
  const Caller again = role_session(arn, "x", "AROAAGAINAGAIN123456");
  CHECK(verdict(first) == Verdict::allowed);
  CHECK(verdict(again) == Verdict::allowed);  // the document as text: whoever has the ARN
  save_as_ids(bucket, {{arn, first.unique_id}});
  CHECK(verdict(first) == Verdict::allowed);
  CHECK(verdict(again) == Verdict::implicit_deny);
  // A principal whose ID is not known stays what it was.
  CHECK(verdict(role_session("arn:aws:iam::111111111111:role/other", "x")) == Verdict::allowed);
}
