// The policy documents of an inventory, each read when somebody first asks for it.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/iam/policy.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

class Documents {
 public:
  // What is written at `value`: an object, or JSON as a text. Null where that is no policy, which is reported once.
  const iam::Policy* read(const Value& value, iam::DocumentKind kind, std::string_view name,
                          input::Diagnostics& diagnostics);

 private:
  std::map<std::pair<const Value*, iam::DocumentKind>, std::unique_ptr<const iam::Policy>> read_;
};

// Whether it is a whole document, as AWS would take it for a principal (or a policy of its own), and for a resource.
bool is_document_of_principal(const Value& value);
bool is_document_of_resource(const Value& value);

// A value as JSON, texts as texts.
std::string json_of(const Value& value);

// What a statement says under some of its keys, as it is written; of conditions the keys they compare.
std::vector<std::string> words_of(const iam::Policy& policy, std::size_t statement,
                                  std::initializer_list<std::string_view> keys);

}  // namespace moshimo::models
