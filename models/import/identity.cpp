#include "models/import/identity.hpp"

#include <algorithm>

#include "models/import/arn.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

bool is_place(const TextPart& part) { return part.kind != TextPart::Kind::literal; }

bool is_place_of(const TextPart& part, std::string_view what) {
  return part.kind == TextPart::Kind::path && part.path.text == what;
}

// Where what may follow an identity of the type begins.
std::size_t end_of_identity_in(std::string_view text, const TypeDef& type) {
  std::size_t end = text.size();
  for (const std::string& after : type.identity.followed_by) end = std::min(end, find_outside_open(text, after));
  return end;
}

// Reads a text by a pattern from the left; each place takes what stands before the next literal.
class PatternMatch {
 public:
  PatternMatch(const TypeDef& type, const Text& pattern, std::string_view text)
      : type_(type), parts_(pattern.parts), text_(text), rest_(text) {}

  std::optional<Named> read() {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!is_place(parts_[i])) {
        if (!take_literal(parts_[i].text, i == 0)) return std::nullopt;
        continue;
      }
      // Neighbouring places ({path}{name}) share a stretch of text.
      std::size_t last = i;
      while (last + 1 < parts_.size() && is_place(parts_[last + 1])) ++last;
      const std::size_t end =
          last + 1 < parts_.size() ? find_outside_open(rest_, parts_[last + 1].text) : end_of_identity();
      if (end == std::string_view::npos) return std::nullopt;
      if (!share(i, last, rest_.substr(0, end))) return std::nullopt;
      rest_.remove_prefix(end);
      i = last;
    }
    if (!rest_.empty() && end_of_identity() != 0) return std::nullopt;
    return whole();
  }

 private:
  bool take_literal(std::string_view literal, bool is_first) {
    if (is_first && literal.starts_with(arn_of_any_partition)) {
      const std::string_view after = after_partition(rest_);
      if (after.empty()) return false;
      rest_ = after;
      literal.remove_prefix(arn_of_any_partition.size());
    }
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  std::size_t end_of_identity() const { return end_of_identity_in(rest_, type_); }

  // An account or a Region is one word.
  bool share(std::size_t first, std::size_t last, std::string_view stretch) {
    const bool is_one_word = stretch.find_first_of(":/") == std::string_view::npos;
    for (std::size_t i = first; i <= last; ++i) {
      const bool is_of_account = is_place_of(parts_[i], "account");
      const bool is_of_region = is_place_of(parts_[i], "region");
      if ((is_of_account || is_of_region) && !is_one_word) return false;
      if (is_of_account) named_.account = stretch;
      if (is_of_region) named_.region = stretch;
      if (is_place_of(parts_[i], "arn")) inner_ = stretch;
      if (!is_place_of(parts_[i], "name")) continue;
      const std::size_t slash = i > first ? stretch.rfind('/') : std::string_view::npos;
      named_.name = slash == std::string_view::npos ? stretch : stretch.substr(slash + 1);
      has_name_ = true;
    }
    return true;
  }

  std::optional<Named> whole() {
    if (!inner_.empty()) {
      const auto inside = named_by(type_, inner_);
      return inside ? inside : Named{inner_, {}, {}, {}};
    }
    named_.identity = text_.substr(0, text_.size() - rest_.size());
    if (!has_name_) {
      named_.name = named_.identity;
    } else if (is_arn(text_) && named_.name.find(':') != std::string_view::npos) {
      return std::nullopt;
    }
    return named_.name.empty() ? std::nullopt : std::optional(named_);
  }

  const TypeDef& type_;
  const std::vector<TextPart>& parts_;
  std::string_view text_;
  std::string_view rest_;
  std::string_view inner_;
  Named named_;
  bool has_name_ = false;
};

// A pattern that says more than "some name".
bool has_form(const Text& pattern) { return !std::all_of(pattern.parts.begin(), pattern.parts.end(), is_place); }

std::optional<Named> named_by_bare_name(const TypeDef& type, std::string_view text) {
  if (is_whole_identity(text)) return std::nullopt;
  const std::size_t end = end_of_identity_in(text, type);
  if (end == 0) return std::nullopt;
  return Named{text.substr(0, end), text.substr(0, end), {}, {}};
}

std::optional<Named> named_otherwise(const TypeDef& type, std::string_view text) {
  if (!type.identity.written) return named_by_bare_name(type, text);
  for (const Text& pattern : *type.identity.written) {
    const auto named = has_form(pattern) ? PatternMatch(type, pattern, text).read() : named_by_bare_name(type, text);
    if (named) return named;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Named> named_by(const TypeDef& type, std::string_view text) {
  const auto stands_in_it = [&](const std::string& part) { return text.find(part) != std::string_view::npos; };
  if (std::any_of(type.identity.without.begin(), type.identity.without.end(), stands_in_it)) return std::nullopt;
  if (!type.arn.empty()) {
    if (const auto named = PatternMatch(type, type.arn, text).read()) return named;
  }
  return named_otherwise(type, text);
}

bool can_name(const TypeDef& type, std::string_view text, const Catalogue& catalogue) {
  for (const std::string& other : type.identity.stood_for_by) {
    const TypeDef* stands = catalogue.find_type(other);
    if (stands != nullptr && named_otherwise(*stands, text)) return false;
  }
  return named_otherwise(type, text).has_value();
}

bool is_of_aws(const TypeDef& type, std::string_view text) {
  return std::any_of(type.identity.of_aws.begin(), type.identity.of_aws.end(),
                     [&](const Text& pattern) { return PatternMatch(type, pattern, text).read().has_value(); });
}

}  // namespace moshimo::models::importing
