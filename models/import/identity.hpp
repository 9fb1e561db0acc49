// What a text names, by what the catalogue says of the ARNs, names and URLs of its types.
#pragma once

#include <optional>
#include <string_view>

#include "models/catalogue.hpp"

namespace moshimo::models::importing {

// Views into the text that names something.
struct Named {
  std::string_view identity;  // without what follows it: an object in a bucket, a version, a tag
  std::string_view name;      // empty where only another identity stands inside
  std::string_view account;   // where the text says them
  std::string_view region;
};

// What the text names if it names one of the type: by ARN, or in a way that the type has of its own.
std::optional<Named> named_by(const TypeDef& type, std::string_view text);

// Whether a text that is no ARN can name one of the type, and not only something that stands for one.
bool can_name(const TypeDef& type, std::string_view text, const Catalogue& catalogue);

// It names something of AWS itself, which nobody can delete.
bool is_of_aws(const TypeDef& type, std::string_view text);

}  // namespace moshimo::models::importing
