#include "models/text_form.hpp"

#include <fmt/format.h>

namespace moshimo::models {
namespace {

constexpr std::size_t digits_of_an_account = 12;

bool is_place(const TextPart& part) { return part.kind != TextPart::Kind::literal; }

bool fits(std::string_view stretch, const TextPart& place) {
  if (place.kind == TextPart::Kind::path && place.path.text == "account") {
    return stretch.size() == digits_of_an_account && stretch.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return !stretch.empty() && stretch.find_first_of(" \t\n") == std::string_view::npos;
}

bool has_form_from(std::string_view text, const std::vector<TextPart>& parts, std::size_t i) {
  if (i == parts.size()) return text.empty();
  if (!is_place(parts[i])) {
    return text.starts_with(parts[i].text) && has_form_from(text.substr(parts[i].text.size()), parts, i + 1);
  }
  if (i + 1 == parts.size()) return fits(text, parts[i]);
  // A place takes what stands before the next literal, wherever that comes again.
  const std::string_view next = parts[i + 1].text;
  for (std::size_t end = text.find(next, 1); end != std::string_view::npos; end = text.find(next, end + 1)) {
    if (fits(text.substr(0, end), parts[i]) && has_form_from(text.substr(end), parts, i + 1)) return true;
  }
  return false;
}

}  // namespace

bool has_form(std::string_view text, const Text& form) { return has_form_from(text, form.parts, 0); }

std::string written(const Text& form) {
  std::string out;
  for (const TextPart& part : form.parts) {
    switch (part.kind) {
      case TextPart::Kind::literal:
      case TextPart::Kind::report: out += part.text; break;
      case TextPart::Kind::path: out += fmt::format("<{}>", part.path.text); break;
      case TextPart::Kind::ask: out += fmt::format("<{}>", part.text); break;
    }
  }
  return out;
}

}  // namespace moshimo::models
