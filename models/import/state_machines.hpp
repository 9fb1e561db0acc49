// What the steps of a state machine call, as its definition says it.
#pragma once

#include <string>
#include <vector>

#include "models/import/links.hpp"
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
  struct Task {
    std::string name;
    std::string service;  // of what it does; empty where the task names what it calls by an ARN
    std::string action;
    std::vector<std::string> names;  // texts that may name what it is done to
    bool is_told_later = false;      // one of these stands in the input of an execution
    bool is_caught = false;          // an error does not end the execution
  };
  static void tasks_of(Value states, std::vector<Task>& tasks, int depth);
  static Task task(Value state);
  static void names_in(Value arguments, Task& task, int depth);
  bool can_be_called(const TypeDef& type) const;
  static std::string port_of(const TypeDef& type, const std::string& action);
  std::vector<int> called_by(const Task& task, const Component& machine);
  void add(const std::string& name, int target, const Task& task, ImportedEdge::How how, const Component& machine,
           const std::string& where, models::Value& calls, std::vector<ImportedEdge>& edges);

  const Places& places_;
  Components& components_;
  Links& links_;
  const Catalogue& catalogue_;
};

}  // namespace moshimo::models::importing
