// What the documents of an inventory say about who may do what, written as needs.
//
// A principal of whom no document is known is taken to be allowed what it does. Of one whose documents are known, a
// call is decided by them: what allows it has to stay, what denies it has to go.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/system.hpp"
#include "models/callers.hpp"
#include "models/compile_world.hpp"
#include "models/documents.hpp"
#include "models/guards.hpp"

namespace moshimo::models {

class Permissions {
 public:
  // `is_imported`: nobody can be asked to mend a document, so one that cannot be read is one that is not known.
  Permissions(World& world, System& system, Documents& documents, const Guards& guards, bool is_imported);
  void use(System& system) { system_ = &system; }
  FactId fact;  // of the conditions written here

  // Whether anything is known that could deny the principal a call.
  bool speaks_of(const Thing& principal);
  // Everything it may do is known: no policy of it is named without its document.
  bool knows_all_of(Index principal);

  // What somebody needs to do one of the actions of a port.
  void write(const Thing& principal, Index component, const PortDef& port, Needs& out);

  // What of its own documents denies a principal a call; `lacks` holds when the document is gone, and is not set where
  // that would not help.
  struct Denial {
    std::string kind;  // "identity policy"
    std::string policy;
    std::string statement;  // "" where nothing allows the call
    ConditionId lacks;
  };
  std::vector<Denial> denials(Index principal, const iam::Request& request, Index component);

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
    bool is_whole = true;
  };
  struct Verdict {
    std::vector<Document*> denying;
    std::vector<std::string> statements;  // of these
    bool is_by_boundary = false;
    std::vector<Document*> allowing;
    bool is_allowed = false;    // apart from `denying`
    std::string why;            // it is not
    std::string taken_because;  // it is only taken as allowed
  };

  Held& held(Index principal);
  void read(Index principal, Held& held);
  const Having& having(Index principal, Document& document);
  ConditionId add(Condition row) { return system_->conditions.add(std::move(row)); }
  iam::Request request(const Held& held, Index component, const std::string& resource) const;
  Verdict verdict(Held& held, const iam::Request& request, Index component);
  bool names(Index component, Index principal);
  void need(ConditionId condition, Needs& out) const;

  World& world_;
  System* system_;
  Documents& documents_;
  const Guards& guards_;
  bool is_imported_ = false;
  bool has_documents_ = false;
  std::map<Index, Held> held_;
  std::map<Index, Index> principals_;
  std::map<Index, std::vector<ConditionId>> attachments_;
  std::map<std::string, iam::Policy> account_grants_;
  std::map<std::string, int> known_;  // names of conditions
  std::vector<Note> denied_;
  std::vector<Note> taken_;
};

}  // namespace moshimo::models
