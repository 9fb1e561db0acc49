#include "models/import/differences.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::models::importing {

namespace {

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

}  // namespace

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

bool is_within(const models::Value& old, const models::Value* now) {
  if (!now) return false;
  if (equal(old, *now)) return true;
  if (old.kind != models::Value::Kind::list || now->kind != models::Value::Kind::list) return false;
  return std::all_of(old.children.begin(), old.children.end(), [&](const models::Value& item) {
    return std::any_of(now->children.begin(), now->children.end(),
                       [&](const models::Value& other) { return equal(item, other); });
  });
}

}  // namespace moshimo::models::importing
