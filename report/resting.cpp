#include "report/resting.hpp"

namespace moshimo::report {
namespace {

using namespace models;

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

}  // namespace

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

}  // namespace moshimo::report
