// What only a deployment decides, as it stands in the texts of a template that was evaluated.
//
// `${0!Orders}` is the resource Orders of the first file, whatever its name, ARN or URL will be; `${0!Runner.RoleId}`
// its unique ID. `<Stage>` is a text that the template leaves open, and equal to every other `<Stage>` of it. Nothing
// else of a template has these forms: `${...}` of an IAM policy has no file in it.
#pragma once

#include <string>
#include <string_view>

namespace moshimo::models::importing {

std::string resource_placeholder(int file, std::string_view logical_id);
std::string unique_id_placeholder(int file, std::string_view logical_id);
std::string open_text(std::string_view what);  // brackets inside it are left out

bool has_placeholder(std::string_view text);  // of a resource
bool is_placeholder(std::string_view text);   // of a resource, and nothing else
bool is_unique_id_placeholder(std::string_view text);
bool is_left_open(std::string_view text);  // has a placeholder or an open text
// Where `what` first stands outside of what is left open; npos when it does not.
std::size_t find_outside_open(std::string_view text, std::string_view what);
// The resource of a unique ID; any other text as it is.
std::string without_attribute(std::string_view placeholder);
// For people: `<Orders>` for the resource Orders.
std::string shown(std::string_view text);

}  // namespace moshimo::models::importing
