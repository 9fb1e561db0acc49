// Whether documents allow a call, in one state of them, and which of them decide.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

// Keys that a call made by a service is known to carry, or known not to carry.
bool is_known(std::string_view key, const iam::Request& request) {
  static const std::set<std::string_view> settled = {
      "aws:sourceip",  "aws:viaawsservice",  "aws:principalisawsservice", "aws:multifactorauthpresent",
      "aws:calledvia", "aws:calledviafirst", "aws:calledvialast",         "aws:username",
      "aws:userid"};
  if (settled.count(key) != 0 || key.starts_with("aws:resourcetag/") || key.starts_with("aws:principaltag/")) {
    return true;
  }
  return iam::Facts(request).find(key) != nullptr;
}

// A place that an import leaves open may be anything.
bool may_be(const std::string& word, const iam::Request& request) {
  std::string pattern;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::size_t end = word[i] == '<' ? word.find('>', i) : std::string::npos;
    pattern += end == std::string::npos ? word[i] : '*';
    if (end != std::string::npos) i = end;
  }
  std::string mistake;
  const iam::Pattern compiled = iam::Pattern::compile(pattern, iam::PatternKind::resource, false, mistake);
  return mistake.empty() && compiled.matches(request.resource, iam::Facts(request));
}

// It names a part of what is called: the objects under a prefix, or what an import leaves open.
bool is_part(const std::string& word, const iam::Request& request) {
  if (word.find('<') != std::string::npos) return may_be(word, request);
  std::string_view whole = request.resource;
  if (constexpr std::string_view object = "/object"; whole.ends_with(object)) whole.remove_suffix(object.size());
  if (word.size() <= whole.size() || !word.starts_with(whole)) return false;
  const char next = word[whole.size()];  // a secret has six more letters behind its name
  return next == '/' || next == ':' || (next == '-' && whole.find(":secret:") != std::string_view::npos);
}

// The same policy without what restricts its permissions by conditions, and where wanted to a part.
iam::Policy loosened(const iam::Policy& policy, const iam::Request& request, bool to_parts, bool is_of_fault) {
  iam::Policy loose = policy;
  for (iam::Statement& s : loose.statements) {
    if (s.is_deny) continue;
    if (!is_of_fault && !rests_on_known_keys(s, request)) s.conditions.clear();
    const bool is_of_part = std::any_of(s.resource_words.begin(), s.resource_words.end(),
                                        [&](const std::string& word) { return is_part(word, request); });
    if (to_parts && is_of_part && !s.not_resource) s.resources.clear();
  }
  return loose;
}

}  // namespace

bool rests_on_known_keys(const iam::Statement& statement, const iam::Request& request) {
  return std::all_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](const iam::Condition& c) { return is_known(c.lower_key, request); });
}

void Permissions::set_tags(std::string_view prefix, Index component, const EditState& state, iam::Keys& keys) {
  for (const DocumentEdit* edit : state) {
    if (edit->kind != DocumentEdit::Kind::tags || edit->component != component) continue;
    for (const auto& [key, value] : edit->tags) {
      keys.set(fmt::format("{}/{}", prefix, key),
               value ? std::vector<std::string>{*value} : std::vector<std::string>{});
    }
  }
}

const iam::Caller& Permissions::caller_in(const Held& held, const EditState& state) {
  const bool is_changed = std::any_of(state.begin(), state.end(), [&](const DocumentEdit* e) {
    return e->kind == DocumentEdit::Kind::tags && e->component == held.caller.component;
  });
  if (!is_changed) return held.caller.caller;
  iam::Caller& caller = callers_.emplace_back(held.caller.caller);
  set_tags("aws:PrincipalTag", held.caller.component, state, caller.keys);
  return caller;
}

iam::Request Permissions::request(const iam::Caller& caller, Index component, const std::string& resource,
                                  const EditState& state) const {
  iam::Request request;
  request.caller = &caller;
  request.resource = resource.empty() ? "*" : resource;
  request.resource_account = world_.account_of(component);
  request.keys.set("aws:RequestedRegion", world_.region_of(component));
  const Resource* row = world_.part(component).resource;
  const Value* tags = row && world_.part(component).parent == nothing ? row->attributes.find("tags") : nullptr;
  if (tags) {
    for (const Value& tag : tags->children) request.keys.set("aws:ResourceTag/" + tag.key, tag.text);
  }
  set_tags("aws:ResourceTag", component, state, request.keys);
  return request;
}

// As AWS keeps it when the caller has been made again: what names its ARN means the one before.
const iam::Policy* Permissions::without_caller(const iam::Policy& policy, const iam::Caller& caller) {
  iam::Policy stale = with_labels(policy);
  for (iam::Statement& s : stale.statements) {
    for (iam::Principal& p : s.principals) {
      using Kind = iam::Principal::Kind;
      if (p.kind == Kind::arn && p.text == caller.arn) p = {Kind::unique_id, "gone"};
    }
  }
  return edited_.keep(std::move(stale));
}

// One that has been made again: no text that holds its former ID means it.
const iam::Caller& Permissions::with_other_id(const iam::Caller& caller) {
  iam::Caller& other = callers_.emplace_back(caller);
  other.unique_id = "another";
  if (const auto* ids = caller.keys.find("aws:userid")) {
    const std::string_view id = ids->front();
    const std::size_t colon = id.find(':');  // before the name of the session
    other.keys.set("aws:userid", other.unique_id + std::string(colon == id.npos ? "" : id.substr(colon)));
  }
  return other;
}

// Whether a policy of the component itself names the principal, which may be enough without a policy of its own.
bool Permissions::names(Index component, Index principal) {
  const auto& def = world_.part(component).type->permissions;
  if (!def || def->statements.empty()) return false;
  Things statements(world_);
  world_.values(component, def->statements, *statements);
  return std::any_of(statements.begin(), statements.end(), [&](const Thing& statement) {
    if (statement.kind != Thing::Kind::component) return false;
    Things allowed(world_);
    world_.values(statement.component, "allows", *allowed);
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const Thing& t) { return t.kind == Thing::Kind::component && t.component == principal; });
  });
}

// The sessions of the caller's role that the document of the component names. Which of them calls is not known.
std::vector<std::string> Permissions::sessions_named(Index component, const State& state, const iam::Request& request) {
  std::vector<std::string> named;
  const std::string& session = request.caller->session_arn;
  const std::string_view role = std::string_view(session).substr(0, session.rfind('/') + 1);
  if (request.caller->kind != iam::CallerKind::role_session || role.empty() || state.is_broken) return named;
  const auto collect = [&](const iam::Policy& policy) {
    for (const iam::Statement& s : policy.statements) {
      if (!models::speaks_of(s, {request.action})) continue;
      for (const iam::Principal& p : s.principals) {
        const bool is_new = std::find(named.begin(), named.end(), p.text) == named.end();
        if (p.kind == iam::Principal::Kind::arn && p.text.starts_with(role) && is_new) named.push_back(p.text);
      }
    }
  };
  if (const iam::Policy* own = own_document(component)) {
    collect(*edited_.in_state(own, component, own_name(component), state.edits));
  } else {
    for (const DocumentEdit* e : state.edits) {
      if (e->component == component && is_own(*e)) collect(e->given);
    }
  }
  return named;
}

// A session that is named is taken to be the one that calls where that lets it in, and not to be where it is denied.
Permissions::Verdict Permissions::verdict(Held& held, const iam::Request& asked, Index component, const State& state) {
  Verdict plain = verdict_as(held, asked, component, state);
  const auto goes = [](const Verdict& v) { return v.is_allowed && v.denying.empty() && v.denied_by.empty(); };
  for (const std::string& session : sessions_named(component, state, asked)) {
    iam::Caller caller = *asked.caller;
    caller.session_arn = session;
    iam::Request other = asked;
    other.caller = &caller;
    Verdict as = verdict_as(held, other, component, state);
    if (goes(as) == goes(plain)) continue;
    Verdict taken = goes(plain) ? std::move(plain) : std::move(as);
    taken.taken_because = fmt::format("the policy of {} names {}, and which session calls is not known",
                                      world_.part(component).name, session);
    return taken;
  }
  return plain;
}

Permissions::Verdict Permissions::verdict_as(Held& held, const iam::Request& asked, Index component,
                                             const State& state) {
  Verdict result;
  iam::Request request = asked;
  if (state.is_other_id) request.caller = &with_other_id(*asked.caller);
  const iam::Policy* own = own_document(component);
  const bool is_own_known = own != nullptr;
  if (own && state.is_broken) own = nullptr;
  if (own && state.is_stale) own = without_caller(*own, *request.caller);
  if (own) own = edited_.in_state(own, component, own_name(component), state.edits);

  iam::AppliedPolicies applied;
  std::vector<std::pair<const iam::Policy*, Document*>> documents;
  for (Document& d : held.documents) {
    const Index of = d.component == nothing ? held.caller.component : d.component;
    const std::string_view name = d.component == nothing ? std::string_view(d.name) : std::string_view();
    documents.emplace_back(edited_.in_state(d.policy, of, name, state.edits), &d);
  }
  for (const DocumentEdit* e : state.edits) {  // what is added where there was nothing
    if (e->kind != DocumentEdit::Kind::adds_statement) continue;
    const bool is_of_caller = e->component == held.caller.component && !is_own(*e);
    const bool is_known = std::any_of(held.documents.begin(), held.documents.end(), [&](const Document& d) {
      return d.component == nothing && d.name == e->document;
    });
    if (is_of_caller && !is_known) documents.emplace_back(&e->given, nullptr);
    if (e->component == component && is_own(*e) && !is_own_known) applied.resource.push_back(&e->given);
  }
  for (const auto& [policy, document] : documents) applied.identity.push_back(policy);
  applied.boundary = held.boundary;
  if (held.boundary && held.boundary_of != nothing) {
    applied.boundary = edited_.in_state(held.boundary, held.boundary_of, "", state.edits);
  }
  if (documents.empty() && !held.boundary && !is_own_known && applied.resource.empty()) {
    result.is_allowed = true;
    result.is_plain = true;
    return result;
  }
  if (!held.is_whole) applied.identity.push_back(&allows_everything());
  if (own) {
    applied.resource.push_back(own);
  } else if (!is_own_known) {
    const std::string& account = request.caller->account;
    auto grant = account_grants_.find(account);
    if (grant == account_grants_.end()) {
      input::Diagnostics none;
      grant = account_grants_
                  .emplace(account, iam::parse_policy("account", iam::DocumentKind::resource,
                                                      R"({"Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
                                                          account + R"("}, "Action": "*", "Resource": "*"}})",
                                                      none))
                  .first;
    }
    applied.resource.push_back(&grant->second);
  }

  const auto document_of = [&](const iam::Policy* policy) -> Document* {
    const auto found =
        std::find_if(documents.begin(), documents.end(), [&](const auto& entry) { return entry.first == policy; });
    return found == documents.end() ? nullptr : found->second;
  };
  const auto replace = [&](const iam::Policy* policy, const iam::Policy* by) {
    for (iam::PolicyList* list : {&applied.identity, &applied.resource})
      std::replace(list->begin(), list->end(), policy, by);
    if (applied.boundary == policy) applied.boundary = by;
    for (auto& entry : documents) {
      if (entry.first == policy) entry.first = by;
    }
  };
  iam::Decision decision = iam::evaluate(request, applied);
  for (int round = 0; decision.verdict == iam::Verdict::explicit_deny && round < 100; ++round) {
    const iam::Cited cited = decision.because.front();
    Document* const document = document_of(cited.policy);
    const std::string name = document ? document->name : cited.policy->name;
    const std::string label = cited.policy->label(cited.statement);
    if (!state.is_of_fault && !rests_on_known_keys(cited.it(), request)) {
      result.taken_because = fmt::format("whether the condition of statement {} of {} holds is not known", label, name);
      replace(cited.policy, edited_.without_statement(*cited.policy, cited.statement));
    } else {
      result.why = fmt::format("the {} {}, statement {}, denies it", name_of(cited.by), name, label);
      if (!document) {  // for good
        result.denied_by = name_of(cited.by);
        result.denying_policy = name;
        result.statements = {label};
        return result;
      }
      if (std::find(result.denying.begin(), result.denying.end(), document) == result.denying.end()) {
        result.denying.push_back(document);
        result.statements.push_back(label);
      }
      std::erase(applied.identity, cited.policy);
    }
    decision = iam::evaluate(request, applied);
  }
  if (decision.verdict == iam::Verdict::allowed) {
    result.is_allowed = true;
    iam::AppliedPolicies others = applied;
    std::erase_if(others.identity, [&](const iam::Policy* p) { return document_of(p) != nullptr; });
    result.is_plain = !held.is_whole || iam::evaluate(request, others).verdict == iam::Verdict::allowed;
    if (result.is_plain) return result;
    for (const iam::Cited& cited : decision.because) {
      Document* d = cited.by == iam::PolicyClass::identity ? document_of(cited.policy) : nullptr;
      if (d && std::find(result.allowing.begin(), result.allowing.end(), d) == result.allowing.end()) {
        result.allowing.push_back(d);
      }
    }
    return result;
  }
  if (!is_own_known) std::erase(decision.missing, iam::PolicyClass::resource);  // it is not asked
  const bool lacks_own =
      std::find(decision.missing.begin(), decision.missing.end(), iam::PolicyClass::identity) != decision.missing.end();
  if (!is_own_known && lacks_own && decision.missing.size() == 1 && names(component, held.caller.component)) {
    result.is_allowed = true;  // by the policy of the component, whose loss is told there
    return result;
  }
  // What may be allowed under circumstances that are not known, or for a part of it, is taken as allowed.
  for (const bool to_parts : {false, true}) {
    std::deque<iam::Policy> loose;
    iam::AppliedPolicies lenient = applied;
    for (iam::PolicyList* list : {&lenient.identity, &lenient.resource}) {
      for (const iam::Policy*& policy : *list)
        policy = &loose.emplace_back(loosened(*policy, request, to_parts, state.is_of_fault));
    }
    if (lenient.boundary)
      lenient.boundary = &loose.emplace_back(loosened(*lenient.boundary, request, to_parts, state.is_of_fault));
    if (iam::evaluate(request, lenient).verdict != iam::Verdict::allowed) continue;
    result.is_allowed = true;
    result.taken_because = to_parts ? "it is allowed for a part of what is there"
                                    : "whether the conditions of what allows it hold is not known";
    return result;
  }
  std::vector<std::string> missing;
  const bool is_trust = own_kind(*world_.part(component).type) == iam::DocumentKind::trust;
  for (const iam::PolicyClass c : decision.missing) {
    missing.emplace_back(is_trust && c == iam::PolicyClass::resource ? trust_policy : name_of(c));
  }
  result.missing = decision.missing;
  if (result.why.empty()) result.why = fmt::format("no {} allows it", fmt::join(missing, " and no "));
  return result;
}

std::vector<Permissions::Denial> Permissions::denials(Index principal, const iam::Request& request, Index component,
                                                      const EditState& state) {
  if (!speaks_of(Thing::of_component(principal))) return {};
  Held& own = held(principal);
  iam::Request call = request;
  call.caller = &caller_in(own, state);
  const Verdict found = verdict(own, call, component, {.edits = state, .is_of_fault = true});
  std::vector<Denial> list;
  if (!found.denied_by.empty()) {
    list.push_back({found.denied_by, found.denying_policy, found.statements.front(), {}, {}});
    return list;
  }
  for (std::size_t i = 0; i < found.denying.size(); ++i) {
    list.push_back({std::string(name_of(iam::PolicyClass::identity)),
                    found.denying[i]->name,
                    found.statements[i],
                    {},
                    having(principal, *found.denying[i]).lacks});
  }
  if (found.is_allowed || !list.empty()) return list;
  const auto lacks = [&](iam::PolicyClass c) {
    return std::find(found.missing.begin(), found.missing.end(), c) != found.missing.end();
  };
  const std::string& name = world_.part(principal).name;
  const std::string& on = world_.part(component).name;
  Denial denial;
  if (lacks(iam::PolicyClass::boundary)) {
    denial.kind = name_of(iam::PolicyClass::boundary);
    denial.whose = fmt::format("the permissions boundary of {}", name);
  } else if (lacks(iam::PolicyClass::identity)) {
    denial.kind = name_of(iam::PolicyClass::identity);
    denial.whose = fmt::format("a policy of {}{}", name,
                               lacks(iam::PolicyClass::resource) ? fmt::format(" or of {}", on) : std::string());
  } else {
    denial.kind = name_of(iam::PolicyClass::resource);
    denial.whose = fmt::format("the policy of {}", on);
  }
  list.push_back(std::move(denial));
  return list;
}

}  // namespace moshimo::models
