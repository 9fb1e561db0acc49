// An IAM policy document, read once with every mistake reported, then asked about any number of requests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "input/cursor.hpp"
#include "models/iam/condition.hpp"
#include "models/iam/principal.hpp"

namespace moshimo::models::iam {

// Where a document may stand, which decides what it must and must not have.
enum class DocumentKind : std::uint8_t {
  identity,  // managed or inline, boundary, session policy: no principal
  scp,       // no principal
  rcp,       // Deny only, everybody as principal; AWS's own RCPFullAWSAccess is left out when evaluating
  resource,  // bucket, queue, key policies and the like: with a principal
  trust,     // of a role: with a principal, without a resource
};

struct Statement {
  std::string sid;
  bool is_deny = false;
  bool not_action = false;
  bool not_resource = false;
  bool not_principal = false;
  std::vector<Pattern> actions;
  std::vector<Pattern> resources;           // empty: every resource
  std::vector<std::string> resource_words;  // the same as they are written
  std::vector<Principal> principals;
  std::vector<Condition> conditions;
  input::Position at;
};

struct Policy {
  std::string name;  // as reports show it
  DocumentKind kind = DocumentKind::identity;
  std::vector<Statement> statements;
  std::shared_ptr<const input::SourceFile> file;  // keeps the positions good

  std::string label(std::size_t statement) const;   // its Sid, or #2 counted from 1
  bool asks_for(std::string_view lower_key) const;  // a condition is about it
};

// Mistakes go to the diagnostics; their places are good as long as the policy is kept.

// A document that stands at a place in a file, as an object or as JSON text.
Policy read_policy(std::string name, DocumentKind kind, const input::Cursor& at);
// A document that is a JSON text of its own.
Policy parse_policy(std::string name, DocumentKind kind, std::string json, input::Diagnostics& diagnostics);

// As AWS keeps a document: where a principal is the ARN of a role or user, it is the one that has the ARN when the
// document is saved, by its ID. One made again later under the same ARN is not meant.
void save_as_ids(Policy& policy, const std::map<std::string, std::string>& id_of_arn);

}  // namespace moshimo::models::iam
