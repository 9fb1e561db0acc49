// Who takes on a role for whom, as its trust policy sees it: a service with the keys it is known to send, or the token
// of an identity provider.
#include <algorithm>
#include <fmt/format.h>

#include "models/permissions.hpp"

namespace moshimo::models {
namespace {

Scope of_component(Index c) { return Scope{c, nullptr, nullptr, nullptr}; }

// What a resource is called in its ARN: function, cluster.
std::string_view kind_in(std::string_view arn) {
  const std::string_view rest = iam::arn_part(arn, 5);
  return rest.substr(0, rest.find_first_of(":/"));
}

// Whether the conditions of a trust policy tell apart those for whom a service comes.
bool tells_apart(const iam::Policy& policy) {
  return std::any_of(policy.statements.begin(), policy.statements.end(), [](const iam::Statement& s) {
    return std::any_of(s.conditions.begin(), s.conditions.end(), [](const iam::Condition& c) {
      return c.lower_key.starts_with("aws:source") || c.lower_key.ends_with(":sub");
    });
  });
}

// Services send the ARN of different things. It is known where the policy speaks of things of the same kind.
bool speaks_of_kind(const iam::Policy& policy, std::string_view arn) {
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    for (const std::string& word : condition_values(policy, i, "aws:sourcearn")) {
      const std::string_view kind = kind_in(word);
      const bool is_same = iam::arn_part(word, 2) == iam::arn_part(arn, 2) && (kind == kind_in(arn) || kind == "*");
      if (is_same) return true;
    }
  }
  return false;
}

std::string in_region(std::string_view service, std::string_view region) {
  const std::size_t dot = service.find('.');
  return fmt::format("{}.{}{}", service.substr(0, dot), region, service.substr(dot));
}

}  // namespace

bool Permissions::has_trust(const Thing& principal) {
  if (!has_documents_) return false;
  const Index role = principal_of(principal);
  return role != nothing && own_kind(*world_.part(role).type) == iam::DocumentKind::trust && own_document(role);
}

bool Permissions::is_given_by(Index component, const std::string& attribute, Index role) {
  if (attribute.empty()) return true;
  Things found(world_);
  world_.values(component, attribute, *found);
  return std::any_of(found.begin(), found.end(), [&](const Thing& t) { return principal_of(t) == role; });
}

std::optional<Thing> Permissions::worker(Index component, const Thing& principal) {
  if (!has_trust(principal)) return std::nullopt;
  const Index role = principal_of(principal);
  const iam::Policy* const trust = own_document(role);
  for (Index c = component; c != nothing; c = world_.part(c).parent) {
    Worker worker{c, {}};
    std::string key;
    for (const WorksAsDef& def : world_.part(c).type->works_as) {
      if (!world_.holds(def.test, of_component(c)) || !is_given_by(c, def.through, role)) continue;
      if (def.principal) {
        Things found(world_);
        world_.follow(*def.principal, of_component(c), *found);
        if (!found.empty() && principal_of(found.front()) != role) return found.front();
        continue;
      }
      key += fmt::format("{}{}{}", key.empty() ? "" : " ", def.service, world_.text(def.provider, of_component(c)));
      worker.as.push_back(&def);
    }
    if (worker.as.empty()) continue;
    if (tells_apart(*trust)) key += fmt::format(" for {}", world_.part(c).name);
    auto known = workers_.find(key);
    if (known == workers_.end()) known = workers_.emplace(std::move(key), std::move(worker)).first;
    return Thing::of_text(known->first);
  }
  return std::nullopt;
}

Permissions::Held& Permissions::held_of(iam::Caller caller) {
  const auto [at, is_new] = held_by_name_.try_emplace(caller.name);
  if (is_new) {
    at->second.caller.name = caller.name;
    at->second.caller.caller = std::move(caller);
  }
  return at->second;
}

std::vector<Permissions::Asker> Permissions::askers(const Worker& worker, Index role) {
  const iam::Policy& trust = *own_document(role);
  const Scope scope = of_component(worker.component);
  std::vector<Asker> found;
  for (const WorksAsDef* def : worker.as) {
    if (!def->service.empty()) {
      std::vector<std::pair<std::string, std::string>> keys{{"aws:SourceAccount", world_.account_of(worker.component)}};
      std::string arn = world_.text(world_.part(worker.component).type->arn, scope);
      if (!arn.empty() && speaks_of_kind(trust, arn)) keys.emplace_back("aws:SourceArn", std::move(arn));
      for (const std::string& name : {def->service, in_region(def->service, world_.region_of(worker.component))}) {
        found.push_back({&held_of(iam::service(name)), {"sts:AssumeRole"}, keys});
      }
      continue;
    }
    const std::string part = world_.text(def->provider, scope);
    const std::string subject = world_.text(def->subject, scope);
    std::vector<std::string> names;
    for (const iam::Statement& s : trust.statements) {
      for (const iam::Principal& p : s.principals) {
        const bool is_meant = p.kind == iam::Principal::Kind::provider && p.text.find(part) != std::string::npos;
        if (is_meant && std::find(names.begin(), names.end(), p.text) == names.end()) names.push_back(p.text);
      }
    }
    if (names.empty()) names.push_back(part);
    for (const std::string& name : names) {
      constexpr std::string_view in_arn = "oidc-provider/";
      const std::size_t at = name.find(in_arn);
      const std::string issuer = at == std::string::npos ? name : name.substr(at + in_arn.size());
      Asker asker{&held_of(iam::identity_provider(name)), {"sts:AssumeRoleWithWebIdentity"}, {}};
      asker.keys.emplace_back(issuer + ":aud", "sts.amazonaws.com");
      if (!subject.empty()) asker.keys.emplace_back(issuer + ":sub", subject);
      found.push_back(std::move(asker));
    }
  }
  return found;
}

}  // namespace moshimo::models
