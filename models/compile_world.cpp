#include "models/compile_world.hpp"

#include "input/cursor.hpp"

namespace moshimo::models {

Thing Thing::of_component(Index c) {
  Thing t;
  t.kind = Kind::component;
  t.component = c;
  return t;
}

Thing Thing::of_text(std::string_view words) {
  Thing t;
  t.content_.text = words.data();
  t.index = static_cast<Index>(words.size());
  return t;
}

Thing Thing::of_quantity(Quantity q) {
  Thing t;
  t.kind = Kind::quantity;
  t.content_.number = q.value;
  t.unit = q.unit;
  return t;
}

Thing Thing::of_object(const AttributeDef& attribute, Index component, Index first_slot) {
  Thing t;
  t.kind = Kind::object;
  t.component = component;
  t.index = first_slot;
  t.content_.object = &attribute;
  return t;
}

Thing Thing::of_map(const Value& map) {
  Thing t;
  t.kind = Kind::map;
  t.content_.map = &map;
  return t;
}

Thing Thing::of_yes_no(bool is_yes) {
  Thing t;
  t.kind = Kind::yes_no;
  t.yes = is_yes;
  return t;
}

bool same(const Thing& a, const Thing& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Thing::Kind::component: return a.component == b.component;
    case Thing::Kind::quantity: return a.number() == b.number();
    case Thing::Kind::text: return a.text() == b.text();
    case Thing::Kind::yes_no: return a.yes == b.yes;
    case Thing::Kind::map: return a.map() == b.map();
    case Thing::Kind::object:
    case Thing::Kind::condition:
    case Thing::Kind::port:
    case Thing::Kind::store:
    case Thing::Kind::hop:
    case Thing::Kind::repair:
    case Thing::Kind::process:
    case Thing::Kind::process_start:
    case Thing::Kind::process_run:
    case Thing::Kind::process_healthy:
    case Thing::Kind::health: return a.component == b.component && a.index == b.index;
  }
  return false;
}

// ---- components and their members -----------------------------------------------------------------------------------

Index World::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nothing : found->second;
}

std::string World::unknown_name(std::string_view name) const {
  std::vector<std::string_view> known;
  known.reserve(parts_.size());
  for (const Part& p : parts_) known.push_back(p.name);
  return input::did_you_mean(name, known);
}

const std::vector<Index>& World::of_type(std::string_view type) const {
  static const std::vector<Index> none;
  const TypeDef* def = catalogue_.find_type(type);
  const auto found = def ? type_indices_.find(def) : type_indices_.end();
  return found == type_indices_.end() ? none : types_[found->second].parts;
}

Member World::member(Index component, std::string_view name) const {
  const auto& members = types_[parts_[component].type_index].members;
  const auto found = members.find(name);
  return found == members.end() ? Member{} : found->second;
}

std::string_view World::keep(std::string words) { return kept_.emplace_back(std::move(words)); }

std::string World::account_of(Index component) const {
  const Resource* r = parts_[component].resource;
  if (r && !r->account.empty()) return r->account;
  return inventory_.account.empty() ? "<account>" : inventory_.account;
}

std::string World::region_of(Index component) const {
  const Resource* r = parts_[component].resource;
  if (r && !r->region.empty()) return r->region;
  return inventory_.region.empty() ? "<region>" : inventory_.region;
}

std::size_t World::member_cell(MemberKind kind, Index component, Index index) const {
  const Part& p = parts_[component];
  const TypeInfo& info = types_[p.type_index];
  Index begin = 0;
  switch (kind) {
    case MemberKind::condition: begin = info.conditions; break;
    case MemberKind::port: begin = info.ports; break;
    case MemberKind::store: begin = info.stores; break;
    case MemberKind::hop: begin = info.hops; break;
    case MemberKind::process: begin = info.processes; break;
    case MemberKind::repair: begin = info.repairs; break;
    case MemberKind::none:
    case MemberKind::attribute:
    case MemberKind::builtin: break;
  }
  return std::size_t{p.first_member} + begin + index;
}

bool World::exists(MemberKind kind, Index component, Index index) {
  const Index cell = member_cells_[member_cell(kind, component, index)];
  if (cell != unknown_yet) return cell != nothing;
  const TypeDef& type = *parts_[component].type;
  const Test* test = nullptr;
  switch (kind) {
    case MemberKind::condition: test = &type.conditions[index].test; break;
    case MemberKind::port: test = &type.ports[index].test; break;
    case MemberKind::store: test = &type.stores[index].test; break;
    case MemberKind::hop: test = &type.hops[index].test; break;
    case MemberKind::process: test = &type.processes[index].test; break;
    case MemberKind::repair: test = &type.repairs[index].test; break;
    case MemberKind::none:
    case MemberKind::attribute:
    case MemberKind::builtin: return false;
  }
  const bool holds_here = holds(*test, Scope{component, nullptr, nullptr, nullptr});
  member_cells_[member_cell(kind, component, index)] = holds_here ? there : nothing;
  return holds_here;
}

Index World::id(MemberKind kind, Index component, Index index) const {
  const Index cell = member_cells_[member_cell(kind, component, index)];
  return cell == unknown_yet || cell == there ? nothing : cell;
}

void World::set_id(MemberKind kind, Index component, Index index, Index id) {
  member_cells_[member_cell(kind, component, index)] = id;
}

}  // namespace moshimo::models
