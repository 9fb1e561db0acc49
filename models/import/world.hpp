// What a file says exists: resource instances with their values; and what a Terraform plan would change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/import/language.hpp"
#include "models/import/values.hpp"

namespace moshimo::models::importing {

enum class Action {
  no_op,
  create,
  read,
  update,
  remove,
  remove_then_create,
  create_then_remove,
  forget,
  create_then_forget
};
bool removes(Action a);  // the object goes away: `forget` leaves it in AWS
bool replaces(Action a);
bool makes(Action a);

struct Instance {
  std::string address;  // module.a["x"].aws_iam_role.this[0]
  std::string module;   // module.a["x"]; empty in the root module
  std::string type;
  std::string name;
  std::string key;  // as it stands in the address: `0`, `"x"`; empty without count and for_each
  std::string provider;
  std::string deposed;
  bool is_data = false;
  bool is_former = false;  // in the world after a plan: it goes, and is here for those who still name it
  bool is_made = false;    // the plan makes it
  bool is_gone = false;    // before the plan: somebody has deleted it outside Terraform, and the plan makes it again
  Value values;
  Value unknown;  // true, or the shape of `values`, where a value is known only after apply
};

struct Change {
  std::string address;
  std::string previous_address;
  std::string deposed;
  std::string type;
  bool is_data = false;
  bool is_gone = false;    // it was deleted outside Terraform, and is made again: `before` is what it was
  bool is_import = false;  // an `import` block: it exists, and Terraform only takes it over
  Action action = Action::no_op;
  std::string reason;
  Value before;
  Value after;
  Value after_unknown;
  int instance = -1;  // index into the world, where the object exists before the plan
};

struct Drift {
  std::string address;
  bool is_gone = false;
};

// The part of a plan that says how values came about: expressions and what they refer to.
class Configuration {
 public:
  Configuration() = default;
  Configuration(Value configuration, Value variables);

  struct Module {
    std::string path;  // module.a.module.b, without keys
    Value node;
    Value call;  // of the parent's module_calls
    const Module* parent = nullptr;
  };
  const Module* find_module(const std::string& path) const;
  // The resource block of an instance, all of whose instances share it.
  Value resource(const std::string& module_path, std::string_view type_and_name) const;
  Value variable(std::string_view name) const;  // its value at the root
  std::string region(const std::string& provider_config_key) const;

 private:
  void add(const Module& module);
  std::unordered_map<std::string, std::unique_ptr<Module>> modules_;
  std::unordered_map<std::string, Value> resources_;
  Value variables_;
  Value providers_;
};

struct World {
  Language language = Language::terraform;
  std::vector<Instance> instances;
  std::vector<std::string> callers;   // the accounts in which the files were made
  std::vector<std::string> unknowns;  // what the file leaves open, a sentence each
  std::vector<Change> changes;
  std::vector<Drift> drifted;  // what changed outside Terraform, in order
  Configuration configuration;
  bool is_plan = false;
  bool is_partial = false;  // the plan says it is not complete
  bool is_planned = false;  // the instances are those after the plan
};

// Which side of a plan.
enum class PlanSide { before, after };

bool read_plan(Documents& documents, Value root, PlanSide side, World& world, input::Diagnostics& diagnostics);
bool read_shown_state(Documents& documents, Value root, World& world, input::Diagnostics& diagnostics);
bool read_raw_state(Documents& documents, Value root, World& world, input::Diagnostics& diagnostics);

// module.a["x"].module.b[0] -> module.a.module.b
std::string without_keys(std::string_view address);
// The last part of a module address without its key, and everything before: module.a["x"].module.b[0] -> module.a["x"]
std::string parent_module(std::string_view module_address);
// The key of the last part: `0` or `"x"`; empty when there is none.
std::string last_key(std::string_view address);

}  // namespace moshimo::models::importing
