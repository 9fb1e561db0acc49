// What the documents of an inventory say about who may do what, written as needs.
//
// A principal of whom no document is known is taken to be allowed what it does. Of one whose documents are known, a
// call is decided by them, and by the document of what is called where that is known: what allows it has to stay, what
// denies it has to go. Where faults change documents or tags it is decided anew in every state that these can be in.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/system.hpp"
#include "models/callers.hpp"
#include "models/compile_world.hpp"
#include "models/document_edits.hpp"
#include "models/documents.hpp"
#include "models/guards.hpp"

namespace moshimo::models {

// The attribute that holds a policy document; null where there is none.
const AttributeDef* document_attribute(const TypeDef& type);

// Whether it is known if the conditions of a statement hold for a call.
bool rests_on_known_keys(const iam::Statement& statement, const iam::Request& request);

class Permissions {
 public:
  // `is_imported`: nobody can be asked to mend a document, so one that cannot be read is one that is not known.
  Permissions(World& world, System& system, Documents& documents, Guards& guards, bool is_imported);
  void use(System& system) { system_ = &system; }
  FactId fact;  // of the conditions written here

  // Whether anything is known that could deny the principal a call.
  bool speaks_of(const Thing& principal);
  // Everything it may do is known: no policy of it is named without its document.
  bool knows_all_of(Index principal);

  // Whether the component has a document of its own that decides.
  bool is_guarded(Index component);

  // What the faults of the scenario change. Mistakes in them are reported; called before anything is decided.
  void prepare(const std::vector<ActionRequest>& requests);
  const DocumentEdit* find_edit(const ActionRequest& request) const;  // null where it is wrong
  const std::deque<DocumentEdit>& edits() const { return edits_; }
  // More of them than can be told apart bear on something.
  void report_edits(const DocumentEdits& edits, const std::string& what) const;
  DocumentEdits tag_edits_of(Index component) const;
  static void set_tags(std::string_view prefix, Index component, const EditState& state, iam::Keys& keys);

  // The role or user with this ARN or ID; nothing where the inventory has none.
  Index principal_with(std::string_view arn_or_id);
  // AWS takes a document only while everybody whom it names as a principal is the one it means. What that asks of an
  // edit; `limit` is the fact that says so.
  Needs saving(const DocumentEdit& edit, FactId limit);
  // What has to hold for somebody to be let change the component's own document, as far as edits make a difference.
  Needs changing(Index component);

  // Whether the trust policy of the role behind it is known.
  bool has_trust(const Thing& principal);
  // As whom a component takes on a role, where a trust policy decides: the one to knock as at the ports of the
  // principal.
  std::optional<Thing> worker(Index component, const Thing& principal);

  // What somebody needs to do one of the actions of a port.
  // `through` is the service that uses the component with his session, where that is known.
  void write(const Thing& principal, Index component, const PortDef& port, const std::string& through, Needs& out);

  // Whether one of the documents that decide what the principal (`nothing`: nobody in particular) may do to a component
  // looks at a condition key.
  bool ask_for(std::string_view key, Index principal, Index component);

  // What of its own documents denies a principal a call; `lacks` holds when the document is gone, and is not set where
  // that would not help.
  struct Denial {
    std::string kind;  // "identity policy"
    std::string policy;
    std::string statement;  // "" where nothing allows the call: then
    std::string whose;      // whose policy would have to: "the policy of key"
    ConditionId lacks;
  };
  std::vector<Denial> denials(Index principal, const iam::Request& request, Index component,
                              const EditState& state = {});
  // What the answer to such a call rests on without anybody having said so: keys of conditions that are taken as
  // absent.
  struct Unsaid {
    std::string policy;
    std::string statement;
    std::vector<std::string> keys;
    bool is_stopped = false;  // the call, as it is taken
  };
  std::vector<Unsaid> unsaid(Index principal, const iam::Request& request, Index component);
  // The edits of its documents and tags.
  DocumentEdits edits_of(Index principal);

  // That a principal has a document, and that it has not; not set where it never had it.
  struct Having {
    ConditionId has;
    ConditionId lacks;
  };
  Having having(Index principal, std::string_view document);
  std::vector<std::string> documents_of(Index principal);  // names
  // Conditions that its documents are attached, by principal: what comes back with them.
  const std::map<Index, std::vector<ConditionId>>& attachments() const { return attachments_; }

  struct Note {
    Index principal = nothing;
    Index component = nothing;
    std::string says;
  };
  const std::vector<Note>& denied_at_start() const { return denied_; }
  const std::vector<Note>& taken_as_allowed() const { return taken_; }

 private:
  struct Document {
    std::string name;
    const iam::Policy* policy = nullptr;
    Index component = nothing;  // of a managed policy
    Having having;
  };
  struct Held {  // by a principal
    KnownCaller caller;
    std::vector<Document> documents;
    const iam::Policy* boundary = nullptr;
    Index boundary_of = nothing;
    bool is_whole = true;
  };
  struct Verdict {
    std::vector<Document*> denying;
    std::vector<std::string> statements;  // of these
    std::string denied_by;                // a document that is there for good denies it: its kind
    std::string denying_policy;           // its name
    std::vector<Document*> allowing;
    bool is_allowed = false;  // apart from `denying`
    bool is_plain = false;    // without any need of `allowing`
    std::string why;          // it is not, for lack of
    std::vector<iam::PolicyClass> missing;
    std::string taken_because;  // it is only taken as allowed
  };
  // When a decision is looked at.
  struct State {
    EditState edits;
    bool is_stale = false;     // the component's own document names by ARN somebody who is no longer that one
    bool is_other_id = false;  // ... and holds as text the ID of one who has another now
    bool is_broken = false;    // it is gone
    bool is_of_fault = false;  // what nobody says of the call is absent; else whatever lets it go on
  };
  struct Asker {
    Held* held = nullptr;
    std::vector<std::string> actions;
    std::vector<std::pair<std::string, std::string>> keys;  // more that is known of its calls
  };
  struct Way {  // one of the calls of a port
    std::string action;
    Verdict verdict;
    std::vector<Objection> objections;
    bool is_stopped = false;
  };
  struct Call;
  struct Worker {
    Index component = nothing;
    std::vector<const WorksAsDef*> as;
  };

  Held& held(Index principal);
  void read(Index principal, Held& held);
  Index principal_of(const Thing& thing);
  bool is_given_by(Index component, const std::string& attribute, Index role);
  Held& held_of(iam::Caller caller);
  std::vector<Asker> askers(const Worker& worker, Index role);
  const iam::Policy* own_document(Index component);
  static iam::DocumentKind own_kind(const TypeDef& type);
  std::string_view own_name(Index component) const;
  bool is_own(const DocumentEdit& edit) const;
  const iam::Policy* without_caller(const iam::Policy& policy, const iam::Caller& caller);
  const iam::Caller& with_other_id(const iam::Caller& caller);
  const Having& having(Index principal, Document& document);
  ConditionId add(Condition row) { return system_->conditions.add(std::move(row)); }
  iam::Request request(const iam::Caller& caller, Index component, const std::string& resource,
                       const EditState& state) const;
  const iam::Caller& caller_in(const Held& held, const EditState& state);
  Verdict verdict(Held& held, const iam::Request& asked, Index component, const State& state);
  Verdict verdict_as(Held& held, const iam::Request& asked, Index component, const State& state);
  std::vector<std::string> sessions_named(Index component, const State& state, const iam::Request& request);
  bool names(Index component, Index principal);
  std::vector<ConditionId> naming(Index component, Index principal, std::string_view by);
  void ways(const Call& call, const Asker& asker, const State& state, std::vector<Way>& ways);
  Needs needs_in(Call& call, const State& state, bool is_first);
  void decide(Call& call, DocumentEdits edits, Needs& out);
  void need(ConditionId condition, Needs& out) const;
  ConditionId condition_of(Index component, std::string_view name) const;
  DocumentEdits own_edits_of(Index component) const;
  std::vector<Index> named_in(const iam::Statement& statement);
  std::vector<std::pair<Index, ConditionId>> parts_naming(Index component);
  ConditionId as_named(Index component, Index principal);
  void need_any(const Call& call, const Need& wanted, const std::vector<ConditionId>& conditions, Needs& out);
  std::optional<DocumentEdit> edit_of(const ActionRequest& request, Index component, const FaultDef& fault);
  bool find_document(const ActionRequest& request, const Value* named, DocumentEdit& edit, const iam::Policy*& base);
  void add_conditions(DocumentEdit& edit, const std::string& verb);

  World& world_;
  System* system_;
  Documents& documents_;
  Guards& guards_;
  bool is_imported_ = false;
  bool has_documents_ = false;
  std::map<Index, Held> held_;
  std::map<std::string, Held> held_by_name_;  // services and identity providers
  std::map<std::string, Worker, std::less<>> workers_;
  std::map<Index, Index> principals_;
  std::map<std::string, Index, std::less<>> principals_by_arn_;  // and by ID; filled when first asked
  mutable bool is_too_much_told_ = false;
  std::map<Index, std::vector<ConditionId>> attachments_;
  std::map<std::string, iam::Policy> account_grants_;
  std::map<std::string, int> known_;  // names of conditions
  EditedPolicies edited_;
  std::deque<DocumentEdit> edits_;
  std::map<std::string, const DocumentEdit*> edit_of_request_;
  std::deque<Value> statements_;  // that are added, each in a document
  std::deque<iam::Caller> callers_;
  std::map<Index, const iam::Policy*> own_documents_;
  std::vector<Note> denied_;
  std::vector<Note> taken_;
};

}  // namespace moshimo::models
