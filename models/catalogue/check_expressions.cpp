#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

void Checker::text(const Text& text, const Context& context) {
  for (const TextPart& part : text.parts) {
    if (part.kind != TextPart::Kind::path) continue;
    for (const Place& place : resolve(part.path, context)) {
      if (place.kind == Place::Kind::text || place.kind == Place::Kind::value || place.kind == Place::Kind::expression)
        continue;
      error(part.path.at,
            place.kind == Place::Kind::component
                ? fmt::format("`{0}` is a component; write `{0}.name` in a text", part.path.text)
                : fmt::format("`{}` is {} and cannot stand in a text", part.path.text, name_of(place.kind)));
      break;
    }
  }
}

void Checker::test(const Test& t, const Context& context) {
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
      for (const Place& place : resolve(t.operands[0].path, context)) {
        if (place.kind != Place::Kind::component && place.kind != Place::Kind::text) {
          error(t.at,
                fmt::format("`{}` is {}; only a component is of a type", t.operands[0].path.text, name_of(place.kind)));
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
    case Test::Kind::given:
    case Test::Kind::any:
    case Test::Kind::none:
    case Test::Kind::starts_with:
      for (const Expression& operand : t.operands) expression(operand, context);
      return;
  }
}

Context Checker::beside(const Test& t, const Context& outer) {
  test(t, outer);
  return outer.with(t);
}

void Checker::parameter_fits(const std::string& name, const Expression& value, const Context& context) {
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
void Checker::expression(const Expression& e, const Context& context) {
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

void Checker::options(const AttributeDef& a, const Expression& value) {
  literal_fits(a, value);
  for (const Case& c : value.cases) options(a, c.value);
}

void Checker::age(const Expression& e, const Context& context) {
  if (!e.is_written()) return;
  if (e.kind == Expression::Kind::cases) {
    expression(e, context);
    for (const Case& c : e.cases) age(c.value, context);
    return;
  }
  const auto plain = e.kind == Expression::Kind::text ? e.text.plain() : std::nullopt;
  if (!plain || (*plain != "entry" && *plain != "arrival")) error(e.at, "`age` is entry or arrival");
}
}  // namespace moshimo::models::checking
