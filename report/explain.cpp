// The catalogue for reading: types with what they do, facts with their source and the places that rest on them.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

#include "report/attribute_words.hpp"
#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/resting.hpp"

namespace moshimo::report {
namespace {

using namespace models;

std::string facts_text(const std::set<std::string>& facts) {
  std::string text;
  for (const std::string& f : facts) text += (text.empty() ? "" : ", ") + clean(f);
  return text.empty() ? "" : " " + dim("[" + text + "]");
}

// A trait leaves some of its members to those types alone that give it a certain parameter.
std::optional<std::string> word_of(const Expression& e) {
  if (e.kind == Expression::Kind::path) return e.path.text;
  const auto plain = e.kind == Expression::Kind::text ? e.text.plain() : std::nullopt;
  return plain ? std::optional<std::string>(*plain) : std::nullopt;
}

bool may_hold(const Test& test) {
  const auto one_may = [](const Test& one) { return may_hold(one); };
  switch (test.kind) {
    case Test::Kind::all_of: return std::all_of(test.tests.begin(), test.tests.end(), one_may);
    case Test::Kind::either: return std::any_of(test.tests.begin(), test.tests.end(), one_may);
    case Test::Kind::equal:
    case Test::Kind::one_of: {
      const Expression& asked = test.operands.front();
      if (asked.kind != Expression::Kind::text || !asked.text.plain()) return true;
      return std::any_of(std::next(test.operands.begin()), test.operands.end(),
                         [&](const Expression& e) { return word_of(e) == word_of(asked); });
    }
    default: return true;
  }
}

}  // namespace

std::string explain_type(const TypeDef& type, const Catalogue& catalogue, const Style& style) {
  if (style.form == Form::json) return type_json(type, catalogue, style);
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
    const auto add = [&](const std::string& name, const AttributeDef& a) {
      std::string head = code(clean(name));
      if (is_required(a)) head += fmt::format(" ({})", strong("required"));
      page.item(a.says.empty() ? head : fmt::format("{}: {}", head, clean(a.says)));
      std::string text = kind_of(a);
      if (a.default_value.is_written()) text += fmt::format("; unless written {}", default_of(a));
      if (const std::string reason = reason_of_default(a); !reason.empty()) text += fmt::format(" ({})", reason);
      page.detail(text + of("attribute " + name));
    };
    for (const AttributeDef& a : type.attributes) {
      if (!is_written_by_hand(a)) continue;
      add(a.name, a);
      for (const AttributeDef& m : a.members) {
        if (!is_written_by_hand(m)) continue;
        add(a.name + "." + m.name, m);
      }
    }
    page.gap();
    page.paragraph(
        fmt::format("Besides, every resource may have {}, {}, {}, {}, {}, {} and {} ({} tells what they are). In an "
                    "inventory, at the least:",
                    code("account"), code("region"), code("aws_name"), code("tags"), code("prevent_destroy"),
                    code("rto"), code("rpo"), code("moshimo explain inventory")));
    page.gap();
  } else {
    page.heading("In an inventory");
  }
  page.paragraph(code(example_line(type)), 4);
  if (!type.conditions.empty()) {
    page.heading("What has to hold");
    for (const ConditionDef& c : type.conditions) {
      if (!may_hold(c.test)) continue;
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
      if (!may_hold(r.test)) continue;
      page.item(fmt::format("{}: {}{}", code(clean(r.name)), shown(r.title), of("repair " + r.name)));
      std::vector<std::string> commands;
      for (const CommandDef& c : r.commands) {
        if (std::string command = shown(c.text); !command.empty()) commands.push_back(std::move(command));
      }
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

namespace {

std::vector<AssumedMember> members_called(const TypeDef& type, std::string_view member) {
  std::vector<AssumedMember> found;
  const auto reason = [&](const Basis& basis) {
    if (!basis.is_assumed || basis.assumed.empty() || basis.assumed == "true") return;
    found.back().assumed.push_back(basis.assumed);
  };
  const auto look_in = [&](const char* kind, const auto& members, const auto& says) {
    for (const auto& m : members) {
      if (m.name != member) continue;
      found.push_back({kind, says(m), {}});
      reason(m.basis);
    }
  };
  const auto own_words = [](const auto& m) { return shown(m.says); };
  look_in("attribute", type.attributes, [](const AttributeDef& a) {
    return a.says.empty() ? kind_of(a) : fmt::format("{}; {}", clean(a.says), kind_of(a));
  });
  look_in("condition", type.conditions, own_words);
  look_in("port", type.ports, own_words);
  look_in("hop", type.hops, own_words);
  for (const HopDef& h : type.hops) {
    if (h.name != member) continue;
    for (const WhenDef& w : h.when) {
      for (const ReactionDef& r : w.blocks) {
        reason(r.basis);
        for (const FallbackDef& f : r.fallbacks.value_or(std::vector<FallbackDef>{})) reason(f.basis);
      }
    }
  }
  look_in("store", type.stores, own_words);
  look_in("process", type.processes, own_words);
  look_in("repair", type.repairs, [](const RepairDef& r) { return shown(r.title); });
  look_in("fault", type.faults, [](const FaultDef& f) { return "what " + clean(f.name) + " does"; });
  return found;
}

}  // namespace

std::string explain_member(const TypeDef& type, std::string_view member, const Style& style) {
  const std::vector<AssumedMember> found = members_called(type, member);
  if (style.form == Form::json) return member_json(type, member, found, style);
  Page page;
  page.title(fmt::format("{}.{}", clean(type.name), clean(member)));
  page.paragraph("An assumption of the catalogue: nothing is published on it, so no fact stands behind it.");
  for (const AssumedMember& m : found) {
    page.gap();
    page.paragraph(fmt::format("The {} {}: {}.", m.kind, code(clean(member)), m.says));
    for (const std::string& why : m.assumed) page.item(fmt::format("Taken so because: {}.", clean(why)));
  }
  page.gap();
  page.paragraph(dim(fmt::format("moshimo explain {} tells the rest of the type.", clean(type.name))));
  return page.render(style);
}

}  // namespace moshimo::report
