// Values of attributes: what is written for them, checked and turned into things, or their default.
#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "input/phrases.hpp"
#include "models/compile_world.hpp"
#include "models/text_form.hpp"

namespace moshimo::models {
namespace {

constexpr std::size_t most_suggestions = 20;

constexpr double most_of_a_number = 1e12;

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string written(Quantity q) {
  if (q.is_infinite()) return "forever";
  if (const auto d = q.unit == Unit::seconds ? as_duration(q) : std::nullopt) return input::to_text(*d);
  if (const auto b = q.unit == Unit::bytes ? as_bytes(q) : std::nullopt) return input::to_text(*b);
  if (const auto r = q.unit == Unit::per_second ? as_rate(q) : std::nullopt) return input::to_text(*r);
  return fmt::format("{}", q.value);
}

}  // namespace

std::string World::whose(Index component, std::string_view label) const {
  return fmt::format("{} of '{}'", label, parts_[component].name);
}

World::Slot World::slot(Index slot_index, const AttributeDef& attribute, Index component, std::string_view prefix) {
  if (slots_[slot_index].state != Slot::State::open) return slots_[slot_index];
  slots_[slot_index].state = Slot::State::busy;
  const Value* value = slots_[slot_index].value();
  const Expression* expression = slots_[slot_index].expression();
  const Scope scope{component, nullptr, nullptr, nullptr};
  Things found(*this);
  std::vector<Thing>& out = *found;
  if (value && value->kind != Value::Kind::null) {
    const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    convert(*value, attribute, component, label, out);
  } else {
    const bool is_default = !expression && attribute.kind != AttributeDef::Kind::fixed;
    if (!expression) expression = is_default ? &attribute.default_value : &attribute.fixed;
    const bool asked = caller_was_asked;
    if (attribute.kind == AttributeDef::Kind::object && expression->kind == Expression::Kind::map) {
      out.push_back(object(attribute, nullptr, expression, component, ""));
    } else {
      evaluate(*expression, scope, out);
      settle(out, attribute);
    }
    caller_was_asked = asked;
    if (is_default && !out.empty()) note_default(attribute, component, prefix, out.front());
  }
  Slot& s = slots_[slot_index];
  s.first = static_cast<Index>(things_.size());
  s.count = static_cast<Index>(out.size()) & 0xfffffffU;
  s.state = Slot::State::done;
  things_.insert(things_.end(), out.begin(), out.end());
  return s;
}

Thing World::object(const AttributeDef& attribute, const Value* value, const Expression* expression, Index component,
                    const std::string& label) {
  const Thing t = Thing::of_object(attribute, component, static_cast<Index>(slots_.size()));
  slots_.resize(slots_.size() + attribute.members.size());
  give(attribute.members, t.index, value, expression, component, label.empty() ? attribute.name : label);
  return t;
}

void World::note_default(const AttributeDef& attribute, Index component, std::string_view prefix, const Thing& value) {
  if (!attribute.basis.is_given()) return;
  const Scope scope{component, nullptr, nullptr, nullptr};
  std::string_view known;
  if (const auto fact = one(attribute.basis.fact, scope); fact && fact->kind == Thing::Kind::text) {
    known = *used_facts_.emplace(fact->text()).first;
  }
  if (!attribute.basis.is_assumed && !is_of_its_time(attribute.default_value, scope)) return;
  UsedDefault& used = used_defaults_[&attribute];
  if (!used.attribute) {
    if (!attribute.basis.is_assumed) used.fact = known;
    used.attribute = &attribute;
    used.type = parts_[component].type;
    used.name = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    const bool has_no_end = value.kind == Thing::Kind::quantity && value.quantity().is_infinite();
    used.value = has_no_end && attribute.kind != AttributeDef::Kind::duration ? "unlimited" : describe(value);
  }
  used.components.push_back(component);
}

// Whether it has another value at another time, and the time is known.
bool World::is_of_its_time(const Expression& e, const Scope& scope) {
  if (e.kind != Expression::Kind::cases || !start_) return false;
  bool is_dated = false;
  for (const Case& c : e.cases) {
    is_dated = is_dated || c.since || c.until;
    if (applies(c.since, c.until) && holds(c.test, scope)) return is_dated;
  }
  return false;
}

void World::describe(std::string& to, const Thing& thing, bool for_reader) const {
  switch (thing.kind) {
    case Thing::Kind::component: {
      const Part& part = parts_[thing.component];
      to += for_reader ? part.short_name : part.aws_name;
      return;
    }
    case Thing::Kind::quantity: to += written(thing.quantity()); return;
    case Thing::Kind::text: to += thing.text(); return;
    case Thing::Kind::yes_no: to += thing.yes ? "yes" : "no"; return;
    case Thing::Kind::object:
    case Thing::Kind::map:
    case Thing::Kind::condition:
    case Thing::Kind::port:
    case Thing::Kind::store:
    case Thing::Kind::hop:
    case Thing::Kind::repair:
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy:
    case Thing::Kind::health: return;
  }
}

std::string World::describe(const Thing& thing) const {
  std::string out;
  describe(out, thing);
  return out;
}

std::vector<World::UsedDefault> World::used_defaults() const {
  std::vector<UsedDefault> all;
  all.reserve(used_defaults_.size());
  for (const auto& entry : used_defaults_) all.push_back(entry.second);
  std::sort(all.begin(), all.end(), [](const UsedDefault& a, const UsedDefault& b) {
    return a.type->name != b.type->name ? a.type->name < b.type->name : a.name < b.name;
  });
  return all;
}

// Gives things that come from the catalogue the kind the attribute has.
void World::settle(std::vector<Thing>& things, const AttributeDef& attribute) {
  if (attribute.kind == AttributeDef::Kind::refers_to) {
    std::size_t kept = 0;
    for (const Thing& t : things) {
      const Index c = t.kind == Thing::Kind::text ? find(t.text()) : nothing;
      if (c != nothing && fits(attribute, *parts_[c].type))
        things[kept++] = Thing::of_component(c);
      else if (t.kind != Thing::Kind::text || attribute.or_text)
        things[kept++] = t;
    }
    things.resize(kept);
  }
  if (!attribute.many && things.size() > 1) things.resize(1);
}

bool World::fits(const AttributeDef& attribute, const TypeDef& type) {
  return attribute.any_type ||
         std::find(attribute.types.begin(), attribute.types.end(), type.name) != attribute.types.end();
}

void World::convert(const Value& value, const AttributeDef& attribute, Index component, const std::string& label,
                    std::vector<Thing>& out) {
  if (value.kind == Value::Kind::list && attribute.kind != AttributeDef::Kind::policy) {
    if (!attribute.many) {
      diagnostics->error(value.at(), fmt::format("{} takes one value, not a list", whose(component, label)));
      return;
    }
    for (const Value& item : value.children) {
      if (const auto t = convert_one(item, attribute, component, label)) out.push_back(*t);
    }
    return;
  }
  if (const auto t = convert_one(value, attribute, component, label)) out.push_back(*t);
}

std::optional<Thing> World::convert_one(const Value& value, const AttributeDef& attribute, Index component,
                                        const std::string& label) {
  const auto wrong = [&](std::string_view expected) -> std::optional<Thing> {
    diagnostics->error(value.at(),
                       fmt::format("{} must be {}, not {}", whose(component, label), expected, found(value)));
    return std::nullopt;
  };
  const auto quantity = [&](double number, bool is_infinite, Unit unit) -> std::optional<Thing> {
    const Thing t = Thing::of_quantity(is_infinite ? Quantity::infinite() : Quantity{number, unit});
    check_range(value, attribute, t, component, label);
    return t;
  };
  const bool is_scalar = value.kind == Value::Kind::scalar;
  const std::string_view words = value.text;
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to:
    case AttributeDef::Kind::parent: return reference(value, attribute, component, label);
    case AttributeDef::Kind::contains:
    case AttributeDef::Kind::fixed: return std::nullopt;
    case AttributeDef::Kind::object:
      if (value.kind != Value::Kind::map) return wrong("a map");
      return object(attribute, &value, nullptr, component, label);
    case AttributeDef::Kind::text: return is_scalar ? std::optional(Thing::of_text(words)) : wrong("a text");
    case AttributeDef::Kind::count: {
      if (is_scalar && words == "unlimited") return quantity(0, true, Unit::none);
      const auto n = is_scalar ? number_in(words) : std::nullopt;
      const bool is_whole = n && *n >= -1 && *n == static_cast<double>(static_cast<std::int64_t>(*n));  // -1: no limit
      if (!is_whole || *n > most_of_a_number) return wrong("a whole number, as in 3");
      return quantity(*n, false, Unit::none);
    }
    case AttributeDef::Kind::ratio: {
      const auto n = is_scalar ? number_in(words) : std::nullopt;
      if (!n || *n < 0 || *n > most_of_a_number) return wrong("a number up to 1e12, as in 0.5");
      return quantity(*n, false, Unit::none);
    }
    case AttributeDef::Kind::duration: {
      const auto d = is_scalar ? input::parse_duration(words) : std::nullopt;
      if (!d || (*d < Duration{} && *d != Duration::seconds(-1))) return wrong("a duration, as in 90s, 15m or 14d");
      return quantity(d->in_seconds(), d->is_forever(), Unit::seconds);
    }
    case AttributeDef::Kind::bytes: {
      const auto b = is_scalar ? input::parse_bytes(words) : std::nullopt;
      if (!b || b->count() < 0) return wrong("an amount of data, as in 600B, 2KB or 1MiB");
      return quantity(b->count(), b->is_unlimited(), Unit::bytes);
    }
    case AttributeDef::Kind::rate: {
      const auto r = is_scalar ? input::parse_rate(words) : std::nullopt;
      if (!r || r->per_second() < 0) return wrong("a rate up to 1e12/s, as in 400/s or 30/min");
      return quantity(r->per_second(), r->is_unlimited(), Unit::per_second);
    }
    case AttributeDef::Kind::yes_no:
      if (is_scalar && (words == "yes" || words == "true")) return Thing::of_yes_no(true);
      if (is_scalar && (words == "no" || words == "false")) return Thing::of_yes_no(false);
      return wrong("yes or no");
    case AttributeDef::Kind::one_of: {
      if (!is_scalar) return wrong(input::enumerated(attribute.options, "or"));
      const auto& options = attribute.options;
      if (std::find(options.begin(), options.end(), words) == options.end()) {
        diagnostics->error(value.at(), fmt::format("{} must be {}, not '{}'{}", whose(component, label),
                                                   input::enumerated(options, "or"), words,
                                                   input::did_you_mean(words, {options.begin(), options.end()})));
        return std::nullopt;
      }
      return Thing::of_text(words);
    }
    case AttributeDef::Kind::map: {
      if (value.kind != Value::Kind::map) return wrong("a map");
      return Thing::of_map(value);
    }
    case AttributeDef::Kind::policy: return Thing::of_map(value);
    case AttributeDef::Kind::port: {
      if (!is_scalar) return wrong("the name of a port");
      Things targets(*this);
      values(component, attribute.port_of, *targets);
      for (const Thing& target : targets) {
        if (target.kind != Thing::Kind::component) continue;
        const Part& p = parts_[target.component];
        if (p.type->find_port(words)) continue;
        std::vector<std::string> ports;
        for (const PortDef& port : p.type->ports) ports.push_back(port.name);
        diagnostics->error(
            value.at(),
            fmt::format("{} names the port '{}', but '{}' ({}) has {}", whose(component, label), words, p.name,
                        p.type->name, ports.empty() ? "no ports" : "only " + input::enumerated(ports, "or")));
        return std::nullopt;
      }
      return Thing::of_text(words);
    }
  }
  return std::nullopt;
}

// "; did you mean ...?" of what the attribute can name, while not too many have been asked for.
std::string World::nearest_name(std::string_view name, const AttributeDef& attribute) {
  if (++suggestions_ > most_suggestions) return {};
  std::vector<std::string_view> known;
  for (const Part& p : parts_) {
    if (fits(attribute, *p.type)) known.push_back(p.name);
  }
  return input::did_you_mean(name, known);
}

// A text that names nothing here and need not: it has a form in which the attribute writes what stands outside. Where
// any word may, one that is nearly the name of something is told. Files that are imported say what AWS said.
bool World::stands_for_itself(const Value& value, const AttributeDef& attribute, Index component,
                              const std::string& label) {
  if (inventory_.imported) return true;
  const auto has = [&](const Text& form) { return has_form(value.text, form); };
  if (!attribute.or_texts.empty()) return std::any_of(attribute.or_texts.begin(), attribute.or_texts.end(), has);
  const std::string hint = nearest_name(value.text, attribute);
  if (!hint.empty()) {
    diagnostics->warning(value.at(),
                         fmt::format("{} names '{}', which is not in the inventory, so it is taken to stand "
                                     "outside{}",
                                     whose(component, label), value.text, hint));
  }
  return true;
}

std::optional<Thing> World::reference(const Value& value, const AttributeDef& attribute, Index component,
                                      const std::string& label) {
  const std::string wanted =
      attribute.types.empty() ? "a resource" : input::with_article(input::enumerated(attribute.types, "or"));
  if (value.kind != Value::Kind::scalar) {
    diagnostics->error(value.at(), fmt::format("{} must be the name of {}", whose(component, label), wanted));
    return std::nullopt;
  }
  const Index c = find(value.text);
  if (c == nothing) {
    if (attribute.or_text && stands_for_itself(value, attribute, component, label)) return Thing::of_text(value.text);
    if (may_exist(value.text)) return std::nullopt;
    std::string hint = nearest_name(value.text, attribute);
    if (hint.empty() && suggestions_ <= most_suggestions) hint = unknown_name(value.text);
    if (hint.empty() && attribute.or_text) {
      std::vector<std::string> forms;
      for (const Text& form : attribute.or_texts) forms.push_back(written(form));
      hint = fmt::format("; something outside the inventory is written as {}", input::enumerated(forms, "or"));
    }
    diagnostics->error(value.at(),
                       fmt::format("{} names '{}', which does not exist{}", whose(component, label), value.text, hint));
    return std::nullopt;
  }
  if (attribute.kind == AttributeDef::Kind::refers_to && !fits(attribute, *parts_[c].type)) {
    diagnostics->error(value.at(), fmt::format("{} names '{}', {}; it takes {}", whose(component, label), value.text,
                                               input::with_article(parts_[c].type->name), wanted));
    return std::nullopt;
  }
  return Thing::of_component(c);
}

void World::check_range(const Value& value, const AttributeDef& attribute, const Thing& thing, Index component,
                        const std::string& label) {
  const bool too_small = attribute.least && thing.number() < attribute.least->value;
  const bool too_large = attribute.most && thing.number() > attribute.most->value;
  if (!too_small && !too_large) return;
  std::string bounds;
  if (attribute.least && attribute.most && !attribute.most->is_infinite()) {
    bounds = fmt::format("between {} and {}", written(*attribute.least), written(*attribute.most));
  } else {
    bounds = attribute.least ? fmt::format("at least {}", written(*attribute.least))
                             : fmt::format("at most {}", written(*attribute.most));
  }
  diagnostics->error(value.at(), fmt::format("{} is {}; it must be {}", whose(component, label), value.text, bounds));
}

void World::values(Index component, std::string_view attribute, std::vector<Thing>& out) {
  const auto& members = types_[parts_[component].type_index].members;
  const auto found = members.find(attribute);
  if (found == members.end() || found->second.kind != MemberKind::attribute) return;
  const Index at = parts_[component].first_slot + static_cast<Index>(found->second.index);
  const Slot s = slot(at, parts_[component].type->attributes[found->second.index], component, "");
  out.insert(out.end(), things_.begin() + s.first, things_.begin() + s.first + s.count);
}

void World::values_if(const Value& written, Index component, std::string_view attribute, std::vector<Thing>& out) {
  const Member m = member(component, attribute);
  if (m.kind != MemberKind::attribute) return;
  convert(written, parts_[component].type->attributes[m.index], component, std::string(attribute), out);
}

input::Position World::where(Index component, std::string_view attribute) const {
  const Part& part = parts_[component];
  const auto& members = types_[part.type_index].members;
  const auto found = members.find(attribute);
  if (found == members.end() || found->second.kind != MemberKind::attribute) return part.at;
  const Value* value = slots_[part.first_slot + found->second.index].value();
  return value && value->kind != Value::Kind::null ? value->at() : part.at;
}

void World::check_all() {
  for (Index c = 0; c < parts_.size(); ++c) {
    check_slots(parts_[c].type->attributes, parts_[c].first_slot, c, "");
  }
}

void World::check_slots(const std::vector<AttributeDef>& attributes, Index first, Index component,
                        const std::string& prefix) {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const AttributeDef& attribute = attributes[i];
    const Index at = first + static_cast<Index>(i);
    const Value* value = slots_[at].value();
    const bool is_given = value && value->kind != Value::Kind::null;
    if (is_given) {
      const Slot s = slot(at, attribute, component, prefix);
      if (attribute.kind == AttributeDef::Kind::object) {
        const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
        for (Index k = 0; k < s.count; ++k)
          check_slots(attribute.members, things_[s.first + k].index, component, label);
      }
      continue;
    }
    if (slots_[at].count > 0 || slots_[at].expression() || attribute.optional || attribute.default_value.is_written()) {
      continue;
    }
    if (attribute.kind == AttributeDef::Kind::contains || attribute.kind == AttributeDef::Kind::fixed) continue;
    const Part& p = parts_[component];
    const std::string label = prefix.empty() ? attribute.name : fmt::format("{}.{}", prefix, attribute.name);
    std::string what;
    if (attribute.kind == AttributeDef::Kind::refers_to) {
      what = fmt::format(", the name of {}", attribute.types.empty()
                                                 ? "a resource"
                                                 : input::with_article(input::enumerated(attribute.types, "or")));
    } else if (attribute.kind == AttributeDef::Kind::parent) {
      what = ", the name of what it is a part of";
    } else if (attribute.kind == AttributeDef::Kind::one_of) {
      what = fmt::format(": {}", input::enumerated(attribute.options, "or"));
    }
    diagnostics->error(p.at, fmt::format("'{}' ({}) needs '{}'{}", p.name, p.type->name, label, what));
  }
}

}  // namespace moshimo::models
