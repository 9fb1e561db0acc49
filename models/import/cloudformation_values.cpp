#include <fmt/format.h>

#include "models/import/cloudformation_template.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

const Names& functions() {
  static const Names names{"Ref",       "Fn::GetAtt", "Fn::Sub",       "Fn::Join",         "Fn::Select",
                           "Fn::Split", "Fn::If",     "Fn::FindInMap", "Fn::ImportValue",  "Fn::Base64",
                           "Fn::Cidr",  "Fn::GetAZs", "Fn::Transform", "Fn::ToJsonString", "Fn::Length",
                           "Fn::And",   "Fn::Or",     "Fn::Not",       "Fn::Equals",       "Fn::GetStackOutput",
                           "Condition"};
  return names;
}

}  // namespace

Template::Maybe Template::eval(Value v) {
  if (!v || !spend()) return std::nullopt;
  if (const auto call = call_in(v)) return carry_out(*call);
  return as_written(v);
}

Template::Maybe Template::as_written(Value v) {
  if (v.is_scalar()) {
    std::string text(v.text());
    if (!v.is_text() && (text == "True" || text == "TRUE")) text = "true";
    if (!v.is_text() && (text == "False" || text == "FALSE")) text = "false";
    return Tree::scalar(std::move(text));
  }
  if (v.is_list()) {
    Tree list = Tree::list();
    for (const Value& item : v.items()) {
      if (auto value = eval(item)) list.add(std::move(*value));
    }
    return list;
  }
  if (!v.is_map()) return std::nullopt;
  Tree map = Tree::map();
  add_members(v, map);
  return map;
}

void Template::add_members(Value v, Tree& map) {
  for (Value member = v.first(); member; member = member.next()) {
    if (member.key().starts_with("Fn::ForEach::")) {
      for_each(member, [&](Value body) { add_members(body, map); });
    } else if (auto value = eval(member)) {
      value->key = filled_in(member.key());
      map.children.push_back(std::move(*value));
    }
  }
}

std::optional<Template::Call> Template::call_in(Value v) {
  if (!v.tag().empty()) {
    const std::string_view tag = v.tag();
    const std::string name =
        tag == "!Ref" || tag == "!Condition" ? std::string(tag.substr(1)) : fmt::format("Fn::{}", tag.substr(1));
    if (tag.starts_with('!') && is_one_of(functions(), name)) return Call{name, v, true};
    Names tags;
    std::vector<std::string> kept;
    for (const std::string_view f : functions()) {
      kept.push_back("!" + std::string(f.starts_with("Fn::") ? f.substr(4) : f));
    }
    tags.assign(kept.begin(), kept.end());
    error(v, fmt::format("'{}' is no intrinsic function{}", tag, input::did_you_mean(tag, tags)));
    return std::nullopt;
  }
  return long_call_in(v);
}

std::optional<Template::Call> Template::long_call_in(Value v) {
  if (!v.is_map() || v.size() != 1) return std::nullopt;
  const Value only = v.first();
  if (!only || only.key() == "Condition") return std::nullopt;
  if (is_one_of(functions(), only.key())) return Call{std::string(only.key()), only, false};
  if (only.key().starts_with("Fn::") && !only.key().starts_with("Fn::ForEach::")) {
    error(only,
          fmt::format("'{}' is no intrinsic function{}", only.key(), input::did_you_mean(only.key(), functions())));
  }
  return std::nullopt;
}

// Of the short form the argument can be a long form: !Base64 { Fn::Sub: ... }.
Template::Maybe Template::argument(const Call& call) {
  if (!call.is_short) return eval(call.argument);
  const auto inner = long_call_in(call.argument);
  return inner ? carry_out(*inner) : as_written(call.argument);
}

Template::Maybe Template::carry_out(const Call& call) {
  using Function = Maybe (Template::*)(const Call&);
  static const std::map<std::string_view, Function> known{
      {"Ref", &Template::ref},
      {"Fn::GetAtt", &Template::attribute_of},
      {"Fn::Sub", &Template::substitute},
      {"Fn::Join", &Template::join},
      {"Fn::Select", &Template::select},
      {"Fn::Split", &Template::split},
      {"Fn::If", &Template::choose},
      {"Fn::FindInMap", &Template::find_in_map},
      {"Fn::ImportValue", &Template::import},
      {"Fn::Base64", &Template::argument},
      {"Fn::Transform", &Template::transformed},
      {"Fn::ToJsonString", &Template::json_of},
      {"Fn::Length", &Template::length},
  };
  const auto function = known.find(call.name);
  if (function != known.end()) return (this->*function->second)(call);
  if (call.name == "Fn::Cidr") return Tree::list({left_open("a part of a network")});
  if (call.name == "Fn::GetAZs") return Tree::list({left_open("an Availability Zone")});
  if (call.name == "Fn::GetStackOutput") return left_open("an output of another stack");
  error(call.argument, fmt::format("{} can only stand in `Conditions`", call.name));
  return std::nullopt;
}

}  // namespace moshimo::models::importing
