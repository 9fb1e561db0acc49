// Walks through a catalogue and reports what cannot be right; what it knows stands in the files check_*.cpp.
//
// A context says where an expression stands: in which type, inside which hop or fault, beside which tests. Members take
// the context they stand in and hand on a narrower one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/catalogue/scope.hpp"

namespace moshimo::models::checking {

using input::Diagnostics;
using input::Position;

class Checker {
 public:
  Checker(const Catalogue& catalogue, Diagnostics& diagnostics)
      : catalogue_(catalogue), diagnostics_(diagnostics), types_(catalogue.types()) {}
  void run();

 private:
  void error(Position at, std::string message);
  void collect_parents(const TypeDef& type, const AttributeDef& attribute);
  void imports();

  // paths
  void add_components(Places& places, const std::vector<std::string>& types, bool any);
  Places value_of(const TypeDef& owner, const AttributeDef& attribute);
  static std::vector<std::string_view> member_names(const TypeDef& type);
  Places member_of(const TypeDef& type, const std::string& name);
  Places narrowed(const Places& places, const std::string& path, const Context& context);
  Places resolve(const Path& path, const Context& context, bool quiet = false);
  void add_member(Places& next, const Place& place, const std::string& name, const Path& path,
                  const std::string& so_far, bool quiet);
  void matches(const Place& place, const Step& step, const Path& path, const Context& context);
  void literal_fits(const AttributeDef& attribute, const Expression& value);

  // what a path has to lead to
  using Kinds = std::vector<Place::Kind>;
  Places expect(const Path& path, const Context& context, const Kinds& wanted, std::string_view what);
  void expect_port(const Path& path, const Context& context);
  void expect_place_for_data(const Path& path, const Context& context);
  void principals(const std::vector<PrincipalDef>& as, const Context& context);
  void needs(const NeedDefs& list, const Context& context);

  // expressions
  void text(const Text& text, const Context& context);
  void test(const Test& t, const Context& context);
  Context beside(const Test& t, const Context& outer);  // the test is checked, and what stands beside it may rely on it
  void parameter_fits(const std::string& name, const Expression& value, const Context& context);
  void expression(const Expression& e, const Context& context);
  std::optional<Quantity> unit(const Expression& e, const Context& context);
  static std::optional<Unit> unit_of_kind(AttributeDef::Kind kind);
  std::optional<Quantity> unit_of(const Place& place);
  void quantity(const Expression& e, Unit wanted, const Context& context);

  // facts
  void fact(const std::string& id, Position at);
  void basis(const Basis& b, const Context& context);
  static const Expression* bare_number(const Expression& e);
  void rests(const Expression& e, bool has_basis, std::string_view what);
  bool known_type(const std::string& name, Position at);

  // the members of a type
  void check(const TypeDef& type);
  void identity(const TypeDef& type, const Context& context);
  void attribute(const AttributeDef& a, const TypeDef& type, const Context& context, bool has_basis);
  void options(const AttributeDef& a, const Expression& value);
  void range(const AttributeDef& a, Unit unit);
  void through(const AttributeDef& a, const TypeDef& type, const TypeDef& part);
  void delay(const DelayDef& d, const Context& context);
  void sees(const std::vector<SeesDef>& list, const Context& context, bool has_basis, bool of_process);
  void condition(const ConditionDef& c, const Context& outer);
  void port(const PortDef& p, const Context& outer);
  void actions(const std::vector<std::string>& list, Position at);
  void store(const StoreDef& s, const Context& outer);
  void phases(const std::vector<PhaseDef>& list, const Context& context, bool based, std::string_view what);
  void fallback(const FallbackDef& f, const Context& outer, bool has_basis);
  void age(const Expression& e, const Context& context);
  void sign(const SignDef& s, const Context& context);
  void works_as(const WorksAsDef& w, const Context& outer);
  void look_back(const LookBackDef& l, const Context& outer);
  void hop(const HopDef& h, const Context& outer);
  bool can_fail(const HopDef& h, const Context& context);
  void process(const ProcessDef& p, const Context& outer);
  void repair(const RepairDef& r, const Context& outer);
  void fault(const FaultDef& f, const Context& outer);
  void guards(const GuardsDef& g, const Context& context);
  void objection(const ObjectionDef& o, const Context& outer);
  void permissions(const PermissionsDef& p, const Context& context);

  // after all types: what repairs are good for
  void effects(const TypeDef& type);

  // loops within a type
  void condition_loops(const TypeDef& type);
  void attribute_loops(const TypeDef& type);

  const Catalogue& catalogue_;
  Diagnostics& diagnostics_;
  std::vector<const TypeDef*> types_;
  std::vector<std::string_view> type_names_;
  std::vector<std::string_view> fact_ids_;
  std::map<std::string, std::vector<const TypeDef*>, std::less<>> parents_;
  std::set<std::pair<std::string, std::string>> releases_;
  std::set<std::pair<std::string, std::string>> restored_;
  const TypeDef* current_ = nullptr;  // the type being looked at
  int depth_ = 0;
};

}  // namespace moshimo::models::checking
