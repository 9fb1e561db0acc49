// What somebody needs to do one of the actions of a port, in every state that documents and tags can be in.
#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <set>

#include "models/import/iam_principals.hpp"
#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

}  // namespace

// Somebody does one of the actions of a port.
struct Permissions::Call {
  Index who = nothing;  // whose conditions say so: the caller, or the role that a service takes on
  std::string name;     // of the caller
  Index component = nothing;
  const PortDef* port = nullptr;
  std::vector<Asker> askers;
  std::string resource;
  ErrorClass error = ErrorClass::denied;
  std::vector<ConditionId> grants;          // each is enough where no document allows it
  std::map<std::string, ConditionId> rows;  // by what they say and follow
};

void Permissions::ways(const Call& call, const Asker& asker, const State& state, std::vector<Way>& ways) {
  iam::Request asked = request(caller_in(*asker.held, state.edits), call.component, call.resource, state.edits);
  if (call.port->is_forwarded) asked.keys.set("aws:ViaAWSService", "true");
  for (const auto& [key, value] : asker.keys) asked.keys.set(key, value);
  for (const std::string& action : asker.actions) {
    asked.action = action;
    Way way;
    way.action = action;
    way.verdict = verdict(*asker.held, asked, call.component, state);
    for (const Objection& o : guards_.objections(asked, state.edits)) {
      const auto& statements = o.guard->policy->statements;
      const auto found = std::find_if(statements.begin(), statements.end(), [&](const iam::Statement& s) {
        return o.guard->policy->label(static_cast<std::size_t>(&s - statements.data())) == o.statement;
      });
      if (found != statements.end() && !rests_on_known_keys(*found, asked)) {
        way.verdict.taken_because = fmt::format("whether the condition of statement {} of {} holds is not known",
                                                o.statement, o.guard->policy->name);
        continue;
      }
      way.is_stopped = way.is_stopped || o.guard->is_attached;
      way.objections.push_back(o);
    }
    ways.push_back(std::move(way));
  }
}

Needs Permissions::needs_in(Call& call, const State& state, bool is_first) {
  std::vector<Way> all;
  for (const Asker& asker : call.askers) ways(call, asker, state, all);
  const auto goes = [](const Way& w) {
    return w.verdict.is_allowed && w.verdict.denying.empty() && w.verdict.denied_by.empty() && !w.is_stopped;
  };
  // Of several calls it is taken to make the first that something allows.
  auto chosen = std::find_if(all.begin(), all.end(), [](const Way& w) { return !w.verdict.allowing.empty(); });
  if (chosen == all.end() && call.askers.front().held->is_whole) chosen = std::find_if(all.begin(), all.end(), goes);
  if (chosen == all.end()) chosen = all.begin();
  const Way& way = *chosen;
  const std::string& action = way.action;
  const std::string& on = world_.part(call.component).name;
  const std::string& name = call.name;
  Needs out;

  const std::string id = fmt::format("{}/may {} on {}", name, action, on);
  const auto put = [&](std::string wanted, std::string says, Needs follows, bool is_false = false) {
    std::string key = fmt::format("{}\n{}\n{}", wanted, says, is_false);
    for (const Need& n : follows) {
      key += fmt::format("\n{}", n.condition.value);
      for (const ConditionId a : n.alternatives) key += fmt::format(" {}", a.value);
    }
    ConditionId& known = call.rows[key];
    if (!known.is_set()) {
      int& count = known_[wanted];
      Condition row;
      row.label = written(++count == 1 ? wanted : fmt::format("{}#{}", wanted, count), std::move(says));
      row.component = ComponentId(call.who);
      row.kind = is_false ? Condition::Kind::free : Condition::Kind::derived;
      row.initially = !is_false;
      row.error = call.error;
      row.fact = fact;
      row.follows = std::move(follows);
      Symptom seen;
      seen.text = fmt::format("AccessDenied: {} is not authorized to perform {}", name, action);
      seen.fact = fact;
      row.symptoms = std::vector<Symptom>{std::move(seen)};
      known = add(std::move(row));
    }
    need(known, out);
  };
  for (const Objection& o : way.objections) {
    put(fmt::format("{}, {}", id, o.guard->policy->name),
        fmt::format("the {} {}{} lets {} do {} on {}", name_of(o.guard->by), o.guard->policy->name,
                    o.statement.empty() ? "" : fmt::format(" (statement {})", o.statement), name, action, on),
        guards_.away(*o.guard));
  }
  for (Document* d : way.verdict.denying) {
    Needs follows;
    need(having(call.who, *d).lacks, follows);
    put(fmt::format("{}, {}", id, d->name), fmt::format("the policy {} lets {} do {} on {}", d->name, name, action, on),
        std::move(follows));
  }
  const auto any_of = [&](const std::vector<ConditionId>& conditions) {
    Need any;
    any.error = call.error;
    any.condition = conditions.front();
    for (std::size_t i = 1; i < conditions.size(); ++i) any.alternatives.push_back(conditions[i]);
    return Needs{any};
  };
  std::string says = fmt::format(
      "a policy {} lets it do {} on {}",
      own_document(call.component) ? fmt::format("of {} or of {}", name, on) : fmt::format("of {}", name), action, on);
  const bool is_of_service = call.who == call.component;
  if (is_of_service) says = fmt::format("the trust policy of {} lets {} in", on, name);
  bool is_granted = false;
  if (!way.verdict.denied_by.empty()) {
    put(id,
        fmt::format("the {} {} lets {} do {} on {}", way.verdict.denied_by, way.verdict.denying_policy, name, action,
                    on),
        {}, true);
  } else if (!way.verdict.allowing.empty()) {
    std::vector<ConditionId> conditions;
    for (Document* d : way.verdict.allowing) conditions.push_back(having(call.who, *d).has);
    conditions.insert(conditions.end(), call.grants.begin(), call.grants.end());
    put(id, says, any_of(conditions));
  } else if (!way.verdict.is_allowed && !call.grants.empty()) {
    put(id, fmt::format("a grant lets {} do {} on {}", name, action, on), any_of(call.grants));
    is_granted = true;
  } else if (!way.verdict.is_allowed) {
    put(id, says, {}, true);
  }
  if (!is_first) return out;
  if (!goes(way) && !is_granted) {
    std::string why = way.verdict.why;
    for (const Objection& o : way.objections) {
      if (!o.guard->is_attached) continue;
      why = fmt::format(
          "the {} {}{}", name_of(o.guard->by), o.guard->policy->name,
          o.statement.empty() ? " does not allow it" : fmt::format(", statement {}, denies it", o.statement));
    }
    denied_.push_back(
        {call.who, call.component, fmt::format("{} may not {} on {} from the start: {}.", name, action, on, why)});
  } else if (!way.verdict.taken_because.empty()) {
    taken_.push_back(
        {call.who, call.component,
         fmt::format("{} is taken to be allowed {} on {}: {}.", name, action, on, way.verdict.taken_because)});
  }
  return out;
}

void Permissions::write(const Thing& principal, Index component, const PortDef& port, const std::string& through,
                        Needs& out) {
  Call call;
  call.component = component;
  call.port = &port;
  const bool is_trust = own_kind(*world_.part(component).type) == iam::DocumentKind::trust && own_document(component);
  if (const auto worker = workers_.find(principal.text()); worker != workers_.end() && is_trust) {
    call.who = component;
    call.askers = askers(worker->second, component);
    call.name = call.askers.front().held->caller.name;
    call.resource = world_.text(world_.part(component).type->arn, of_component(component));
    decide(call, {}, out);
    return;
  }
  call.who = principal_of(principal);
  if (call.who == nothing || (!speaks_of(principal) && !is_guarded(component))) return;
  Asker asker{&held(call.who), port.actions, {}};
  if (!port.actions_in.empty()) {
    Things listed(world_);
    world_.values(component, port.actions_in, *listed);
    for (const Thing& t : listed) asker.actions.emplace_back(t.text());
  }
  if (asker.actions.empty()) return;
  if (!through.empty()) asker.keys.emplace_back(port.service_key, through);
  call.askers.push_back(std::move(asker));
  call.name = world_.part(call.who).name;
  if (port.is_right) call.error = ErrorClass::key;
  const Text& resource = port.resource.empty() ? world_.part(component).type->arn : port.resource;
  call.resource = world_.text(resource, of_component(component));
  if (port.granted_by) {
    Things found(world_);
    Scope scope = of_component(component);
    scope.caller = &principal;
    world_.follow(*port.granted_by, scope, *found);
    for (const Thing& t : found) {
      const ConditionId id(t.kind == Thing::Kind::condition ? world_.id(MemberKind::condition, t.component, t.index)
                                                            : nothing);
      if (id.is_set()) call.grants.push_back(id);
    }
  }

  DocumentEdits edits = edits_of(call.who);
  for (const DocumentEdit* e : guards_.edits()) edits.push_back(e);
  decide(call, std::move(edits), out);
}

// What is asked for, in every state that the documents of the call can be in.
void Permissions::decide(Call& call, DocumentEdits edits, Needs& out) {
  const Index component = call.component;
  for (const DocumentEdit& e : edits_) {
    const bool is_of_use = is_own(e) || e.kind == DocumentEdit::Kind::tags;
    if (e.component == component && is_of_use && std::find(edits.begin(), edits.end(), &e) == edits.end()) {
      edits.push_back(&e);
    }
  }
  std::vector<std::string> actions;
  for (const Asker& asker : call.askers) actions.insert(actions.end(), asker.actions.begin(), asker.actions.end());
  edits = bearing_on(edits, actions);
  if (edits.size() > most_edits) {
    report_edits(edits, fmt::format("what {} may do on {}", call.name, world_.part(component).name));
    edits.resize(most_edits);
  }
  // What can have changed, each with what holds while it has not, and while it has.
  struct Change {
    std::vector<ConditionId> undone;
    ConditionId done = {};
    const DocumentEdit* edit = nullptr;
    bool State::*flag = nullptr;
  };
  std::vector<Change> changes;
  for (const DocumentEdit* e : edits) changes.push_back({{e->undone}, e->done, e});
  if (own_document(component)) {
    using importing::NamedPrincipal;
    for (const auto& [by, flag] : {std::pair(NamedPrincipal::By::arn, &State::is_stale),
                                   std::pair(NamedPrincipal::By::role_id, &State::is_other_id)}) {
      const std::vector<ConditionId> named = naming(component, call.who, name_of(by));
      if (!named.empty()) changes.push_back({named, {}, nullptr, flag});
    }
    const Member intact = world_.member(component, world_.part(component).type->permissions->intact);
    const ConditionId id(intact.kind == MemberKind::condition
                             ? world_.id(MemberKind::condition, component, static_cast<Index>(intact.index))
                             : nothing);
    if (id.is_set()) changes.push_back({{id}, {}, nullptr, &State::is_broken});
  }
  const std::size_t count = std::size_t{1} << changes.size();
  const auto has = [](std::size_t state, std::size_t change) { return (state >> change & 1U) != 0; };
  std::vector<Needs> needed;
  needed.reserve(count);
  for (std::size_t s = 0; s < count; ++s) {
    State state;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (!has(s, i)) continue;
      if (changes[i].edit)
        state.edits.push_back(changes[i].edit);
      else
        state.*changes[i].flag = true;
    }
    needed.push_back(needs_in(call, state, s == 0));
  }
  const auto asks = [&](std::size_t state, ConditionId wanted) {
    return std::any_of(needed[state].begin(), needed[state].end(),
                       [&](const Need& n) { return n.condition == wanted; });
  };
  std::vector<std::size_t> order(count);  // fewest changes first
  for (std::size_t s = 0; s < count; ++s) order[s] = s;
  std::stable_sort(order.begin(), order.end(),
                   [](std::size_t a, std::size_t b) { return std::popcount(a) < std::popcount(b); });
  std::set<ConditionId> told;
  for (const std::size_t first : order) {
    for (const Need& n : needed[first]) {
      if (!told.insert(n.condition).second) continue;
      std::vector<bool> covered(count, false);
      for (const std::size_t s : order) {
        if (covered[s] || !asks(s, n.condition)) continue;
        // Whatever else changes: asked for from these changes on.
        bool is_from_here_on = true;
        for (std::size_t t = 0; t < count; ++t) {
          if ((t & s) == s && !asks(t, n.condition)) is_from_here_on = false;
        }
        for (std::size_t t = 0; t < count; ++t) {
          if (t == s || (is_from_here_on && (t & s) == s)) covered[t] = true;
        }
        std::vector<ConditionId> unless;
        for (std::size_t i = 0; i < changes.size(); ++i) {
          if (has(s, i)) unless.insert(unless.end(), changes[i].undone.begin(), changes[i].undone.end());
        }
        const Condition& row = system_->conditions[n.condition];
        const bool is_never = row.kind == Condition::Kind::free && !row.initially;
        if (!is_never || unless.empty()) unless.push_back(n.condition);
        for (std::size_t i = 0; i < changes.size() && !is_from_here_on; ++i) {
          if (!has(s, i) && changes[i].done.is_set()) unless.push_back(changes[i].done);
        }
        need_any(call, n, unless, out);
      }
    }
  }
}

void Permissions::report_edits(const DocumentEdits& edits, const std::string& what) const {
  if (is_too_much_told_) return;
  is_too_much_told_ = true;
  world_.diagnostics->error(edits.back()->at,
                            fmt::format("{} faults change {}, of which {} can be told apart; make them fewer, or write "
                                        "what they change in one document",
                                        edits.size(), what, most_edits));
}

// One of the conditions has to hold, as what `wanted` says.
void Permissions::need_any(const Call& call, const Need& wanted, const std::vector<ConditionId>& conditions,
                           Needs& out) {
  if (conditions.size() == 1 && conditions.front() == wanted.condition) {
    out.push_back(wanted);
    return;
  }
  Need any;
  any.error = call.error;
  any.condition = conditions.front();
  for (std::size_t i = 1; i < conditions.size(); ++i) any.alternatives.push_back(conditions[i]);
  const WrittenLabel label = system_->conditions[wanted.condition].label;
  const std::string name = fmt::format("{}, as it is", label->name);
  int& known = known_[name];
  Condition row;
  row.label = written(++known == 1 ? name : fmt::format("{}#{}", name, known), label->says);
  row.component = ComponentId(call.who);
  row.kind = Condition::Kind::derived;
  row.error = call.error;
  row.fact = fact;
  row.follows = {any};
  row.symptoms = system_->conditions[wanted.condition].symptoms;
  need(add(std::move(row)), out);
}

}  // namespace moshimo::models
