// The calls that a fault comes to, and what stands against each of them.
#pragma once

#include <string>
#include <vector>

#include "models/compile.hpp"
#include "models/compile_world.hpp"
#include "models/guards.hpp"
#include "models/permissions.hpp"

namespace moshimo::models {

struct FaultCall {
  iam::Request request;
  Index on = nothing;
  const FaultDef::Before* before = nullptr;  // why it has to come first; null: it is the fault's own
};

// A policy, or that none allows it.
struct Against {
  std::string kind;  // "service control policy"
  std::string policy;
  std::string statement;
  bool is_attached = true;               // at the start
  Needs away;                            // hold when it no longer stands against it
  Index guard = nothing;                 // the policy of the organisation; nothing: a document
  std::string says = {};                 // that it lets it through; not written where a policy is named
  std::vector<std::size_t> states = {};  // in which it stands against the call
};

// Those of one fault, or of another that the same caller could make of the same component.
class FaultCalls {
 public:
  FaultCalls(World& world, const Guards& guards, Permissions& permissions, const ActionRequest& request,
             const KnownCaller& who, const Scope& scope)
      : world_(world), guards_(guards), permissions_(permissions), request_(request), who_(who), scope_(scope) {}

  // Without an action. The caller has to outlive it.
  iam::Request own(const FaultDef& fault) const { return request_for(fault, scope_); }
  // Those without which the service refuses the fault's own.
  std::vector<FaultCall> before(const FaultDef& fault) const;
  // `states`: what other faults may have changed by then. `asks_guards`: the policies of the organisation, too.
  std::vector<Against> against(const FaultCall& call, const std::vector<EditState>& states, bool asks_guards) const;

 private:
  iam::Request request_for(const FaultDef& fault, const Scope& scope) const;

  World& world_;
  const Guards& guards_;
  Permissions& permissions_;
  const ActionRequest& request_;
  const KnownCaller& who_;
  const Scope& scope_;
};

}  // namespace moshimo::models
