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
#include "models/catalogue.hpp"
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

// Whether it is a whole document, as AWS would take it in this attribute of a resource.
bool is_document_in(const Value& value, const Resource& resource, const TypeDef& type, std::string_view attribute);

// A value as JSON, texts as texts.
std::string json_of(const Value& value);

// The values that a condition key is compared with in a statement; `lower_key` in small letters.
std::vector<std::string> condition_values(const iam::Policy& policy, std::size_t statement, std::string_view lower_key);

// What a statement says under some of its keys, as it is written; of conditions the keys they compare.
std::vector<std::string> words_of(const iam::Policy& policy, std::size_t statement,
                                  std::initializer_list<std::string_view> keys);

}  // namespace moshimo::models
