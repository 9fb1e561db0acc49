// A fault is a call that somebody makes, so guards are asked first: what stands in its way becomes needs of the fault.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/command_line.hpp"
#include "models/compile_rows.hpp"
#include "models/fault_calls.hpp"
#include "models/tag_calls.hpp"

namespace moshimo::models {
namespace {

std::string with_statement(const std::string& policy, const std::string& statement) {
  return statement.empty() || statement.front() == '#' ? policy : fmt::format("{} (statement {})", policy, statement);
}

std::string not_known(const std::vector<std::string>& keys, const std::string& call, const std::string& on,
                      const std::string& policy, const std::string& statement, bool is_stopped) {
  return fmt::format("Nothing is known of {} when {} on {} is done: {} is taken to {}. `context` gives it.",
                     fmt::join(keys, " and "), call, on, with_statement(policy, statement),
                     is_stopped ? "stop it" : "let it through");
}

// Whether its block in the code says that it must not be destroyed.
bool refuses_to_go(World& world, const FaultDef& def, Index component) {
  const Part& part = world.part(component);
  const Value* said =
      part.resource && part.parent == nothing ? part.resource->attributes.find("prevent_destroy") : nullptr;
  return said && def.name == "delete" && (said->text == "yes" || said->text == "true");
}

}  // namespace

// The account that the policies of an organisation are set from; empty where nobody says.
std::string Compilation::managing_account(Index component) {
  const Scope scope{component, nullptr, nullptr, nullptr};
  const Expression& except = world_.part(component).type->guards->except;
  const std::optional<Thing> account = except.is_written() ? world_.one(except, scope) : std::nullopt;
  return account ? world_.describe(*account) : std::string();
}

// By its name, or its ARN.
Index Compilation::component_of(std::string_view caller) {
  const Index named = world_.find(caller);
  return named == nothing ? permissions_->principal_with(caller) : named;
}

// Whoever is named has to be there, with all that it takes to act as such, to do anything.
void Compilation::ask_credentials(const ActionRequest& request, Needs& needs) {
  const Index who = request.call ? component_of(request.call->who) : nothing;
  const Member act = who == nothing ? Member{} : world_.member(who, "act");
  if (act.kind != MemberKind::port) return;
  for (const Need& n : needs_->of_port(who, static_cast<Index>(act.index), nullptr)) NeedsWriter::add(needs, n);
}

std::optional<KnownCaller> Compilation::caller(const ActionRequest& request, Index component) {
  const std::string name = request.call ? request.call->who : "";
  if (name.empty()) return administrator_of(world_.account_of(component));
  const Index c = component_of(name);
  KnownCaller known = c == nothing ? caller_with_arn(name) : caller_of(world_, c);
  if (known.caller.kind != iam::CallerKind::anonymous) return known;
  world_.diagnostics->error(request.at, [&] {
    return c == nothing ? fmt::format("'{}' is neither in the inventory nor the ARN of a role, a user or a root user{}",
                                      name, world_.unknown_name(name))
                        : fmt::format("'{}' ({}) can call nothing; name a role, a user or an ARN", name,
                                      world_.part(c).type->name);
  });
  return std::nullopt;
}

// Whether a policy that is asked about the call looks at the time.
bool Compilation::asks_for_time(const ActionRequest& request, Index component) {
  if (!request.moment) return false;
  const Index who = request.call ? component_of(request.call->who) : nothing;
  return permissions_->ask_for("aws:CurrentTime", who, component) ||
         permissions_->ask_for("aws:EpochTime", who, component);
}

void Compilation::ask_guards(const FaultDef& def, const Scope& scope, const ActionRequest& request, Needs& needs) {
  const Part& part = world_.part(scope.component);
  const std::optional<KnownCaller> who = caller(request, scope.component);
  if (!who) return;
  // Policies of the organisation are set where none of them reaches.
  const bool is_guard = part.type->guards.has_value();
  const std::string managing = is_guard ? managing_account(scope.component) : "";
  const bool is_named = request.call && !request.call->who.empty();
  const std::string account = is_guard ? managing : known_place(world_.account_of(scope.component));
  const bool is_bound = is_guard || !part.type->own_account.empty();  // to callers of one account
  const std::string from = known_place(who->caller.account);
  const bool is_from_elsewhere = is_named && is_bound && !account.empty() && !from.empty() && from != account;
  const bool is_described = who->component != nothing && permissions_->speaks_of(Thing::of_component(who->component));
  const bool is_kept = refuses_to_go(world_, def, scope.component);
  if (!(guards_->are_there() && !is_guard) && !is_described && !is_kept && !is_from_elsewhere) return;
  if (def.actions.empty() && !is_kept) {
    assumptions_.push_back(
        {Assumption::Kind::unknown,
         fmt::format("Which call {} of {} is, the catalogue does not say; no policy is asked.", def.name, part.name),
         {},
         {ComponentId(scope.component)}});
    return;
  }

  FaultCalls fault_calls(world_, *guards_, *permissions_, request, *who, scope);
  iam::Request call = fault_calls.own(def);
  // Of several calls that come to the same one is enough.
  call.action = def.actions.empty() ? def.name : def.actions.front();
  for (const std::string& action : def.actions) {
    iam::Request other = call;
    other.action = action;
    if (guards_->is_stopped(other)) continue;
    call.action = action;
    break;
  }
  const std::vector<FaultCall> before = fault_calls.before(def);
  std::vector<FaultCall> calls{{call, scope.component}};
  calls.insert(calls.end(), before.begin(), before.end());

  const bool is_timed = asks_for_time(request, scope.component);
  GuardedCall told;
  told.caller = who->name;
  told.call = call.action;
  told.on = part.name;
  if (is_kept && request.call && request.call->code_is_kept) {
    Condition lets;
    lets.label = written(fmt::format("{}/{}/prevent_destroy", part.name, def.name),
                         fmt::format("prevent_destroy lets Terraform destroy {}", part.name));
    lets.component = ComponentId(scope.component);
    lets.initially = false;
    lets.error = ErrorClass::denied;
    lets.fact = fact("tf.prevent-destroy");
    Need need;
    need.error = ErrorClass::denied;
    need.condition = system_->conditions.add(std::move(lets));
    needs.push_back(need);
    told.objections.push_back({need.condition, "code of Terraform", "prevent_destroy", "", true});
  } else if (is_kept) {
    told.near_misses.push_back({"prevent_destroy", "", "code_is_gone", {}});
  }
  const auto add = [&](std::string kind, const std::string& policy, const std::string& statement, bool is_attached,
                       Needs follows, FactId fact_id, std::string says, const FaultCall& made) {
    Condition lets;
    std::string name = fmt::format("{}/{}/{}", part.name, def.name, policy.empty() ? "allowed" : policy);
    if (made.before) name += fmt::format("/{} {}", made.request.action, world_.part(made.on).name);
    if (request.call) {
      name += fmt::format("/{}", request.call->who);
      for (const auto& [key, value] : request.call->context) name += fmt::format("/{}={}", key, value);
    }
    if (is_timed) name += fmt::format("/{}", request.moment->seconds);
    if (says.empty()) {
      says = fmt::format("the {} {}{} lets {} do {} on {}", kind, policy,
                         statement.empty() ? "" : fmt::format(" (statement {})", statement), who->name,
                         made.request.action, world_.part(made.on).name);
    }
    lets.label = written(std::move(name), std::move(says));
    lets.component = ComponentId(scope.component);
    lets.kind = follows.empty() ? Condition::Kind::free : Condition::Kind::derived;
    lets.initially = !follows.empty();
    lets.error = ErrorClass::denied;
    lets.follows = std::move(follows);
    lets.fact = fact_id;
    Need need;
    need.error = ErrorClass::denied;
    need.condition = system_->conditions.add(std::move(lets));
    needs.push_back(need);
    told.objections.push_back({need.condition, std::move(kind), policy, statement, is_attached,
                               made.before ? made.request.action : std::string(),
                               made.before ? fact(made.before->basis, scope, def.name) : FactId()});
  };
  if (is_from_elsewhere) {
    const std::string rule =
        is_guard ? fmt::format("{} is not outside of the management account, from which alone {} is changed", who->name,
                               part.name)
                 : fmt::format("{} is not of another account than {}, in which alone {} is called on it", who->name,
                               part.name, call.action);
    add("rule", "", "", true, {}, fact(is_guard ? "scp.edit" : part.type->own_account), rule, calls.front());
  }
  // What other faults have changed by then in documents and tags makes a difference; each state asks for what it needs.
  DocumentEdits edits = permissions_->tag_edits_of(scope.component);
  if (who->component != nothing && who->component != scope.component) {
    for (const DocumentEdit* edit : permissions_->edits_of(who->component)) edits.push_back(edit);
  }
  if (!is_guard) edits.insert(edits.end(), guards_->edits().begin(), guards_->edits().end());
  std::vector<std::string> actions;
  for (const FaultCall& made : calls) actions.push_back(made.request.action);
  edits = bearing_on(edits, actions);
  if (edits.size() > most_edits) {
    permissions_->report_edits(edits, fmt::format("whether {} may {} {}", who->name, def.name, part.name));
    edits.resize(most_edits);
  }
  const std::vector<EditState> states = states_of(edits);
  for (const FaultCall& made : calls) {
    for (Against& a : fault_calls.against(made, states, !is_guard)) {
      Needs follows = asked_in(states, a.states, edits, a.away);
      FactId because = permissions_->fact;
      if (a.guard != nothing) {
        const Basis& basis = world_.part(a.guard).type->guards->basis;
        because = fact(basis.is_given() ? basis : def.basis, Scope{a.guard, nullptr, nullptr, nullptr}, def.name);
      }
      add(std::move(a.kind), a.policy, a.statement, a.is_attached, std::move(follows), because, std::move(a.says),
          made);
    }
  }
  if (is_guard || is_from_elsewhere) {
    guarded_calls_.push_back(std::move(told));
    return;
  }
  for (NearMiss& miss : guards_->near_misses(call)) {
    const bool stops_it = std::any_of(told.objections.begin(), told.objections.end(), [&](const auto& o) {
      return o.policy == miss.policy && o.statement == miss.statement;  // by denying what has to come first
    });
    if (stops_it) continue;
    told.near_misses.push_back(
        {std::move(miss.policy), std::move(miss.statement), std::string(name_of(miss.why)), std::move(miss.words)});
  }
  const auto one_is_stopped = [&](const std::vector<FaultCall>& made) {
    return std::any_of(made.begin(), made.end(), [&](const FaultCall& m) { return guards_->is_stopped(m.request); });
  };
  if (one_is_stopped(calls)) {
    for (const FaultDef& other : part.type->faults) {
      const bool changes = !conditions(other.breaks, scope).empty() || !conditions(other.restores, scope).empty();
      if (other.actions.empty() || other.actions == def.actions || !changes || other.edits()) continue;
      if (one_is_stopped(fault_calls.before(other))) continue;
      iam::Request way = fault_calls.own(other);
      for (const std::string& action : other.actions) {
        way.action = action;
        if (guards_->is_stopped(way)) continue;
        const auto is_known = [&](const auto& known) { return known.call == action; };
        if (std::none_of(told.ways_round.begin(), told.ways_round.end(), is_known)) {
          told.ways_round.push_back({other.name, action});
        }
        break;
      }
    }
  }
  if (!one_is_stopped(before)) {
    for (TagWay& way : ways_by_tags(*guards_, *part.type, call)) {
      told.ways_round.push_back({std::move(way.fault), std::move(way.action)});
    }
  }
  for (const FaultCall& made : calls) {
    const std::string& on = world_.part(made.on).name;
    note_doubts(guards_->doubts(made.request, is_named), made.request.action, on);
    if (!is_described) continue;
    for (const Permissions::Unsaid& u : permissions_->unsaid(who->component, made.request, made.on)) {
      note(not_known(u.keys, made.request.action, on, u.policy, u.statement, u.is_stopped), nothing);
    }
  }
  guarded_calls_.push_back(std::move(told));
}

// Said once, of all it is about.
void Compilation::note(std::string says, Index about) {
  for (Assumption& a : assumptions_) {
    if (a.kind != Assumption::Kind::unknown || a.says != says) continue;
    if (about != nothing && !a.where.empty() && a.where.back() != ComponentId(about)) a.where.emplace_back(about);
    return;
  }
  Assumption told{Assumption::Kind::unknown, std::move(says), {}, {}};
  if (about != nothing) told.where.emplace_back(about);
  assumptions_.push_back(std::move(told));
}

// A step is made of calls of an administrator. What denies one of them stands in its way while it is attached.
void Compilation::ask_guards(RepairId repair, const RepairDef& def, const Scope& scope, Needs& requirements) {
  const Part& part = world_.part(scope.component);
  if (!guards_->are_there() || part.type->guards) return;
  const KnownCaller who = administrator_of(world_.account_of(scope.component));
  const ActionRequest by_an_administrator;
  const FaultCalls plain(world_, *guards_, *permissions_, by_an_administrator, who, scope);
  std::vector<const Guard*> told;
  for (const CommandDef& command : def.commands) {
    std::string action = call_of(world_.text(command.text, scope, " "));
    if (action.empty() || !guards_->may_object(action)) continue;
    iam::Request call = plain.own({});
    call.action = std::move(action);
    const std::vector<Doubt> doubts = guards_->doubts(call, false);
    const auto doubted = [&](const Objection& o, Doubt::Why why) {
      return std::any_of(doubts.begin(), doubts.end(), [&](const Doubt& d) {
        return d.guard == o.guard && d.why == why && (why == Doubt::Why::place || d.statement == o.statement);
      });
    };
    DocumentEdits edits = bearing_on(guards_->edits(), {call.action});
    if (edits.size() > most_edits) {
      permissions_->report_edits(edits, fmt::format("whether {} may be done on {}", call.action, part.name));
      edits.resize(most_edits);
    }
    const std::vector<EditState> states = states_of(edits);
    std::vector<std::pair<Objection, std::vector<std::size_t>>> objections;
    for (std::size_t s = 0; s < states.size(); ++s) {
      for (const Objection& o : guards_->objections(call, states[s])) {
        const auto known = std::find_if(objections.begin(), objections.end(), [&](const auto& other) {
          return other.first.guard->component == o.guard->component && other.first.statement == o.statement;
        });
        (known == objections.end() ? objections.emplace_back(o, std::vector<std::size_t>()) : *known)
            .second.push_back(s);
      }
    }
    for (const auto& [objection, in_states] : objections) {
      if (std::find(told.begin(), told.end(), objection.guard) != told.end()) continue;
      const std::string by = world_.part(objection.guard->component).name +
                             (objection.statement.empty() ? "" : fmt::format(" (statement {})", objection.statement));
      if (doubted(objection, Doubt::Why::caller)) {
        note(fmt::format("The call {} is denied by {} unless its condition spares who does it; the steps that need it "
                         "are taken to be "
                         "done by somebody whom it spares.",
                         call.action, by),
             scope.component);
        continue;
      }
      if (doubted(objection, Doubt::Why::place)) {
        note(fmt::format(
                 "{} is attached to a part of the organisation that is taken to hold the account; where it does not, "
                 "it denies no step of the way back.",
                 world_.part(objection.guard->component).name),
             scope.component);
      }
      told.push_back(objection.guard);
      const Part& guard = world_.part(objection.guard->component);
      GuardedRepair row{repair,     who.name,           call.action, {}, std::string(name_of(objection.guard->by)),
                        guard.name, objection.statement};
      Condition lets;
      lets.label =
          written(fmt::format("{}/{}/{}", part.name, def.name, guard.name),
                  fmt::format("the {} {} lets {} do {} on {}", row.kind, guard.name, who.name, call.action, part.name));
      lets.component = ComponentId(objection.guard->component);
      lets.kind = Condition::Kind::derived;
      lets.error = ErrorClass::denied;
      lets.follows = asked_in(states, in_states, edits, guards_->away(*objection.guard));
      lets.fact =
          fact(guard.type->guards->basis, Scope{objection.guard->component, nullptr, nullptr, nullptr}, def.name);
      Need need;
      need.error = ErrorClass::denied;
      need.condition = row.condition = system_->conditions.add(std::move(lets));
      requirements.push_back(need);
      guarded_repairs_.push_back(std::move(row));
    }
  }
}

// What nobody said and the answer of a guard rests on.
void Compilation::note_doubts(const std::vector<Doubt>& doubts, const std::string& call, const std::string& on) {
  for (const Doubt& doubt : doubts) {
    const std::string policy = with_statement(world_.part(doubt.guard->component).name, doubt.statement);
    const std::string what = fmt::format("{} on {}", call, on);
    const std::string words = fmt::format("{}", fmt::join(doubt.words, " and "));
    std::string says;
    switch (doubt.why) {
      case Doubt::Why::place:
        says = fmt::format(
            "{} is attached to {}, which is taken to hold the account of {}; where it does not, {} is not "
            "stopped by it.",
            policy, words, on, call);
        break;
      case Doubt::Why::caller:
        says =
            fmt::format("Nobody is named who does {}: {}, which looks at {}, is taken to {}. `by` names who does it.",
                        what, policy, words, doubt.is_stopped ? "stop it" : "let it through");
        break;
      case Doubt::Why::unknown:
        says = not_known(doubt.words, call, on, world_.part(doubt.guard->component).name, doubt.statement,
                         doubt.is_stopped);
        break;
    }
    note(std::move(says), nothing);
  }
}

// ---- what documents say ---------------------------------------------------------------------------------------------

void Compilation::read_documents() {
  guards_ = std::make_unique<Guards>(world_, *needs_, documents_);
  permissions_ = std::make_unique<Permissions>(world_, *system_, documents_, *guards_, inventory_->imported);
  needs_->permissions = permissions_.get();
  permissions_->prepare(options_.actions);
  for (Index c = 0; c < world_.parts().size(); ++c) {
    const auto& def = world_.part(c).type->permissions;
    if (!def) continue;
    if (permissions_->is_guarded(c) || (def->is_of_principal() && permissions_->speaks_of(Thing::of_component(c)))) {
      permissions_->fact = fact(def->basis, Scope{c, nullptr, nullptr, nullptr}, "permissions");
      break;
    }
  }
}

// Whatever attaches the policies of a principal again brings back that it has them.
void Compilation::attach_again() {
  for (const auto& [principal, conditions] : permissions_->attachments()) {
    const TypeDef& type = *world_.part(principal).type;
    const RepairDef* def = type.permissions ? type.find_repair(type.permissions->put_back) : nullptr;
    if (!def) continue;
    const RepairId id(world_.id(MemberKind::repair, principal, static_cast<Index>(def - type.repairs.data())));
    if (!id.is_set()) continue;
    auto& restores = system_->repairs[id].restores;
    restores.insert(restores.end(), conditions.begin(), conditions.end());
  }
  for (const DocumentEdit& edit : permissions_->edits()) {
    const TypeDef& type = *world_.part(edit.component).type;
    // Of a managed policy it is its own repair, though somebody was named who has it.
    const FaultDef* fault = std::as_const(type).find_fault(edit.fault->name);
    const RepairDef* def = fault ? type.find_repair(fault->undone_by) : nullptr;
    if (!def) continue;
    const RepairId id(world_.id(MemberKind::repair, edit.component, static_cast<Index>(def - type.repairs.data())));
    if (!id.is_set()) continue;
    system_->repairs[id].restores.push_back(edit.undone);
    system_->repairs[id].breaks.push_back(edit.done);
  }
}

// Where a document alone says who may change it, that it lets somebody.
void Compilation::keep_changeable() {
  for (const DocumentEdit& edit : permissions_->edits()) {
    const auto& def = world_.part(edit.component).type->permissions;
    const Member held = def ? world_.member(edit.component, def->held) : Member{};
    if (held.kind != MemberKind::condition) continue;
    const ConditionId id(world_.id(MemberKind::condition, edit.component, static_cast<Index>(held.index)));
    Condition* row = id.is_set() ? &system_->conditions[id] : nullptr;
    if (!row || row->kind == Condition::Kind::derived) continue;
    Needs follows = permissions_->changing(edit.component);
    row = &system_->conditions[id];
    if (follows.empty()) continue;
    row->kind = Condition::Kind::derived;
    row->follows = std::move(follows);
  }
}

void Compilation::list_permissions(std::vector<Assumption>& out) {
  const auto add = [&](Assumption::Kind kind, const Permissions::Note& note) {
    std::vector<ComponentId> where{ComponentId(note.principal)};
    if (note.component != note.principal) where.emplace_back(note.component);
    out.push_back({kind, note.says, {}, std::move(where)});
  };
  for (const Permissions::Note& note : permissions_->denied_at_start()) add(Assumption::Kind::denied_at_start, note);
  for (const Permissions::Note& note : permissions_->taken_as_allowed()) add(Assumption::Kind::granted_policies, note);
}

}  // namespace moshimo::models
