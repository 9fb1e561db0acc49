// One compilation: writes the rows of the system from the components of a world.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/compile.hpp"
#include "models/compile_needs.hpp"
#include "models/compile_world.hpp"
#include "models/guards.hpp"
#include "models/permissions.hpp"

namespace moshimo::models {

// An account or Region as a place; one that is not known (`<region>`) may be anywhere.
inline std::string known_place(const std::string& name) { return name.starts_with('<') ? std::string() : name; }

class Compilation : public RowTexts {
 public:
  Compilation(std::shared_ptr<const Inventory> inventory, const Catalogue& catalogue, const CompileOptions& options,
              input::Diagnostics& diagnostics, System& system);

  // Every mistake in the attributes; false when there are any.
  bool check();
  void write_system(std::vector<EntryPoint>& entry_points);
  std::vector<Assumption> assumptions();

  ActionId action(const ActionRequest& request, System& system, input::Diagnostics& diagnostics);
  Label label(ConditionId condition) override;
  Label label(PortId port) override;
  Label label(RepairId repair) override;
  RepairText repair(RepairId repair) override;
  World& world() { return world_; }
  const std::vector<GuardedCall>& guarded_calls() const { return guarded_calls_; }
  const std::vector<GuardedRepair>& guarded_repairs() const { return guarded_repairs_; }

  // The system may have moved with what holds it.
  void use(System& system);

 private:
  // Rows of one kind each.
  void object();
  void assign_ids();
  void make_room();
  void plan_hops();
  void allow_outages();
  void write_conditions();
  void write_ports();
  void write_stores();
  void write_processes();
  void write_repairs();
  template <class Def>
  const Def& defined(MemberKind kind, const std::vector<Def>& defs, Index component, Index id) const;
  RepairId nameless_repair(Index component, std::string_view name, std::string title, FactId fact);
  std::vector<ConditionId> gone_with(Index component);
  bool makes_again(const Repair& repair, Index component);
  std::unordered_map<Index, std::vector<ConditionId>> bindings();
  void write_hops();
  void list_unknowns();
  void write_traffic(std::vector<EntryPoint>& entry_points);

  void plan_hop(Index component, Index def, const std::optional<Thing>& item);
  void refuse_target(const HopPlan& plan, const Scope& scope);
  std::optional<Thing> port_at(const std::vector<Thing>& things);
  std::string hop_name(const HopPlan& plan) const;
  std::shared_ptr<const Watch> watch(const HopDef& def, Index component, const Scope& scope);
  ComponentId alarm_named(const std::string& name);
  void write_hop(Index plan_index);
  void write_reactions(const HopPlan& plan, Hop& hop);
  Reactions shared_reactions(const HopDef& def);
  std::vector<Fallback> fallbacks(const std::vector<FallbackDef>& defs, const HopPlan& plan, const Scope& scope,
                                  const Basis& block);
  std::optional<Fallback> fallback(const FallbackDef& def, const HopPlan& plan, const Scope& scope, const Basis& block);
  StoreId source_store(const HopPlan& plan);
  bool is_read(Index component);
  bool feeds(Index component, Index port) const;
  void arrange(Hop& hop, std::vector<std::vector<Fallback>>&& lists, const std::vector<int>& list_of_class);
  void arrange_ordered(Hop& hop, const std::vector<std::vector<Fallback>>& lists, const std::vector<int>& list_of_class,
                       StoreId source);
  void share_among_readers();
  void cut_loops();
  void size_events();

  void read_documents();
  void attach_again();
  void list_permissions(std::vector<Assumption>& out);
  std::string managing_account(Index component);
  void keep_changeable();
  Index component_of(std::string_view caller);
  void ask_credentials(const ActionRequest& request, Needs& needs);
  void ask_guards(const FaultDef& def, const Scope& scope, const ActionRequest& request, Needs& needs);
  void ask_guards(RepairId repair, const RepairDef& def, const Scope& scope, Needs& requirements);
  void note(std::string says, Index about);
  void note_doubts(const std::vector<Doubt>& doubts, const std::string& call, const std::string& on);
  std::optional<KnownCaller> caller(const ActionRequest& request, Index component);
  bool asks_for_time(const ActionRequest& request, Index component);

  Delay delay(const DelayDef& def, const Scope& scope);
  Schedule schedule(const std::vector<PhaseDef>& phases, const Scope& scope);
  Symptoms symptoms(const std::vector<SeesDef>& sees, const Scope& scope, FactId otherwise, std::string_view of = {});
  FactId fact(std::string_view id);
  FactId fact(const Basis& basis, const Scope& scope, std::string_view what);
  FactId find_fact(const Basis& basis, const Scope& scope, std::string_view what);
  Needs needs(const NeedDefs& defs, const Scope& scope);
  std::vector<ConditionId> conditions(const std::vector<Path>& paths, const Scope& scope);

  std::shared_ptr<const Inventory> inventory_;
  const Catalogue& catalogue_;
  const CompileOptions options_;
  System* system_;
  World world_;
  std::unique_ptr<NeedsWriter> needs_;
  std::unordered_map<std::string_view, FactId> facts_;     // by ids that stay
  std::unordered_map<const Basis*, FactId> same_for_all_;  // bases whose fact does not depend on the component
  std::map<std::string, FactId, std::less<>> assumed_;
  std::unordered_map<std::uint64_t, std::vector<Index>> readers_;  // component << 32 | port: plans that start there
  std::unordered_map<const HopDef*, std::vector<std::vector<const ReactionDef*>>> blocks_of_;  // by class
  std::map<std::pair<const void*, FactId>, Symptoms> shared_symptoms_;
  std::unordered_map<const HopDef*, std::vector<Reactions>> reactions_;  // those written last
  ReactionRows written_;                                                 // of the hop that is being written
  Needs written_needs_;                                                  // the last, and room for the next
  std::map<std::string, ActionId> actions_;
  Documents documents_;
  std::unique_ptr<Guards> guards_;
  std::unique_ptr<Permissions> permissions_;
  std::vector<GuardedCall> guarded_calls_;
  std::vector<GuardedRepair> guarded_repairs_;
  std::vector<Index> has_condition_;  // the component of each condition that its type defines
  std::vector<Index> has_port_;
  std::vector<Index> has_repair_;
  std::unordered_map<std::uint32_t, std::string> titles_;  // of repairs that no type defines
  std::vector<Assumption> assumptions_;
  std::vector<bool> is_sized_;  // by hop: its events have a size of their own
  struct Combining {            // a hop whose ratio follows from what comes to it
    double every_s = 0;         // infinity: whenever there is enough
    double bytes = 0;           // infinity: however much
  };
  std::unordered_map<std::uint32_t, Combining> combining_;
};

}  // namespace moshimo::models
