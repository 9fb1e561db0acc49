#include "models/import/account_details.hpp"

#include <fmt/format.h>
#include <map>
#include <set>

#include "models/import/arn.hpp"
#include "models/import/cloudformation.hpp"

namespace moshimo::models::importing {

namespace {

using Tree = models::Value;

Tree tree_of(Value value) {
  if (value.is_scalar()) return Tree::scalar(std::string(value.text()));
  Tree tree = value.is_list() ? Tree::list() : Tree::map();
  for (Value child = value.first(); child; child = child.next()) {
    Tree inner = tree_of(child);
    if (value.is_map()) inner.key = child.key();
    tree.children.push_back(std::move(inner));
  }
  return tree;
}

std::vector<Value> one_or_many(Value value) {
  if (!value) return {};
  return value.is_list() ? value.items() : std::vector<Value>{value};
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// The API gives documents percent-encoded; the AWS CLI has read them already.
std::string decoded(std::string_view text) {
  if (!text.starts_with('%')) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_code = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += is_code ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (is_code) i += 2;
  }
  return out;
}

Tree document_of(Value value) { return value.is_scalar() ? Tree::scalar(decoded(value.text())) : tree_of(value); }

bool is_of_aws(std::string_view arn) {
  const auto parts = parse_arn(arn);
  return parts && parts->account == "aws" && parts->resource.starts_with("policy/");
}

class AccountDetails {
 public:
  AccountDetails(Value root, World& world, input::Diagnostics& diagnostics)
      : root_(root), world_(world), diagnostics_(diagnostics) {}

  bool read(Documents& documents) {
    for (const Value& group : list("GroupDetailList")) read_group(group);
    for (const Value& role : list("RoleDetailList")) add_role(role);
    for (const Value& user : list("UserDetailList")) add_user(user);
    for (const Value& policy : list("Policies")) add_policy(policy);
    for (const auto& [name, group] : groups_) add_group(name, group);
    if (!is_good_) return false;
    world_.language = Language::cloudformation;
    add_instances(resources_, documents, world_);
    if (root_.member("IsTruncated").is_true()) {
      world_.unknowns.push_back(fmt::format("{} is one page of several; give the other pages, too", file_name()));
    }
    if (policies_of_aws_ > 0) {
      world_.unknowns.push_back(fmt::format("policies that AWS manages are named here and not described: {} of {}",
                                            policies_of_aws_, file_name()));
    }
    return true;
  }

 private:
  std::string file_name() const { return root_.at().file ? root_.at().file->name() : std::string("the file"); }

  void error(Value at, std::string message) {
    diagnostics_.error(at.at(), std::move(message));
    is_good_ = false;
  }

  std::vector<Value> list(std::string_view name) {
    const Value value = root_.member(name);
    if (!value) return {};
    if (value.is_list()) return value.items();
    error(value, fmt::format("`{}` should be a list", name));
    return {};
  }

  // Its name; empty after a message.
  std::string name_of(Value entry, std::string_view key, std::string_view what) {
    if (entry.is_map() && entry.member(key).is_scalar()) return std::string(entry.member(key).text());
    error(entry ? entry : root_, fmt::format("{} has no `{}`", what, key));
    return {};
  }

  // What roles, users and policies have in common.
  Tree begin(Value entry, std::string_view name_in_entry, std::string_view name_in_template) {
    Tree properties = Tree::map();
    properties.set(std::string(name_in_template), std::string(entry.member(name_in_entry).text()));
    if (const Value arn = entry.member("Arn")) properties.set("arn", std::string(arn.text()));
    if (const Value path = entry.member("Path")) properties.set("Path", std::string(path.text()));
    if (const Value tags = entry.member("Tags"); tags.is_list()) properties.set("Tags", tree_of(tags));
    if (const Value boundary = entry.member("PermissionsBoundary").member("PermissionsBoundaryArn")) {
      properties.set("PermissionsBoundary", std::string(boundary.text()));
    }
    return properties;
  }

  struct Rights {
    Tree attached = Tree::list();
    Tree inline_ones = Tree::list();
  };

  // Attached policies may be one object instead of a list of one.
  static void add_rights(Value entry, std::string_view inline_key, const std::string& prefix, Rights& rights) {
    for (const Value& policy : one_or_many(entry.member("AttachedManagedPolicies"))) {
      if (const Value arn = policy.member("PolicyArn")) rights.attached.add(Tree::scalar(std::string(arn.text())));
    }
    for (const Value& policy : one_or_many(entry.member(inline_key))) {
      if (!policy.is_map()) continue;
      Tree one = Tree::map();
      one.set("PolicyName", prefix + std::string(policy.member("PolicyName").text()));
      one.set("PolicyDocument", document_of(policy.member("PolicyDocument")));
      rights.inline_ones.add(std::move(one));
    }
  }

  static void put(Rights rights, Tree& properties) {
    if (!rights.attached.children.empty()) properties.set("ManagedPolicyArns", std::move(rights.attached));
    if (!rights.inline_ones.children.empty()) properties.set("Policies", std::move(rights.inline_ones));
  }

  void add(std::string id, std::string type, Tree properties) {
    resources_.push_back({std::move(id), std::move(type), std::move(properties)});
  }

  struct Group {
    Value value;
    Tree members = Tree::list();  // names of users
  };

  void read_group(Value group) {
    const std::string name = name_of(group, "GroupName", "a group");
    if (!name.empty()) groups_[name].value = group;
  }

  // A part of its members, who have what it gives them.
  void add_group(const std::string& name, const Group& group) {
    if (group.members.children.empty()) {
      world_.unknowns.push_back(
          fmt::format("the group {} has no users in {}, so what it gives counts for nobody", name, file_name()));
      return;
    }
    Tree properties = Tree::map();
    properties.set("Members", group.members);
    add(name, "GroupDetail", std::move(properties));
  }

  void add_role(Value role) {
    const std::string name = name_of(role, "RoleName", "a role");
    if (name.empty()) return;
    Tree properties = begin(role, "RoleName", "RoleName");
    if (const Value id = role.member("RoleId")) properties.set("RoleId", std::string(id.text()));
    if (const Value trust = role.member("AssumeRolePolicyDocument")) {
      properties.set("AssumeRolePolicyDocument", document_of(trust));
    }
    Rights rights;
    add_rights(role, "RolePolicyList", "", rights);
    put(std::move(rights), properties);
    add(name, "AWS::IAM::Role", std::move(properties));
    for (const Value& profile : one_or_many(role.member("InstanceProfileList"))) add_profile(profile, name);
  }

  void add_profile(Value profile, const std::string& role) {
    const std::string name = name_of(profile, "InstanceProfileName", "an instance profile");
    if (name.empty() || !profiles_.insert(name).second) return;
    Tree properties = begin(profile, "InstanceProfileName", "InstanceProfileName");
    properties.set("Roles", Tree::list({Tree::scalar(role)}));
    add(name, "AWS::IAM::InstanceProfile", std::move(properties));
  }

  void add_user(Value user) {
    const std::string name = name_of(user, "UserName", "a user");
    if (name.empty()) return;
    Tree properties = begin(user, "UserName", "UserName");
    if (const Value id = user.member("UserId")) properties.set("UserId", std::string(id.text()));
    Rights rights;
    add_rights(user, "UserPolicyList", "", rights);
    for (const Value& group : one_or_many(user.member("GroupList"))) {
      const auto known = groups_.find(std::string(group.text()));
      if (known == groups_.end()) {
        world_.unknowns.push_back(
            fmt::format("user {} is in the group {}, which {} does not describe", name, group.text(), file_name()));
      } else {
        add_rights(known->second.value, "GroupPolicyList", fmt::format("{}/", known->first), rights);
        known->second.members.add(Tree::scalar(name));
      }
    }
    put(std::move(rights), properties);
    add(name, "AWS::IAM::User", std::move(properties));
  }

  void add_policy(Value policy) {
    const std::string name = name_of(policy, "PolicyName", "a policy");
    if (name.empty()) return;
    if (is_of_aws(policy.member("Arn").text())) {
      ++policies_of_aws_;
      return;
    }
    Tree properties = begin(policy, "PolicyName", "ManagedPolicyName");
    for (const Value& version : one_or_many(policy.member("PolicyVersionList"))) {
      const bool is_default = version.member("IsDefaultVersion").is_true() ||
                              (policy.member("DefaultVersionId") &&
                               version.member("VersionId").text() == policy.member("DefaultVersionId").text());
      if (is_default && version.member("Document"))
        properties.set("PolicyDocument", document_of(version.member("Document")));
    }
    add(name, "AWS::IAM::ManagedPolicy", std::move(properties));
  }

  Value root_;
  World& world_;
  input::Diagnostics& diagnostics_;
  bool is_good_ = true;
  std::vector<TemplateResource> resources_;
  std::map<std::string, Group> groups_;
  std::set<std::string> profiles_;
  std::size_t policies_of_aws_ = 0;
};

}  // namespace

bool read_account_details(Value root, Documents& documents, World& world, input::Diagnostics& diagnostics) {
  return AccountDetails(root, world, diagnostics).read(documents);
}

}  // namespace moshimo::models::importing
