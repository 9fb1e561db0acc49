#include "models/compile_needs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace moshimo::models {
namespace {

std::uint64_t key_of(Index component, Index index) { return (std::uint64_t{component} << 32) | index; }

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

}  // namespace

void NeedsWriter::add(Needs& to, const Need& need, std::optional<ErrorClass> shown_as) {
  for (const Need& n : to) {
    if (n.condition == need.condition && n.alternatives == need.alternatives) return;
  }
  to.push_back(need);
  if (shown_as) to.back().error = *shown_as;
}

void NeedsWriter::write(const NeedDefs& defs, const Scope& scope, Needs& out) {
  for (const NeedDef& def : defs) {
    if (!world_.holds(def.test, scope)) continue;
    if (def.kind == NeedDef::Kind::any) {
      any_of(def, scope, out);
      continue;
    }
    std::vector<Thing> things;
    for (const Path& path : def.paths) world_.follow(path, scope, things);
    for (const Thing& thing : things) one(thing, scope, def.shown_as, out);
  }
}

void NeedsWriter::one(const Thing& thing, const Scope& scope, std::optional<ErrorClass> shown_as, Needs& out) {
  const TypeDef* type = thing.component == nothing ? nullptr : world_.part(thing.component).type;
  switch (thing.kind) {
    case Thing::Kind::condition: {
      Need need;
      need.condition = ConditionId(world_.id(MemberKind::condition, thing.component, thing.index));
      need.error = type->conditions[thing.index].error;
      add(out, need, shown_as);
      return;
    }
    case Thing::Kind::port:
      for (const Need& n : of_port(thing.component, thing.index, scope.caller)) add(out, n, shown_as);
      return;
    case Thing::Kind::component: {
      const Member in = find_member(*type, "in");
      if (in.kind == MemberKind::port && world_.exists(MemberKind::port, thing.component, static_cast<Index>(in.index))) {
        for (const Need& n : of_port(thing.component, static_cast<Index>(in.index), scope.caller)) add(out, n, shown_as);
      }
      return;
    }
    case Thing::Kind::hop: {
      const auto found = hops_of.find(key_of(thing.component, thing.index));
      if (found == hops_of.end()) return;
      for (Index i = 0; i < found->second.count; ++i) {
        Needs needs;
        of_hop(hops[found->second.first + i], needs);
        for (const Need& n : needs) add(out, n, shown_as);
      }
      return;
    }
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy: {
      Needs needs;
      const ProcessDef& process = type->processes[thing.index];
      if (thing.kind == Thing::Kind::process) of_process(thing.component, thing.index, needs);
      else if (thing.kind == Thing::Kind::process_start) write(process.start, of_component(thing.component), needs);
      else if (thing.kind == Thing::Kind::process_run) write(process.run, of_component(thing.component), needs);
      else write(process.healthy, of_component(thing.component), needs);
      for (const Need& n : needs) add(out, n, shown_as);
      return;
    }
    case Thing::Kind::health: {
      Needs needs;
      health(thing.component, needs);
      if (needs.empty()) return;
      Need need;
      need.condition = stand_in(thing, needs);
      need.error = needs.front().error;
      add(out, need, shown_as);
      return;
    }
    case Thing::Kind::quantity:
    case Thing::Kind::text:
    case Thing::Kind::yes_no:
    case Thing::Kind::object:
    case Thing::Kind::map:
    case Thing::Kind::store:
    case Thing::Kind::repair: return;
  }
}

void NeedsWriter::any_of(const NeedDef& def, const Scope& scope, Needs& out) {
  std::vector<Thing> things;
  for (const Path& path : def.paths) world_.follow(path, scope, things);
  std::vector<ConditionId> alternatives;
  std::optional<ErrorClass> error = def.shown_as;
  for (const Thing& thing : things) {
    Needs needs;
    one(thing, scope, std::nullopt, needs);
    if (needs.empty()) return;   // that one always holds
    if (!error) error = needs.front().error;
    if (needs.size() > 1) {
      alternatives.push_back(stand_in(thing, needs));
      continue;
    }
    alternatives.push_back(needs.front().condition);
    alternatives.insert(alternatives.end(), needs.front().alternatives.begin(), needs.front().alternatives.end());
  }
  if (alternatives.empty()) return;
  Need need;
  need.condition = alternatives.front();
  need.error = *error;
  for (std::size_t i = 1; i < alternatives.size(); ++i) {
    const bool is_new = alternatives[i] != need.condition &&
                        std::find(need.alternatives.begin(), need.alternatives.end(), alternatives[i]) ==
                            need.alternatives.end();
    if (is_new) need.alternatives.push_back(alternatives[i]);
  }
  add(out, need);
}

// A condition that holds while all of several needs do, for use as one alternative.
ConditionId NeedsWriter::stand_in(const Thing& thing, const Needs& needs) {
  std::vector<std::uint32_t> follows;
  for (const Need& n : needs) {
    follows.push_back(n.condition.value);
    for (const ConditionId a : n.alternatives) follows.push_back(a.value);
    follows.push_back(nothing);
  }
  ConditionId& known = stand_ins_[{static_cast<int>(thing.kind), thing.component, thing.index, std::move(follows)}];
  if (known.is_set()) return known;
  const Part& part = world_.part(thing.component);
  std::string_view member = "ok";
  if (thing.kind == Thing::Kind::port) member = part.type->ports[thing.index].name;
  else if (thing.kind == Thing::Kind::hop) member = part.type->hops[thing.index].name;
  else if (thing.kind != Thing::Kind::health && thing.kind != Thing::Kind::component) {
    member = part.type->processes[thing.index].name;
  }
  Condition c;
  c.name = fmt::format("{}.{}", part.name, member);
  const int number = ++stand_in_counts_[{static_cast<int>(thing.kind), thing.component, thing.index}];
  if (number > 1) c.name += fmt::format("#{}", number);
  c.says = thing.kind == Thing::Kind::health ? fmt::format("{} is well", part.name)
                                             : fmt::format("{} of {} is open", member, part.name);
  c.component = ComponentId(thing.component);
  c.kind = Condition::Kind::derived;
  c.error = needs.front().error;
  c.follows = needs;
  known = system_->conditions.add(std::move(c));
  return known;
}

const Needs& NeedsWriter::of_port(Index component, Index port, const Thing* caller) {
  static const Needs none;
  const auto general = of_port_.find(key_of(component, port));
  if (general != of_port_.end() && !general->second.is_open && !general->second.by_caller) return general->second.needs;

  Expansion* expansion = nullptr;
  if (caller) {
    CallerKey key{component, port, caller->component, std::string(caller->text)};
    const auto [found, is_new] = of_port_for_.emplace(std::move(key), Expansion{});
    expansion = &found->second;
    if (!is_new && !expansion->is_open) {
      world_.caller_was_asked = world_.caller_was_asked || expansion->by_caller;
      return expansion->needs;
    }
    if (!is_new) expansion = nullptr;
  } else {
    const auto [found, is_new] = of_port_.emplace(key_of(component, port), Expansion{});
    expansion = &found->second;
    if (!is_new && !expansion->is_open) {
      world_.caller_was_asked = true;
      return expansion->needs;
    }
    if (!is_new) expansion = nullptr;
  }
  const Part& part = world_.part(component);
  if (!expansion) {
    if (!loop_reported_) {
      std::string loop;
      auto at = std::find(path_.begin(), path_.end(), std::make_pair(component, port));
      for (; at != path_.end(); ++at) {
        loop += fmt::format("{}.{} -> ", world_.part(at->first).name, world_.part(at->first).type->ports[at->second].name);
      }
      world_.diagnostics.error(part.at, fmt::format("what these need goes round: {}{}.{}; remove one of the references",
                                                    loop, part.name, part.type->ports[port].name));
      loop_reported_ = true;
    }
    return none;
  }

  path_.emplace_back(component, port);
  const bool asked_before = world_.caller_was_asked;
  world_.caller_was_asked = false;
  Scope scope = of_component(component);
  scope.caller = caller;
  Needs needs;
  const PortDef& def = part.type->ports[port];
  write(def.needs, scope, needs);
  if (const auto outage = outages.find(component); outage != outages.end()) {
    Need up;
    up.condition = outage->second;
    up.error = ErrorClass::unavailable;
    needs.insert(needs.begin() + (needs.empty() ? 0 : 1), up);
  }
  if (!def.by.empty()) {
    const Member process = find_member(*part.type, def.by);
    if (process.kind == MemberKind::process &&
        world_.exists(MemberKind::process, component, static_cast<Index>(process.index))) {
      of_process(component, static_cast<Index>(process.index), needs);
    }
  }
  expansion->by_caller = world_.caller_was_asked;
  world_.caller_was_asked = asked_before || expansion->by_caller;
  expansion->needs = std::move(needs);
  expansion->is_open = false;
  path_.pop_back();
  if (caller && !expansion->by_caller) {
    Expansion& for_all = of_port_[key_of(component, port)];
    for_all.needs = expansion->needs;
    for_all.is_open = false;
    of_port_for_.erase(CallerKey{component, port, caller->component, std::string(caller->text)});
    return for_all.needs;
  }
  return expansion->needs;
}

void NeedsWriter::of_process(Index component, Index process, Needs& out) {
  const ProcessDef& def = world_.part(component).type->processes[process];
  Needs needs;
  write(def.run, of_component(component), needs);
  for (const Need& n : needs) add(out, n);
  Need staffed;
  const ProcessId row(world_.id(MemberKind::process, component, process));
  staffed.condition = system_->processes[row].staffed;
  staffed.error = ErrorClass::unavailable;
  add(out, staffed);
}

void NeedsWriter::be(const Thing& principal, Needs& out) {
  if (principal.kind != Thing::Kind::component) return;
  const Member act = find_member(*world_.part(principal.component).type, "act");
  if (act.kind != MemberKind::port) return;
  if (!world_.exists(MemberKind::port, principal.component, static_cast<Index>(act.index))) return;
  for (const Need& n : of_port(principal.component, static_cast<Index>(act.index), nullptr)) {
    add(out, n, ErrorClass::denied);
  }
}

std::optional<Thing> NeedsWriter::acting(const std::vector<PrincipalDef>& candidates, const Scope& scope) {
  for (const PrincipalDef& candidate : candidates) {
    if (!world_.holds(candidate.test, scope)) continue;
    if (candidate.is_service) return Thing::of_text(candidate.service);
    std::vector<Thing> found;
    world_.follow(candidate.path, scope, found);
    if (!found.empty()) return found.front();
  }
  return std::nullopt;
}

void NeedsWriter::of_hop(const HopPlan& plan, Needs& out) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  Scope scope = of_component(plan.component);
  if (plan.item) scope.item = &*plan.item;
  if (plan.principal) {
    be(*plan.principal, out);
    scope.caller = &*plan.principal;
  }
  Needs own;
  write(def.needs, scope, own);
  for (const Need& n : own) add(out, n);
  if (plan.goes_outside) return;
  for (const Need& n : of_port(plan.to.component, plan.to.index, scope.caller)) add(out, n, def.to_shown_as);
}

// A component is well while none of its ports refuses, none of its hops fails and its processes have a worker.
void NeedsWriter::health(Index component, Needs& out) {
  const TypeDef& type = *world_.part(component).type;
  for (Index i = 0; i < type.ports.size(); ++i) {
    if (!world_.exists(MemberKind::port, component, i)) continue;
    for (const Need& n : of_port(component, i, nullptr)) add(out, n);
  }
  for (Index i = 0; i < type.processes.size(); ++i) {
    if (world_.exists(MemberKind::process, component, i)) of_process(component, i, out);
  }
  for (Index i = 0; i < type.hops.size(); ++i) {
    const auto found = hops_of.find(key_of(component, i));
    if (found == hops_of.end()) continue;
    for (Index k = 0; k < found->second.count; ++k) of_hop(hops[found->second.first + k], out);
  }
}

}  // namespace moshimo::models
