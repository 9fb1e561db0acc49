#include "models/import/terraform_data_sources.hpp"

#include "models/import/arn.hpp"

namespace moshimo::models::importing {

void note_callers(World& world) {
  for (const Instance& instance : world.instances) {
    if (!instance.is_data || instance.type != "aws_caller_identity") continue;
    const std::string_view account = instance.values.member("account_id").text();
    if (is_account(account)) world.callers.emplace_back(account);
  }
}

std::vector<DocumentPrincipal> principals_of_document(const Instance& instance, const References& references) {
  std::vector<DocumentPrincipal> all;
  if (!instance.is_data || instance.type != "aws_iam_policy_document") return all;
  if (const Value json = instance.values.member("json")) {
    for (NamedPrincipal& p : principals_of(json.decoded())) all.push_back({std::move(p), {}});
    return all;
  }
  const Value statements = references.expressions(instance).member("statement");
  for (const Value& statement : statements.items()) {
    for (const Value& who : statement.member("principals").items()) {
      const Value identifiers = who.member("identifiers");
      const bool is_service = who.member("type").member("constant_value").text() == "Service";
      for (const Value& constant : identifiers.member("constant_value").items()) {
        NamedPrincipal p = is_service ? NamedPrincipal{NamedPrincipal::By::service, std::string(constant.text()), false}
                                      : principal_from(constant.text());
        if (!p.named_as.empty()) all.push_back({std::move(p), {}});
      }
      all.push_back({std::nullopt, identifiers});
    }
  }
  return all;
}

}  // namespace moshimo::models::importing
