#include "models/import/placeholders.hpp"

#include <fmt/format.h>

namespace moshimo::models::importing {

namespace {

struct Found {
  std::size_t begin = std::string_view::npos;
  std::size_t name = 0;
  std::size_t end = 0;  // after the closing brace
};

Found find_placeholder(std::string_view text, std::size_t from = 0) {
  for (std::size_t at = text.find("${", from); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::size_t i = at + 2;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    if (i == at + 2 || i >= text.size() || text[i] != '!') continue;
    const std::size_t end = text.find('}', i);
    if (end != std::string_view::npos) return {at, i + 1, end + 1};
  }
  return {};
}

}  // namespace

std::string resource_placeholder(int file, std::string_view logical_id) {
  return fmt::format("${{{}!{}}}", file, logical_id);
}

std::string unique_id_placeholder(int file, std::string_view logical_id) {
  return fmt::format("${{{}!{}.RoleId}}", file, logical_id);
}

std::string open_text(std::string_view what) {
  std::string text = "<";
  for (const char c : shown(what)) {
    if (c != '<' && c != '>') text += c;
  }
  return text + ">";
}

bool has_placeholder(std::string_view text) { return find_placeholder(text).begin != std::string_view::npos; }

bool is_placeholder(std::string_view text) {
  const Found found = find_placeholder(text);
  return found.begin == 0 && found.end == text.size();
}

bool is_unique_id_placeholder(std::string_view text) { return is_placeholder(text) && text.ends_with(".RoleId}"); }

bool is_left_open(std::string_view text) {
  const std::size_t open = text.find('<');
  return has_placeholder(text) || (open != std::string_view::npos && text.find('>', open) != std::string_view::npos);
}

std::size_t find_outside_open(std::string_view text, std::string_view what) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(what)) return i;
    const std::size_t end = text[i] == '<' ? text.find('>', i) : std::string_view::npos;
    if (end != std::string_view::npos) i = end;
  }
  return std::string_view::npos;
}

std::string without_attribute(std::string_view placeholder) {
  if (!is_unique_id_placeholder(placeholder)) return std::string(placeholder);
  return std::string(placeholder.substr(0, placeholder.find('.'))) + "}";
}

std::string shown(std::string_view text) {
  std::string out;
  std::size_t from = 0;
  for (Found found = find_placeholder(text); found.begin != std::string_view::npos;
       found = find_placeholder(text, from)) {
    out += text.substr(from, found.begin - from);
    out += fmt::format("<{}>", text.substr(found.name, found.end - 1 - found.name));
    from = found.end;
  }
  out += text.substr(from);
  return out;
}

}  // namespace moshimo::models::importing
