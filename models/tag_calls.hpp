// Calls that change tags, as policies see them.
#pragma once

#include <string>
#include <vector>

#include "models/catalogue.hpp"
#include "models/document_edits.hpp"
#include "models/guards.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// What a call that changes tags says of them: aws:TagKeys, and aws:RequestTag/KEY of those that it sets. `tags`: those
// that the resource has; null: none.
void set_request_tags(const TypeDef& type, const DocumentEdit& edit, const Value* tags, iam::Keys& keys);

struct TagWay {
  std::string fault;   // "tag"
  std::string action;  // the call
};

// The calls on tags of the resource that nothing stops, and after which nothing stops `call` any more.
std::vector<TagWay> ways_by_tags(const Guards& guards, const TypeDef& type, const iam::Request& call);

}  // namespace moshimo::models
