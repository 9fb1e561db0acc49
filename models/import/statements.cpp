#include "models/import/statements.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/placeholders.hpp"
#include "models/import/terraform_data_sources.hpp"

namespace moshimo::models::importing {

Statements::Statements(const Places& places, Components& components, Links& links, const Catalogue& catalogue,
                       const KnownNames& names)
    : places_(places), components_(components), links_(links), catalogue_(catalogue), names_(names) {
  principal_.kind = AttributeDef::Kind::refers_to;
  principal_.or_text = true;
  if (const auto* group = catalogue.find_group("principal")) principal_.types = *group;
}

// Looks at the whole catalogue when it is first asked.
bool Statements::is_service(const std::string& name) {
  const auto add = [this](const std::vector<PrincipalDef>& as) {
    for (const PrincipalDef& p : as) {
      if (p.is_service) services_.insert(p.service);
    }
  };
  if (services_.empty()) {
    for (const TypeDef* type : catalogue_.types()) {
      for (const WorksAsDef& w : type->works_as) services_.insert(w.service);
      for (const HopDef& hop : type->hops) add(hop.as);
    }
  }
  return services_.count(name) != 0;
}

void Statements::by_expression(int source, int instance, Value expression, int depth, Named& named) const {
  if (!expression || depth > 5) return;
  const References& references = places_.references(source);
  const Resolution resolution = references.resolve(expression, places_.instance(source, instance));
  for (const Target& target : resolution.targets) {
    const int meant = components_.of(source, target.instance);
    if (meant >= 0 && Links::fits(components_[meant], principal_)) {
      named.push_back({{NamedPrincipal::By::arn, components_[meant].name, false}, ImportedEdge::How::reference});
      continue;
    }
    const Instance& document = places_.instance(source, target.instance);
    for (const DocumentPrincipal& p : principals_of_document(document, references)) {
      if (p.known) {
        named.push_back({*p.known, ImportedEdge::How::reference});
      } else {
        by_expression(source, target.instance, p.expression, depth + 1, named);
      }
    }
  }
}

Statements::Named Statements::principals_in(const Place& place, const Component& c, const std::string& where) {
  Named named;
  const Value text = place.value ? place.value : place.policy;
  if (text) {
    for (NamedPrincipal& p : principals_of(text.decoded())) {
      const auto how = has_placeholder(p.named_as) ? ImportedEdge::How::reference : ImportedEdge::How::value;
      named.push_back({std::move(p), how});
    }
  } else if (place.is_unknown) {
    links_.mark_unknown(c, where, place);
    by_expression(place.source, place.instance, place.expression, 0, named);
    // What else it will say nobody knows yet, so it shuts nobody out.
    if (!named.empty()) named.push_back({{NamedPrincipal::By::account, "*", false}, ImportedEdge::How::reference});
  }
  return named;
}

void Statements::read(const Place& place, const Component& c, const std::string& where, models::Value& list,
                      std::vector<ImportedEdge>& edges) {
  const bool is_secret = !place.value && place.policy;  // whom it names is told only where that is known anyway
  for (const auto& [named, how] : principals_in(place, c, where)) {
    models::Value statement = models::Value::map();
    const std::string role = named.is_spared ? "only" : "allows";
    int target = -1;
    std::string former;  // the name of one that was there before the plan
    switch (named.by) {
      case NamedPrincipal::By::arn:
      case NamedPrincipal::By::arn_condition:
      case NamedPrincipal::By::role_id: {
        if (how == ImportedEdge::How::reference) target = components_.named(named.named_as);
        if (target < 0) target = links_.find(named.named_as, principal_, c);
        if (target < 0 && !is_secret && named.by != NamedPrincipal::By::role_id) {
          target = links_.find_or_external(named.named_as, principal_, c);
        }
        const auto earlier = names_.by_identity.find(named.named_as);
        if (target < 0 && earlier != names_.by_identity.end()) {
          former = earlier->second;
        } else if (target < 0 && !is_secret && named.by == NamedPrincipal::By::role_id) {
          links_.unresolved(
              c, where,
              named.is_in_condition
                  ? fmt::format("{} is the ID of no role here; it may be what is left of a deleted one", named.named_as)
                  : fmt::format("{} is what is left of a deleted {}: AWS shows an ID where the ARN leads nowhere",
                                named.named_as, is_user_id(named.named_as) ? "user" : "role"));
        }
        break;
      }
      case NamedPrincipal::By::account:
      case NamedPrincipal::By::service: break;
    }
    const bool is_aws = named.by == NamedPrincipal::By::service && (!is_secret || is_service(named.named_as));
    if (target < 0 && former.empty() && is_secret && !is_aws) {
      links_.unresolved(c, where, "it is marked as sensitive, and names somebody who is not in the files");
      continue;
    }
    if (target < 0 && former.empty() && named.is_spared) continue;  // a Deny can only spare a principal that is known
    if (target >= 0) components_.want(target);
    statement.set(role, target >= 0 ? components_[target].name : !former.empty() ? former : shown(named.named_as));
    if (named.by != NamedPrincipal::By::arn) statement.set("by", std::string(name_of(named.by)));
    const std::string by(name_of(named.by));
    const bool is_known = std::any_of(list.children.begin(), list.children.end(), [&](const models::Value& other) {
      const models::Value* whom = other.find(role);
      const models::Value* other_by = other.find("by");
      return whom && whom->text == statement.find(role)->text && (other_by ? other_by->text : "arn") == by;
    });
    if (is_known) continue;
    if (target >= 0) {
      edges.push_back(
          {c.name, fmt::format("{}[{}].{}", where, list.children.size(), role), components_[target].name, how});
    }
    list.add(std::move(statement));
  }
}

}  // namespace moshimo::models::importing
