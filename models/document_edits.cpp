#include "models/document_edits.hpp"

#include <algorithm>

namespace moshimo::models {

bool speaks_of(const iam::Statement& statement, const std::vector<std::string>& actions) {
  const iam::Caller nobody = iam::anonymous();
  iam::Request request;
  request.caller = &nobody;
  const iam::Facts facts(request);
  return std::any_of(actions.begin(), actions.end(), [&](const std::string& action) {
    const std::string lower = iam::lower_case(action);
    const bool is_named = std::any_of(statement.actions.begin(), statement.actions.end(),
                                      [&](const iam::Pattern& p) { return p.matches(lower, facts); });
    return is_named != statement.not_action;
  });
}

namespace {

bool is_of_same(const DocumentEdit& a, const DocumentEdit& b) {
  return a.component == b.component && a.document == b.document;
}

}  // namespace

DocumentEdits bearing_on(const DocumentEdits& edits, const std::vector<std::string>& actions) {
  const auto some_speaks = [&](const iam::Policy& policy, std::string_view label) {
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      const bool is_meant = label.empty() || policy.label(i) == label;
      if (is_meant && speaks_of(policy.statements[i], actions)) return true;
    }
    return false;
  };
  DocumentEdits bearing;
  for (const DocumentEdit* edit : edits) {
    // A statement that goes may also be one of that name which another change has brought.
    const std::string_view label =
        edit->kind == DocumentEdit::Kind::removes_statement ? std::string_view(edit->statement) : std::string_view();
    const bool is_of_base = edit->base && edit->kind != DocumentEdit::Kind::adds_statement;
    bool bears = edit->kind == DocumentEdit::Kind::tags || (is_of_base && some_speaks(*edit->base, label));
    for (const DocumentEdit* other : edits) {
      if (!bears && is_of_same(*edit, *other)) bears = some_speaks(other->given, label);
    }
    if (bears) bearing.push_back(edit);
  }
  return bearing;
}

std::vector<EditState> states_of(const DocumentEdits& edits) {
  std::vector<EditState> states(std::size_t{1} << edits.size());
  for (std::size_t s = 0; s < states.size(); ++s) {
    for (std::size_t i = 0; i < edits.size(); ++i) {
      if ((s >> i & 1U) != 0) states[s].push_back(edits[i]);
    }
  }
  return states;
}

std::vector<ConditionId> not_in_state(const DocumentEdits& edits, const EditState& state) {
  std::vector<ConditionId> flips;
  flips.reserve(edits.size());
  for (const DocumentEdit* edit : edits) {
    const bool is_done = std::find(state.begin(), state.end(), edit) != state.end();
    flips.push_back(is_done ? edit->undone : edit->done);
  }
  return flips;
}

Needs asked_in(const std::vector<EditState>& states, const std::vector<std::size_t>& those, const DocumentEdits& edits,
               const Needs& asked) {
  if (those.size() == states.size()) return asked;
  Needs needs;
  for (const std::size_t s : those) {
    const std::vector<ConditionId> flips = not_in_state(edits, states[s]);
    Need unless;
    unless.error = ErrorClass::denied;
    unless.condition = flips.front();
    for (std::size_t i = 1; i < flips.size(); ++i) unless.alternatives.push_back(flips[i]);
    if (asked.empty()) needs.push_back(unless);
    for (Need either : asked) {
      for (const ConditionId flip : flips) either.alternatives.push_back(flip);
      needs.push_back(std::move(either));
    }
  }
  return needs;
}

iam::Policy with_labels(const iam::Policy& policy) {
  iam::Policy labelled = policy;
  for (std::size_t i = 0; i < policy.statements.size(); ++i) labelled.statements[i].sid = policy.label(i);
  return labelled;
}

const iam::Policy* EditedPolicies::in_state(const iam::Policy* policy, Index component, std::string_view name,
                                            const EditState& state) {
  EditState own;
  for (const DocumentEdit* edit : state) {
    const bool is_of_document = edit->kind != DocumentEdit::Kind::tags;
    if (is_of_document && edit->component == component && edit->document == name) own.push_back(edit);
  }
  if (own.empty()) return policy;
  const auto [at, is_new] = edited_.try_emplace({policy, own}, nullptr);
  if (!is_new) return at->second;
  iam::Policy edited = with_labels(*policy);
  for (const DocumentEdit* edit : own) {
    std::vector<iam::Statement>& statements = edited.statements;
    switch (edit->kind) {
      case DocumentEdit::Kind::removes_statement:
        std::erase_if(statements, [&](const iam::Statement& s) { return s.sid == edit->statement; });
        break;
      case DocumentEdit::Kind::adds_statement:
        statements.insert(statements.end(), edit->given.statements.begin(), edit->given.statements.end());
        break;
      case DocumentEdit::Kind::replaces_document: statements = edit->given.statements; break;
      case DocumentEdit::Kind::tags: break;
    }
  }
  return at->second = keep(std::move(edited));
}

const iam::Policy* EditedPolicies::without_statement(const iam::Policy& policy, std::size_t statement) {
  iam::Policy rest = with_labels(policy);
  rest.statements.erase(rest.statements.begin() + static_cast<std::ptrdiff_t>(statement));
  return keep(std::move(rest));
}

}  // namespace moshimo::models
