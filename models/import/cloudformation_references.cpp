#include <algorithm>
#include <fmt/format.h>

#include "models/import/cloudformation_template.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

// What is made of a text by a nested stack or code of the template's author says nothing about its owner.
bool has_outputs_of_its_own(std::string_view type) {
  return type.starts_with("Custom::") || type.starts_with("AWS::CloudFormation::") ||
         type == "AWS::Serverless::Application";
}

}  // namespace

Template::Maybe Template::refer(Value at, std::string_view name, std::string_view attribute) {
  const auto bound = bindings_.find(name);
  if (bound != bindings_.end()) return Tree::scalar(bound->second);
  const std::string id = filled_in(name);
  if (id.starts_with("AWS::")) return pseudo(at, id);
  if (const Value parameter = root_.member("Parameters").member(id); parameter && attribute.empty()) {
    return parameter_value(id, parameter);
  }
  const Declared* declared = find(id);
  if (!declared && id.find('.') != std::string::npos) declared = find(id.substr(0, id.find('.')));  // SAM's F.Version
  if (!declared) {
    if (has_serverless_ && id.starts_with("Serverless")) return left_open(id);  // the implicit APIs
    if (is_generated(id)) return Tree::scalar(resource_placeholder(file_, id));
    error(at, no_such(id));
    return std::nullopt;
  }
  if (!declared->is_modelled || !is_created(*declared)) {
    const bool is_of_attribute = has_outputs_of_its_own(declared->type) && !attribute.empty();
    return left_open(is_of_attribute ? fmt::format("{}.{}", declared->id, attribute) : declared->id);
  }
  const bool is_unique_id = attribute == "RoleId" || (attribute == "UserId" && declared->type == "AWS::IAM::User");
  return Tree::scalar(is_unique_id ? unique_id_placeholder(file_, declared->id)
                                   : resource_placeholder(file_, declared->id));
}

Template::Maybe Template::pseudo(Value at, std::string_view name) {
  if (name == "AWS::NoValue") return std::nullopt;
  if (name == "AWS::Partition") return Tree::scalar("aws");
  if (name == "AWS::URLSuffix") return Tree::scalar("amazonaws.com");
  static const Names open_ones{"AWS::AccountId", "AWS::NotificationARNs", "AWS::Region", "AWS::StackId",
                               "AWS::StackName"};
  if (is_one_of(open_ones, name)) return left_open(name.substr(5));
  error(at, fmt::format("'{}' is no pseudo parameter{}", name, input::did_you_mean(name, open_ones)));
  return std::nullopt;
}

Tree Template::parameter_value(const std::string& name, Value parameter) {
  const std::string_view type = parameter.member("Type").text();
  const Value hidden = parameter.member("NoEcho");
  const bool is_hidden = hidden && hidden.text() != "false" && hidden.text() != "False";
  const Value given = parameter.member("Default");
  if (is_hidden || !given.is_scalar() || type.starts_with("AWS::SSM::Parameter::Value")) return left_open(name);
  at_default_.insert(name);
  spent_ += given.text().size() / 16;
  if (type != "CommaDelimitedList" && !type.starts_with("List<")) return Tree::scalar(std::string(given.text()));
  Tree list = Tree::list();
  std::string_view rest = given.text();
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    while (item.starts_with(' ')) item.remove_prefix(1);
    list.add(Tree::scalar(std::string(item)));
  }
  return list;
}

// With what is left open in it made alike: two templates rarely call the same thing the same.
std::string export_key(std::string_view name) {
  std::string key;
  bool is_open = false;
  for (const char c : name) {
    if (c == '<') key += "<>";
    is_open = c == '<' || (is_open && c != '>');
    if (!is_open && c != '>') key += c;
  }
  return key;
}

Template::Maybe Template::import(const Call& call) {
  const auto name = argument(call);
  if (!name) return std::nullopt;
  if (exports_) {
    const auto [first, last] = exports_->equal_range(export_key(name->text));
    if (first != last && std::next(first) == last) return first->second;
  }
  return left_open("export " + name->text);
}

}  // namespace moshimo::models::importing
