// The components that the files' resources become: what identifies them, where they are, and their names.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "models/import/places.hpp"

namespace moshimo::models::importing {

struct Component {
  int id = -1;
  int source = 0;
  int instance = -1;  // -1: external
  const TypeDef* type = nullptr;
  std::string name;      // in the inventory
  std::string own_name;  // AWS's, where known; a name to read, no ARN
  std::string aws_name;  // for the inventory: AWS's, or words in its place, where it is not `name`
  std::string address;
  std::string account;
  std::string region;
  std::string named_as;  // external: the text that names it
  bool is_data = false;
  bool is_former = false;  // it goes with the plan
  bool is_wanted = false;  // goes into the inventory
  int stand_in = 0;        // external, for something the files do not even name: how many of these lead to it
  int parent = -1;         // nested in the list attribute `parent_attribute` of this component
  std::string parent_attribute;
};

// Names of the world before, so that the same thing has the same name in the world after.
struct KnownNames {
  std::map<std::string, std::string> by_address;  // without what stands inside another
  bool with_gone = true;                          // what was deleted outside Terraform is looked at as if it were there
  std::map<std::string, std::string> by_identity;  // ARNs and unique IDs, of what is deleted too
};

// An address that is unique over all sources, deposed objects included.
std::string full_address(const Instance& instance);

class Components {
 public:
  Components(const Places& places, const Catalogue& catalogue, const KnownNames& names);

  std::size_t size() const { return components_.size(); }
  Component& operator[](int i) { return components_[static_cast<std::size_t>(i)]; }
  const Component& operator[](int i) const { return components_[static_cast<std::size_t>(i)]; }
  const std::string& account() const { return account_; }  // of most of them
  const std::string& region() const { return region_; }

  int of(int source, int instance) const {  // -1: its type is not modelled
    return of_instance_[static_cast<std::size_t>(source)][static_cast<std::size_t>(instance)];
  }
  // Managed resources of one type of the files, by source and instance.
  const std::vector<std::pair<int, int>>& instances_of(const std::string& resource_type) const;
  // Managed components that stand in one module of one source.
  const std::vector<int>& in_module(int source, const std::string& module) const;
  // What a text identifies exactly.
  const std::vector<int>& identified_by(const std::string& text) const;
  const std::unordered_map<std::string, std::vector<int>>& identities() const { return identities_; }
  // The one among several that somebody can mean: the same account, Region, file and module come first.
  int nearest(const std::vector<int>& possible, const Component& user) const;
  int named(const std::string& inventory_name) const;

  void locate(Component& c) const;  // account and Region of its instance
  void give_names();                // once it is known which stand inside which
  // Something that the files name without describing it; `is_new` tells whether it was not known yet.
  int external(const TypeDef& type, std::string name, std::string named_as, const Component& user, bool* is_new);

  void want(int i);  // it goes into the inventory
  const std::vector<int>& wanted() const { return wanted_; }

 private:
  std::string own_name_of(const Instance& instance, const TypeDef& type) const;
  std::string aws_name_of(const Component& c) const;
  void add(int source, int index, const TypeDef& type);
  void add_former(int source, int index, const TypeDef& type);
  int made_again_as(const Instance& former, const TypeDef& type) const;
  void identify(const std::string& text, int id);
  void locate_by_provider();

  const Places& places_;
  const KnownNames& names_;
  std::vector<Component> components_;
  std::vector<std::vector<int>> of_instance_;
  std::unordered_map<std::string, std::vector<std::pair<int, int>>> by_type_;
  std::unordered_map<std::string, std::vector<int>> identities_;
  std::unordered_map<std::string, std::vector<int>> in_module_;  // by source and module
  std::unordered_map<std::string, int> externals_;               // by type and text
  std::unordered_map<std::string, int> taken_;                   // inventory names
  std::unordered_set<std::string> left_;                         // addresses where something else stands than before
  std::unordered_map<int, std::string> known_as_;                // what stood under another address
  std::vector<int> wanted_;
  std::string account_;
  std::string region_;
};

}  // namespace moshimo::models::importing
