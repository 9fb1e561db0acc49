#include "models/iam/evaluate.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models::iam {
namespace {

// The services whose resources RCPs speak for.
constexpr std::string_view rcp_services[] = {
    "aoss", "cognito-identity", "cognito-idp", "dynamodb", "ecr", "kms", "logs", "s3", "secretsmanager", "sqs", "sts"};

// What the parts of an evaluation ask about the request, worked out once.
struct Question {
  const Request& request;
  const Facts& facts;
  std::string action;  // in small letters
  std::string_view service;
  bool needs_resource_policy = false;  // keys and roles: nothing goes without their own policy
  bool is_same_account = false;
};

struct Found {
  std::vector<Cited> denies;
  std::vector<Cited> allows;
};

bool any_match(const std::vector<Pattern>& patterns, std::string_view value, const Facts& facts) {
  return std::ranges::any_of(patterns, [&](const Pattern& p) { return p.matches(value, facts); });
}

bool lacks_value(const std::vector<Pattern>& patterns, const Facts& facts) {
  return std::ranges::any_of(patterns, [&](const Pattern& p) { return p.lacks_value(facts); });
}

// Everything of a statement but its principal. A variable without value matches nothing, and excludes nothing either.
bool applies(const Statement& statement, const Question& q) {
  if (any_match(statement.actions, q.action, q.facts) == statement.not_action) return false;
  if (statement.not_resource) {
    if (lacks_value(statement.resources, q.facts)) return false;
    if (any_match(statement.resources, q.request.resource, q.facts)) return false;
  } else if (!statement.resources.empty() && !any_match(statement.resources, q.request.resource, q.facts)) {
    return false;
  }
  return std::ranges::all_of(statement.conditions, [&](const Condition& c) { return holds(c, q.facts); });
}

// Adds what applies in a policy without principals; true when one of its statements allows.
bool look(const Policy& policy, PolicyClass by, const Question& q, Found& found) {
  bool allows = false;
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    const Statement& statement = policy.statements[i];
    if (!applies(statement, q)) continue;
    (statement.is_deny ? found.denies : found.allows).push_back({by, &policy, i});
    allows = allows || !statement.is_deny;
  }
  return allows;
}

bool look(const PolicyList& policies, PolicyClass by, const Question& q, Found& found) {
  bool allows = false;
  for (const Policy* policy : policies) allows = look(*policy, by, q, found) || allows;
  return allows;
}

Reach reach_of(const Statement& statement, const Caller& caller) {
  if (!statement.not_principal) return reach(statement.principals, caller);
  if (statement.is_deny) return spares(statement.principals, caller) ? Reach::none : Reach::direct;
  return reach(statement.principals, caller) == Reach::none ? Reach::direct : Reach::none;
}

struct Grant {
  Cited cited;
  Reach reach = Reach::none;
};

// The root user of a bucket's owner can always repair the bucket policy.
bool repairs_own_bucket_policy(const Question& q) {
  return q.is_same_account && q.request.caller->kind == CallerKind::root &&
         (q.action == "s3:getbucketpolicy" || q.action == "s3:putbucketpolicy" || q.action == "s3:deletebucketpolicy");
}

std::vector<Grant> look_at_resource(const PolicyList& policies, const Question& q, Found& found) {
  std::vector<Grant> grants;
  for (const Policy* policy : policies) {
    for (std::size_t i = 0; i < policy->statements.size(); ++i) {
      const Statement& statement = policy->statements[i];
      if (!applies(statement, q)) continue;
      const Reach far = reach_of(statement, *q.request.caller);
      if (far == Reach::none) continue;
      const Cited cited{PolicyClass::resource, policy, i};
      if (!statement.is_deny) {
        grants.push_back({cited, far});
      } else if (!repairs_own_bucket_policy(q)) {
        found.denies.push_back(cited);
      }
    }
  }
  return grants;
}

bool are_scps_asked(const Caller& caller, const OrganizationPath& path) {
  if (path.is_management_account || path.levels.empty() || caller.is_service_linked) return false;
  switch (caller.kind) {
    case CallerKind::user:
    case CallerKind::role_session:
    case CallerKind::federated_user:
    case CallerKind::root: return true;
    case CallerKind::service:
    case CallerKind::provider:
    case CallerKind::anonymous: return false;
  }
  return false;
}

// Nothing in a request tells a key that AWS manages, so for one the RCPs are to be left out.
bool are_rcps_asked(const Question& q, const OrganizationPath& path) {
  if (path.is_management_account || path.levels.empty() || q.request.caller->is_service_linked) return false;
  return q.action != "kms:retiregrant" && std::ranges::find(rcp_services, q.service) != std::end(rcp_services);
}

// Calls that need no permission and cannot be denied.
bool needs_no_permission(const Question& q) {
  const CallerKind kind = q.request.caller->kind;
  const bool is_known = kind == CallerKind::user || kind == CallerKind::role_session ||
                        kind == CallerKind::federated_user || kind == CallerKind::root;
  return is_known && (q.action == "sts:getcalleridentity" || q.action == "sts:getsessiontoken");
}

Question question(const Request& request, const Facts& facts) {
  Question q{.request = request, .facts = facts, .action = lower_case(request.action), .service = {}};
  q.service = std::string_view(q.action).substr(0, q.action.find(':'));
  const std::string_view kind = arn_part(request.resource, 5);
  q.needs_resource_policy =
      (q.service == "kms" && kind.starts_with("key/")) || (q.service == "sts" && kind.starts_with("role/"));
  q.is_same_account = !request.caller->account.empty() && account_of_resource(request) == request.caller->account;
  return q;
}

class Evaluation {
 public:
  Evaluation(const Question& q, const AppliedPolicies& policies) : q_(q), policies_(policies) {}

  Decision decide() {
    look_everywhere();
    if (!found_.denies.empty()) return {Verdict::explicit_deny, std::move(found_.denies), {}, {}};
    return allow_or_not();
  }

 private:
  // The ways to be allowed; each is enough by itself.
  struct Ways {
    bool own = false;     // the caller's policies, with the resource's where that is needed
    bool role = false;    // the resource's policy names the role
    bool direct = false;  // the resource's policy names the user, the session or everybody
  };

  void look_everywhere() {
    const Caller& caller = *q_.request.caller;
    if (are_rcps_asked(q_, policies_.rcps)) {
      for (const PolicyList& level : policies_.rcps.levels) look(level, PolicyClass::rcp, q_, found_);
      found_.allows.clear();  // an RCP that allows grants nothing
    }
    if (are_scps_asked(caller, policies_.scps)) {
      for (std::size_t i = 0; i < policies_.scps.levels.size(); ++i) {
        if (!look(policies_.scps.levels[i], PolicyClass::scp, q_, found_) && !scp_gap_) scp_gap_ = i;
      }
      std::swap(scp_allows_, found_.allows);
    }
    grants_ = look_at_resource(policies_.resource, q_, found_);
    switch (caller.kind) {
      case CallerKind::user:
      case CallerKind::role_session:
      case CallerKind::federated_user: look_at_own(caller); break;
      case CallerKind::root: identity_ = true; break;
      case CallerKind::service:
      case CallerKind::provider:
      case CallerKind::anonymous: break;
    }
  }

  void look_at_own(const Caller& caller) {
    identity_ = look(policies_.identity, PolicyClass::identity, q_, found_);
    if (policies_.boundary != nullptr) boundary_ = look(*policies_.boundary, PolicyClass::boundary, q_, found_);
    if (policies_.session) {
      session_ = look(*policies_.session, PolicyClass::session, q_, found_);
    } else {
      session_ = caller.kind != CallerKind::federated_user;  // which has nothing but what these let through
    }
  }

  bool is_reached(Reach reach) const {
    return std::ranges::any_of(grants_, [&](const Grant& grant) { return grant.reach == reach; });
  }

  bool has_account() const { return !q_.request.caller->account.empty(); }
  bool needs_grant() const { return q_.needs_resource_policy || !q_.is_same_account; }

  Decision allow_or_not() {
    const bool is_limited = !boundary_ || !session_;
    Ways ways;
    ways.own = has_account() && identity_ && !is_limited && (!needs_grant() || !grants_.empty());
    ways.role = q_.is_same_account && is_reached(Reach::role) && !is_limited;
    ways.direct = (q_.is_same_account || !has_account()) && is_reached(Reach::direct);
    return !scp_gap_ && (ways.own || ways.role || ways.direct) ? allowed(ways) : denied();
  }

  Decision allowed(const Ways& ways) {
    Decision decision{Verdict::allowed, std::move(scp_allows_), {}, {}};
    for (const Grant& grant : grants_) {
      const bool counts = (ways.own && needs_grant()) || (ways.role && grant.reach == Reach::role) ||
                          (ways.direct && grant.reach == Reach::direct);
      if (counts) decision.because.push_back(grant.cited);
    }
    for (const Cited& cited : found_.allows) {
      const bool counts = ways.own || (ways.role && cited.by != PolicyClass::identity);
      if (counts) decision.because.push_back(cited);
    }
    return decision;
  }

  Decision denied() const {
    Decision decision;
    decision.scp_level = scp_gap_;
    const auto miss = [&](PolicyClass c, bool is_missing) {
      if (is_missing) decision.missing.push_back(c);
    };
    const bool is_free = (q_.is_same_account || !has_account()) && is_reached(Reach::direct);
    const bool is_granted = is_free || (q_.is_same_account && is_reached(Reach::role));  // needs no identity policy
    const bool would_help = !identity_ && !is_granted && !policies_.resource.empty();
    miss(PolicyClass::scp, scp_gap_.has_value());
    miss(PolicyClass::resource, needs_grant() ? grants_.empty() : would_help);
    miss(PolicyClass::identity, has_account() && !identity_ && !is_granted);
    miss(PolicyClass::boundary, !boundary_ && !is_free);
    miss(PolicyClass::session, !session_ && !is_free);
    return decision;
  }

  const Question& q_;
  const AppliedPolicies& policies_;
  Found found_;
  std::vector<Cited> scp_allows_;
  std::vector<Grant> grants_;
  std::optional<std::size_t> scp_gap_;
  bool identity_ = false;
  bool boundary_ = true;  // allows, or there is none
  bool session_ = true;   // the same
};

}  // namespace

Decision evaluate(const Request& request, const AppliedPolicies& policies) {
  const Facts facts(request);
  const Question q = question(request, facts);
  if (needs_no_permission(q)) return {Verdict::allowed, {}, {}, {}};
  return Evaluation(q, policies).decide();
}

std::string_view name_of(PolicyClass c) {
  switch (c) {
    case PolicyClass::rcp: return "resource control policy";
    case PolicyClass::scp: return "service control policy";
    case PolicyClass::resource: return "resource policy";
    case PolicyClass::identity: return "identity policy";
    case PolicyClass::boundary: return "permissions boundary";
    case PolicyClass::session: return "session policy";
  }
  return "";
}

std::string_view name_of(Verdict v) {
  switch (v) {
    case Verdict::allowed: return "allowed";
    case Verdict::explicit_deny: return "explicit deny";
    case Verdict::implicit_deny: return "implicit deny";
  }
  return "";
}

std::string to_text(const Decision& decision) {
  const auto cited = [](const Cited& c) {
    return fmt::format("the {} '{}', statement '{}'", name_of(c.by), c.policy->name, c.policy->label(c.statement));
  };
  std::string text;
  switch (decision.verdict) {
    case Verdict::allowed: text = "allowed"; break;
    case Verdict::explicit_deny: text = "denied"; break;
    case Verdict::implicit_deny: {
      for (const PolicyClass c : decision.missing) text += (text.empty() ? "" : ", ") + std::string(name_of(c));
      return fmt::format("denied, because nothing allows it in: {}", text);
    }
  }
  for (std::size_t i = 0; i < decision.because.size(); ++i) {
    text += (i == 0 ? " by " : "; ") + cited(decision.because[i]);
  }
  return text;
}

}  // namespace moshimo::models::iam
