#include "models/permissions.hpp"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace moshimo::models {
namespace {

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

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

bool rests_on_known_keys(const iam::Statement& statement, const iam::Request& request) {
  return std::all_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](const iam::Condition& c) { return is_known(c.lower_key, request); });
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
iam::Policy loosened(const iam::Policy& policy, const iam::Request& request, bool to_parts) {
  iam::Policy loose = policy;
  for (iam::Statement& s : loose.statements) {
    if (s.is_deny) continue;
    if (!rests_on_known_keys(s, request)) s.conditions.clear();
    const bool is_of_part = std::any_of(s.resource_words.begin(), s.resource_words.end(),
                                        [&](const std::string& word) { return is_part(word, request); });
    if (to_parts && is_of_part && !s.not_resource) s.resources.clear();
  }
  return loose;
}

// A document with places that are still to be filled in, elsewhere than in what it is about, is as good as none.
bool is_left_open(const iam::Policy& policy) {
  const std::string_view text = policy.file->text();
  auto open = std::count(text.begin(), text.end(), '<');
  for (const iam::Statement& s : policy.statements) {
    for (const std::string& word : s.resource_words) open -= std::count(word.begin(), word.end(), '<');
  }
  return open > 0;
}

const AttributeDef* document_attribute(const TypeDef& type) {
  const auto found = std::find_if(type.attributes.begin(), type.attributes.end(),
                                  [](const AttributeDef& a) { return a.kind == AttributeDef::Kind::policy; });
  return found == type.attributes.end() ? nullptr : &*found;
}

}  // namespace

Permissions::Permissions(World& world, System& system, Documents& documents, const Guards& guards, bool is_imported)
    : world_(world), system_(&system), documents_(documents), guards_(guards), is_imported_(is_imported) {
  // Whether there is any document at all, told by what is written.
  for (const Part& part : world.parts()) {
    if (has_documents_ || !part.resource || part.parent != nothing) continue;
    const Value& written = part.resource->attributes;
    if (part.type->permissions && !part.type->permissions->is_of_principal()) {
      has_documents_ = written.find(part.type->permissions->own) != nullptr;
    } else if (part.type->permissions) {
      const Value* own = written.find(part.type->permissions->inline_ones);
      has_documents_ = own && !own->children.empty();
    } else if (const AttributeDef* document = part.type->guards ? nullptr : document_attribute(*part.type)) {
      has_documents_ = written.find(document->name) != nullptr;
    }
  }
}

// ---- what a principal holds -----------------------------------------------------------------------------------------

Permissions::Held& Permissions::held(Index principal) {
  const auto [at, is_new] = held_.try_emplace(principal);
  if (is_new) read(principal, at->second);
  return at->second;
}

void Permissions::read(Index principal, Held& held) {
  held.caller = caller_of(world_, principal);
  const TypeDef& type = *world_.part(principal).type;
  if (!type.permissions || !type.permissions->is_of_principal()) {
    held.is_whole = false;
    return;
  }
  const PermissionsDef& def = *type.permissions;
  const auto read = [&](const Value& value, const std::string& name) -> const iam::Policy* {
    input::Diagnostics mistakes;
    const iam::Policy* policy =
        documents_.read(value, iam::DocumentKind::identity, name, is_imported_ ? mistakes : *world_.diagnostics);
    return policy && is_left_open(*policy) ? nullptr : policy;
  };
  const auto document_in = [&](Index component) -> const iam::Policy* {
    const AttributeDef* attribute = document_attribute(*world_.part(component).type);
    Things found(world_);
    if (attribute) world_.values(component, attribute->name, *found);
    if (found.empty() || !found.front().map()) return nullptr;
    return read(*found.front().map(), world_.part(component).name);
  };
  Things managed(world_);
  world_.values(principal, def.managed, *managed);
  for (const Thing& t : managed) {
    const iam::Policy* policy = t.kind == Thing::Kind::component ? document_in(t.component) : nullptr;
    if (policy)
      held.documents.push_back({policy->name, policy, t.component, {}});
    else
      held.is_whole = false;
  }
  Things own(world_);
  world_.values(principal, def.inline_ones, *own);
  for (const Thing& t : own) {
    if (!t.map()) continue;
    for (const Value& document : t.map()->children) {
      const iam::Policy* policy = read(document, document.key);
      if (policy)
        held.documents.push_back({document.key, policy, nothing, {}});
      else
        held.is_whole = false;
    }
  }
  Things boundary(world_);
  world_.values(principal, def.boundary, *boundary);
  for (const Thing& t : boundary) {
    held.boundary = t.kind == Thing::Kind::component ? document_in(t.component) : nullptr;
    if (held.boundary) held.boundary_of = t.component;
  }
  Things unseen(world_);
  if (!def.unseen.empty()) world_.values(principal, def.unseen, *unseen);
  if (held.documents.empty() || !unseen.empty()) held.is_whole = false;
}

// Whoever acts behind it: the role of an instance profile, the user of a key.
Index Permissions::principal_of(const Thing& thing) {
  if (thing.kind != Thing::Kind::component) return nothing;
  const auto [at, is_new] = principals_.emplace(thing.component, nothing);
  if (is_new) at->second = caller_of(world_, thing.component).component;
  return at->second;
}

bool Permissions::speaks_of(const Thing& principal) {
  if (!has_documents_ && !guards_.are_there() && edits_.empty()) return false;
  const Index who = principal_of(principal);
  if (who == nothing) return false;
  if (guards_.are_there() || !held(who).documents.empty() || held(who).boundary) return true;
  return std::any_of(edits_.begin(), edits_.end(), [&](const DocumentEdit& e) { return e.component == who; });
}

bool Permissions::knows_all_of(Index principal) {
  return has_documents_ && speaks_of(Thing::of_component(principal)) &&
         held(principal_of(Thing::of_component(principal))).is_whole;
}

std::vector<std::string> Permissions::documents_of(Index principal) {
  std::vector<std::string> names;
  for (const Document& d : held(principal).documents) names.push_back(d.name);
  return names;
}

Permissions::Having Permissions::having(Index principal, std::string_view document) {
  for (Document& d : held(principal).documents) {
    if (d.name == document) return having(principal, d);
  }
  return {};
}

const Permissions::Having& Permissions::having(Index principal, Document& document) {
  if (document.having.has.is_set()) return document.having;
  const Part& part = world_.part(principal);
  Condition has;
  has.label = written(fmt::format("{}/{}", part.name, document.name),
                      fmt::format("{} has the policy {}", part.name, document.name));
  has.component = ComponentId(principal);
  has.error = ErrorClass::denied;
  has.fact = fact;
  Condition lacks = has;
  lacks.label = written(fmt::format("{}/{}, taken away", part.name, document.name),
                        fmt::format("{} is without the policy {}", part.name, document.name));
  lacks.initially = false;
  if (document.component != nothing) {
    const Member exists = world_.member(document.component, "exists");
    const ConditionId there(world_.id(MemberKind::condition, document.component, static_cast<Index>(exists.index)));
    if (there.is_set()) {
      Need need;
      need.condition = there;
      need.error = ErrorClass::denied;
      has.kind = Condition::Kind::derived;
      has.follows.push_back(need);
      has.rises = Condition::Rises::by_repair;  // a policy that is made again is attached to nobody
    }
  }
  document.having.has = add(std::move(has));
  document.having.lacks = add(std::move(lacks));
  attachments_[principal].push_back(document.having.has);
  return document.having;
}

// ---- decisions ------------------------------------------------------------------------------------------------------

std::vector<const DocumentEdit*> Permissions::tag_edits_of(Index component) const {
  std::vector<const DocumentEdit*> found;
  for (const DocumentEdit& e : edits_) {
    if (e.kind == DocumentEdit::Kind::tags && e.component == component) found.push_back(&e);
  }
  return found;
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

const iam::Policy* Permissions::own_document(Index component) {
  const TypeDef& type = *world_.part(component).type;
  if (!has_documents_ || !type.permissions || type.permissions->is_of_principal()) return nullptr;
  const auto [at, is_new] = own_documents_.try_emplace(component, nullptr);
  if (!is_new) return at->second;
  Things found(world_);
  world_.values(component, type.permissions->own, *found);
  if (found.empty() || !found.front().map()) return nullptr;
  input::Diagnostics mistakes;
  const iam::Policy* policy =
      documents_.read(*found.front().map(), iam::DocumentKind::resource, world_.part(component).name,
                      is_imported_ ? mistakes : *world_.diagnostics);
  return own_documents_[component] = policy && !is_left_open(*policy) ? policy : nullptr;
}

bool Permissions::is_guarded(Index component) {
  if (own_document(component)) return true;
  return std::any_of(edits_.begin(), edits_.end(), [&](const DocumentEdit& e) {
    return e.component == component && e.kind != DocumentEdit::Kind::tags;
  });
}

// As AWS keeps it when the caller has been made again: what names its ARN means the one before.
const iam::Policy* Permissions::without_caller(const iam::Policy& policy, const iam::Caller& caller) {
  iam::Policy stale = with_labels(policy);
  for (iam::Statement& s : stale.statements) {
    for (iam::Principal& p : s.principals) {
      if (p.kind == iam::Principal::Kind::arn && p.text == caller.arn) p = {iam::Principal::Kind::unique_id, "gone"};
    }
  }
  return edited_.keep(std::move(stale));
}

// Whether a policy of the component itself names the principal, which may be enough without a policy of its own.
bool Permissions::names(Index component, Index principal) {
  Things statements(world_);
  world_.values(component, "policy", *statements);
  return std::any_of(statements.begin(), statements.end(), [&](const Thing& statement) {
    if (statement.kind != Thing::Kind::component) return false;
    Things allowed(world_);
    world_.values(statement.component, "allows", *allowed);
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const Thing& t) { return t.kind == Thing::Kind::component && t.component == principal; });
  });
}

// That it names the present one.
std::vector<ConditionId> Permissions::naming(Index component, Index principal) {
  std::vector<ConditionId> found;
  Things statements(world_);
  world_.values(component, world_.part(component).type->permissions->statements, *statements);
  for (const Thing& statement : statements) {
    if (statement.kind != Thing::Kind::component) continue;
    Things allowed(world_);
    world_.values(statement.component, "allows", *allowed);
    const bool is_named = std::any_of(allowed.begin(), allowed.end(), [&](const Thing& t) {
      return t.kind == Thing::Kind::component && principal_of(t) == principal;
    });
    const Member valid = world_.member(statement.component, "valid");
    if (!is_named || valid.kind != MemberKind::condition) continue;
    const ConditionId id(world_.id(MemberKind::condition, statement.component, static_cast<Index>(valid.index)));
    if (id.is_set()) found.push_back(id);
  }
  return found;
}

Permissions::Verdict Permissions::verdict(Held& held, const iam::Request& request, Index component,
                                          const State& state) {
  Verdict result;
  const iam::Policy* own = own_document(component);
  const bool is_own_known = own != nullptr;
  if (own && state.is_broken) own = nullptr;
  if (own && state.is_stale) own = without_caller(*own, *request.caller);
  if (own) own = edited_.in_state(own, component, "", state.edits);

  iam::AppliedPolicies applied;
  std::vector<std::pair<const iam::Policy*, Document*>> documents;
  for (Document& d : held.documents) {
    const Index of = d.component == nothing ? held.caller.component : d.component;
    const std::string_view name = d.component == nothing ? std::string_view(d.name) : std::string_view();
    documents.emplace_back(edited_.in_state(d.policy, of, name, state.edits), &d);
  }
  for (const DocumentEdit* e : state.edits) {  // what is added where there was nothing
    if (e->kind != DocumentEdit::Kind::adds_statement) continue;
    const bool is_own = e->component == held.caller.component;
    const bool is_known = std::any_of(held.documents.begin(), held.documents.end(), [&](const Document& d) {
      return d.component == nothing && d.name == e->document;
    });
    if (is_own && !is_known) documents.emplace_back(&e->given, nullptr);
    if (e->component == component && !is_own_known) applied.resource.push_back(&e->given);
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
    if (!rests_on_known_keys(cited.it(), request)) {
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
      for (const iam::Policy*& policy : *list) policy = &loose.emplace_back(loosened(*policy, request, to_parts));
    }
    if (lenient.boundary) lenient.boundary = &loose.emplace_back(loosened(*lenient.boundary, request, to_parts));
    if (iam::evaluate(request, lenient).verdict != iam::Verdict::allowed) continue;
    result.is_allowed = true;
    result.taken_because = to_parts ? "it is allowed for a part of what is there"
                                    : "whether the conditions of what allows it hold is not known";
    return result;
  }
  std::vector<std::string> missing;
  for (const iam::PolicyClass c : decision.missing) missing.emplace_back(name_of(c));
  if (result.why.empty()) result.why = fmt::format("no {} allows it", fmt::join(missing, " and no "));
  return result;
}

std::vector<Permissions::Denial> Permissions::denials(Index principal, const iam::Request& request, Index component,
                                                      const EditState& state) {
  if (!speaks_of(Thing::of_component(principal))) return {};
  Held& own = held(principal);
  iam::Request call = request;
  call.caller = &caller_in(own, state);
  const Verdict found = verdict(own, call, component, {state, false, false});
  std::vector<Denial> list;
  if (!found.denied_by.empty()) {
    list.push_back({found.denied_by, found.denying_policy, found.statements.front(), {}});
    return list;
  }
  for (std::size_t i = 0; i < found.denying.size(); ++i) {
    list.push_back({std::string(name_of(iam::PolicyClass::identity)), found.denying[i]->name, found.statements[i],
                    having(principal, *found.denying[i]).lacks});
  }
  if (!found.is_allowed && list.empty()) list.push_back({std::string(name_of(iam::PolicyClass::identity)), "", "", {}});
  return list;
}

void Permissions::need(ConditionId condition, Needs& out) const {
  Need need;
  need.error = ErrorClass::denied;
  need.condition = condition;
  out.push_back(need);
}

// ---- needs ----------------------------------------------------------------------------------------------------------

// Somebody does one of the actions of a port.
struct Permissions::Call {
  Index who = nothing;
  Index component = nothing;
  const PortDef* port = nullptr;
  Held* held = nullptr;
  std::vector<std::string> actions;
  std::string resource;
  ErrorClass error = ErrorClass::denied;
  std::vector<ConditionId> grants;          // each is enough where no document allows it
  std::map<std::string, ConditionId> rows;  // by what they say and follow
};

std::vector<Permissions::Way> Permissions::ways(const Call& call, const State& state) {
  iam::Request asked = request(caller_in(*call.held, state.edits), call.component, call.resource, state.edits);
  if (call.port->is_forwarded) asked.keys.set("aws:ViaAWSService", "true");
  std::vector<Way> ways;
  for (const std::string& action : call.actions) {
    asked.action = action;
    Way way;
    way.verdict = verdict(*call.held, asked, call.component, state);
    for (const Objection& o : guards_.objections(asked)) {
      const auto& statements = o.guard->policy->statements;
      const auto found = std::find_if(statements.begin(), statements.end(), [&](const iam::Statement& s) {
        return o.guard->policy->label(static_cast<std::size_t>(&s - statements.data())) == o.statement;
      });
      if (found != statements.end() && !rests_on_known_keys(*found, asked)) {
        way.verdict.taken_because = fmt::format("whether the condition of statement {} of {} holds is not known",
                                                o.statement, o.guard->policy->name);
        continue;
      }
      way.is_stopped = way.is_stopped || o.guard->is_attached;
      way.objections.push_back(o);
    }
    ways.push_back(std::move(way));
  }
  return ways;
}

Needs Permissions::needs_in(Call& call, const State& state, bool is_first) {
  const std::vector<Way> all = ways(call, state);
  const auto goes = [](const Way& w) {
    return w.verdict.is_allowed && w.verdict.denying.empty() && w.verdict.denied_by.empty() && !w.is_stopped;
  };
  // Of several calls it is taken to make the first that something allows.
  auto chosen = std::find_if(all.begin(), all.end(), [](const Way& w) { return !w.verdict.allowing.empty(); });
  if (chosen == all.end() && call.held->is_whole) chosen = std::find_if(all.begin(), all.end(), goes);
  if (chosen == all.end()) chosen = all.begin();
  const Way& way = *chosen;
  const std::string& action = call.actions[static_cast<std::size_t>(chosen - all.begin())];
  const std::string& on = world_.part(call.component).name;
  const std::string& name = world_.part(call.who).name;
  Needs out;

  const std::string id = fmt::format("{}/may {} on {}", name, action, on);
  const auto put = [&](std::string wanted, std::string says, Needs follows, bool is_false = false) {
    std::string key = fmt::format("{}\n{}\n{}", wanted, says, is_false);
    for (const Need& n : follows) {
      key += fmt::format("\n{}", n.condition.value);
      for (const ConditionId a : n.alternatives) key += fmt::format(" {}", a.value);
    }
    ConditionId& known = call.rows[key];
    if (!known.is_set()) {
      int& count = known_[wanted];
      Condition row;
      row.label = written(++count == 1 ? wanted : fmt::format("{}#{}", wanted, count), std::move(says));
      row.component = ComponentId(call.who);
      row.kind = is_false ? Condition::Kind::free : Condition::Kind::derived;
      row.initially = !is_false;
      row.error = call.error;
      row.fact = fact;
      row.follows = std::move(follows);
      row.symptoms =
          std::vector<Symptom>{{SymptomKind::error,
                                fmt::format("AccessDenied: {} is not authorized to perform {}", name, action),
                                {},
                                {},
                                false,
                                fact}};
      known = add(std::move(row));
    }
    need(known, out);
  };
  for (const Objection& o : way.objections) {
    put(fmt::format("{}, {}", id, o.guard->policy->name),
        fmt::format("the {} {}{} lets {} do {} on {}", name_of(o.guard->by), o.guard->policy->name,
                    o.statement.empty() ? "" : fmt::format(" (statement {})", o.statement), name, action, on),
        guards_.away(*o.guard));
  }
  for (Document* d : way.verdict.denying) {
    Needs follows;
    need(having(call.who, *d).lacks, follows);
    put(fmt::format("{}, {}", id, d->name), fmt::format("the policy {} lets {} do {} on {}", d->name, name, action, on),
        std::move(follows));
  }
  const auto any_of = [&](const std::vector<ConditionId>& conditions) {
    Need any;
    any.error = call.error;
    any.condition = conditions.front();
    for (std::size_t i = 1; i < conditions.size(); ++i) any.alternatives.push_back(conditions[i]);
    return Needs{any};
  };
  const std::string says = fmt::format(
      "a policy {} lets it do {} on {}",
      own_document(call.component) ? fmt::format("of {} or of {}", name, on) : fmt::format("of {}", name), action, on);
  bool is_granted = false;
  if (!way.verdict.denied_by.empty()) {
    put(id,
        fmt::format("the {} {} lets {} do {} on {}", way.verdict.denied_by, way.verdict.denying_policy, name, action,
                    on),
        {}, true);
  } else if (!way.verdict.allowing.empty()) {
    std::vector<ConditionId> conditions;
    for (Document* d : way.verdict.allowing) conditions.push_back(having(call.who, *d).has);
    conditions.insert(conditions.end(), call.grants.begin(), call.grants.end());
    put(id, says, any_of(conditions));
  } else if (!way.verdict.is_allowed && !call.grants.empty()) {
    put(id, fmt::format("a grant lets {} do {} on {}", name, action, on), any_of(call.grants));
    is_granted = true;
  } else if (!way.verdict.is_allowed) {
    put(id, says, {}, true);
  }
  if (!is_first) return out;
  if (!goes(way) && !is_granted) {
    std::string why = way.verdict.why;
    for (const Objection& o : way.objections) {
      if (!o.guard->is_attached) continue;
      why = fmt::format(
          "the {} {}{}", name_of(o.guard->by), o.guard->policy->name,
          o.statement.empty() ? " does not allow it" : fmt::format(", statement {}, denies it", o.statement));
    }
    denied_.push_back(
        {call.who, call.component, fmt::format("{} may not {} on {} from the start: {}.", name, action, on, why)});
  } else if (!way.verdict.taken_because.empty()) {
    taken_.push_back(
        {call.who, call.component,
         fmt::format("{} is taken to be allowed {} on {}: {}.", name, action, on, way.verdict.taken_because)});
  }
  return out;
}

void Permissions::write(const Thing& principal, Index component, const PortDef& port, Needs& out) {
  Call call;
  call.who = principal_of(principal);
  if (call.who == nothing || (!speaks_of(principal) && !is_guarded(component))) return;
  call.actions = port.actions;
  if (!port.actions_in.empty()) {
    Things listed(world_);
    world_.values(component, port.actions_in, *listed);
    for (const Thing& t : listed) call.actions.emplace_back(t.text());
  }
  if (call.actions.empty()) return;
  call.component = component;
  call.port = &port;
  call.held = &held(call.who);
  if (port.is_right) call.error = ErrorClass::key;
  const Text& resource = port.resource.empty() ? world_.part(component).type->arn : port.resource;
  call.resource = world_.text(resource, of_component(component));
  if (port.granted_by) {
    Things found(world_);
    Scope scope = of_component(component);
    scope.caller = &principal;
    world_.follow(*port.granted_by, scope, *found);
    for (const Thing& t : found) {
      const ConditionId id(t.kind == Thing::Kind::condition ? world_.id(MemberKind::condition, t.component, t.index)
                                                            : nothing);
      if (id.is_set()) call.grants.push_back(id);
    }
  }

  std::vector<const DocumentEdit*> edits = edits_of(call.who);
  if (component != call.who) {
    for (const DocumentEdit& e : edits_) {
      if (e.component == component) edits.push_back(&e);
    }
  }
  if (edits.size() > most_edits) {
    world_.diagnostics->error(
        {},
        fmt::format("{} faults change what {} may do on {}, of which {} can be told apart; make them fewer, or write "
                    "what they change in one",
                    edits.size(), world_.part(call.who).name, world_.part(component).name, most_edits));
    edits.resize(most_edits);
  }
  // What can have changed, each with what holds while it has not, and while it has.
  struct Change {
    std::vector<ConditionId> undone;
    ConditionId done = {};
    const DocumentEdit* edit = nullptr;
    bool State::*flag = nullptr;
  };
  std::vector<Change> changes;
  for (const DocumentEdit* e : edits) changes.push_back({{e->undone}, e->done, e});
  if (own_document(component)) {
    const std::vector<ConditionId> named = naming(component, call.who);
    if (!named.empty()) changes.push_back({named, {}, nullptr, &State::is_stale});
    const Member intact = world_.member(component, world_.part(component).type->permissions->intact);
    const ConditionId id(intact.kind == MemberKind::condition
                             ? world_.id(MemberKind::condition, component, static_cast<Index>(intact.index))
                             : nothing);
    if (id.is_set()) changes.push_back({{id}, {}, nullptr, &State::is_broken});
  }
  const std::size_t count = std::size_t{1} << changes.size();
  const auto has = [](std::size_t state, std::size_t change) { return (state >> change & 1U) != 0; };
  std::vector<Needs> needed;
  needed.reserve(count);
  for (std::size_t s = 0; s < count; ++s) {
    State state;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (!has(s, i)) continue;
      if (changes[i].edit)
        state.edits.push_back(changes[i].edit);
      else
        state.*changes[i].flag = true;
    }
    needed.push_back(needs_in(call, state, s == 0));
  }
  const auto asks = [&](std::size_t state, ConditionId wanted) {
    return std::any_of(needed[state].begin(), needed[state].end(),
                       [&](const Need& n) { return n.condition == wanted; });
  };
  std::vector<std::size_t> order(count);  // fewest changes first
  for (std::size_t s = 0; s < count; ++s) order[s] = s;
  std::stable_sort(order.begin(), order.end(),
                   [](std::size_t a, std::size_t b) { return std::popcount(a) < std::popcount(b); });
  std::set<ConditionId> told;
  for (const std::size_t first : order) {
    for (const Need& n : needed[first]) {
      if (!told.insert(n.condition).second) continue;
      std::vector<bool> covered(count, false);
      for (const std::size_t s : order) {
        if (covered[s] || !asks(s, n.condition)) continue;
        // Whatever else changes: asked for from these changes on.
        bool is_from_here_on = true;
        for (std::size_t t = 0; t < count; ++t) {
          if ((t & s) == s && !asks(t, n.condition)) is_from_here_on = false;
        }
        for (std::size_t t = 0; t < count; ++t) {
          if (t == s || (is_from_here_on && (t & s) == s)) covered[t] = true;
        }
        std::vector<ConditionId> unless;
        for (std::size_t i = 0; i < changes.size(); ++i) {
          if (has(s, i)) unless.insert(unless.end(), changes[i].undone.begin(), changes[i].undone.end());
        }
        const Condition& row = system_->conditions[n.condition];
        const bool is_never = row.kind == Condition::Kind::free && !row.initially;
        if (!is_never || unless.empty()) unless.push_back(n.condition);
        for (std::size_t i = 0; i < changes.size() && !is_from_here_on; ++i) {
          if (!has(s, i) && changes[i].done.is_set()) unless.push_back(changes[i].done);
        }
        need_any(call, n, unless, out);
      }
    }
  }
}

// One of the conditions has to hold, as what `wanted` says.
void Permissions::need_any(const Call& call, const Need& wanted, const std::vector<ConditionId>& conditions,
                           Needs& out) {
  if (conditions.size() == 1 && conditions.front() == wanted.condition) {
    out.push_back(wanted);
    return;
  }
  Need any;
  any.error = call.error;
  any.condition = conditions.front();
  for (std::size_t i = 1; i < conditions.size(); ++i) any.alternatives.push_back(conditions[i]);
  const WrittenLabel label = system_->conditions[wanted.condition].label;
  const std::string name = fmt::format("{}, as it is", label->name);
  int& known = known_[name];
  Condition row;
  row.label = written(++known == 1 ? name : fmt::format("{}#{}", name, known), label->says);
  row.component = ComponentId(call.who);
  row.kind = Condition::Kind::derived;
  row.error = call.error;
  row.fact = fact;
  row.follows = {any};
  row.symptoms = system_->conditions[wanted.condition].symptoms;
  need(add(std::move(row)), out);
}

// ---- what faults change ---------------------------------------------------------------------------------------------

namespace {

std::string key_of(const ActionRequest& request) {
  std::string key = request.component + '\n' + request.verb;
  std::vector<std::string> parameters;
  for (const auto& [name, value] : request.parameters) parameters.push_back(name + '=' + json_of(value));
  std::sort(parameters.begin(), parameters.end());
  for (const std::string& p : parameters) key += '\n' + p;
  return key;
}

const Value* given(const ActionRequest& request, const std::string& name) {
  const auto found = std::find_if(request.parameters.begin(), request.parameters.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == request.parameters.end() ? nullptr : &found->second;
}

}  // namespace

const DocumentEdit* Permissions::find_edit(const ActionRequest& request) const {
  const auto found = edit_of_request_.find(key_of(request));
  return found == edit_of_request_.end() ? nullptr : found->second;
}

std::vector<const DocumentEdit*> Permissions::edits_of(Index principal) {
  std::vector<const DocumentEdit*> found;
  for (const DocumentEdit& e : edits_) {
    const Held& own = held(principal);
    const bool is_managed = std::any_of(own.documents.begin(), own.documents.end(), [&](const Document& d) {
      return d.component != nothing && d.component == e.component;
    });
    if (e.component == principal || is_managed || (own.boundary && own.boundary_of == e.component)) found.push_back(&e);
  }
  return found;
}

void Permissions::prepare(const std::vector<ActionRequest>& requests) {
  for (const ActionRequest& request : requests) {
    const Index c = world_.find(request.component);
    const FaultDef* fault = c == nothing ? nullptr : std::as_const(*world_.part(c).type).find_fault(request.verb);
    if (!fault || !fault->edits() || edit_of_request_.count(key_of(request)) != 0) continue;
    std::optional<DocumentEdit> edit = edit_of(request, c, *fault);
    if (!edit) continue;
    add_conditions(*edit, request.verb);
    edit_of_request_[key_of(request)] = &edits_.emplace_back(std::move(*edit));
  }
}

// Which document is meant; false after a message.
bool Permissions::find_document(const ActionRequest& request, const Value* named, DocumentEdit& edit,
                                const iam::Policy*& base) {
  const Part& part = world_.part(edit.component);
  const TypeDef& type = *part.type;
  if (!type.permissions || !type.permissions->is_of_principal()) {  // its own
    if (type.permissions) {
      base = own_document(edit.component);
    } else {
      const AttributeDef* attribute = document_attribute(type);
      Things found(world_);
      if (attribute) world_.values(edit.component, attribute->name, *found);
      if (!found.empty() && found.front().map()) {
        base = documents_.read(*found.front().map(), iam::DocumentKind::identity, part.name, *world_.diagnostics);
      }
    }
    if (base || edit.kind == DocumentEdit::Kind::adds_statement) return true;
    world_.diagnostics->error(request.at,
                              fmt::format("'{}' has no policy document in the inventory to change", part.name));
    return false;
  }
  Held& own = held(edit.component);
  std::vector<std::string_view> known;
  for (const Document& d : own.documents) known.emplace_back(d.name);
  const Document* document = nullptr;
  for (const Document& d : own.documents) {
    if (named ? d.name == named->text : own.documents.size() == 1) document = &d;
  }
  if (edit.kind == DocumentEdit::Kind::adds_statement && (!named || !document)) {
    edit.document = named ? named->text : "";  // a new one
    return true;
  }
  if (!document && named) {
    world_.diagnostics->error(named->at(), fmt::format("'{}' has no policy document '{}'{}", part.name, named->text,
                                                       input::did_you_mean(named->text, known)));
    return false;
  }
  if (!document) {
    world_.diagnostics->error(
        request.at, own.documents.empty()
                        ? fmt::format("'{}' has no policy document in the inventory to change", part.name)
                        : fmt::format("'{}' has several policy documents; say which with `policy`: {}", part.name,
                                      fmt::join(known, ", ")));
    return false;
  }
  base = document->policy;
  if (document->component != nothing) edit.component = document->component;
  edit.document = document->component == nothing ? document->name : "";
  return true;
}

std::optional<DocumentEdit> Permissions::edit_of(const ActionRequest& request, Index component, const FaultDef& fault) {
  using Parameter = FaultDef::Parameter;
  const Parameter* what = nullptr;
  const Value* named = nullptr;
  for (const Parameter& p : fault.with) {
    if (p.edit != Parameter::Edit::none) what = &p;
    if (p.is_document) named = given(request, p.name);
  }
  const Value* value = given(request, what->name);
  if (!value) {
    world_.diagnostics->error(request.at, fmt::format("`{}` needs `{}`: what it changes in '{}'", request.verb,
                                                      what->name, request.component));
    return std::nullopt;
  }
  DocumentEdit edit;
  edit.component = component;
  edit.fault = &fault;
  const auto is_identity = [&](Index c) {
    const auto& def = world_.part(c).type->permissions;
    return !def || def->is_of_principal();
  };
  const iam::Policy* base = nullptr;
  switch (what->edit) {
    case Parameter::Edit::none: return std::nullopt;
    case Parameter::Edit::sets_tags:
      if (value->kind != Value::Kind::map || value->children.empty()) {
        world_.diagnostics->error(value->at(), "tags are a map of texts, as in { deletable: \"true\" }");
        return std::nullopt;
      }
      for (const Value& tag : value->children) edit.tags.emplace_back(tag.key, tag.text);
      return edit;
    case Parameter::Edit::removes_tags: {
      const Resource* row = world_.part(component).resource;
      const Value* tags = row ? row->attributes.find("tags") : nullptr;
      std::vector<std::string_view> known;
      for (std::size_t i = 0; tags && i < tags->children.size(); ++i) known.emplace_back(tags->children[i].key);
      for (const DocumentEdit* other : tag_edits_of(component)) {
        for (const auto& [key, set] : other->tags) known.emplace_back(key);
      }
      const std::vector<Value> one{*value};
      for (const Value& key : value->kind == Value::Kind::list ? value->children : one) {
        if (std::find(known.begin(), known.end(), key.text) == known.end()) {
          world_.diagnostics->error(key.at(), fmt::format("'{}' has no tag '{}'{}", request.component, key.text,
                                                          input::did_you_mean(key.text, known)));
          return std::nullopt;
        }
        edit.tags.emplace_back(key.text, std::nullopt);
      }
      return edit;
    }
    case Parameter::Edit::removes_statement: {
      edit.kind = DocumentEdit::Kind::removes_statement;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      std::vector<std::string> labels;
      for (std::size_t i = 0; i < base->statements.size(); ++i) {
        labels.push_back(base->label(i));
        const bool is_meant = labels[i] == value->text || value->text == fmt::format("#{}", i + 1) ||
                              value->text == fmt::to_string(i + 1);
        if (is_meant && edit.statement.empty()) edit.statement = labels[i];
      }
      if (!edit.statement.empty()) return edit;
      const std::string hint = input::did_you_mean(value->text, {labels.begin(), labels.end()});
      world_.diagnostics->error(
          value->at(),
          fmt::format("the policy {} has no statement '{}'{}", edit.document.empty() ? base->name : edit.document,
                      value->text, hint.empty() ? fmt::format("; it has {}", fmt::join(labels, ", ")) : hint));
      return std::nullopt;
    }
    case Parameter::Edit::adds_statement: {
      edit.kind = DocumentEdit::Kind::adds_statement;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      Value& whole = statements_.emplace_back(Value::map());
      whole.file = value->file;
      whole.offset = value->offset;
      whole.set("Version", "2012-10-17");
      whole.set("Statement", *value);
      const auto kind = is_identity(edit.component) ? iam::DocumentKind::identity : iam::DocumentKind::resource;
      const iam::Policy* read = documents_.read(whole, kind, what->name, *world_.diagnostics);
      if (!read) return std::nullopt;
      edit.given = *read;
      edit.given.name = edit.document.empty() ? "that was added" : edit.document;
      if (!edit.given.statements.empty()) edit.statement = edit.given.label(0);
      return edit;
    }
    case Parameter::Edit::replaces_document: {
      edit.kind = DocumentEdit::Kind::replaces_document;
      if (!find_document(request, named, edit, base)) return std::nullopt;
      const auto kind = is_identity(edit.component) ? iam::DocumentKind::identity : iam::DocumentKind::resource;
      const iam::Policy* read = documents_.read(*value, kind, what->name, *world_.diagnostics);
      if (!read) return std::nullopt;
      edit.given = *read;
      return edit;
    }
  }
  return std::nullopt;
}

void Permissions::add_conditions(DocumentEdit& edit, const std::string& verb) {
  const std::string& name = world_.part(edit.component).name;
  const std::string policy = edit.document.empty() ? fmt::format("the policy of {}", name)
                                                   : fmt::format("the policy {} of {}", edit.document, name);
  std::string done, undone;
  switch (edit.kind) {
    case DocumentEdit::Kind::removes_statement:
      undone = fmt::format("{} has its statement {}", policy, edit.statement);
      done = fmt::format("{} is without its statement {}", policy, edit.statement);
      break;
    case DocumentEdit::Kind::adds_statement:
      undone = fmt::format("{} is without the new statement {}", policy, edit.statement);
      done = fmt::format("{} has the new statement {}", policy, edit.statement);
      break;
    case DocumentEdit::Kind::replaces_document:
      undone = fmt::format("{} is as it was", policy);
      done = fmt::format("{} is another", policy);
      break;
    case DocumentEdit::Kind::tags: {
      std::vector<std::string> keys;
      for (const auto& [key, value] : edit.tags) keys.push_back(key);
      undone = fmt::format("the tag {} of {} is as it was", fmt::join(keys, ", "), name);
      done = fmt::format("the tag {} of {} has been changed", fmt::join(keys, ", "), name);
      break;
    }
  }
  const auto row = [&](std::string says, std::string_view what, bool initially) {
    Condition c;
    const std::string wanted = fmt::format("{}/{} {}", name, verb, what);
    int& count = known_[wanted];
    c.label = written(++count == 1 ? wanted : fmt::format("{}#{}", wanted, count), std::move(says));
    c.component = ComponentId(edit.component);
    c.initially = initially;
    c.error = ErrorClass::denied;
    c.fact = fact;
    return add(std::move(c));
  };
  edit.undone = row(std::move(undone), "undone", true);
  edit.done = row(std::move(done), "done", false);
}

}  // namespace moshimo::models
