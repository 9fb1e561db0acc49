#include "models/import/arn.hpp"

#include <array>

namespace moshimo::models::importing {

bool is_arn(std::string_view text) { return text.starts_with("arn:"); }

std::optional<Arn> parse_arn(std::string_view text) {
  if (!is_arn(text)) return std::nullopt;
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  return Arn{parts[2], parts[3], parts[4], text};
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string_view after_partition(std::string_view text) {
  const std::size_t colon = is_arn(text) ? text.find(':', 4) : std::string_view::npos;
  return colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
}

bool is_whole_identity(std::string_view text) { return is_arn(text) || text.find("://") != std::string_view::npos; }

}  // namespace moshimo::models::importing
