#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

namespace {

// The member of the component itself that a path of one step names.
const std::string* own_member(const Path& path) {
  if (path.start != Path::Start::component || path.steps.empty() || path.steps[0].kind != Step::Kind::member)
    return nullptr;
  return &path.steps[0].name;
}

void collect_attributes(const Expression& e, std::vector<std::string>& found) {
  if (e.kind == Expression::Kind::path) {
    if (const std::string* member = own_member(e.path)) found.push_back(*member);
  }
  for (const Expression& operand : e.operands) collect_attributes(operand, found);
  for (const Case& c : e.cases) collect_attributes(c.value, found);
}

void loops(const std::map<std::string, std::vector<std::string>>& edges,
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

}  // namespace

void Checker::condition_loops(const TypeDef& type) {
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
    error(c != nullptr ? c->at : type.at, fmt::format("{}: these follow each other in a circle: {}", type.name, loop));
  });
}

void Checker::attribute_loops(const TypeDef& type) {
  std::map<std::string, std::vector<std::string>> uses;
  for (const AttributeDef& a : type.attributes) {
    collect_attributes(a.default_value, uses[a.name]);
    collect_attributes(a.fixed, uses[a.name]);
  }
  loops(uses, [&](const std::string& where, const std::string& loop) {
    const AttributeDef* a = type.find_attribute(where);
    error(a != nullptr ? a->at : type.at, fmt::format("{}: the values of these need each other: {}", type.name, loop));
  });
}

}  // namespace moshimo::models::checking
