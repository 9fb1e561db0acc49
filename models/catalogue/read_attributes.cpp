#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

namespace {

struct KindName {
  std::string_view name;
  AttributeDef::Kind kind;
};

const std::vector<KindName>& kinds() {
  using Kind = AttributeDef::Kind;
  static const std::vector<KindName> all{
      {"refers_to", Kind::refers_to}, {"contains", Kind::contains}, {"object", Kind::object}, {"text", Kind::text},
      {"count", Kind::count},         {"duration", Kind::duration}, {"bytes", Kind::bytes},   {"rate", Kind::rate},
      {"ratio", Kind::ratio},         {"yes_no", Kind::yes_no},     {"one_of", Kind::one_of}, {"map", Kind::map},
      {"policy", Kind::policy},       {"port", Kind::port},         {"parent", Kind::parent}, {"fixed", Kind::fixed}};
  return all;
}

}  // namespace

std::vector<std::string> TypeReader::types_named(const Tree& tree, bool& any) const {
  std::vector<std::string> types;
  for (const Tree* item : one_or_many(tree)) {
    const auto group = groups_.find(item->text);
    if (item->text == "any") {
      any = true;
    } else if (group != groups_.end()) {
      types.insert(types.end(), group->second.begin(), group->second.end());
    } else if (item->text.find(':') != std::string::npos) {
      types.push_back(item->text);
    } else {
      Keys known{"any"};
      for (const auto& entry : groups_) known.push_back(entry.first);
      error(item->at, fmt::format("'{}' is neither a type (service:type) nor a group nor `any`{}", item->text,
                                  input::did_you_mean(item->text, known)));
    }
  }
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

AttributeDef TypeReader::attribute(const Tree& tree) {
  AttributeDef result;
  if (!begin(tree, "attribute", result)) return result;
  Keys allowed{"says",  "through", "many",    "or_text",   "optional",      "default",
               "range", "fact",    "assumed", "terraform", "cloudformation"};
  const KindName* kind = nullptr;
  for (const KindName& entry : kinds()) {
    allowed.push_back(entry.name);
    if (tree.find(entry.name) == nullptr) continue;
    if (kind != nullptr) {
      error(tree.key_at, fmt::format("attribute '{}' is both `{}` and `{}`", tree.key, kind->name, entry.name));
    }
    kind = &entry;
  }
  allow_only(tree, allowed);
  if (kind == nullptr) {
    std::string names;
    for (const KindName& entry : kinds()) names += fmt::format("{}{}", names.empty() ? "" : ", ", entry.name);
    error(tree.key_at, fmt::format("attribute '{}' needs its kind: one of {}", tree.key, names));
    return result;
  }
  result.kind = kind->kind;
  const Tree& value = *tree.find(kind->name);
  using Kind = AttributeDef::Kind;
  switch (kind->kind) {
    case Kind::refers_to: result.types = types_named(value, result.any_type); break;
    case Kind::contains: {
      bool any = false;
      result.types = types_named(value, any);
      if (any || result.types.size() != 1) error(value.at, "`contains` names exactly one type");
      if (const Tree* through = tree.find("through")) {
        result.through = name_in(*through);
      } else {
        error(tree.key_at, "`contains` needs `through`: the part's attribute for its parent");
      }
      break;
    }
    case Kind::object:
      if (expect_map(value, "`object`")) {
        for (const Tree& member : value.children) {
          check_name(member);
          result.members.push_back(attribute(member));
        }
      }
      break;
    case Kind::one_of: result.options = names_in(value); break;
    case Kind::port: result.port_of = name_in(value); break;
    case Kind::fixed:
      words_.report = true;  // a command that repairs use
      result.fixed = parser().expression(value, Wanted::any);
      words_.report = false;
      break;
    case Kind::map:
      if (value.text != "text" && value.text != "true") error(value.at, "`map` is `text`");
      break;
    case Kind::text:
    case Kind::count:
    case Kind::duration:
    case Kind::bytes:
    case Kind::rate:
    case Kind::ratio:
    case Kind::yes_no:
    case Kind::policy:
    case Kind::parent:
      if (!yes_no(value)) error(value.at, fmt::format("`{}` is `true`", kind->name));
      break;
  }
  if (tree.find("through") != nullptr && kind->kind != Kind::contains) {
    error(tree.find("through")->key_at, "`through` belongs to `contains`");
  }
  if (const Tree* says = tree.find("says")) result.says = says->text;
  result.many = says_yes(tree, "many");
  if (const Tree* t = tree.find("or_text")) {
    result.or_text = t->is_list() || yes_no(*t);
    if (t->is_list()) {
      words_.report = true;  // whatever stands at a place of it
      for (const Tree& form : t->children) result.or_texts.push_back(identity_pattern(form));
      words_.report = false;
    }
  }
  result.optional = says_yes(tree, "optional");
  if (result.or_text && kind->kind != Kind::refers_to) {
    error(tree.find("or_text")->key_at, "`or_text` belongs to `refers_to`");
  }
  if (const Tree* value_tree = tree.find("default")) {
    const bool is_number = kind->kind == Kind::count || kind->kind == Kind::duration || kind->kind == Kind::bytes ||
                           kind->kind == Kind::rate || kind->kind == Kind::ratio;
    const bool is_text = kind->kind == Kind::text || kind->kind == Kind::refers_to || kind->kind == Kind::one_of ||
                         kind->kind == Kind::port;
    if (!(is_text && value_tree->is_scalar() && value_tree->text.empty())) {
      words_.plain = result.options;
      result.default_value = parser().expression(*value_tree, is_number && !result.many ? Wanted::quantity
                                                              : is_text                 ? Wanted::text
                                                                                        : Wanted::any);
      words_.plain.clear();
    } else {
      result.default_value.kind = Expression::Kind::text;
      result.default_value.at = value_tree->at;
    }
  }
  if (const Tree* range = tree.find("range")) {
    if (range->is_list() && range->children.size() == 2) {
      result.least = parse_quantity(range->children[0].text);
      result.most = parse_quantity(range->children[1].text);
    }
    if (!result.least || !result.most) error(range->at, "`range` is a list of the least and the most: [1m, 14d]");
  }
  result.basis = basis(tree);
  result.terraform = import_paths(tree, "terraform");
  result.cloudformation = import_paths(tree, "cloudformation");
  return result;
}

}  // namespace moshimo::models
