#include "models/permissions.hpp"

#include <algorithm>
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

// The same policies without what restricts their permissions by conditions.
iam::Policy without_conditions(const iam::Policy& policy, const iam::Request& request) {
  iam::Policy loose = policy;
  for (iam::Statement& s : loose.statements) {
    if (!s.is_deny && !rests_on_known_keys(s, request)) s.conditions.clear();
  }
  return loose;
}

// Allows it for a part of the resource: the objects under a prefix.
bool allows_part(const iam::Policy& policy, const iam::Request& request) {
  std::string_view whole = request.resource;
  if (constexpr std::string_view object = "/object"; whole.ends_with(object)) whole.remove_suffix(object.size());
  iam::Policy loose = policy;
  bool is_for_part = false;
  for (std::size_t i = 0; i < loose.statements.size(); ++i) {
    iam::Statement& s = loose.statements[i];
    const std::vector<std::string> words = words_of(policy, i, {"Resource"});
    const bool is_part = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      if (word.size() <= whole.size() || !word.starts_with(whole)) return false;
      const char next = word[whole.size()];  // a secret has six more letters behind its name
      return next == '/' || next == ':' || (next == '-' && whole.find(":secret:") != std::string_view::npos);
    });
    if (s.is_deny || !is_part) continue;
    s.resources.clear();
    is_for_part = true;
  }
  if (!is_for_part) return false;
  iam::AppliedPolicies only;
  only.identity = {&loose};
  iam::Request own = request;
  own.resource_account = request.caller->account;
  return iam::evaluate(own, only).verdict == iam::Verdict::allowed;
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
    if (part.type->permissions) {
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
  if (!type.permissions) {
    held.is_whole = false;
    return;
  }
  const PermissionsDef& def = *type.permissions;
  // A document with places that are still to be filled in is as good as none.
  const auto read = [&](const Value& value, const std::string& name) -> const iam::Policy* {
    input::Diagnostics mistakes;
    const iam::Policy* policy =
        documents_.read(value, iam::DocumentKind::identity, name, is_imported_ ? mistakes : *world_.diagnostics);
    const bool is_open = policy && policy->file->text().find('<') != std::string_view::npos;
    return is_open ? nullptr : policy;
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
  }
  if (held.documents.empty()) held.is_whole = false;
}

bool Permissions::speaks_of(const Thing& principal) {
  if (principal.kind != Thing::Kind::component || (!has_documents_ && !guards_.are_there())) return false;
  const auto [at, is_new] = principals_.emplace(principal.component, nothing);
  if (is_new) at->second = caller_of(world_, principal.component).component;
  if (at->second == nothing) return false;
  return guards_.are_there() || !held(at->second).documents.empty() || held(at->second).boundary;
}

bool Permissions::knows_all_of(Index principal) {
  return has_documents_ && speaks_of(Thing::of_component(principal)) && held(principals_[principal]).is_whole;
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

iam::Request Permissions::request(const Held& held, Index component, const std::string& resource) const {
  iam::Request request;
  request.caller = &held.caller.caller;
  request.resource = resource.empty() ? "*" : resource;
  request.resource_account = world_.account_of(component);
  request.keys.set("aws:RequestedRegion", world_.region_of(component));
  const Resource* row = world_.part(component).resource;
  const Value* tags = row && world_.part(component).parent == nothing ? row->attributes.find("tags") : nullptr;
  if (tags) {
    for (const Value& tag : tags->children) request.keys.set("aws:ResourceTag/" + tag.key, tag.text);
  }
  return request;
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

Permissions::Verdict Permissions::verdict(Held& held, const iam::Request& request, Index component) {
  Verdict result;
  if (held.documents.empty() && !held.boundary) {
    result.is_allowed = true;
    return result;
  }
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
  iam::AppliedPolicies applied;
  applied.resource = {&grant->second};
  applied.boundary = held.boundary;
  for (const Document& d : held.documents) applied.identity.push_back(d.policy);
  if (!held.is_whole) applied.identity.push_back(&allows_everything());

  const auto document_of = [&](const iam::Policy* policy) -> Document* {
    const auto found = std::find_if(held.documents.begin(), held.documents.end(),
                                    [&](const Document& d) { return d.policy == policy; });
    return found == held.documents.end() ? nullptr : &*found;
  };
  iam::Decision decision = iam::evaluate(request, applied);
  for (int round = 0; decision.verdict == iam::Verdict::explicit_deny && round < 100; ++round) {
    for (const iam::Cited& cited : decision.because) {
      if (!rests_on_known_keys(cited.it(), request)) {
        result.taken_because = fmt::format("whether the condition of statement {} of {} holds is not known",
                                           cited.policy->label(cited.statement), cited.policy->name);
      } else if (cited.by == iam::PolicyClass::boundary) {
        result.is_by_boundary = true;
        result.statements = {cited.policy->label(cited.statement)};
        result.why = fmt::format("the {} {}, statement {}, denies it", name_of(cited.by), cited.policy->name,
                                 cited.policy->label(cited.statement));
      } else if (Document* d = document_of(cited.policy)) {
        if (std::find(result.denying.begin(), result.denying.end(), d) == result.denying.end()) {
          result.denying.push_back(d);
          result.statements.push_back(cited.policy->label(cited.statement));
          result.why = fmt::format("the {} {}, statement {}, denies it", name_of(cited.by), d->name,
                                   cited.policy->label(cited.statement));
        }
      }
      std::erase(applied.identity, cited.policy);
      if (applied.boundary == cited.policy) applied.boundary = nullptr;
    }
    if (result.is_by_boundary) return result;  // for good
    decision = iam::evaluate(request, applied);
  }
  if (decision.verdict == iam::Verdict::allowed) {
    result.is_allowed = true;
    if (!held.is_whole) return result;
    for (const iam::Cited& cited : decision.because) {
      Document* d = cited.by == iam::PolicyClass::identity ? document_of(cited.policy) : nullptr;
      if (d && std::find(result.allowing.begin(), result.allowing.end(), d) == result.allowing.end()) {
        result.allowing.push_back(d);
      }
    }
    return result;
  }
  std::erase(decision.missing, iam::PolicyClass::resource);  // that of the component is not asked here
  const bool lacks_own =
      std::find(decision.missing.begin(), decision.missing.end(), iam::PolicyClass::identity) != decision.missing.end();
  if (lacks_own && decision.missing.size() == 1 && names(component, held.caller.component)) {
    result.is_allowed = true;  // by the policy of the component, whose loss is told there
    return result;
  }
  // What may be allowed under circumstances that are not known, or for a part of it, is taken as allowed.
  std::vector<iam::Policy> loose;
  loose.reserve(applied.identity.size() + 1);
  iam::AppliedPolicies lenient = applied;
  for (const iam::Policy*& policy : lenient.identity)
    policy = &loose.emplace_back(without_conditions(*policy, request));
  if (lenient.boundary) lenient.boundary = &loose.emplace_back(without_conditions(*lenient.boundary, request));
  if (iam::evaluate(request, lenient).verdict == iam::Verdict::allowed) {
    result.is_allowed = true;
    result.taken_because = "whether the conditions of what allows it hold is not known";
    return result;
  }
  if (std::any_of(applied.identity.begin(), applied.identity.end(),
                  [&](const iam::Policy* p) { return allows_part(*p, request); })) {
    result.is_allowed = true;
    result.taken_because = "it is allowed for a part of what is there";
    return result;
  }
  std::vector<std::string> missing;
  for (const iam::PolicyClass c : decision.missing) missing.emplace_back(name_of(c));
  if (result.why.empty()) result.why = fmt::format("no {} allows it", fmt::join(missing, " and no "));
  return result;
}

std::vector<Permissions::Denial> Permissions::denials(Index principal, const iam::Request& request, Index component) {
  if (!speaks_of(Thing::of_component(principal))) return {};
  Held& own = held(principal);
  const Verdict found = verdict(own, request, component);
  std::vector<Denial> list;
  if (found.is_by_boundary) {
    list.push_back(
        {std::string(name_of(iam::PolicyClass::boundary)), own.boundary->name, found.statements.front(), {}});
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

void Permissions::write(const Thing& principal, Index component, const PortDef& port, Needs& out) {
  if (!speaks_of(principal)) return;
  std::vector<std::string> actions = port.actions;
  if (!port.actions_in.empty()) {
    Things listed(world_);
    world_.values(component, port.actions_in, *listed);
    for (const Thing& t : listed) actions.emplace_back(t.text());
  }
  if (actions.empty()) return;
  const Index who = principals_[principal.component];
  Held& own = held(who);
  const Text& resource = port.resource.empty() ? world_.part(component).type->arn : port.resource;
  iam::Request call = request(own, component, world_.text(resource, of_component(component)));
  if (port.is_forwarded) call.keys.set("aws:ViaAWSService", "true");
  struct Way {
    Verdict verdict;
    std::vector<Objection> objections;
    bool is_stopped = false;
  };
  // Of several calls it is taken to make the first that something allows.
  std::vector<Way> ways;
  std::size_t chosen = 0;
  for (const std::string& action : actions) {
    call.action = action;
    Way way;
    way.verdict = verdict(own, call, component);
    for (const Objection& o : guards_.objections(call)) {
      const auto& statements = o.guard->policy->statements;
      const auto found = std::find_if(statements.begin(), statements.end(), [&](const iam::Statement& s) {
        return o.guard->policy->label(static_cast<std::size_t>(&s - statements.data())) == o.statement;
      });
      if (found != statements.end() && !rests_on_known_keys(*found, call)) {
        way.verdict.taken_because = fmt::format("whether the condition of statement {} of {} holds is not known",
                                                o.statement, o.guard->policy->name);
        continue;
      }
      way.is_stopped = way.is_stopped || o.guard->is_attached;
      way.objections.push_back(o);
    }
    ways.push_back(std::move(way));
  }
  const auto goes = [](const Way& w) { return w.verdict.is_allowed && w.verdict.denying.empty() && !w.is_stopped; };
  const auto first = std::find_if(ways.begin(), ways.end(), [](const Way& w) { return !w.verdict.allowing.empty(); });
  if (first != ways.end()) chosen = static_cast<std::size_t>(first - ways.begin());
  const Way& way = ways[chosen];
  const std::string& action = actions[chosen];
  const std::string& on = world_.part(component).name;
  const std::string& name = world_.part(who).name;

  const auto condition = [&](std::string id, std::string says) {
    Condition row;
    row.label = written(std::move(id), std::move(says));
    row.component = ComponentId(who);
    row.kind = Condition::Kind::derived;
    row.error = ErrorClass::denied;
    row.fact = fact;
    row.symptoms = std::vector<Symptom>{{SymptomKind::error,
                                         fmt::format("AccessDenied: {} is not authorized to perform {}", name, action),
                                         {},
                                         {},
                                         false,
                                         fact}};
    return row;
  };
  const std::string id = fmt::format("{}/may {} on {}", name, action, on);
  const auto unique = [&](std::string wanted) {
    int& count = known_[wanted];
    return ++count == 1 ? wanted : fmt::format("{}#{}", wanted, count);
  };
  for (const Objection& o : way.objections) {
    Condition row = condition(
        unique(fmt::format("{}, {}", id, o.guard->policy->name)),
        fmt::format("the {} {}{} lets {} do {} on {}", name_of(o.guard->by), o.guard->policy->name,
                    o.statement.empty() ? "" : fmt::format(" (statement {})", o.statement), name, action, on));
    row.follows = guards_.away(*o.guard);
    need(add(std::move(row)), out);
  }
  for (Document* d : way.verdict.denying) {
    Condition row = condition(unique(fmt::format("{}, {}", id, d->name)),
                              fmt::format("the policy {} lets {} do {} on {}", d->name, name, action, on));
    need(having(who, *d).lacks, row.follows);
    need(add(std::move(row)), out);
  }
  const std::vector<Document*>& allowing = way.verdict.allowing;
  if (!allowing.empty()) {
    Condition row = condition(unique(id), fmt::format("a policy of {} lets it do {} on {}", name, action, on));
    Need any;
    any.error = ErrorClass::denied;
    for (Document* d : allowing) {
      const ConditionId has = having(who, *d).has;
      if (!any.condition.is_set())
        any.condition = has;
      else
        any.alternatives.push_back(has);
    }
    row.follows.push_back(std::move(any));
    need(add(std::move(row)), out);
  } else if (!way.verdict.is_allowed) {
    Condition row = condition(unique(id), fmt::format("a policy of {} lets it do {} on {}", name, action, on));
    row.kind = Condition::Kind::free;
    row.initially = false;
    need(add(std::move(row)), out);
  }
  if (!goes(way)) {
    std::string why = way.verdict.why;
    for (const Objection& o : way.objections) {
      if (!o.guard->is_attached) continue;
      why = fmt::format(
          "the {} {}{}", name_of(o.guard->by), o.guard->policy->name,
          o.statement.empty() ? " does not allow it" : fmt::format(", statement {}, denies it", o.statement));
    }
    denied_.push_back({who, component, fmt::format("{} may not {} on {} from the start: {}.", name, action, on, why)});
  } else if (!way.verdict.taken_because.empty()) {
    taken_.push_back(
        {who, component,
         fmt::format("{} is taken to be allowed {} on {}: {}.", name, action, on, way.verdict.taken_because)});
  }
}

}  // namespace moshimo::models
