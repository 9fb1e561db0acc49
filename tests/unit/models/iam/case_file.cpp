#include "tests/unit/models/iam/case_file.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace moshimo::models::iam {
namespace {

using nlohmann::json;

std::vector<std::string> texts(const json& value) {
  if (value.is_array()) return value.get<std::vector<std::string>>();
  return {value.get<std::string>()};
}

Caller caller_of(const json& at) {
  if (at.contains("user")) return user(at["user"], at.value("id", ""));
  if (at.contains("role")) return role_session(at["role"], at.value("session", "session"), at.value("id", ""));
  if (at.contains("federated")) return federated_user(at["federated"], at.value("session", "session"));
  if (at.contains("root")) return root_user(at["root"].get<std::string>());
  if (at.contains("service")) return service(at["service"]);
  if (at.contains("provider")) return identity_provider(at["provider"]);
  REQUIRE(at.contains("anonymous"));
  return anonymous();
}

std::string_view short_name(PolicyClass c) {
  switch (c) {
    case PolicyClass::rcp: return "rcp";
    case PolicyClass::scp: return "scp";
    case PolicyClass::resource: return "resource";
    case PolicyClass::identity: return "identity";
    case PolicyClass::boundary: return "boundary";
    case PolicyClass::session: return "session";
  }
  return "";
}

class CaseReader {
 public:
  CaseReader(const json& shared, Case& c) : shared_(shared), case_(c) {}

  void read(const json& at) {
    case_.caller = caller_of(at.at("caller"));
    case_.request.action = at.at("action");
    case_.request.resource = at.value("resource", "*");
    case_.request.resource_account = at.value("resource_account", "");
    const json keys = at.value("keys", json::object());
    for (const auto& [name, value] : keys.items()) case_.request.keys.set(name, texts(value));
    AppliedPolicies& policies = case_.policies;
    policies.identity = list(at, "identity", DocumentKind::identity);
    if (at.contains("boundary")) policies.boundary = list(at, "boundary", DocumentKind::identity).front();
    if (at.contains("session")) policies.session = list(at, "session", DocumentKind::identity);
    policies.resource = list(at, "resource_policy", DocumentKind::resource);
    for (const Policy* trust : list(at, "trust", DocumentKind::trust)) policies.resource.push_back(trust);
    policies.scps = path(at, "scps", DocumentKind::scp);
    policies.rcps = path(at, "rcps", DocumentKind::rcp);
    case_.expected = at.at("expect");
    case_.because = at.value("because", std::vector<std::string>{});
    case_.missing = at.value("missing", std::vector<std::string>{});
    std::ranges::sort(case_.because);
  }

 private:
  // A name of a shared policy, a document, or a single statement.
  const Policy* add(const json& at, DocumentKind kind) {
    std::string name = at.is_string() ? at.get<std::string>() : std::string(1, next_++);
    json document = at.is_string() ? shared_.at(name) : at;
    if (document.is_array() || !document.contains("Statement")) {
      document = {{"Version", "2012-10-17"}, {"Statement", document}};
    }
    input::Diagnostics diagnostics;
    case_.documents.push_back(parse_policy(std::move(name), kind, document.dump(), diagnostics));
    for (const input::Diagnostic& d : diagnostics.errors()) case_.mistakes += to_string(d) + "\n";
    return &case_.documents.back();
  }

  PolicyList list(const json& at, const char* key, DocumentKind kind) {
    PolicyList policies;
    next_ = 'a';
    if (!at.contains(key)) return policies;
    const json& value = at[key];
    if (!value.is_array()) return {add(value, kind)};
    for (const json& one : value) policies.push_back(add(one, kind));
    return policies;
  }

  OrganizationPath path(const json& at, const char* key, DocumentKind kind) {
    OrganizationPath path;
    next_ = 'a';
    if (!at.contains(key)) return path;
    path.is_management_account = at.value(std::string(key) + "_of_management_account", false);
    for (const json& level : at[key]) {
      path.levels.emplace_back();
      for (const json& one : level) path.levels.back().push_back(add(one, kind));
    }
    return path;
  }

  const json& shared_;
  Case& case_;
  char next_ = 'a';
};

}  // namespace

std::deque<Case> read_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(MOSHIMO_SOURCE_DIR "/tests/cases/iam")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::deque<Case> cases;
  for (const auto& path : files) {
    std::ifstream stream(path);
    INFO(path);
    const json file = json::parse(stream);
    const json shared = file.value("policies", json::object());
    for (const json& entry : file.at("cases")) {
      json at = file.value("defaults", json::object());
      for (const auto& [key, value] : entry.items()) {
        if (value.is_null()) {
          at.erase(key);
        } else {
          at[key] = value;
        }
      }
      Case& c = cases.emplace_back();
      c.file = path.filename().string();
      c.title = at.at("title");
      c.why = at.at("why");
      INFO(c.title);
      CaseReader(shared, c).read(at);
    }
  }
  for (Case& c : cases) c.request.caller = &c.caller;
  return cases;
}

std::vector<std::string> cited(const Decision& decision) {
  std::vector<std::string> all;
  for (const Cited& c : decision.because) {
    const std::string label = c.policy->label(c.statement);
    all.push_back(fmt::format("{} {}{}{}", short_name(c.by), c.policy->name, label.starts_with('#') ? "" : "/", label));
  }
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> missing(const Decision& decision) {
  std::vector<std::string> all;
  for (const PolicyClass c : decision.missing) all.emplace_back(short_name(c));
  return all;
}

}  // namespace moshimo::models::iam
