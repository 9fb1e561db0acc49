// Any bytes, read as a policy document of every kind and asked about requests: no crash, sound positions, and laws that
// hold whatever the document says.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "models/iam/evaluate.hpp"

namespace {

using namespace moshimo;
using namespace moshimo::models::iam;

void demand(bool holds) {
  if (!holds) std::abort();
}

void check(const Decision& decision) {
  demand((decision.verdict == Verdict::implicit_deny) == !decision.missing.empty());
  for (const Cited& cited : decision.because) {
    demand(cited.statement < cited.policy->statements.size());
    demand(cited.it().is_deny == (decision.verdict == Verdict::explicit_deny));
  }
  demand(!to_text(decision).empty());
}

// A document that allows or denies alone, beside one that allows everything.
void ask(const Policy& policy, const Request& request) {
  static input::Diagnostics none;
  static const Policy everything = parse_policy(
      "all", DocumentKind::identity,
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})", none);
  const bool is_resource = policy.kind == DocumentKind::resource || policy.kind == DocumentKind::trust;
  AppliedPolicies policies;
  if (is_resource) policies.resource = {&policy};
  if (policy.kind == DocumentKind::identity) policies.identity = {&policy};
  if (policy.kind == DocumentKind::scp) policies.scps.levels = {{&policy}};
  if (policy.kind == DocumentKind::rcp) policies.rcps.levels = {{&policy}};
  const Decision alone = evaluate(request, policies);
  check(alone);
  policies.identity.push_back(&everything);
  const Decision beside = evaluate(request, policies);
  check(beside);
  demand((alone.verdict == Verdict::explicit_deny) == (beside.verdict == Verdict::explicit_deny));
  if (alone.verdict == Verdict::allowed) demand(beside.verdict == Verdict::allowed);
  policies.boundary = &everything;
  policies.session = PolicyList{&everything};
  demand(evaluate(request, policies).verdict == beside.verdict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most = 1 << 16;
  if (size > most) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Caller callers[] = {user("arn:aws:iam::111111111111:user/ann", "AIDAANN1ANN1ANN1ANN1"),
                            role_session("arn:aws:iam::111111111111:role/app", "i-1", "AROAAPP1APP1APP1APP1"),
                            role_session("arn:aws:iam::222222222222:role/app", "i-1"),
                            root_user("111111111111"),
                            service("s3.amazonaws.com"),
                            anonymous()};
  for (const DocumentKind kind :
       {DocumentKind::identity, DocumentKind::scp, DocumentKind::rcp, DocumentKind::resource, DocumentKind::trust}) {
    input::Diagnostics diagnostics;
    const Policy policy = parse_policy("f", kind, text, diagnostics);
    for (const input::Diagnostic& d : diagnostics.errors()) demand(d.at.offset <= policy.file->text().size());
    for (std::size_t i = 0; i < policy.statements.size(); ++i) policy.label(i);
    for (const Caller& caller : callers) {
      Request request{.caller = &caller,
                      .action = "s3:GetObject",
                      .resource = "arn:aws:s3:::reports/a:b/june.csv",
                      .resource_account = "111111111111",
                      .keys = {}};
      request.keys.set("aws:SourceIp", "203.0.113.7");
      request.keys.set("aws:TagKeys", std::vector<std::string>{"team", "stage"});
      request.keys.set("aws:CurrentTime", "2026-01-31T12:00:00Z");
      ask(policy, request);
      request.action = "sts:AssumeRole";
      request.resource = "arn:aws:iam::111111111111:role/worker";
      ask(policy, request);
    }
  }
  return 0;
}
