// A fault is a call that somebody makes, so guards are asked first: what stands in its way becomes needs of the fault.
#include <algorithm>
#include <fmt/format.h>

#include "models/compile_rows.hpp"

namespace moshimo::models {
namespace {

// The condition keys of a call: those the catalogue gives, the tags of the resource, those of the request.
iam::Keys keys_of(World& world, const FaultDef& def, const Scope& scope, const ActionRequest& request) {
  iam::Keys keys;
  const Resource* resource = world.part(scope.component).resource;
  const bool is_part = world.part(scope.component).parent != nothing;
  const auto set_all = [&keys](std::string_view prefix, const Value& map) {
    for (const Value& entry : map.children) keys.set(fmt::format("{}/{}", prefix, entry.key), entry.text);
  };
  if (const Value* tags = resource && !is_part ? resource->attributes.find("tags") : nullptr) {
    set_all("aws:ResourceTag", *tags);
  }
  keys.set("aws:RequestedRegion", world.region_of(scope.component));
  for (const FaultDef::ContextKey& key : def.context) {
    Things found(world);
    world.evaluate(key.value, scope, *found);
    std::vector<std::string> values;
    for (const Thing& t : found) {
      if (t.map())
        set_all(key.key, *t.map());
      else
        values.push_back(world.describe(t));
    }
    if (!values.empty()) keys.set(key.key, std::move(values));
  }
  if (!request.call) return keys;
  for (const auto& [key, value] : request.call->context) keys.set(key, value);
  return keys;
}

}  // namespace

std::optional<KnownCaller> Compilation::caller(const ActionRequest& request, Index component) {
  const std::string name = request.call ? request.call->who : "";
  if (name.empty()) return administrator_of(world_.account_of(component));
  const Index c = world_.find(name);
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

void Compilation::ask_guards(const FaultDef& def, const Scope& scope, const ActionRequest& request, Needs& needs) {
  const Part& part = world_.part(scope.component);
  const std::optional<KnownCaller> who = caller(request, scope.component);
  if (!who || part.type->guards) return;  // policies of the organisation are set where none of them reaches
  if (!guards_) guards_ = std::make_unique<Guards>(world_, *needs_, *system_, documents_);
  if (!guards_->are_there() || def.actions.empty()) return;

  iam::Request call;
  call.caller = &who->caller;
  call.resource_account = world_.account_of(scope.component);
  const std::string arn = world_.text(part.type->arn, scope);
  if (!arn.empty()) call.resource = arn;
  call.keys = keys_of(world_, def, scope, request);
  // Of several calls that come to the same one is enough.
  call.action = def.actions.front();
  for (const std::string& action : def.actions) {
    iam::Request other = call;
    other.action = action;
    if (guards_->is_stopped(other)) continue;
    call.action = action;
    break;
  }

  GuardedCall told;
  told.caller = who->name;
  told.call = call.action;
  told.on = part.name;
  const Basis& basis = std::as_const(*part.type).find_fault(def.name)->basis;
  for (const Objection& objection : guards_->objections(call)) {
    const Part& guard = world_.part(objection.guard->component);
    Condition lets;
    const std::string of = objection.statement.empty() ? "" : fmt::format(" (statement {})", objection.statement);
    std::string name = fmt::format("{}/{}/{}", part.name, def.name, guard.name);
    if (request.call) {
      name += fmt::format("/{}", request.call->who);
      for (const auto& [key, value] : request.call->context) name += fmt::format("/{}={}", key, value);
    }
    lets.label = written(std::move(name), fmt::format("the {} {}{} lets {} do {} on {}", name_of(objection.guard->by),
                                                      guard.name, of, who->name, call.action, part.name));
    lets.component = ComponentId(scope.component);
    lets.kind = Condition::Kind::derived;
    lets.error = ErrorClass::denied;
    lets.follows = guards_->away(*objection.guard);
    lets.fact = fact(guard.type->guards->basis.is_given() ? guard.type->guards->basis : basis,
                     Scope{objection.guard->component, nullptr, nullptr, nullptr}, def.name);
    Need need;
    need.error = ErrorClass::denied;
    need.condition = system_->conditions.add(std::move(lets));
    needs.push_back(need);
    told.objections.push_back({need.condition, std::string(name_of(objection.guard->by)), guard.name,
                               objection.statement, objection.guard->is_attached});
  }
  for (NearMiss& miss : guards_->near_misses(call)) {
    told.near_misses.push_back(
        {std::move(miss.policy), std::move(miss.statement), std::string(name_of(miss.why)), std::move(miss.words)});
  }
  if (guards_->is_stopped(call)) {
    for (const FaultDef& other : part.type->faults) {
      const bool changes = !conditions(other.breaks, scope).empty() || !conditions(other.restores, scope).empty();
      if (other.actions.empty() || other.actions == def.actions || !changes) continue;
      iam::Request way = call;
      way.keys = keys_of(world_, other, scope, request);
      for (const std::string& action : other.actions) {
        way.action = action;
        if (guards_->is_stopped(way)) continue;
        told.ways_round.push_back({other.name, action});
        break;
      }
    }
  }
  guarded_calls_.push_back(std::move(told));
}

}  // namespace moshimo::models
