#include <algorithm>
#include <fmt/format.h>

#include "models/import/differences.hpp"
#include "models/import/plan_comparison.hpp"
#include "models/import/read_attributes.hpp"

namespace moshimo::models::importing {
namespace {

// With the name of the document where it has several.
const FaultDef* fault_that_replaces(const TypeDef& type, bool is_inline) {
  using Parameter = FaultDef::Parameter;
  const auto found = std::find_if(type.faults.begin(), type.faults.end(), [&](const FaultDef& f) {
    const bool replaces = std::any_of(f.with.begin(), f.with.end(),
                                      [](const Parameter& p) { return p.edit == Parameter::Edit::replaces_document; });
    const bool is_named = std::any_of(f.with.begin(), f.with.end(), [](const Parameter& p) { return p.is_document; });
    return replaces && is_named == is_inline;
  });
  return found == type.faults.end() ? nullptr : &*found;
}

// The part of a list that was the i-th: by its name, or by its place.
const models::Value* same_item(const models::Value& old, std::size_t i, const models::Value& now) {
  const models::Value* name = old.children[i].find("name");
  const models::Value* same = nullptr;
  for (std::size_t k = 0; k < now.children.size(); ++k) {
    const models::Value* other = now.children[k].find("name");
    if (name ? other && other->text == name->text : !other && k == i) same = &now.children[k];
  }
  return same;
}

}  // namespace

// An update that the catalogue says is a fault: a key that is disabled.
bool Comparison::is_fault(const Change& change, const Placement& place) {
  const TypeDef* type = type_of(place.type);
  if (!type || !place.attribute.empty()) return false;
  for (const ImportSource& source : type->terraform) {
    if (source.type != change.type) continue;
    for (const ImportSource::FaultByUpdate& f : source.faults) {
      const std::string_view was = change.before.member(f.attribute).text();
      const std::string_view now = change.after.member(f.attribute).text();
      if (was == f.value && !now.empty() && now != f.value) {
        result_.not_simulated.push_back(fmt::format(
            "{}: {} goes from {} to {}; that it is {} until then is not looked at: here it works from the start",
            address_of(change), f.attribute, was, now, was));
        told_.insert(place.name);
      }
      if (was == f.value || now != f.value) continue;
      add_fault(place.name, f.fault, address_of(change), change.type,
                fmt::format("{}: {} → {}", f.attribute, was.empty() ? "nothing" : was, f.value), true);
      told_.insert(place.name);
      switched_.insert(place.name + "\n" + f.attribute);
      return true;
    }
  }
  return false;
}

void Comparison::find_touched() {
  const auto touch = [&](const Mapped& world, const std::string& address) {
    const auto found = world.placements.find(address);
    if (found == world.placements.end()) return;
    for (const Placement& place : found->second) {  // and what it stands in
      for (std::size_t end = place.name.size(); end != std::string::npos && end > 0;
           end = place.name.rfind('/', end - 1)) {
        touched_.insert(place.name.substr(0, end));
      }
    }
  };
  for (const Change& change : plan_.changes) {
    const bool is_left = change.action == Action::no_op || change.action == Action::read;
    if (change.is_data || is_left || change.action == Action::forget) continue;
    touch(before_, address_of(change));
    touch(after_, change.address);
  }
}

void Comparison::compare() {
  std::unordered_map<std::string, const Resource*> after;
  for (const Resource& r : after_.inventory.resources) after.emplace(r.name, &r);
  std::unordered_map<std::string, std::string> addresses;
  for (const auto& [address, places] : before_.placements) {
    for (const Placement& p : places) {
      if (p.attribute.empty()) addresses.emplace(p.name, address);
    }
  }
  // What a plan forgets stays as it is; what it makes in its place is another.
  const std::unordered_set<std::string> forgotten(result_.forgotten.begin(), result_.forgotten.end());
  for (const Resource& was : before_.inventory.resources) {
    const auto found = after.find(was.name);
    if (!touched_.contains(was.name) || gone_.contains(was.name) || found == after.end() ||
        found->second->type != was.type)
      continue;
    const TypeDef* type = type_of(was.type);
    const auto address = addresses.find(was.name);
    if (!type || address == addresses.end() || forgotten.contains(address->second)) continue;
    for (const AttributeDef& attribute : type->attributes) {
      const models::Value* old = was.attributes.find(attribute.name);
      const models::Value* now = found->second->attributes.find(attribute.name);
      if (!old && !now) continue;
      const std::optional<models::Value> first =
          holds_for(*type, attribute) ? (now ? std::optional(*now) : std::nullopt) : gone_over(attribute, old, now);
      if (first && old && !equal(*first, *old)) {
        changed_first_.push_back({was.name, attribute.name, *first});
        update(was, address->second, attribute, old, &*first, true);
        old = &*first;
        if (equal(*old, *now)) continue;
      }
      if (is_unknown(was.name, attribute.name)) {
        if (old && !is_within(*old, now)) {
          result_.not_simulated.push_back(fmt::format("{}: what its {} becomes is {}", was.name, attribute.name,
                                                      why_unknown(was.name, attribute.name)));
          told_.insert(was.name);
        }
        continue;
      }
      if (old && now && equal(*old, *now)) continue;
      changed(was, address->second, *type, attribute, old, now);
    }
  }
}

void Comparison::changed(const Resource& was, const std::string& address, const TypeDef& type,
                         const AttributeDef& attribute, const models::Value* old, const models::Value* now) {
  const std::string verb = loss_of(type, attribute.name);
  if (remade_.contains(was.name + "\n" + attribute.name)) {
    told_.insert(was.name);  // with the part that is replaced
    return;
  }
  if (old && !verb.empty() && old->kind == models::Value::Kind::list) {
    for (const models::Value& item : old->children) {
      const bool is_kept = now && std::any_of(now->children.begin(), now->children.end(),
                                              [&](const models::Value& other) { return equal(item, other); });
      if (is_kept) continue;
      const models::Value* whom = item.kind == models::Value::Kind::map ? item.find("allows") : &item;
      if (!whom) continue;
      if (gone_.contains(whom->text)) {
        result_.not_simulated.push_back(
            fmt::format("{}: its {} no longer names {}, which goes as well", was.name, attribute.name, whom->text));
        told_.insert(was.name);
        continue;
      }
      std::vector<std::pair<std::string, models::Value>> parameters;
      const bool is_known = type.permissions && attribute.name == type.permissions->managed &&
                            document_before(was.name, whom->text) != nullptr;
      if (is_known) parameters.emplace_back("policy", models::Value::scalar(whom->text));
      // With its document the policy of a resource decides itself about principals, and a trust policy about everybody.
      const bool is_trust = type.permissions && type.permissions->is_of_principal();
      const models::Value* own = type.permissions && attribute.name == type.permissions->statements &&
                                         (is_trust || resource_before(whom->text))
                                     ? was.attributes.find(type.permissions->own)
                                     : nullptr;
      const bool is_decided = own && models::is_document_in(*own, was, type, type.permissions->own);
      if (!is_decided) {
        add_fault(was.name, verb, address, was.type,
                  fmt::format("its {} no longer names {}", attribute.name, whom->text), true, std::move(parameters));
      }
      told_.insert(was.name);
    }
    return;
  }
  if (attribute.kind == AttributeDef::Kind::contains) {
    compare_items(was, address, attribute, old, now);
    return;
  }
  told_.insert(was.name);
  if (is_simulated(was, attribute)) return;
  const bool is_inline = type.permissions && attribute.name == type.permissions->inline_ones;
  if (attribute.kind == AttributeDef::Kind::policy || is_inline) {
    change_documents(was, address, type, attribute, old, now);
    return;
  }
  if (attribute.kind == AttributeDef::Kind::map) {
    result_.not_simulated.push_back(fmt::format("{}: its {} changes", was.name, attribute.name));
    return;
  }
  update(was, address, attribute, old, now, false);
}

// A document that becomes another decides anew. One that is taken away from a resource is a policy that is broken.
void Comparison::change_documents(const Resource& was, const std::string& address, const TypeDef& type,
                                  const AttributeDef& attribute, const models::Value* old, const models::Value* now) {
  const auto is_open = [&](const models::Value& value) {
    return !models::is_document_in(value, was, type, attribute.name);
  };
  // Whom it names is looked at by its statements where it cannot be read.
  const bool is_own = type.permissions && attribute.name == type.permissions->own;
  if (is_own && (!old || !now || is_open(*old) || is_open(*now))) return;
  const auto not_simulated = [&](const std::string& what) {
    result_.not_simulated.push_back(fmt::format("{}: its {} changes", was.name, what));
  };
  const bool is_inline = attribute.kind != AttributeDef::Kind::policy;
  const FaultDef* const replaces = fault_that_replaces(type, is_inline);
  if (!is_inline) {
    if (!replaces || !old || !now || is_open(*old) || is_open(*now)) {
      const std::string verb = old && !now ? loss_of(type, attribute.name) : std::string();
      if (verb.empty())
        not_simulated(attribute.name);
      else
        add_fault(was.name, verb, address, was.type, fmt::format("it is left without its {}", attribute.name), true);
      return;
    }
    const bool is_trust = is_own && type.permissions->is_of_principal();
    add_fault(was.name, replaces->name, address, was.type,
              fmt::format("its {} changes", is_trust ? "trust policy" : "policy document"), true, {{"document", *now}});
    return;
  }
  for (std::size_t i = 0; old && i < old->children.size(); ++i) {
    const models::Value& before = old->children[i];
    const models::Value* after = now ? now->find(before.key) : nullptr;
    if (after && equal(before, *after)) continue;
    if (!replaces || is_open(before) || (after && is_open(*after))) {
      not_simulated(fmt::format("{} {}", attribute.name, before.key));
    } else if (!after) {
      add_fault(was.name, loss_of(type, attribute.name), address, was.type,
                fmt::format("the policy {} goes", before.key), true, {{"policy", models::Value::scalar(before.key)}});
    } else {
      add_fault(was.name, replaces->name, address, was.type, fmt::format("the policy {} changes", before.key), true,
                {{"policy", models::Value::scalar(before.key)}, {"document", *after}});
    }
  }
}

void Comparison::update(const Resource& was, const std::string& address, const AttributeDef& attribute,
                        const models::Value* old, const models::Value* now, bool is_first) {
  told_.insert(was.name);
  result_.updates.push_back({was.name, address, attribute.name, old ? in_words(*old) : "nothing",
                             now ? in_words(*now) : "nothing", is_first});
}

// Not the old one of two with different ARNs, and not what is only deleted.
bool Comparison::will_be_there(const std::string& name) const {
  if (!gone_.contains(name)) return !unlike_.contains(name);
  return std::any_of(result_.replacements.begin(), result_.replacements.end(),
                     [&](const PlannedChanges::Replacement& r) { return r.name == name && r.made_as.empty(); });
}

// How long a store keeps its content.
bool Comparison::holds_for(const TypeDef& type, const AttributeDef& attribute) const {
  return std::any_of(type.stores.begin(), type.stores.end(),
                     [&](const StoreDef& store) { return is_attribute(store.holds_for, attribute.name); });
}

// The old value, but with whom its owner uses in place of what goes: Terraform updates users first.
std::optional<models::Value> Comparison::gone_over(const AttributeDef& attribute, const models::Value* old,
                                                   const models::Value* now) const {
  if (!old || !now || old->kind != now->kind) return std::nullopt;
  models::Value value = *old;
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to: {
      const bool goes_over = old->kind == models::Value::Kind::scalar && gone_.contains(old->text) &&
                             old->text != now->text && will_be_there(now->text) && is_told_by_files(now->text);
      return goes_over ? std::optional(*now) : std::nullopt;
    }
    case AttributeDef::Kind::object:
      return gone_over_in(attribute.members, value, *now) ? std::optional(std::move(value)) : std::nullopt;
    case AttributeDef::Kind::contains: {
      const TypeDef* part = attribute.types.empty() ? nullptr : type_of(attribute.types.front());
      bool is_any = false;
      for (std::size_t i = 0; part && i < value.children.size(); ++i) {
        const models::Value* same = same_item(*old, i, *now);
        if (same && gone_over_in(part->attributes, value.children[i], *same)) is_any = true;
      }
      return is_any ? std::optional(std::move(value)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

bool Comparison::gone_over_in(const std::vector<AttributeDef>& members, models::Value& old,
                              const models::Value& now) const {
  bool is_any = false;
  for (const AttributeDef& member : members) {
    const auto value = gone_over(member, old.find(member.name), now.find(member.name));
    if (!value) continue;
    old.set(member.name, *value);
    is_any = true;
  }
  return is_any;
}

// Not a name that stands for something the files do not tell.
bool Comparison::is_told_by_files(const std::string& name) const {
  return std::any_of(after_.edges.begin(), after_.edges.end(), [&](const ImportedEdge& e) { return e.to == name; });
}

// A fault says it already: a mapping that is switched off.
bool Comparison::is_simulated(const Resource& was, const AttributeDef& attribute) const {
  return std::any_of(attribute.terraform.begin(), attribute.terraform.end(), [&](const ImportPath& path) {
    return path.other_type.empty() && !path.steps.empty() &&
           switched_.contains(was.name + "\n" + path.steps.front().name);
  });
}

namespace {

// A part that does nothing any more, as if it were gone: a replication rule.
bool is_switched_off(const models::Value& old, const models::Value& now) {
  const models::Value* was = old.find("status");
  const models::Value* is = now.find("status");
  return is && is->text == "Disabled" && (!was || was->text == "Enabled");
}

}  // namespace

// Parts that were there before, one by one; new ones take nothing away.
void Comparison::compare_items(const Resource& was, const std::string& address, const AttributeDef& attribute,
                               const models::Value* old, const models::Value* now) {
  for (std::size_t i = 0; old && i < old->children.size(); ++i) {
    const models::Value& item = old->children[i];
    const models::Value* name = item.find("name");
    const std::string part = fmt::format("{}/{}/{}", was.name, attribute.name, name ? name->text : fmt::to_string(i));
    if (gone_.contains(part)) continue;
    const models::Value* same = now ? same_item(*old, i, *now) : nullptr;
    if (same && equal(item, *same)) continue;
    told_.insert(was.name);
    if (same && is_switched_off(item, *same)) {
      add_fault(part, "delete", address, was.type, "its status becomes Disabled", true);
      continue;
    }
    result_.updates.push_back(
        {part, address, attribute.name, in_words(item), same ? in_words(*same) : std::string("nothing")});
  }
}

void Comparison::tell_update(const Change& change) {
  const auto& places = placements(change);
  std::vector<std::string> names = changed_attributes(change);
  if (places.empty()) {
    if (names.empty()) return;
    result_.not_simulated.push_back(
        fmt::format("{} changes in {}; {} is not modelled", change.address, fmt::join(names, ", "), change.type));
    return;
  }
  if (std::any_of(places.begin(), places.end(), [&](const Placement& p) { return told_.contains(p.name); })) return;
  // What is unknown and read leads to the same as before, or something would have been told.
  AttributeNames read;
  for (const Placement& p : places) {
    const TypeDef* type = type_of(p.type);
    if (!type) continue;
    read.merge(p.attribute.empty() ? read_from_component(*type, change.type, Language::terraform, catalogue_)
                                   : read_from_part(*type, change.type));
  }
  std::erase_if(names, [&](const std::string& name) {
    return name.ends_with(known_later) && read.contains(name.substr(0, name.size() - known_later.size()));
  });
  if (names.empty()) return;
  result_.not_simulated.push_back(
      fmt::format("{} changes in {}, in nothing that the model looks at", change.address, fmt::join(names, ", ")));
}

}  // namespace moshimo::models::importing
