#include "models/permissions.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models {
namespace {

// A document with places that are still to be filled in, elsewhere than in what it is about, is as good as none.
bool is_left_open(const iam::Policy& policy) {
  const std::string_view text = policy.file->text();
  auto open = std::count(text.begin(), text.end(), '<');
  for (const iam::Statement& s : policy.statements) {
    for (const std::string& word : s.resource_words) open -= std::count(word.begin(), word.end(), '<');
  }
  return open > 0;
}

}  // namespace

const AttributeDef* document_attribute(const TypeDef& type) {
  const auto found = std::find_if(type.attributes.begin(), type.attributes.end(),
                                  [](const AttributeDef& a) { return a.kind == AttributeDef::Kind::policy; });
  return found == type.attributes.end() ? nullptr : &*found;
}

Permissions::Permissions(World& world, System& system, Documents& documents, Guards& guards, bool is_imported)
    : world_(world), system_(&system), documents_(documents), guards_(guards), is_imported_(is_imported) {
  // Whether there is any document at all, told by what is written.
  for (const Part& part : world.parts()) {
    if (has_documents_ || !part.resource || part.parent != nothing) continue;
    const Value& written = part.resource->attributes;
    if (const auto& def = part.type->permissions) {
      const Value* inline_ones = def->inline_ones.empty() ? nullptr : written.find(def->inline_ones);
      has_documents_ = (inline_ones && !inline_ones->children.empty()) || (!def->own.empty() && written.find(def->own));
    } else if (const AttributeDef* document = part.type->guards ? nullptr : document_attribute(*part.type)) {
      has_documents_ = written.find(document->name) != nullptr;
    }
  }
}

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
  return std::any_of(edits_.begin(), edits_.end(),
                     [&](const DocumentEdit& e) { return e.component == who && !is_own(e); });
}

bool Permissions::ask_for(std::string_view key, Index principal, Index component) {
  const std::string lower_key = iam::lower_case(key);
  const auto asks = [&](const iam::Policy* policy) { return policy && policy->asks_for(lower_key); };
  if (std::any_of(guards_.all().begin(), guards_.all().end(), [&](const Guard& g) { return asks(g.policy); }) ||
      std::any_of(edits_.begin(), edits_.end(), [&](const DocumentEdit& e) { return asks(&e.given); }) ||
      asks(own_document(component))) {
    return true;
  }
  if (principal == nothing || !speaks_of(Thing::of_component(principal))) return false;
  const Held& held = this->held(principal_of(Thing::of_component(principal)));
  return asks(held.boundary) ||
         std::any_of(held.documents.begin(), held.documents.end(), [&](const Document& d) { return asks(d.policy); });
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

DocumentEdits Permissions::tag_edits_of(Index component) const {
  DocumentEdits found;
  for (const DocumentEdit& e : edits_) {
    if (e.kind == DocumentEdit::Kind::tags && e.component == component) found.push_back(&e);
  }
  return found;
}

iam::DocumentKind Permissions::own_kind(const TypeDef& type) {
  return type.permissions && type.permissions->is_of_principal() ? iam::DocumentKind::trust
                                                                 : iam::DocumentKind::resource;
}

std::string_view Permissions::own_name(Index component) const {
  return own_kind(*world_.part(component).type) == iam::DocumentKind::trust ? trust_policy : std::string_view();
}

const iam::Policy* Permissions::own_document(Index component) {
  const TypeDef& type = *world_.part(component).type;
  if (!has_documents_ || !type.permissions || type.permissions->own.empty()) return nullptr;
  const auto [at, is_new] = own_documents_.try_emplace(component, nullptr);
  if (!is_new) return at->second;
  Things found(world_);
  world_.values(component, type.permissions->own, *found);
  if (found.empty() || !found.front().map()) return nullptr;
  input::Diagnostics mistakes;
  const iam::Policy* policy = documents_.read(*found.front().map(), own_kind(type), world_.part(component).name,
                                              is_imported_ ? mistakes : *world_.diagnostics);
  return own_documents_[component] = policy && !is_left_open(*policy) ? policy : nullptr;
}

bool Permissions::is_guarded(Index component) {
  if (own_document(component)) return true;
  return std::any_of(edits_.begin(), edits_.end(),
                     [&](const DocumentEdit& e) { return e.component == component && is_own(e); });
}

// Of the document that says who may use the component, or be it.
bool Permissions::is_own(const DocumentEdit& edit) const {
  const auto& def = world_.part(edit.component).type->permissions;
  return edit.kind != DocumentEdit::Kind::tags && def && !def->own.empty() && edit.document == own_name(edit.component);
}

// That it names the present one in this way.
std::vector<ConditionId> Permissions::naming(Index component, Index principal, std::string_view by) {
  std::vector<ConditionId> found;
  Things statements(world_);
  world_.values(component, world_.part(component).type->permissions->statements, *statements);
  for (const Thing& statement : statements) {
    if (statement.kind != Thing::Kind::component) continue;
    Things way(world_);
    world_.values(statement.component, "by", *way);
    if (way.empty() || way.front().text() != by) continue;
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

void Permissions::need(ConditionId condition, Needs& out) const {
  Need need;
  need.error = ErrorClass::denied;
  need.condition = condition;
  out.push_back(need);
}

}  // namespace moshimo::models
