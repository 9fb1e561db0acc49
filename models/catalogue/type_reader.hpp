// Reads the tree of one type member by member; what it knows of each kind of member stands in the files read_*.cpp.
//
// Every mistake is reported, and what could be read goes on: the tree is looked at to its end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/catalogue.hpp"
#include "models/catalogue/expression_parser.hpp"
#include "models/catalogue_tree.hpp"

namespace moshimo::models {

using input::Diagnostics;
using Keys = std::vector<std::string_view>;
using Wanted = ExpressionParser::Wanted;

struct ClassName {
  std::string_view name;
  ErrorClass error;
};
inline constexpr ClassName class_names[] = {
    {"denied", ErrorClass::denied},           {"key", ErrorClass::key},
    {"missing", ErrorClass::missing},         {"throttled", ErrorClass::throttled},
    {"unavailable", ErrorClass::unavailable}, {"unhealthy", ErrorClass::unhealthy},
    {"stalled", ErrorClass::stalled},         {"failed", ErrorClass::failed},
};

class TypeReader {
 public:
  TypeReader(const std::string& name, const std::map<std::string, std::vector<std::string>, std::less<>>& groups,
             Diagnostics& diagnostics)
      : groups_(groups), diagnostics_(diagnostics) {
    type_.name = name;
    words_.type = name;
    words_.groups = &groups;
  }
  TypeDef read(const CatalogueTrees::Type& source);

 private:
  ExpressionParser parser() const { return {words_, diagnostics_}; }
  void error(input::Position at, std::string message) const { diagnostics_.error(at, std::move(message)); }

  // shapes
  void allow_only(const Tree& map, const Keys& keys) const;
  bool expect_map(const Tree& tree, std::string_view what) const;
  const Tree* map_in(const Tree& tree, std::string_view name) const;
  template <class Take>
  void section(const Tree& tree, std::string_view name, const Take& take) const {
    const Tree* found = map_in(tree, name);
    if (found == nullptr) return;
    for (const Tree& child : found->children) take(child);
  }
  // The name and place of a member; false, after a message, when it is no map.
  template <class Def>
  bool begin(const Tree& tree, std::string_view kind, Def& result) const {
    result.name = tree.key;
    result.at = tree.key_at;
    return expect_map(tree, what(kind, tree));
  }
  static std::string what(std::string_view kind, const Tree& tree);  // hop 'go'
  std::vector<const Tree*> items(const Tree& tree) const;
  std::vector<const Tree*> one_or_many(const Tree& tree) const;
  bool yes_no(const Tree& tree) const;
  bool says_yes(const Tree& tree, std::string_view key) const;
  std::string name_in(const Tree& scalar) const;
  std::vector<std::string> names_in(const Tree& tree) const;

  // names
  void collect_members(const Tree& tree);
  void collect_options(const Tree& attribute, const std::string& path);
  void check_name(const Tree& member) const;

  // shared parts
  std::optional<ErrorClass> error_class(const Tree& tree) const;
  Test test_in(const Tree& tree, std::string_view key = "if") const;
  Text text_in(const Tree& tree, std::string_view key) const;
  Text required_text(const Tree& tree, std::string_view key, std::string_view what) const;
  Expression quantity_in(const Tree& tree, std::string_view key) const;
  Basis basis(const Tree& tree) const;
  DelayDef delay_in(const Tree& tree, std::string_view key) const;
  std::vector<PhaseDef> schedule(const Tree& tree) const;
  Overflow overflow_in(const Tree& tree) const;
  std::vector<SeesDef> sees_in(const Tree& tree) const;
  std::vector<Path> paths_in(const Tree& tree, std::string_view key) const;
  std::vector<PrincipalDef> principals_in(const Tree& tree) const;

  // needs
  NeedDefs needs_in(const Tree& tree, std::string_view key) const;
  void add_need(const Tree& tree, const Test& outer, NeedDefs& needs) const;

  // import
  IdentityDef identity(const Tree& tree) const;
  Text identity_pattern(const Tree& tree) const;
  std::vector<std::string> identity_texts(const Tree& tree) const;
  std::vector<ImportSource> import_sources(const Tree& tree) const;
  void import_part(const Tree& tree, ImportSource& source) const;
  void import_mention(const Tree& tree, ImportSource& source) const;
  // Reports what is no `attribute = value`.
  std::optional<std::pair<std::string, std::string>> update_in(const Tree& tree) const;
  void faults_by_update(const Tree& tree, ImportSource& source) const;
  std::vector<ImportPath> import_paths(const Tree& tree, std::string_view key) const;

  // attributes
  std::vector<std::string> types_named(const Tree& tree, bool& any) const;
  AttributeDef attribute(const Tree& tree);

  // conditions
  ConditionDef condition(const Tree& tree);
  static Text words(std::string before, std::string_view member, std::string after);
  static Path own(std::string_view member);
  void add_exists();

  // ports, stores
  PortDef port(const Tree& tree);
  StoreDef store(const Tree& tree) const;

  // hops
  FallbackDef fallback(const Tree& tree) const;
  ReactionDef reaction(const Tree& tree, bool has_if) const;
  std::vector<WhenDef> when_in(const Tree& tree) const;
  SignDef sign(const Tree& tree) const;
  LookBackDef look_back(const Tree& tree);
  WorksAsDef works_as(const Tree& tree) const;
  HopDef hop(const Tree& tree);

  // processes
  ProcessDef process(const Tree& tree) const;

  // repairs, faults, guards
  RepairDef repair(const Tree& tree);
  CommandDef command(const Tree& tree);
  void add_recreate();
  void faults(const Tree& tree);
  Tree same_as(const Tree& tree, const Tree& all, int depth = 0) const;
  FaultDef::Parameter::Edit edit_in(const Tree& tree) const;
  FaultDef fault(const Tree& tree);
  GuardsDef guards(const Tree& tree) const;
  ObjectionDef objection(const Tree& tree) const;
  PermissionsDef permissions(const Tree& tree) const;

  const std::map<std::string, std::vector<std::string>, std::less<>>& groups_;
  Diagnostics& diagnostics_;
  Words words_;
  TypeDef type_;
};

}  // namespace moshimo::models
