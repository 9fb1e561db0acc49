#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "models/import/cloudformation_template.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

std::string joined(const Tree& list, std::string_view delimiter) {
  if (list.kind == Tree::Kind::scalar) return list.text;
  std::string text;
  for (const Tree& item : list.children) {
    if (&item != &list.children.front()) text += delimiter;
    text += item.text;
  }
  return text;
}

}  // namespace

Template::Maybe Template::wrong(const Call& call, std::string_view form) {
  error(call.argument, fmt::format("{} is written as {}", call.name, form));
  return std::nullopt;
}

Template::Maybe Template::ref(const Call& call) {
  const Value at = call.argument;
  return at.is_scalar() ? refer(at, at.text(), "") : wrong(call, "Ref: NAME");
}

Template::Maybe Template::attribute_of(const Call& call) {
  constexpr std::string_view form = "Fn::GetAtt: [RESOURCE, ATTRIBUTE]";
  const Value at = call.argument;
  if (at.is_scalar()) {
    const std::size_t dot = at.text().find('.');
    return dot == std::string_view::npos ? wrong(call, form)
                                         : refer(at, at.text().substr(0, dot), at.text().substr(dot + 1));
  }
  const std::vector<Value> parts = at.items();
  if (parts.size() != 2 || !parts[0].is_scalar()) return wrong(call, form);
  const auto attribute = eval(parts[1]);
  return refer(at, parts[0].text(), attribute ? attribute->text : "");
}

Template::Maybe Template::substitute(const Call& call) {
  Value text = call.argument;
  std::map<std::string, std::string, std::less<>> given;
  if (text.is_list()) {
    const std::vector<Value> parts = text.items();
    if (parts.size() != 2 || !parts[1].is_map()) return wrong(call, "Fn::Sub: TEXT, or [TEXT, { NAME: VALUE }]");
    text = parts[0];
    for (Value v = parts[1].first(); v; v = v.next()) {
      const auto value = eval(v);
      given.emplace(v.key(), value ? value->text : "");
    }
  }
  if (!text.is_scalar()) return wrong(call, "Fn::Sub: TEXT, or [TEXT, { NAME: VALUE }]");
  std::string out;
  std::string_view rest = text.text();
  for (std::size_t begin = rest.find("${"); begin != std::string_view::npos; begin = rest.find("${")) {
    const std::size_t end = rest.find('}', begin);
    if (end == std::string_view::npos) break;
    out += rest.substr(0, begin);
    std::string_view name = rest.substr(begin + 2, end - begin - 2);
    rest.remove_prefix(end + 1);
    if (name.starts_with('!')) {
      out += fmt::format("${{{}}}", name.substr(1));
      continue;
    }
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto own = given.find(name);
    if (own != given.end()) {
      out += own->second;
      continue;
    }
    const std::size_t dot = name.find('.');
    const auto value =
        dot == std::string_view::npos ? refer(text, name, "") : refer(text, name.substr(0, dot), name.substr(dot + 1));
    if (value) out += joined(*value, ",");
    spent_ += out.size() / 64;
  }
  return Tree::scalar(out + std::string(rest));
}

Template::Maybe Template::join(const Call& call) {
  const std::vector<Value> parts = call.argument.items();
  if (parts.size() != 2) return wrong(call, "Fn::Join: [DELIMITER, LIST]");
  const auto delimiter = eval(parts[0]);
  const auto list = eval(parts[1]);
  return list ? std::optional(Tree::scalar(joined(*list, delimiter ? delimiter->text : ""))) : std::nullopt;
}

Template::Maybe Template::select(const Call& call) {
  const std::vector<Value> parts = call.argument.items();
  if (parts.size() != 2) return wrong(call, "Fn::Select: [INDEX, LIST]");
  const auto index = eval(parts[0]);
  auto list = eval(parts[1]);
  if (!index || !list) return std::nullopt;
  if (list->kind == Tree::Kind::scalar) return list;  // a parameter that is left open
  if (list->children.size() == 1 && is_left_open(list->children[0].text)) return list->children[0];
  std::size_t i = 0;
  const std::string& digits = index->text;
  const auto [end, mistake] = std::from_chars(digits.data(), digits.data() + digits.size(), i);
  if (mistake != std::errc() || end != digits.data() + digits.size()) {
    return is_left_open(digits) ? std::optional(left_open("an item of a list"))
                                : wrong(call, "Fn::Select: [INDEX, LIST]");
  }
  if (i < list->children.size()) return list->children[i];
  const auto is_open = [](const Tree& item) { return is_left_open(item.text); };
  if (std::any_of(list->children.begin(), list->children.end(), is_open)) return left_open("an item of a list");
  error(call.argument,
        fmt::format("Fn::Select asks for item {}, counted from 0, of a list of {}", i, list->children.size()));
  return std::nullopt;
}

Template::Maybe Template::split(const Call& call) {
  const std::vector<Value> parts = call.argument.items();
  const auto delimiter = parts.size() == 2 ? eval(parts[0]) : std::nullopt;
  const auto text = parts.size() == 2 ? eval(parts[1]) : std::nullopt;
  if (!delimiter || delimiter->text.empty() || !text) return wrong(call, "Fn::Split: [DELIMITER, TEXT]");
  Tree list = Tree::list();
  std::string_view rest = text->text;
  for (std::size_t at = rest.find(delimiter->text); at != std::string_view::npos; at = rest.find(delimiter->text)) {
    list.add(Tree::scalar(std::string(rest.substr(0, at))));
    rest.remove_prefix(at + delimiter->text.size());
  }
  list.add(Tree::scalar(std::string(rest)));
  return list;
}

Template::Maybe Template::choose(const Call& call) {
  const std::vector<Value> parts = call.argument.items();
  if (parts.size() != 3 || !parts[0].is_scalar()) return wrong(call, "Fn::If: [CONDITION, VALUE, VALUE]");
  return eval(holds(parts[0], parts[0].text()) ? parts[1] : parts[2]);
}

Template::Maybe Template::find_in_map(const Call& call) {
  const std::vector<Value> parts = call.argument.items();
  if (parts.size() < 3) return wrong(call, "Fn::FindInMap: [MAP, KEY, KEY]");
  const auto name = eval(parts[0]);
  const auto top = eval(parts[1]);
  const auto second = eval(parts[2]);
  if (!name || !top || !second) return std::nullopt;
  const Value map = root_.member("Mappings").member(name->text);
  if (map && map.member(top->text).member(second->text)) return eval(map.member(top->text).member(second->text));
  if (parts.size() == 4 && parts[3].member("DefaultValue")) return eval(parts[3].member("DefaultValue"));
  if (is_left_open(name->text) || is_left_open(top->text) || is_left_open(second->text)) {
    return only_value(map, top->text, second->text).value_or(left_open(fmt::format("{} {}", name->text, second->text)));
  }
  error(call.argument, fmt::format("the mapping '{}' has no '{}' of '{}'", name->text, second->text, top->text));
  return std::nullopt;
}

// What a mapping gives whatever the open key is, where that is always the same.
Template::Maybe Template::only_value(Value map, std::string_view top, std::string_view second) {
  Maybe found;
  for (Value row = map.first(); row; row = row.next()) {
    if (!is_left_open(top) && row.key() != top) continue;
    for (Value cell = row.first(); cell; cell = cell.next()) {
      if (!is_left_open(second) && cell.key() != second) continue;
      auto value = eval(cell);
      if (!value || value->kind != Tree::Kind::scalar || (found && found->text != value->text)) return std::nullopt;
      found = std::move(value);
    }
  }
  return found;
}

Template::Maybe Template::transformed(const Call& call) {
  const Value name = call.argument.member("Name");
  return left_open(fmt::format("what {} makes", name ? name.text() : "a transform"));
}

Template::Maybe Template::json_of(const Call& call) {
  const auto value = argument(call);
  std::string text;
  if (value) append_json(*value, text);
  return Tree::scalar(std::move(text));
}

Template::Maybe Template::length(const Call& call) {
  const auto list = argument(call);
  return list && list->kind == Tree::Kind::list ? Tree::scalar(fmt::to_string(list->children.size()))
                                                : left_open("a number");
}

}  // namespace moshimo::models::importing
