// The worlds before and after a plan, held against each other: what goes, what changes, and what that does.
//
// Each kind of change has a file of its own, planned_*.cpp.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "models/documents.hpp"
#include "models/import/planned_changes.hpp"

namespace moshimo::models::importing {

// The fault that is the loss of an attribute, by the names the catalogue gives such faults; empty: there is none.
std::string loss_of(const TypeDef& type, std::string_view attribute);

std::string address_of(const Change& change);  // with its deposed key

class Comparison {
 public:
  Comparison(const World& plan, const Mapped& before, const Mapped& after, const Catalogue& catalogue)
      : plan_(plan), before_(before), after_(after), catalogue_(catalogue) {}

  PlannedChanges run();
  std::vector<ChangedFirst> take_changed_first() { return std::move(changed_first_); }

 private:
  const std::vector<Placement>& placements(const Change& change) const;
  const TypeDef* type_of(const std::string& catalogue_type) const;
  const TypeDef* type_before(const std::string& name) const;
  void add_fault(const std::string& name, std::string verb, const std::string& address, const std::string& type,
                 std::string why, bool is_update, std::vector<std::pair<std::string, models::Value>> parameters = {});
  const models::Value* document_before(const std::string& name, const std::string& document) const;
  const Resource* resource_before(const std::string& name) const;
  bool detach_documents(const Placement& place, const TypeDef& type, const Change& change, const std::string& verb);
  void change_documents(const Resource& was, const std::string& address, const TypeDef& type,
                        const AttributeDef& attribute, const models::Value* old, const models::Value* now);
  bool is_unknown(const std::string& name, const std::string& attribute) const;
  std::string why_unknown(const std::string& name, const std::string& attribute) const;

  // deletions
  void take(const Change& change);
  void remove_whole(const Placement& whole, const Change& change);
  void tell_refused(const std::string& name, const Change& change);
  void find_renamed();

  // parts of something that stays
  bool goes_with_whole(const std::string& name) const;
  std::size_t staying(const Placement& place, const std::string& terraform_type);
  bool loss_of_is_nothing(const Placement& place) const;
  void remove_part(const Change& change);

  // updates
  void find_touched();
  bool will_be_there(const std::string& name) const;
  bool holds_for(const TypeDef& type, const AttributeDef& attribute) const;
  std::optional<models::Value> gone_over(const AttributeDef& attribute, const models::Value* old,
                                         const models::Value* now) const;
  bool gone_over_in(const std::vector<AttributeDef>& members, models::Value& old, const models::Value& now) const;
  bool is_told_by_files(const std::string& name) const;
  bool is_simulated(const Resource& was, const AttributeDef& attribute) const;
  void update(const Resource& was, const std::string& address, const AttributeDef& attribute, const models::Value* old,
              const models::Value* now, bool is_first);
  bool is_fault(const Change& change, const Placement& place);
  void compare();
  void changed(const Resource& was, const std::string& address, const TypeDef& type, const AttributeDef& attribute,
               const models::Value* old, const models::Value* now);
  void compare_items(const Resource& was, const std::string& address, const AttributeDef& attribute,
                     const models::Value* old, const models::Value* now);
  void tell_update(const Change& change);

  // replacements
  void look_at_replacements();
  bool names_the_new_one(const ImportedEdge& user, const std::string& attribute) const;
  void tell_emptied();
  bool is_like(const PlannedChanges::Replacement& r) const;
  bool keeps_its_name(const PlannedChanges::Replacement& r) const;
  Duration name_held_for(const std::string& name) const;
  bool keeps_data(const std::string& name) const;
  bool decrypts_data(const std::string& name) const;
  bool gets_another_arn(const std::string& name) const;

  // who may be hurt and is not seen
  void tell_unseen_users();
  std::unordered_set<std::string> tell_unmodelled_users(const std::unordered_set<std::string>& names);

  const World& plan_;
  const Mapped& before_;
  const Mapped& after_;
  const Catalogue& catalogue_;
  PlannedChanges result_;
  std::unordered_set<std::string> gone_;
  std::unordered_set<std::string> touched_;  // of which the plan changes, makes or takes away something
  std::unordered_set<std::string> unlike_;   // new ones that are not what the old ones were for those who go over
  std::unordered_set<std::string> told_;
  std::unordered_set<std::string> faults_;    // name and verb
  std::unordered_set<std::string> switched_;  // name and Terraform's attribute that is a fault
  std::unordered_set<std::string> remade_;    // name and attribute of which a part is replaced
  std::vector<ChangedFirst> changed_first_;
  std::vector<const Change*> parts_removed_;
  std::unordered_map<std::string, std::size_t> parts_;  // that stay, by component, attribute and Terraform's type
};

}  // namespace moshimo::models::importing
