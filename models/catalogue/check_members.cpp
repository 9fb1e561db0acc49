#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

void Checker::check(const TypeDef& type) {
  current_ = &type;
  const Context context{&type, nullptr, nullptr, {}};
  text(type.arn, context);
  identity(type, context);
  for (const AttributeDef& a : type.attributes) attribute(a, type, context, false);
  for (const ConditionDef& c : type.conditions) condition(c, context);
  for (const PortDef& p : type.ports) port(p, context);
  for (const StoreDef& s : type.stores) store(s, context);
  for (const HopDef& h : type.hops) hop(h, context);
  for (const ProcessDef& p : type.processes) process(p, context);
  for (const RepairDef& r : type.repairs) repair(r, context);
  for (const FaultDef& f : type.faults) fault(f, context);
  if (type.guards) guards(*type.guards, context);
  if (type.permissions) permissions(*type.permissions, context);
  for (const WorksAsDef& w : type.works_as) works_as(w, context);
  for (const LookBackDef& l : type.last_activity) look_back(l, context);
  for (const ObjectionDef& o : type.impossible) objection(o, context);
  for (const ObjectionDef& o : type.doubtful) objection(o, context);
  text(type.works_through, context);
  fact(type.own_account, type.at);
  condition_loops(type);
  attribute_loops(type);
}

void Checker::identity(const TypeDef& type, const Context& context) {
  for (const Text& pattern : type.identity.written.value_or(std::vector<Text>())) text(pattern, context);
  for (const Text& pattern : type.identity.of_aws) text(pattern, context);
  for (const std::string& name : type.identity.stood_for_by) {
    if (!known_type(name, type.identity.stood_for_by_at)) continue;
    const TypeDef* other = catalogue_.find_type(name);
    const bool refers = std::any_of(other->attributes.begin(), other->attributes.end(), [&](const AttributeDef& a) {
      return a.kind == AttributeDef::Kind::refers_to && a.types == std::vector<std::string>{type.name};
    });
    if (!refers)
      error(type.identity.stood_for_by_at, fmt::format("{} has no attribute that refers to {} alone", name, type.name));
  }
}

void Checker::attribute(const AttributeDef& a, const TypeDef& type, const Context& context, bool has_basis) {
  for (const std::string& name : a.types) known_type(name, a.at);
  for (const Text& form : a.or_texts) text(form, context);
  basis(a.basis, context);
  const bool based = has_basis || a.basis.is_given();
  if (a.kind == AttributeDef::Kind::contains && !a.types.empty()) {
    if (const TypeDef* part = catalogue_.find_type(a.types[0])) through(a, type, *part);
  }
  if (a.kind == AttributeDef::Kind::port) {
    const AttributeDef* of = type.find_attribute(a.port_of);
    if (of == nullptr || of->kind != AttributeDef::Kind::refers_to) {
      error(a.at,
            fmt::format("`port: {}` has to name an attribute of {} that refers to a component", a.port_of, type.name));
    }
  }
  if (const auto unit = unit_of_kind(a.kind)) {
    if (!a.many) {
      quantity(a.default_value, *unit, context);
    } else {
      expression(a.default_value, context);
    }
    rests(a.default_value, based, fmt::format("the default of '{}'", a.name));
    range(a, *unit);
  } else if (a.kind != AttributeDef::Kind::contains) {
    expression(a.default_value, context);
  }
  if (a.kind == AttributeDef::Kind::one_of) options(a, a.default_value);
  expression(a.fixed, context);
  rests(a.fixed, based, fmt::format("'{}'", a.name));
  for (const AttributeDef& member : a.members) attribute(member, type, context, based);
}

void Checker::through(const AttributeDef& a, const TypeDef& type, const TypeDef& part) {
  const AttributeDef* parent = part.find_attribute(a.through);
  if (parent == nullptr) {
    std::vector<std::string_view> known;
    for (const AttributeDef& of : part.attributes) known.push_back(of.name);
    error(a.at, fmt::format("{} has no attribute '{}' for its parent{}", part.name, a.through,
                            input::did_you_mean(a.through, known)));
    return;
  }
  const bool fits =
      parent->kind == AttributeDef::Kind::parent ||
      (parent->kind == AttributeDef::Kind::refers_to &&
       (parent->any_type || std::find(parent->types.begin(), parent->types.end(), type.name) != parent->types.end()));
  if (!fits)
    error(a.at, fmt::format("the attribute '{}' of {} cannot refer to its parent {}", a.through, part.name, type.name));
}

void Checker::sees(const std::vector<SeesDef>& list, const Context& context, bool has_basis, bool of_process) {
  for (const SeesDef& s : list) {
    test(s.test, context);
    const Context inner = context.with(s.test);
    text(s.text, inner);
    text(s.when, inner);
    quantity(s.after, Unit::seconds, inner);
    needs(s.only_while, inner);
    basis(s.basis, inner);
    rests(s.after, has_basis || s.basis.is_given(), "`after`");
    if (!s.of.empty() && !of_process) {
      error(s.at, "`of` belongs to what a process sees");
    } else if (!s.of.empty() && s.of != "start" && s.of != "run" && s.of != "healthy") {
      error(s.at, fmt::format("`of` is start, run or healthy, not '{}'", s.of));
    }
  }
}

void Checker::condition(const ConditionDef& c, const Context& outer) {
  const Context context = beside(c.test, outer);
  text(c.says, context);
  test(c.initially, context);
  needs(c.follows, context);
  delay(c.falls_after, context);
  delay(c.rises_after, context);
  basis(c.basis, context);
  const bool based = c.basis.is_given();
  for (const Expression* e : {&c.falls_after.least, &c.falls_after.most, &c.rises_after.least, &c.rises_after.most}) {
    rests(*e, based, fmt::format("a delay of '{}'", c.name));
  }
  for (const std::string& name : c.refreshed_by) {
    if (context.type->find_repair(name) == nullptr && context.type->find_process(name) == nullptr) {
      error(c.at, fmt::format("'{}' is refreshed by '{}', which is no repair or process of {}", c.name, name,
                              context.type->name));
    }
  }
  sees(c.sees, context, based, false);
}

void Checker::port(const PortDef& p, const Context& outer) {
  const Context context = beside(p.test, outer);
  text(p.says, context);
  test(p.callers, context);
  needs(p.needs, context);
  basis(p.basis, context);
  if (!p.by.empty() && context.type->find_process(p.by) == nullptr) {
    error(p.at,
          fmt::format("port '{}' is served by '{}', which is no process of {}", p.name, p.by, context.type->name));
  }
  quantity(p.capacity, Unit::per_second, context);
  rests(p.capacity, p.basis.is_given(), fmt::format("the capacity of '{}'", p.name));
  actions(p.actions, p.at);
  text(p.resource, context);
  if (!p.actions_in.empty() && context.type->find_attribute(p.actions_in) == nullptr) {
    error(p.at, fmt::format("'{}' is neither an IAM action, `service:Action`, nor an attribute of {}", p.actions_in,
                            context.type->name));
  }
}

void Checker::actions(const std::vector<std::string>& list, Position at) {
  for (const std::string& action : list) {
    if (action.find(':') == std::string::npos)
      error(at, fmt::format("'{}' is no IAM action; write `service:Action`", action));
  }
}

void Checker::store(const StoreDef& s, const Context& outer) {
  const Context context = beside(s.test, outer);
  text(s.says, context);
  quantity(s.holds_for, Unit::seconds, context);
  quantity(s.capacity, Unit::bytes, context);
  needs(s.accepts, context);
  needs(s.readable, context);
  for (const Path& path : s.lost_with) expect(path, context, {Place::Kind::condition}, "a condition");
  for (const Path& path : s.emptied_by) expect(path, context, {Place::Kind::condition}, "a condition");
  basis(s.basis, context);
  rests(s.holds_for, s.basis.is_given(), fmt::format("how long '{}' holds", s.name));
  rests(s.capacity, s.basis.is_given(), fmt::format("the capacity of '{}'", s.name));
  sees(s.sees, context, s.basis.is_given(), false);
}

void Checker::process(const ProcessDef& p, const Context& outer) {
  const Context context = beside(p.test, outer);
  text(p.says, context);
  quantity(p.count, Unit::none, context);
  quantity(p.lifetime, Unit::seconds, context);
  needs(p.start, context);
  needs(p.run, context);
  needs(p.healthy, context);
  quantity(p.start_time, Unit::seconds, context);
  quantity(p.ends_when_unhealthy_for, Unit::seconds, context);
  basis(p.basis, context);
  const bool based = p.basis.is_given();
  phases(p.restart, context, based, "the restart schedule");
  rests(p.count, based, "`count`");
  rests(p.lifetime, based, "`lifetime`");
  rests(p.start_time, based, "`start_time`");
  rests(p.ends_when_unhealthy_for, based, "`ends_when_unhealthy_for`");
  sees(p.sees, context, based, true);
}

void Checker::repair(const RepairDef& r, const Context& outer) {
  const Context context = beside(r.test, outer);
  text(r.title, context);
  text(r.who, context);
  text(r.verify, context);
  for (const CommandDef& command : r.commands) {
    Context inner = context;
    if (command.each) {
      resolve(*command.each, context);
      inner.each = &*command.each;
    }
    text(command.text, beside(command.test, inner));
  }
  for (const Path& path : r.restores) {
    for (const Place& place : expect(path, context, {Place::Kind::condition}, "a condition")) {
      if (place.kind != Place::Kind::condition || place.type == nullptr) continue;
      const ConditionDef* c = place.type->find_condition(place.member);
      if (c == nullptr) {
        error(path.at, fmt::format("`{}` cannot be restored: it is worked out from other conditions", path.text));
      } else if (c->rises == Condition::Rises::never && !c->is_implicit) {
        error(path.at, fmt::format("'{}' never rises again, so '{}' cannot restore it", path.text, r.name));
      } else {
        restored_.insert({place.type->name, place.member});
      }
    }
  }
  for (const Path& path : r.breaks) expect(path, context, {Place::Kind::condition}, "a condition");
  if (!r.restarts.empty() && context.type->find_process(r.restarts) == nullptr) {
    error(r.at, fmt::format("'{}' restarts '{}', which is no process of {}", r.name, r.restarts, context.type->name));
  }
  for (const RepairDef::Setting& setting : r.sets) {
    const AttributeDef* attribute = context.type->find_attribute(setting.attribute);
    if (attribute == nullptr || attribute->kind == AttributeDef::Kind::fixed) {
      error(setting.at, fmt::format("'{}' sets '{}', which is no attribute of {} that can be set", r.name,
                                    setting.attribute, context.type->name));
      continue;
    }
    const std::vector<StoreDef>& stores = context.type->stores;
    const bool is_a_time = std::any_of(stores.begin(), stores.end(),
                                       [&](const StoreDef& s) { return is_attribute(s.holds_for, setting.attribute); });
    if (!is_a_time) {
      error(setting.at, fmt::format("'{}' sets '{}', but no store of {} has `holds_for: {}`; nothing else can change "
                                    "during a run",
                                    r.name, setting.attribute, context.type->name, setting.attribute));
    }
    if (const auto unit = unit_of_kind(attribute->kind)) quantity(setting.value, *unit, context);
    rests(setting.value, r.basis.is_given(), fmt::format("the new '{}'", setting.attribute));
  }
  delay(r.sets_after, context);
  rests(r.sets_after.least, r.basis.is_given(), "`sets_after`");
  rests(r.sets_after.most, r.basis.is_given(), "`sets_after`");
  needs(r.requirements, context);
  quantity(r.rate, Unit::per_second, context);
  quantity(r.takes, Unit::seconds, context);
  basis(r.basis, context);
  rests(r.rate, r.basis.is_given(), "`rate`");
  rests(r.takes, r.basis.is_given(), "`takes`");
  fact(r.limits, r.at);
  if (!r.takes.is_written()) error(r.at, fmt::format("repair '{}' needs `takes`: how long it lasts", r.name));
}

void Checker::fault(const FaultDef& f, const Context& outer) {
  Context context = outer;
  context.fault = &f;
  actions(f.actions, f.at);
  for (const FaultDef::Parameter& parameter : f.with) {
    if (parameter.is_document && !context.type->permissions) {
      error(parameter.at, fmt::format("{} says nothing of `permissions`", context.type->name));
    }
    if (parameter.options.empty() && !parameter.attribute.empty() &&
        context.type->find_attribute(parameter.attribute) == nullptr) {
      error(parameter.at, fmt::format("{} has no attribute '{}'", context.type->name, parameter.attribute));
    }
    using Edit = FaultDef::Parameter::Edit;
    if (parameter.edit != Edit::none && context.type->find_repair(f.undone_by) == nullptr) {
      error(parameter.at, fmt::format("`undone_by` of '{}' names no repair of {}", f.name, context.type->name));
    }
    const bool fits = parameter.default_option.empty() || parameter.options.empty() ||
                      std::find(parameter.options.begin(), parameter.options.end(), parameter.default_option) !=
                          parameter.options.end();
    if (!fits) error(parameter.at, fmt::format("the default of '{}' is none of its options", parameter.name));
  }
  for (const FaultDef::ContextKey& key : f.context) expression(key.value, context);
  needs(f.needs, context);
  for (const Path& path : f.breaks) expect(path, context, {Place::Kind::condition}, "a condition");
  for (const Path& path : f.restores) expect(path, context, {Place::Kind::condition}, "a condition");
  for (const FaultDef::Before& before : f.before) {
    actions({before.call}, before.at);
    basis(before.basis, context);
    test(before.test, context);
    if (before.on) expect(*before.on, context.with(before.test), {Place::Kind::component}, "a component");
  }
  for (const FaultDef::Cascade& cascade : f.cascade) {
    test(cascade.test, context);
    expect(cascade.deletes, context.with(cascade.test), {Place::Kind::component}, "a component");
  }
  basis(f.basis, context);
  if (f.breaks.empty() && f.restores.empty() && f.cascade.empty()) {
    error(f.at, fmt::format("fault '{}' changes nothing; give it `breaks`, `restores` or `cascade`", f.name));
  }
}

void Checker::guards(const GuardsDef& g, const Context& context) {
  const AttributeDef* policy = context.type->find_attribute(g.with);
  if (policy == nullptr || policy->kind != AttributeDef::Kind::policy) {
    error(g.at, fmt::format("`with: {}` has to name an attribute of kind `policy`", g.with));
  }
  expression(g.kind, context);
  expression(g.over, context);
  expression(g.except, context);
  expression(g.alone, context);
  needs(g.while_true, context);
  needs(g.unless_true, context);
  basis(g.basis, context);
}

void Checker::objection(const ObjectionDef& o, const Context& outer) {
  const Context context = beside(o.test, outer);
  text(o.says, context);
  basis(o.basis, context);
  if (!o.where.empty() && context.type->find_attribute(o.where) == nullptr) {
    error(o.at, fmt::format("{} has no attribute '{}'", context.type->name, o.where));
  }
}

void Checker::permissions(const PermissionsDef& p, const Context& context) {
  for (const std::string& name : {p.managed, p.inline_ones, p.boundary, p.unseen, p.own, p.statements}) {
    if (!name.empty() && context.type->find_attribute(name) == nullptr) {
      error(p.at, fmt::format("{} has no attribute '{}'", context.type->name, name));
    }
  }
  for (const std::string& name : {p.intact, p.held}) {
    if (!name.empty() && context.type->find_condition(name) == nullptr) {
      error(p.at, fmt::format("{} has no condition '{}'", context.type->name, name));
    }
  }
  if (!p.put_back.empty() && context.type->find_repair(p.put_back) == nullptr) {
    error(p.at, fmt::format("{} has no repair '{}'", context.type->name, p.put_back));
  }
  basis(p.basis, context);
}

}  // namespace moshimo::models::checking
