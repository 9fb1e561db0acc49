#include "models/document_edits.hpp"

#include <algorithm>

namespace moshimo::models {

std::vector<EditState> states_of(const std::vector<const DocumentEdit*>& edits) {
  std::vector<EditState> states(std::size_t{1} << edits.size());
  for (std::size_t s = 0; s < states.size(); ++s) {
    for (std::size_t i = 0; i < edits.size(); ++i) {
      if ((s >> i & 1U) != 0) states[s].push_back(edits[i]);
    }
  }
  return states;
}

std::vector<ConditionId> not_in_state(const std::vector<const DocumentEdit*>& edits, const EditState& state) {
  std::vector<ConditionId> flips;
  flips.reserve(edits.size());
  for (const DocumentEdit* edit : edits) {
    const bool is_done = std::find(state.begin(), state.end(), edit) != state.end();
    flips.push_back(is_done ? edit->undone : edit->done);
  }
  return flips;
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
