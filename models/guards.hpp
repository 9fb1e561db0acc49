// Guards: policies of an organisation that are asked before a call is made, wherever they are attached.
//
// They can only take away. What a call is denied by is told with the statement, and what only looks as if it stood in
// the way with the reason why it does not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/callers.hpp"
#include "models/compile_needs.hpp"
#include "models/compile_world.hpp"
#include "models/document_edits.hpp"
#include "models/documents.hpp"
#include "models/iam/evaluate.hpp"

namespace moshimo::models {

// One policy of the organisation.
struct Guard {
  Index component = nothing;
  const iam::Policy* policy = nullptr;
  iam::PolicyClass by = iam::PolicyClass::scp;
  bool stands_alone = false;          // AWS's policy that allows everything is not attached beside it
  bool is_attached = true;            // at the start
  std::vector<std::string> accounts;  // empty: all
  std::string except;                 // the management account
  bool reaches(std::string_view account) const;
};

// Why a guard that is attached lets a call through although it denies something like it.
enum class Miss : std::uint8_t {
  other_actions,
  other_resources,
  condition,           // its condition does not hold
  not_asked,           // the service knows no such policies
  service_linked,      // the role of a service calls, which such policies do not reach
  management_account,  // such policies do not reach it
  another_account,     // it is attached elsewhere
};
std::string_view name_of(Miss m);  // "other_actions"

struct NearMiss {
  std::string policy;
  std::string statement;
  Miss why = Miss::other_actions;
  std::vector<std::string> words;  // the actions it denies, or the keys of its condition
};

struct Objection {
  const Guard* guard = nullptr;
  std::string statement;  // "" where nothing of it allows the call
};

// What the answer of a guard rests on without anybody having said so.
struct Doubt {
  enum class Why : std::uint8_t {
    place,    // it is attached to a part of the organisation that is taken to hold the account
    caller,   // its condition is on whoever calls, and nobody is named
    unknown,  // its condition is on what is not known of the call
  };
  const Guard* guard = nullptr;
  std::string statement;
  Why why = Why::place;
  std::vector<std::string> words;  // the places, or the condition keys
  bool is_stopped = false;         // by this statement, as it is taken
};

class Guards {
 public:
  Guards(World& world, NeedsWriter& needs, Documents& documents);

  bool are_there() const { return !guards_.empty(); }
  const std::vector<Guard>& all() const { return guards_; }
  const Guard* of(Index component) const;  // null where it has no document

  // A fault may change one of them.
  void expect(const DocumentEdit& edit);
  const DocumentEdits& edits() const { return edits_; }

  // Those that stand against a call by somebody whose own policies allow it, whether they are attached now or not.
  std::vector<Objection> objections(const iam::Request& request, const EditState& state = {}) const;
  bool is_stopped(const iam::Request& request) const;  // by one that is attached at the start
  std::vector<NearMiss> near_misses(const iam::Request& request) const;
  bool may_object(const std::string& action) const;  // to such a call on something, in some circumstances
  std::vector<Doubt> doubts(const iam::Request& request, bool caller_is_named) const;

  // What holds while the guard is not attached.
  Needs away(const Guard& guard) const;

 private:
  std::vector<const Guard*> concerned(const iam::Request& request) const;
  const Guard* in_state(const Guard* guard, const EditState& state) const;

  World& world_;
  NeedsWriter& needs_;
  std::vector<Guard> guards_;
  DocumentEdits edits_;
  mutable EditedPolicies edited_;
  mutable std::map<const iam::Policy*, Guard> changed_;  // by its document in a state
  mutable std::map<std::string, bool> may_object_;       // by action
};

// The policies of guards as evaluation wants them: a level for those attached to the same accounts.
void add_guards(const std::vector<const Guard*>& guards, iam::AppliedPolicies& policies);

// Allows everything: the policies of somebody of whom nothing else is known.
const iam::Policy& allows_everything();

}  // namespace moshimo::models
