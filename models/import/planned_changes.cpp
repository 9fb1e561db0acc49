#include "models/import/planned_changes.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

#include "models/import/read_attributes.hpp"

namespace moshimo::models::importing {

namespace {

// The fault that is the loss of an attribute, by the names the catalogue gives such faults.
std::string loss_of(const TypeDef& type, std::string_view attribute) {
  const std::string_view root = attribute.substr(0, attribute.find_first_of(".["));
  std::string_view verb;
  if (root == "policy") verb = "break-policy";
  if (root == "trust") verb = "cut-trust";
  if (root == "policies") verb = "detach";
  return !verb.empty() && type.find_fault(verb) ? std::string(verb) : std::string();
}

bool equal(Value a, Value b) {
  if (!a || !b) return !a && !b;
  if (a.is_scalar() || b.is_scalar()) return a.is_scalar() && b.is_scalar() && a.text() == b.text();
  if (a.is_list() != b.is_list()) return false;
  if (a.is_list()) {
    const auto as = a.items();
    const auto bs = b.items();
    return std::equal(as.begin(), as.end(), bs.begin(), bs.end(), equal);
  }
  for (Value part = a.first(); part; part = part.next()) {
    if (!equal(part, b.member(part.key()))) return false;
  }
  for (Value part = b.first(); part; part = part.next()) {
    if (!a.member(part.key())) return false;
  }
  return true;
}

constexpr std::string_view known_later = " (known after apply)";

// The names of the attributes an update changes.
std::vector<std::string> changed_attributes(const Change& change) {
  std::vector<std::string> names;
  for (Value part = change.before.first(); part; part = part.next()) {
    const Value unknown = change.after_unknown.member(part.key());
    if (unknown.is_true()) {
      names.push_back(std::string(part.key()).append(known_later));
    } else if (!equal(part, change.after.member(part.key()))) {
      names.emplace_back(part.key());
    }
  }
  for (Value part = change.after.first(); part; part = part.next()) {
    if (!change.before.member(part.key())) names.emplace_back(part.key());
  }
  return names;
}

std::string in_words(const models::Value& value) {
  switch (value.kind) {
    case models::Value::Kind::null: return "nothing";
    case models::Value::Kind::scalar: return value.text;
    case models::Value::Kind::list:
    case models::Value::Kind::map: break;
  }
  std::string text;
  for (const models::Value& child : value.children) {
    if (!text.empty()) text += ", ";
    text +=
        value.kind == models::Value::Kind::map ? fmt::format("{}: {}", child.key, in_words(child)) : in_words(child);
  }
  return value.kind == models::Value::Kind::list ? "[" + text + "]" : "{" + text + "}";
}

bool equal(const models::Value& a, const models::Value& b) {
  return a.kind == b.kind && a.text == b.text &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const models::Value& x, const models::Value& y) { return x.key == y.key && equal(x, y); });
}

// Everything that was there is still there: more of a list is no loss.
bool is_within(const models::Value& old, const models::Value* now) {
  if (!now) return false;
  if (equal(old, *now)) return true;
  if (old.kind != models::Value::Kind::list || now->kind != models::Value::Kind::list) return false;
  return std::all_of(old.children.begin(), old.children.end(), [&](const models::Value& item) {
    return std::any_of(now->children.begin(), now->children.end(),
                       [&](const models::Value& other) { return equal(item, other); });
  });
}

class Comparison {
 public:
  Comparison(const World& plan, const Mapped& before, const Mapped& after, const Catalogue& catalogue)
      : plan_(plan), before_(before), after_(after), catalogue_(catalogue) {}

  PlannedChanges run() {
    for (const Change& change : plan_.changes) {
      if (!change.is_data) take(change);
    }
    find_renamed();
    for (const Change* change : parts_removed_) remove_part(*change);
    for (const Change& change : plan_.changes) {
      if (change.is_data || change.action != Action::update) continue;
      for (const Placement& place : placements(change)) {
        if (is_fault(change, place)) break;
      }
    }
    compare();
    for (const Change& change : plan_.changes) {
      if (!change.is_data && change.action == Action::update) tell_update(change);
    }
    for (const Drift& drift : plan_.drifted) {
      (drift.is_gone ? result_.vanished : result_.drifted).push_back(drift.address);
    }
    tell_unseen_users();
    look_at_replacements();
    return std::move(result_);
  }

 private:
  static std::string address_of(const Change& change) {
    return change.deposed.empty() ? change.address : fmt::format("{} (deposed {})", change.address, change.deposed);
  }

  const std::vector<Placement>& placements(const Change& change) const {
    static const std::vector<Placement> none;
    const auto found = before_.placements.find(address_of(change));
    return found == before_.placements.end() ? none : found->second;
  }

  void take(const Change& change) {
    const std::string address = address_of(change);
    if (!change.previous_address.empty()) result_.moves.push_back({change.previous_address, change.address});
    if (change.is_import) result_.imported.push_back(address);
    switch (change.action) {
      case Action::no_op:
      case Action::read:
      case Action::update: return;
      case Action::create: result_.created.push_back(address); return;
      case Action::forget: result_.forgotten.push_back(address); return;
      case Action::create_then_forget:
        result_.created.push_back(address);
        result_.forgotten.push_back(address);
        return;
      case Action::remove:
      case Action::remove_then_create:
      case Action::create_then_remove: break;
    }
    const auto& places = placements(change);
    const bool is_whole =
        std::any_of(places.begin(), places.end(), [](const Placement& p) { return p.attribute.empty(); });
    const bool is_part =
        std::any_of(places.begin(), places.end(), [](const Placement& p) { return !p.attribute.empty(); });
    if (is_whole && !is_part) {
      for (const Placement& whole : places) remove_whole(whole, change);
    } else if (is_part) {
      parts_removed_.push_back(&change);  // once it is known which wholes go
    } else {
      result_.unmodelled.push_back({address, change.type, replaces(change.action)});
    }
  }

  const TypeDef* type_of(const std::string& catalogue_type) const { return catalogue_.find_type(catalogue_type); }

  bool loss_of_is_nothing(const Placement& place) const {
    const TypeDef* type = type_of(place.type);
    return !type || loss_of(*type, place.attribute).empty();
  }

  void add_fault(const std::string& name, std::string verb, const std::string& address, const std::string& type,
                 std::string why, bool is_update) {
    if (!faults_.insert(name + "\n" + verb).second) return;
    result_.deletions.push_back({name, std::move(verb), address, type, std::move(why), is_update});
  }

  void remove_whole(const Placement& whole, const Change& change) {
    gone_.insert(whole.name);
    if (replaces(change.action)) {
      result_.replacements.push_back(
          {whole.name, address_of(change), change.type, change.action == Action::create_then_remove, change.reason});
    } else {
      result_.deletions.push_back({whole.name, "delete", address_of(change), change.type, change.reason, false});
    }
  }

  // Deleted under one address and created under another, with no `moved` block between them: for AWS, a replacement.
  void find_renamed() {
    std::unordered_map<std::string, std::string> made;  // name and type -> address
    std::unordered_set<std::string> created(result_.created.begin(), result_.created.end());
    for (const auto& [address, places] : after_.placements) {
      if (!created.contains(address)) continue;
      for (const Placement& p : places) {
        if (p.attribute.empty()) made.emplace(p.name + "\n" + p.type, address);
      }
    }
    std::erase_if(result_.deletions, [&](const PlannedChanges::Deletion& d) {
      const auto was = std::find_if(before_.inventory.resources.begin(), before_.inventory.resources.end(),
                                    [&](const Resource& r) { return r.name == d.name; });
      if (d.verb != "delete" || was == before_.inventory.resources.end()) return false;
      const auto again = made.find(d.name + "\n" + was->type);
      if (again == made.end()) return false;
      result_.replacements.push_back({d.name, d.address, d.type, false,
                                      fmt::format("created again as {}; a moved block would keep it", again->second)});
      return true;
    });
  }

  // The resource a nested part stands in: rule of rule/targets/0.
  bool goes_with_whole(const std::string& name) const {
    for (std::size_t slash = name.rfind('/'); slash != std::string::npos && slash > 0;
         slash = name.rfind('/', slash - 1)) {
      if (gone_.contains(name.substr(0, slash))) return true;
    }
    return gone_.contains(name);
  }

  // Parts of the same kind at the same place that the plan leaves alone: other permissions of the function.
  std::size_t staying(const Placement& place, const std::string& terraform_type) {
    if (parts_.empty()) {
      std::unordered_set<std::string> removed;
      for (const Change* change : parts_removed_) removed.insert(address_of(*change));
      std::unordered_map<std::string, std::string> types;
      for (const Change& change : plan_.changes) types.emplace(address_of(change), change.type);
      for (const auto& [address, places] : before_.placements) {
        const auto type = types.find(address);
        if (removed.contains(address) || type == types.end()) continue;
        for (const Placement& p : places) {
          if (!p.attribute.empty()) ++parts_[p.name + "\n" + p.attribute + "\n" + type->second];
        }
      }
      parts_.emplace("", 0);
    }
    const auto found = parts_.find(place.name + "\n" + place.attribute + "\n" + terraform_type);
    return found == parts_.end() ? 0 : found->second;
  }

  void remove_part(const Change& change) {
    const std::string address = address_of(change);
    bool has_own_place = false;
    for (const Placement& place : placements(change)) {
      if (!place.attribute.empty()) continue;
      has_own_place = true;
      if (!goes_with_whole(place.name)) remove_whole(place, change);
    }
    for (const Placement& place : placements(change)) {
      if (place.attribute.empty() || goes_with_whole(place.name)) continue;  // goes with the whole
      if (has_own_place && loss_of_is_nothing(place)) continue;
      const TypeDef* type = type_of(place.type);
      const std::string verb = type ? loss_of(*type, place.attribute) : std::string();
      if (verb.empty()) {
        result_.not_simulated.push_back(fmt::format("{}, which gives {} its {}, is {}; the model has no fault for that",
                                                    address, place.name, place.attribute,
                                                    replaces(change.action) ? "replaced" : "deleted"));
      } else if (replaces(change.action)) {
        result_.not_simulated.push_back(
            fmt::format("{} is replaced: {} is without that part of its {} {}", address, place.name, place.attribute,
                        change.action == Action::remove_then_create ? "until the new one is made"
                                                                    : "for no time if all goes well"));
      } else {
        const std::size_t kept = staying(place, change.type);
        std::string why = change.reason;
        if (kept > 0)
          why += fmt::format("{}{} more of its kind {}", why.empty() ? "" : "; ", kept, kept == 1 ? "stays" : "stay");
        add_fault(place.name, verb, address, change.type, std::move(why), false);
      }
    }
  }

  void compare() {
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
      if (gone_.contains(was.name) || found == after.end() || found->second->type != was.type) continue;
      const TypeDef* type = type_of(was.type);
      const auto address = addresses.find(was.name);
      if (!type || address == addresses.end() || forgotten.contains(address->second)) continue;
      for (const AttributeDef& attribute : type->attributes) {
        const models::Value* old = was.attributes.find(attribute.name);
        const models::Value* now = found->second->attributes.find(attribute.name);
        if (!old && !now) continue;
        if (is_unknown(was.name, attribute.name)) {
          if (old && !is_within(*old, now)) {
            result_.not_simulated.push_back(
                fmt::format("{}: what its {} becomes is known only after apply", was.name, attribute.name));
            told_.insert(was.name);
          }
          continue;
        }
        if (old && now && equal(*old, *now)) continue;
        changed(was, address->second, *type, attribute, old, now);
      }
    }
  }

  bool is_unknown(const std::string& name, const std::string& attribute) const {
    const std::string exact = name + "\n" + attribute;
    const auto at = after_.unknown.lower_bound(exact);
    return at != after_.unknown.end() && at->starts_with(exact) &&
           (at->size() == exact.size() || (*at)[exact.size()] == '.' || (*at)[exact.size()] == '[');
  }

  void changed(const Resource& was, const std::string& address, const TypeDef& type, const AttributeDef& attribute,
               const models::Value* old, const models::Value* now) {
    const std::string verb = loss_of(type, attribute.name);
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
        add_fault(was.name, verb, address, was.type,
                  fmt::format("its {} no longer names {}", attribute.name, whom->text), true);
        told_.insert(was.name);
      }
      return;
    }
    if (attribute.kind == AttributeDef::Kind::contains) {
      compare_items(was, address, attribute, old, now);
      return;
    }
    told_.insert(was.name);
    if (attribute.kind == AttributeDef::Kind::policy || attribute.kind == AttributeDef::Kind::map) {
      result_.not_simulated.push_back(fmt::format("{}: its {} changes", was.name, attribute.name));
      return;
    }
    result_.updates.push_back(
        {was.name, address, attribute.name, old ? in_words(*old) : "nothing", now ? in_words(*now) : "nothing"});
  }

  // Parts that were there before, one by one; new ones take nothing away.
  void compare_items(const Resource& was, const std::string& address, const AttributeDef& attribute,
                     const models::Value* old, const models::Value* now) {
    for (std::size_t i = 0; old && i < old->children.size(); ++i) {
      const models::Value& item = old->children[i];
      const models::Value* name = item.find("name");
      const std::string part = fmt::format("{}/{}/{}", was.name, attribute.name, name ? name->text : fmt::to_string(i));
      if (gone_.contains(part)) continue;
      const models::Value* same = nullptr;
      for (std::size_t k = 0; now && k < now->children.size(); ++k) {
        const models::Value* other = now->children[k].find("name");
        if (name ? other && other->text == name->text : !other && k == i) same = &now->children[k];
      }
      if (same && equal(item, *same)) continue;
      told_.insert(was.name);
      result_.updates.push_back(
          {part, address, attribute.name, in_words(item), same ? in_words(*same) : std::string("nothing")});
    }
  }

  // An update that the catalogue says is a fault: a key that is disabled.
  bool is_fault(const Change& change, const Placement& place) {
    const TypeDef* type = type_of(place.type);
    if (!type || !place.attribute.empty()) return false;
    for (const ImportSource& source : type->terraform) {
      if (source.type != change.type) continue;
      for (const ImportSource::FaultByUpdate& f : source.faults) {
        const std::string_view was = change.before.member(f.attribute).text();
        if (was == f.value || change.after.member(f.attribute).text() != f.value) continue;
        add_fault(place.name, f.fault, address_of(change), change.type,
                  fmt::format("{}: {} → {}", f.attribute, was.empty() ? "nothing" : was, f.value), true);
        told_.insert(place.name);
        return true;
      }
    }
    return false;
  }

  void tell_update(const Change& change) {
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

  // What the plan does around a replacement: it makes attachments again, and users go over to the new ARN.
  void look_at_replacements() {
    if (result_.replacements.empty()) return;
    std::unordered_map<std::string, Action> actions;
    for (const Change& change : plan_.changes) actions.emplace(address_of(change), change.action);
    const auto action_of = [&](const std::string& address) {
      const auto found = actions.find(address);
      return found == actions.end() ? Action::no_op : found->second;
    };
    std::unordered_map<std::string, std::unordered_set<std::string>> lost;  // component -> attributes that lose parts
    std::unordered_map<std::string, std::unordered_set<std::string>> made;
    std::unordered_set<std::string> keeps_parts;
    for (const auto& [address, places] : before_.placements) {
      for (const Placement& p : places) {
        if (p.attribute.empty()) continue;
        if (removes(action_of(address))) {
          lost[p.name].insert(p.attribute);
        } else {
          keeps_parts.insert(p.name);
        }
      }
    }
    for (const auto& [address, places] : after_.placements) {
      const Action action = action_of(address);
      if (action != Action::create && !replaces(action)) continue;
      for (const Placement& p : places) {
        if (!p.attribute.empty()) made[p.name].insert(p.attribute);
      }
    }
    for (PlannedChanges::Replacement& r : result_.replacements) {
      const auto& gone = lost[r.name];
      r.keeps_data = keeps_data(r.name);
      if (r.creates_first) tell_same_name(r);
      r.restores_parts = !keeps_parts.contains(r.name) &&
                         std::all_of(gone.begin(), gone.end(), [&](const auto& a) { return made[r.name].contains(a); });
      std::size_t users = 0;
      const bool all_move = std::all_of(before_.edges.begin(), before_.edges.end(), [&](const ImportedEdge& edge) {
        if (edge.to != r.name || !edge.is_followed || gone_.contains(edge.from)) return true;
        ++users;
        return is_unknown(edge.from, edge.attribute.substr(0, edge.attribute.find_first_of(".[")));
      });
      r.moves_users = users > 0 && all_move && (r.creates_first || gets_another_arn(r.name));
    }
  }

  // Two cannot have one name at a time.
  void tell_same_name(const PlannedChanges::Replacement& r) {
    const auto change = std::find_if(plan_.changes.begin(), plan_.changes.end(),
                                     [&](const Change& other) { return address_of(other) == r.address; });
    const TypeDef* type = type_before(r.name);
    if (change == plan_.changes.end() || !type) return;
    for (const ImportSource& source : type->terraform) {
      if (source.type != change->type || source.named_by.empty()) continue;
      const Value was = change->before.member(source.named_by.front());
      const Value will_be = change->after.member(source.named_by.front());
      if (!was.is_scalar() || !will_be.is_scalar() || was.text() != will_be.text()) return;
      result_.not_simulated.push_back(
          fmt::format("{} is to be made before the old one goes, and both are called {}: AWS refuses that, and the "
                      "apply stops there",
                      r.address, was.text()));
      return;
    }
  }

  const TypeDef* type_before(const std::string& name) const {
    const auto was = std::find_if(before_.inventory.resources.begin(), before_.inventory.resources.end(),
                                  [&](const Resource& r) { return r.name == name; });
    return was == before_.inventory.resources.end() ? nullptr : type_of(was->type);
  }

  // It has a store, or what a user of it stores is lost with it.
  bool keeps_data(const std::string& name) const {
    const TypeDef* type = type_before(name);
    return (type && !type->stores.empty()) || decrypts_data(name);
  }

  bool decrypts_data(const std::string& name) const {
    return std::any_of(before_.edges.begin(), before_.edges.end(), [&](const ImportedEdge& edge) {
      const TypeDef* user = edge.to == name ? type_before(edge.from) : nullptr;
      if (!user) return false;
      if (catalogue_.is_in_group(user->name, "key") && edge.from != name) return decrypts_data(edge.from);
      const std::string attribute = edge.attribute.substr(0, edge.attribute.find_first_of(".["));
      return std::any_of(user->stores.begin(), user->stores.end(), [&](const StoreDef& store) {
        return std::any_of(store.lost_with.begin(), store.lost_with.end(),
                           [&](const Path& path) { return path.text.starts_with(attribute + "."); });
      });
    });
  }

  bool gets_another_arn(const std::string& name) const {
    const auto find = [&](const Inventory& inventory) {
      return std::find_if(inventory.resources.begin(), inventory.resources.end(),
                          [&](const Resource& r) { return r.name == name; });
    };
    const auto was = find(before_.inventory);
    const auto is = find(after_.inventory);
    if (was == before_.inventory.resources.end() || is == after_.inventory.resources.end()) return false;
    const auto aws_name = [](const Resource& r) { return r.aws_name.empty() ? r.name : r.aws_name; };
    if (aws_name(*was) != aws_name(*is)) return true;
    const TypeDef* type = type_of(was->type);
    return type && std::any_of(type->arn.parts.begin(), type->arn.parts.end(), [&](const TextPart& part) {
             if (part.kind != TextPart::Kind::path || !type->find_attribute(part.path.text)) return false;
             const models::Value* old = was->attributes.find(part.path.text);
             const models::Value* now = is->attributes.find(part.path.text);
             return old && now && !equal(*old, *now);
           });
  }

  // Things that only others make use of, and that go although none of those is in the files.
  void tell_unseen_users() {
    std::unordered_map<std::string_view, const Resource*> resources;
    for (const Resource& r : before_.inventory.resources) resources.emplace(r.name, &r);
    std::unordered_set<std::string_view> used;
    for (const ImportedEdge& edge : before_.edges) {
      const bool is_statement = edge.attribute.ends_with(".allows") || edge.attribute.ends_with(".only");
      if (!is_statement) used.insert(edge.to);
      if (!edge.is_followed && gone_.contains(edge.to) && !gone_.contains(edge.from)) {
        result_.mentions.push_back({edge.to, edge.from, edge.attribute});
      }
    }
    const auto tell = [&](const std::string& name) {
      const auto found = resources.find(name);
      const TypeDef* type = found == resources.end() ? nullptr : type_of(found->second->type);
      if (!type || !type->hops.empty() || !type->processes.empty() || type->find_port("in") || used.contains(name))
        return;
      std::vector<std::string> trusted;
      if (const models::Value* trust = found->second->attributes.find("trust")) {
        for (const models::Value& statement : trust->children) {
          if (const models::Value* whom = statement.find("allows")) trusted.push_back(whom->text);
        }
      }
      result_.unseen_users.push_back({name, std::move(trusted)});
    };
    for (const auto& d : result_.deletions) {
      if (d.verb == "delete") tell(d.name);
    }
    for (const auto& r : result_.replacements) tell(r.name);
  }

  const World& plan_;
  const Mapped& before_;
  const Mapped& after_;
  const Catalogue& catalogue_;
  PlannedChanges result_;
  std::unordered_set<std::string> gone_;
  std::unordered_set<std::string> told_;
  std::unordered_set<std::string> faults_;  // name and verb
  std::vector<const Change*> parts_removed_;
  std::unordered_map<std::string, std::size_t> parts_;  // that stay, by component, attribute and Terraform's type
};

}  // namespace

PlannedChanges planned_changes(const World& plan, const Mapped& before, const Mapped& after,
                               const Catalogue& catalogue) {
  return Comparison(plan, before, after, catalogue).run();
}

}  // namespace moshimo::models::importing
