// What a text can stand for in AWS: the parts of an ARN, the name in it, and other ways to write the same identity.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalogue.hpp"

namespace moshimo::models::importing {

struct Arn {
  std::string_view service, region, account, resource;
};
std::optional<Arn> parse_arn(std::string_view text);
bool is_account(std::string_view text);
bool is_uuid(std::string_view text);

// The name in an ARN, by the catalogue's template for the type; empty when it is another kind of ARN.
std::string name_by_template(const TypeDef& type, std::string_view arn);

// Forms of an identity that stand for the same thing: `:*`, `/*`, versions, secrets' keys, invoke ARNs, URLs of images.
std::vector<std::string> forms_of(std::string_view text);

// Whether a text that is no ARN can name something of a type, where names of the type have a form of their own.
bool can_mean(std::string_view text, std::string_view type);

// An ARN or a URL means something even where any type can stand; a bare name does not.
bool is_identity_of_anything(std::string_view text);

// Where the URL of a queue says that it lives: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.
struct QueueUrl {
  std::string_view region, account, name;
};
std::optional<QueueUrl> parse_queue_url(std::string_view text);

}  // namespace moshimo::models::importing
