// What the steps of a state machine call, as its definition says it.
#pragma once

#include <string>
#include <vector>

#include "models/import/links.hpp"
#include "models/import/state_definition.hpp"
#include "models/inventory.hpp"

namespace moshimo::models::importing {

class StateMachines {
 public:
  StateMachines(const Places& places, Components& components, Links& links, const Catalogue& catalogue)
      : places_(places), components_(components), links_(links), catalogue_(catalogue) {}

  // Adds a call for each task of the definition at `place`, and says what cannot be told of it. False: nothing is
  // known of what it calls.
  bool read(const Place& place, const Component& machine, const std::string& where, models::Value& calls,
            std::vector<ImportedEdge>& edges, std::vector<std::string>& unknowns);

 private:
  std::vector<int> called_by(const StateTask& task, const Component& machine);
  void add(const std::string& name, int target, const StateTask& task, ImportedEdge::How how, const Component& machine,
           const std::string& where, models::Value& calls, std::vector<ImportedEdge>& edges);

  const Places& places_;
  Components& components_;
  Links& links_;
  const Catalogue& catalogue_;
};

}  // namespace moshimo::models::importing
