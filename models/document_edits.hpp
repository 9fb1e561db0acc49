// What the faults of a scenario change in policy documents and tags, as pairs of conditions: that it is done, and that
// it is not.
//
// Which of them are in force at a time is a state. What a call needs is worked out in every state that can come, and a
// state that is not there asks for nothing.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/system.hpp"
#include "models/compile_world.hpp"
#include "models/iam/policy.hpp"

namespace moshimo::models {

// The document of a principal that says who may be it; none that it has can be called so.
inline constexpr std::string_view trust_policy = "trust policy";

struct DocumentEdit {
  enum class Kind : std::uint8_t { removes_statement, adds_statement, replaces_document, tags };
  Kind kind = Kind::tags;
  Index component = nothing;          // whose document or tags
  std::string document;               // of a principal; empty: the component's own, or a new one; or `trust_policy`
  const iam::Policy* base = nullptr;  // the document as it is in the inventory
  std::string statement;              // its label
  iam::Policy given;                  // what is added, or takes the place of the document
  std::vector<std::pair<std::string, std::optional<std::string>>> tags;  // without a value: taken off
  ConditionId done;
  ConditionId undone;
  const FaultDef* fault = nullptr;
  input::Position at;
};

// Those in force, in the order of the scenario.
using EditState = std::vector<const DocumentEdit*>;

using DocumentEdits = std::vector<const DocumentEdit*>;

// The most that may bear on one call: each doubles the states to look at.
constexpr std::size_t most_edits = 10;

// Whether a statement is about one of these calls, in whatever circumstances.
bool speaks_of(const iam::Statement& statement, const std::vector<std::string>& actions);

// Those that can make a difference to one of these calls, in whatever circumstances: of documents the ones whose
// statements speak of it.
DocumentEdits bearing_on(const DocumentEdits& edits, const std::vector<std::string>& actions);

// All states that these can be in, nothing done first.
std::vector<EditState> states_of(const DocumentEdits& edits);

// What is missing for a state to be there, as alternatives.
std::vector<ConditionId> not_in_state(const DocumentEdits& edits, const EditState& state);

// What is asked for, as long as the documents are in one of these of all states.
Needs asked_in(const std::vector<EditState>& states, const std::vector<std::size_t>& those, const DocumentEdits& edits,
               const Needs& asked);

// The document as it is in a state; `name` as in DocumentEdit.
class EditedPolicies {
 public:
  const iam::Policy* in_state(const iam::Policy* policy, Index component, std::string_view name,
                              const EditState& state);
  const iam::Policy* without_statement(const iam::Policy& policy, std::size_t statement);
  const iam::Policy* keep(iam::Policy policy) { return &kept_.emplace_back(std::move(policy)); }

 private:
  std::map<std::pair<const iam::Policy*, EditState>, const iam::Policy*> edited_;
  std::deque<iam::Policy> kept_;
};

// Statements without a Sid are known by their numbers, which they keep when others go.
iam::Policy with_labels(const iam::Policy& policy);

}  // namespace moshimo::models
