#include <array>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

#include "models/import/shape.hpp"
#include "models/import/terraform_data_sources.hpp"

namespace moshimo::models::importing {

namespace {

std::optional<Action> action_of(Value actions) {
  std::string joined;
  for (const Value& a : actions.items()) joined += (joined.empty() ? "" : ",") + std::string(a.text());
  static const std::unordered_map<std::string, Action> known = {
      {"no-op", Action::no_op},
      {"create", Action::create},
      {"read", Action::read},
      {"update", Action::update},
      {"delete", Action::remove},
      {"delete,create", Action::remove_then_create},
      {"create,delete", Action::create_then_remove},
      {"forget", Action::forget},
      {"create,forget", Action::create_then_forget},
  };
  const auto found = known.find(joined);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

std::string key_in_address(Value index) {
  if (!index) return {};
  return index.is_text() ? fmt::format("\"{}\"", index.text()) : std::string(index.text());
}

std::string text_of(Value value) { return std::string(value.text()); }

bool describe(Value node, Instance& instance, input::Diagnostics& diagnostics) {
  if (!have_kind(node,
                 {"address", "type", "name", "mode", "provider_name", "module_address", "previous_address", "deposed"},
                 Kind::text, diagnostics)) {
    return false;
  }
  instance.address = text_of(node.member("address"));
  instance.type = text_of(node.member("type"));
  instance.name = text_of(node.member("name"));
  instance.key = key_in_address(node.member("index"));
  if (instance.key.empty()) instance.key = last_key(instance.address);
  instance.provider = text_of(node.member("provider_name"));
  instance.deposed = text_of(node.member("deposed"));
  if (instance.deposed.empty()) instance.deposed = text_of(node.member("deposed_key"));
  instance.is_data = node.member("mode").text() == "data";
  if (!instance.address.empty() && !instance.type.empty()) return true;
  diagnostics.error(node.at(), fmt::format("this resource has no address or type; {}", is_it_terraform));
  return false;
}

// The module an address stands in: everything before [data.]TYPE.NAME.
std::string module_of(const Instance& instance, Value node) {
  if (const Value module = node.member("module_address")) return text_of(module);
  const std::string own = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  std::string_view address = instance.address;
  if (!instance.key.empty() && address.ends_with("]")) address.remove_suffix(instance.key.size() + 2);
  if (!address.ends_with(own)) return {};
  address.remove_suffix(own.size());
  if (address.ends_with('.')) address.remove_suffix(1);
  return std::string(address);
}

// The resources of `values` (of a state, of prior_state, of planned_values), modules within modules.
bool read_module(Documents& documents, Value module, const std::string& address, std::vector<Instance>& instances,
                 input::Diagnostics& diagnostics) {
  bool good = true;
  if (!have_kind(module, {"resources", "child_modules"}, Kind::list, diagnostics)) return false;
  const Value resources = module.member("resources");
  for (Value node = resources.first(); node; node = node.next()) {
    Instance instance;
    if (!describe(node, instance, diagnostics)) {
      good = false;
      continue;
    }
    instance.module = address;
    instance.values = node.member("values");
    if (instance.values && !instance.values.is_map()) {
      diagnostics.error(instance.values.at(), fmt::format("the values of {} should be an object", instance.address));
      good = false;
      continue;
    }
    documents.hide(instance.values, node.member("sensitive_values"));
    instances.push_back(std::move(instance));
  }
  for (Value child = module.member("child_modules").first(); child; child = child.next()) {
    good = read_module(documents, child, text_of(child.member("address")), instances, diagnostics) && good;
  }
  return good;
}

// Of an object that drift speaks of. Format 0.1 gives it in parts.
std::string address_in(Value node) {
  std::string address = text_of(node.member("address"));
  if (!address.empty()) return address;
  const std::string module = text_of(node.member("module_address"));
  const std::string key = key_in_address(node.member("index"));
  address = fmt::format("{}{}{}.{}", module, module.empty() ? "" : ".", node.member("type").text(),
                        node.member("name").text());
  return key.empty() ? address : address + "[" + key + "]";
}

// What drift says was deleted outside Terraform, by address.
std::unordered_map<std::string, Value> gone_before(Value drift) {
  std::unordered_map<std::string, Value> gone;
  for (Value node = drift.first(); node; node = node.next()) {
    const Value detail = node.member("change");
    if (action_of(detail.member("actions")) != Action::remove || node.member("deposed")) continue;
    if (detail.member("before").is_map()) gone.emplace(address_in(node), detail);
  }
  return gone;
}

bool accepts_format(Value root, std::string_view what, input::Diagnostics& diagnostics) {
  const Value version = root.member("format_version");
  if (!version) return true;
  const std::string_view text = version.text();
  if (!version.is_text() || text.empty()) {
    diagnostics.error(version.at(), fmt::format("`format_version` should be text such as \"1.2\"{}; {}",
                                                text.empty() ? ", and none stands here" : "", is_it_terraform));
    return false;
  }
  const std::string_view major = text.substr(0, text.find('.'));
  if (major == "0" || major == "1") return true;
  diagnostics.error(version.at(),
                    fmt::format("this {} has format version {}; versions 0.x and 1.x can be read. Use `terraform show "
                                "-json` of a Terraform that writes them, or a newer moshimo",
                                what, text));
  return false;
}

}  // namespace

bool read_shown_state(Documents& documents, Value root, World& world, input::Diagnostics& diagnostics) {
  if (!accepts_format(root, "state", diagnostics) || !have_kind(root, {"values"}, Kind::object, diagnostics) ||
      !have_kind(root.member("values"), {"root_module"}, Kind::object, diagnostics)) {
    return false;
  }
  const bool good =
      read_module(documents, root.member("values").member("root_module"), "", world.instances, diagnostics);
  note_callers(world);
  return good;
}

bool read_plan(Documents& documents, Value root, PlanSide side, World& world, input::Diagnostics& diagnostics) {
  if (!accepts_format(root, "plan", diagnostics)) return false;
  const Value code = root.member("configuration").member("root_module");
  bool good =
      have_kind(root, {"configuration", "variables", "prior_state", "planned_values"}, Kind::object, diagnostics);
  good = have_kind(root, {"resource_changes", "resource_drift"}, Kind::list, diagnostics) && good;
  good = have_kind(root.member("configuration"), {"root_module", "provider_config"}, Kind::object, diagnostics) && good;
  good = have_kind(code, {"resources"}, Kind::list, diagnostics) && good;
  good = have_kind(code, {"module_calls"}, Kind::object, diagnostics) && good;
  if (!good) return false;
  world.is_plan = true;
  world.is_planned = side == PlanSide::after;
  world.is_partial = root.member("complete").text() == "false" || root.member("errored").is_true() ||
                     root.member("deferred_changes").size() > 0;
  world.configuration = Configuration(root.member("configuration"), root.member("variables"));

  const Value changes = root.member("resource_changes");
  const Value drift = root.member("resource_drift");
  const std::unordered_map<std::string, Value> gone = gone_before(drift);
  std::unordered_set<std::string> seen;  // objects that a change settles, by address and deposed key
  for (Value node = changes.first(); node; node = node.next()) {
    Instance instance;
    if (!describe(node, instance, diagnostics)) {
      good = false;
      continue;
    }
    instance.module = module_of(instance, node);
    Change change;
    change.address = instance.address;
    change.previous_address = text_of(node.member("previous_address"));
    change.deposed = instance.deposed;
    change.type = instance.type;
    change.is_data = instance.is_data;
    change.reason = text_of(node.member("action_reason"));
    if (!have_kind(node, {"change"}, Kind::object, diagnostics)) {
      good = false;
      continue;
    }
    const Value detail = node.member("change");
    const auto action = action_of(detail.member("actions"));
    if (!action) {
      diagnostics.error(detail ? detail.at() : node.at(),
                        fmt::format("what the plan does to {} is not known here: `actions` should be one of no-op, "
                                    "create, read, update, delete, forget or a pair of them",
                                    instance.address));
      good = false;
      continue;
    }
    change.action = *action;
    change.is_import = bool(detail.member("importing"));
    change.before = detail.member("before");
    change.after = detail.member("after");
    change.after_unknown = detail.member("after_unknown");
    for (const Value& values : {change.before, change.after}) {
      if (values && !values.is_map()) {
        diagnostics.error(values.at(), fmt::format("the values of {} should be an object", instance.address));
        good = false;
      }
    }
    const auto drifted = gone.find(change.address);
    change.is_gone = change.action == Action::create && !change.is_data && drifted != gone.end();
    if (change.is_gone) {  // nobody sees the old one go, but what was bound to it is not bound to the new one
      change.action = Action::create_then_remove;
      change.before = drifted->second.member("before");
    }
    documents.hide(change.before, (change.is_gone ? drifted->second : detail).member("before_sensitive"));
    documents.hide(change.after, detail.member("after_sensitive"));

    if (side == PlanSide::before) {
      if (change.before.is_map()) {
        instance.values = change.before;
        instance.is_gone = change.is_gone;
        change.instance = static_cast<int>(world.instances.size());
        world.instances.push_back(std::move(instance));
      }
    } else if (change.action == Action::forget) {  // only the state loses it
      instance.values = change.before;
      if (instance.values.is_map()) world.instances.push_back(std::move(instance));
    } else {
      if (removes(change.action) && change.before.is_map()) {
        Instance former = instance;
        former.values = change.before;
        former.is_former = true;
        world.instances.push_back(std::move(former));
      }
      if (change.action != Action::remove && instance.deposed.empty()) {
        instance.values = change.after;
        instance.unknown = change.after_unknown;
        instance.is_made = makes(change.action);
        world.instances.push_back(std::move(instance));
      }
    }
    seen.insert(change.address + "\n" + change.deposed);
    if (!change.previous_address.empty()) seen.insert(change.previous_address + "\n");
    world.changes.push_back(std::move(change));
  }

  // What no change speaks of: data sources, and what a partial plan leaves out.
  std::vector<Instance> prior;
  const Value prior_state = root.member("prior_state");
  good = read_module(documents, prior_state.member("values").member("root_module"), "", prior, diagnostics) && good;
  for (Instance& instance : prior) {
    if (!seen.contains(instance.address + "\n" + instance.deposed)) world.instances.push_back(std::move(instance));
  }

  note_callers(world);

  for (Value node = drift.first(); node; node = node.next()) {
    const auto action = action_of(node.member("change").member("actions"));
    if (!action || *action == Action::no_op) continue;
    world.drifted.push_back({address_in(node), *action == Action::remove});
  }
  return good;
}

}  // namespace moshimo::models::importing
