#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

// The unit of a value that has to be a quantity; nothing when it cannot be told (or was reported).
std::optional<Quantity> Checker::unit(const Expression& e, const Context& context) {
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

std::optional<Unit> Checker::unit_of_kind(AttributeDef::Kind kind) {
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

std::optional<Quantity> Checker::unit_of(const Place& place) {
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

void Checker::quantity(const Expression& e, Unit wanted, const Context& context) {
  if (!e.is_written()) return;
  const auto found = unit(e, context);
  if (!found || found->unit == wanted || (found->is_infinite() && found->unit == Unit::none)) return;
  if (e.kind == Expression::Kind::quantity && e.quantity.value == 0) return;
  error(e.at, fmt::format("{} is wanted here, not {}", models::name_of(wanted), models::name_of(found->unit)));
}

void Checker::fact(const std::string& id, Position at) {
  if (id.empty() || catalogue_.find_fact(id) != nullptr) return;
  error(at, fmt::format("there is no fact '{}'{}", id, input::did_you_mean(id, fact_ids_)));
}

void Checker::basis(const Basis& b, const Context& context) {
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
const Expression* Checker::bare_number(const Expression& e) {
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

void Checker::rests(const Expression& e, bool has_basis, std::string_view what) {
  if (has_basis) return;
  if (const Expression* number = bare_number(e)) {
    error(number->at, fmt::format("{} is a number without a source: give it `fact` or `assumed`", what));
  }
}

void Checker::range(const AttributeDef& a, Unit unit) {
  if (!a.least || !a.most) return;
  for (const Quantity& end : {*a.least, *a.most}) {
    if (end.unit != unit && !end.is_infinite() && end.value != 0) {
      error(a.at, fmt::format("the range of '{}' is not in {}", a.name, models::name_of(unit)));
      return;
    }
  }
  if (a.least->value > a.most->value) error(a.at, fmt::format("the range of '{}' is empty", a.name));
  const Expression& d = a.default_value;
  if (d.kind == Expression::Kind::quantity && (d.quantity.value < a.least->value || d.quantity.value > a.most->value)) {
    error(d.at, fmt::format("the default of '{}' lies outside its range", a.name));
  }
}

void Checker::delay(const DelayDef& d, const Context& context) {
  quantity(d.least, Unit::seconds, context);
  quantity(d.most, Unit::seconds, context);
}
}  // namespace moshimo::models::checking
