#include "models/import/cloudformation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "input/diagnostics.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

using Tree = models::Value;
using input::Diagnostics;

constexpr std::size_t most_values = 300'000;  // of an evaluated template; functions can multiply what stands in it

using Names = std::vector<std::string_view>;
const Names& template_keys() {
  static const Names keys{"AWSTemplateFormatVersion",
                          "Description",
                          "Metadata",
                          "Parameters",
                          "Rules",
                          "Mappings",
                          "Conditions",
                          "Transform",
                          "Resources",
                          "Outputs",
                          "Hooks",
                          "Globals"};
  return keys;
}
const Names& resource_keys() {
  static const Names keys{"Type",           "Properties",          "DependsOn",    "Condition",
                          "DeletionPolicy", "UpdateReplacePolicy", "Metadata",     "CreationPolicy",
                          "UpdatePolicy",   "Connectors",          "IgnoreGlobals"};
  return keys;
}
const Names& functions() {
  static const Names names{"Ref",       "Fn::GetAtt", "Fn::Sub",       "Fn::Join",         "Fn::Select",
                           "Fn::Split", "Fn::If",     "Fn::FindInMap", "Fn::ImportValue",  "Fn::Base64",
                           "Fn::Cidr",  "Fn::GetAZs", "Fn::Transform", "Fn::ToJsonString", "Fn::Length",
                           "Fn::And",   "Fn::Or",     "Fn::Not",       "Fn::Equals",       "Fn::GetStackOutput",
                           "Condition"};
  return names;
}

bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What is made of a text by a nested stack or code of the template's author says nothing about its owner.
bool has_outputs_of_its_own(std::string_view type) {
  return type.starts_with("Custom::") || type.starts_with("AWS::CloudFormation::") ||
         type == "AWS::Serverless::Application";
}

bool is_serverless(std::string_view type) { return type.starts_with("AWS::Serverless::"); }

void write_json(const Tree& tree, std::string& out) {
  const auto quoted = [&](std::string_view text) {
    out += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out += c;
      }
    }
    out += '"';
  };
  switch (tree.kind) {
    case Tree::Kind::null: out += "null"; return;
    case Tree::Kind::scalar: quoted(tree.text); return;
    case Tree::Kind::list:
    case Tree::Kind::map: break;
  }
  const bool is_map = tree.kind == Tree::Kind::map;
  out += is_map ? '{' : '[';
  bool is_first = true;
  for (const Tree& child : tree.children) {
    if (!is_first) out += ',';
    is_first = false;
    if (is_map) {
      quoted(child.key);
      out += ':';
    }
    write_json(child, out);
  }
  out += is_map ? '}' : ']';
}

// A call of an intrinsic function. In its short form the tag stands at the argument itself.
struct Call {
  std::string name;  // `Ref`, `Condition`, `Fn::...`
  Value argument;
  bool is_short = false;
};

using Exports = std::multimap<std::string, Tree>;
using Bindings = std::map<std::string, std::string, std::less<>>;

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

class Template {
 public:
  Template(Value root, int file, const Catalogue& catalogue, Diagnostics& diagnostics)
      : root_(root), file_(file), catalogue_(catalogue), diagnostics_(diagnostics) {
    check_keys(root_, template_keys(), "a template");
    const Value transform = root_.member("Transform");
    for (const Value& name : transform.is_list() ? transform.items() : std::vector<Value>{transform}) {
      if (!name) continue;
      if (name.text() == "AWS::Serverless-2016-10-31") {
        is_serverless_ = true;
      } else if (name.text() != "AWS::LanguageExtensions") {
        macros_.emplace_back(name.is_map() ? name.member("Name").text() : name.text());
      }
    }
    const Value resources = root_.member("Resources");
    if (!resources.is_map()) {
      error(resources ? resources : root_, "a template has `Resources`, a map of what it makes");
      return;
    }
    declare(resources);
  }

  void collect(Exports& exports) {
    const Value outputs = root_.member("Outputs");
    for (Value output = outputs.first(); output; output = output.next()) {
      const Value name = output.member("Export").member("Name");
      if (!name || !output.member("Value")) continue;
      const auto known_as = eval(name);
      auto value = eval(output.member("Value"));
      if (known_as && value) exports.emplace(export_key(known_as->text), std::move(*value));
    }
  }

  void read(const Exports& exports, Documents& documents, World& world) {
    exports_ = &exports;
    std::vector<TemplateResource> resources;
    for (const Declared& declared : resources_) {
      bindings_ = declared.bindings;
      check_order(declared);
      if (!is_created(declared)) {
        world.unknowns.push_back(fmt::format("{} is left out: condition {} does not hold", declared.id,
                                             declared.node.member("Condition").text()));
        continue;
      }
      TemplateResource resource{declared.id, declared.type, Tree::map()};
      if (auto properties = eval(declared.node.member("Properties"));
          properties && properties->kind == Tree::Kind::map) {
        resource.properties = std::move(*properties);
      }
      resources.push_back(std::move(resource));
    }
    bindings_.clear();
    if (is_serverless_) {
      const auto globals = eval(root_.member("Globals"));
      resources = expand_serverless(std::move(resources), globals ? *globals : Tree::map(), file_, world.unknowns);
    }
    world.language = Language::cloudformation;
    add_instances(resources, documents, world);
    tell(world);
  }

 private:
  struct Declared {
    std::string id;
    std::string type;
    Value node;
    Bindings bindings;
    bool is_modelled = false;
  };

  void error(Value at, std::string message) { diagnostics_.error(at.at(), std::move(message)); }
  std::string file_name() const { return root_.at().file ? root_.at().file->name() : std::string("the template"); }

  void check_keys(Value map, const Names& known, std::string_view what) {
    for (Value child = map.is_map() ? map.first() : Value(); child; child = child.next()) {
      if (is_one_of(known, child.key())) continue;
      error(child, fmt::format("{} has no key '{}'{}", what, child.key(), input::did_you_mean(child.key(), known)));
    }
  }

  // ---- what there is ------------------------------------------------------------------------------------------------

  void declare(Value resources) {
    for (Value node = resources.first(); node; node = node.next()) {
      if (node.key().starts_with("Fn::ForEach::")) {
        for_each(node, [&](Value body) { declare(body); });
        continue;
      }
      const std::string id = filled_in(node.key());
      if (!node.is_map() || !node.member("Type").is_scalar()) {
        error(node, fmt::format("resource '{}' has no `Type`, such as AWS::SQS::Queue", id));
        continue;
      }
      check_keys(node, resource_keys(), fmt::format("resource '{}'", id));
      Declared declared{id, std::string(node.member("Type").text()), node, bindings_, false};
      declared.is_modelled = is_serverless(declared.type) || catalogue_.find_cloudformation(declared.type);
      if (!known_.emplace(id, resources_.size()).second) {
        if (twice_.insert(id).second) error(node, fmt::format("there is a resource '{}' already", id));
        continue;
      }
      resources_.push_back(std::move(declared));
    }
  }

  // `Fn::ForEach::NAME: [variable, collection, body]`: the body once for each, with the variable bound.
  template <class Do>
  void for_each(Value node, Do&& run) {
    const std::vector<Value> parts = node.items();
    const auto collection = parts.size() == 3 ? eval(parts[1]) : std::nullopt;
    if (!collection || !parts[0].is_scalar() || !parts[2].is_map()) {
      error(node, "Fn::ForEach has three parts: the name of a variable, a list, and a map that is repeated");
      return;
    }
    const std::string variable(parts[0].text());
    const Bindings outer = bindings_;
    const std::vector<Tree> one{*collection};
    for (const Tree& item : collection->kind == Tree::Kind::list ? collection->children : one) {
      if (!spend()) break;
      bindings_[variable] = item.text;
      run(parts[2]);
    }
    bindings_ = outer;
  }

  // `${Variable}` and `&{Variable}` of loops; everything else stays.
  std::string filled_in(std::string_view text) const {
    std::string out(text);
    for (const auto& [variable, value] : bindings_) {
      for (const std::string& form : {"${" + variable + "}", "&{" + variable + "}"}) {
        for (std::size_t at = out.find(form); at != std::string::npos; at = out.find(form, at + value.size())) {
          out.replace(at, form.size(), value);
        }
      }
    }
    return out;
  }

  const Declared* find(std::string_view id) const {
    const auto known = known_.find(id);
    return known == known_.end() ? nullptr : &resources_[known->second];
  }

  bool is_created(const Declared& declared) {
    const Value condition = declared.node.member("Condition");
    return !condition || holds(condition, condition.text());
  }

  void check_order(const Declared& declared) {
    const Value earlier = declared.node.member("DependsOn");
    for (const Value& name : earlier.is_list() ? earlier.items() : std::vector<Value>{earlier}) {
      if (!name.is_scalar() || !name.tag().empty()) continue;
      const std::string id = filled_in(name.text());
      if (!find(id) && !is_generated(id)) error(name, fmt::format("DependsOn: {}", no_such(id)));
    }
  }

  // What a transform may make: SAM's resources begin with the id of what they are made for.
  bool is_generated(std::string_view id) const {
    if (!macros_.empty()) return true;
    return is_serverless_ && std::any_of(resources_.begin(), resources_.end(), [&](const Declared& d) {
             return is_serverless(d.type) && id.starts_with(d.id) && id.size() > d.id.size();
           });
  }

  std::string no_such(std::string_view id) const {
    Names known;
    for (const Declared& d : resources_) known.emplace_back(d.id);
    const Value parameters = root_.member("Parameters");
    for (Value p = parameters.first(); p; p = p.next()) known.push_back(p.key());
    return fmt::format("this template has no '{}'{}", id, input::did_you_mean(id, known));
  }

  // ---- conditions ---------------------------------------------------------------------------------------------------

  bool holds(Value at, std::string_view name) {
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

  bool decide(Value v) {
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
  bool are_equal(Value a, Value b) {
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

  // ---- values -------------------------------------------------------------------------------------------------------

  bool spend() {
    if (++spent_ <= most_values) return true;
    if (!std::exchange(has_overspent_, true)) {
      error(root_, fmt::format("the functions of this template make more than {} values of it", most_values));
    }
    return false;
  }

  std::optional<Call> call_in(Value v) {
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

  std::optional<Call> long_call_in(Value v) {
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

  std::optional<Tree> eval(Value v) {
    if (!v || !spend()) return std::nullopt;
    if (const auto call = call_in(v)) return carry_out(*call);
    return as_written(v);
  }

  std::optional<Tree> as_written(Value v) {
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

  void add_members(Value v, Tree& map) {
    for (Value member = v.first(); member; member = member.next()) {
      if (member.key().starts_with("Fn::ForEach::")) {
        for_each(member, [&](Value body) { add_members(body, map); });
      } else if (auto value = eval(member)) {
        value->key = filled_in(member.key());
        map.children.push_back(std::move(*value));
      }
    }
  }

  // Of the short form the argument can be a long form: !Base64 { Fn::Sub: ... }.
  std::optional<Tree> argument(const Call& call) {
    if (!call.is_short) return eval(call.argument);
    const auto inner = long_call_in(call.argument);
    return inner ? carry_out(*inner) : as_written(call.argument);
  }

  static Tree open(std::string_view what) { return Tree::scalar(open_text(what)); }

  std::optional<Tree> carry_out(const Call& call) {
    const std::vector<Value> parts = call.argument.items();
    const Value at = call.argument;
    const auto wrong = [&](std::string_view form) -> std::optional<Tree> {
      error(at, fmt::format("{} is written as {}", call.name, form));
      return std::nullopt;
    };
    if (call.name == "Ref") {
      return at.is_scalar() ? refer(at, at.text(), "") : wrong("Ref: NAME");
    }
    if (call.name == "Fn::GetAtt") {
      if (at.is_scalar()) {
        const std::size_t dot = at.text().find('.');
        if (dot == std::string_view::npos) return wrong("Fn::GetAtt: [RESOURCE, ATTRIBUTE]");
        return refer(at, at.text().substr(0, dot), at.text().substr(dot + 1));
      }
      if (parts.size() != 2 || !parts[0].is_scalar()) return wrong("Fn::GetAtt: [RESOURCE, ATTRIBUTE]");
      const auto attribute = eval(parts[1]);
      return refer(at, parts[0].text(), attribute ? attribute->text : "");
    }
    if (call.name == "Fn::Sub") return substitute(call, wrong);
    if (call.name == "Fn::Join") return join(parts, wrong);
    if (call.name == "Fn::Select") return select(at, parts, wrong);
    if (call.name == "Fn::Split") return split(parts, wrong);
    if (call.name == "Fn::If") {
      if (parts.size() != 3 || !parts[0].is_scalar()) return wrong("Fn::If: [CONDITION, VALUE, VALUE]");
      return eval(holds(parts[0], parts[0].text()) ? parts[1] : parts[2]);
    }
    if (call.name == "Fn::FindInMap") return find_in_map(at, parts, wrong);
    if (call.name == "Fn::ImportValue") {
      const auto name = argument(call);
      return name ? import(name->text) : std::nullopt;
    }
    if (call.name == "Fn::Base64") return argument(call);
    if (call.name == "Fn::Cidr") return Tree::list({open("a part of a network")});
    if (call.name == "Fn::GetAZs") return Tree::list({open("an Availability Zone")});
    if (call.name == "Fn::GetStackOutput") return open("an output of another stack");
    if (call.name == "Fn::Transform") {
      return open(fmt::format("what {} makes", at.member("Name") ? at.member("Name").text() : "a transform"));
    }
    if (call.name == "Fn::ToJsonString") {
      const auto value = argument(call);
      std::string text;
      if (value) write_json(*value, text);
      return Tree::scalar(std::move(text));
    }
    if (call.name == "Fn::Length") {
      const auto list = argument(call);
      return list && list->kind == Tree::Kind::list ? Tree::scalar(fmt::to_string(list->children.size()))
                                                    : open("a number");
    }
    error(at, fmt::format("{} can only stand in `Conditions`", call.name));
    return std::nullopt;
  }

  std::optional<Tree> refer(Value at, std::string_view name, std::string_view attribute) {
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
      if (is_serverless_ && id.starts_with("Serverless")) return open(id);  // the implicit APIs
      if (is_generated(id)) return Tree::scalar(resource_placeholder(file_, id));
      error(at, no_such(id));
      return std::nullopt;
    }
    if (!declared->is_modelled || !is_created(*declared)) {
      const bool is_of_attribute = has_outputs_of_its_own(declared->type) && !attribute.empty();
      return open(is_of_attribute ? fmt::format("{}.{}", declared->id, attribute) : declared->id);
    }
    const bool is_unique_id = attribute == "RoleId" || (attribute == "UserId" && declared->type == "AWS::IAM::User");
    return Tree::scalar(is_unique_id ? unique_id_placeholder(file_, declared->id)
                                     : resource_placeholder(file_, declared->id));
  }

  std::optional<Tree> pseudo(Value at, std::string_view name) {
    if (name == "AWS::NoValue") return std::nullopt;
    if (name == "AWS::Partition") return Tree::scalar("aws");
    if (name == "AWS::URLSuffix") return Tree::scalar("amazonaws.com");
    static const Names open_ones{"AWS::AccountId", "AWS::NotificationARNs", "AWS::Region", "AWS::StackId",
                                 "AWS::StackName"};
    if (is_one_of(open_ones, name)) return open(name.substr(5));
    error(at, fmt::format("'{}' is no pseudo parameter{}", name, input::did_you_mean(name, open_ones)));
    return std::nullopt;
  }

  Tree parameter_value(const std::string& name, Value parameter) {
    const std::string_view type = parameter.member("Type").text();
    const Value hidden = parameter.member("NoEcho");
    const bool is_hidden = hidden && hidden.text() != "false" && hidden.text() != "False";
    const Value given = parameter.member("Default");
    if (is_hidden || !given.is_scalar() || type.starts_with("AWS::SSM::Parameter::Value")) return open(name);
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

  template <class Wrong>
  std::optional<Tree> substitute(const Call& call, const Wrong& wrong) {
    Value text = call.argument;
    std::map<std::string, std::string, std::less<>> given;
    if (text.is_list()) {
      const std::vector<Value> parts = text.items();
      if (parts.size() != 2 || !parts[1].is_map()) return wrong("Fn::Sub: TEXT, or [TEXT, { NAME: VALUE }]");
      text = parts[0];
      for (Value v = parts[1].first(); v; v = v.next()) {
        const auto value = eval(v);
        given.emplace(v.key(), value ? value->text : "");
      }
    }
    if (!text.is_scalar()) return wrong("Fn::Sub: TEXT, or [TEXT, { NAME: VALUE }]");
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
      const auto value = dot == std::string_view::npos ? refer(text, name, "")
                                                       : refer(text, name.substr(0, dot), name.substr(dot + 1));
      if (value) out += joined(*value, ",");
      spent_ += out.size() / 64;
    }
    return Tree::scalar(out + std::string(rest));
  }

  static std::string joined(const Tree& list, std::string_view delimiter) {
    if (list.kind == Tree::Kind::scalar) return list.text;
    std::string text;
    for (const Tree& item : list.children) {
      if (&item != &list.children.front()) text += delimiter;
      text += item.text;
    }
    return text;
  }

  template <class Wrong>
  std::optional<Tree> join(const std::vector<Value>& parts, const Wrong& wrong) {
    if (parts.size() != 2) return wrong("Fn::Join: [DELIMITER, LIST]");
    const auto delimiter = eval(parts[0]);
    const auto list = eval(parts[1]);
    return list ? std::optional(Tree::scalar(joined(*list, delimiter ? delimiter->text : ""))) : std::nullopt;
  }

  template <class Wrong>
  std::optional<Tree> select(Value at, const std::vector<Value>& parts, const Wrong& wrong) {
    if (parts.size() != 2) return wrong("Fn::Select: [INDEX, LIST]");
    const auto index = eval(parts[0]);
    const auto list = eval(parts[1]);
    if (!index || !list) return std::nullopt;
    if (list->kind == Tree::Kind::scalar) return list;  // a parameter that is left open
    if (list->children.size() == 1 && is_left_open(list->children[0].text)) return list->children[0];
    std::size_t i = 0;
    const std::string& digits = index->text;
    const auto [end, mistake] = std::from_chars(digits.data(), digits.data() + digits.size(), i);
    if (mistake != std::errc() || end != digits.data() + digits.size()) {
      return is_left_open(digits) ? std::optional(open("an item of a list")) : wrong("Fn::Select: [INDEX, LIST]");
    }
    if (i < list->children.size()) return list->children[i];
    const auto is_open = [](const Tree& item) { return is_left_open(item.text); };
    if (std::any_of(list->children.begin(), list->children.end(), is_open)) return open("an item of a list");
    error(at, fmt::format("Fn::Select asks for item {}, counted from 0, of a list of {}", i, list->children.size()));
    return std::nullopt;
  }

  template <class Wrong>
  std::optional<Tree> split(const std::vector<Value>& parts, const Wrong& wrong) {
    const auto delimiter = parts.size() == 2 ? eval(parts[0]) : std::nullopt;
    const auto text = parts.size() == 2 ? eval(parts[1]) : std::nullopt;
    if (!delimiter || delimiter->text.empty() || !text) return wrong("Fn::Split: [DELIMITER, TEXT]");
    Tree list = Tree::list();
    std::string_view rest = text->text;
    for (std::size_t at = rest.find(delimiter->text); at != std::string_view::npos; at = rest.find(delimiter->text)) {
      list.add(Tree::scalar(std::string(rest.substr(0, at))));
      rest.remove_prefix(at + delimiter->text.size());
    }
    list.add(Tree::scalar(std::string(rest)));
    return list;
  }

  template <class Wrong>
  std::optional<Tree> find_in_map(Value at, const std::vector<Value>& parts, const Wrong& wrong) {
    if (parts.size() < 3) return wrong("Fn::FindInMap: [MAP, KEY, KEY]");
    const auto name = eval(parts[0]);
    const auto top = eval(parts[1]);
    const auto second = eval(parts[2]);
    if (!name || !top || !second) return std::nullopt;
    const Value map = root_.member("Mappings").member(name->text);
    if (map && map.member(top->text).member(second->text)) return eval(map.member(top->text).member(second->text));
    if (parts.size() == 4 && parts[3].member("DefaultValue")) return eval(parts[3].member("DefaultValue"));
    if (is_left_open(name->text) || is_left_open(top->text) || is_left_open(second->text)) {
      return only_value(map, top->text, second->text).value_or(open(fmt::format("{} {}", name->text, second->text)));
    }
    error(at, fmt::format("the mapping '{}' has no '{}' of '{}'", name->text, second->text, top->text));
    return std::nullopt;
  }

  // What a mapping gives whatever the open key is, where that is always the same.
  std::optional<Tree> only_value(Value map, std::string_view top, std::string_view second) {
    std::optional<Tree> found;
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

  std::optional<Tree> import(const std::string& name) {
    if (exports_) {
      const auto [first, last] = exports_->equal_range(export_key(name));
      if (first != last && std::next(first) == last) return first->second;
    }
    return open("export " + name);
  }

  // ---- what is left to say ------------------------------------------------------------------------------------------

  void tell(World& world) const {
    world.unknowns.insert(world.unknowns.end(), assumed_.begin(), assumed_.end());
    for (const std::string& macro : macros_) {
      world.unknowns.push_back(fmt::format("the transform {} of {} was not run, so what it makes is not here",
                                           macro.empty() ? "'AWS::Include'" : "'" + macro + "'", file_name()));
    }
    if (at_default_.empty()) return;
    std::string names;
    std::size_t n = 0;
    for (const std::string& name : at_default_) {
      if (n < 5) names += (n == 0 ? "" : ", ") + name;
      ++n;
    }
    if (n > 5) names += fmt::format(" and {} more", n - 5);
    world.unknowns.push_back(fmt::format("parameters of {} are taken at their defaults: {}", file_name(), names));
  }

  Value root_;
  int file_ = 0;
  const Catalogue& catalogue_;
  Diagnostics& diagnostics_;
  const Exports* exports_ = nullptr;
  std::vector<Declared> resources_;
  std::map<std::string, std::size_t, std::less<>> known_;
  std::set<std::string> twice_;
  std::vector<std::string> macros_;  // transforms that cannot be run here
  bool is_serverless_ = false;
  Bindings bindings_;
  std::map<std::string, bool, std::less<>> decided_;
  std::set<std::string> deciding_;
  std::map<std::string, std::string> assumptions_;  // of open texts
  std::vector<std::string> assumed_;
  bool is_assumed_ = false;  // what is being decided rests on an assumption
  std::set<std::string> at_default_;
  std::size_t spent_ = 0;
  bool has_overspent_ = false;
};

}  // namespace

void read_templates(std::vector<TemplateFile>& templates, const Catalogue& catalogue, Documents& documents,
                    input::Diagnostics& diagnostics) {
  std::vector<Template> readers;
  readers.reserve(templates.size());
  for (const TemplateFile& file : templates) readers.emplace_back(file.root, file.file, catalogue, diagnostics);
  Exports exports;
  for (Template& reader : readers) reader.collect(exports);
  for (std::size_t i = 0; i < templates.size(); ++i) readers[i].read(exports, documents, templates[i].world);
}

void add_instances(const std::vector<TemplateResource>& resources, Documents& documents, World& world) {
  std::string json = "[";
  for (const TemplateResource& resource : resources) {
    if (json.size() > 1) json += ',';
    write_json(resource.properties, json);
  }
  input::Diagnostics none;  // our own JSON
  const Value values = documents.add(
      std::make_shared<input::Document>(input::Document::parse("", json + "]", input::Format::json, none)));
  const std::vector<Value> items = values.items();
  for (std::size_t i = 0; i < resources.size() && i < items.size(); ++i) {
    Instance instance;
    instance.address = resources[i].id;
    instance.type = resources[i].type;
    instance.name = resources[i].id;
    instance.values = items[i];
    world.instances.push_back(std::move(instance));
  }
}

}  // namespace moshimo::models::importing
