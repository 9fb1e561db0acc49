// The components of an inventory: its resources and what they are made of, each with room for its attributes.
#include <algorithm>
#include <boost/sort/spreadsort/string_sort.hpp>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "input/phrases.hpp"
#include "models/compile_world.hpp"
#include "models/type_names.hpp"

namespace moshimo::models {
namespace {

bool is_own_key(std::string_view key) {
  return key == "tags" || key == "rto" || key == "rpo" || key == "prevent_destroy";
}

// Of the same name, in the order they stand.
void sort_by_name(std::vector<std::pair<std::string_view, Index>>& names) {
  using Entry = std::pair<std::string_view, Index>;
  boost::sort::spreadsort::string_sort(
      names.begin(), names.end(),
      [](const Entry& e, std::size_t at) { return static_cast<unsigned char>(e.first[at]); },
      [](const Entry& e) { return e.first.size(); }, [](const Entry& a, const Entry& b) { return a.first < b.first; });
  for (auto first = names.begin(); first != names.end();) {
    auto last = first + 1;
    while (last != names.end() && last->first == first->first) ++last;
    if (last - first > 1) std::sort(first, last);
    first = last;
  }
}

}  // namespace

struct World::Draft {
  const TypeDef* type = nullptr;
  std::string name;
  std::string short_name;
  std::string_view aws_name;
  const Resource* resource = nullptr;
  Index parent = nothing;  // among the drafts
  const AttributeDef* contained_in = nullptr;
  const Value* value = nullptr;            // its attributes, or
  const Expression* expression = nullptr;  // the map a default gives
  input::Position at;
};

World::World(const Inventory& inventory, const Catalogue& catalogue, std::optional<Moment> start,
             input::Diagnostics& diags)
    : diagnostics(&diags), catalogue_(catalogue), inventory_(inventory), start_(start), step_members_(1U << 14) {
  create_parts(inventory);
}

Index World::type_index(const TypeDef& type) {
  const auto [found, is_new] = type_indices_.emplace(&type, static_cast<Index>(types_.size()));
  if (!is_new) return found->second;
  TypeInfo& info = types_.emplace_back();
  info.type = &type;
  const auto add = [&](MemberKind kind, const auto& members) {
    for (std::size_t i = 0; i < members.size(); ++i) info.members.emplace(members[i].name, Member{kind, i});
    return static_cast<Index>(members.size());
  };
  add(MemberKind::attribute, type.attributes);
  info.ports = info.conditions + add(MemberKind::condition, type.conditions);
  info.stores = info.ports + add(MemberKind::port, type.ports);
  info.hops = info.stores + add(MemberKind::store, type.stores);
  info.processes = info.hops + add(MemberKind::hop, type.hops);
  info.repairs = info.processes + add(MemberKind::process, type.processes);
  info.all = info.repairs + add(MemberKind::repair, type.repairs);
  for (const std::string_view word : {"name", "arn", "account", "region", "ok"}) {
    info.members.emplace(word, Member{MemberKind::builtin, 0});
  }
  return found->second;
}

void World::create_parts(const Inventory& inventory) {
  std::vector<Draft> drafts;
  drafts.reserve(inventory.resources.size() * 5 / 4);
  for (const Resource& r : inventory.resources) {
    if (r.type.empty()) {
      unusable_.insert(r.name);
      continue;
    }
    const TypeDef* type = catalogue_.find_type(r.type);
    if (!type) {
      unusable_.insert(r.name);
      diagnostics->error(r.type_at, [&] {
        return fmt::format("'{}' is of type '{}', which is not modelled{}", r.name, r.type,
                           hint_on_type(catalogue_, r.type));
      });
      continue;
    }
    Draft d;
    d.type = type;
    d.name = r.name;
    d.short_name = r.name;
    d.aws_name = r.aws_name;
    d.resource = &r;
    d.value = &r.attributes;
    d.at = r.at;
    drafts.push_back(std::move(d));
  }
  const std::size_t tops = drafts.size();
  for (std::size_t i = 0; i < tops; ++i) draft_children(static_cast<Index>(i), drafts);

  std::vector<std::pair<std::string_view, Index>> by_name;  // and, of the same name, in the order they stand
  by_name.reserve(drafts.size());
  for (const Draft& d : drafts) by_name.emplace_back(d.name, static_cast<Index>(by_name.size()));
  sort_by_name(by_name);
  std::vector<Index> order;
  order.reserve(drafts.size());
  std::vector<Index> place(drafts.size());
  for (const auto& [name, draft] : by_name) {
    place[draft] = static_cast<Index>(order.size());
    order.push_back(draft);
  }

  std::size_t slot_count = 0;
  for (const Draft& d : drafts) slot_count += d.type->attributes.size();
  slots_.reserve(slot_count * 5 / 4);
  things_.reserve(slot_count);
  parts_.resize(drafts.size());
  by_name_.reserve(drafts.size());
  for (const Index from : order) {
    Draft& d = drafts[from];
    const Index c = place[from];
    Part& p = parts_[c];
    p.type = d.type;
    p.type_index = type_index(*d.type);
    p.name = std::move(d.name);
    p.resource = d.resource;
    p.parent = d.parent == nothing ? nothing : place[d.parent];
    p.at = d.at;
    p.short_name = p.parent == nothing ? std::string_view(p.name)
                                       : std::string_view(p.name).substr(p.name.size() - d.short_name.size());
    p.aws_name = d.aws_name.empty() ? p.short_name : d.aws_name;
    if (!by_name_.emplace(p.name, c).second) {
      diagnostics->error(p.at, fmt::format("'{}' is the name of another component already", p.name));
    }
    TypeInfo& info = types_[p.type_index];
    info.parts.push_back(c);
    p.first_member = static_cast<Index>(member_cells_.size());
    member_cells_.resize(member_cells_.size() + info.all, unknown_yet);
    p.first_slot = static_cast<Index>(slots_.size());
    slots_.resize(slots_.size() + d.type->attributes.size());
    give(d.type->attributes, p.first_slot, d.value, d.expression, c, "");
  }

  // Parts know their parent, and parents their parts in the order in which they are written.
  std::vector<std::pair<Index, Index>> contained;  // slot of the parent, part
  for (std::size_t i = tops; i < drafts.size(); ++i) {
    const Draft& d = drafts[i];
    const Part& p = parts_[place[i]];
    const Part& parent = parts_[p.parent];
    const auto& attributes = parent.type->attributes;
    contained.emplace_back(parent.first_slot + static_cast<Index>(d.contained_in - attributes.data()), place[i]);
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      if (p.type->attributes[a].name != d.contained_in->through) continue;
      Slot& up = slots_[p.first_slot + a];
      if (up.value()) {
        diagnostics->error(up.value()->key_at(), fmt::format("'{}' of '{}' follows from where it stands; remove it",
                                                             d.contained_in->through, p.name));
      }
      up = {};
      up.first = static_cast<Index>(things_.size());
      up.count = 1;
      up.state = Slot::State::done;
      things_.push_back(Thing::of_component(p.parent));
    }
  }
  attach_separate_parts(contained);
  std::stable_sort(contained.begin(), contained.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [slot_index, child] : contained) {
    Slot& s = slots_[slot_index];
    if (s.state != Slot::State::done) {
      s.first = static_cast<Index>(things_.size());
      s.state = Slot::State::done;
    }
    ++s.count;
    things_.push_back(Thing::of_component(child));
  }
  for (const Part& p : parts_) {
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      if (p.type->attributes[a].kind == AttributeDef::Kind::contains)
        slots_[p.first_slot + a].state = Slot::State::done;
    }
  }
}

void World::draft_children(Index parent, std::vector<Draft>& drafts) {
  const TypeDef& type = *drafts[parent].type;
  for (const AttributeDef& attribute : type.attributes) {
    if (attribute.kind != AttributeDef::Kind::contains) continue;
    const TypeDef* child_type = catalogue_.find_type(attribute.types.front());
    if (!child_type) continue;
    const Value* given = drafts[parent].value ? drafts[parent].value->find(attribute.name) : nullptr;
    const Expression* expression = nullptr;
    if (drafts[parent].expression) {
      const auto& keys = drafts[parent].expression->keys;
      const auto key = std::find(keys.begin(), keys.end(), attribute.name);
      if (key != keys.end())
        expression = &drafts[parent].expression->operands[static_cast<std::size_t>(key - keys.begin())];
    }
    if (!given && !expression && attribute.default_value.is_written()) expression = &attribute.default_value;
    if (given && given->kind == Value::Kind::null) continue;

    std::size_t count = 0;
    if (given && given->kind == Value::Kind::list)
      count = given->children.size();
    else if (given && given->kind == Value::Kind::map)
      count = 1;
    else if (given) {
      diagnostics->error(given->at(), fmt::format("{} of '{}' must be a list of {}, a map each", attribute.name,
                                                  drafts[parent].name, attribute.types.front()));
    } else if (expression && expression->kind == Expression::Kind::list) {
      count = expression->operands.size();
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) {
      Draft d;
      d.type = child_type;
      d.parent = parent;
      d.contained_in = &attribute;
      d.resource = drafts[parent].resource;
      d.at = drafts[parent].at;
      d.short_name = fmt::format("{}", i);
      if (given) {
        d.value = given->kind == Value::Kind::list ? &given->children[i] : given;
        d.at = d.value->at();
        if (d.value->kind != Value::Kind::map) {
          diagnostics->error(
              d.at, fmt::format("item {} of {} of '{}' must be a map with the attributes of {}", i, attribute.name,
                                drafts[parent].name, input::with_article(child_type->name)));
          continue;
        }
        const Value* name = d.value->find("name");
        if (name && name->kind == Value::Kind::scalar && !name->text.empty()) {
          d.short_name = name->text;
          if (std::find(names.begin(), names.end(), name->text) != names.end()) {
            diagnostics->error(name->at(), fmt::format("{} of '{}' has two items named '{}'", attribute.name,
                                                       drafts[parent].name, name->text));
            continue;
          }
          names.push_back(name->text);
        }
        if (const Value* own = d.value->find("aws_name"); own && own->kind == Value::Kind::scalar)
          d.aws_name = own->text;
      } else {
        d.expression = &expression->operands[i];
      }
      d.name = fmt::format("{}/{}/{}", drafts[parent].name, attribute.name, d.short_name);
      drafts.push_back(std::move(d));
      draft_children(static_cast<Index>(drafts.size() - 1), drafts);
    }
  }
}

// A part may also be written as a resource that names its parent.
void World::attach_separate_parts(std::vector<std::pair<Index, Index>>& contained) {
  struct Holder {
    Index count = 0;
    const AttributeDef* attribute = nullptr;
  };
  std::unordered_map<std::string_view, std::vector<std::pair<const TypeDef*, const AttributeDef*>>> holders;
  for (const TypeInfo& info : types_) {
    for (const AttributeDef& attribute : info.type->attributes) {
      if (attribute.kind == AttributeDef::Kind::contains) {
        holders[attribute.types.front()].emplace_back(info.type, &attribute);
      }
    }
  }
  for (Index c = 0; c < parts_.size(); ++c) {
    const Part& p = parts_[c];
    if (p.parent != nothing) continue;
    const auto found = holders.find(p.type->name);
    if (found == holders.end()) continue;
    for (std::size_t a = 0; a < p.type->attributes.size(); ++a) {
      const AttributeDef& up = p.type->attributes[a];
      const bool leads_up = std::any_of(found->second.begin(), found->second.end(),
                                        [&](const auto& h) { return h.second->through == up.name; });
      if (!leads_up) continue;
      const Slot s = slot(p.first_slot + static_cast<Index>(a), up, c, "");
      for (Index i = 0; i < s.count; ++i) {
        const Index parent = things_[s.first + i].component;
        if (parent == nothing) continue;
        const AttributeDef* holder = nullptr;
        Index candidates = 0;
        for (const auto& [type, attribute] : found->second) {
          if (type != parts_[parent].type || attribute->through != up.name) continue;
          holder = attribute;
          ++candidates;
        }
        if (candidates > 1) {
          diagnostics->error(p.at, fmt::format("write '{}' inside '{}', which can hold {} in several places", p.name,
                                               parts_[parent].name, input::with_article(p.type->name)));
        } else if (holder) {
          const auto& attributes = parts_[parent].type->attributes;
          contained.emplace_back(parts_[parent].first_slot + static_cast<Index>(holder - attributes.data()), c);
        }
      }
    }
  }
}

// Notes what is written for each of the attributes, whose slots begin at `first`.
void World::give(const std::vector<AttributeDef>& attributes, Index first, const Value* value,
                 const Expression* expression, Index component, const std::string& prefix) {
  const auto find = [&](std::string_view name) -> std::size_t {
    if (prefix.empty()) {
      const auto& members = types_[parts_[component].type_index].members;
      const auto found = members.find(name);
      if (found == members.end() || found->second.kind != MemberKind::attribute) return attributes.size();
      return found->second.index;
    }
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].name == name) return i;
    }
    return attributes.size();
  };
  if (value) {
    const bool is_top = prefix.empty() && parts_[component].parent == nothing;
    const bool is_part = prefix.empty() && !is_top;
    for (const Value& child : value->children) {
      const std::size_t i = find(child.key);
      if (i == attributes.size()) {
        if ((is_top && is_own_key(child.key)) || (is_part && (child.key == "name" || child.key == "aws_name"))) {
          continue;
        }
        diagnostics->error(child.key_at(), [&] {
          const std::string& type = parts_[component].type->name;
          std::vector<std::string_view> known;
          for (const AttributeDef& a : attributes) {
            if (a.kind != AttributeDef::Kind::fixed) known.push_back(a.name);
          }
          const std::string owner = prefix.empty() ? type : fmt::format("'{}' of {}", prefix, type);
          std::string hint = hint_on_attribute(attributes, child.key);
          if (hint.empty()) {
            constexpr std::size_t a_few = 5;
            std::vector<std::string> quoted;
            for (const std::string_view k : known) quoted.push_back(fmt::format("`{}`", k));
            hint = input::did_you_mean(child.key, known,
                                       known.size() <= a_few
                                           ? "it has " + input::enumerated(quoted, "and")
                                           : fmt::format("`moshimo explain {}` lists those it has", type));
          }
          return fmt::format("{} has no attribute '{}'{}", owner, child.key, hint);
        });
        continue;
      }
      if (attributes[i].kind == AttributeDef::Kind::fixed) {
        diagnostics->error(child.key_at(), fmt::format("'{}' of {} follows from its other attributes; remove it",
                                                       child.key, parts_[component].type->name));
        continue;
      }
      slots_[first + i].write(&child);
    }
  }
  if (expression) {
    for (std::size_t k = 0; k < expression->keys.size(); ++k) {
      const std::size_t i = find(expression->keys[k]);
      if (i != attributes.size()) slots_[first + i].write(&expression->operands[k]);
    }
  }
}

}  // namespace moshimo::models
