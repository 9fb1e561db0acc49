#include "models/compile_needs.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/phrases.hpp"
#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

bool is_refusal(ErrorClass c) { return c == ErrorClass::denied || c == ErrorClass::key || c == ErrorClass::missing; }

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

}  // namespace

Scope scope_of(const HopPlan& plan) {
  Scope scope{plan.component, nullptr, nullptr, nullptr};
  if (plan.item) scope.item = &*plan.item;
  if (plan.principal) scope.caller = &*plan.principal;
  return scope;
}

void NeedsWriter::add(Needs& to, const Need& need, std::optional<ErrorClass> shown_as) {
  for (const Need& n : to) {
    if (n.condition == need.condition && n.alternatives == need.alternatives) return;
  }
  to.push_back(need);
  if (shown_as) to.back().error = *shown_as;
}

std::vector<HopPlan> NeedsWriter::hops_of(Index component, Index def) const {
  std::vector<HopPlan> out;
  for (Index i = world_.id(MemberKind::hop, component, def); i < hops.size(); ++i) {
    if (hops[i].component != component || hops[i].def != def) break;
    out.push_back(hops[i]);
  }
  return out;
}

void NeedsWriter::write(const NeedDefs& defs, const Scope& outer, Needs& out) {
  for (const NeedDef& def : defs) {
    if (!world_.holds(def.test, outer)) continue;
    Scope scope = outer;
    const std::optional<Thing> caller = acting(def.as, outer);
    if (caller) scope.caller = &*caller;
    if (def.kind == NeedDef::Kind::any) {
      any_of(def, scope, out);
      continue;
    }
    Things things(world_);
    for (const Path& path : def.paths) world_.follow(path, scope, *things);
    if (def.only_refusals) {
      Needs all;
      for (const Thing& thing : things) one(thing, scope, std::nullopt, all);
      for (const Need& need : all) {
        if (is_refusal(need.error)) add(out, need);
      }
      continue;
    }
    for (const Thing& thing : things) one(thing, scope, def.shown_as, out);
  }
}

void NeedsWriter::one(const Thing& thing, const Scope& scope, std::optional<ErrorClass> shown_as, Needs& out) {
  switch (thing.kind) {
    case Thing::Kind::condition: {
      Need need;
      need.condition = ConditionId(world_.id(MemberKind::condition, thing.component, thing.index));
      need.error = world_.part(thing.component).type->conditions[thing.index].error;
      add(out, need, shown_as);
      return;
    }
    case Thing::Kind::port: {
      std::optional<Thing> worker;
      const Thing* caller = knocking(thing, scope, worker);
      for (const Need& n : of_port(thing.component, thing.index, caller)) add(out, n, shown_as);
      return;
    }
    case Thing::Kind::component: {
      const Member in = world_.member(thing.component, "in");
      if (in.kind == MemberKind::port &&
          world_.exists(MemberKind::port, thing.component, static_cast<Index>(in.index))) {
        for (const Need& n : of_port(thing.component, static_cast<Index>(in.index), scope.caller))
          add(out, n, shown_as);
      }
      return;
    }
    case Thing::Kind::hop: {
      for (const HopPlan& plan : hops_of(thing.component, thing.index)) {
        Needs needs;
        of_hop(plan, needs);
        for (const Need& n : needs) add(out, n, shown_as);
      }
      return;
    }
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy: {
      Needs needs;
      const ProcessDef& process = world_.part(thing.component).type->processes[thing.index];
      if (thing.kind == Thing::Kind::process)
        of_process(thing.component, thing.index, needs);
      else if (thing.kind == Thing::Kind::process_start)
        write(process.start, of_component(thing.component), needs);
      else if (thing.kind == Thing::Kind::process_run)
        write(process.run, of_component(thing.component), needs);
      else
        write(process.healthy, of_component(thing.component), needs);
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
  Things things(world_);
  for (const Path& path : def.paths) world_.follow(path, scope, *things);
  std::vector<ConditionId> alternatives;
  std::optional<ErrorClass> error = def.shown_as;
  for (const Thing& thing : things) {
    Needs needs;
    one(thing, scope, std::nullopt, needs);
    if (needs.empty()) return;  // that one always holds
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
    const bool is_new =
        alternatives[i] != need.condition &&
        std::find(need.alternatives.begin(), need.alternatives.end(), alternatives[i]) == need.alternatives.end();
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
  if (thing.kind == Thing::Kind::port)
    member = part.type->ports[thing.index].name;
  else if (thing.kind == Thing::Kind::hop)
    member = part.type->hops[thing.index].name;
  else if (thing.kind != Thing::Kind::health && thing.kind != Thing::Kind::component) {
    member = part.type->processes[thing.index].name;
  }
  std::string name = fmt::format("{}.{}", part.name, member);
  const int number = ++stand_in_counts_[{static_cast<int>(thing.kind), thing.component, thing.index}];
  if (number > 1) name += fmt::format("#{}", number);
  Condition c;
  c.label =
      written(std::move(name), thing.kind == Thing::Kind::health ? fmt::format("{} is well", part.name)
                                                                 : fmt::format("{} of {} is open", member, part.name));
  c.component = ComponentId(thing.component);
  c.kind = Condition::Kind::derived;
  c.error = needs.front().error;
  c.follows = needs;
  known = system_->conditions.add(std::move(c));
  return known;
}

// The needs for nobody in particular stand in the row of the port itself. Those for a caller are kept apart, unless it
// makes no difference who calls.
const Needs& NeedsWriter::of_port(Index component, Index port, const Thing* caller) {
  static const Needs none;
  of_port_.resize(system_->ports.size(), Progress::not_begun);
  const PortId id(world_.id(MemberKind::port, component, port));
  const PortDef& def = world_.part(component).type->ports[port];
  Progress& general = of_port_[id.value];
  Expansion* for_caller = nullptr;
  const bool is_decided = caller && permissions && def.has_actions() &&
                          (permissions->speaks_of(*caller) || permissions->is_guarded(component));
  // Whoever knocks at a role is asked for by its trust policy, further on.
  const bool is_entered = caller && permissions && permissions->has_trust(Thing::of_component(component));
  if (general == Progress::the_same_for_all && !is_decided && !is_entered) return system_->ports[id].needs;
  std::string through = caller && def.is_right ? service_asking() : std::string();
  if (is_decided && !permissions->ask_for(def.service_key, caller->component, component)) {
    through.clear();
  }
  CallerKey key{component, port, nothing, ""};
  if (caller) key = {component, port, caller->component, std::string(caller->text())};
  if (!through.empty()) std::get<std::string>(key).append("\n").append(through);
  bool goes_round = !caller && general == Progress::busy;
  if (!caller && general == Progress::by_caller) {
    world_.caller_was_asked = true;
    return system_->ports[id].needs;
  }
  if (caller) {
    const auto [found, is_new] = of_port_for_.emplace(key, Expansion{});
    for_caller = &found->second;
    goes_round = !is_new && for_caller->is_open;
    if (!is_new && !goes_round) {
      world_.caller_was_asked = true;
      return for_caller->needs;
    }
  }
  if (goes_round) {
    report_loop(component, port);
    return none;
  }

  if (!caller) general = Progress::busy;
  path_.emplace_back(component, port);
  const bool asked_before = world_.caller_was_asked;
  world_.caller_was_asked = false;
  Needs needs = expand(component, port, caller);
  if (is_decided) {
    permissions->write(*caller, component, def, through, needs);
    world_.caller_was_asked = true;
  }
  world_.caller_was_asked = world_.caller_was_asked || is_entered;
  const bool by_caller = world_.caller_was_asked;
  world_.caller_was_asked = asked_before || by_caller;
  path_.pop_back();
  needs.shrink_to_fit();
  if (caller && by_caller) {
    for_caller->needs = std::move(needs);
    for_caller->is_open = false;
    return for_caller->needs;
  }
  if (caller) of_port_for_.erase(key);
  of_port_[id.value] = by_caller ? Progress::by_caller : Progress::the_same_for_all;
  system_->ports[id].needs = std::move(needs);
  return system_->ports[id].needs;
}

// The service whose port asks for the rights that are being written out; empty where that is not known.
std::string NeedsWriter::service_asking() const {
  const auto asking = std::find_if(path_.rbegin(), path_.rend(), [&](const auto& at) {
    return !world_.part(at.first).type->ports[at.second].is_right;
  });
  if (asking == path_.rend()) return {};
  std::string name = world_.text(world_.part(asking->first).type->works_through, of_component(asking->first));
  return name.find('<') == std::string::npos ? name : std::string();
}

Needs NeedsWriter::expand(Index component, Index port, const Thing* caller) {
  const PortDef& def = world_.part(component).type->ports[port];
  Scope scope = of_component(component);
  scope.caller = caller;
  Needs needs;
  needs.reserve(16);
  write(def.needs, scope, needs);
  if (const auto outage = outages.find(component); outage != outages.end()) {
    Need up;
    up.condition = outage->second;
    up.error = ErrorClass::unavailable;
    needs.insert(needs.begin() + (needs.empty() ? 0 : 1), up);
  }
  if (def.by.empty()) return needs;
  const Member process = world_.member(component, def.by);
  if (process.kind == MemberKind::process &&
      world_.exists(MemberKind::process, component, static_cast<Index>(process.index))) {
    of_process(component, static_cast<Index>(process.index), needs);
  }
  return needs;
}

void NeedsWriter::report_loop(Index component, Index port) {
  if (loop_reported_) return;
  loop_reported_ = true;
  std::vector<std::string> loop;
  for (auto at = std::find(path_.begin(), path_.end(), std::make_pair(component, port)); at != path_.end(); ++at) {
    const std::string& name = world_.part(at->first).name;
    if (loop.empty() || loop.back() != name) loop.push_back(name);
  }
  if (loop.size() == 1 || loop.back() != loop.front()) loop.push_back(loop.front());
  world_.diagnostics->error(
      world_.part(component).at,
      fmt::format("what these need goes round, from {}; remove one of the references", input::way_round(loop)));
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

namespace {

bool is_about_the_caller(const Path& path) {
  return std::any_of(path.steps.begin(), path.steps.end(), [](const Step& step) {
    return std::any_of(step.matches.begin(), step.matches.end(), [](const Match& match) {
      const Expression& value = match.value.front();
      return value.kind == Expression::Kind::path && value.path.start == Path::Start::caller;
    });
  });
}

}  // namespace

bool NeedsWriter::name_nobody(const NeedDefs& defs, const Scope& scope) {
  return std::any_of(defs.begin(), defs.end(), [&](const NeedDef& def) {
    if (!world_.holds(def.test, scope)) return false;
    Things things(world_);
    for (const Path& path : def.paths) world_.follow(path, scope, *things);
    if (def.kind == NeedDef::Kind::any) {
      return things.empty() && std::any_of(def.paths.begin(), def.paths.end(), is_about_the_caller);
    }
    return std::any_of(things.begin(), things.end(), [&](const Thing& thing) {
      return thing.kind == Thing::Kind::port && thing.component == scope.component &&
             name_nobody(world_.part(thing.component).type->ports[thing.index].needs, scope);
    });
  });
}

void NeedsWriter::note_admission(const NeedDefs& defs, Index component, const Thing& caller) {
  if (caller.kind != Thing::Kind::text || services_.count(caller.text()) == 0) return;
  Scope scope = of_component(component);
  scope.caller = &caller;
  if (name_nobody(defs, scope)) taken_to_be_let_in[caller.text()].insert(component);
}

// Whoever takes on a principal for a component; what is a way of being another one hands on who knocks.
const Thing* NeedsWriter::knocking(const Thing& principal, const Scope& scope, std::optional<Thing>& worker) {
  const auto is_principal = [&](Index c) { return world_.member(c, "act").kind == MemberKind::port; };
  if (principal.component == scope.component || !is_principal(principal.component)) return scope.caller;
  if (is_principal(scope.component)) return scope.caller;
  if (permissions) worker = permissions->worker(scope.component, Thing::of_component(principal.component));
  return worker ? &*worker : nullptr;
}

void NeedsWriter::be(const Thing& principal, Index by, Needs& out) {
  if (principal.kind != Thing::Kind::component) return;
  const Member act = world_.member(principal.component, "act");
  if (act.kind != MemberKind::port) return;
  if (!world_.exists(MemberKind::port, principal.component, static_cast<Index>(act.index))) return;
  std::optional<Thing> worker;
  const Thing* caller = knocking(principal, Scope{by, nullptr, nullptr, nullptr}, worker);
  for (const Need& n : of_port(principal.component, static_cast<Index>(act.index), caller)) {
    add(out, n, ErrorClass::denied);
  }
}

std::optional<Thing> NeedsWriter::acting(const std::vector<PrincipalDef>& candidates, const Scope& scope) {
  for (const PrincipalDef& candidate : candidates) {
    if (!world_.holds(candidate.test, scope)) continue;
    if (candidate.is_service) {
      services_.insert(candidate.service);
      return Thing::of_text(candidate.service);
    }
    Things found(world_);
    world_.follow(candidate.path, scope, *found);
    if (!found.empty()) return found.front();
  }
  return std::nullopt;
}

// What carries the data has to be there itself, whatever it leans on.
void NeedsWriter::own_existence(Index component, Needs& out) {
  const Member exists = world_.member(component, "exists");
  if (exists.kind != MemberKind::condition) return;
  Need need;
  need.condition = ConditionId(world_.id(MemberKind::condition, component, static_cast<Index>(exists.index)));
  need.error = world_.part(component).type->conditions[exists.index].error;
  if (need.condition.is_set()) add(out, need);
}

void NeedsWriter::of_hop(const HopPlan& plan, Needs& out) {
  const HopDef& def = world_.part(plan.component).type->hops[plan.def];
  Scope scope = of_component(plan.component);
  if (plan.item) scope.item = &*plan.item;
  own_existence(plan.component, out);
  if (plan.principal) {
    be(*plan.principal, plan.component, out);
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
    for (const HopPlan& plan : hops_of(component, i)) of_hop(plan, out);
  }
}

}  // namespace moshimo::models
