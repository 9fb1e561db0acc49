// Documents that are saved again: what AWS refuses to take, and who is left to change them.
#include <algorithm>
#include <fmt/format.h>

#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

bool is_id_or_arn(const iam::Principal& p) {
  return p.kind == iam::Principal::Kind::arn || p.kind == iam::Principal::Kind::unique_id;
}

}  // namespace

Index Permissions::principal_with(std::string_view arn_or_id) {
  if (principals_by_arn_.empty()) {
    for (Index c = 0; c < world_.parts().size(); ++c) {
      const auto& def = world_.part(c).type->permissions;
      if (!def || !def->is_of_principal()) continue;
      const iam::Caller known = caller_of(world_, c).caller;
      principals_by_arn_.emplace(known.arn, c);
      if (!known.unique_id.empty()) principals_by_arn_.emplace(known.unique_id, c);
    }
    principals_by_arn_.emplace("", nothing);
  }
  const auto found = principals_by_arn_.find(arn_or_id);
  return found == principals_by_arn_.end() ? nothing : found->second;
}

ConditionId Permissions::condition_of(Index component, std::string_view name) const {
  const Member member = world_.member(component, name);
  return ConditionId(member.kind == MemberKind::condition
                         ? world_.id(MemberKind::condition, component, static_cast<Index>(member.index))
                         : nothing);
}

DocumentEdits Permissions::own_edits_of(Index component) const {
  DocumentEdits found;
  for (const DocumentEdit& e : edits_) {
    if (e.component == component && is_own(e)) found.push_back(&e);
  }
  return found;
}

std::vector<Index> Permissions::named_in(const iam::Statement& statement) {
  std::vector<Index> found;
  for (const iam::Principal& p : statement.principals) {
    const Index who = is_id_or_arn(p) ? principal_with(p.text) : nothing;
    if (who != nothing) found.push_back(who);
  }
  return found;
}

// Whom the statements of a component name by ARN or ID, each with the condition that it is still the same.
std::vector<std::pair<Index, ConditionId>> Permissions::parts_naming(Index component) {
  std::vector<std::pair<Index, ConditionId>> found;
  Things statements(world_);
  world_.values(component, world_.part(component).type->permissions->statements, *statements);
  for (const Thing& statement : statements) {
    if (statement.kind != Thing::Kind::component) continue;
    Things by(world_);
    world_.values(statement.component, "by", *by);
    if (by.empty() || (by.front().text() != "arn" && by.front().text() != "role-id")) continue;
    for (const auto& [attribute, condition] : {std::pair("allows", "valid"), std::pair("only", "spares")}) {
      Things named(world_);
      world_.values(statement.component, attribute, *named);
      const ConditionId id = condition_of(statement.component, condition);
      const bool is_principal = !named.empty() && named.front().kind == Thing::Kind::component;
      if (is_principal && id.is_set()) found.emplace_back(named.front().component, id);
    }
  }
  return found;
}

// That a principal whom the component's document names is the one it meant when it was saved.
ConditionId Permissions::as_named(Index component, Index principal) {
  for (const auto& [who, is_same] : parts_naming(component)) {
    if (who == principal) return is_same;
  }
  return condition_of(principal, "exists");
}

Needs Permissions::saving(const DocumentEdit& edit, FactId limit) {
  Needs out;
  if (!is_own(edit)) return out;
  const Index component = edit.component;
  DocumentEdits others = own_edits_of(component);
  std::erase(others, &edit);
  others.resize(std::min(others.size(), most_edits));
  const std::vector<EditState> states = states_of(others);
  std::map<Index, std::vector<std::size_t>> named;  // and the states in which
  const auto name_in = [&](Index who, std::size_t state) {
    if (named[who].empty() || named[who].back() != state) named[who].push_back(state);
  };
  const iam::Policy* own = own_document(component);
  // What stays as it is goes back with the IDs that it has.
  for (std::size_t s = 0; s < states.size() && edit.kind != DocumentEdit::Kind::replaces_document; ++s) {
    if (!own) {
      for (const auto& [who, is_same] : parts_naming(component)) name_in(who, s);
      continue;
    }
    EditState state = states[s];
    if (edit.kind == DocumentEdit::Kind::removes_statement) state.push_back(&edit);
    for (const iam::Statement& statement : edited_.in_state(own, component, own_name(component), state)->statements) {
      for (const Index who : named_in(statement)) name_in(who, s);
    }
  }
  const std::string& name = world_.part(component).name;
  for (const auto& [who, in] : named) {
    Needs same;
    need(as_named(component, who), same);
    Condition row;
    const std::string wanted = fmt::format("{}/{}, {}", name, edit.fault->name, world_.part(who).name);
    int& count = known_[wanted];
    row.label =
        written(++count == 1 ? wanted : fmt::format("{}#{}", wanted, count),
                fmt::format("the {} of {} is not held up by a dead ID of {}",
                            own_name(component).empty() ? "policy" : own_name(component), name, world_.part(who).name));
    row.component = ComponentId(component);
    row.kind = Condition::Kind::derived;
    row.error = ErrorClass::denied;
    row.follows = asked_in(states, in, others, same);
    row.fact = limit;
    need(add(std::move(row)), out);
  }
  for (const iam::Statement& statement : edit.given.statements) {
    for (const Index who : named_in(statement)) need(condition_of(who, "exists"), out);
  }
  return out;
}

Needs Permissions::changing(Index component) {
  const iam::Policy* own = own_document(component);
  DocumentEdits edits = own_edits_of(component);
  if (!own || edits.empty()) return {};
  const std::vector<std::string> actions = edits.front()->fault->actions;
  edits = bearing_on(edits, actions);
  edits.resize(std::min(edits.size(), most_edits));
  const std::vector<EditState> states = states_of(edits);
  Needs out;
  for (std::size_t s = 0; s < states.size(); ++s) {
    bool is_anybody = false;
    Needs someone;
    for (const iam::Statement& statement :
         edited_.in_state(own, component, own_name(component), states[s])->statements) {
      if (statement.is_deny || !models::speaks_of(statement, actions)) continue;
      const std::vector<Index> named = named_in(statement);
      const auto is_service = [](const iam::Principal& p) {
        using Kind = iam::Principal::Kind;
        return p.kind == Kind::service || p.kind == Kind::provider;
      };
      const auto services = std::count_if(statement.principals.begin(), statement.principals.end(), is_service);
      const bool are_all_known =
          !statement.not_principal && named.size() + static_cast<std::size_t>(services) == statement.principals.size();
      is_anybody = is_anybody || !are_all_known;
      for (const Index who : named) {
        const ConditionId is_same = as_named(component, who);
        if (someone.empty())
          need(is_same, someone);
        else
          someone.front().alternatives.push_back(is_same);
      }
    }
    if (is_anybody) continue;
    if (states[s].empty() && someone.empty()) return {};  // so it was from the start
    for (Need& n : asked_in(states, {s}, edits, someone)) out.push_back(std::move(n));
  }
  return out;
}

}  // namespace moshimo::models
