// Needs, written out: a need on a port, a hop or a process stands for all the needs of that one, in order.
//
// Who calls matters: `caller` inside a port is whoever the port is expanded for, and results are kept per caller.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/system.hpp"
#include "models/compile_world.hpp"

namespace moshimo::models {

// A hop of the system to be: where it starts and ends, and as whom.
struct HopPlan {
  Index component = nothing;
  Index def = 0;
  std::optional<Thing> item;
  std::optional<Thing> principal;
  Thing from;  // a port or condition; not used by a timetable
  Thing to;    // a port
  bool goes_outside = false;
};

// Where the words of a planned hop are looked at.
Scope scope_of(const HopPlan& plan);

class Permissions;

class NeedsWriter {
 public:
  NeedsWriter(World& world, System& system) : world_(world), system_(&system) {}
  void use(System& system) { system_ = &system; }

  void write(const NeedDefs& defs, const Scope& outer, Needs& out);
  const Needs& of_port(Index component, Index port, const Thing* caller);
  void of_process(Index component, Index process, Needs& out);
  void forget_callers() { of_port_for_.clear(); }  // their needs are worked out again when asked for
  void of_hop(const HopPlan& plan, Needs& out);

  // That a component is there, as a need.
  void own_existence(Index component, Needs& out);

  // Being a principal: the needs of its port `act`.
  void be(const Thing& principal, Index by, Needs& out);
  // The first of the principals that is there; empty: nobody in particular.
  std::optional<Thing> acting(const std::vector<PrincipalDef>& candidates, const Scope& scope);

  // In order of component and definition; the id of a hop of the world is that of its first plan.
  std::vector<HopPlan> hops;
  std::vector<HopPlan> hops_of(Index component, Index def) const;

  // A service that calls a component whose own policy, as far as it is given, does not name it.
  void note_admission(const NeedDefs& defs, Index component, const Thing& caller);
  std::map<std::string_view, std::set<Index>> taken_to_be_let_in;

  Permissions* permissions = nullptr;  // what documents say of callers; not set: nothing

  // Components that can be out: a condition every port of theirs needs.
  std::unordered_map<Index, ConditionId> outages;

  // Adds needs in order; what is asked for already is left out.
  static void add(Needs& to, const Need& need, std::optional<ErrorClass> shown_as = {});

 private:
  struct Expansion {
    Needs needs;
    bool is_open = true;  // being worked out
  };
  // component, port, caller and, on a line of its own, the service that asks for him
  using CallerKey = std::tuple<Index, Index, Index, std::string>;

  void one(const Thing& thing, const Scope& scope, std::optional<ErrorClass> shown_as, Needs& out);
  Needs expand(Index component, Index port, const Thing* caller);
  std::string service_asking() const;
  void report_loop(Index component, Index port);
  const Thing* knocking(const Thing& principal, const Scope& scope, std::optional<Thing>& worker);
  void any_of(const NeedDef& def, const Scope& scope, Needs& out);
  ConditionId stand_in(const Thing& thing, const Needs& needs);
  void health(Index component, Needs& out);
  bool name_nobody(const NeedDefs& defs, const Scope& scope);

  World& world_;
  System* system_;
  std::set<std::string_view> services_;  // principals that need a policy of what they call
  enum class Progress : std::uint8_t { not_begun, busy, the_same_for_all, by_caller };
  std::vector<Progress> of_port_;  // by PortId; the result is the row's own needs
  std::map<CallerKey, Expansion> of_port_for_;
  std::map<std::tuple<int, Index, Index, std::vector<std::uint32_t>>, ConditionId> stand_ins_;
  std::map<std::tuple<int, Index, Index>, int> stand_in_counts_;
  std::vector<std::pair<Index, Index>> path_;  // ports being worked out, for the message about a loop
  bool loop_reported_ = false;
};

}  // namespace moshimo::models
