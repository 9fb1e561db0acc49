#include <fmt/format.h>
#include <utility>

#include "models/import/cloudformation_template.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

bool Template::holds(Value at, std::string_view name) {
  const auto known = decided_.find(name);
  if (known != decided_.end()) return known->second;
  const Value definition = root_.member("Conditions").member(name);
  if (!definition) {
    error(at, fmt::format("this template has no condition '{}'", name));
    return decided_.emplace(std::string(name), true).first->second;
  }
  if (!deciding_.insert(std::string(name)).second) {
    error(at, fmt::format("condition '{}' depends on itself", name));
    return true;
  }
  const bool was_assumed = std::exchange(is_assumed_, false);
  const bool value = decide(definition);
  if (is_assumed_) {
    assumed_.push_back(fmt::format("condition {} depends on what {} leaves open; it is taken {}to hold", name,
                                   file_name(), value ? "" : "not "));
  }
  is_assumed_ = was_assumed || is_assumed_;
  deciding_.erase(std::string(name));
  return decided_.emplace(std::string(name), value).first->second;
}

bool Template::decide(Value v) {
  std::optional<Call> call = call_in(v);
  if (!call && v.is_map() && v.size() == 1 && v.member("Condition")) {
    call = Call{"Condition", v.member("Condition"), false};
  }
  if (!call) {
    error(v, "a condition is made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and other conditions");
    return true;
  }
  const std::vector<Value> parts = call->argument.items();
  if (call->name == "Condition") return holds(call->argument, call->argument.text());
  if (call->name == "Fn::Equals" && parts.size() == 2) return are_equal(parts[0], parts[1]);
  if (call->name == "Fn::Not" && parts.size() == 1) return !decide(parts[0]);
  if (call->name == "Fn::And" || call->name == "Fn::Or") {
    const bool wanted = call->name == "Fn::Or";
    bool is_decided = false;
    for (const Value& part : parts) is_decided = decide(part) == wanted || is_decided;  // all, to find every mistake
    return is_decided == wanted;
  }
  error(v, fmt::format("{} cannot stand in a condition like this", call->name));
  return true;
}

// A text that is left open is taken to be what it is compared with first, and not to be empty.
bool Template::are_equal(Value a, Value b) {
  const auto left = eval(a);
  const auto right = eval(b);
  std::string one = left ? left->text : "";
  std::string other = right ? right->text : "";
  if (one == other) return true;
  if (is_left_open(other)) std::swap(one, other);
  if (!is_left_open(one)) return false;
  is_assumed_ = true;
  if (other.empty()) return false;
  return assumptions_.emplace(one, other).first->second == other;
}

}  // namespace moshimo::models::importing
