#include "models/import/terraform_references.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models::importing {

namespace {

constexpr int deepest = 30;  // variables and outputs passed through; a plan that needs more is no plan

// a.b["k"].c -> a, b, [k as written], c
struct Part {
  std::string_view name;
  std::string_view key;  // of the brackets that follow: `0`, `"x"`
};

std::vector<Part> parts_of(std::string_view traversal) {
  std::vector<Part> parts;
  std::size_t i = 0;
  while (i < traversal.size()) {
    if (traversal[i] == '.') ++i;
    const std::size_t begin = i;
    while (i < traversal.size() && traversal[i] != '.' && traversal[i] != '[') ++i;
    Part part{traversal.substr(begin, i - begin), {}};
    while (i < traversal.size() && traversal[i] == '[') {
      const std::size_t open = i;
      bool quoted = false;
      for (++i; i < traversal.size(); ++i) {
        if (traversal[i] == '\\' && quoted) {
          ++i;
        } else if (traversal[i] == '"') {
          quoted = !quoted;
        } else if (traversal[i] == ']' && !quoted) {
          break;
        }
      }
      if (part.key.empty()) part.key = traversal.substr(open + 1, i - open - 1);
      if (i < traversal.size()) ++i;
    }
    parts.push_back(part);
  }
  return parts;
}

bool is_prefix_of(std::string_view shorter, std::string_view longer) {
  return longer.starts_with(shorter) &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '.' || longer[shorter.size()] == '[');
}

std::string in_module(const std::string& module, std::string_view rest) { return fmt::format("{}|{}", module, rest); }

std::string joined(const std::vector<Part>& parts, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < parts.size(); ++i) {
    if (!text.empty()) text += '.';
    text += parts[i].name;
  }
  return text;
}

}  // namespace

References::References(const World& world) : world_(world) {
  for (std::size_t i = 0; i < world.instances.size(); ++i) {
    const Instance& instance = world.instances[i];
    if (!instance.deposed.empty() || instance.is_former) continue;
    const std::string block = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
    blocks_[in_module(instance.module, block)].push_back(static_cast<int>(i));
    types_[in_module(instance.module, instance.type)].push_back(static_cast<int>(i));
    for (std::string module = instance.module; !module.empty(); module = parent_module(module)) {
      const std::string parent = parent_module(module);
      const std::string key = last_key(module);
      const std::string call = key.empty() ? module : module.substr(0, module.size() - key.size() - 2);
      auto& known = module_keys_[call];
      if (std::find(known.begin(), known.end(), module) != known.end()) break;
      known.push_back(module);
    }
  }
}

Value References::expressions(const Instance& instance) const {
  const std::string block = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  return world_.configuration.resource(without_keys(instance.module), block).member("expressions");
}

std::string References::region(const Instance& instance) const {
  const std::string block = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  const Value resource = world_.configuration.resource(without_keys(instance.module), block);
  return world_.configuration.region(std::string(resource.member("provider_config_key").text()));
}

std::string References::provider(const Instance& instance) const {
  const std::string block = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  const Value resource = world_.configuration.resource(without_keys(instance.module), block);
  const Value key = resource.member("provider_config_key");
  return key ? std::string(key.text()) : instance.provider;
}

std::vector<int> References::instances_in(const std::string& module_address, const std::string& type) const {
  const auto found = types_.find(in_module(module_address, type));
  return found == types_.end() ? std::vector<int>() : found->second;
}

References::Place References::place_of(const Instance& instance) const {
  const std::string block = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  const Value resource = world_.configuration.resource(without_keys(instance.module), block);
  Place place{instance.module, instance.key, {}, resource.member("for_each_expression"), false};
  const auto siblings = blocks_.find(in_module(instance.module, block));
  if (siblings != blocks_.end()) {
    for (const int i : siblings->second) place.keys.push_back(world_.instances[static_cast<std::size_t>(i)].key);
  }
  std::sort(place.keys.begin(), place.keys.end());
  return place;
}

References::Place References::place_of_call(const std::string& module_address, Value call) const {
  Place place{parent_module(module_address), last_key(module_address), {}, call.member("for_each_expression"), false};
  const std::size_t brackets = place.key.empty() ? 0 : place.key.size() + 2;
  const auto siblings = module_keys_.find(module_address.substr(0, module_address.size() - brackets));
  if (siblings != module_keys_.end()) {
    for (const std::string& address : siblings->second) place.keys.push_back(last_key(address));
  }
  std::sort(place.keys.begin(), place.keys.end());
  return place;
}

// A reference that gives no key means the instance with the user's own key when it says `each` or `count`, or when both
// have the same keys; else it means all.
bool References::goes_key_to_key(const Place& place, std::vector<std::string> keys) {
  if (place.key.empty() || std::find(keys.begin(), keys.end(), place.key) == keys.end()) return false;
  if (place.says_each) return true;
  std::sort(keys.begin(), keys.end());
  return keys == place.keys;
}

Resolution References::resolve(Value expression, const Instance& user) const {
  Resolution result;
  follow(expression, place_of(user), 0, result);
  return result;
}

void References::follow(Value expression, const Place& place, int depth, Resolution& result) const {
  if (!expression || depth > deepest) return;
  if (expression.is_list()) {
    for (const Value& item : expression.items()) follow(item, place, depth, result);
    return;
  }
  if (const Value constant = expression.member("constant_value")) {
    if (constant.is_scalar()) result.constants.emplace_back(constant.text());
    for (const Value& item : constant.items()) {
      if (item.is_scalar()) result.constants.emplace_back(item.text());
    }
    return;
  }
  const Value references = expression.member("references");
  if (!references) return;
  // Every traversal comes with its prefixes, longest first: only the longest counts.
  std::vector<std::string_view> longest;
  for (const Value& reference : references.items()) {
    const std::string_view traversal = reference.text();
    if (traversal.empty()) continue;
    const bool is_covered = std::any_of(longest.begin(), longest.end(),
                                        [&](std::string_view other) { return is_prefix_of(traversal, other); });
    if (!is_covered) longest.push_back(traversal);
  }
  Place here = place;
  here.says_each = place.says_each || std::any_of(longest.begin(), longest.end(), [](std::string_view traversal) {
                     return is_prefix_of("each", traversal) || is_prefix_of("count", traversal);
                   });
  for (const std::string_view traversal : longest) follow_one(traversal, here, depth + 1, result);
}

void References::follow_one(std::string_view traversal, const Place& place, int depth, Resolution& result) const {
  const std::vector<Part> parts = parts_of(traversal);
  if (parts.empty() || depth > deepest) return;
  const std::string_view head = parts[0].name;
  const std::string_view name = parts.size() > 1 ? parts[1].name : std::string_view();
  if (head == "count" || head == "path" || head == "terraform" || head == "self") return;
  if (head == "each") {
    if (name == "value") follow(place.each, place, depth, result);
    return;
  }
  if (head == "local") {
    result.dead_ends.emplace_back(traversal);
    return;
  }
  if (head == "var") {
    const Configuration::Module* module = world_.configuration.find_module(without_keys(place.module));
    const Value given = place.module.empty() || !module ? Value() : module->call.member("expressions").member(name);
    if (given) {
      follow(given, place_of_call(place.module, module->call), depth, result);
      return;
    }
    Value value = place.module.empty() ? world_.configuration.variable(name) : Value();
    if (!value && module) value = module->node.member("variables").member(name).member("default");
    if (value.is_scalar()) {
      result.constants.emplace_back(value.text());
    } else if (value.is_list()) {
      for (const Value& item : value.items()) {
        if (item.is_scalar()) result.constants.emplace_back(item.text());
      }
    } else {
      result.dead_ends.emplace_back(traversal);
    }
    return;
  }
  if (head == "module") {
    const std::string call =
        place.module.empty() ? fmt::format("module.{}", name) : fmt::format("{}.module.{}", place.module, name);
    const Configuration::Module* module = world_.configuration.find_module(without_keys(call));
    const std::string_view output = parts.size() > 2 ? parts[2].name : std::string_view();
    const auto instances = module_keys_.find(call);
    if (!module || instances == module_keys_.end()) {
      result.dead_ends.emplace_back(traversal);
      return;
    }
    std::vector<std::string> meant;
    for (const std::string& address : instances->second) {
      if (parts[1].key.empty() || last_key(address) == parts[1].key) meant.push_back(address);
    }
    if (parts[1].key.empty() && meant.size() > 1) {
      std::vector<std::string> keys;
      for (const std::string& address : meant) keys.push_back(last_key(address));
      if (goes_key_to_key(place, std::move(keys))) {
        std::erase_if(meant, [&](const std::string& address) { return last_key(address) != place.key; });
      }
    }
    const Value outputs = module->node.member("outputs");
    for (const std::string& address : meant) {
      // The key behind the output is that of an instance inside: module.roles.arns["orders"].
      const std::string key(parts.size() > 2 ? parts[2].key : std::string_view());
      Place inside{.module = address, .key = key, .keys = {}, .each = {}, .says_each = !key.empty()};
      if (key.empty() && place.says_each) {
        inside.key = place.key;
        inside.says_each = true;
      }
      if (!output.empty()) {
        follow(outputs.member(output).member("expression"), inside, depth, result);
      }
    }
    if (meant.empty() || output.empty()) result.dead_ends.emplace_back(traversal);
    return;
  }
  if (head == "data") {
    if (parts.size() < 3) return;
    add_instances(fmt::format("data.{}.{}", name, parts[2].name), parts[2].key, joined(parts, 3), traversal, place,
                  result);
    return;
  }
  if (parts.size() < 2) return;
  add_instances(fmt::format("{}.{}", head, name), parts[1].key, joined(parts, 2), traversal, place, result);
}

void References::add_instances(const std::string& block, std::string_view key, std::string_view attribute,
                               std::string_view traversal, const Place& place, Resolution& result) const {
  const auto found = blocks_.find(in_module(place.module, block));
  if (found == blocks_.end()) {
    result.dead_ends.emplace_back(traversal);
    return;
  }
  std::vector<int> meant;
  for (const int i : found->second) {
    if (key.empty() || world_.instances[static_cast<std::size_t>(i)].key == key) meant.push_back(i);
  }
  if (key.empty() && meant.size() > 1) {
    std::vector<std::string> keys;
    for (const int i : meant) keys.push_back(world_.instances[static_cast<std::size_t>(i)].key);
    if (goes_key_to_key(place, std::move(keys))) {
      std::erase_if(meant, [&](int i) { return world_.instances[static_cast<std::size_t>(i)].key != place.key; });
    }
  }
  if (meant.empty()) result.dead_ends.emplace_back(traversal);
  for (const int i : meant) {
    Target target{i, std::string(attribute)};
    if (std::find(result.targets.begin(), result.targets.end(), target) == result.targets.end()) {
      result.targets.push_back(std::move(target));
    }
  }
}

}  // namespace moshimo::models::importing
