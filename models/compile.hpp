// The compiler: turns an inventory and the catalogue into a `System`. Here the words of AWS end.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/system.hpp"
#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// `{ web: { logs.mode: non-blocking } }`: another value for an attribute, for this compilation.
struct Override {
  std::string component;
  std::string attribute;  // a path inside it: `logs.mode`, `targets[0].dead_letter`, `targets[orders].role`
  Value value;
  input::Position at;
};

// Who makes a call, and under which circumstances.
struct CallBy {
  std::string who;                                           // a principal or an ARN; empty: an administrator
  bool code_is_kept = false;                                 // Terraform does it, with the block still in its code
  std::vector<std::pair<std::string, std::string>> context;  // condition keys: aws:SourceIp
};

// Somebody does `verb` to a component: a fault of its type, or `outage`, which every component has.
struct ActionRequest {
  std::string component;
  std::string verb;
  std::vector<std::pair<std::string, Value>> parameters;
  input::Position at;
  std::optional<Moment> moment = {};        // when it happens, where that is known
  std::shared_ptr<const CallBy> call = {};  // not set: an administrator's
  bool is_stopped = false;  // it is known to change nothing: what it sets of an attribute does not count
};

struct CompileOptions {
  std::optional<Moment> start;  // unset: what holds today
  std::vector<Override> overrides;
  std::vector<ActionRequest> actions;  // the faults of a scenario; see Compiled::requested
};

// Something the result rests on that is not documented or not known.
struct Assumption {
  enum class Kind : std::uint8_t {
    fact,              // a fact below `documented` is used
    default_value,     // an attribute that nobody gave is taken to have a value nobody published, or that of its time
    default_traffic,   // no traffic is given
    granted_policies,  // what identity policies allow is not looked at
    denied_at_start,   // documents deny something that is done, before anything happens
    unknown,           // an importer did not model or resolve something
    cut_loop,          // data that would go round is stopped at a place
  };
  Kind kind = Kind::fact;
  std::string says;
  FactId fact;                     // kind fact, and of a default of its time
  std::vector<ComponentId> where;  // those it concerns, as far as known
};

// A fault of which guards were asked, or the documents of whoever does it.
struct GuardedCall {
  ActionId action;
  std::string caller;  // a principal, an ARN, "an administrator"
  std::string call;    // kms:ScheduleKeyDeletion
  std::string on;      // the component
  struct Objection {
    ConditionId condition;  // a need of the action: holds while this does not stand in the way
    std::string kind;       // "resource control policy"
    std::string policy;
    std::string statement;    // "" where nothing of it allows the call
    bool is_attached = true;  // at the start
    std::string call = {};    // what it denies, where that is one that has to come first
    FactId has_to_come = {};  // that it has
  };
  std::vector<Objection> objections;
  struct NearMiss {  // looks as if it stopped the call
    std::string policy;
    std::string statement;
    std::string why;
    std::vector<std::string> words;
  };
  std::vector<NearMiss> near_misses;
  struct WayRound {  // what the same caller may do instead
    std::string verb;
    std::string call;
  };
  std::vector<WayRound> ways_round;
};

// A step of the way back that a guard denies, while it is attached.
struct GuardedRepair {
  RepairId repair;
  std::string caller;
  std::string call;       // iam:CreateRole
  ConditionId condition;  // a requirement of the repair: holds while the guard does not stand in the way
  std::string kind;       // "service control policy"
  std::string policy;
  std::string statement;  // "" where nothing of it allows the call
};

struct EntryPoint {
  PortId port;
  HopId hop;  // the traffic
};

class Compilation;

// Refers to the catalogue.
struct Compiled {
  System system;
  std::vector<Assumption> assumptions;
  std::vector<EntryPoint> entry_points;
  std::vector<ActionId> requested;   // for each of CompileOptions::actions; unset where it was wrong
  std::vector<GuardedCall> guarded;  // of these, where there is anything to ask
  std::vector<GuardedRepair> guarded_repairs;

  // Not set when there is no such thing. Members by the name they have in the catalogue.
  ComponentId component(std::string_view name) const;
  ConditionId condition(ComponentId component, std::string_view name) const;
  PortId port(ComponentId component, std::string_view name) const;
  RepairId repair(ComponentId component, std::string_view name) const;

  // What can be done to a component, sorted.
  std::vector<std::string> verbs(ComponentId component) const;

  // Compiled when first asked for. Not set, with a message, when the request is wrong. A parameter that stands for an
  // attribute of the component (`window` of a key's deletion) can be given in CompileOptions::actions only.
  ActionId action(const ActionRequest& request, input::Diagnostics& diagnostics);

  std::shared_ptr<Compilation> compilation;
};

// With errors in `diagnostics` the system is not to be used.
Compiled compile(std::shared_ptr<const Inventory> inventory, const Catalogue& catalogue, const CompileOptions& options,
                 input::Diagnostics& diagnostics);

}  // namespace moshimo::models
