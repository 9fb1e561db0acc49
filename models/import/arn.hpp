// The general form of identities in AWS: the parts of an ARN, account numbers, and what names a thing by itself.
#pragma once

#include <optional>
#include <string_view>

namespace moshimo::models::importing {

struct Arn {
  std::string_view service, region, account, resource;
};
std::optional<Arn> parse_arn(std::string_view text);
bool is_arn(std::string_view text);
bool is_account(std::string_view text);
bool is_uuid(std::string_view text);

// How patterns of the catalogue begin; the ARNs of other partitions name theirs in the second field.
constexpr std::string_view arn_of_any_partition = "arn:aws:";
// `iam::...` of `arn:aws-cn:iam::...`; empty when the text is no ARN.
std::string_view after_partition(std::string_view text);

// An ARN or a URL means something even where any type can stand; a bare name does not.
bool is_whole_identity(std::string_view text);

}  // namespace moshimo::models::importing
