// The catalogue for reading: types with what they do, facts with their source and the places that rest on them.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "input/cursor.hpp"
#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"

namespace moshimo::report {
namespace {

using namespace models;

std::string shown(const Text& text) {
  std::string result;
  for (const TextPart& part : text.parts) {
    switch (part.kind) {
      case TextPart::Kind::literal: result += part.text; break;
      case TextPart::Kind::path: result += "<" + part.path.text + ">"; break;
      case TextPart::Kind::report: result += "<" + part.text + ">"; break;
      case TextPart::Kind::ask: result += "<" + part.text + ">"; break;
    }
  }
  return clean(result);
}

void collect(const Expression& e, std::set<std::string>& facts);

void collect(const Basis& basis, std::set<std::string>& facts) { collect(basis.fact, facts); }

void collect(const Expression& e, std::set<std::string>& facts) {
  if (e.kind == Expression::Kind::text) {
    if (const auto plain = e.text.plain()) facts.insert(std::string(*plain));
  }
  for (const Case& c : e.cases) {
    if (!c.fact.empty()) facts.insert(c.fact);
    collect(c.value, facts);
  }
}

// The facts that stand in the cases of a value.
void collect_cases(const Expression& e, std::set<std::string>& facts) {
  for (const Case& c : e.cases) {
    if (!c.fact.empty()) facts.insert(c.fact);
  }
  for (const Expression& o : e.operands) collect_cases(o, facts);
}

void collect_sees(const std::vector<SeesDef>& list, std::set<std::string>& facts) {
  for (const SeesDef& s : list) collect(s.basis, facts);
}

// A member of a type and the facts it rests on.
struct Resting {
  std::string member;
  std::set<std::string> facts;
};

std::vector<Resting> resting(const TypeDef& type) {
  std::vector<Resting> list;
  const auto add = [&](const std::string& kind, const std::string& name, const Basis& basis) -> std::set<std::string>& {
    list.push_back({kind + " " + name, {}});
    collect(basis, list.back().facts);
    return list.back().facts;
  };
  for (const AttributeDef& a : type.attributes) {
    std::set<std::string>& facts = add("attribute", a.name, a.basis);
    collect_cases(a.default_value, facts);
    for (const AttributeDef& m : a.members) {
      std::set<std::string>& inner = add("attribute", a.name + "." + m.name, m.basis);
      collect_cases(m.default_value, inner);
    }
  }
  for (const ConditionDef& c : type.conditions) {
    std::set<std::string>& facts = add("condition", c.name, c.basis);
    collect_cases(c.falls_after.least, facts);
    collect_cases(c.rises_after.most, facts);
    collect_sees(c.sees, facts);
  }
  for (const PortDef& p : type.ports) collect_cases(p.capacity, add("port", p.name, p.basis));
  for (const StoreDef& s : type.stores) {
    std::set<std::string>& facts = add("store", s.name, s.basis);
    collect_cases(s.holds_for, facts);
    collect_cases(s.capacity, facts);
  }
  for (const HopDef& h : type.hops) {
    std::set<std::string>& facts = add("hop", h.name, h.basis);
    for (const WhenDef& w : h.when) {
      for (const ReactionDef& r : w.blocks) {
        collect(r.basis, facts);
        if (r.sees) collect_sees(*r.sees, facts);
        if (!r.fallbacks) continue;
        for (const FallbackDef& f : *r.fallbacks) {
          collect(f.basis, facts);
          collect_cases(f.limit, facts);
        }
      }
    }
  }
  for (const ProcessDef& p : type.processes) collect_sees(p.sees, add("process", p.name, p.basis));
  for (const RepairDef& r : type.repairs) {
    std::set<std::string>& facts = add("repair", r.name, r.basis);
    if (!r.limits.empty()) facts.insert(r.limits);
  }
  for (const FaultDef& f : type.faults) add("fault", f.name, f.basis);
  if (type.guards) {
    list.push_back({"guards", {}});
    collect(type.guards->basis, list.back().facts);
  }
  return list;
}

std::string facts_text(const std::set<std::string>& facts) {
  std::string text;
  for (const std::string& f : facts) text += (text.empty() ? "" : ", ") + clean(f);
  return text.empty() ? "" : " " + dim("[" + text + "]");
}

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
      return fmt::format("{:g}", q.value);
    }
    case Expression::Kind::yes_no: return e.yes ? "yes" : "no";
    case Expression::Kind::text: return shown(e.text);
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
    case Expression::Kind::map: return "as usual";
  }
  return "";
}

// What is written for it, in words a reader of an inventory knows.
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
    text += fmt::format("; {} to {}", end(a.least), end(a.most));
  }
  return text;
}

bool is_required(const AttributeDef& a) {
  return !a.optional && !a.default_value.is_written() && a.kind != AttributeDef::Kind::contains &&
         a.kind != AttributeDef::Kind::object;
}

std::string default_of(const AttributeDef& a) {
  if (a.default_value.is_written()) return value_text(a.default_value);
  return is_required(a) ? strong("required") : "none";
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
    case AttributeDef::Kind::count: text = "1"; break;
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

bool is_written_by_hand(const AttributeDef& a) {
  return a.kind != AttributeDef::Kind::fixed && a.kind != AttributeDef::Kind::parent;
}

std::string example_line(const TypeDef& type) {
  std::string line = fmt::format("my-{}: {{ type: {}", type.name.substr(type.name.find(':') + 1), type.name);
  for (const AttributeDef& a : type.attributes) {
    if (is_written_by_hand(a) && is_required(a)) line += fmt::format(", {}: {}", a.name, example_of(a));
  }
  return line + " }";
}

}  // namespace

std::string explain_type(const TypeDef& type, const Catalogue& catalogue, const Style& style) {
  if (style.form == Form::json) return type_json(type, style);
  Page page;
  page.title(clean(type.name));
  if (!type.says.empty()) page.paragraph(clean(type.says));
  std::vector<std::string> sources;
  for (const ImportSource& s : type.terraform) sources.push_back(code(clean(s.type)));
  for (const ImportSource& s : type.cloudformation) sources.push_back(code(clean(s.type)));
  if (!sources.empty()) page.paragraph(fmt::format("Read from {}.", listing(sources, 8)));
  std::map<std::string, std::set<std::string>> facts_of;
  std::set<std::string> all;
  for (const Resting& r : resting(type)) {
    facts_of[r.member].insert(r.facts.begin(), r.facts.end());
    all.insert(r.facts.begin(), r.facts.end());
  }
  const auto of = [&](const std::string& member) { return facts_text(facts_of[member]); };
  if (!type.attributes.empty()) {
    page.heading("Attributes");
    TextTable table;
    table.columns = {{"attribute", false}, {"what is written", false, true}, {"unless written", false, true}};
    const auto add = [&](const std::string& name, const AttributeDef& a) {
      const std::string facts = of("attribute " + name);
      table.rows.push_back(
          {code(clean(name)), kind_of(a) + (facts.empty() ? "" : "\n" + facts.substr(1)), default_of(a)});
    };
    for (const AttributeDef& a : type.attributes) {
      if (!is_written_by_hand(a)) continue;
      add(a.name, a);
      for (const AttributeDef& m : a.members) {
        if (!is_written_by_hand(m)) continue;
        add(a.name + "." + m.name, m);
      }
    }
    page.table(std::move(table));
    page.gap();
    page.paragraph(fmt::format("Besides, every resource may have {}, {}, {}, {} and {}. In an inventory, at the least:",
                               code("account"), code("region"), code("tags"), code("rto"), code("rpo")));
    page.gap();
  } else {
    page.heading("In an inventory");
  }
  page.paragraph(code(example_line(type)), 4);
  if (!type.conditions.empty()) {
    page.heading("What has to hold");
    for (const ConditionDef& c : type.conditions) {
      page.item(fmt::format("{}: {} ({}){}", code(clean(c.name)), shown(c.says), name_of(c.error),
                            of("condition " + c.name)));
    }
  }
  const auto section = [&](const std::string& title, const std::string& kind, const auto& members) {
    if (members.empty()) return;
    page.heading(title);
    for (const auto& m : members) {
      page.item(fmt::format("{}: {}{}", code(clean(m.name)), shown(m.says), of(kind + " " + m.name)));
    }
  };
  section("What callers can do", "port", type.ports);
  section("What it does", "hop", type.hops);
  section("Where data waits", "store", type.stores);
  section("What runs", "process", type.processes);
  page.heading("What can be done to it");
  {
    for (const FaultDef& f : type.faults) {
      std::vector<std::string> actions;
      for (const std::string& a : f.actions) actions.push_back(code(clean(a)));
      page.item(fmt::format("{}{}{}", strong(clean(f.name)), actions.empty() ? "" : " by " + listing(actions, 5),
                            of("fault " + f.name)));
    }
    page.item(fmt::format("{}: each of its ports fails as unavailable, to the end or {} a duration", strong("outage"),
                          code("for")));
  }
  if (!type.repairs.empty()) {
    page.heading("How it is put right");
    for (const RepairDef& r : type.repairs) {
      page.item(fmt::format("{}: {}{}", code(clean(r.name)), shown(r.title), of("repair " + r.name)));
      std::vector<std::string> commands;
      for (const Text& c : r.commands) commands.push_back(shown(c));
      if (!commands.empty()) page.commands(std::move(commands), 2);
    }
  }
  if (!all.empty()) {
    page.heading("Facts");
    for (const std::string& id : all) {
      const FactDef* fact = catalogue.find_fact(id);
      if (!fact) continue;
      page.item(fmt::format("{} ({}): {}", strong(clean(id)), name_of(fact->confidence), clean(fact->says)));
      page.detail(dim(clean(fact->source)));
    }
  }
  return page.render(style);
}

std::string explain_fact(const FactDef& fact, const Catalogue& catalogue, const Style& style) {
  if (style.form == Form::json) return facts_json({&fact}, style);
  Page page;
  page.title(clean(fact.id));
  page.paragraph(clean(fact.says));
  page.gap();
  TextTable table;
  table.columns = {{"", false}, {"", false, true}};
  table.rows = {{"confidence", strong(name_of(fact.confidence))},
                {"source", clean(fact.source)},
                {"service", clean(fact.service)}};
  page.table(std::move(table));
  page.heading("What rests on it");
  std::size_t found = 0;
  for (const TypeDef* type : catalogue.types()) {
    std::vector<std::string> members;
    for (const Resting& r : resting(*type)) {
      if (r.facts.count(fact.id) != 0) members.push_back(clean(r.member));
    }
    if (members.empty()) continue;
    ++found;
    page.item(fmt::format("{}: {}", code(clean(type->name)), listing(members, 12)));
  }
  if (found == 0) page.paragraph("No member of a type names it.");
  return page.render(style);
}

std::string explain_member(const TypeDef& type, std::string_view member, const Style& style) {
  Page page;
  page.title(fmt::format("{}.{}", clean(type.name), clean(member)));
  page.paragraph("An assumption of the catalogue: nothing is published on it, so no fact stands behind it.");
  const auto reason = [&](const Basis& basis) {
    if (!basis.is_assumed || basis.assumed.empty() || basis.assumed == "true") return;
    page.item(fmt::format("Taken so because: {}.", clean(basis.assumed)));
  };
  const auto tell = [&](std::string_view kind, const auto& members, const auto& says) {
    for (const auto& m : members) {
      if (m.name != member) continue;
      page.gap();
      page.paragraph(fmt::format("The {} {}: {}.", kind, code(clean(m.name)), says(m)));
      reason(m.basis);
    }
  };
  const auto own_words = [](const auto& m) { return shown(m.says); };
  tell("condition", type.conditions, own_words);
  tell("port", type.ports, own_words);
  tell("hop", type.hops, own_words);
  for (const HopDef& h : type.hops) {
    if (h.name != member) continue;
    for (const WhenDef& w : h.when) {
      for (const ReactionDef& r : w.blocks) {
        reason(r.basis);
        for (const FallbackDef& f : r.fallbacks.value_or(std::vector<FallbackDef>{})) reason(f.basis);
      }
    }
  }
  tell("store", type.stores, own_words);
  tell("process", type.processes, own_words);
  tell("repair", type.repairs, [](const RepairDef& r) { return shown(r.title); });
  tell("fault", type.faults, [](const FaultDef& f) { return "what " + clean(f.name) + " does"; });
  page.gap();
  page.paragraph(dim(fmt::format("moshimo explain {} tells the rest of the type.", clean(type.name))));
  return page.render(style);
}

std::string list_types(const Catalogue& catalogue, const Style& style) {
  const std::vector<const TypeDef*> types = catalogue.types();
  if (style.form == Form::json) return types_json(types, style);
  Page page;
  page.title(fmt::format("{} that are modelled", counted(types.size(), "type", "types")));
  TextTable table;
  table.columns = {{"type", false}, {"faults", false, true}, {"read from", false, true}};
  for (const TypeDef* t : types) {
    std::vector<std::string> faults;
    for (const FaultDef& f : t->faults) faults.push_back(clean(f.name));
    std::vector<std::string> sources;
    for (const ImportSource& s : t->terraform) sources.push_back(clean(s.type));
    table.rows.push_back({strong(clean(t->name)), listing(faults, 6), dim(listing(sources, 2))});
  }
  page.table(std::move(table));
  page.gap();
  page.paragraph(fmt::format("Everything can also have an {}: each of its ports fails, to the end or for a duration.",
                             code("outage")));
  return page.render(style);
}

std::string list_facts(const Catalogue& catalogue, const Style& style) {
  const std::vector<const FactDef*> facts = catalogue.facts();
  if (style.form == Form::json) return facts_json(facts, style);
  Page page;
  page.title(counted(facts.size(), "fact", "facts"));
  TextTable table;
  table.columns = {{"fact", false, true}, {"confidence", false}, {"says", false, true}};
  for (const FactDef* f : facts)
    table.rows.push_back({strong(clean(f->id)), std::string(name_of(f->confidence)), clean(f->says)});
  page.table(std::move(table));
  return page.render(style);
}

std::string list_scenarios(const std::vector<ListedScenario>& scenarios, const Style& style) {
  if (style.form == Form::json) return scenarios_json(scenarios, style);
  Page page;
  page.title(counted(scenarios.size(), "scenario", "scenarios"));
  TextTable table;
  table.columns = {{"scenario", false}, {"about", false, true}};
  for (const ListedScenario& s : scenarios) table.rows.push_back({strong(clean(s.name)), clean(s.title)});
  page.table(std::move(table));
  return page.render(style);
}

}  // namespace moshimo::report
