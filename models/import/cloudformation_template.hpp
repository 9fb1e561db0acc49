// One CloudFormation template while it is read: what it declares, which conditions hold, what its functions come to.
//
// What it knows of each of these stands in the files cloudformation_*.cpp. Mistakes are reported, and reading goes on.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/import/cloudformation.hpp"

namespace moshimo::models::importing {

using Tree = models::Value;
using Names = std::vector<std::string_view>;
using Exports = std::multimap<std::string, Tree>;

bool is_one_of(const Names& names, std::string_view name);

class Template {
 public:
  Template(Value root, int file, const Catalogue& catalogue, input::Diagnostics& diagnostics);

  void collect(Exports& exports);  // what it gives out
  void read(const Exports& exports, Documents& documents, World& world);

 private:
  using Bindings = std::map<std::string, std::string, std::less<>>;
  struct Declared {
    std::string id;
    std::string type;
    Value node;
    Bindings bindings;
    bool is_modelled = false;
  };
  // A call of an intrinsic function. In its short form the tag stands at the argument itself.
  struct Call {
    std::string name;  // `Ref`, `Condition`, `Fn::...`
    Value argument;
    bool is_short = false;
  };
  using Maybe = std::optional<Tree>;

  void error(Value at, std::string message);
  std::string file_name() const;
  bool spend();  // a value; false when the template makes too many

  // what there is
  void check_keys(Value map, const Names& known, std::string_view what);
  void declare(Value resources);
  const Declared* find(std::string_view id) const;
  bool is_created(const Declared& declared);
  void check_order(const Declared& declared);
  bool is_generated(std::string_view id) const;
  std::string no_such(std::string_view id) const;
  void tell(World& world) const;

  // loops
  void for_each(Value node, const std::function<void(Value)>& run);
  std::string filled_in(std::string_view text) const;

  // conditions
  bool holds(Value at, std::string_view name);
  bool decide(Value v);
  bool are_equal(Value a, Value b);

  // values
  Maybe eval(Value v);
  Maybe as_written(Value v);
  void add_members(Value v, Tree& map);
  std::optional<Call> call_in(Value v);
  std::optional<Call> long_call_in(Value v);
  Maybe argument(const Call& call);
  Maybe carry_out(const Call& call);

  // functions
  Maybe wrong(const Call& call, std::string_view form);
  Maybe ref(const Call& call);
  Maybe attribute_of(const Call& call);
  Maybe substitute(const Call& call);
  Maybe join(const Call& call);
  Maybe select(const Call& call);
  Maybe split(const Call& call);
  Maybe choose(const Call& call);
  Maybe find_in_map(const Call& call);
  Maybe only_value(Value map, std::string_view top, std::string_view second);
  Maybe import(const Call& call);
  Maybe transformed(const Call& call);
  Maybe json_of(const Call& call);
  Maybe length(const Call& call);

  // references
  Maybe refer(Value at, std::string_view name, std::string_view attribute);
  Maybe pseudo(Value at, std::string_view name);
  Tree parameter_value(const std::string& name, Value parameter);

  Value root_;
  int file_ = 0;
  const Catalogue& catalogue_;
  input::Diagnostics& diagnostics_;
  const Exports* exports_ = nullptr;
  std::vector<Declared> resources_;
  std::map<std::string, std::size_t, std::less<>> known_;
  std::set<std::string> twice_;
  std::vector<std::string> macros_;  // transforms that cannot be run here
  bool has_serverless_ = false;
  Bindings bindings_;
  std::map<std::string, bool, std::less<>> decided_;
  std::set<std::string> deciding_;
  std::map<std::string, std::string> assumptions_;  // of open texts
  std::vector<std::string> assumed_;
  bool is_assumed_ = false;  // what is being decided rests on an assumption
  std::set<std::string> at_default_;
  std::size_t spent_ = 0;
  bool has_overspent_ = false;
};

Tree left_open(std::string_view what);
bool is_serverless(std::string_view type);

// With what is left open in it made alike: two templates rarely call the same thing the same.
std::string export_key(std::string_view name);

}  // namespace moshimo::models::importing
