#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

void Checker::phases(const std::vector<PhaseDef>& list, const Context& context, bool based, std::string_view what) {
  for (const PhaseDef& phase : list) {
    quantity(phase.attempts, Unit::none, context);
    quantity(phase.gap, Unit::seconds, context);
    quantity(phase.last, Unit::seconds, context);
    for (const Expression* e : {&phase.attempts, &phase.gap, &phase.last}) rests(*e, based, what);
  }
}

void Checker::fallback(const FallbackDef& f, const Context& outer, bool has_basis) {
  const Context context = beside(f.test, outer);
  basis(f.basis, context);
  const bool based = has_basis || f.basis.is_given();
  quantity(f.limit, Unit::seconds, context);
  rests(f.limit, based, "`for`");
  if (f.kind == FallbackDef::Kind::place) expect_place_for_data(f.in, context);
  principals(f.as, context);
  age(f.age, context);
  needs(f.needs, context);
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

void Checker::sign(const SignDef& s, const Context& context) {
  for (const Path& path : s.words) expect(path, context, {Place::Kind::value, Place::Kind::text}, "a text");
  if (s.of) expect(*s.of, context, {Place::Kind::component}, "a component");
  test(s.hears_silence, context);
  test(s.counts_arrivals, context);
  expression(s.outcome, context);
  expression(s.measures, context);
  expression(s.threshold, context);
  quantity(s.period, Unit::seconds, context);
  if (s.rule) expect(*s.rule, context, {Place::Kind::value, Place::Kind::text}, "a text");
}

void Checker::works_as(const WorksAsDef& w, const Context& outer) {
  test(w.test, outer);
  const Context context = outer.with(w.test);
  if (!w.service.empty() && !w.service.ends_with(".amazonaws.com")) {
    error(w.at, fmt::format("'{}' is no service; one looks like lambda.amazonaws.com", w.service));
  }
  if (!w.through.empty() && context.type->find_attribute(w.through) == nullptr) {
    error(w.at, fmt::format("{} has no attribute '{}'", context.type->name, w.through));
  }
  if (w.principal) expect(*w.principal, context, {Place::Kind::component}, "a principal");
  text(w.provider, context);
  text(w.subject, context);
}

void Checker::look_back(const LookBackDef& l, const Context& outer) {
  test(l.test, outer);
  const Context context = outer.with(l.test);
  text(l.says, context);
  if (l.also) expect(*l.also, context, {Place::Kind::value, Place::Kind::text}, "a text");
  quantity(l.keeps, Unit::seconds, context);
  rests(l.keeps, l.basis.is_given(), "how far back it goes");
  quantity(l.lag, Unit::seconds, context);
  rests(l.lag, l.basis.is_given(), "how soon a call shows");
  text(l.look, context);
  basis(l.basis, context);
}

void Checker::hop(const HopDef& h, const Context& outer) {
  Context context = outer;
  if (h.each) {
    context.each = &*h.each;
    expect(*h.each, beside(h.test, outer), {Place::Kind::component}, "a list of components");
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
    case HopDef::Source::sign: sign(h.sign, context); break;
    case HopDef::Source::timetable:
      quantity(h.every, Unit::seconds, context);
      rests(h.every, h.basis.is_given(), "the timetable");
      break;
  }
  if (h.to) expect_port(*h.to, context);
  principals(h.as, context);
  needs(h.needs, context);
  quantity(h.ratio, Unit::none, context);
  quantity(h.combines_every, Unit::seconds, context);
  quantity(h.combines_bytes, Unit::bytes, context);
  quantity(h.rate, Unit::per_second, context);
  quantity(h.size, Unit::bytes, context);
  quantity(h.drain, Unit::per_second, context);
  quantity(h.takes, Unit::seconds, context);
  const bool based = h.basis.is_given();
  rests(h.takes, based, "`takes`");
  rests(h.ratio, based, "`ratio`");
  rests(h.combines_every, based, "`combines`");
  rests(h.combines_bytes, based, "`combines`");
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
bool Checker::can_fail(const HopDef& h, const Context& context) {
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
}  // namespace moshimo::models::checking
