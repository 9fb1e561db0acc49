#include "input/cursor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "input/phrases.hpp"

namespace moshimo::input {
namespace {

std::string found(const Node& node) {
  switch (node.kind) {
    case NodeKind::null: return "nothing";
    case NodeKind::list: return "a list";
    case NodeKind::map: return "a map";
    case NodeKind::scalar: return in_quotes(node.text);
  }
  return "";
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !((digits[0] >= '0' && digits[0] <= '9') || digits[0] == '.')) return std::nullopt;
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::array<std::string_view, 4> time_units{"s", "m", "h", "d"};
constexpr std::array<std::string_view, 4> rate_units{"/s", "/min", "/h", "/d"};

std::string with_units(std::string_view number, const std::array<std::string_view, 4>& units) {
  return fmt::format("{0}{1}, {0}{2}, {0}{3} or {0}{4}", number, units[0], units[1], units[2], units[3]);
}

}  // namespace

Cursor::Cursor(const Document& document, Diagnostics& diagnostics)
    : document_(&document), node_(&document.root()), diagnostics_(&diagnostics) {}

Cursor::Cursor(const Document* d, const Node* n, Diagnostics* diag) : document_(d), node_(n), diagnostics_(diag) {}

Position Cursor::at() const { return node_ == nullptr ? Position{} : document_->position(*node_); }

Position Cursor::key_at() const {
  if (node_ == nullptr || node_->key.data() == nullptr) return at();
  return {&document_->file(), node_->key_offset};
}

std::string_view Cursor::key() const { return node_ == nullptr ? std::string_view{} : node_->key; }

// Nodes stand in the order of the document, so the way down is through the last child that does not lie behind.
std::string Cursor::where() const {
  std::string path;
  if (node_ == nullptr) return path;
  const Node* at = &document_->root();
  while (at != node_ && at->first_child != 0) {
    std::size_t index = 0;
    const Node* child = &document_->node(at->first_child);
    while (child->next_sibling != 0 && &document_->node(child->next_sibling) <= node_) {
      child = &document_->node(child->next_sibling);
      ++index;
    }
    if (at->kind == NodeKind::list) {
      path += fmt::format("[{}]", index);
    } else {
      if (!path.empty()) path += '.';
      path += child->key;
    }
    at = child;
  }
  return path;
}

bool Cursor::is_map() const { return node_ != nullptr && node_->kind == NodeKind::map; }
bool Cursor::is_list() const { return node_ != nullptr && node_->kind == NodeKind::list; }
bool Cursor::is_scalar() const { return node_ != nullptr && node_->kind == NodeKind::scalar; }
bool Cursor::is_null() const { return node_ != nullptr && node_->kind == NodeKind::null; }
std::size_t Cursor::size() const { return node_ == nullptr ? 0 : node_->children; }

Cursor Cursor::first_child() const {
  if (node_ == nullptr || node_->first_child == 0) return {};
  return {document_, &document_->node(node_->first_child), diagnostics_};
}

Cursor Cursor::next_sibling() const {
  if (node_ == nullptr || node_->next_sibling == 0) return {};
  return {document_, &document_->node(node_->next_sibling), diagnostics_};
}

Cursor Cursor::find(std::string_view key) const {
  if (!is_map()) return {};
  for (Cursor c = first_child(); c; c = c.next_sibling()) {
    if (c.key() == key) return c;
  }
  return {};
}

Cursor Cursor::require(std::string_view key) const {
  if (node_ == nullptr) return {};
  if (!is_map()) {
    error(fmt::format("expected a map with the key {}, found {}", in_quotes(key), found(*node_)));
    return {};
  }
  Cursor c = find(key);
  if (!c) diagnostics_->error(key_at(), fmt::format("key {} is missing", in_quotes(key)));
  return c;
}

void Cursor::allow_only(std::initializer_list<std::string_view> keys) const {
  allow_only(std::vector<std::string_view>(keys));
}

void Cursor::allow_only(const std::vector<std::string_view>& keys) const {
  constexpr std::size_t few = 12;
  if (!is_map()) return;
  for (Cursor c = first_child(); c; c = c.next_sibling()) {
    if (std::ranges::find(keys, c.key()) != keys.end()) continue;
    diagnostics_->error(c.key_at(), [&] {
      std::string hint = did_you_mean(c.key(), keys);
      if (hint.empty() && !keys.empty() && keys.size() <= few) {
        std::vector<std::string_view> sorted = keys;
        std::ranges::sort(sorted);
        hint = fmt::format("; known here: {}", enumerated(sorted, "and"));
      }
      return fmt::format("unknown key {}{}", in_quotes(c.key()), hint);
    });
  }
}

std::vector<Cursor> Cursor::items() const {
  if (!expect_list("this")) return {};
  std::vector<Cursor> children;
  children.reserve(size());
  for (Cursor c = first_child(); c; c = c.next_sibling()) children.push_back(c);
  return children;
}

std::vector<Cursor> Cursor::entries() const {
  if (!expect_map("this")) return {};
  std::vector<Cursor> children;
  children.reserve(size());
  for (Cursor c = first_child(); c; c = c.next_sibling()) children.push_back(c);
  return children;
}

std::vector<Cursor> Cursor::one_or_many() const {
  if (node_ == nullptr) return {};
  if (is_list()) return items();
  return {*this};
}

void Cursor::error(std::string message) const {
  if (node_ != nullptr) diagnostics_->error(at(), std::move(message));
}

bool Cursor::expect_map(std::string_view what) const {
  if (node_ != nullptr && !is_map()) error(fmt::format("{} must be a map, found {}", what, found(*node_)));
  return is_map();
}

bool Cursor::expect_list(std::string_view what) const {
  if (node_ != nullptr && !is_list()) error(fmt::format("{} must be a list, found {}", what, found(*node_)));
  return is_list();
}

bool Cursor::expect_scalar(std::string_view what) const {
  if (node_ != nullptr && !is_scalar()) error(fmt::format("expected {}, found {}", what, found(*node_)));
  return is_scalar();
}

bool Cursor::expect_plain(std::string_view what) const {
  if (!expect_scalar(what)) return false;
  if (node_->style == ScalarStyle::plain) return true;
  error(fmt::format("expected {}, found the text {}; remove the quotes", what, in_quotes(node_->text)));
  return false;
}

std::optional<std::string> Cursor::text() const {
  if (!expect_scalar("a text")) return std::nullopt;
  return std::string(node_->text);
}

std::optional<bool> Cursor::yes_no() const {
  constexpr std::string_view what = "true or false";
  if (!expect_plain(what)) return std::nullopt;
  if (node_->text == "true" || node_->text == "yes") return true;
  if (node_->text == "false" || node_->text == "no") return false;
  error(fmt::format("expected {}, found {}", what, found(*node_)));
  return std::nullopt;
}

std::optional<double> Cursor::number() const {
  constexpr std::string_view what = "a number";
  if (!expect_plain(what)) return std::nullopt;
  const auto value = parse_number<double>(node_->text);
  if (!value) error(fmt::format("expected {}, found {}", what, found(*node_)));
  return value;
}

std::optional<std::int64_t> Cursor::integer() const {
  constexpr std::string_view what = "a whole number";
  if (!expect_plain(what)) return std::nullopt;
  if (const auto value = parse_number<std::int64_t>(node_->text)) return value;
  constexpr double exact = 9007199254740992.0;
  const auto value = parse_number<double>(node_->text);
  if (value && std::trunc(*value) == *value && std::abs(*value) <= exact) return static_cast<std::int64_t>(*value);
  error(fmt::format("expected {}, found {}", what, found(*node_)));
  return std::nullopt;
}

std::optional<Duration> Cursor::duration() const {
  constexpr std::string_view what = "a duration such as 90s, 15m, 1d12h or forever";
  if (!expect_scalar(what)) return std::nullopt;
  const std::string_view written = node_->text;
  const auto value = parse_duration(written);
  if (value) return value;
  if (parse_number<double>(written)) {
    error(written.starts_with('-')
              ? fmt::format("a duration cannot be negative, found {}", found(*node_))
              : fmt::format("{} has no unit; write {}", found(*node_), with_units(written, time_units)));
  } else {
    error(fmt::format("expected {}, found {}", what, found(*node_)));
  }
  return std::nullopt;
}

std::optional<Bytes> Cursor::bytes() const {
  constexpr std::string_view what = "an amount of data such as 600B, 2KB, 1MiB or unlimited";
  if (!expect_scalar(what)) return std::nullopt;
  const auto value = parse_bytes(node_->text);
  if (!value) error(fmt::format("expected {}, found {}", what, found(*node_)));
  return value;
}

std::optional<Rate> Cursor::rate() const {
  constexpr std::string_view what = "a rate such as 400/s, 30/min, 5/h or unlimited";
  if (!expect_scalar(what)) return std::nullopt;
  const std::string_view written = node_->text;
  const auto value = parse_rate(written);
  if (value) return value;
  const auto amount = parse_number<double>(written.substr(0, written.find('/')));
  if (parse_number<double>(written) && !written.starts_with('-')) {
    error(fmt::format("{} has no unit; write {}", found(*node_), with_units(written, rate_units)));
  } else if (amount && *amount > 1e12) {
    error(fmt::format("{} is too much: no rate may be above 1e12/s", found(*node_)));
  } else {
    error(fmt::format("expected {}, found {}", what, found(*node_)));
  }
  return std::nullopt;
}

}  // namespace moshimo::input
