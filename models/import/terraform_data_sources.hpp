// What Terraform's own data sources tell: in whose account the files were made, and whom a policy document names.
#pragma once

#include <optional>
#include <vector>

#include "models/import/iam_principals.hpp"
#include "models/import/terraform_references.hpp"

namespace moshimo::models::importing {

void note_callers(World& world);

// One of those a document names: known, or an expression of the configuration that tells.
struct DocumentPrincipal {
  std::optional<NamedPrincipal> known;
  Value expression;
};
// Nobody when the instance is no `aws_iam_policy_document`.
std::vector<DocumentPrincipal> principals_of_document(const Instance& instance, const References& references);

}  // namespace moshimo::models::importing
