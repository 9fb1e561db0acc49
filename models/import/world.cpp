#include "models/import/world.hpp"

#include <array>

namespace moshimo::models::importing {

namespace {

// Calls `see(begin, end)` for every `[...]` of an address; brackets inside quoted keys do not count.
template <class See>
void for_each_key(std::string_view address, See see) {
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] != '[') continue;
    const std::size_t begin = i;
    bool quoted = false;
    for (++i; i < address.size(); ++i) {
      if (address[i] == '\\' && quoted) {
        ++i;
      } else if (address[i] == '"') {
        quoted = !quoted;
      } else if (address[i] == ']' && !quoted) {
        break;
      }
    }
    see(begin, i);
  }
}

}  // namespace

bool removes(Action a) {
  switch (a) {
    case Action::remove:
    case Action::remove_then_create:
    case Action::create_then_remove: return true;
    case Action::no_op:
    case Action::create:
    case Action::read:
    case Action::update:
    case Action::forget:
    case Action::create_then_forget: return false;
  }
  return false;
}

bool makes(Action a) { return a == Action::create || a == Action::create_then_forget || replaces(a); }

bool replaces(Action a) { return a == Action::remove_then_create || a == Action::create_then_remove; }

std::string without_keys(std::string_view address) {
  std::string bare;
  std::size_t kept = 0;
  for_each_key(address, [&](std::size_t begin, std::size_t end) {
    bare.append(address.substr(kept, begin - kept));
    kept = end + 1;
  });
  if (kept < address.size()) bare.append(address.substr(kept));
  return bare;
}

std::string last_key(std::string_view address) {
  std::string key;
  for_each_key(address, [&](std::size_t begin, std::size_t end) {
    key = end + 1 >= address.size() ? std::string(address.substr(begin + 1, end - begin - 1)) : std::string();
  });
  return key;
}

std::string parent_module(std::string_view module_address) {
  // The last ".module." outside keys.
  std::size_t cut = 0;
  std::size_t from = 0;
  const auto look = [&](std::size_t begin, std::size_t end) {
    const std::string_view part = module_address.substr(from, end - from);
    const std::size_t found = part.rfind(".module.");
    if (found != std::string_view::npos) cut = from + found;
    (void)begin;
  };
  for_each_key(module_address, [&](std::size_t begin, std::size_t end) {
    look(from, begin);
    from = end + 1;
  });
  if (from < module_address.size()) look(from, module_address.size());
  return std::string(module_address.substr(0, cut));
}

Configuration::Configuration(Value configuration, Value variables) : variables_(variables) {
  providers_ = configuration.member("provider_config");
  const Value root = configuration.member("root_module");
  if (!root.is_map()) return;
  auto module = std::make_unique<Module>();
  module->node = root;
  const Module& kept = *modules_.emplace("", std::move(module)).first->second;
  add(kept);
}

void Configuration::add(const Module& module) {
  const Value resources = module.node.member("resources");
  for (Value r = resources.is_list() ? resources.first() : Value(); r; r = r.next()) {
    resources_.emplace(module.path + "|" + std::string(r.member("address").text()), r);
  }
  const Value calls = module.node.member("module_calls");
  for (Value call = calls.is_map() ? calls.first() : Value(); call; call = call.next()) {
    const Value inner = call.member("module");
    if (!inner.is_map()) continue;
    auto child = std::make_unique<Module>();
    child->path = module.path + (module.path.empty() ? "module." : ".module.") + std::string(call.key());
    child->node = inner;
    child->call = call;
    child->parent = &module;
    const std::string path = child->path;
    const auto [at, is_new] = modules_.emplace(path, std::move(child));
    if (is_new) add(*at->second);
  }
}

const Configuration::Module* Configuration::find_module(const std::string& path) const {
  const auto found = modules_.find(path);
  return found == modules_.end() ? nullptr : found->second.get();
}

Value Configuration::resource(const std::string& module_path, std::string_view type_and_name) const {
  const auto found = resources_.find(module_path + "|" + std::string(type_and_name));
  return found == resources_.end() ? Value() : found->second;
}

Value Configuration::variable(std::string_view name) const { return variables_.member(name).member("value"); }

std::string Configuration::region(const std::string& provider_config_key) const {
  const Value expression = providers_.member(provider_config_key).member("expressions").member("region");
  if (const Value constant = expression.member("constant_value")) return std::string(constant.text());
  for (const Value& reference : expression.member("references").items()) {
    if (reference.text().starts_with("var.")) return std::string(variable(reference.text().substr(4)).text());
  }
  return {};
}

}  // namespace moshimo::models::importing
