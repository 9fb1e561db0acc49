#include "models/fault_calls.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/tag_calls.hpp"

namespace moshimo::models {
namespace {

// The condition keys of a call: those the catalogue gives, the tags of the resource, those of the request.
iam::Keys keys_of(World& world, const FaultDef& def, const Scope& scope, const ActionRequest& request,
                  const DocumentEdit* edit) {
  iam::Keys keys;
  const Resource* resource = world.part(scope.component).resource;
  const bool is_part = world.part(scope.component).parent != nothing;
  const auto set_all = [&keys](std::string_view prefix, const Value& map) {
    for (const Value& entry : map.children) keys.set(fmt::format("{}/{}", prefix, entry.key), entry.text);
  };
  const Value* tags = resource && !is_part ? resource->attributes.find("tags") : nullptr;
  if (tags) set_all("aws:ResourceTag", *tags);
  if (edit && edit->kind == DocumentEdit::Kind::tags) {
    set_request_tags(*world.part(scope.component).type, *edit, tags, keys);
  }
  keys.set("aws:RequestedRegion", world.region_of(scope.component));
  if (request.moment) {
    for (const char* key : {"aws:CurrentTime", "aws:EpochTime"}) keys.set(key, std::to_string(request.moment->seconds));
  }
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

iam::Request FaultCalls::request_for(const FaultDef& fault, const Scope& scope) const {
  iam::Request call;
  call.caller = &who_.caller;
  call.resource_account = world_.account_of(scope.component);
  std::string arn = world_.text(world_.part(scope.component).type->arn, scope);
  if (!arn.empty()) call.resource = std::move(arn);
  call.keys = keys_of(world_, fault, scope, request_, fault.edits() ? permissions_.find_edit(request_) : nullptr);
  return call;
}

std::vector<FaultCall> FaultCalls::before(const FaultDef& fault) const {
  std::vector<FaultCall> calls;
  for (const FaultDef::Before& before : fault.before) {
    if (!world_.holds(before.test, scope_)) continue;
    Things on(world_);
    if (before.on) {
      world_.follow(*before.on, scope_, *on);
    } else {
      on->push_back(Thing::of_component(scope_.component));
    }
    for (const Thing& t : on) {
      if (t.kind != Thing::Kind::component) continue;
      calls.push_back({request_for({}, Scope{t.component, nullptr, nullptr, nullptr}), t.component, &before});
      calls.back().request.action = before.call;
    }
  }
  return calls;
}

std::vector<Against> FaultCalls::against(const FaultCall& call, const std::vector<EditState>& states,
                                         bool asks_guards) const {
  std::vector<Against> all;
  const auto add = [&](Against one, std::size_t state) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const Against& a) {
      return a.policy == one.policy && a.statement == one.statement && a.kind == one.kind && a.says == one.says;
    });
    Against& row = known == all.end() ? all.emplace_back(std::move(one)) : *known;
    row.states.push_back(state);
  };
  const bool is_described = who_.component != nothing && permissions_.speaks_of(Thing::of_component(who_.component));
  for (std::size_t s = 0; s < states.size(); ++s) {
    iam::Request asked = call.request;
    Permissions::set_tags("aws:ResourceTag", call.on, states[s], asked.keys);
    iam::Caller changed = *asked.caller;
    if (who_.component != nothing) Permissions::set_tags("aws:PrincipalTag", who_.component, states[s], changed.keys);
    asked.caller = &changed;
    for (const Objection& objection : asks_guards ? guards_.objections(asked, states[s]) : std::vector<Objection>()) {
      const Guard& guard = *objection.guard;
      add({std::string(name_of(guard.by)), world_.part(guard.component).name, objection.statement, guard.is_attached,
           guards_.away(guard), guard.component},
          s);
    }
    if (!is_described) continue;
    for (Permissions::Denial& denial : permissions_.denials(who_.component, asked, call.on, states[s])) {
      Needs follows;
      if (denial.lacks.is_set()) {
        Need need;
        need.error = ErrorClass::denied;
        need.condition = denial.lacks;
        follows.push_back(need);
      }
      std::string says;
      if (!denial.whose.empty()) {
        says = fmt::format("{} lets {} do {} on {}", denial.whose, who_.name, asked.action, world_.part(call.on).name);
      }
      add({std::move(denial.kind), denial.policy, denial.statement, true, std::move(follows), nothing, std::move(says)},
          s);
    }
  }
  return all;
}

}  // namespace moshimo::models
