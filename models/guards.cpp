#include "models/guards.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace moshimo::models {
namespace {

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

bool is_account_number(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

iam::Policy everything(iam::DocumentKind kind) {
  input::Diagnostics none;
  const std::string principal = kind == iam::DocumentKind::resource ? R"("Principal": "*", )" : "";
  return iam::parse_policy("everything", kind,
                           R"({"Statement": {"Effect": "Allow", )" + principal + R"("Action": "*", "Resource": "*"}})",
                           none);
}

const iam::Policy& lets_everybody_in() {
  static const iam::Policy policy = everything(iam::DocumentKind::resource);
  return policy;
}

// Somebody with every permission asks, and the resource's own policy lets in whoever comes.
iam::AppliedPolicies granted() {
  iam::AppliedPolicies policies;
  policies.identity = {&allows_everything()};
  policies.resource = {&lets_everybody_in()};
  return policies;
}

iam::Decision decide(const iam::Request& request, const std::vector<const Guard*>& guards) {
  iam::AppliedPolicies policies = granted();
  add_guards(guards, policies);
  return iam::evaluate(request, policies);
}

bool denies(const iam::Request& request, const Guard& guard, const iam::Statement& statement) {
  iam::Policy alone;
  alone.name = guard.policy->name;
  alone.kind = guard.policy->kind;
  alone.statements = {statement};
  alone.file = guard.policy->file;
  Guard other = guard;
  other.policy = &alone;
  other.stands_alone = false;
  return decide(request, {&other}).verdict == iam::Verdict::explicit_deny;
}

bool is_of_service(const std::vector<std::string>& actions, std::string_view action) {
  const std::string service = iam::lower_case(action.substr(0, action.find(':') + 1));
  return std::any_of(actions.begin(), actions.end(),
                     [&](const std::string& a) { return iam::lower_case(a).starts_with(service); });
}

}  // namespace

std::string_view name_of(Miss m) {
  switch (m) {
    case Miss::other_actions: return "other_actions";
    case Miss::other_resources: return "other_resources";
    case Miss::condition: return "condition";
    case Miss::not_asked: return "not_asked";
    case Miss::service_linked: return "service_linked_role";
    case Miss::management_account: return "management_account";
    case Miss::another_account: return "another_account";
  }
  return "";
}

const iam::Policy& allows_everything() {
  static const iam::Policy policy = everything(iam::DocumentKind::identity);
  return policy;
}

bool Guard::reaches(std::string_view account) const {
  if (!except.empty() && except == account) return false;
  return accounts.empty() || std::any_of(accounts.begin(), accounts.end(),
                                         [&](const std::string& a) { return a == account || !is_account_number(a); });
}

void add_guards(const std::vector<const Guard*>& guards, iam::AppliedPolicies& policies) {
  for (const iam::PolicyClass by : {iam::PolicyClass::scp, iam::PolicyClass::rcp}) {
    std::map<std::vector<std::string>, std::pair<iam::PolicyList, bool>> levels;
    for (const Guard* g : guards) {
      if (g->by != by) continue;
      auto& [list, is_alone] = levels[g->accounts];
      list.push_back(g->policy);
      is_alone = is_alone || g->stands_alone;
    }
    iam::OrganizationPath& path = by == iam::PolicyClass::scp ? policies.scps : policies.rcps;
    for (auto& [accounts, level] : levels) {
      if (!level.second) level.first.push_back(&allows_everything());
      path.levels.push_back(std::move(level.first));
    }
  }
}

Guards::Guards(World& world, NeedsWriter& needs, Documents& documents) : world_(world), needs_(needs) {
  for (Index c = 0; c < world.parts().size(); ++c) {
    const Part& part = world.part(c);
    if (!part.type->guards) continue;
    const GuardsDef& def = *part.type->guards;
    const Scope scope = of_component(c);
    const auto texts = [&](const Expression& e) {
      std::vector<std::string> list;
      Things found(world);
      if (e.is_written()) world.evaluate(e, scope, *found);
      for (const Thing& t : found) list.push_back(world.describe(t));
      return list;
    };
    const auto text = [&](const Expression& e) {
      const std::vector<std::string> list = texts(e);
      return list.empty() ? std::string() : list.front();
    };
    Guard guard;
    guard.component = c;
    guard.by = text(def.kind) == "RESOURCE_CONTROL_POLICY" ? iam::PolicyClass::rcp : iam::PolicyClass::scp;
    guard.accounts = texts(def.over);
    std::sort(guard.accounts.begin(), guard.accounts.end());
    guard.except = text(def.except);
    guard.stands_alone = text(def.alone) == "yes";
    Things in_force(world);
    for (const NeedDef& need : def.while_true) {
      for (const Path& path : need.paths) world.follow(path, scope, *in_force);
    }
    for (const Thing& t : *in_force) {
      if (t.kind != Thing::Kind::condition) continue;
      const ConditionDef& condition = world.part(t.component).type->conditions[t.index];
      guard.is_attached = guard.is_attached && world.holds(condition.initially, of_component(t.component));
    }
    Things document(world);
    world.values(c, def.with, *document);
    if (document.empty() || !document.front().map()) continue;
    const iam::DocumentKind kind = guard.by == iam::PolicyClass::rcp ? iam::DocumentKind::rcp : iam::DocumentKind::scp;
    guard.policy = documents.read(*document.front().map(), kind, part.name, *world.diagnostics);
    if (guard.policy) guards_.push_back(std::move(guard));
  }
}

Needs Guards::away(const Guard& guard) const {
  Needs needs;
  needs_.write(world_.part(guard.component).type->guards->unless_true, of_component(guard.component), needs);
  return needs;
}

namespace {

// That of the caller for a service control policy, that of the resource for a resource control policy.
std::string account_asked(const Guard& g, const iam::Request& request) {
  if (g.by == iam::PolicyClass::scp) return request.caller->account;
  return std::string(request.resource_account.empty() ? iam::account_of_resource(request) : request.resource_account);
}

}  // namespace

std::vector<const Guard*> Guards::concerned(const iam::Request& request) const {
  std::vector<const Guard*> list;
  for (const Guard& g : guards_) {
    if (g.reaches(account_asked(g, request))) list.push_back(&g);
  }
  return list;
}

const Guard* Guards::of(Index component) const {
  const auto found =
      std::find_if(guards_.begin(), guards_.end(), [&](const Guard& g) { return g.component == component; });
  return found == guards_.end() ? nullptr : &*found;
}

void Guards::expect(const DocumentEdit& edit) {
  edits_.push_back(&edit);
  may_object_.clear();
}

// The guard with its document as it is in a state.
const Guard* Guards::in_state(const Guard* guard, const EditState& state) const {
  const iam::Policy* policy = edited_.in_state(guard->policy, guard->component, "", state);
  if (policy == guard->policy) return guard;
  const auto [at, is_new] = changed_.try_emplace(policy, *guard);
  if (is_new) at->second.policy = policy;
  return &at->second;
}

std::vector<Objection> Guards::objections(const iam::Request& request, const EditState& state) const {
  std::vector<const Guard*> left = concerned(request);
  for (const Guard*& guard : left) guard = in_state(guard, state);
  std::vector<Objection> found;
  const iam::Decision all = decide(request, left);
  if (all.verdict == iam::Verdict::explicit_deny) {
    for (const iam::Cited& cited : all.because) {
      const auto guard = std::find_if(left.begin(), left.end(),
                                      [&](const Guard* g) { return g->policy == cited.policy && g->by == cited.by; });
      if (guard == left.end()) continue;
      found.push_back({*guard, cited.policy->label(cited.statement)});
      left.erase(guard);
    }
  }
  // Of those that allow by listing, the ones whose list lacks the call.
  std::vector<const Guard*> alone;
  std::copy_if(left.begin(), left.end(), std::back_inserter(alone), [](const Guard* g) { return g->stands_alone; });
  for (const Guard* g : alone) {
    if (decide(request, left).verdict == iam::Verdict::allowed) break;
    std::vector<const Guard*> level;
    std::copy_if(left.begin(), left.end(), std::back_inserter(level),
                 [&](const Guard* other) { return other->by == g->by && other->accounts == g->accounts; });
    if (decide(request, level).verdict == iam::Verdict::allowed) continue;
    found.push_back({g, ""});
    std::erase(left, g);
  }
  return found;
}

bool Guards::is_stopped(const iam::Request& request) const {
  std::vector<const Guard*> attached = concerned(request);
  std::erase_if(attached, [](const Guard* g) { return !g->is_attached; });
  return decide(request, attached).verdict != iam::Verdict::allowed;
}

bool Guards::may_object(const std::string& action) const {
  const auto [known, is_new] = may_object_.emplace(action, false);
  if (!is_new) return known->second;
  const KnownCaller anybody = administrator_of("111111111111");
  iam::Request request;
  request.caller = &anybody.caller;
  request.action = action;
  const auto may = [&](const Guard& g, const iam::Policy& policy) {
    return std::any_of(policy.statements.begin(), policy.statements.end(), [&](iam::Statement statement) {
      statement.conditions.clear();
      statement.resources.clear();
      statement.not_resource = false;
      return statement.is_deny && denies(request, g, statement);
    });
  };
  for (const Guard& g : guards_) known->second = known->second || g.stands_alone || may(g, *g.policy);
  for (const DocumentEdit* edit : edits_) {
    const Guard* changed = of(edit->component);
    known->second = known->second || (changed && may(*changed, edit->given));
  }
  return known->second;
}

std::vector<NearMiss> Guards::near_misses(const iam::Request& request) const {
  std::vector<NearMiss> found;
  const std::vector<const Guard*> asked = concerned(request);
  for (const Guard& g : guards_) {
    if (!g.is_attached) continue;
    const bool is_asked = std::find(asked.begin(), asked.end(), &g) != asked.end();
    for (std::size_t i = 0; i < g.policy->statements.size(); ++i) {
      iam::Statement statement = g.policy->statements[i];
      if (!statement.is_deny || (is_asked && denies(request, g, statement))) continue;
      NearMiss miss{g.policy->name, g.policy->label(i), Miss::other_actions, {}};
      if (!is_asked) {
        if (!denies(request, g, statement)) continue;
        const bool is_exempt = !g.except.empty() && account_asked(g, request) == g.except;
        miss.why = is_exempt ? Miss::management_account : Miss::another_account;
        found.push_back(std::move(miss));
        continue;
      }
      statement.conditions.clear();
      if (denies(request, g, statement)) {
        miss.why = Miss::condition;
      } else {
        statement.resources.clear();
        statement.not_resource = false;
        if (denies(request, g, statement)) {
          miss.why = Miss::other_resources;
        } else {
          statement.actions = allows_everything().statements.front().actions;
          statement.not_action = false;
          if (!denies(request, g, statement)) {
            if (!speaks_of(g.policy->statements[i], {request.action})) continue;
            miss.why = request.caller->is_service_linked ? Miss::service_linked : Miss::not_asked;
          }
        }
      }
      const bool is_condition = miss.why == Miss::condition;
      miss.words =
          is_condition ? words_of(*g.policy, i, {"Condition"}) : words_of(*g.policy, i, {"Action", "NotAction"});
      if (miss.why == Miss::other_actions && !is_of_service(miss.words, request.action)) continue;
      found.push_back(std::move(miss));
    }
  }
  return found;
}

namespace {

bool is_of_the_caller(std::string_view key) {
  return key == "aws:principalarn" || key == "aws:userid" || key == "aws:username" ||
         key.starts_with("aws:principaltag/") || key.starts_with("aws:principalorg");
}

// What a call either has or has not, and the resource tells which.
bool is_of_the_resource(std::string_view key) {
  return key.starts_with("aws:resource") || key.starts_with("aws:requesttag/") || key == "aws:tagkeys";
}

}  // namespace

std::vector<Doubt> Guards::doubts(const iam::Request& request, bool caller_is_named) const {
  std::vector<Doubt> found;
  const iam::Facts facts(request);
  for (const Guard* g : concerned(request)) {
    if (!g->is_attached) continue;
    bool stops = false;
    for (std::size_t i = 0; i < g->policy->statements.size(); ++i) {
      const iam::Statement& statement = g->policy->statements[i];
      if (!statement.is_deny) continue;
      iam::Statement unconditional = statement;
      unconditional.conditions.clear();
      if (!denies(request, *g, unconditional)) continue;
      Doubt of_caller{g, g->policy->label(i), Doubt::Why::caller, {}, denies(request, *g, statement)};
      Doubt of_call = of_caller;
      of_call.why = Doubt::Why::unknown;
      stops = stops || of_caller.is_stopped;
      for (const std::string& key : words_of(*g->policy, i, {"Condition"})) {
        const std::string lower = iam::lower_case(key);
        if (is_of_the_resource(lower)) continue;
        if (is_of_the_caller(lower) && !caller_is_named) {
          of_caller.words.push_back(key);
        } else if (lower.starts_with("aws:") && facts.find(lower) == nullptr) {
          of_call.words.push_back(key);
        }
      }
      if (!of_caller.words.empty()) found.push_back(std::move(of_caller));
      if (!of_call.words.empty()) found.push_back(std::move(of_call));
    }
    if (!stops) continue;
    Doubt of_place{g, "", Doubt::Why::place, {}, true};
    const std::string account = account_asked(*g, request);
    if (std::find(g->accounts.begin(), g->accounts.end(), account) != g->accounts.end()) continue;
    std::copy_if(g->accounts.begin(), g->accounts.end(), std::back_inserter(of_place.words),
                 [](const std::string& a) { return !is_account_number(a); });
    if (!of_place.words.empty()) found.push_back(std::move(of_place));
  }
  return found;
}

}  // namespace moshimo::models
