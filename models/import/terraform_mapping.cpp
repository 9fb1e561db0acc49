#include "models/import/terraform_mapping.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

#include "input/cursor.hpp"
#include "models/import/iam_principals.hpp"

namespace moshimo::models::terraform {

namespace {

using How = ImportedEdge::How;

// A value on the way along an import path, with what stands beside it: whether it is known, and its expression.
struct Place {
  int source = 0;
  int instance = -1;
  Value value;
  Value policy;   // the value even where it is sensitive, for policy documents
  Value unknown;  // true or a map of what is unknown
  Value expression;
  bool is_unknown = false;   // absent from `value`, but only because it is not known or not shown
  bool is_computed = false;  // unknown, and no expression sets it: AWS will say, and it names nothing of these files
  std::shared_ptr<const Place> enclosing;
};

// What an attribute's text was found to name.
struct Found {
  int component = -1;
  std::string text;
  How how = How::value;
};

struct Component {
  int source = 0;
  int instance = -1;  // -1: external
  const TypeDef* type = nullptr;
  std::string name;      // in the inventory
  std::string own_name;  // AWS's, where known
  std::string address;
  std::string account;
  std::string region;
  std::string named_as;  // external: the text that names it
  bool is_data = false;
  bool is_wanted = false;  // goes into the inventory
  int parent = -1;         // nested in the list attribute `parent_attribute` of this component
  std::string parent_attribute;
};

struct Arn {
  std::string_view service, region, account, resource;
};

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  return Arn{parts[2], parts[3], parts[4], text};
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The name in an ARN, by the catalogue's template for the type; empty when it is another kind of ARN.
std::string name_by_template(const TypeDef& type, std::string_view arn) {
  if (type.arn.empty()) return {};
  std::string_view rest = arn;
  std::string name;
  const auto& parts = type.arn.parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind == TextPart::Kind::literal) {
      // Other partitions name themselves in the second field.
      std::string_view literal = parts[i].text;
      if (i == 0 && literal.starts_with("arn:aws:")) {
        literal.remove_prefix(8);
        if (!rest.starts_with("arn:")) return {};
        const std::size_t colon = rest.find(':', 4);
        if (colon == std::string_view::npos) return {};
        rest.remove_prefix(colon + 1);
      }
      if (!rest.starts_with(literal)) return {};
      rest.remove_prefix(literal.size());
      continue;
    }
    // Neighbouring places ({path}{name}) share a stretch of text that ends where the next literal begins.
    std::size_t last = i;
    while (last + 1 < parts.size() && parts[last + 1].kind != TextPart::Kind::literal) ++last;
    std::size_t end = rest.size();
    if (last + 1 < parts.size()) {
      end = rest.find(parts[last + 1].text);
      if (end == std::string_view::npos) return {};
    }
    std::string_view stretch = rest.substr(0, end);
    for (std::size_t k = i; k <= last; ++k) {
      if (parts[k].path.text != "name") continue;
      if (k > i) stretch = stretch.substr(stretch.rfind('/') == std::string_view::npos ? 0 : stretch.rfind('/') + 1);
      name = stretch;
    }
    rest.remove_prefix(end);
    i = last;
  }
  return rest.empty() ? name : std::string();
}

// Forms of an identity that stand for the same thing: `:*`, `/*`, versions, secrets' keys, invoke ARNs, URLs of images.
std::vector<std::string> forms_of(std::string_view text) {
  std::vector<std::string> forms{std::string(text)};
  const auto also = [&](std::string_view form) {
    if (!form.empty() && std::find(forms.begin(), forms.end(), form) == forms.end()) forms.emplace_back(form);
  };
  const std::size_t functions = text.find("/functions/arn:");
  if (functions != std::string_view::npos) {
    std::string_view inner = text.substr(functions + 11);
    inner = inner.substr(0, inner.rfind("/invocations"));
    for (const std::string& form : forms_of(inner)) also(form);
    return forms;
  }
  for (const std::string_view ending : {":*", "/*", ":$LATEST", "::"}) {
    if (text.ends_with(ending)) also(text.substr(0, text.size() - ending.size()));
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < text.size() &&
      text.substr(colon + 1).find_first_not_of("0123456789") == std::string_view::npos) {
    also(text.substr(0, colon));
  }
  if (const auto arn = parse_arn(text)) {
    if (arn->service == "s3") {
      const std::size_t slash = text.find('/');
      if (slash != std::string_view::npos) also(text.substr(0, slash));
    }
    if (arn->service == "lambda" && arn->resource.starts_with("function:")) {
      const std::size_t qualifier = arn->resource.find(':', 9);
      if (qualifier != std::string_view::npos) also(text.substr(0, text.size() - (arn->resource.size() - qualifier)));
    }
    if (arn->service == "secretsmanager") {
      // arn:...:secret:NAME-abcdef:json-key:stage:version
      const std::size_t key = arn->resource.find(':', 7);
      if (key != std::string_view::npos) also(text.substr(0, text.size() - (arn->resource.size() - key)));
    }
    if (arn->service == "logs") {
      const std::size_t stream = text.find(":log-stream:");
      if (stream != std::string_view::npos) also(text.substr(0, stream));
      if (!text.ends_with(":*")) also(fmt::format("{}:*", text));
    }
    if (arn->service == "dynamodb" && text.find("/stream/") != std::string_view::npos) {
      also(text.substr(0, text.find("/stream/")));
    }
  } else if (text.find(".dkr.ecr.") != std::string_view::npos) {
    const std::size_t tag = text.find_first_of(":@");
    if (tag != std::string_view::npos) also(text.substr(0, tag));
  } else if (text.find("://") == std::string_view::npos && text.find(':') != std::string_view::npos) {
    also(text.substr(0, text.find(':')));  // family:revision
  }
  return forms;
}

// Whether a text that is no ARN can name something of a type, where names of the type have a form of their own.
bool can_mean(std::string_view text, std::string_view type) {
  if (type == "kms:alias") return text.starts_with("alias/");
  if (type == "kms:key") return !text.starts_with("alias/");
  if (type == "secretsmanager:secret") return false;  // containers name secrets by ARN, parameters by name too
  if (type == "ecr:repository")
    return text.find(".dkr.ecr.") != std::string_view::npos;  // else an image from elsewhere
  return true;
}

bool is_identity_of_anything(std::string_view text) { return text.starts_with("arn:") || text.starts_with("https://"); }

// Parts whose removal takes something from a resource although no attribute is read from them.
struct SilentPart {
  std::string_view terraform_type;
  std::string_view joined_by;
  std::string_view of;         // catalogue type
  std::string_view attribute;  // what the part is counted to
};
constexpr std::array<SilentPart, 9> silent_parts = {{
    {"aws_lambda_permission", "function_name", "lambda:function", "policy"},
    {"aws_iam_role_policy", "role", "iam:role", "policies"},
    {"aws_iam_policy_attachment", "roles", "iam:role", "policies"},
    {"aws_iam_policy_attachment", "users", "iam:user", "policies"},
    {"aws_iam_user_policy", "user", "iam:user", "policies"},
    {"aws_iam_role_policies_exclusive", "role_name", "iam:role", "policies"},
    {"aws_iam_role_policy_attachments_exclusive", "role_name", "iam:role", "policies"},
    {"aws_s3_bucket_versioning", "bucket", "s3:bucket", "versioning"},
    {"aws_s3_bucket_public_access_block", "bucket", "s3:bucket", "public access"},
}};

class Mapping {
 public:
  Mapping(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
          const KnownNames& names)
      : sources_(sources), documents_(documents), catalogue_(catalogue), names_(names) {}

  Mapped run();

 private:
  const Instance& instance_of(const Component& c) const { return instance_at(c.source, c.instance); }
  const Instance& instance_at(int source, int instance) const {
    return sources_[static_cast<std::size_t>(source)].world.instances[static_cast<std::size_t>(instance)];
  }
  const References& references_of(int source) const { return *sources_[static_cast<std::size_t>(source)].references; }
  Component& component(int i) { return components_[static_cast<std::size_t>(i)]; }
  int component_of(int source, int instance) const {
    return component_of_[static_cast<std::size_t>(source)][static_cast<std::size_t>(instance)];
  }

  void find_components();
  void locate(Component& c);
  void find_parts();
  void give_names();
  std::string own_name_of(const Instance& instance, const TypeDef& type) const;

  // Places along a path.
  Place root_of(int source, int instance) const;
  void step(const ImportStep& step, std::vector<Place>& places) const;
  Place member_of(const Place& place, const std::string& name) const;
  std::vector<Place> walk(const Place& from, const ImportPath& path, const Component& c);
  const std::vector<std::pair<int, int>>& parts_of(const TypeDef& type, const ImportPath& path, int component);
  std::vector<Place> places_of(const AttributeDef& attribute, const Place& from, const Component& c, bool all);

  // What texts name.
  std::vector<int> candidates(std::string_view text, const AttributeDef& attribute) const;
  int choose(std::vector<int> candidates, const Component& user) const;
  bool fits(const Component& c, const AttributeDef& attribute) const;
  int find(std::string_view text, const AttributeDef& attribute, const Component& user);
  int through_alias(int found, const AttributeDef& attribute);
  int make_external(std::string_view text, const AttributeDef& attribute, const Component& user);
  int external_of_type(const TypeDef& type, std::string name, std::string named_as, const Component& user);
  std::vector<Found> refer(const Place& place, const AttributeDef& attribute, const Component& user,
                           const std::string& where);
  void refer_by_expression(const Place& place, Value expression, const AttributeDef& attribute, const Component& user,
                           const std::string& where, int depth, std::vector<Found>& found);
  void refer_by_text(std::string_view text, How how, const AttributeDef& attribute, const Component& user,
                     const std::string& where, std::vector<Found>& found);

  // Attributes.
  std::optional<models::Value> read(const AttributeDef& attribute, const Place& from, const Component& c,
                                    const std::string& where);
  std::optional<models::Value> read_reference(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where);
  std::optional<models::Value> read_contained(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where);
  void read_statements(const Place& place, const Component& c, const std::string& where, models::Value& list);
  std::vector<std::pair<NamedPrincipal, How>> principals_in(const Place& place, const Component& c,
                                                            const std::string& where);
  void principals_by_expression(int source, int instance, Value expression, const Component& c, int depth,
                                std::vector<std::pair<NamedPrincipal, How>>& named);
  std::optional<models::Value> read_object(const AttributeDef& attribute, const Place& from, const Component& c,
                                           const std::string& where);
  std::optional<models::Value> read_scalar(const AttributeDef& attribute, const Place& from, const Component& c,
                                           const std::string& where);
  std::optional<std::string> scalar_text(const AttributeDef& attribute, const Place& place,
                                         const ImportPath& path) const;
  models::Value read_all(const TypeDef& type, const Place& from, const Component& c, const std::string& where);
  void require_references(const TypeDef& type, const Component& c, const std::string& where, models::Value& attributes);
  void want(int i);
  void unresolved(const Component& c, const std::string& attribute, std::string why);
  void mark_unknown(const Component& c, const std::string& where) { out_.unknown.insert(c.name + "\n" + where); }
  void fold(int source, int instance, const Component& c, const std::string& attribute);
  void emit(int i);
  void count();
  void sum_up();

  const std::vector<Source>& sources_;
  const Documents& documents_;
  const Catalogue& catalogue_;
  const KnownNames& names_;
  std::vector<Component> components_;
  std::vector<std::vector<int>> component_of_;
  std::vector<std::vector<bool>> is_folded_;
  std::vector<std::unordered_map<std::string, std::vector<int>>> by_type_;  // instances of each source
  std::unordered_map<std::string, std::vector<int>> identities_;
  std::unordered_map<std::string, std::unordered_map<int, std::vector<std::pair<int, int>>>> joins_;
  std::unordered_map<std::string, std::vector<int>> in_module_;  // managed components, by source and module
  std::unordered_map<std::string, int> externals_;               // by text and type
  std::unordered_map<std::string, int> taken_;                   // inventory names
  std::vector<int> queue_;
  std::string account_;
  std::string region_;
  int stub_depth_ = 0;
  Mapped out_;
};

// ---- components
// -------------------------------------------------------------------------------------------------------

std::string Mapping::own_name_of(const Instance& instance, const TypeDef& type) const {
  for (const ImportSource& source : type.terraform) {
    if (source.type != instance.type) continue;
    for (const std::string& attribute : source.named_by) {
      const std::string_view text = instance.values.member(attribute).text();
      if (!text.empty() && !text.starts_with("arn:")) return std::string(text);  // an ARN is no name to read
    }
  }
  return {};
}

void Mapping::locate(Component& c) {
  const Instance& instance = instance_of(c);
  if (const auto arn = parse_arn(instance.values.member("arn").text())) {
    if (is_account(arn->account)) c.account = arn->account;
    c.region = arn->region;
  }
  if (c.account.empty() && is_account(instance.values.member("owner_id").text())) {
    c.account = instance.values.member("owner_id").text();
  }
  if (const Value region = instance.values.member("region"); c.region.empty() && region) c.region = region.text();
  if (c.region.empty()) c.region = references_of(c.source).region(instance);
}

void Mapping::find_components() {
  component_of_.resize(sources_.size());
  is_folded_.resize(sources_.size());
  by_type_.resize(sources_.size());
  std::unordered_map<std::string, const TypeDef*> types;
  std::map<std::string, int> accounts;
  std::map<std::string, int> regions;
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    const auto& instances = sources_[s].world.instances;
    component_of_[s].assign(instances.size(), -1);
    is_folded_[s].assign(instances.size(), false);
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const Instance& instance = instances[i];
      if (!instance.is_data) by_type_[s][instance.type].push_back(static_cast<int>(i));
      if (instance.is_data && instance.type == "aws_caller_identity") {
        const std::string_view account = instance.values.member("account_id").text();
        if (is_account(account)) ++accounts[std::string(account)];
      }
      auto known = types.find(instance.type);
      if (known == types.end()) known = types.emplace(instance.type, catalogue_.find_terraform(instance.type)).first;
      if (!known->second) continue;
      Component c;
      c.source = static_cast<int>(s);
      c.instance = static_cast<int>(i);
      c.type = known->second;
      c.address = full_address(instance);
      c.own_name = own_name_of(instance, *c.type);
      c.is_data = instance.is_data;
      locate(c);
      if (!c.is_data && instance.deposed.empty()) {
        in_module_[fmt::format("{}|{}", s, instance.module)].push_back(static_cast<int>(components_.size()));
      }
      if (!c.account.empty()) ++accounts[c.account];
      if (!c.region.empty()) ++regions[c.region];
      const int id = static_cast<int>(components_.size());
      component_of_[s][i] = id;
      for (const ImportSource& source : c.type->terraform) {
        if (source.type != instance.type) continue;
        std::vector<std::string> attributes = source.named_by;
        attributes.insert(attributes.end(), source.also.begin(), source.also.end());
        attributes.emplace_back("arn");
        for (const std::string& attribute : attributes) {
          const std::string_view text = instance.values.member(attribute).text();
          if (text.empty()) continue;
          auto& known_ids = identities_[std::string(text)];
          if (known_ids.empty() || known_ids.back() != id) known_ids.push_back(id);
        }
      }
      components_.push_back(std::move(c));
    }
  }
  const auto most = [](const std::map<std::string, int>& counts) {
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return best == counts.end() ? std::string() : best->first;
  };
  account_ = most(accounts);
  region_ = most(regions);
}

// Resources that stand inside another in the inventory: event targets inside their rule.
void Mapping::find_parts() {
  for (std::size_t i = 0; i < components_.size(); ++i) {
    const TypeDef& type = *components_[i].type;
    if (components_[i].is_data) continue;
    for (const AttributeDef& attribute : type.attributes) {
      if (attribute.kind != AttributeDef::Kind::contains) continue;
      for (const ImportPath& path : attribute.terraform) {
        if (path.other_type.empty() || !path.steps.empty()) continue;
        const TypeDef* part = catalogue_.find_terraform(path.other_type);
        if (!part || attribute.types.empty() || part->name != attribute.types.front()) continue;
        for (const auto& [source, instance] : parts_of(type, path, static_cast<int>(i))) {
          const int nested = component_of(source, instance);
          if (nested < 0 || component(nested).parent >= 0) continue;
          component(nested).parent = static_cast<int>(i);
          component(nested).parent_attribute = attribute.name;
        }
      }
    }
  }
}

void Mapping::give_names() {
  std::unordered_map<std::string, int> counts;
  for (const Component& c : components_) {
    if (!c.is_data && c.parent < 0 && !c.own_name.empty()) ++counts[c.own_name];
  }
  for (int pass = 0; pass < 2; ++pass) {  // what the files manage first, then what data sources know
    for (std::size_t i = 0; i < components_.size(); ++i) {
      Component& c = components_[i];
      if (c.is_data != (pass == 1) || c.parent >= 0) continue;
      const auto kept = names_.by_address.find(c.address);
      if (kept != names_.by_address.end()) {
        c.name = kept->second;
      } else if (!c.own_name.empty() && !taken_.contains(c.own_name) && (c.is_data || counts[c.own_name] == 1)) {
        c.name = c.own_name;
      } else {
        c.name = c.address;
      }
      for (int n = 2; taken_.contains(c.name); ++n) c.name = fmt::format("{} ({})", c.address, n);
      taken_[c.name] = static_cast<int>(i);
    }
  }
  for (std::size_t i = 0; i < components_.size(); ++i) {
    Component& c = components_[i];
    if (c.parent < 0) continue;
    const Component& parent = component(c.parent);
    const std::string own = c.own_name.empty() ? c.address : c.own_name;
    c.name = fmt::format("{}/{}/{}", parent.name, c.parent_attribute, own);
    for (int n = 2; taken_.contains(c.name); ++n) {
      c.name = fmt::format("{}/{}/{} ({})", parent.name, c.parent_attribute, own, n);
    }
    taken_[c.name] = static_cast<int>(i);
  }
}

// ---- along a path
// -----------------------------------------------------------------------------------------------------

Place Mapping::root_of(int source, int instance) const {
  const Instance& i = instance_at(source, instance);
  Place place;
  place.source = source;
  place.instance = instance;
  place.value = i.values;
  place.unknown = i.unknown;
  place.expression = references_of(source).expressions(i);
  return place;
}

Value expression_member(Value expression, const std::string& name) {
  if (expression.is_list()) {
    const std::vector<Value> items = expression.items();
    return items.size() == 1 ? expression_member(items.front(), name) : Value();
  }
  // One expression stands for everything inside it.
  if (expression.member("references") || expression.member("constant_value")) return expression;
  return expression.member(name);
}

Place Mapping::member_of(const Place& place, const std::string& name) const {
  Place inner;
  inner.source = place.source;
  inner.instance = place.instance;
  inner.value = place.value.member(name);
  inner.policy = documents_.policy_text(place.value, name);
  inner.unknown = place.unknown.is_true() ? place.unknown : place.unknown.member(name);
  inner.expression = expression_member(place.expression, name);
  inner.is_unknown =
      !inner.value && (place.is_unknown || inner.unknown.is_true() || documents_.is_hidden(place.value, name));
  inner.is_computed = place.is_computed;
  if (!place.enclosing && place.expression.is_map() && !inner.expression) {
    // Dynamic blocks have no expression either, but their blocks stand in the value.
    inner.is_computed = !inner.value.is_list() || inner.value.size() == 0;
  } else if (place.enclosing && place.expression && !inner.expression) {
    inner.is_computed = true;
  }
  inner.enclosing = std::make_shared<Place>(place);
  return inner;
}

void Mapping::step(const ImportStep& step, std::vector<Place>& places) const {
  std::vector<Place> next;
  for (Place& place : places) {
    switch (step.kind) {
      case ImportStep::Kind::member: next.push_back(member_of(place, step.name)); break;
      case ImportStep::Kind::each:
      case ImportStep::Kind::matching: {
        if (place.value.is_list()) {
          const std::vector<Value> items = place.value.items();
          const std::vector<Value> unknown = place.unknown.items();
          const std::vector<Value> expressions = place.expression.items();
          for (std::size_t i = 0; i < items.size(); ++i) {
            Place item = place;
            item.value = items[i];
            item.policy = items[i];
            if (place.unknown.is_list()) item.unknown = i < unknown.size() ? unknown[i] : Value();
            if (place.expression.is_list()) {
              item.expression = expressions.size() == items.size() ? expressions[i] : Value();
            }
            item.is_unknown = !item.value && item.unknown.is_true();
            if (step.kind == ImportStep::Kind::matching && item.value.member(step.name).text() != step.value) continue;
            if (item.value || item.is_unknown) next.push_back(std::move(item));
          }
          // A set with unknown members is longer than what is known of it.
          if (items.empty() && place.unknown.is_true()) next.push_back(place);
        } else if (place.value.is_map()) {
          if (step.kind == ImportStep::Kind::matching && place.value.member(step.name).text() != step.value) break;
          next.push_back(place);  // a single block stands for a list of one
        } else if (place.value.is_scalar()) {
          next.push_back(place);
        } else if (place.is_unknown) {
          const std::vector<Value> expressions = place.expression.items();
          if (expressions.empty()) next.push_back(place);
          for (const Value& expression : expressions) {
            Place item = place;
            item.expression = expression;
            next.push_back(std::move(item));
          }
        }
        break;
      }
      case ImportStep::Kind::up:
        if (place.enclosing) next.push_back(*place.enclosing);
        break;
      case ImportStep::Kind::json: {
        Place inner = place;
        inner.value = place.value.decoded();
        if (!inner.value && !place.is_unknown) break;
        next.push_back(std::move(inner));
        break;
      }
      case ImportStep::Kind::statements: next.push_back(place); break;
    }
  }
  places = std::move(next);
}

// The instances of `path.other_type` that name the component, by source and index.
const std::vector<std::pair<int, int>>& Mapping::parts_of(const TypeDef& type, const ImportPath& path, int component) {
  static const std::vector<std::pair<int, int>> none;
  std::string key = type.name + "|" + path.other_type;
  for (const ImportStep& s : path.joined_by) key += "|" + s.name;
  const bool is_new = !joins_.contains(key);
  auto& by_owner = joins_[key];
  if (is_new) {
    AttributeDef joining;
    joining.kind = AttributeDef::Kind::refers_to;
    joining.types = {type.name};
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const auto instances = by_type_[s].find(path.other_type);
      if (instances == by_type_[s].end()) continue;
      for (const int i : instances->second) {
        std::vector<Place> places{root_of(static_cast<int>(s), i)};
        for (const ImportStep& step_ : path.joined_by) step(step_, places);
        Component user;  // stands for the part while its owner is looked for
        user.source = static_cast<int>(s);
        user.instance = i;
        user.type = &type;
        user.address = full_address(instance_at(static_cast<int>(s), i));
        locate(user);
        for (Place& place : places) {
          std::vector<Place> leaves{place};
          if (place.value.is_list()) step(ImportStep{ImportStep::Kind::each, {}, {}}, leaves);
          for (const Place& leaf : leaves) {
            int owner = -1;
            if (leaf.value.is_scalar()) owner = find(leaf.value.text(), joining, user);
            std::vector<Found> found;
            if (owner < 0 && leaf.is_unknown) {
              refer_by_expression(leaf, leaf.expression, joining, user, "", 0, found);
            }
            if (owner >= 0) found.push_back({owner, {}, How::value});
            for (const Found& f : found) {
              if (f.component < 0 || this->component(f.component).instance < 0) continue;
              auto& owned = by_owner[f.component];
              const std::pair<int, int> part{static_cast<int>(s), i};
              if (std::find(owned.begin(), owned.end(), part) == owned.end()) owned.push_back(part);
            }
          }
        }
      }
    }
  }
  const auto owned = by_owner.find(component);
  return owned == by_owner.end() ? none : owned->second;
}

std::vector<Place> Mapping::walk(const Place& from, const ImportPath& path, const Component& c) {
  std::vector<Place> places;
  if (path.other_type.empty()) {
    places.push_back(from);
  } else {
    if (c.instance < 0) return places;
    for (const auto& [source, instance] : parts_of(*c.type, path, component_of(c.source, c.instance))) {
      places.push_back(root_of(source, instance));
    }
  }
  for (const ImportStep& s : path.steps) step(s, places);
  std::erase_if(places, [](const Place& p) { return !p.value && !p.policy && !p.is_unknown; });
  return places;
}

// ---- what texts name
// --------------------------------------------------------------------------------------------------

bool Mapping::fits(const Component& c, const AttributeDef& attribute) const {
  return attribute.any_type ||
         std::find(attribute.types.begin(), attribute.types.end(), c.type->name) != attribute.types.end();
}

std::vector<int> Mapping::candidates(std::string_view text, const AttributeDef& attribute) const {
  std::vector<int> fitting;
  for (const std::string& form : forms_of(text)) {
    const auto known = identities_.find(form);
    if (known == identities_.end()) continue;
    // A bare name means something only where the type is known.
    if (attribute.any_type && !is_identity_of_anything(form)) continue;
    for (const int i : known->second) {
      if (fits(components_[static_cast<std::size_t>(i)], attribute)) fitting.push_back(i);
    }
    if (!fitting.empty()) break;
  }
  return fitting;
}

int Mapping::choose(std::vector<int> fitting, const Component& user) const {
  if (fitting.empty()) return -1;
  const auto rank = [&](int i) {
    const Component& c = components_[static_cast<std::size_t>(i)];
    int points = 0;
    if (c.is_data) points -= 8;
    if (c.instance >= 0 && !instance_of(c).deposed.empty()) points -= 16;
    if (!c.account.empty() && c.account == user.account) points += 4;
    if (!c.region.empty() && c.region == user.region) points += 2;
    if (c.source == user.source) {
      points += 1;
      if (c.instance >= 0 && user.instance >= 0 && instance_of(c).module == instance_of(user).module) points += 1;
    }
    return points;
  };
  return *std::max_element(fitting.begin(), fitting.end(), [&](int a, int b) {
    const int ra = rank(a);
    const int rb = rank(b);
    if (ra != rb) return ra < rb;
    return components_[static_cast<std::size_t>(a)].address > components_[static_cast<std::size_t>(b)].address;
  });
}

// An alias of a key stands for its key where a key is wanted.
int Mapping::through_alias(int found, const AttributeDef& attribute) {
  const Component alias = component(found);
  if (alias.instance < 0) return -1;
  for (const AttributeDef& own : alias.type->attributes) {
    if (own.kind != AttributeDef::Kind::refers_to || own.types.size() != 1) continue;
    if (std::find(attribute.types.begin(), attribute.types.end(), own.types.front()) == attribute.types.end()) continue;
    for (const ImportPath& path : own.terraform) {
      for (const Place& place : walk(root_of(alias.source, alias.instance), path, alias)) {
        const int target = place.value.is_scalar() ? choose(candidates(place.value.text(), own), alias) : -1;
        if (target >= 0) return target;
      }
    }
  }
  return -1;
}

int Mapping::find(std::string_view text, const AttributeDef& attribute, const Component& user) {
  if (text.empty()) return -1;
  const int direct = choose(candidates(text, attribute), user);
  if (direct >= 0) return direct;
  // An ARN of something whose own ARN is not known yet.
  if (text.starts_with("arn:") && !attribute.any_type) {
    for (const std::string& type_name : attribute.types) {
      const TypeDef* type = catalogue_.find_type(type_name);
      if (!type) continue;
      const std::string name = name_by_template(*type, text);
      const auto known = name.empty() ? identities_.end() : identities_.find(name);
      if (known == identities_.end()) continue;
      std::vector<int> possible;
      for (const int i : known->second) {
        const Component& c = components_[static_cast<std::size_t>(i)];
        if (c.type == type && c.instance >= 0 && !instance_of(c).values.member("arn")) possible.push_back(i);
      }
      if (!possible.empty()) return choose(std::move(possible), user);
    }
  }
  if (!attribute.any_type && (text.starts_with("alias/") || text.find(":alias/") != std::string_view::npos)) {
    AttributeDef anything;
    anything.any_type = true;
    std::vector<int> aliases;
    for (const std::string& form : forms_of(text)) {
      const auto known = identities_.find(form);
      if (known != identities_.end()) aliases = known->second;
    }
    const int alias = choose(aliases, user);
    if (alias >= 0) return through_alias(alias, attribute);
  }
  return -1;
}

int Mapping::external_of_type(const TypeDef& type, std::string name, std::string named_as, const Component& user) {
  const std::string key = type.name + "\n" + named_as;
  const auto known = externals_.find(key);
  if (known != externals_.end()) return known->second;
  Component c;
  c.source = user.source;
  c.type = &type;
  c.own_name = name;
  c.named_as = std::move(named_as);
  if (const auto arn = parse_arn(c.named_as)) {
    if (is_account(arn->account)) c.account = arn->account;
    c.region = arn->region;
  }
  const auto kept = names_.by_identity.find(c.named_as);
  if (kept != names_.by_identity.end()) name = kept->second;
  c.name = taken_.contains(name) ? c.named_as : name;
  for (int n = 2; taken_.contains(c.name); ++n) c.name = fmt::format("{} ({})", c.named_as, n);
  const int id = static_cast<int>(components_.size());
  taken_[c.name] = id;
  externals_[key] = id;
  out_.coverage.external.push_back({c.name, type.name, c.named_as});
  components_.push_back(std::move(c));
  return id;
}

int Mapping::make_external(std::string_view text, const AttributeDef& attribute, const Component& user) {
  if (text.find('*') != std::string_view::npos || text.find("${") != std::string_view::npos) return -1;
  std::vector<std::string_view> types(attribute.types.begin(), attribute.types.end());
  if (attribute.any_type) types = catalogue_.type_names();
  if (text.starts_with("arn:")) {
    for (const std::string_view type_name : types) {
      const TypeDef* type = catalogue_.find_type(type_name);
      if (!type) continue;
      for (const std::string& form : forms_of(text)) {
        std::string name = name_by_template(*type, form);
        if (name.empty() || name.find(':') != std::string::npos) continue;
        // What AWS itself owns does not go away.
        if (const auto arn = parse_arn(form); arn && arn->account == "aws") return -1;
        return external_of_type(*type, std::move(name), form, user);
      }
    }
    return -1;
  }
  if (attribute.any_type || text.starts_with("alias/aws/")) return -1;
  // A bare name says nothing about its type.
  std::vector<std::string_view> inside;
  for (const std::string_view t : types) {
    if (!t.starts_with("outside:") && can_mean(text, t)) inside.push_back(t);
  }
  if (inside.size() != 1) return -1;
  const TypeDef* type = catalogue_.find_type(inside.front());
  if (!type) return -1;
  std::string_view name = text;
  if (type->name == "ecr:repository") {  // ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG
    name = name.substr(name.find('/') + 1);
    name = name.substr(0, name.find_first_of(":@"));
    text = text.substr(0, text.find_first_of(":@"));
  }
  return external_of_type(*type, std::string(name), std::string(text), user);
}

void Mapping::refer_by_text(std::string_view text, How how, const AttributeDef& attribute, const Component& user,
                            const std::string& where, std::vector<Found>& found) {
  if (text.empty()) return;
  int target = find(text, attribute, user);
  if (target < 0 && text.starts_with("alias/aws/")) return;  // AWS's own key, which nobody can delete
  if (target < 0) {
    const auto fixed = attribute.default_value.text.plain();
    if (attribute.default_value.kind == Expression::Kind::text && fixed && *fixed == text) return;
  }
  if (target < 0 &&
      (!attribute.or_text || (text.starts_with("arn:") && text.find(":aws:policy/") == std::string_view::npos))) {
    target = make_external(text, attribute, user);
  }
  const bool can_be_meant = attribute.any_type || text.starts_with("arn:") ||
                            std::any_of(attribute.types.begin(), attribute.types.end(),
                                        [&](const std::string& type) { return can_mean(text, type); });
  if (target >= 0) {
    found.push_back({target, {}, how});
  } else if (attribute.or_text) {
    found.push_back({-1, std::string(text), how});
  } else if (!where.empty() && can_be_meant) {
    unresolved(user, where, fmt::format("{} is nothing that is modelled here", text));
  }
}

void Mapping::refer_by_expression(const Place& place, Value expression, const AttributeDef& attribute,
                                  const Component& user, const std::string& where, int depth,
                                  std::vector<Found>& found) {
  if (depth > 10) return;
  const Instance& instance = instance_at(place.source, place.instance);
  if (!expression) {
    if (!where.empty() && !place.is_computed) {
      unresolved(user, where, "the value is not known before apply, and the plan does not say what it comes from");
    }
    return;
  }
  const References& references = references_of(place.source);
  const Resolution resolution = references.resolve(expression, instance);
  const std::size_t before = found.size();
  for (const std::string& constant : resolution.constants) {
    const int target = find(constant, attribute, user);
    if (target >= 0) found.push_back({target, {}, How::reference});
  }
  for (const Target& target : resolution.targets) {
    const int meant = component_of(place.source, target.instance);
    if (meant >= 0 && fits(component(meant), attribute)) {
      found.push_back({meant, {}, How::reference});
      continue;
    }
    if (meant >= 0 && !attribute.any_type) {
      const int key = through_alias(meant, attribute);
      if (key >= 0) {
        found.push_back({key, {}, How::reference});
        continue;
      }
    }
    if (target.attribute.empty()) continue;
    // aws_lambda_function.f.role, data.aws_iam_role.r.arn: what that attribute holds.
    Place inner = root_of(place.source, target.instance);
    inner = member_of(inner, target.attribute.substr(0, target.attribute.find('.')));
    if (inner.value.is_scalar()) {
      refer_by_text(inner.value.text(), How::reference, attribute, user, "", found);
    } else if (inner.is_unknown && inner.expression) {
      refer_by_expression(inner, inner.expression, attribute, user, "", depth + 1, found);
    }
  }
  if (found.size() > before || where.empty()) return;
  // A dead end, such as a local value: sure only where nothing else can be meant.
  if (!resolution.dead_ends.empty()) {
    std::vector<int> possible;
    const auto neighbours = in_module_.find(fmt::format("{}|{}", place.source, instance.module));
    if (neighbours != in_module_.end()) {
      for (const int c : neighbours->second) {
        if (fits(component(c), attribute) && component(c).instance != place.instance) possible.push_back(c);
      }
    }
    if (possible.size() == 1 && !attribute.any_type) {
      found.push_back({possible.front(), {}, How::inferred});
      return;
    }
    unresolved(user, where,
               fmt::format("{} cannot be followed in the plan{}", resolution.dead_ends.front(),
                           possible.empty() ? "" : fmt::format(", and {} resources could be meant", possible.size())));
    return;
  }
  unresolved(user, where, "the value is not known before apply and comes from nothing that is modelled");
}

std::vector<Found> Mapping::refer(const Place& place, const AttributeDef& attribute, const Component& user,
                                  const std::string& where) {
  std::vector<Found> found;
  if (place.value.is_scalar()) {
    refer_by_text(place.value.text(), How::value, attribute, user, where, found);
  } else if (place.value.is_list()) {
    for (const Value& item : place.value.items()) {
      if (item.is_scalar()) refer_by_text(item.text(), How::value, attribute, user, where, found);
    }
    if (place.unknown.is_true()) refer_by_expression(place, place.expression, attribute, user, where, 0, found);
  } else if (place.is_unknown) {
    mark_unknown(user, where);
    refer_by_expression(place, place.expression, attribute, user, where, 0, found);
  }
  return found;
}

// ---- attributes
// -------------------------------------------------------------------------------------------------------

void Mapping::want(int i) {
  Component& c = component(i);
  if (c.is_wanted) return;
  c.is_wanted = true;
  queue_.push_back(i);
}

void Mapping::unresolved(const Component& c, const std::string& attribute, std::string why) {
  for (const Coverage::Unresolved& known : out_.coverage.unresolved) {
    if (known.address == c.address && known.attribute == attribute && known.why == why) return;
  }
  out_.coverage.unresolved.push_back({c.address.empty() ? c.name : c.address, attribute, std::move(why)});
}

void Mapping::fold(int source, int instance, const Component& c, const std::string& attribute) {
  is_folded_[static_cast<std::size_t>(source)][static_cast<std::size_t>(instance)] = true;
  auto& places = out_.placements[full_address(instance_at(source, instance))];
  for (const Placement& p : places) {
    if (p.name == c.name && p.attribute == attribute) return;
  }
  places.push_back({c.name, c.type->name, attribute});
}

std::string joined(const std::string& where, const std::string& name) {
  return where.empty() ? name : where + "." + name;
}

std::vector<Place> Mapping::places_of(const AttributeDef& attribute, const Place& from, const Component& c, bool all) {
  std::vector<Place> places;
  for (const ImportPath& path : attribute.terraform) {
    std::vector<Place> more = walk(from, path, c);
    places.insert(places.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    const bool is_known = std::any_of(places.begin(), places.end(), [](const Place& p) { return bool(p.value); });
    if (is_known && !all) break;
  }
  return places;
}

std::optional<models::Value> Mapping::read_reference(const AttributeDef& attribute, const Place& from,
                                                     const Component& c, const std::string& where) {
  std::vector<Found> all;
  const auto add = [&](const std::vector<Found>& found) {
    for (const Found& f : found) {
      const bool is_known = std::any_of(all.begin(), all.end(), [&](const Found& other) {
        return f.component >= 0 ? other.component == f.component : other.text == f.text;
      });
      if (!is_known) all.push_back(f);
    }
  };
  for (const ImportPath& path : attribute.terraform) {
    for (const Place& place : walk(from, path, c)) {
      add(refer(place, attribute, c, where));
      if (!all.empty() && !attribute.many) break;
    }
    if (!all.empty() && !attribute.many) break;
  }
  // The default may name a resource by AWS's name, which is not always the name here.
  if (all.empty() && attribute.default_value.kind == Expression::Kind::text && !c.own_name.empty()) {
    std::string text;
    bool is_plain = true;
    for (const TextPart& part : attribute.default_value.text.parts) {
      if (part.kind == TextPart::Kind::literal) {
        text += part.text;
      } else if (part.kind == TextPart::Kind::path && part.path.text == "name") {
        text += c.own_name;
      } else {
        is_plain = false;
      }
    }
    const int target = is_plain ? choose(candidates(text, attribute), c) : -1;
    if (target >= 0) all.push_back({target, {}, How::value});
  }
  if (all.empty()) return std::nullopt;
  models::Value list = models::Value::list();
  for (const Found& f : all) {
    if (f.component < 0) {
      list.add(models::Value::scalar(f.text));
    } else {
      want(f.component);
      out_.edges.push_back({c.name, where, component(f.component).name, f.how});
      list.add(models::Value::scalar(component(f.component).name));
    }
    if (!attribute.many) return list.children.front();
  }
  return list;
}

void Mapping::principals_by_expression(int source, int instance, Value expression, const Component& c, int depth,
                                       std::vector<std::pair<NamedPrincipal, How>>& named) {
  if (!expression || depth > 5) return;
  AttributeDef principal;
  principal.kind = AttributeDef::Kind::refers_to;
  if (const auto* group = catalogue_.find_group("principal")) principal.types = *group;
  const References& references = references_of(source);
  const Resolution resolution = references.resolve(expression, instance_at(source, instance));
  for (const Target& target : resolution.targets) {
    const int meant = component_of(source, target.instance);
    if (meant >= 0 && fits(component(meant), principal)) {
      named.push_back({{NamedPrincipal::By::arn, component(meant).name, false}, How::reference});
      continue;
    }
    const Instance& document = instance_at(source, target.instance);
    if (!document.is_data || document.type != "aws_iam_policy_document") continue;
    if (const Value json = document.values.member("json")) {
      for (NamedPrincipal& p : principals_of(json.decoded())) named.push_back({std::move(p), How::reference});
      continue;
    }
    const Value blocks = references.expressions(document).member("statement");
    for (const Value& statement : blocks.items()) {
      for (const Value& who : statement.member("principals").items()) {
        const Value identifiers = who.member("identifiers");
        const bool is_service = who.member("type").member("constant_value").text() == "Service";
        for (const Value& constant : identifiers.member("constant_value").items()) {
          NamedPrincipal p = is_service
                                 ? NamedPrincipal{NamedPrincipal::By::service, std::string(constant.text()), false}
                                 : principal_from(constant.text());
          if (!p.named_as.empty()) named.push_back({std::move(p), How::reference});
        }
        principals_by_expression(source, target.instance, identifiers, c, depth + 1, named);
      }
    }
  }
}

std::vector<std::pair<NamedPrincipal, How>> Mapping::principals_in(const Place& place, const Component& c,
                                                                   const std::string& where) {
  std::vector<std::pair<NamedPrincipal, How>> named;
  const Value text = place.value ? place.value : place.policy;
  if (text) {
    for (NamedPrincipal& p : principals_of(text.decoded())) named.push_back({std::move(p), How::value});
  } else if (place.is_unknown) {
    mark_unknown(c, where);
    principals_by_expression(place.source, place.instance, place.expression, c, 0, named);
  }
  return named;
}

void Mapping::read_statements(const Place& place, const Component& c, const std::string& where, models::Value& list) {
  AttributeDef principal;
  principal.kind = AttributeDef::Kind::refers_to;
  principal.or_text = true;
  if (const auto* group = catalogue_.find_group("principal")) principal.types = *group;
  for (const auto& [named, how] : principals_in(place, c, where)) {
    models::Value statement = models::Value::map();
    const std::string role = named.is_spared ? "only" : "allows";
    int target = -1;
    std::string former;  // the name of one that was there before the plan
    switch (named.by) {
      case NamedPrincipal::By::arn:
      case NamedPrincipal::By::arn_condition:
      case NamedPrincipal::By::role_id: {
        const auto known = how == How::reference ? taken_.find(named.named_as) : taken_.end();
        target = known != taken_.end() ? known->second : find(named.named_as, principal, c);
        if (target < 0 && named.by != NamedPrincipal::By::role_id) target = make_external(named.named_as, principal, c);
        const auto earlier = names_.by_identity.find(named.named_as);
        if (target < 0 && earlier != names_.by_identity.end()) {
          former = earlier->second;
        } else if (target < 0 && named.by == NamedPrincipal::By::role_id) {
          unresolved(
              c, where,
              fmt::format("{} is the ID of no role here; it may be what is left of a deleted one", named.named_as));
        }
        break;
      }
      case NamedPrincipal::By::account:
      case NamedPrincipal::By::service: break;
    }
    if (target < 0 && former.empty() && named.is_spared) continue;  // a Deny can only spare a principal that is known
    if (target >= 0) want(target);
    statement.set(role, target >= 0 ? component(target).name : !former.empty() ? former : named.named_as);
    if (named.by != NamedPrincipal::By::arn) statement.set("by", std::string(name_of(named.by)));
    const bool is_known = std::any_of(list.children.begin(), list.children.end(), [&](const models::Value& other) {
      const models::Value* whom = other.find(role);
      const models::Value* by = other.find("by");
      return whom && whom->text == statement.find(role)->text &&
             (by ? by->text : "arn") == std::string(name_of(named.by));
    });
    if (is_known) continue;
    if (target >= 0) {
      out_.edges.push_back(
          {c.name, fmt::format("{}[{}].{}", where, list.children.size(), role), component(target).name, how});
    }
    list.add(std::move(statement));
  }
}

std::optional<models::Value> Mapping::read_contained(const AttributeDef& attribute, const Place& from,
                                                     const Component& c, const std::string& where) {
  const TypeDef* part = attribute.types.empty() ? nullptr : catalogue_.find_type(attribute.types.front());
  if (!part) return std::nullopt;
  models::Value list = models::Value::list();
  for (const ImportPath& path : attribute.terraform) {
    const bool is_document = !path.steps.empty() && path.steps.back().kind == ImportStep::Kind::statements;
    for (const Place& place : walk(from, path, c)) {
      if (is_document) {
        read_statements(place, c, where, list);
        continue;
      }
      if (!place.value) {
        if (!place.is_computed) unresolved(c, where, "what stands here is not known before apply");
        mark_unknown(c, where);
        continue;
      }
      Component owner = c;
      models::Value item = models::Value::map();
      std::string item_name;
      const int nested =
          path.steps.empty() && !path.other_type.empty() ? component_of(place.source, place.instance) : -1;
      if (nested >= 0 && component(nested).parent >= 0) {
        item_name =
            component(nested).name.substr(component(component(nested).parent).name.size() + attribute.name.size() + 2);
        component(nested).is_wanted = true;
      } else if (path.steps.empty() || path.steps.front().kind == ImportStep::Kind::matching) {
        const Instance& own = instance_at(place.source, place.instance);  // a whole resource: its name in Terraform
        if (!path.other_type.empty()) item_name = own.key.empty() ? own.name : fmt::format("{}[{}]", own.name, own.key);
      }
      for (const models::Value& other : list.children) {
        if (const models::Value* name = other.find("name"); name && name->text == item_name) item_name.clear();
      }
      if (!item_name.empty()) item.set("name", item_name);
      if (!path.other_type.empty() && nested < 0 && where == attribute.name) {
        out_.placements[full_address(instance_at(place.source, place.instance))].push_back(
            {fmt::format("{}/{}/{}", c.name, attribute.name,
                         item_name.empty() ? fmt::to_string(list.children.size()) : item_name),
             part->name, ""});
      }
      const std::string item_where = fmt::format("{}[{}]", where, list.children.size());
      models::Value read = read_all(*part, place, owner, item_where);
      for (models::Value& member : read.children) {
        if (member.key == attribute.through) continue;
        const std::string key = member.key;
        item.set(key, std::move(member));
      }
      require_references(*part, c, item_where, item);
      list.add(std::move(item));
    }
  }
  if (list.children.empty()) return std::nullopt;
  return list;
}

std::optional<models::Value> Mapping::read_object(const AttributeDef& attribute, const Place& from, const Component& c,
                                                  const std::string& where) {
  std::vector<Place> places{from};
  if (!attribute.terraform.empty()) places = places_of(attribute, from, c, false);
  if (places.empty()) return std::nullopt;
  models::Value object = models::Value::map();
  for (const AttributeDef& member : attribute.members) {
    if (auto value = read(member, places.front(), c, joined(where, member.name))) {
      object.set(member.name, std::move(*value));
    }
  }
  if (attribute.terraform.empty() && object.children.empty()) return std::nullopt;
  return object;
}

std::string amount(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return fmt::format("{}", static_cast<std::int64_t>(number));
  return fmt::format("{}", number);
}

std::optional<std::string> Mapping::scalar_text(const AttributeDef& attribute, const Place& place,
                                                const ImportPath& path) const {
  const Value value = place.value;
  if (!value.is_scalar()) return std::nullopt;
  if (path.is_schedule) {
    const auto gap = schedule_gap(value.text());
    return gap ? std::optional(input::to_text(*gap)) : std::nullopt;
  }
  if (path.more_than) {
    const auto number = value.number();
    return number ? std::optional<std::string>(*number > *path.more_than ? "yes" : "no") : std::nullopt;
  }
  switch (attribute.kind) {
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::policy: return std::string(value.text());
    case AttributeDef::Kind::one_of: {
      for (const std::string& option : attribute.options) {
        if (option == value.text()) return option;
      }
      return std::nullopt;
    }
    case AttributeDef::Kind::yes_no:
      if (value.text() == "true" || value.text() == "yes") return "yes";
      if (value.text() == "false" || value.text() == "no") return "no";
      return std::nullopt;
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::duration:
    case AttributeDef::Kind::bytes:
    case AttributeDef::Kind::rate:
    case AttributeDef::Kind::ratio: break;
    case AttributeDef::Kind::refers_to:
    case AttributeDef::Kind::contains:
    case AttributeDef::Kind::object:
    case AttributeDef::Kind::map:
    case AttributeDef::Kind::port:
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: return std::nullopt;
  }
  const auto number = value.number();
  if (!number || *number < 0) return std::nullopt;  // -1 stands for "not set" everywhere in the provider
  Quantity quantity{*number, Unit::none};
  if (path.times) {
    const auto scaled = multiply(quantity, *path.times);
    if (!scaled) return std::nullopt;
    quantity = *scaled;
  }
  // 0 days of retention is how "never expires" is written.
  if (quantity.value == 0 && attribute.default_value.kind == Expression::Kind::quantity &&
      attribute.default_value.quantity.is_infinite()) {
    return std::nullopt;
  }
  if (attribute.least && quantity.value < attribute.least->value) return std::nullopt;
  if (attribute.most && quantity.value > attribute.most->value) return std::nullopt;
  switch (quantity.unit) {
    case Unit::seconds: return input::to_text(Duration::seconds(quantity.value));
    case Unit::bytes: return amount(quantity.value) + "B";
    case Unit::per_second: return amount(quantity.value) + "/s";
    case Unit::none: break;
  }
  return amount(quantity.value);
}

std::optional<models::Value> Mapping::read_scalar(const AttributeDef& attribute, const Place& from, const Component& c,
                                                  const std::string& where) {
  models::Value list = models::Value::list();
  for (const ImportPath& path : attribute.terraform) {
    for (const Place& place : walk(from, path, c)) {
      if (!place.value) {
        if (place.is_unknown) mark_unknown(c, where);
        continue;
      }
      std::vector<Place> leaves{place};
      if (place.value.is_list()) step(ImportStep{ImportStep::Kind::each, {}, {}}, leaves);
      for (const Place& leaf : leaves) {
        auto text = scalar_text(attribute, leaf, path);
        if (!text) continue;
        if (!attribute.many) return models::Value::scalar(std::move(*text));
        list.add(models::Value::scalar(std::move(*text)));
      }
    }
  }
  if (list.children.empty()) return std::nullopt;
  return list;
}

std::optional<models::Value> Mapping::read(const AttributeDef& attribute, const Place& from, const Component& c,
                                           const std::string& where) {
  for (const ImportPath& path : attribute.terraform) {
    if (path.other_type.empty() || c.instance < 0) continue;
    for (const auto& [source, instance] : parts_of(*c.type, path, component_of(c.source, c.instance))) {
      std::vector<Place> places{root_of(source, instance)};
      if (!path.steps.empty() && path.steps.front().kind == ImportStep::Kind::matching)
        step(path.steps.front(), places);
      if (!places.empty()) fold(source, instance, c, where);
    }
  }
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to: return read_reference(attribute, from, c, where);
    case AttributeDef::Kind::contains: return read_contained(attribute, from, c, where);
    case AttributeDef::Kind::object: return read_object(attribute, from, c, where);
    case AttributeDef::Kind::map: {
      for (const Place& place : places_of(attribute, from, c, false)) {
        if (!place.value.is_map()) continue;
        models::Value map = models::Value::map();
        for (Value entry = place.value.first(); entry; entry = entry.next()) {
          if (entry.is_scalar()) map.set(std::string(entry.key()), std::string(entry.text()));
        }
        if (!map.children.empty()) return map;
      }
      return std::nullopt;
    }
    case AttributeDef::Kind::policy: {
      for (const Place& place : places_of(attribute, from, c, false)) {
        if (place.value.is_scalar()) return models::Value::scalar(std::string(place.value.text()));
      }
      return std::nullopt;
    }
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::duration:
    case AttributeDef::Kind::bytes:
    case AttributeDef::Kind::rate:
    case AttributeDef::Kind::ratio:
    case AttributeDef::Kind::yes_no:
    case AttributeDef::Kind::one_of: return read_scalar(attribute, from, c, where);
    case AttributeDef::Kind::port:
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: return std::nullopt;
  }
  return std::nullopt;
}

models::Value Mapping::read_all(const TypeDef& type, const Place& from, const Component& c, const std::string& where) {
  models::Value attributes = models::Value::map();
  for (const AttributeDef& attribute : type.attributes) {
    if (auto value = read(attribute, from, c, joined(where, attribute.name))) {
      attributes.set(attribute.name, std::move(*value));
    }
  }
  return attributes;
}

// What a type cannot be without, and the files do not tell, is put in as something outside them.
void Mapping::require_references(const TypeDef& type, const Component& c, const std::string& where,
                                 models::Value& attributes) {
  for (const AttributeDef& attribute : type.attributes) {
    if (attribute.kind != AttributeDef::Kind::refers_to || attribute.optional || attribute.default_value.is_written())
      continue;
    if (attributes.find(attribute.name)) continue;
    bool is_parent = false;  // set by what contains this part
    if (!where.empty() && c.type != &type) {
      for (const AttributeDef& own : c.type->attributes) {
        is_parent = is_parent || (own.kind == AttributeDef::Kind::contains && own.through == attribute.name &&
                                  std::find(own.types.begin(), own.types.end(), type.name) != own.types.end());
      }
    }
    if (is_parent) continue;
    const std::string at = joined(where, attribute.name);
    std::string wanted_type =
        attribute.any_type || attribute.types.empty() ? "outside:endpoint" : attribute.types.front();
    for (const std::string& type_name : attribute.types) {
      if (type_name == "outside:endpoint") wanted_type = type_name;
    }
    const TypeDef* wanted = catalogue_.find_type(wanted_type);
    if (!wanted || stub_depth_ > 4) {
      unresolved(c, at, "it is needed, and the files do not tell what it is");
      continue;
    }
    const std::string name =
        fmt::format("unknown {} of {}", attribute.name, where.empty() ? c.name : c.name + " " + where);
    const std::string& address = c.address.empty() ? c.name : c.address;
    const auto said =
        std::find_if(out_.coverage.unresolved.begin(), out_.coverage.unresolved.end(),
                     [&](const Coverage::Unresolved& u) { return u.address == address && u.attribute == at; });
    if (said == out_.coverage.unresolved.end()) {
      unresolved(c, at, fmt::format("it is needed, and the files do not tell what it is; '{}' stands for it", name));
    } else {
      said->why += fmt::format("; '{}' stands for it", name);
    }
    const int stub = external_of_type(*wanted, name, name, c);
    want(stub);
    attributes.set(attribute.name, component(stub).name);
  }
}

void Mapping::emit(int i) {
  const Component c = component(i);  // a copy: reading adds components
  if (c.parent >= 0) return;         // written inside its parent
  models::Value attributes = models::Value::map();
  if (c.instance >= 0) {
    attributes = read_all(*c.type, root_of(c.source, c.instance), c, "");
    if (!c.is_data) out_.placements[c.address].push_back({c.name, c.type->name, ""});
  }
  const int depth = stub_depth_;
  if (c.instance < 0) ++stub_depth_;
  require_references(*c.type, c, "", attributes);
  stub_depth_ = depth;
  Resource& resource = out_.inventory.add(c.name, c.type->name);
  if (!c.account.empty()) resource.account = c.account;
  if (!c.region.empty()) resource.region = c.region;
  resource.attributes = std::move(attributes);
}

void Mapping::count() {
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    const auto& instances = sources_[s].world.instances;
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const Instance& instance = instances[i];
      if (instance.is_data) {
        ++out_.coverage.data_sources;
        continue;
      }
      const int id = component_of_[s][i];
      if (is_folded_[s][i]) {
        ++out_.coverage.folded;
        if (id >= 0 && component(id).parent >= 0) {
          out_.placements[component(id).address].push_back({component(id).name, component(id).type->name, ""});
        }
        continue;
      }
      if (id >= 0) {
        ++out_.coverage.modelled;
        continue;
      }
      bool is_part = false;
      for (const SilentPart& part : silent_parts) {
        if (instance.type != part.terraform_type) continue;
        const TypeDef* of = catalogue_.find_type(part.of);
        if (!of) continue;
        ImportPath path;
        path.other_type = part.terraform_type;
        path.joined_by.push_back({ImportStep::Kind::member, std::string(part.joined_by), {}});
        parts_of(*of, path, -1);
        const std::string key = fmt::format("{}|{}|{}", of->name, part.terraform_type, part.joined_by);
        for (const auto& [owner, parts] : joins_[key]) {
          if (std::find(parts.begin(), parts.end(), std::pair<int, int>(static_cast<int>(s), static_cast<int>(i))) ==
              parts.end())
            continue;
          fold(static_cast<int>(s), static_cast<int>(i), component(owner), std::string(part.attribute));
          is_part = true;
        }
      }
      if (is_part) {
        ++out_.coverage.folded;
        continue;
      }
      if (catalogue_.is_part_in_terraform(instance.type)) {
        out_.coverage.unresolved.push_back(
            {full_address(instance), "", "it is part of a resource, but the files do not tell how or of which"});
      }
      out_.coverage.unmodelled.push_back({instance.type, full_address(instance)});
    }
  }
}

void Mapping::sum_up() {
  auto& coverage = out_.coverage;
  std::sort(coverage.unmodelled.begin(), coverage.unmodelled.end(),
            [](const auto& a, const auto& b) { return a.type != b.type ? a.type < b.type : a.address < b.address; });
  for (std::size_t i = 0; i < coverage.unmodelled.size();) {
    std::size_t end = i;
    std::string addresses;
    while (end < coverage.unmodelled.size() && coverage.unmodelled[end].type == coverage.unmodelled[i].type) {
      if (end - i < 5) addresses += (addresses.empty() ? "" : ", ") + coverage.unmodelled[end].address;
      ++end;
    }
    if (end - i > 5) addresses += fmt::format(" and {} more", end - i - 5);
    out_.inventory.unknowns.push_back(fmt::format("{} is not modelled: {}", coverage.unmodelled[i].type, addresses));
    i = end;
  }
  for (const Coverage::Unresolved& u : coverage.unresolved) {
    out_.inventory.unknowns.push_back(u.attribute.empty() ? fmt::format("{}: {}", u.address, u.why)
                                                          : fmt::format("{}, {}: {}", u.address, u.attribute, u.why));
  }
}

Mapped Mapping::run() {
  find_components();
  find_parts();
  give_names();
  out_.inventory.account = account_;
  out_.inventory.region = region_;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    if (!components_[i].is_data) want(static_cast<int>(i));
  }
  for (std::size_t at = 0; at < queue_.size(); ++at) emit(queue_[at]);
  for (const auto& [text, known] : identities_) {
    if (!text.starts_with("arn:") && !text.starts_with("A")) continue;  // ARNs and unique IDs
    const Component& c = component(known.front());
    if (c.is_wanted) out_.identities.emplace(text, c.name);
  }
  count();
  sum_up();
  return std::move(out_);
}

}  // namespace

std::string full_address(const Instance& instance) {
  return instance.deposed.empty() ? instance.address
                                  : fmt::format("{} (deposed {})", instance.address, instance.deposed);
}

std::optional<Duration> schedule_gap(std::string_view expression) {
  if (expression.starts_with("rate(") && expression.ends_with(")")) {
    std::string_view inside = expression.substr(5, expression.size() - 6);
    const std::size_t space = inside.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    double number = 0;
    for (const char digit : inside.substr(0, space)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      number = number * 10 + (digit - '0');
    }
    const std::string_view unit = inside.substr(space + 1);
    if (number <= 0) return std::nullopt;
    if (unit.starts_with("minute")) return Duration::minutes(number);
    if (unit.starts_with("hour")) return Duration::hours(number);
    if (unit.starts_with("day")) return Duration::days(number);
    return std::nullopt;
  }
  if (!expression.starts_with("cron(") || !expression.ends_with(")")) return std::nullopt;
  // Fields: minutes hours day-of-month month day-of-week [year]. The gap is that of the finest field that moves.
  std::vector<std::string_view> fields;
  std::string_view inside = expression.substr(5, expression.size() - 6);
  while (!inside.empty()) {
    const std::size_t space = inside.find(' ');
    if (space != 0) fields.push_back(inside.substr(0, space));
    if (space == std::string_view::npos) break;
    inside.remove_prefix(space + 1);
  }
  if (fields.size() < 5) return std::nullopt;
  // How many times a field fires in its range: `*`, `*/5`, `1,31`, `8-17`.
  const auto times = [](std::string_view field, int range) {
    if (field == "*" || field == "?") return range;
    const std::size_t slash = field.find('/');
    if (slash != std::string_view::npos) {
      int every = 0;
      for (const char digit : field.substr(slash + 1)) every = every * 10 + (digit - '0');
      return every > 0 ? std::max(1, range / every) : 1;
    }
    int count = 0;
    std::size_t at = 0;
    while (at <= field.size()) {
      const std::size_t comma = std::min(field.find(',', at), field.size());
      const std::string_view part = field.substr(at, comma - at);
      const std::size_t dash = part.find('-');
      int span = 1;
      if (dash != std::string_view::npos) {
        int from = 0;
        int to = 0;
        bool is_number = true;
        for (const char d : part.substr(0, dash))
          is_number = is_number && d >= '0' && d <= '9', from = from * 10 + (d - '0');
        for (const char d : part.substr(dash + 1))
          is_number = is_number && d >= '0' && d <= '9', to = to * 10 + (d - '0');
        span = is_number && to >= from ? to - from + 1 : 5;  // MON-FRI
      }
      count += span;
      at = comma + 1;
    }
    return std::min(count, range);
  };
  const int minutes = times(fields[0], 60);
  const int hours = times(fields[1], 24);
  double days_between = 1;
  if (fields[2] != "*" && fields[2] != "?") {
    days_between = 30.0 / times(fields[2], 30);
  } else if (fields[4] != "*" && fields[4] != "?") {
    days_between = 7.0 / times(fields[4], 7);
  }
  if (fields[3] != "*" && fields[3] != "?") days_between *= 12.0 / times(fields[3], 12);
  if (minutes > 1) return Duration::minutes(60.0 / minutes);
  if (hours > 1) return Duration::hours(24.0 / hours);
  return Duration::days(days_between);
}

Mapped map_world(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
                 const KnownNames& names) {
  return Mapping(sources, documents, catalogue, names).run();
}

}  // namespace moshimo::models::terraform
