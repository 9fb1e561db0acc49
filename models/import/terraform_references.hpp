// Which instances an expression of the configuration refers to: through variables, module outputs and `each`.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/import/world.hpp"

namespace moshimo::models::importing {

// An instance and what of it is meant: aws_iam_role.r.arn is {r, "arn"}; of a nested one, "a.b".
struct Target {
  int instance = -1;
  std::string attribute;
  friend bool operator==(const Target&, const Target&) = default;
};

struct Resolution {
  std::vector<Target> targets;
  std::vector<std::string> constants;  // texts that variables hold
  std::vector<std::string> dead_ends;  // references the plan does not follow: local.x, an instance it does not have
};

class References {
 public:
  explicit References(const World& world);

  // The configuration's expressions for an instance; empty without configuration.
  Value expressions(const Instance& instance) const;
  std::string region(const Instance& instance) const;
  std::string provider(const Instance& instance) const;  // with its alias, as far as the file tells
  Resolution resolve(Value expression, const Instance& user) const;
  // Instances of one resource block in one instance of a module.
  std::vector<int> instances_in(const std::string& module_address, const std::string& type) const;

 private:
  struct Place {
    std::string module;             // address of the module instance the expression stands in
    std::string key;                // of the resource or module call it belongs to
    std::vector<std::string> keys;  // of all instances of that, sorted
    Value each;                     // its for_each
    bool says_each = false;         // the expression also refers to `each` or `count`
  };
  void follow(Value expression, const Place& place, int depth, Resolution& result) const;
  void follow_one(std::string_view traversal, const Place& place, int depth, Resolution& result) const;
  void add_instances(const std::string& block, std::string_view key, std::string_view attribute,
                     std::string_view traversal, const Place& place, Resolution& result) const;
  Place place_of(const Instance& instance) const;
  Place place_of_call(const std::string& module_address, Value call) const;
  static bool goes_key_to_key(const Place& place, std::vector<std::string> keys);

  const World& world_;
  std::unordered_map<std::string, std::vector<int>> blocks_;               // "module|[data.]type.name"
  std::unordered_map<std::string, std::vector<int>> types_;                // "module|type"
  std::unordered_map<std::string, std::vector<std::string>> module_keys_;  // "module.a" -> addresses of its instances
};

}  // namespace moshimo::models::importing
