// The catalogue for reading: types with what they do, facts with their source and the places that rest on them.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

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
      case TextPart::Kind::path: result += "{" + part.path.text + "}"; break;
      case TextPart::Kind::report: result += "{" + part.text + "}"; break;
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

std::string kind_of(const AttributeDef& a) {
  std::string text(name_of(a.kind));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!a.types.empty()) text += " " + listing(a.types, 4);
  if (!a.options.empty()) text += " " + listing(a.options, 8);
  if (a.many) text = "list, " + text;
  if (a.optional) text += ", optional";
  return text;
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
    table.columns = {{"name", false}, {"kind", false, true}, {"rests on", false, true}};
    for (const AttributeDef& a : type.attributes) {
      std::string facts = facts_text(facts_of["attribute " + a.name]);
      table.rows.push_back({code(clean(a.name)), kind_of(a), facts});
      for (const AttributeDef& m : a.members) {
        table.rows.push_back(
            {code(clean(a.name + "." + m.name)), kind_of(m), of("attribute " + a.name + "." + m.name)});
      }
    }
    page.table(std::move(table));
  }
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
  if (!type.faults.empty()) {
    page.heading("What can be done to it");
    for (const FaultDef& f : type.faults) {
      std::vector<std::string> actions;
      for (const std::string& a : f.actions) actions.push_back(code(clean(a)));
      page.item(fmt::format("{}{}{}", strong(clean(f.name)), actions.empty() ? "" : " by " + listing(actions, 5),
                            of("fault " + f.name)));
    }
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

}  // namespace moshimo::report
