// What the names and verbs of a scenario may mean, told by the inventory before it is compiled.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalogue.hpp"
#include "models/inventory.hpp"
#include "scenarios/scenario.hpp"

namespace moshimo::scenarios {

class Vocabulary {
 public:
  Vocabulary(const models::Inventory& inventory, const models::Catalogue& catalogue)
      : catalogue_(catalogue), is_whole_(inventory.is_whole) {
    for (const models::Resource& r : inventory.resources) resources_.emplace(r.name, &r);
  }

  const models::TypeDef* type_of(std::string_view name) const {
    const auto found = resources_.find(name);
    return found == resources_.end() ? nullptr : catalogue_.find_type(found->second->type);
  }

  // A resource, or what may be a part of one: which parts there are is known only when it is compiled. Anything may
  // stand in a file that could not be read.
  bool may_be(std::string_view name) const {
    if (!is_whole_ || resources_.count(name) != 0) return true;
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
      if (resources_.count(name.substr(0, slash)) != 0) return true;
    }
    return false;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, resource] : resources_) all.push_back(name);
    return all;
  }

  // Whether anything knows the verb; all types of the catalogue are read only if what is named does not.
  bool knows(const ScenarioFault& fault) {
    if (fault.verb == "outage") return true;
    for (const std::string& name : fault.components) {
      const models::TypeDef* type = type_of(name);
      if (type && type->find_fault(fault.verb)) return true;
    }
    if (verbs_.empty()) {
      verbs_.insert("outage");
      for (const models::TypeDef* type : catalogue_.types()) {
        for (const models::FaultDef& f : type->faults) verbs_.insert(f.name);
      }
    }
    return verbs_.count(fault.verb) != 0;
  }

 private:
  const models::Catalogue& catalogue_;
  bool is_whole_ = true;
  std::map<std::string_view, const models::Resource*> resources_;
  std::set<std::string_view> verbs_;  // of all types, once it is asked for
};

}  // namespace moshimo::scenarios
