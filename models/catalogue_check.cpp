#include "models/catalogue_check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <iterator>
#include <map>
#include <set>

namespace moshimo::models {

namespace {

using input::Diagnostics;
using input::Position;

// What a path can lead to, one alternative of several.
struct Place {
  enum class Kind : std::uint8_t {
    component,   // of `type`; of any type when that is null
    value,       // of attribute `attribute`
    object,      // the object attribute `attribute`
    text,        // name, arn, account, region, a service principal, a parameter
    expression,  // a fixed value that is no path
    condition,
    port,
    store,
    hop,
    process,
    process_needs,
    repair,
  };
  Kind kind = Kind::component;
  const TypeDef* type = nullptr;  // the owner
  const AttributeDef* attribute = nullptr;
  std::string member;
};
using Places = std::vector<Place>;

std::string_view name_of(Place::Kind k) {
  switch (k) {
    case Place::Kind::component: return "a component";
    case Place::Kind::value: return "a value";
    case Place::Kind::object: return "an object";
    case Place::Kind::text: return "a text";
    case Place::Kind::expression: return "a value";
    case Place::Kind::condition: return "a condition";
    case Place::Kind::port: return "a port";
    case Place::Kind::store: return "a store";
    case Place::Kind::hop: return "a hop";
    case Place::Kind::process: return "a process";
    case Place::Kind::process_needs: return "the needs of a process";
    case Place::Kind::repair: return "a repair";
  }
  return "";
}

// What stands beside a path: the tests that hold (or do not) where it is looked at.
struct Guard {
  const Test* test = nullptr;
  bool holds = true;
};

struct Context {
  const TypeDef* type = nullptr;
  const HopDef* hop = nullptr;      // for `item`
  const FaultDef* fault = nullptr;  // for its parameters
  std::vector<Guard> guards;

  Context with(const Test& test, bool holds = true) const {
    Context inner = *this;
    if (!test.is_always()) inner.guards.push_back({&test, holds});
    return inner;
  }
};

std::string print(const Path& path, std::size_t steps) {
  std::string text;
  switch (path.start) {
    case Path::Start::component: break;
    case Path::Start::item: text = "item"; break;
    case Path::Start::caller: text = "caller"; break;
    case Path::Start::type:
    case Path::Start::parameter: text = path.name; break;
  }
  for (std::size_t i = 0; i < steps; ++i) {
    const Step& step = path.steps[i];
    switch (step.kind) {
      case Step::Kind::member:
        if (!text.empty()) text += '.';
        text += step.name;
        break;
      case Step::Kind::each: text += "[]"; break;
      case Step::Kind::matching: text += "[...]"; break;
      case Step::Kind::indexed: text += fmt::format("[{}]", step.name); break;
    }
  }
  return text.empty() ? "self" : text;
}

// The types a path is said to have, or not to have, by a test that holds (or does not).
struct Narrowing {
  std::optional<std::set<std::string>> only;
  std::set<std::string> except;

  bool allows(const std::string& type) const { return (!only || only->count(type) != 0) && except.count(type) == 0; }
};

std::set<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

Narrowing both_hold(Narrowing a, const Narrowing& b) {
  if (a.only && b.only) {
    a.only = common(*a.only, *b.only);
  } else if (b.only) {
    a.only = b.only;
  }
  a.except.insert(b.except.begin(), b.except.end());
  return a;
}

Narrowing one_holds(Narrowing a, const Narrowing& b) {
  if (a.only && b.only) {
    a.only->insert(b.only->begin(), b.only->end());
  } else {
    a.only.reset();
  }
  a.except = common(a.except, b.except);
  return a;
}

Narrowing narrowing(const Test& test, bool holds, std::string_view path) {
  Narrowing result;
  switch (test.kind) {
    case Test::Kind::is_type: {
      const Expression& subject = test.operands[0];
      if (subject.kind != Expression::Kind::path || print(subject.path, subject.path.steps.size()) != path) break;
      const std::set<std::string> types(test.types.begin(), test.types.end());
      if (holds) {
        result.only = types;
      } else {
        result.except = types;
      }
      break;
    }
    case Test::Kind::negation: return narrowing(test.tests[0], !holds, path);
    case Test::Kind::all_of:
    case Test::Kind::either: {
      const bool all = (test.kind == Test::Kind::all_of) == holds;
      for (std::size_t i = 0; i < test.tests.size(); ++i) {
        const Narrowing next = narrowing(test.tests[i], holds, path);
        result = i == 0 ? next : all ? both_hold(result, next) : one_holds(result, next);
      }
      break;
    }
    case Test::Kind::always:
    case Test::Kind::present:
    case Test::Kind::equal:
    case Test::Kind::one_of:
    case Test::Kind::any:
    case Test::Kind::none:
    case Test::Kind::starts_with: break;
  }
  return result;
}

class Checker {
 public:
  Checker(const Catalogue& catalogue, Diagnostics& diagnostics)
      : catalogue_(catalogue), diagnostics_(diagnostics), types_(catalogue.types()) {}

  void run() {
    for (const TypeDef* type : types_) type_names_.push_back(type->name);
    for (const FactDef* fact : catalogue_.facts()) fact_ids_.push_back(fact->id);
    for (const TypeDef* type : types_) {
      for (const AttributeDef& attribute : type->attributes) collect_parents(*type, attribute);
    }
    imports();
    for (const TypeDef* type : types_) check(*type);
    for (const TypeDef* type : types_) effects(*type);
  }

 private:
  void error(Position at, std::string message) {
    if (at.file == nullptr && current_ != nullptr) {
      message = fmt::format("in the built-in {}: {}", current_->name, message);
    }
    diagnostics_.error(at, std::move(message));
  }

  void collect_parents(const TypeDef& type, const AttributeDef& attribute) {
    if (attribute.kind == AttributeDef::Kind::contains && !attribute.types.empty()) {
      parents_[attribute.types[0]].push_back(&type);
    }
    for (const AttributeDef& member : attribute.members) collect_parents(type, member);
  }

  void imports() {
    std::map<std::string, std::string, std::less<>> terraform;
    std::map<std::string, std::string, std::less<>> cloudformation;
    const auto note = [this](auto& seen, const ImportSource& source, const TypeDef& type) {
      const auto [earlier, is_new] = seen.emplace(source.type, type.name);
      if (!is_new) error(source.at, fmt::format("{} is imported as {} already", source.type, earlier->second));
      for (const ImportSource::Part& part : source.parts) {
        if (type.find_attribute(part.attribute) == nullptr) {
          error(part.at, fmt::format("{} has no attribute '{}' that this could be part of", type.name, part.attribute));
        }
      }
      for (const ImportSource::Mention& mention : source.mentions) {
        for (const std::string& name : mention.types) known_type(name, mention.at);
      }
      for (const ImportSource::FaultByUpdate& update : source.faults) {
        if (type.find_fault(update.fault) == nullptr) {
          error(update.at, fmt::format("{} has no fault '{}'", type.name, update.fault));
        }
      }
    };
    for (const TypeDef* type : types_) {
      for (const ImportSource& source : type->terraform) note(terraform, source, *type);
      for (const ImportSource& source : type->cloudformation) note(cloudformation, source, *type);
    }
  }

  // ---- paths ----

  void add_components(Places& places, const std::vector<std::string>& types, bool any) {
    if (any) places.push_back({});
    for (const std::string& name : types) {
      if (const TypeDef* type = catalogue_.find_type(name))
        places.push_back({Place::Kind::component, type, nullptr, {}});
    }
  }

  Places value_of(const TypeDef& owner, const AttributeDef& attribute) {
    Places places;
    switch (attribute.kind) {
      case AttributeDef::Kind::refers_to:
      case AttributeDef::Kind::contains: add_components(places, attribute.types, attribute.any_type); break;
      case AttributeDef::Kind::parent: {
        const auto found = parents_.find(owner.name);
        if (found != parents_.end()) {
          for (const TypeDef* parent : found->second) places.push_back({Place::Kind::component, parent, nullptr, {}});
        }
        break;
      }
      case AttributeDef::Kind::object:
        places.push_back({Place::Kind::object, &owner, &attribute, attribute.name});
        break;
      case AttributeDef::Kind::fixed:
        if (attribute.fixed.kind == Expression::Kind::path) {
          if (depth_ > 20) break;
          ++depth_;
          places = resolve(attribute.fixed.path, {&owner, nullptr, nullptr, {}}, true);
          --depth_;
        } else {
          places.push_back({Place::Kind::expression, &owner, &attribute, attribute.name});
        }
        break;
      case AttributeDef::Kind::text:
      case AttributeDef::Kind::count:
      case AttributeDef::Kind::duration:
      case AttributeDef::Kind::bytes:
      case AttributeDef::Kind::rate:
      case AttributeDef::Kind::ratio:
      case AttributeDef::Kind::yes_no:
      case AttributeDef::Kind::one_of:
      case AttributeDef::Kind::map:
      case AttributeDef::Kind::policy:
      case AttributeDef::Kind::port: places.push_back({Place::Kind::value, &owner, &attribute, attribute.name}); break;
    }
    return places;
  }

  static std::vector<std::string_view> member_names(const TypeDef& type) {
    std::vector<std::string_view> names{"name", "arn", "account", "region", "ok"};
    for (const auto& m : type.attributes) names.push_back(m.name);
    for (const auto& m : type.conditions) names.push_back(m.name);
    for (const auto& m : type.ports) names.push_back(m.name);
    for (const auto& m : type.stores) names.push_back(m.name);
    for (const auto& m : type.hops) names.push_back(m.name);
    for (const auto& m : type.processes) names.push_back(m.name);
    for (const auto& m : type.repairs) names.push_back(m.name);
    return names;
  }

  Places member_of(const TypeDef& type, const std::string& name) {
    const Member member = find_member(type, name);
    switch (member.kind) {
      case MemberKind::none: return {};
      case MemberKind::attribute: return value_of(type, type.attributes[member.index]);
      case MemberKind::condition: return {{Place::Kind::condition, &type, nullptr, name}};
      case MemberKind::port: return {{Place::Kind::port, &type, nullptr, name}};
      case MemberKind::store: return {{Place::Kind::store, &type, nullptr, name}};
      case MemberKind::hop: return {{Place::Kind::hop, &type, nullptr, name}};
      case MemberKind::process: return {{Place::Kind::process, &type, nullptr, name}};
      case MemberKind::repair: return {{Place::Kind::repair, &type, nullptr, name}};
      case MemberKind::builtin:
        return {{name == "ok" ? Place::Kind::condition : Place::Kind::text, &type, nullptr, name}};
    }
    return {};
  }

  Places narrowed(const Places& places, const std::string& path, const Context& context) {
    Narrowing types;
    for (const Guard& guard : context.guards) types = both_hold(types, narrowing(*guard.test, guard.holds, path));
    if (!types.only && types.except.empty()) return places;
    Places kept;
    bool had_any = false;
    for (const Place& place : places) {
      if (place.kind != Place::Kind::component) {
        kept.push_back(place);
      } else if (place.type == nullptr) {
        had_any = true;
        if (!types.only) kept.push_back(place);
      } else if (types.allows(place.type->name)) {
        kept.push_back(place);
      }
    }
    if (had_any && types.only) add_components(kept, {types.only->begin(), types.only->end()}, false);
    return kept;
  }

  // Empty when the path leads nowhere (reported, unless `quiet`) or only to types that a test excludes.
  Places resolve(const Path& path, const Context& context, bool quiet = false) {
    if (path.text.empty()) return {};  // was reported when it was read
    Places places;
    switch (path.start) {
      case Path::Start::component: places.push_back({Place::Kind::component, context.type, nullptr, {}}); break;
      case Path::Start::item:
        if (context.hop != nullptr && context.hop->each) {
          Context outer = context;
          outer.hop = nullptr;
          places = resolve(*context.hop->each, outer, true);
        }
        break;
      case Path::Start::caller: {
        const std::vector<std::string>* principals = catalogue_.find_group("principal");
        if (principals != nullptr) {
          add_components(places, *principals, false);
        } else {
          places.push_back({});
        }
        break;
      }
      case Path::Start::type: {
        const TypeDef* type = catalogue_.find_type(path.name);
        if (type == nullptr) {
          if (!quiet)
            error(path.at,
                  fmt::format("there is no type '{}'{}", path.name, input::did_you_mean(path.name, type_names_)));
          return {};
        }
        places.push_back({Place::Kind::component, type, nullptr, {}});
        break;
      }
      case Path::Start::parameter: places.push_back({Place::Kind::text, context.type, nullptr, path.name}); break;
    }
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
      const Step& step = path.steps[i];
      const std::string so_far = print(path, i);
      places = narrowed(places, so_far, context);
      Places next;
      for (const Place& place : places) {
        switch (step.kind) {
          case Step::Kind::member: add_member(next, place, step.name, path, so_far, quiet); break;
          case Step::Kind::each: next.push_back(place); break;
          case Step::Kind::matching:
            if (!quiet) matches(place, step, path, context);
            next.push_back(place);
            break;
          case Step::Kind::indexed: next.push_back({Place::Kind::port, place.type, nullptr, ""}); break;
        }
      }
      places = std::move(next);
      if (places.empty()) return {};
    }
    return narrowed(places, print(path, path.steps.size()), context);
  }

  void add_member(Places& next, const Place& place, const std::string& name, const Path& path,
                  const std::string& so_far, bool quiet) {
    const auto add = [&next](const Places& found) { next.insert(next.end(), found.begin(), found.end()); };
    switch (place.kind) {
      case Place::Kind::component: {
        if (place.type == nullptr) {
          Places found;
          for (const TypeDef* type : types_) {
            const Places here = member_of(*type, name);
            found.insert(found.end(), here.begin(), here.end());
          }
          if (found.empty() && !quiet)
            error(path.at, fmt::format("no type has a '{}', which `{}` asks for", name, path.text));
          add(found);
          return;
        }
        if (find_member(*place.type, name).kind != MemberKind::none) {
          add(member_of(*place.type, name));
          return;
        }
        if (quiet) return;
        const std::string hint = input::did_you_mean(name, member_names(*place.type));
        if (so_far == "self") {
          error(path.at, fmt::format("{} has no '{}'{}", place.type->name, name, hint));
        } else {
          error(path.at, fmt::format("`{}` can be a {}, which has no '{}'{}", so_far, place.type->name, name, hint));
        }
        return;
      }
      case Place::Kind::object: {
        std::vector<std::string_view> known;
        for (const AttributeDef& member : place.attribute->members) {
          if (member.name == name) {
            add(value_of(*place.type, member));
            return;
          }
          known.push_back(member.name);
        }
        if (!quiet) error(path.at, fmt::format("`{}` has no '{}'{}", so_far, name, input::did_you_mean(name, known)));
        return;
      }
      case Place::Kind::process:
        if (name == "start" || name == "run" || name == "healthy") {
          next.push_back({Place::Kind::process_needs, place.type, nullptr, place.member});
        } else if (!quiet) {
          error(path.at, fmt::format("`{}` is a process and has start, run and healthy, but no '{}'", so_far, name));
        }
        return;
      case Place::Kind::value:
        if (place.attribute->kind == AttributeDef::Kind::map) {
          next.push_back({Place::Kind::text, place.type, nullptr, name});
          return;
        }
        [[fallthrough]];
      case Place::Kind::text:
      case Place::Kind::expression:
      case Place::Kind::condition:
      case Place::Kind::port:
      case Place::Kind::store:
      case Place::Kind::hop:
      case Place::Kind::process_needs:
      case Place::Kind::repair:
        if (!quiet) {
          error(path.at, fmt::format("`{}` is {} and has no '{}'", so_far, name_of(place.kind), name));
        }
        return;
    }
  }

  void matches(const Place& place, const Step& step, const Path& path, const Context& context) {
    if (place.kind != Place::Kind::component || place.type == nullptr) return;
    for (const Match& match : step.matches) {
      const AttributeDef* attribute = place.type->find_attribute(match.attribute);
      if (attribute == nullptr && match.attribute != "name") {
        std::vector<std::string_view> known{"name"};
        for (const AttributeDef& a : place.type->attributes) known.push_back(a.name);
        error(path.at, fmt::format("{} has no attribute '{}'{}", place.type->name, match.attribute,
                                   input::did_you_mean(match.attribute, known)));
        continue;
      }
      const Expression& value = match.value.front();
      expression(value, context);
      if (attribute != nullptr) literal_fits(*attribute, value);
    }
  }

  // A word compared with an attribute that has only certain values has to be one of them.
  void literal_fits(const AttributeDef& attribute, const Expression& value) {
    if (value.kind == Expression::Kind::path &&
        std::find(attribute.options.begin(), attribute.options.end(), value.path.text) != attribute.options.end()) {
      error(value.at, fmt::format("`{0}` is read as a path here; write '{0}' in quotes for the option of '{1}'",
                                  value.path.text, attribute.name));
    }
    const auto plain = value.kind == Expression::Kind::text ? value.text.plain() : std::nullopt;
    if (!plain) return;
    if (attribute.kind == AttributeDef::Kind::one_of) {
      if (std::find(attribute.options.begin(), attribute.options.end(), *plain) != attribute.options.end()) return;
      const std::vector<std::string_view> options(attribute.options.begin(), attribute.options.end());
      error(value.at, fmt::format("'{}' cannot be '{}'; it is one of {}{}", attribute.name, *plain,
                                  fmt::join(attribute.options, ", "), input::did_you_mean(*plain, options)));
    } else if (attribute.kind == AttributeDef::Kind::yes_no) {
      error(value.at, fmt::format("'{}' is yes or no, not '{}'", attribute.name, *plain));
    }
  }

  // ---- what a path has to lead to ----

  using Kinds = std::vector<Place::Kind>;
  Places expect(const Path& path, const Context& context, const Kinds& wanted, std::string_view what) {
    Places places = resolve(path, context);
    for (const Place& place : places) {
      if (std::find(wanted.begin(), wanted.end(), place.kind) != wanted.end()) continue;
      if (place.kind == Place::Kind::text && place.member == "name") continue;
      error(path.at, fmt::format("`{}` leads to {}; {} is wanted here", path.text, name_of(place.kind), what));
      break;
    }
    return places;
  }
  // A component stands for its port `in`.
  void expect_port(const Path& path, const Context& context) {
    const Places places = expect(path, context, {Place::Kind::port, Place::Kind::component}, "a port");
    for (const Place& place : places) {
      if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_port("in") == nullptr) {
        error(path.at,
              fmt::format("`{}` can be a {}, which has no port `in`; name the port", path.text, place.type->name));
      }
    }
  }
  void expect_place_for_data(const Path& path, const Context& context) {
    const Places places =
        expect(path, context, {Place::Kind::store, Place::Kind::port, Place::Kind::component}, "a store or a port");
    for (const Place& place : places) {
      if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_store("kept") == nullptr &&
          place.type->find_port("in") == nullptr) {
        error(path.at, fmt::format("`{}` can be a {}, which has neither a store `kept` nor a port `in`; name the place",
                                   path.text, place.type->name));
      }
    }
  }
  void principals(const std::vector<PrincipalDef>& as, const Context& context) {
    for (const PrincipalDef& principal : as) {
      test(principal.test, context);
      if (principal.is_service) continue;
      const Places places = expect(principal.path, context.with(principal.test),
                                   {Place::Kind::component, Place::Kind::text}, "a principal");
      for (const Place& place : places) {
        if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_port("act") == nullptr) {
          error(principal.path.at, fmt::format("`{}` can be a {}, which has no port `act` and so is no principal",
                                               principal.path.text, place.type->name));
        }
      }
    }
  }
  void needs(const NeedDefs& list, const Context& context) {
    for (const NeedDef& need : list) {
      test(need.test, context);
      const Context inner = context.with(need.test);
      for (const Path& path : need.paths) {
        expect(path, inner,
               {Place::Kind::condition, Place::Kind::port, Place::Kind::hop, Place::Kind::process,
                Place::Kind::process_needs},
               "a condition, port, hop or process");
      }
    }
  }

  // ---- expressions ----

  void text(const Text& text, const Context& context) {
    for (const TextPart& part : text.parts) {
      if (part.kind != TextPart::Kind::path) continue;
      for (const Place& place : resolve(part.path, context)) {
        if (place.kind == Place::Kind::text || place.kind == Place::Kind::value ||
            place.kind == Place::Kind::expression)
          continue;
        error(part.path.at,
              place.kind == Place::Kind::component
                  ? fmt::format("`{0}` is a component; write `{0}.name` in a text", part.path.text)
                  : fmt::format("`{}` is {} and cannot stand in a text", part.path.text, name_of(place.kind)));
        break;
      }
    }
  }

  void test(const Test& t, const Context& context) {
    switch (t.kind) {
      case Test::Kind::always: return;
      case Test::Kind::negation: test(t.tests[0], context); return;
      case Test::Kind::all_of:
      case Test::Kind::either: {
        Context inner = context;  // each is looked at only when the ones before it held (or, with `or`, did not)
        for (const Test& part : t.tests) {
          test(part, inner);
          inner = inner.with(part, t.kind == Test::Kind::all_of);
        }
        return;
      }
      case Test::Kind::is_type: {
        for (const std::string& type : t.types) known_type(type, t.at);
        Context outer = context;
        for (const Place& place : resolve(t.operands[0].path, outer)) {
          if (place.kind != Place::Kind::component && place.kind != Place::Kind::text) {
            error(t.at, fmt::format("`{}` is {}; only a component is of a type", t.operands[0].path.text,
                                    name_of(place.kind)));
            return;
          }
        }
        return;
      }
      case Test::Kind::equal:
      case Test::Kind::one_of: {
        const Expression& subject = t.operands[0];
        expression(subject, context);
        for (std::size_t i = 1; i < t.operands.size(); ++i) {
          expression(t.operands[i], context);
          if (subject.kind != Expression::Kind::path) continue;
          if (subject.path.start == Path::Start::parameter) {
            parameter_fits(subject.path.name, t.operands[i], context);
            continue;
          }
          for (const Place& place : resolve(subject.path, context, true)) {
            if (place.kind == Place::Kind::value) literal_fits(*place.attribute, t.operands[i]);
          }
        }
        return;
      }
      case Test::Kind::present:
      case Test::Kind::any:
      case Test::Kind::none:
      case Test::Kind::starts_with:
        for (const Expression& operand : t.operands) expression(operand, context);
        return;
    }
  }

  void parameter_fits(const std::string& name, const Expression& value, const Context& context) {
    const auto plain = value.kind == Expression::Kind::text ? value.text.plain() : std::nullopt;
    if (context.fault == nullptr || !plain) return;
    for (const FaultDef::Parameter& parameter : context.fault->with) {
      if (parameter.name != name || parameter.options.empty()) continue;
      if (std::find(parameter.options.begin(), parameter.options.end(), *plain) == parameter.options.end()) {
        error(value.at,
              fmt::format("'{}' cannot be '{}'; it is one of {}", name, *plain, fmt::join(parameter.options, ", ")));
      }
    }
  }

  // Every path in it.
  void expression(const Expression& e, const Context& context) {
    switch (e.kind) {
      case Expression::Kind::nothing:
      case Expression::Kind::quantity:
      case Expression::Kind::yes_no: return;
      case Expression::Kind::text: text(e.text, context); return;
      case Expression::Kind::path: resolve(e.path, context); return;
      case Expression::Kind::only:
      case Expression::Kind::add:
      case Expression::Kind::subtract:
      case Expression::Kind::multiply:
      case Expression::Kind::divide:
      case Expression::Kind::least:
      case Expression::Kind::most:
      case Expression::Kind::list:
      case Expression::Kind::map:
        for (const Expression& operand : e.operands) expression(operand, context);
        return;
      case Expression::Kind::cases: {
        Context inner = context;
        for (const Case& c : e.cases) {
          test(c.test, inner);
          expression(c.value, inner.with(c.test));
          if (!c.since && !c.until) inner = inner.with(c.test, false);
          fact(c.fact, e.at);
        }
        return;
      }
    }
  }

  // The unit of a value that has to be a quantity; nothing when it cannot be told (or was reported).
  std::optional<Quantity> unit(const Expression& e, const Context& context) {
    switch (e.kind) {
      case Expression::Kind::nothing: return std::nullopt;
      case Expression::Kind::quantity: return e.quantity.is_infinite() ? e.quantity : Quantity{1, e.quantity.unit};
      case Expression::Kind::path: {
        std::optional<Quantity> found;
        for (const Place& place : resolve(e.path, context)) {
          const auto here = unit_of(place);
          if (!here) {
            error(e.path.at, fmt::format("`{}` is {} and no number", e.path.text, name_of(place.kind)));
            return std::nullopt;
          }
          found = here;
        }
        return found;
      }
      case Expression::Kind::add:
      case Expression::Kind::subtract:
      case Expression::Kind::multiply:
      case Expression::Kind::divide: {
        const auto a = unit(e.operands[0], context);
        const auto b = unit(e.operands[1], context);
        if (!a || !b) return std::nullopt;
        const auto result = e.kind == Expression::Kind::add        ? add(*a, *b)
                            : e.kind == Expression::Kind::subtract ? subtract(*a, *b)
                            : e.kind == Expression::Kind::multiply ? multiply(*a, *b)
                                                                   : divide(*a, *b);
        if (!result)
          error(e.at,
                fmt::format("{} and {} do not go together here", models::name_of(a->unit), models::name_of(b->unit)));
        return result;
      }
      case Expression::Kind::least:
      case Expression::Kind::most: {
        std::optional<Quantity> result;
        for (const Expression& operand : e.operands) {
          const auto next = unit(operand, context);
          if (!next) return std::nullopt;
          const auto joined = result ? least_of(*result, *next) : next;
          if (!joined) error(operand.at, "the values of min and max have different units");
          if (!joined) return std::nullopt;
          result = joined;
        }
        return result;
      }
      case Expression::Kind::cases: {
        std::optional<Quantity> result;
        Context inner = context;
        for (const Case& c : e.cases) {
          test(c.test, inner);
          fact(c.fact, e.at);
          const auto next = unit(c.value, inner.with(c.test));
          if (!c.since && !c.until) inner = inner.with(c.test, false);
          if (!next) continue;
          const auto joined = result ? least_of(*result, *next) : next;
          if (!joined) error(c.value.at, "the cases have different units");
          if (joined) result = joined;
        }
        return result;
      }
      case Expression::Kind::text:
      case Expression::Kind::yes_no:
      case Expression::Kind::only:
      case Expression::Kind::list:
      case Expression::Kind::map: error(e.at, "a number, duration, size or rate is wanted here"); return std::nullopt;
    }
    return std::nullopt;
  }
  static std::optional<Unit> unit_of_kind(AttributeDef::Kind kind) {
    switch (kind) {
      case AttributeDef::Kind::count:
      case AttributeDef::Kind::ratio: return Unit::none;
      case AttributeDef::Kind::duration: return Unit::seconds;
      case AttributeDef::Kind::bytes: return Unit::bytes;
      case AttributeDef::Kind::rate: return Unit::per_second;
      case AttributeDef::Kind::refers_to:
      case AttributeDef::Kind::contains:
      case AttributeDef::Kind::object:
      case AttributeDef::Kind::text:
      case AttributeDef::Kind::yes_no:
      case AttributeDef::Kind::one_of:
      case AttributeDef::Kind::map:
      case AttributeDef::Kind::policy:
      case AttributeDef::Kind::port:
      case AttributeDef::Kind::parent:
      case AttributeDef::Kind::fixed: return std::nullopt;
    }
    return std::nullopt;
  }
  std::optional<Quantity> unit_of(const Place& place) {
    if (place.kind == Place::Kind::value) {
      const auto unit = unit_of_kind(place.attribute->kind);
      if (unit) return Quantity{1, *unit};
    }
    if (place.kind == Place::Kind::expression && depth_ < 20) {
      ++depth_;
      const auto found = unit(place.attribute->fixed, {place.type, nullptr, nullptr, {}});
      --depth_;
      return found;
    }
    return std::nullopt;
  }
  void quantity(const Expression& e, Unit wanted, const Context& context) {
    if (!e.is_written()) return;
    const auto found = unit(e, context);
    if (!found || found->unit == wanted || (found->is_infinite() && found->unit == Unit::none)) return;
    if (e.kind == Expression::Kind::quantity && e.quantity.value == 0) return;
    error(e.at, fmt::format("{} is wanted here, not {}", models::name_of(wanted), models::name_of(found->unit)));
  }

  // ---- facts ----

  void fact(const std::string& id, Position at) {
    if (id.empty() || catalogue_.find_fact(id) != nullptr) return;
    error(at, fmt::format("there is no fact '{}'{}", id, input::did_you_mean(id, fact_ids_)));
  }
  void basis(const Basis& b, const Context& context) {
    const Expression& e = b.fact;
    if (!e.is_written()) return;
    if (e.kind == Expression::Kind::cases) {
      for (const Case& c : e.cases) {
        test(c.test, context);
        const auto plain = c.value.kind == Expression::Kind::text ? c.value.text.plain() : std::nullopt;
        if (plain) fact(std::string(*plain), c.value.at);
        if (!plain) error(c.value.at, "the id of a fact is wanted here");
      }
      return;
    }
    const auto plain = e.kind == Expression::Kind::text ? e.text.plain() : std::nullopt;
    if (plain) fact(std::string(*plain), e.at);
    if (!plain) error(e.at, "the id of a fact is wanted here");
  }
  // The first number in it that says something about the world: not 0, 1, forever or unlimited, nor in a case with a
  // basis of its own.
  static const Expression* bare_number(const Expression& e) {
    if (e.kind == Expression::Kind::quantity) {
      const bool says_nothing =
          e.quantity.value == 0 || e.quantity.is_infinite() || (e.quantity.value == 1 && e.quantity.unit == Unit::none);
      return says_nothing ? nullptr : &e;
    }
    for (const Expression& operand : e.operands) {
      if (const Expression* found = bare_number(operand)) return found;
    }
    for (const Case& c : e.cases) {
      if (!c.fact.empty() || !c.assumed.empty()) continue;
      if (const Expression* found = bare_number(c.value)) return found;
    }
    return nullptr;
  }
  void rests(const Expression& e, bool has_basis, std::string_view what) {
    if (has_basis) return;
    if (const Expression* number = bare_number(e)) {
      error(number->at, fmt::format("{} is a number without a source: give it `fact` or `assumed`", what));
    }
  }

  bool known_type(const std::string& name, Position at) {
    if (catalogue_.find_type(name) != nullptr) return true;
    error(at, fmt::format("there is no type '{}'{}", name, input::did_you_mean(name, type_names_)));
    return false;
  }

  // ---- the members of a type ----

  void check(const TypeDef& type) {
    current_ = &type;
    const Context context{&type, nullptr, nullptr, {}};
    text(type.arn, context);
    for (const AttributeDef& a : type.attributes) attribute(a, type, context, false);
    for (const ConditionDef& c : type.conditions) condition(c, context);
    for (const PortDef& p : type.ports) port(p, context);
    for (const StoreDef& s : type.stores) store(s, context);
    for (const HopDef& h : type.hops) hop(h, context);
    for (const ProcessDef& p : type.processes) process(p, context);
    for (const RepairDef& r : type.repairs) repair(r, context);
    for (const FaultDef& f : type.faults) fault(f, context);
    if (type.guards) guards(*type.guards, context);
    condition_loops(type);
    attribute_loops(type);
  }

  void attribute(const AttributeDef& a, const TypeDef& type, const Context& context, bool has_basis) {
    for (const std::string& name : a.types) known_type(name, a.at);
    basis(a.basis, context);
    const bool based = has_basis || a.basis.is_given();
    if (a.kind == AttributeDef::Kind::contains && !a.types.empty()) {
      if (const TypeDef* part = catalogue_.find_type(a.types[0])) through(a, type, *part);
    }
    if (a.kind == AttributeDef::Kind::port) {
      const AttributeDef* of = type.find_attribute(a.port_of);
      if (of == nullptr || of->kind != AttributeDef::Kind::refers_to) {
        error(a.at, fmt::format("`port: {}` has to name an attribute of {} that refers to a component", a.port_of,
                                type.name));
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
  void options(const AttributeDef& a, const Expression& value) {
    literal_fits(a, value);
    for (const Case& c : value.cases) options(a, c.value);
  }
  void range(const AttributeDef& a, Unit unit) {
    if (!a.least || !a.most) return;
    for (const Quantity& end : {*a.least, *a.most}) {
      if (end.unit != unit && !end.is_infinite() && end.value != 0) {
        error(a.at, fmt::format("the range of '{}' is not in {}", a.name, models::name_of(unit)));
        return;
      }
    }
    if (a.least->value > a.most->value) error(a.at, fmt::format("the range of '{}' is empty", a.name));
    const Expression& d = a.default_value;
    if (d.kind == Expression::Kind::quantity &&
        (d.quantity.value < a.least->value || d.quantity.value > a.most->value)) {
      error(d.at, fmt::format("the default of '{}' lies outside its range", a.name));
    }
  }
  void through(const AttributeDef& a, const TypeDef& type, const TypeDef& part) {
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
      error(a.at,
            fmt::format("the attribute '{}' of {} cannot refer to its parent {}", a.through, part.name, type.name));
  }

  void delay(const DelayDef& d, const Context& context) {
    quantity(d.least, Unit::seconds, context);
    quantity(d.most, Unit::seconds, context);
  }
  void sees(const std::vector<SeesDef>& list, const Context& context, bool has_basis, bool of_process) {
    for (const SeesDef& s : list) {
      test(s.test, context);
      const Context inner = context.with(s.test);
      text(s.text, inner);
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

  void condition(const ConditionDef& c, const Context& outer) {
    test(c.test, outer);
    const Context context = outer.with(c.test);
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
  void port(const PortDef& p, const Context& outer) {
    test(p.test, outer);
    const Context context = outer.with(p.test);
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
  }
  void actions(const std::vector<std::string>& list, Position at) {
    for (const std::string& action : list) {
      if (action.find(':') == std::string::npos)
        error(at, fmt::format("'{}' is no IAM action; write `service:Action`", action));
    }
  }
  void store(const StoreDef& s, const Context& outer) {
    test(s.test, outer);
    const Context context = outer.with(s.test);
    text(s.says, context);
    quantity(s.holds_for, Unit::seconds, context);
    quantity(s.capacity, Unit::bytes, context);
    needs(s.accepts, context);
    needs(s.readable, context);
    for (const Path& path : s.lost_with) expect(path, context, {Place::Kind::condition}, "a condition");
    basis(s.basis, context);
    rests(s.holds_for, s.basis.is_given(), fmt::format("how long '{}' holds", s.name));
    rests(s.capacity, s.basis.is_given(), fmt::format("the capacity of '{}'", s.name));
  }
  void phases(const std::vector<PhaseDef>& list, const Context& context, bool based, std::string_view what) {
    for (const PhaseDef& phase : list) {
      quantity(phase.attempts, Unit::none, context);
      quantity(phase.gap, Unit::seconds, context);
      quantity(phase.last, Unit::seconds, context);
      for (const Expression* e : {&phase.attempts, &phase.gap, &phase.last}) rests(*e, based, what);
    }
  }
  void fallback(const FallbackDef& f, const Context& outer, bool has_basis) {
    test(f.test, outer);
    const Context context = outer.with(f.test);
    basis(f.basis, context);
    const bool based = has_basis || f.basis.is_given();
    quantity(f.limit, Unit::seconds, context);
    rests(f.limit, based, "`for`");
    if (f.kind == FallbackDef::Kind::place) expect_place_for_data(f.in, context);
    principals(f.as, context);
    age(f.age, context);
    if (f.release) {
      for (const Place& place : expect(*f.release, context, {Place::Kind::repair}, "a repair")) {
        if (place.kind == Place::Kind::repair) releases_.insert({place.type->name, place.member});
      }
    }
    phases(f.schedule, context, based, "a retry's schedule");
    text(f.buffer, context);
    quantity(f.capacity, Unit::bytes, context);
    rests(f.capacity, based, "the capacity of a buffer");
  }
  void age(const Expression& e, const Context& context) {
    if (!e.is_written()) return;
    if (e.kind == Expression::Kind::cases) {
      expression(e, context);
      for (const Case& c : e.cases) age(c.value, context);
      return;
    }
    const auto plain = e.kind == Expression::Kind::text ? e.text.plain() : std::nullopt;
    if (!plain || (*plain != "entry" && *plain != "arrival")) error(e.at, "`age` is entry or arrival");
  }
  void hop(const HopDef& h, const Context& outer) {
    Context context = outer;
    context.hop = &h;
    if (h.each) {
      test(h.test, outer);
      expect(*h.each, outer.with(h.test), {Place::Kind::component}, "a list of components");
    } else {
      test(h.test, context);
    }
    context = context.with(h.test);
    text(h.says, context);
    text(h.unknown, context);
    basis(h.basis, context);
    switch (h.source) {
      case HopDef::Source::port:
        if (h.from) expect_port(*h.from, context);
        break;
      case HopDef::Source::signal:
        if (h.from) expect(*h.from, context, {Place::Kind::condition}, "a condition");
        break;
      case HopDef::Source::timetable:
        quantity(h.every, Unit::seconds, context);
        rests(h.every, h.basis.is_given(), "the timetable");
        break;
    }
    if (h.to) expect_port(*h.to, context);
    principals(h.as, context);
    needs(h.needs, context);
    quantity(h.ratio, Unit::none, context);
    quantity(h.rate, Unit::per_second, context);
    quantity(h.size, Unit::bytes, context);
    quantity(h.drain, Unit::per_second, context);
    const bool based = h.basis.is_given();
    rests(h.ratio, based, "`ratio`");
    rests(h.rate, based, "`rate`");
    rests(h.size, based, "`size`");
    rests(h.drain, based, "`drain`");
    if (h.when.empty())
      error(h.at, fmt::format("hop '{}' needs `when`: what becomes of the data while it fails", h.name));
    for (std::size_t c = 0; c < error_class_count; ++c) {
      if (static_cast<ErrorClass>(c) == ErrorClass::failed && !can_fail(h, context)) continue;
      const auto blocks = reactions_to(h, static_cast<ErrorClass>(c));
      if (blocks.empty() && !h.when.empty()) {
        error(h.at, fmt::format("hop '{}' does not say what happens when it is {}; add the class or `any`", h.name,
                                moshimo::name_of(static_cast<ErrorClass>(c))));
        break;
      }
    }
    for (const WhenDef& when : h.when) {
      // A block without a basis of its own rests on that of a block for more classes.
      const bool wider = std::any_of(h.when.begin(), h.when.end(), [&when](const WhenDef& other) {
        return &other != &when && (other.classes.bits & when.classes.bits) == when.classes.bits &&
               std::any_of(other.blocks.begin(), other.blocks.end(),
                           [](const ReactionDef& r) { return r.basis.is_given(); });
      });
      for (const ReactionDef& reaction : when.blocks) {
        test(reaction.test, context);
        const Context inner = context.with(reaction.test);
        basis(reaction.basis, inner);
        const bool has = based || wider || reaction.basis.is_given();
        if (reaction.fallbacks) {
          for (const FallbackDef& f : *reaction.fallbacks) fallback(f, inner, has);
        }
        if (reaction.pause) {
          delay(*reaction.pause, inner);
          rests(reaction.pause->least, has, "`pause`");
          rests(reaction.pause->most, has, "`pause`");
        }
        if (reaction.sees) sees(*reaction.sees, inner, has, false);
      }
    }
  }
  // Whether the receiver can run and fail: only where some need says so.
  bool can_fail(const HopDef& h, const Context& context) {
    const auto shown = [](const NeedDefs& list) {
      return std::any_of(list.begin(), list.end(),
                         [](const NeedDef& need) { return need.shown_as == ErrorClass::failed; });
    };
    if (h.to_shown_as == ErrorClass::failed || shown(h.needs)) return true;
    if (!h.to) return false;
    for (const Place& place : resolve(*h.to, context, true)) {
      if (place.type == nullptr) continue;
      const PortDef* p = place.type->find_port(place.kind == Place::Kind::port ? std::string_view(place.member) : "in");
      if (p != nullptr && shown(p->needs)) return true;
    }
    return false;
  }
  void process(const ProcessDef& p, const Context& outer) {
    test(p.test, outer);
    const Context context = outer.with(p.test);
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
  void repair(const RepairDef& r, const Context& outer) {
    test(r.test, outer);
    const Context context = outer.with(r.test);
    text(r.title, context);
    text(r.who, context);
    text(r.verify, context);
    for (const Text& command : r.commands) text(command, context);
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
      if (const auto unit = unit_of_kind(attribute->kind)) quantity(setting.value, *unit, context);
      rests(setting.value, r.basis.is_given(), fmt::format("the new '{}'", setting.attribute));
    }
    needs(r.requirements, context);
    quantity(r.rate, Unit::per_second, context);
    quantity(r.takes, Unit::seconds, context);
    basis(r.basis, context);
    rests(r.rate, r.basis.is_given(), "`rate`");
    rests(r.takes, r.basis.is_given(), "`takes`");
    fact(r.limits, r.at);
    if (!r.takes.is_written()) error(r.at, fmt::format("repair '{}' needs `takes`: how long it lasts", r.name));
  }
  void fault(const FaultDef& f, const Context& outer) {
    Context context = outer;
    context.fault = &f;
    actions(f.actions, f.at);
    for (const FaultDef::Parameter& parameter : f.with) {
      if (parameter.options.empty() && !parameter.attribute.empty() &&
          context.type->find_attribute(parameter.attribute) == nullptr) {
        error(parameter.at, fmt::format("{} has no attribute '{}'", context.type->name, parameter.attribute));
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
    for (const FaultDef::Cascade& cascade : f.cascade) {
      test(cascade.test, context);
      expect(cascade.deletes, context.with(cascade.test), {Place::Kind::component}, "a component");
    }
    basis(f.basis, context);
    if (f.breaks.empty() && f.restores.empty() && f.cascade.empty()) {
      error(f.at, fmt::format("fault '{}' changes nothing; give it `breaks`, `restores` or `cascade`", f.name));
    }
  }
  void guards(const GuardsDef& g, const Context& context) {
    const AttributeDef* policy = context.type->find_attribute(g.with);
    if (policy == nullptr || policy->kind != AttributeDef::Kind::policy) {
      error(g.at, fmt::format("`with: {}` has to name an attribute of kind `policy`", g.with));
    }
    expression(g.kind, context);
    if (g.over) expect(*g.over, context, {Place::Kind::component}, "a component");
    needs(g.while_true, context);
    basis(g.basis, context);
  }

  // ---- after all types: what repairs are good for ----

  void effects(const TypeDef& type) {
    current_ = &type;
    for (const RepairDef& r : type.repairs) {
      const bool does_something = !r.restores.empty() || !r.breaks.empty() || !r.restarts.empty() || !r.sets.empty() ||
                                  releases_.count({type.name, r.name}) != 0;
      const bool refreshes = std::any_of(type.conditions.begin(), type.conditions.end(), [&r](const ConditionDef& c) {
        return std::find(c.refreshed_by.begin(), c.refreshed_by.end(), r.name) != c.refreshed_by.end();
      });
      if (does_something || refreshes) continue;
      error(r.at, fmt::format("repair '{}' of {} restores nothing: no condition, process or number, and no fallback is "
                              "released by it",
                              r.name, type.name));
    }
    for (const ConditionDef& c : type.conditions) {
      if (c.rises != Condition::Rises::by_repair || !c.refreshed_by.empty()) continue;
      if (restored_.count({type.name, c.name}) != 0) continue;
      error(c.at, fmt::format("'{}' of {} rises only by a repair, but no repair restores it", c.name, type.name));
    }
  }

  // ---- loops within a type ----

  // The member of the component itself that a path of one step names.
  static const std::string* own_member(const Path& path) {
    if (path.start != Path::Start::component || path.steps.empty() || path.steps[0].kind != Step::Kind::member)
      return nullptr;
    return &path.steps[0].name;
  }

  void condition_loops(const TypeDef& type) {
    std::map<std::string, std::vector<std::string>> follows;
    const auto add_needs = [&follows](const std::string& from, const NeedDefs& list) {
      for (const NeedDef& need : list) {
        if (!need.test.is_always()) continue;
        for (const Path& path : need.paths) {
          const std::string* member = own_member(path);
          if (member == nullptr) continue;
          if (path.steps.size() == 1) follows[from].push_back(*member);
          if (path.steps.size() == 2 && path.steps[1].kind == Step::Kind::member) {
            follows[from].push_back(*member + "." + path.steps[1].name);
          }
        }
      }
    };
    for (const ConditionDef& c : type.conditions) add_needs(c.name, c.follows);
    for (const PortDef& p : type.ports) add_needs(p.name, p.needs);
    for (const ProcessDef& p : type.processes) {
      add_needs(p.name + ".start", p.start);
      add_needs(p.name + ".run", p.run);
      add_needs(p.name + ".healthy", p.healthy);
    }
    loops(follows, [&](const std::string& where, const std::string& loop) {
      const ConditionDef* c = type.find_condition(where);
      error(c != nullptr ? c->at : type.at,
            fmt::format("{}: these follow each other in a circle: {}", type.name, loop));
    });
  }

  void attribute_loops(const TypeDef& type) {
    std::map<std::string, std::vector<std::string>> uses;
    for (const AttributeDef& a : type.attributes) {
      collect_attributes(a.default_value, uses[a.name]);
      collect_attributes(a.fixed, uses[a.name]);
    }
    loops(uses, [&](const std::string& where, const std::string& loop) {
      const AttributeDef* a = type.find_attribute(where);
      error(a != nullptr ? a->at : type.at,
            fmt::format("{}: the values of these need each other: {}", type.name, loop));
    });
  }
  void collect_attributes(const Expression& e, std::vector<std::string>& found) {
    if (e.kind == Expression::Kind::path) {
      if (const std::string* member = own_member(e.path)) found.push_back(*member);
    }
    for (const Expression& operand : e.operands) collect_attributes(operand, found);
    for (const Case& c : e.cases) collect_attributes(c.value, found);
  }

  static void loops(const std::map<std::string, std::vector<std::string>>& edges,
                    const std::function<void(const std::string&, const std::string&)>& report) {
    std::set<std::string> done;
    std::vector<std::string> way;
    const std::function<void(const std::string&)> visit = [&](const std::string& node) {
      const auto on_way = std::find(way.begin(), way.end(), node);
      if (on_way != way.end()) {
        std::string loop;
        for (auto i = on_way; i != way.end(); ++i) loop += *i + " -> ";
        report(node, loop + node);
        return;
      }
      const auto found = edges.find(node);
      if (found == edges.end() || !done.insert(node).second) return;
      way.push_back(node);
      for (const std::string& next : found->second) visit(next);
      way.pop_back();
    };
    for (const auto& entry : edges) visit(entry.first);
  }

  const Catalogue& catalogue_;
  Diagnostics& diagnostics_;
  std::vector<const TypeDef*> types_;
  std::vector<std::string_view> type_names_;
  std::vector<std::string_view> fact_ids_;
  std::map<std::string, std::vector<const TypeDef*>, std::less<>> parents_;
  std::set<std::pair<std::string, std::string>> releases_;
  std::set<std::pair<std::string, std::string>> restored_;
  const TypeDef* current_ = nullptr;  // the type being looked at
  int depth_ = 0;
};

}  // namespace

void check(const Catalogue& catalogue, Diagnostics& diagnostics) { Checker(catalogue, diagnostics).run(); }

}  // namespace moshimo::models
