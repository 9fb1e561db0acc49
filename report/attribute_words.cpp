#include "report/attribute_words.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "report/layout.hpp"
#include "report/numbers.hpp"

namespace moshimo::report {
namespace {

using namespace models;

// "a", "a or b", "a, b or c"
std::string either(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == items.size() ? " or " : ", ") + items[i];
  }
  return text;
}

// A value as it is written in an inventory, or where it comes from.
std::string value_text(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::quantity: {
      const Quantity& q = e.quantity;
      if (q.is_infinite()) return q.unit == Unit::seconds ? "forever" : "unlimited";
      if (const auto d = as_duration(q)) return input::to_text(*d);
      if (const auto r = as_rate(q)) return input::to_text(*r);
      if (q.unit == Unit::bytes) return for_terminal(bytes_text(q.value), false);
      return fmt::format("{:.12g}", q.value);
    }
    case Expression::Kind::yes_no: return e.yes ? "yes" : "no";
    case Expression::Kind::text: return e.text.parts.empty() ? "none" : shown(e.text);
    case Expression::Kind::path: return "that of " + clean(e.path.text);
    case Expression::Kind::cases: {
      std::vector<std::string> values;
      for (const Case& c : e.cases) {
        const std::string v = c.value.is_written() ? value_text(c.value) : "none";
        if (std::find(values.begin(), values.end(), v) == values.end()) values.push_back(v);
      }
      return values.size() == 1 ? values.front() : fmt::format("{}, as the case may be", either(values));
    }
    case Expression::Kind::nothing: return "";
    case Expression::Kind::only:
    case Expression::Kind::add:
    case Expression::Kind::subtract:
    case Expression::Kind::multiply:
    case Expression::Kind::divide:
    case Expression::Kind::least:
    case Expression::Kind::most: return "worked out from others";
    case Expression::Kind::list: return e.operands.empty() ? "none" : "a list";
    case Expression::Kind::map: return e.operands.empty() ? "none" : "a map";
  }
  return "";
}

// Of several, depending on other attributes, each value that can be written.
bool has_all_values_of(const AttributeDef& a, const Expression& e) {
  if (e.kind != Expression::Kind::cases) return false;
  std::vector<std::string> values;
  for (const Case& c : e.cases) values.push_back(value_text(c.value));
  const std::vector<std::string> all =
      a.kind == AttributeDef::Kind::yes_no ? std::vector<std::string>{"yes", "no"} : a.options;
  return std::all_of(all.begin(), all.end(), [&](const std::string& one) {
    return std::find(values.begin(), values.end(), one) != values.end();
  });
}

// Something that can stand in the place of a value.
std::string example_of(const AttributeDef& a) {
  std::string text = "...";
  switch (a.kind) {
    case AttributeDef::Kind::refers_to: {
      const std::string type = a.types.empty() ? "resource" : a.types.front().substr(a.types.front().find(':') + 1);
      text = "my-" + type;
      break;
    }
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::ratio: text = "1"; break;
    case AttributeDef::Kind::duration: text = "5m"; break;
    case AttributeDef::Kind::bytes: text = "5MB"; break;
    case AttributeDef::Kind::rate: text = "10/s"; break;
    case AttributeDef::Kind::yes_no: text = "yes"; break;
    case AttributeDef::Kind::one_of: text = a.options.empty() ? "..." : a.options.front(); break;
    case AttributeDef::Kind::contains:
    case AttributeDef::Kind::object:
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::map:
    case AttributeDef::Kind::policy:
    case AttributeDef::Kind::port:
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: break;
  }
  return a.many ? "[" + text + "]" : text;
}

}  // namespace

using namespace models;

std::string shown(const Text& text) {
  std::string result;
  for (const TextPart& part : text.parts) {
    switch (part.kind) {
      case TextPart::Kind::literal: result += part.text; break;
      case TextPart::Kind::path: result += "<" + part.path.text + ">"; break;
      case TextPart::Kind::report:
      case TextPart::Kind::ask: result += "<" + part.text + ">"; break;
    }
  }
  return clean(result);
}

bool is_required(const AttributeDef& a) {
  return !a.optional && !a.default_value.is_written() && a.kind != AttributeDef::Kind::contains &&
         a.kind != AttributeDef::Kind::object;
}

bool is_written_by_hand(const AttributeDef& a) {
  return a.kind != AttributeDef::Kind::fixed && a.kind != AttributeDef::Kind::parent;
}

std::string kind_of(const AttributeDef& a) {
  std::string text;
  switch (a.kind) {
    case AttributeDef::Kind::refers_to:
      text = a.any_type ? "name of any resource"
                        : "name of " + (a.types.size() > 6 ? listing(a.types, 5) : either(a.types));
      break;
    case AttributeDef::Kind::contains: text = "list of parts of type " + listing(a.types, 4); break;
    case AttributeDef::Kind::object: text = "map of what follows"; break;
    case AttributeDef::Kind::text: text = "text"; break;
    case AttributeDef::Kind::count: text = "whole number"; break;
    case AttributeDef::Kind::duration: text = "duration, as in 15m"; break;
    case AttributeDef::Kind::bytes: text = "bytes, as in 5MB"; break;
    case AttributeDef::Kind::rate: text = "rate, as in 400/s"; break;
    case AttributeDef::Kind::ratio: text = "number"; break;
    case AttributeDef::Kind::yes_no: text = "yes or no"; break;
    case AttributeDef::Kind::one_of: text = "one of " + either(a.options); break;
    case AttributeDef::Kind::map: text = "map of text to text"; break;
    case AttributeDef::Kind::policy: text = "policy, as JSON"; break;
    case AttributeDef::Kind::port: text = fmt::format("name of a port of {}", clean(a.port_of)); break;
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: break;
  }
  if (a.many && a.kind != AttributeDef::Kind::contains) text = "list, each: " + text;
  if (a.least || a.most) {
    const auto end = [](const std::optional<Quantity>& q) {
      Expression e;
      e.kind = Expression::Kind::quantity;
      if (q) e.quantity = *q;
      return q ? value_text(e) : std::string("any");
    };
    text += a.most && a.most->is_infinite() ? fmt::format("; at least {}", end(a.least))
                                            : fmt::format("; {} to {}", end(a.least), end(a.most));
  }
  return text;
}

std::string default_of(const AttributeDef& a) {
  const Expression& value = a.default_value;
  if (!value.is_written()) return is_required(a) ? strong("required") : "none";
  // The members of an object follow, each with what is taken for it.
  if (a.kind == AttributeDef::Kind::object) return "what is said of each";
  const bool names_its_values = a.kind == AttributeDef::Kind::yes_no || a.kind == AttributeDef::Kind::one_of;
  if (names_its_values && has_all_values_of(a, value)) return "what follows from the other attributes";
  std::string text = value_text(value);
  // "that of task_definition" is enough for task_definition.execution_role.
  const std::string_view own = std::string_view(a.name);
  const bool is_namesake = value.kind == Expression::Kind::path && text.size() > own.size() + 1 &&
                           text.ends_with(own) && text[text.size() - own.size() - 1] == '.';
  if (is_namesake) text.resize(text.size() - own.size() - 1);
  return text;
}

std::string reason_of_default(const AttributeDef& a) {
  const bool has_reason = a.default_value.is_written() && a.basis.is_assumed && a.basis.assumed != "true";
  return has_reason ? "taken so: " + clean(a.basis.assumed) : "";
}

std::string example_line(const TypeDef& type) {
  std::string line = fmt::format("my-{}: {{ type: {}", type.name.substr(type.name.find(':') + 1), type.name);
  for (const AttributeDef& a : type.attributes) {
    if (is_written_by_hand(a) && is_required(a)) line += fmt::format(", {}: {}", a.name, example_of(a));
  }
  return line + " }";
}

}  // namespace moshimo::report
