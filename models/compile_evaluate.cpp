// What paths, expressions, tests and texts of the catalogue mean for a component.
#include <algorithm>
#include <fmt/format.h>

#include "models/compile_world.hpp"

namespace moshimo::models {
namespace {

std::optional<Quantity> quantity_in(const std::optional<Thing>& thing) {
  if (!thing || thing->kind != Thing::Kind::quantity) return std::nullopt;
  return thing->quantity();
}

Thing member_thing(Thing::Kind kind, Index component, std::size_t index) {
  Thing t;
  t.kind = kind;
  t.component = component;
  t.index = static_cast<Index>(index);
  return t;
}

}  // namespace

// ---- paths ----------------------------------------------------------------------------------------------------------

void World::follow(const Path& path, std::size_t steps, const Scope& scope, std::vector<Thing>& out) {
  const Step* step = path.steps.data();
  const Step* end = step + steps;
  switch (path.start) {
    case Path::Start::component: walk(Thing::of_component(scope.component), step, end, scope, out); return;
    case Path::Start::item:
      if (scope.item) walk(*scope.item, step, end, scope, out);
      return;
    case Path::Start::caller:
      caller_was_asked = true;
      if (scope.caller) walk(*scope.caller, step, end, scope, out);
      return;
    case Path::Start::parameter:
      if (!scope.parameters) return;
      for (const auto& parameter : *scope.parameters) {
        if (parameter.first == path.name) walk(parameter.second, step, end, scope, out);
      }
      return;
    case Path::Start::type: of_type_matching(path, end, scope, out); return;
  }
}

void World::of_type_matching(const Path& path, const Step* end, const Scope& scope, std::vector<Thing>& out) {
  const std::vector<Index>& all = of_type(path.name);
  if (all.empty()) return;
  const Step* step = path.steps.data();
  if (step == end || step->kind != Step::Kind::matching || step->matches.empty()) {
    for (const Index c : all) walk(Thing::of_component(c), step, end, scope, out);
    return;
  }
  Things wanted(*this);
  evaluate(step->matches.front().value.front(), scope, *wanted);
  if (wanted.empty()) return;
  const Reverse& index = reverse(parts_[all.front()].type_index, step->matches.front().attribute);
  for (const Thing& w : wanted) {
    const std::vector<Index>* found = nullptr;
    if (w.kind == Thing::Kind::component) {
      const auto at = index.by_component.find(w.component);
      if (at != index.by_component.end()) found = &at->second;
    } else if (w.kind == Thing::Kind::text) {
      const auto at = index.by_text.find(w.text());
      if (at != index.by_text.end()) found = &at->second;
    } else {
      found = &all;
    }
    if (!found) continue;
    for (const Index c : *found) {
      const Thing item = Thing::of_component(c);
      if (matches(item, step->matches, scope, false)) walk(item, step + 1, end, scope, out);
    }
  }
}

const World::Reverse& World::reverse(Index type, std::string_view attribute) {
  auto& of_attribute = reverse_[type];
  const auto found = of_attribute.find(attribute);
  if (found != of_attribute.end()) return found->second;
  Reverse index;
  for (const Index c : types_[type].parts) {
    Things named(*this);
    values(c, attribute, *named);
    for (const Thing& t : named) {
      std::vector<Index>* list = nullptr;
      if (t.kind == Thing::Kind::component)
        list = &index.by_component[t.component];
      else if (t.kind == Thing::Kind::text)
        list = &index.by_text[t.text()];
      if (list && (list->empty() || list->back() != c)) list->push_back(c);
    }
  }
  return reverse_[type].emplace(attribute, std::move(index)).first->second;
}

void World::walk(const Thing& from, const Step* step, const Step* end, const Scope& scope, std::vector<Thing>& out) {
  if (step == end) {
    out.push_back(from);
    return;
  }
  switch (step->kind) {
    case Step::Kind::member: walk_member(from, step, end, step->name, scope, out); return;
    case Step::Kind::each: walk(from, step + 1, end, scope, out); return;
    case Step::Kind::matching:
      if (matches(from, step->matches, scope, true)) walk(from, step + 1, end, scope, out);
      return;
    case Step::Kind::indexed: {
      Things names(*this);
      values(scope.component, step->name, *names);
      for (const Thing& name : names) {
        if (name.kind == Thing::Kind::text) walk_member(from, step, end, name.text(), scope, out);
      }
      return;
    }
  }
}

// Looking a name up takes longer than all else in a walk, and the same few steps are taken millions of times.
Member World::member_at(const Step& step, Index component) {
  const Index type = parts_[component].type_index;
  const std::size_t hash = (reinterpret_cast<std::uintptr_t>(&step) / alignof(Step) + type * std::size_t{0x9e3779b1});
  StepMember& known = step_members_[(hash ^ (hash >> 12)) % step_members_.size()];
  if (known.step != &step || known.type != type) known = {&step, type, member(component, step.name)};
  return known.member;
}

void World::walk_member(const Thing& from, const Step* step, const Step* end, std::string_view name, const Scope& scope,
                        std::vector<Thing>& out) {
  const Step* next = step + 1;
  switch (from.kind) {
    case Thing::Kind::component: break;
    case Thing::Kind::object: {
      const auto& members = from.object()->members;
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i].name != name) continue;
        const Slot s = slot(from.index + static_cast<Index>(i), members[i], from.component, from.object()->name);
        for (Index k = 0; k < s.count; ++k) walk(Thing(things_[s.first + k]), next, end, scope, out);
      }
      return;
    }
    case Thing::Kind::process:
      if (name == "start")
        walk(member_thing(Thing::Kind::process_start, from.component, from.index), next, end, scope, out);
      if (name == "run")
        walk(member_thing(Thing::Kind::process_run, from.component, from.index), next, end, scope, out);
      if (name == "healthy")
        walk(member_thing(Thing::Kind::process_healthy, from.component, from.index), next, end, scope, out);
      return;
    case Thing::Kind::text:
      if (name == "name" || name == "arn") walk(from, next, end, scope, out);
      return;
    case Thing::Kind::quantity:
    case Thing::Kind::yes_no:
    case Thing::Kind::map:
    case Thing::Kind::condition:
    case Thing::Kind::port:
    case Thing::Kind::store:
    case Thing::Kind::hop:
    case Thing::Kind::repair:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy:
    case Thing::Kind::health: return;
  }

  const Index c = from.component;
  const Member member = step->kind == Step::Kind::member ? member_at(*step, c) : this->member(c, name);
  const auto go = [&](Thing::Kind kind) {
    if (exists(member.kind, c, static_cast<Index>(member.index))) {
      walk(member_thing(kind, c, member.index), next, end, scope, out);
    }
  };
  switch (member.kind) {
    case MemberKind::none: return;
    case MemberKind::attribute: {
      const Slot s = slot(parts_[c].first_slot + static_cast<Index>(member.index),
                          parts_[c].type->attributes[member.index], c, "");
      for (Index k = 0; k < s.count; ++k) walk(Thing(things_[s.first + k]), next, end, scope, out);
      return;
    }
    case MemberKind::condition: return go(Thing::Kind::condition);
    case MemberKind::port: return go(Thing::Kind::port);
    case MemberKind::store: return go(Thing::Kind::store);
    case MemberKind::hop: return go(Thing::Kind::hop);
    case MemberKind::process: return go(Thing::Kind::process);
    case MemberKind::repair: return go(Thing::Kind::repair);
    case MemberKind::builtin: break;
  }
  if (name == "ok") {
    walk(member_thing(Thing::Kind::health, c, 0), next, end, scope, out);
    return;
  }
  std::string_view words = scope.for_reader ? parts_[c].short_name : parts_[c].aws_name;
  if (name == "arn") {
    const Text& arn = parts_[c].type->arn;
    words = parts_[c].aws_name;
    if (words.starts_with('<') && words.ends_with('>')) {  // to be filled in
      words = keep(std::string(words.substr(0, words.size() - 1)) + "-arn>");
    } else if (!arn.empty() && !words.starts_with("arn:"))
      words = keep(text(arn, Scope{c, nullptr, nullptr, nullptr}));
  } else if (name == "account") {
    words = keep(account_of(c));
  } else if (name == "region") {
    words = keep(region_of(c));
  }
  walk(Thing::of_text(words), next, end, scope, out);
}

// An item of a list that leaves the attribute out matches everything; of all components of a type it matches nothing.
bool World::matches(const Thing& item, const std::vector<Match>& all, const Scope& scope, bool absent_matches) {
  if (item.kind != Thing::Kind::component) return false;
  for (const Match& match : all) {
    Things has(*this);
    values(item.component, match.attribute, *has);
    if (has.empty() && absent_matches) continue;
    Things wanted(*this);
    evaluate(match.value.front(), scope, *wanted);
    const bool any = std::any_of(has.begin(), has.end(), [&](const Thing& h) {
      return std::any_of(wanted.begin(), wanted.end(), [&](const Thing& w) { return same(h, w); });
    });
    if (!any) return false;
  }
  return true;
}

// ---- expressions ----------------------------------------------------------------------------------------------------

bool World::applies(std::optional<Moment> since, std::optional<Moment> until) const {
  if (since && start_ && *start_ < *since) return false;
  return !until || (start_ && *start_ < *until);
}

void World::evaluate(const Expression& e, const Scope& scope, std::vector<Thing>& out) {
  using Kind = Expression::Kind;
  switch (e.kind) {
    case Kind::nothing: return;
    case Kind::quantity: out.push_back(Thing::of_quantity(e.quantity)); return;
    case Kind::text:
      if (const auto plain = e.text.plain())
        out.push_back(Thing::of_text(*plain));
      else
        out.push_back(Thing::of_text(keep(text(e.text, scope))));
      return;
    case Kind::yes_no: out.push_back(Thing::of_yes_no(e.yes)); return;
    case Kind::path: follow(e.path, scope, out); return;
    case Kind::only: {
      Things found(*this);
      evaluate(e.operands.front(), scope, *found);
      if (found->size() == 1) out.push_back(found.front());
      return;
    }
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide: {
      const auto a = quantity_in(one(e.operands[0], scope));
      const auto b = quantity_in(one(e.operands[1], scope));
      if (!a || !b) return;
      const auto result = e.kind == Kind::add        ? add(*a, *b)
                          : e.kind == Kind::subtract ? subtract(*a, *b)
                          : e.kind == Kind::multiply ? multiply(*a, *b)
                                                     : divide(*a, *b);
      if (result) out.push_back(Thing::of_quantity(*result));
      return;
    }
    case Kind::least:
    case Kind::most: {
      std::optional<Quantity> best;
      for (const Expression& operand : e.operands) {
        const auto q = quantity_in(one(operand, scope));
        if (q) best = !best ? q : e.kind == Kind::least ? least_of(*best, *q) : most_of(*best, *q);
      }
      if (best) out.push_back(Thing::of_quantity(*best));
      return;
    }
    case Kind::cases:
      for (const Case& c : e.cases) {
        if (!applies(c.since, c.until) || !holds(c.test, scope)) continue;
        if (!c.fact.empty()) used_facts_.insert(c.fact);
        evaluate(c.value, scope, out);
        return;
      }
      return;
    case Kind::list:
      for (const Expression& operand : e.operands) evaluate(operand, scope, out);
      return;
    case Kind::map: return;
  }
}

// Most expressions name an attribute of the component itself: where its values stand in `things_`, and how many.
std::optional<std::pair<Index, Index>> World::own_values(const Expression& e, const Scope& scope) {
  if (e.kind != Expression::Kind::path || e.path.start != Path::Start::component || e.path.steps.size() != 1) return {};
  const Step& step = e.path.steps.front();
  if (step.kind != Step::Kind::member) return {};
  const Member member = member_at(step, scope.component);
  if (member.kind != MemberKind::attribute) return {};
  const Part& part = parts_[scope.component];
  const Slot s = slot(part.first_slot + static_cast<Index>(member.index), part.type->attributes[member.index],
                      scope.component, "");
  return std::make_pair(s.first, s.count);
}

std::optional<Thing> World::one(const Expression& e, const Scope& scope) {
  using Kind = Expression::Kind;
  if (e.kind == Kind::nothing) return std::nullopt;
  if (e.kind == Kind::quantity) return Thing::of_quantity(e.quantity);
  if (const auto own = own_values(e, scope)) {
    if (own->second == 0) return std::nullopt;
    return things_[own->first];
  }
  Things out(*this);
  evaluate(e, scope, *out);
  if (out.empty()) return std::nullopt;
  return out.front();
}

std::optional<Duration> World::duration(const Expression& e, const Scope& s) {
  const auto q = quantity_in(one(e, s));
  return q ? as_duration(*q) : std::nullopt;
}

std::optional<Rate> World::rate(const Expression& e, const Scope& s) {
  const auto q = quantity_in(one(e, s));
  return q ? as_rate(*q) : std::nullopt;
}

std::optional<Bytes> World::bytes(const Expression& e, const Scope& s) {
  const auto q = quantity_in(one(e, s));
  return q ? as_bytes(*q) : std::nullopt;
}

std::optional<double> World::number(const Expression& e, const Scope& s) {
  const auto q = quantity_in(one(e, s));
  return q ? as_number(*q) : std::nullopt;
}

// ---- tests ----------------------------------------------------------------------------------------------------------

bool World::holds(const Test& test, const Scope& scope) {
  using Kind = Test::Kind;
  const auto leads_somewhere = [&](const Expression& e) {
    if (const auto own = own_values(e, scope)) return own->second > 0;
    Things found(*this);
    evaluate(e, scope, *found);
    return !found.empty();
  };
  const auto equal = [&](const Expression& left, const Expression& right) {
    Things b(*this);
    evaluate(right, scope, *b);
    if (const auto own = own_values(left, scope)) {
      const auto first = things_.begin() + own->first;
      return std::any_of(first, first + own->second, [&](const Thing& x) {
        return std::any_of(b.begin(), b.end(), [&](const Thing& y) { return same(x, y); });
      });
    }
    Things a(*this);
    evaluate(left, scope, *a);
    return std::any_of(a.begin(), a.end(), [&](const Thing& x) {
      return std::any_of(b.begin(), b.end(), [&](const Thing& y) { return same(x, y); });
    });
  };
  switch (test.kind) {
    case Kind::always: return true;
    case Kind::present: {
      const auto found = one(test.operands[0], scope);
      return found && (found->kind != Thing::Kind::yes_no || found->yes);
    }
    case Kind::negation: return !holds(test.tests[0], scope);
    case Kind::equal: return equal(test.operands[0], test.operands[1]);
    case Kind::one_of: {
      for (std::size_t i = 1; i < test.operands.size(); ++i) {
        if (equal(test.operands[0], test.operands[i])) return true;
      }
      return false;
    }
    case Kind::is_type: {
      Things found(*this);
      evaluate(test.operands[0], scope, *found);
      return std::any_of(found.begin(), found.end(), [&](const Thing& t) {
        return t.kind == Thing::Kind::component &&
               std::find(test.types.begin(), test.types.end(), parts_[t.component].type->name) != test.types.end();
      });
    }
    case Kind::given: {
      const Member attribute = member(scope.component, test.operands[0].path.text);
      return attribute.kind == MemberKind::attribute &&
             slots_[parts_[scope.component].first_slot + attribute.index].value() != nullptr;
    }
    case Kind::any: return std::any_of(test.operands.begin(), test.operands.end(), leads_somewhere);
    case Kind::none: return std::none_of(test.operands.begin(), test.operands.end(), leads_somewhere);
    case Kind::starts_with: {
      const auto a = one(test.operands[0], scope);
      const auto b = one(test.operands[1], scope);
      return a && b && a->kind == Thing::Kind::text && b->kind == Thing::Kind::text && a->text().starts_with(b->text());
    }
    case Kind::all_of:
      return std::all_of(test.tests.begin(), test.tests.end(), [&](const Test& t) { return holds(t, scope); });
    case Kind::either:
      return std::any_of(test.tests.begin(), test.tests.end(), [&](const Test& t) { return holds(t, scope); });
  }
  return false;
}

// ---- texts ----------------------------------------------------------------------------------------------------------

std::string World::text(const Text& words, const Scope& scope, std::string_view between) {
  if (const auto plain = words.plain()) return std::string(*plain);
  std::string longest =
      std::move(spare_text_);  // a text is built in room that is there, and kept in no more than it takes
  longest.clear();
  append(longest, words, scope, between);
  std::string out(longest);
  spare_text_ = std::move(longest);
  return out;
}

std::string World::sentence(const Text& words, Scope scope) {
  scope.for_reader = true;
  return text(words, scope);
}

void World::append(std::string& to, const Text& words, const Scope& scope, std::string_view between) {
  for (const TextPart& part : words.parts) {
    switch (part.kind) {
      case TextPart::Kind::literal: to += part.text; break;
      case TextPart::Kind::report: to.append("{").append(part.text).append("}"); break;
      case TextPart::Kind::ask: to.append("<").append(part.text).append(">"); break;
      case TextPart::Kind::path: {
        Things found(*this);
        follow(part.path, scope, *found);
        bool is_first = true;
        for (const Thing& t : found) {
          if (!is_first) to += between;
          describe(to, t, scope.for_reader);
          is_first = false;
        }
        break;
      }
    }
  }
}

}  // namespace moshimo::models
